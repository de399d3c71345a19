package org.unroll.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.math.MathContext;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.AxesChart;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The charts that stand for a figure where no script runs: its lines, points and vertical bars,
 * drawn by XChart from the figure's JSON; one chart for each y axis, as in a figure with a grid.
 */
final class FigureCharts {

  private static final Color INK = new Color(0x333333);
  private static final Color FAINT = new Color(0xE3E3E3);

  /** The rough width of a letter of a label, for the choice whether labels fit side by side. */
  private static final int LETTER = 8;

  /** A trace with its number in the figure, which chooses its colour. */
  private record Trace(JsonNode json, int number) {
    boolean isBar() {
      return json.path("type").asText().equals("bar");
    }

    /** Whether this class can draw it; a heat map or a lying bar, for instance, it cannot. */
    boolean isDrawable() {
      boolean lines = json.path("type").asText("scatter").equals("scatter");
      boolean standing = isBar() && !json.path("orientation").asText("v").equals("h");
      return (lines || standing) && !json.path("x").isEmpty() && !json.path("y").isEmpty();
    }

    String name() {
      return FigureJson.plain(json.path("name").asText());
    }

    boolean isMarked() {
      return json.path("mode").asText("lines").contains("markers");
    }
  }

  private final JsonNode layout;

  private FigureCharts(JsonNode layout) {
    this.layout = layout;
  }

  /**
   * The charts from top to bottom.
   *
   * @return none if the figure has a trace that cannot be drawn here
   */
  static List<AxesChart<?, ?>> of(ObjectNode figure) {
    Map<String, List<Trace>> rows = new LinkedHashMap<>();
    for (JsonNode json : figure.path("data")) {
      String axis = json.path("yaxis").asText("y");
      List<Trace> row = rows.computeIfAbsent(axis, key -> new ArrayList<>());
      int number = rows.values().stream().mapToInt(List::size).sum();
      row.add(new Trace(json, number));
    }
    if (!rows.values().stream().flatMap(List::stream).allMatch(Trace::isDrawable)) {
      return List.of();
    }
    FigureCharts charts = new FigureCharts(figure.path("layout"));
    List<AxesChart<?, ?>> result = new ArrayList<>();
    rows.forEach(
        (axis, traces) ->
            result.add(
                charts.chart(axis, traces, result.isEmpty(), result.size() == rows.size() - 1)));
    return result;
  }

  private AxesChart<?, ?> chart(String axis, List<Trace> traces, boolean first, boolean last) {
    boolean categories = traces.stream().anyMatch(t -> t.isBar() || isCategories(t));
    AxesChart<?, ?> chart = categories ? categoryChart(traces) : xyChart(traces);
    JsonNode yAxis = layout.path("yaxis" + axis.substring(1));
    chart.setTitle(first ? title(layout) : "");
    chart.setXAxisTitle(last ? title(layout.path("xaxis")) : "");
    chart.setYAxisTitle(title(yAxis));
    AxesChartStyler styler = chart.getStyler();
    style(styler);
    styler.setLegendVisible(layout.path("showlegend").asBoolean(traces.size() > 1));
    styler.setYAxisLogarithmic(yAxis.path("type").asText().equals("log"));
    styler.setXAxisLogarithmic(layout.path("xaxis").path("type").asText().equals("log"));
    if (yAxis.path("range").size() == 2) {
      styler.setYAxisMin(yAxis.path("range").path(0).asDouble());
      styler.setYAxisMax(yAxis.path("range").path(1).asDouble());
    }
    return chart;
  }

  private static String title(JsonNode owner) {
    return FigureJson.plain(owner.path("title").path("text").asText());
  }

  private AxesChart<?, ?> xyChart(List<Trace> traces) {
    XYChart chart = new XYChart(PlotStyle.WIDTH, PlotStyle.HEIGHT);
    Set<String> names = new HashSet<>();
    for (Trace trace : traces) {
      List<Object> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      JsonNode values = trace.json().path("y");
      for (int i = 0; i < values.size(); i++) {
        JsonNode at = trace.json().path("x").path(i);
        if (!at.isNull()) {
          x.add(at.isNumber() ? (Object) at.asDouble() : date(at.asText()));
          y.add(values.get(i).isNull() ? Double.NaN : values.get(i).asDouble());
        }
      }
      XYSeries series = chart.addSeries(unique(trace, names), x, y);
      series.setLabel(trace.name());
      style(series, trace);
    }
    return chart;
  }

