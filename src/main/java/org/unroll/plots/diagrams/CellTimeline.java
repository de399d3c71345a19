package org.unroll.plots.diagrams;

import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unroll.Recording;
import org.unroll.plots.diagrams.CellSketch.Step;

/**
 * The values in a cell over all time steps of a recording, from {@link
 * CellDiagram#values(Recording, String)}: a small plot of each gate and state over time. Where a
 * page may run scripts, the cell is above the plots, with the values of the time step that a slider
 * chooses; the filled part of a box shows how open its gate is.
 *
 * <pre>{@code
 * Sequential small = Sequential.of(input(20, 2), lstm(4), dense(1));
 * Recording twentySteps = small.record(Samples.of(new double[1][20][2]), 0);
 * Notebook.show(Plots.cell("LSTM").values(twentySteps, "lstm").unit(2).mark(5, 12));
 * }</pre>
 *
 * <p>Methods return a new diagram and leave this one unchanged.
 */
public final class CellTimeline extends Diagram {

  private static final int MOST_STEPS = 500;

  /** The top of the first row of plots, below the title. */
  private static final double FIRST = 46;

  private static final double ROW = 54;
  private static final double PLOT = 30;
  private static final double PLOT_WIDTH = 160;

  private final Source source;

  /**
   * What is drawn.
   *
   * @param step the highlighted part of the cell; null for all
   * @param unit the unit, or −1 for the mean of all
   * @param marks time steps with a dashed line
   */
  record Source(
      CellSketch cell,
      Step step,
      Recording recording,
      String layer,
      int unit,
      List<Integer> marks) {

    int steps() {
      return recording.get(layer, "h").length;
    }

    int units() {
      return recording.get(layer, "h")[0].length;
    }

    List<CellValues> values() {
      return IntStream.range(0, steps())
          .mapToObj(time -> CellValues.of(cell, recording, layer, time, unit))
          .toList();
    }

    String where() {
      return "steps 0 to " + (steps() - 1) + ", " + CellValues.unit(unit, units());
    }
  }

  /** A small plot: a node of the sketch, its symbol and the end of its scale. */
  private record Plot(String node, String symbol, Ink ink, boolean isGate, double limit) {}

  CellTimeline(Source source) {
    super(
        plots(checked(source), source.values(), -1, 0),
        CellDiagram.title(source.cell, source.step) + " over time",
        describe(source),
        caption(source));
    this.source = source;
  }

  private static Source checked(Source source) {
    if (source.steps() > MOST_STEPS) {
      throw new IllegalArgumentException(
          "A slider over time must have at most "
              + MOST_STEPS
              + " steps, but the recording has "
              + source.steps()
              + ". Record a shorter sequence, or draw single steps with values(recording, layer,"
              + " timeStep).");
    }
    return source;
  }

  /**
   * Returns the diagram with the values of one unit instead of means over all units.
   *
   * @param unit from 0
   * @throws IllegalArgumentException if there is no such unit
   */
  public CellTimeline unit(int unit) {
    CellValues.requireUnit(unit, source.units());
    return new CellTimeline(
        new Source(source.cell, source.step, source.recording, source.layer, unit, source.marks));
  }

  /**
   * Returns the diagram with a dashed line at some time steps, such as those at which something
   * happens. The slider starts at the first of them.
   *
   * @param timeSteps from 0
   * @throws IllegalArgumentException if the recording does not have a time step
   */
  public CellTimeline mark(int... timeSteps) {
    for (int time : timeSteps) {
      if (time < 0 || time >= source.steps()) {
        throw new IllegalArgumentException(
            "The marked time steps must be from 0 to "
                + (source.steps() - 1)
                + ", but one was "
                + time
                + ".");
      }
    }
    List<Integer> marks = Arrays.stream(timeSteps).boxed().toList();
    return new CellTimeline(
        new Source(source.cell, source.step, source.recording, source.layer, source.unit, marks));
  }

  private static String describe(Source source) {
    List<CellValues> values = source.values();
    String ranges =
        plotsOf(source.cell, values).stream()
            .map(
                plot -> {
                  double[] numbers =
                      values.stream().mapToDouble(value -> value.number(plot.node)).toArray();
                  return String.format(
                      Locale.ROOT,
                      "%s from %.2f to %.2f",
                      MathText.plain(plot.symbol),
                      Arrays.stream(numbers).min().orElseThrow(),
                      Arrays.stream(numbers).max().orElseThrow());
                })
            .collect(Collectors.joining(", "));
    String marked = source.marks.isEmpty() ? "" : " Marked steps: " + list(source.marks) + ".";
    return "The values of the layer '"
        + source.layer
        + "' at "
        + source.where()
        + ": "
        + ranges
        + "."
        + marked;
  }

