package org.unroll.notebook;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.callbacks.LiveProgress;
import org.unroll.callbacks.LiveProgress.Run;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.LayerColors;
import org.unroll.plots.Numbers;
import org.unroll.plots.PlotStyle;
import org.unroll.plots.Plots;

/**
 * Renders a training run while it is in progress and after it has ended: what is done and left, the
 * values, and a chart for the loss and each of the first metrics. As in {@link Plots}, dashed lines
 * show training values and solid lines validation values.
 */
final class LiveProgressView {

  private static final String VALIDATION = "val_";
  private static final String EPOCH = "epoch";
  private static final int MOST_CHARTS = 4;

  private LiveProgressView() {}

  static MimeBundle of(LiveProgress progress) {
    List<Run> runs = progress.runs();
    boolean several = runs.size() > 1;
    List<String> colors = LayerColors.of(runs.stream().map(Run::title).toList());
    var html = new StringBuilder("<div>");
    for (int i = 0; i < runs.size(); i++) {
      append(html, runs.get(i), several ? colors.get(i) : "");
    }
    html.append("</div>");
    boolean validated = false;
    for (String quantity : quantities(runs)) {
      CurveChart chart = new CurveChart(quantity, EPOCH);
      for (int i = 0; i < runs.size(); i++) {
        String training = several ? colors.get(i) : PlotStyle.color(0);
        String validation = several ? training : PlotStyle.color(1);
        addCurve(chart, training, true, runs.get(i), quantity);
        addCurve(chart, validation, false, runs.get(i), VALIDATION + quantity);
        validated |= runs.get(i).curves().containsKey(VALIDATION + quantity);
      }
      html.append(chart.html());
    }
    if (validated) {
      html.append("<div><small>dashed: training, solid: validation</small></div>");
    }
    return MimeBundle.html(html.toString(), progress.toString());
  }

  private static void append(StringBuilder html, Run run, String color) {
    html.append("<div>");
    if (!color.isEmpty()) {
      html.append("<span style=\"color:").append(color).append("\">━ </span>");
    }
    if (!run.title().isEmpty()) {
      html.append("<b>").append(HtmlTable.escape(run.title())).append("</b> ");
    }
    html.append(HtmlTable.escape(run.status())).append("</div>");
    if (!run.ended()) {
      html.append("<progress style=\"width:100%;max-width:45em\" max=\"1000\" value=\"")
          .append(Math.round(1000 * run.share()))
          .append("\"></progress>");
    }
    html.append("<div style=\"font-variant-numeric:tabular-nums\">")
        .append(HtmlTable.escape(run.values()))
        .append(best(run))
        .append("</div>");
  }

  /** Returns the epoch with the smallest validation loss, unless it is the last one. */
  private static String best(Run run) {
    List<Double> losses = run.curves().getOrDefault(VALIDATION + "loss", List.of());
    int best = 0;
    for (int i = 1; i < losses.size(); i++) {
      best = losses.get(i) < losses.get(best) ? i : best;
    }
    return losses.isEmpty() || best == losses.size() - 1
        ? ""
        : " (smallest val_loss: "
            + Numbers.format(losses.get(best))
            + " in epoch "
            + (run.firstEpoch() + best + 1)
            + ")";
  }

  /** Returns the loss and the metrics, without the learning rate. */
  private static List<String> quantities(List<Run> runs) {
    Set<String> all = new LinkedHashSet<>();
    all.add("loss");
    for (Run run : runs) {
      for (String name : run.curves().keySet()) {
        if (name.startsWith(VALIDATION)) {
          all.add(name.substring(VALIDATION.length()));
        } else if (!name.equals("learning_rate")) {
          all.add(name);
        }
      }
    }
    boolean nothing =
        runs.stream().allMatch(run -> run.curves().isEmpty() && run.trace().isEmpty());
    return nothing ? List.of() : all.stream().limit(MOST_CHARTS).toList();
  }

  private static void addCurve(
      CurveChart chart, String color, boolean dashed, Run run, String name) {
    List<Double> values = run.curves().getOrDefault(name, List.of());
    double[] epochs =
        IntStream.rangeClosed(1, values.size()).mapToDouble(i -> run.firstEpoch() + i).toArray();
    chart.curve(color, dashed, epochs, values.stream().mapToDouble(v -> v).toArray());
    if (name.equals("loss")) { // and the means of the current epoch
      List<double[]> trace = run.trace();
      chart.curve(
          color,
          dashed,
          trace.stream().mapToDouble(point -> point[0]).toArray(),
          trace.stream().mapToDouble(point -> point[1]).toArray());
    }
  }
}
