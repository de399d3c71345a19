package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.plots.drawing.Drawing;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.ScatterTrace;

class PlotsTest {

  private static Table history(int epochs, String... names) {
    Table table = Table.create("History", IntColumn.create("epoch", epochs));
    for (int e = 0; e < epochs; e++) {
      table.intColumn("epoch").set(e, e + 1);
    }
    for (String name : names) {
      double[] values = new double[epochs];
      Arrays.setAll(values, e -> 1.0 / (e + 1));
      table.addColumns(DoubleColumn.create(name, values));
    }
    return table.addColumns(DoubleColumn.create("seconds", new double[epochs]));
  }

  private static List<String> each(JsonNode traces, String pointer) {
    return StreamSupport.stream(traces.spliterator(), false)
        .map(trace -> trace.at(pointer).asText())
        .toList();
  }

  @Test
  void drawsOnePanelPerMetric() {
    JsonNode json = FigureJson.of(Plots.history(history(3, "loss", "mae", "val_loss", "val_mae")));

    assertEquals(
        List.of("training", "validation", "training", "validation"),
        each(json.get("data"), "/name"));
    assertEquals(List.of("y", "y", "y2", "y2"), each(json.get("data"), "/yaxis"));
    assertEquals(List.of("true", "true", "false", "false"), each(json.get("data"), "/showlegend"));
    assertEquals(List.of("dash", "solid", "dash", "solid"), each(json.get("data"), "/line/dash"));
    assertEquals("loss", json.at("/layout/yaxis/title/text").asText());
    assertEquals("MAE", json.at("/layout/yaxis2/title/text").asText());
    assertEquals("[1,2,3]", json.at("/data/0/x").toString());
  }

  @Test
  void drawsOneCurveWithoutValidation() {
    assertEquals(
        List.of("training"),
        each(FigureJson.of(Plots.history(history(2, "loss"))).get("data"), "/name"));
  }