  private static String list(List<Integer> marks) {
    return marks.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private static String caption(Source source) {
    String text =
        "Gates are from 0 (closed) to 1 (open). Where there is a slider, the filled part of a box"
            + " is its value: a gate from the bottom, a tanh from the middle.";
    if (source.unit < 0 && source.units() > 1) {
      text += " Lines are means over the units; bands are from the smallest unit to the largest.";
    }
    return source.marks.isEmpty()
        ? text
        : text
            + (source.marks.size() == 1 ? " Dashed line: step " : " Dashed lines: steps ")
            + list(source.marks)
            + ".";
  }

  /** Returns the plots of the gates in the order of the equations, then of the states. */
  private static List<Plot> plotsOf(CellSketch cell, List<CellValues> values) {
    List<Plot> plots = new ArrayList<>();
    for (String node : List.of("f", "i", "z", "r", "o", "g", "c1", "h1")) {
      Sketch.Node drawn = cell.sketch().nodes().get(node);
      if (drawn == null || !values.get(0).units().containsKey(node)) {
        continue;
      }
      boolean isGate = "fizro".contains(node);
      double limit = 1;
      if (node.equals("c1")) {
        double largest =
            values.stream()
                .flatMapToDouble(value -> Arrays.stream(value.units().get(node)))
                .map(Math::abs)
                .max()
                .orElseThrow();
        limit = Math.max(1, Math.ceil(largest));
      }
      Ink ink = drawn.ink() == null ? Ink.TEXT : drawn.ink();
      plots.add(new Plot(node, node.charAt(0) + "_t", ink, isGate, limit));
    }
    return plots;
  }

  /**
   * Draws the plots.
   *
   * @param current the time step with a line; −1 for none
   * @param below what is above the plots, instead of the title
   */
  private static Scene plots(Source source, List<CellValues> values, int current, double below) {
    List<Plot> plots = plotsOf(source.cell, values);
    int rows = (plots.size() + 1) / 2;
    double top = below > 0 ? below : FIRST;
    Scene scene = new Scene(CellSketch.WIDTH, top + ROW * rows + 18);
    if (below > 0) {
      CellDiagram.draw(scene, source.cell, source.step, values.get(current));
    } else {
      String title = CellDiagram.title(source.cell, source.step) + " over time";
      scene.bold(title, 6, 18, 0, 14, Ink.TEXT);
      scene.text(source.where(), 6, 36, 0, MathText.SMALLEST, Ink.SOFT);
    }
    for (int i = 0; i < plots.size(); i++) {
      int row = i / 2;
      plot(scene, source, values, plots.get(i), 10 + 180 * (i % 2), top + ROW * row, current);
    }
    double bottom = top + ROW * rows + 10;
    for (int column = 0; column < Math.min(2, plots.size()); column++) {
      double x = 10 + 180 * column;
      scene.text("0", x, bottom, 0, MathText.SMALLEST, Ink.SOFT);
      scene.text("step", x + PLOT_WIDTH / 2, bottom, 0.5, MathText.SMALLEST, Ink.SOFT);
      String last = String.valueOf(source.steps() - 1);
      scene.text(last, x + PLOT_WIDTH, bottom, 1, MathText.SMALLEST, Ink.SOFT);
    }
    return scene;
  }

  private static void plot(
      Scene scene,
      Source source,
      List<CellValues> values,
      Plot plot,
      double left,
      double top,
      int current) {
    double y = top + 17;
    scene.text(plot.symbol, left, top + 10, 0, 13, plot.ink);
    String scale = plot.isGate ? "0 to 1" : "−" + (int) plot.limit + " to " + (int) plot.limit;
    scene.text(scale, left + PLOT_WIDTH, top + 10, 1, MathText.SMALLEST, Ink.SOFT);
    scene.fill(new Rectangle2D.Double(left, y, PLOT_WIDTH, PLOT), Ink.FRAME, null, 0);
    if (!plot.isGate) {
      double zero = y(plot, 0, y);
      scene.line(new Line2D.Double(left, zero, left + PLOT_WIDTH, zero), Ink.EDGE, 0.8, false);
    }
    for (int mark : source.marks) {
      double x = x(source, mark, left);
      scene.line(new Line2D.Double(x, y, x, y + PLOT), Ink.SOFT, 1, true);
    }
    if (source.unit < 0 && source.units() > 1) {
      scene.fill(band(source, values, plot, left, y), plot.ink.over(Ink.FRAME, 0.3, 0.4), null, 0);
    }
    Path2D line = new Path2D.Double();
    for (int time = 0; time < values.size(); time++) {
      point(line, x(source, time, left), y(plot, values.get(time).number(plot.node), y));
    }
    scene.line(line, plot.ink, 1.6, false);
    if (current >= 0) {
      double x = x(source, current, left);
      scene.line(new Line2D.Double(x, y - 2, x, y + PLOT + 2), Ink.TEXT, 1.4, false);
    }
  }

  /** Returns the area from the smallest unit to the largest. */
  private static Path2D band(
      Source source, List<CellValues> values, Plot plot, double left, double top) {
    Path2D band = new Path2D.Double();
    for (int time = 0; time < values.size(); time++) {
      double[] units = values.get(time).units().get(plot.node);
      double largest = Arrays.stream(units).max().orElseThrow();
      point(band, x(source, time, left), y(plot, largest, top));
    }
    for (int time = values.size() - 1; time >= 0; time--) {
      double[] units = values.get(time).units().get(plot.node);
      double smallest = Arrays.stream(units).min().orElseThrow();
      point(band, x(source, time, left), y(plot, smallest, top));
    }
    band.closePath();
    return band;
  }

  private static void point(Path2D path, double x, double y) {
    if (path.getCurrentPoint() == null) {
      path.moveTo(x, y);
    } else {
      path.lineTo(x, y);
    }
  }

  private static double x(Source source, int time, double left) {
    return left + PLOT_WIDTH * (source.steps() == 1 ? 0.5 : (double) time / (source.steps() - 1));
  }

  private static double y(Plot plot, double value, double top) {
    double share = plot.isGate ? value : (value + plot.limit) / (2 * plot.limit);
    return top + PLOT - 1 - (PLOT - 2) * share;
  }

  /** Returns the drawing at a time step of the slider as SVG. */
  String frame(List<CellValues> values, int time) {
    Scene scene = plots(source, values, time, CellSketch.HEIGHT + 8);
    return SvgWriter.writeAlone(
        scene, title(), CellDiagram.describe(source.cell, values.get(time)));
  }

  /**
   * Returns the script of the slider. It has the drawing of one time step once, and for each other
   * step what is different.
   *
   * @hidden
   */
  @Override
  public String script() {
    List<CellValues> values = source.values();
    List<List<String>> frames =
        IntStream.range(0, values.size())
            .mapToObj(time -> List.of(frame(values, time).split("(?=<)|(?<=>)|(?= d=)|(?= x=)")))
            .toList();
    int parts = frames.get(0).size();
    StringBuilder fixed = new StringBuilder();
    List<String> texts = new ArrayList<>();
    List<Integer> changing = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int part = i;
      if (frames.stream().map(frame -> frame.get(part)).distinct().count() == 1) {
        fixed.append(frames.get(0).get(i));
      } else {
        texts.add(quoted(fixed.toString()));
        fixed.setLength(0);
        changing.add(i);
      }
    }
    texts.add(quoted(fixed.toString()));
    String changes =
        frames.stream()
            .map(
                frame ->
                    changing.stream()
                        .map(i -> quoted(frame.get(i)))
                        .collect(Collectors.joining(",", "[", "]")))
            .collect(Collectors.joining(",\n", "[", "]"));
    int first = source.marks.isEmpty() ? values.size() / 2 : source.marks.get(0);
    return SCRIPT
        .replace("FIRST", String.valueOf(first))
        .replace("WIDTH", String.valueOf(width()))
        .replace("FIXED", String.join(",", texts))
        .replace("CHANGES", changes);
  }

  /** Returns a JavaScript string, which cannot end the script on a page. */
  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("<", "\\u003c")
        + '"';
  }

  private static final String SCRIPT =
      """
      (() => {
        const box = document.currentScript.previousElementSibling;
        const image = box.querySelector('img');
        const fixed = [FIXED];
        const changes = CHANGES;
        const label = document.createElement('label');
        label.style.cssText = 'display:flex;align-items:center;gap:10px;max-width:WIDTHpx;padding:4px 0';
        const slider = document.createElement('input');
        Object.assign(slider, {type: 'range', min: 0, max: changes.length - 1, value: FIRST});
        slider.style.cssText = 'flex:1;min-width:0;height:32px';
        const number = document.createElement('span');
        number.style.cssText = 'min-width:5em';
        label.append(slider, number);
        const show = () => {
          const change = changes[slider.value];
          const svg = fixed.map((text, i) => text + (change[i] ?? '')).join('');
          image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
          image.alt = /<desc>(.*)<\\/desc>/s.exec(svg)[1];
          number.textContent = 'step ' + slider.value;
          slider.setAttribute('aria-valuetext', number.textContent);
        };
        slider.addEventListener('input', show);
        box.prepend(label);
        show();
      })();
      """;
}