  private AxesChart<?, ?> categoryChart(List<Trace> traces) {
    Set<String> categories = new LinkedHashSet<>();
    traces.forEach(t -> t.json().path("x").forEach(x -> categories.add(x.asText())));
    CategoryChart chart = new CategoryChart(PlotStyle.WIDTH, PlotStyle.HEIGHT);
    Set<String> names = new HashSet<>();
    for (Trace trace : traces) {
      Map<String, Double> values = new LinkedHashMap<>();
      categories.forEach(category -> values.put(category, null));
      for (int i = 0; i < trace.json().path("y").size(); i++) {
        JsonNode value = trace.json().path("y").get(i);
        values.put(
            trace.json().path("x").path(i).asText(),
            value.isNull() ? null : trace.isBar() ? threeDigits(value) : value.asDouble());
      }
      CategorySeries series =
          chart.addSeries(
              unique(trace, names),
              categories.stream().map(FigureJson::plain).toList(),
              new ArrayList<>(values.values()));
      series.setLabel(trace.name());
      series.setChartCategorySeriesRenderStyle(
          trace.isBar() ? CategorySeriesRenderStyle.Bar : CategorySeriesRenderStyle.Line);
      style(series, trace);
    }
    boolean overlaid = !layout.path("barmode").asText("group").equals("group");
    chart.getStyler().setOverlapped(overlaid);
    chart.getStyler().setAvailableSpaceFill(0.7);
    chart.getStyler().setLabelsVisible(traces.stream().allMatch(Trace::isBar));
    chart.getStyler().setLabelsPosition(1.1);
    int longest = categories.stream().mapToInt(String::length).max().orElse(0);
    if (longest * LETTER * categories.size() > PlotStyle.WIDTH) {
      chart.getStyler().setXAxisLabelRotation(30);
    }
    return chart;
  }

  /** A bar is labelled with its value in full, so it gets one that is short. */
  private static double threeDigits(JsonNode value) {
    return value.decimalValue().round(new MathContext(3)).doubleValue();
  }

  /** XChart knows its series by name; in a figure names may be absent or the same. */
  private static String unique(Trace trace, Set<String> names) {
    String name = trace.name();
    return !name.isEmpty() && names.add(name) ? name : name + "#" + trace.number();
  }

  private void style(MarkerSeries series, Trace trace) {
    JsonNode line = trace.json().path("line");
    JsonNode marker = trace.json().path("marker");
    Color color = color(trace, line, marker);
    series.setLineColor(color);
    series.setMarkerColor(color);
    series.setFillColor(color);
    float width = (float) line.path("width").asDouble(2);
    float[] dash =
        switch (line.path("dash").asText("solid")) {
          case "dash", "longdash" -> new float[] {6, 4};
          case "dot" -> new float[] {2, 3};
          case "dashdot", "longdashdot" -> new float[] {6, 3, 2, 3};
          default -> null;
        };
    boolean lines = trace.json().path("mode").asText("lines").contains("lines");
    series.setLineStyle(
        lines
            ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0)
            : SeriesLines.NONE);
    series.setMarker(trace.isMarked() ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }

  private Color color(Trace trace, JsonNode line, JsonNode marker) {
    JsonNode palette = layout.path("colorway");
    JsonNode own = line.path("color").isTextual() ? line.path("color") : marker.path("color");
    String color = own.asText();
    // Plotly also takes names and rgb(); those of the figure's own traces are hexadecimal.
    if (!color.matches("#[0-9A-Fa-f]{6}")) {
      color = palette.path(trace.number() % Math.max(1, palette.size())).asText(PlotStyle.NEUTRAL);
    }
    return Color.decode(color);
  }

  private static void style(AxesChartStyler styler) {
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    styler
        .setBaseFont(font)
        .setChartBackgroundColor(Color.WHITE)
        .setChartFontColor(INK)
        .setChartTitleFont(font.deriveFont(Font.BOLD, 15f))
        .setChartTitleBoxVisible(false)
        .setChartPadding(10)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setLegendFont(font)
        .setMarkerSize(5)
        .setLocale(Locale.ENGLISH);
    styler
        .setAxisTitleFont(font.deriveFont(13f))
        .setAxisTickLabelsFont(font)
        .setAxisTickLabelsColor(INK)
        .setAxisTickMarksColor(INK)
        .setPlotGridLinesColor(FAINT)
        .setPlotGridLinesStroke(new BasicStroke(1))
        .setPlotGridVerticalLinesVisible(true)
        .setTimezone(TimeZone.getTimeZone(ZoneOffset.UTC));
  }

  private static boolean isCategories(Trace trace) {
    for (JsonNode x : trace.json().path("x")) {
      if (x.isTextual() && date(x.asText()) == null) {
        return true;
      }
    }
    return false;
  }

  private static Date date(String iso) {
    try {
      LocalDateTime time =
          iso.length() == 10
              ? LocalDate.parse(iso).atStartOfDay()
              : LocalDateTime.parse(iso.replace(' ', 'T'));
      return Date.from(time.toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