  @Test
  void rejectsEmptyHistory() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> Plots.history(history(0, "loss")));

    assertEquals(
        "A history must have the column 'epoch' and at least one row, but its columns are [epoch,"
            + " loss, seconds] and its number of rows is 0. Check that at least one epoch was"
            + " completed.",
        error.getMessage());
  }

  @Test
  void usesOneColorPerModelInComparison() {
    Map<String, Table> histories = new LinkedHashMap<>();
    histories.put("LSTM", history(3, "loss", "val_loss"));
    histories.put("GRU", history(5, "loss", "val_loss"));

    JsonNode traces = FigureJson.of(Plots.comparison(histories)).get("data");

    assertEquals(
        List.of("LSTM, training", "LSTM, validation", "GRU, training", "GRU, validation"),
        each(traces, "/name"));
    assertEquals(
        List.of(PlotStyle.color(1), PlotStyle.color(1), PlotStyle.color(2), PlotStyle.color(2)),
        each(traces, "/line/color"));
  }

  @Test
  void rejectsMetricThatNoModelHas() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Plots.comparison(Map.of("GRU", history(1, "loss", "val_loss")), "mae"));

    assertEquals(
        "At least one history must have the metric 'mae', but the histories of [GRU] have [loss].",
        error.getMessage());
  }

  @Test
  void requiresOneForecastValuePerTime() {
    var times = List.of(LocalDateTime.of(2020, 1, 1, 0, 0));

    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Plots.forecast(times, new double[] {1}, Map.of("GRU", new double[2]), "T"));

    assertEquals(
        "The number of values of 'GRU' must be 1, one per time, but was 2.", error.getMessage());
  }

  @Test
  void drawsOnePanelPerNumberColumn() {
    Table table =
        Table.create(
            "Jena",
            DateTimeColumn.create("time", LocalDateTime.of(2020, 1, 1, 0, 0)),
            StringColumn.create("text", "a"),
            DoubleColumn.create("T (°C)", 1.0),
            DoubleColumn.create("p", 2.0));

    JsonNode json = FigureJson.of(Plots.series(table));

    assertEquals(List.of("T (°C)", "p"), each(json.get("data"), "/name"));
    assertEquals("[\"2020-01-01T00:00\"]", json.at("/data/1/x").toString());
    assertEquals("Jena", json.at("/layout/title/text").asText());
    assertEquals(
        "Column 'text' must contain numbers, but its type is STRING.",
        assertThrows(IllegalArgumentException.class, () -> Plots.series(table, "text"))
            .getMessage());
    assertEquals(
        "The table must have the column 'q', but its columns are [time, text, T (°C), p].",
        assertThrows(IllegalArgumentException.class, () -> Plots.series(table, "q")).getMessage());
  }

  /** y = 10, 20, …, with mean 30 and standard deviation √200 in the first five rows. */
  private static TimeSeries steps(boolean dated) {
    var start = LocalDateTime.of(2020, 1, 1, 0, 0);
    DateTimeColumn times =
        DateTimeColumn.create("time", IntStream.range(0, 8).mapToObj(start::plusHours));
    DoubleColumn y = DoubleColumn.create("y (K)", 10, 20, 30, 40, 50, 60, 70, 80);
    Table table = dated ? Table.create(times, y) : Table.create(y);
    return TimeSeries.of(table).target("y (K)").normalizedOn(0, 5);
  }

  /** Forecasts the only input value of a window. */
  private static Sequential echo() {
    Sequential model = Sequential.of(input(1, 1), flatten(), dense(1));
    model.weight("dense/kernel").set(0, 0, 1);
    return model;
  }

  @Test
  void drawsModelForecastsInTheUnitOfTheTarget() {
    Windows windows = steps(true).windows().lookback(1).horizon(2).range(4, 8);

    JsonNode json = FigureJson.of(Plots.forecast(windows, Map.of("echo", echo())));

    assertEquals(List.of("truth", "echo"), each(json.get("data"), "/name"));
    assertEquals("[70,80]", json.at("/data/0/y").toString());
    assertEquals(50, json.at("/data/1/y/0").asDouble(), 1e-5);
    assertEquals(60, json.at("/data/1/y/1").asDouble(), 1e-5);
    assertEquals("y (K)", json.at("/layout/yaxis/title/text").asText());
    assertTrue(json.at("/data/1/x/0").asText().startsWith("2020-01-01T06:00"), json.toString());
  }

  @Test
  void drawsForecastOverRowsWithoutTimes() {
    Windows windows = steps(false).windows().lookback(1).horizon(2).range(4, 8);

    JsonNode json = FigureJson.of(Plots.forecast(windows, Map.of("echo", echo())));

    assertEquals("[6,7]", json.at("/data/1/x").toString());
    assertEquals("row", json.at("/layout/xaxis/title/text").asText());
  }

  @Test
  void rejectsModelWithMoreOutputsThanTargets() {
    Windows windows = steps(true).windows().lookback(1);
    Sequential two = Sequential.of(input(1, 1), flatten(), dense(2));

    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Plots.forecast(windows, Map.of("two", two)));

    assertEquals(
        "A prediction must have one value for each of the 1 targets of a window, shape (1,), but"
            + " has 2 in row 0. Set the number of outputs of the model accordingly.",
        error.getMessage());
  }

  @Test
  void rejectsForecastOfSeveralTargetValues() {
    Windows windows = steps(true).windows().lookback(1).targetSteps(2);

    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Plots.forecast(windows, Map.of("echo", echo())));

    assertEquals(
        "The windows must have one target value, but their targets have the shape (2,). Draw one of"
            + " the values with forecast(times, truth, forecasts, quantity).",
        error.getMessage());
  }

  @Test
  void sortsErrorsAndDrawsBaselinesInGray() {
    JsonNode json =
        FigureJson.of(
            Plots.meanAbsoluteErrors(
                Map.of("LSTM", 2.5, "GRU", 2.3, "<RNN>", 2.7), Map.of("last", 2.57), "°C"));

    assertEquals("[\"GRU\",\"LSTM\",\"&lt;RNN&gt;\"]", json.at("/data/0/x").toString());
    assertEquals("[2.3,2.5,2.7]", json.at("/data/0/y").toString());
    assertEquals(PlotStyle.NEUTRAL, json.at("/data/1/marker/color").asText());
    assertEquals("MAE (°C)", json.at("/layout/yaxis/title/text").asText());
  }

  @Test
  void layersHaveTheSameColorInEveryPlot() {
    String rnn = PlotStyle.color(0);
    String lstm = PlotStyle.color(1);
    String gru = PlotStyle.color(2);
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put("ridge", new double[] {1, 2});
    lines.put("GRU with dropout", new double[] {1, 2});
    lines.put("GRU", new double[] {1, 2});
    JsonNode json = FigureJson.of(Plots.lines("", "", "", lines));

    assertEquals(
        List.of(PlotStyle.color(3), PlotStyle.color(4), gru),
        each(json.get("data"), "/line/color"));
    assertEquals(List.of(gru, lstm, rnn), LayerColors.of(List.of("gru", "LSTM", "simple_rnn_1")));
    assertEquals(List.of(rnn, lstm), LayerColors.of(List.of("Grumpy", "dense")));
    assertEquals(
        List.of(gru, PlotStyle.color(3)), LayerColors.of(List.of("one GRU", "two layers of GRU")));
    List<String> many = List.of("GRU", "b", "c", "d", "e", "f", "g", "h");
    assertEquals(8, LayerColors.of(many).size());
    assertEquals(6, LayerColors.of(many).stream().distinct().count());

    JsonNode bars =
        FigureJson.of(
            Plots.meanAbsoluteErrors(
                Map.of("LSTM", 2.5, "GRU", 2.3, "SimpleRNN", 2.7), Map.of("last", 2.57), "°C"));
    assertEquals(
        FigureJson.parse("{c: ['" + gru + "', '" + lstm + "', '" + rnn + "']}").get("c"),
        bars.at("/data/0/marker/color"));
    assertFalse(bars.at("/data/0/showlegend").asBoolean(true));
    Map<String, Double> two = new LinkedHashMap<>();
    two.put("LSTM", 1.0);
    two.put("dense", 2.0);
    assertEquals(
        lstm, FigureJson.of(Plots.bars("", "", two)).at("/data/0/marker/color/0").asText());
  }

  @Test
  void drawsBaselinesWithoutModels() {
    JsonNode json =
        FigureJson.of(Plots.meanAbsoluteErrors(Map.of(), Map.of("last value", 2.57), "°C"));

    assertEquals(List.of("baselines"), each(json.get("data"), "/name"));
    assertEquals(PlotStyle.NEUTRAL, json.at("/data/0/marker/color").asText());
  }

  @Test
  void rejectsEmptyInput() {
    Table text = Table.create("t", StringColumn.create("name", "a"));

    assertEquals(
        "The table must have a column of numbers, but its columns are [name].",
        assertThrows(IllegalArgumentException.class, () -> Plots.series(text)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Plots.comparison(Map.of()));
    assertThrows(
        IllegalArgumentException.class, () -> Plots.meanAbsoluteErrors(Map.of(), Map.of(), "°C"));
  }

  @Test
  void acceptsCustomLayout() {
    var figure = Plots.history(history(2, "loss"));
    figure.setLayout(Layout.builder("Mine").build());

    assertEquals("Mine", FigureJson.of(figure).at("/layout/title/text").asText());
  }

  /** The residual plot of the Javadoc of {@link Plots}. */
  @Test
  void rendersCustomPlotOfJsplotTracesInTheSameStyle() {
    double[] forecast = {1.5, 1.8, 4.1};
    Figure residuals =
        new Figure(
            Layout.builder("Residuals", "forecast (°C)", "error (°C)").build(),
            ScatterTrace.builder(forecast, new double[] {0.5, -0.2, 0.1})
                .mode(ScatterTrace.Mode.MARKERS)
                .build(),
            ScatterTrace.builder(forecast, new double[3]).mode(ScatterTrace.Mode.LINE).build());

    JsonNode json = FigureJson.of(residuals);
    JsonNode style = FigureJson.of(Plots.lines("", "", "", Map.of("n", new double[2])));

    assertEquals("[0.5,-0.2,0.1]", json.at("/data/0/y").toString());
    assertEquals("Residuals", json.at("/layout/title/text").asText());
    assertEquals("error (°C)", json.at("/layout/yaxis/title/text").asText());
    assertEquals(style.at("/layout/font"), json.at("/layout/font"));
    assertEquals(style.at("/layout/colorway"), json.at("/layout/colorway"));
    assertEquals(style.at("/layout/yaxis/gridcolor"), json.at("/layout/yaxis/gridcolor"));
    assertTrue(Drawing.canDraw(json));
  }

  @Property(tries = 50)
  void thinningKeepsExtremesAndOrder(
      @ForAll long seed, @ForAll @IntRange(min = 2001, max = 20_000) int size) {
    double[] values = new Random(seed).doubles(size).toArray();
    int[] rows = Thinning.rows(values);

    assertTrue(rows.length <= 2 * Thinning.INTERVALS);
    for (int i = 1; i < rows.length; i++) {
      assertTrue(rows[i - 1] < rows[i]);
    }
    double[] kept = Arrays.stream(rows).mapToDouble(r -> values[r]).toArray();
    assertEquals(Arrays.stream(values).max(), Arrays.stream(kept).max());
    assertEquals(Arrays.stream(values).min(), Arrays.stream(kept).min());
  }

  @Test
  void thinningKeepsShortSeriesAndLongGaps() {
    double[] values = new double[10_000];
    Arrays.fill(values, 5_000, 6_000, Double.NaN);

    assertArrayEquals(new int[] {0, 1, 2}, Thinning.rows(new double[3]));
    int[] rows = Thinning.rows(values);
    assertEquals(100, Arrays.stream(rows).filter(r -> Double.isNaN(values[r])).count());
    assertFalse(Double.isNaN(values[rows[0]]));
  }
}
