package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws a figure in Java2D. Supports lines, bands, points, bars with whiskers, heat maps with color
 * bars, shapes and annotations; linear, logarithmic, time and category axes; and panels given by
 * domains or by the rows of a grid.
 */
public final class Drawing {

  private static final double TITLE_ROOM = 20;
  private static final double TICK = 5;
  private final JsonNode layout;
  private final List<Trace> traces = new ArrayList<>();
  private final Map<String, Axis> axes = new TreeMap<>();
  private final List<Subplot> panels = new ArrayList<>();

  private Drawing(JsonNode figure) {
    this.layout = figure.path("layout");
    for (JsonNode json : figure.path("data")) {
      traces.add(new Trace(json, traces.size(), layout.path("colorway")));
    }
  }

  /** Returns whether all traces of the figure are of a supported kind. */
  public static boolean canDraw(JsonNode figure) {
    return new Drawing(figure).traces.stream().allMatch(Trace::isDrawable);
  }

  /**
   * Draws a figure.
   *
   * @param figure Plotly's {@code data} and {@code layout}
   * @param width the width in CSS pixels
   */
  public static void draw(JsonNode figure, Graphics2D g, int width, int height) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    new Drawing(figure).draw(g, width, height);
  }

  private void draw(Graphics2D g, int width, int height) {
    for (Trace trace : traces) {
      axis(trace.axis(true), true);
      axis(trace.axis(false), false);
    }
    Legend legend = new Legend(showsLegend() ? traces : List.of());
    Rectangle2D inner = inner(width, height, legend);
    place(inner);
    g.setColor(Colors.INK);
    FigureText.draw(
        g,
        FigureText.fit(text(layout.path("title")), FigureText.TITLE, width - 20),
        FigureText.TITLE,
        10,
        22,
        0,
        0.5,
        0);
    for (Subplot panel : panels) {
      draw(g, panel);
    }
    for (Subplot panel : panels) {
      axes(g, panel, inner);
    }
    annotations(g, inner);
    legend.draw(g, inner.getMaxX(), inner.getY());
    for (Trace trace : traces) {
      if (trace.hasColorBar()) {
        panels.stream()
            .filter(panel -> panel.traces().contains(trace))
            .forEach(panel -> HeatMapTraces.colorBar(g, trace, panel.area()));
      }
    }
  }

  private boolean showsLegend() {
    return layout.path("showlegend").asBoolean(traces.size() > 1);
  }

  private static String text(JsonNode title) {
    return FigureText.plain(title.path("text").asText(title.asText()));
  }

  private JsonNode settings(String id) {
    return layout.path(id.charAt(0) + "axis" + id.substring(1));
  }

  private void axis(String id, boolean horizontal) {
    String range = settings(id).path("matches").asText(id);
    axes.computeIfAbsent(
        id,
        key ->
            new Axis(
                settings(id),
                horizontal,
                traces.stream()
                    .filter(
                        t ->
                            settings(t.axis(horizontal))
                                .path("matches")
                                .asText(t.axis(horizontal))
                                .equals(range))
                    .toList()));
  }

  /** Returns the area for the panels, inside titles, labels, legend and color bars. */
  private Rectangle2D inner(int width, int height, Legend legend) {
    JsonNode margin = layout.path("margin");
    boolean bars = traces.stream().anyMatch(Trace::hasColorBar);
    double right =
        Math.max(
            margin.path("r").asDouble(24), legend.width() + (bars ? HeatMapTraces.BAR_ROOM : 0));
    double left = Math.max(16, Math.min(64, margin.path("l").asDouble(0)));
    for (Map.Entry<String, Axis> entry : axes.entrySet()) {
      if (entry.getKey().startsWith("y") && domain(entry.getKey())[0] < 0.01) {
        Axis axis = entry.getValue();
        left = Math.max(left, widestLabel(axis) + TICK + 14 + titleRoom(axis));
      }
    }
    // Whether labels must be rotated depends on the remaining width.
    double bottom = 12;
    for (Map.Entry<String, Axis> entry : axes.entrySet()) {
      if (entry.getKey().startsWith("x")) {
        Axis axis = entry.getValue();
        double[] across = share(settings(entry.getKey()).path("domain"));
        double labels = labelHeight(axis, (across[1] - across[0]) * (width - left - right));
        bottom = Math.max(bottom, labels + TICK + 14 + titleRoom(axis));
      }
    }
    double top = text(layout.path("title")).isEmpty() ? 16 : 48;
    return new Rectangle2D.Double(left, top, width - left - right, height - top - bottom);
  }

  private static double titleRoom(Axis axis) {
    return axis.title().isEmpty() ? 0 : TITLE_ROOM;
  }

  /** Returns the horizontal share of a y axis's panel: the domain of its x axis. */
  private double[] domain(String y) {
    for (Trace trace : traces) {
      if (trace.axis(false).equals(y)) {
        return share(settings(trace.axis(true)).path("domain"));
      }
    }
    return new double[] {0, 1};
  }

  private static double[] share(JsonNode domain) {
    return new double[] {domain.path(0).asDouble(0), domain.path(1).asDouble(1)};
  }

  private static double widestLabel(Axis axis) {
    return axis.showsLabels()
        ? axis.ticks(6).stream()
            .mapToDouble(t -> FigureText.width(t.label(), FigureText.FONT))
            .max()
            .orElse(0)
        : 0;
  }

  private static double labelHeight(Axis axis, double length) {
    if (!axis.showsLabels()) {
      return 0;
    }
    List<Ticks.Tick> ticks = axis.ticks(across(length));
    double angle = Math.toRadians(angle(axis, ticks, length));
    boolean second = ticks.stream().anyMatch(t -> !t.second().isEmpty());
    return widestLabel(axis) * Math.sin(angle) + 12 * Math.cos(angle) + (second ? 15 : 0);
  }

  /** Returns the rotation at which the labels of an x axis do not overlap. */
  private static double angle(Axis axis, List<Ticks.Tick> ticks, double length) {
    double slot = length;
    for (int i = 1; i < ticks.size(); i++) {
      double share = axis.share(ticks.get(i).at()) - axis.share(ticks.get(i - 1).at());
      slot = Math.min(slot, Math.abs(share) * length);
    }
    double widest = widestLabel(axis) + 6;
    return widest <= slot ? 0 : slot > 22 ? 30 : 90;
  }

  private void place(Rectangle2D inner) {
    Map<String, List<Trace>> pairs = new LinkedHashMap<>();
    for (Trace trace : traces) {
      pairs
          .computeIfAbsent(trace.axis(true) + "|" + trace.axis(false), key -> new ArrayList<>())
          .add(trace);
    }
    List<String> rows = new ArrayList<>();
    traces.stream().map(t -> t.axis(false)).distinct().forEach(rows::add);
    pairs.forEach(
        (pair, own) -> {
          String x = own.get(0).axis(true);
          String y = own.get(0).axis(false);
          double[] across = share(settings(x).path("domain"));
          double[] up = share(settings(y).path("domain"));
          int grid = layout.path("grid").path("rows").asInt();
          if (grid > 1 && !settings(y).has("domain")) {
            double gap = layout.path("grid").path("ygap").asDouble(0.3);
            double height = 1 / (grid - gap);
            int row = rows.indexOf(y);
            up = new double[] {1 - row * height - (1 - gap) * height, 1 - row * height};
          }
          Rectangle2D area =
              new Rectangle2D.Double(
                  inner.getX() + across[0] * inner.getWidth(),
                  inner.getMaxY() - up[1] * inner.getHeight(),
                  (across[1] - across[0]) * inner.getWidth(),
                  (up[1] - up[0]) * inner.getHeight());
          Axis xAxis = axes.get(x);
          Axis yAxis = axes.get(y);
          if (settings(y).path("scaleanchor").asText().equals(x)) {
            // One unit must have the same length on both axes, so the longer axis shows a larger
            // range.
            double xUnit = area.getWidth() / xAxis.length();
            double yUnit = area.getHeight() / yAxis.length();
            if (xUnit > yUnit) {
              xAxis.lengthen(area.getWidth() / yUnit);
            } else {
              yAxis.lengthen(area.getHeight() / xUnit);
            }
          }
          panels.add(new Subplot(x, y, xAxis, yAxis, own, area));
        });
  }

  private void draw(Graphics2D g, Subplot panel) {
    grid(g, panel);
    Shape clip = g.getClip();
    Rectangle2D area = panel.area();
    g.clip(area);
    panel.traces().stream()
        .filter(Trace::isHeatMap)
        .forEach(trace -> HeatMapTraces.draw(g, panel, trace));
    shapes(g, panel);
    // Marks and labels may cross the edge, as in Plotly with cliponaxis=false.
    g.setClip(clip);
    g.clip(
        new Rectangle2D.Double(
            area.getX() - 6, area.getY() - 14, area.getWidth() + 44, area.getHeight() + 20));
    BarTraces.draw(g, panel, layout);
    Trace previous = null;
    for (Trace trace : panel.traces()) {
      if (!trace.isHeatMap() && !trace.isBar()) {
        LineTraces.draw(g, panel, trace, previous);
        previous = trace;
      }
    }
    g.setClip(clip);
  }

  private static void grid(Graphics2D g, Subplot panel) {
    Rectangle2D area = panel.area();
    g.setColor(Colors.FAINT);
    g.setStroke(new BasicStroke(1));
    if (panel.xAxis().showsGrid() && !panel.xAxis().isCategories()) {
      for (Ticks.Tick tick : panel.xAxis().ticks(across(area.getWidth()))) {
        double x = panel.x(tick.at());
        g.draw(new Line2D.Double(x, area.getY(), x, area.getMaxY()));
      }
    }
    if (panel.yAxis().showsGrid() && !panel.yAxis().isCategories()) {
      for (Ticks.Tick tick : panel.yAxis().ticks(up(area))) {
        double y = panel.y(tick.at());
        g.draw(new Line2D.Double(area.getX(), y, area.getMaxX(), y));
      }
    }
  }

  private static int across(double length) {
    return (int) Math.max(2, length / 70);
  }

  private static int up(Rectangle2D area) {
    return (int) Math.max(2, area.getHeight() / 32);
  }

  private void axes(Graphics2D g, Subplot panel, Rectangle2D inner) {
    Rectangle2D area = panel.area();
    g.setStroke(new BasicStroke(1));
    if (panel.xAxis().isVisible()) {
      g.setColor(Colors.AXIS);
      g.draw(new Line2D.Double(area.getX(), area.getMaxY(), area.getMaxX(), area.getMaxY()));
      if (isLabeled(panel)) {
        xLabels(g, panel, inner);
      }
    }
    if (panel.yAxis().isVisible()) {
      yLabels(g, panel);
    }
  }

  /**
   * An x axis that several panels share is labeled once, below the panel to which it is anchored.
   */
  private boolean isLabeled(Subplot panel) {
    String anchor = settings(panel.x()).path("anchor").asText();
    if (!anchor.isEmpty()) {
      return anchor.equals(panel.y());
    }
    return panels.stream()
        .filter(other -> other.x().equals(panel.x()))
        .allMatch(other -> other.area().getMaxY() <= panel.area().getMaxY());
  }

  private static void xLabels(Graphics2D g, Subplot panel, Rectangle2D inner) {
    Rectangle2D area = panel.area();
    Axis axis = panel.xAxis();
    List<Ticks.Tick> ticks = axis.ticks(across(area.getWidth()));
    double angle = angle(axis, ticks, area.getWidth());
    double below = area.getMaxY() + TICK;
    if (axis.showsLabels()) {
      double free = Double.NEGATIVE_INFINITY;
      for (Ticks.Tick tick : ticks) {
        double x = panel.x(tick.at());
        double half = angle == 90 ? 6 : FigureText.width(tick.label(), FigureText.FONT) / 2;
        if (angle != 30 && x - half < free) {
          continue; // without overlapping its neighbor
        }
        free = x + half;
        g.setColor(Colors.AXIS);
        g.draw(new Line2D.Double(x, area.getMaxY(), x, below));
        g.setColor(Colors.INK);
        if (angle == 0) {
          FigureText.draw(g, tick.label(), FigureText.FONT, x, below + 4, 0.5, 0, 0);
          FigureText.draw(g, tick.second(), FigureText.FONT, x, below + 19, 0.5, 0, 0);
        } else {
          FigureText.draw(g, tick.label(), FigureText.FONT, x, below + 5, 1, 0.5, -angle);
        }
      }
    }
    g.setColor(Colors.INK);
    double title = below + 10 + labelHeight(axis, area.getWidth());
    FigureText.draw(
        g,
        FigureText.fit(
            axis.title(), FigureText.FONT, Math.max(area.getWidth(), inner.getWidth() / 2)),
        FigureText.FONT,
        area.getCenterX(),
        title,
        0.5,
        0,
        0);
  }

  private static void yLabels(Graphics2D g, Subplot panel) {
    Rectangle2D area = panel.area();
    Axis axis = panel.yAxis();
    g.setColor(Colors.AXIS);
    g.draw(new Line2D.Double(area.getX(), area.getY(), area.getX(), area.getMaxY()));
    double widest = 0;
    if (axis.showsLabels()) {
      double free = Double.POSITIVE_INFINITY;
      List<Ticks.Tick> ticks = new ArrayList<>(axis.ticks(up(area)));
      ticks.sort((a, b) -> Double.compare(panel.y(b.at()), panel.y(a.at())));
      for (Ticks.Tick tick : ticks) {
        double y = panel.y(tick.at());
        if (y + 6 > free) {
          continue; // without overlapping its neighbor
        }
        free = y - 6;
        g.setColor(Colors.AXIS);
        g.draw(new Line2D.Double(area.getX() - TICK, y, area.getX(), y));
        g.setColor(Colors.INK);
        FigureText.draw(g, tick.label(), FigureText.FONT, area.getX() - TICK - 4, y, 1, 0.5, 0);
        widest = Math.max(widest, FigureText.width(tick.label(), FigureText.FONT));
      }
    }
    g.setColor(Colors.INK);
    FigureText.draw(
        g,
        FigureText.fit(axis.title(), FigureText.FONT, area.getHeight() + 30),
        FigureText.FONT,
        area.getX() - TICK - 10 - widest,
        area.getCenterY(),
        0.5,
        1,
        -90);
  }

  private void shapes(Graphics2D g, Subplot panel) {
    for (JsonNode shape : layout.path("shapes")) {
      if (!shape.path("xref").asText("x").equals(panel.x())
          || !shape.path("yref").asText("y").equals(panel.y())) {
        continue;
      }
      double x0 = panel.x(shape.path("x0"));
      double x1 = panel.x(shape.path("x1"));
      double y0 = panel.y(shape.path("y0"));
      double y1 = panel.y(shape.path("y1"));
      Shape outline;
      if (shape.path("type").asText().equals("line")) {
        outline = new Line2D.Double(x0, y0, x1, y1);
      } else {
        Rectangle2D box = new Rectangle2D.Double();
        box.setFrameFromDiagonal(x0, y0, x1, y1);
        outline =
            shape.path("type").asText().equals("circle")
                ? new Ellipse2D.Double(box.getX(), box.getY(), box.getWidth(), box.getHeight())
                : box;
        Color fill = Colors.of(shape.path("fillcolor").asText(), null);
        if (fill != null) {
          g.setColor(fill);
          g.fill(outline);
        }
      }
      g.setColor(Colors.of(shape.path("line").path("color").asText(), Colors.AXIS));
      g.setStroke(LineTraces.stroke(shape.path("line")));
      g.draw(outline);
    }
  }

  private void annotations(Graphics2D g, Rectangle2D inner) {
    for (JsonNode annotation : layout.path("annotations")) {
      double x = inner.getX() + annotation.path("x").asDouble() * inner.getWidth();
      double y = inner.getMaxY() - annotation.path("y").asDouble() * inner.getHeight();
      for (Subplot panel : panels) {
        x = annotation.path("xref").asText().equals(panel.x()) ? panel.x(annotation.path("x")) : x;
        y = annotation.path("yref").asText().equals(panel.y()) ? panel.y(annotation.path("y")) : y;
      }
      JsonNode font = annotation.path("font");
      Font own = FigureText.FONT.deriveFont((float) font.path("size").asDouble(12));
      String text = annotation.path("text").asText();
      if (text.startsWith("<b>")) {
        own = own.deriveFont(Font.BOLD);
      }
      double alignX =
          switch (annotation.path("xanchor").asText("center")) {
            case "left" -> 0;
            case "right" -> 1;
            default -> 0.5;
          };
      double alignY =
          switch (annotation.path("yanchor").asText("middle")) {
            case "top" -> 0;
            case "bottom" -> 1;
            default -> 0.5;
          };
      x += annotation.path("xshift").asDouble();
      y -= annotation.path("yshift").asDouble();
      Color behind = Colors.of(annotation.path("bgcolor").asText(), null);
      if (behind != null) {
        double width = FigureText.width(FigureText.plain(text), own);
        g.setColor(behind);
        g.fill(new Rectangle2D.Double(x - alignX * width - 2, y - alignY * 16, width + 4, 16));
      }
      g.setColor(Colors.of(font.path("color").asText(), Colors.INK));
      FigureText.draw(
          g,
          FigureText.plain(text),
          own,
          x,
          y,
          alignX,
          alignY,
          annotation.path("textangle").asDouble());
    }
  }
}
