package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.tuning.GridSearch;
import org.unroll.tuning.SearchResult;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Layout;

/** Checks the numbers of each kind of plot in cases that are small enough to compute by hand. */
class PlotKindsTest {

  private static String rejected(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  private static List<String> names(JsonNode json) {
    return StreamSupport.stream(json.get("data").spliterator(), false)
        .map(trace -> trace.get("name").asText())
        .toList();
  }

  @Test
  void drawsLinesOverIndicesWithoutX() {
    JsonNode json =
        FigureJson.of(Plots.lines("A <b>", "t (s)", "y", Map.of("n", new double[] {1, 0.5})));

    assertEquals("[0,1]", json.at("/data/0/x").toString());
    assertEquals("[1,0.5]", json.at("/data/0/y").toString());
    assertEquals("A &lt;b&gt;", json.at("/layout/title/text").asText());
    assertEquals("t (s)", json.at("/layout/xaxis/title/text").asText());
    assertEquals(
        "The number of y values of 'n' must be 2, one per x, but was 1.",
        rejected(() -> Plots.lines("", "", "", new double[2], Map.of("n", new double[1]))));
    assertEquals(
        "A plot must have at least one line, but the map is empty.",
        rejected(() -> Plots.lines("", "", "", Map.of())));
    assertEquals(
        "Each point must have two numbers, x and y, but row 0 of 'g' has length 3.",
        rejected(() -> Plots.points("", "", "", Map.of("g", new double[1][3]))));
  }

  @Test
  void changesPlotInPlace() {
    PlotFigure figure = Plots.lines("", "x", "y", Map.of("n", new double[] {1, 100}));
    figure.logY().yRange(1, 1000).title("T").xTitle("X").yTitle("Y").height(300).width(500);
    JsonNode layout = FigureJson.of(figure).get("layout");

    assertEquals("log", layout.at("/yaxis/type").asText());
    assertEquals("[0.0,3.0]", layout.at("/yaxis/range").toString());
    assertEquals("T", layout.at("/title/text").asText());
    assertEquals("X", layout.at("/xaxis/title/text").asText());
    assertEquals("Y", layout.at("/yaxis/title/text").asText());
    assertEquals(300, layout.get("height").asInt());
    assertEquals(500, layout.get("width").asInt());
    assertEquals(
        "Both ends of a range must be greater than 0 on a logarithmic axis, but were 0.0 and 1.0.",
        rejected(() -> figure.yRange(0, 1)));
    assertEquals(
        "Both ends of a range must be finite and must differ, but were 1.0 and 1.0.",
        rejected(() -> figure.xRange(1, 1)));
    assertEquals(
        "height must be at least 100 pixels, but was 3.", rejected(() -> figure.height(3)));
    assertEquals(
        "from must be less than to, but from was 1.0 and to was 0.0.",
        rejected(() -> figure.colorRange(1, 0)));
  }

  @Test
  void jsplotLayoutTakesPrecedenceAndKeepsPanels() {
    PlotFigure figure = Plots.heatMaps("", "t", Map.of("a", new double[][] {{1, 2}}));
    figure.setLayout(Layout.builder("Mine").height(222).build());
    JsonNode layout = FigureJson.of(figure).get("layout");

    assertEquals("Mine", layout.at("/title/text").asText());
    assertEquals(222, layout.get("height").asInt());
    assertEquals("t", layout.at("/xaxis/title/text").asText());
    assertEquals("a", layout.at("/yaxis/title/text").asText());
  }

  @Test
  void drawsStandardDeviationAsWhiskers() {
    Map<String, double[]> runs = new LinkedHashMap<>();
    runs.put("GRU", new double[] {1, 2, 3});
    runs.put("LSTM", new double[] {5});

    JsonNode bars = FigureJson.of(Plots.means("", "accuracy", runs)).at("/data/0");

    assertEquals("[\"GRU\",\"LSTM\"]", bars.get("x").toString());
    assertEquals("[2,5]", bars.get("y").toString());
    assertEquals("[1,null]", bars.at("/error_y/array").toString());
    assertEquals(
        "Each mean needs at least one run, but 'GRU' in 'y' has none.",
        rejected(() -> Plots.means("", "y", Map.of("GRU", new double[0]))));
    assertEquals(
        "The number of values of 'g' must be 2, one for each of [a, b], but was 1.",
        rejected(() -> Plots.bars("", "", List.of("a", "b"), Map.of("g", new double[1]))));
  }

  @Test
  void runsAreInRowsInTheOrderOfTheirMeans() {
    Map<String, double[]> runs = new LinkedHashMap<>();
    runs.put("LSTM", new double[] {2, 4});
    runs.put("GRU", new double[] {1, 2});
    runs.put("RNN", new double[] {7});
    Map<String, String> groups = Map.of("LSTM", "a", "GRU", "b", "RNN", "a");

    JsonNode figure = FigureJson.of(Plots.runs("", "error", runs, groups));

    assertEquals("b", figure.at("/data/0/name").asText());
    assertEquals("[1.5]", figure.at("/data/0/x").toString());
    assertEquals("[1,2]", figure.at("/data/1/x").toString());
    assertEquals("[3,7]", figure.at("/data/2/x").toString());
    assertEquals("[1,2]", figure.at("/data/2/y").toString());
    assertEquals("[1,1,2]", figure.at("/data/3/y").toString());
    assertEquals("[\"GRU\",\"LSTM\",\"RNN\"]", figure.at("/layout/yaxis/ticktext").toString());
    assertEquals(
        "Each name must have at least one run, but 'GRU' has none.",
        rejected(() -> Plots.runs("", "", Map.of("GRU", new double[0]), Map.of("GRU", "group"))));
    assertEquals(
        "Each name of the runs must have a group, but the runs are [GRU] and the groups {}.",
        rejected(() -> Plots.runs("", "", Map.of("GRU", new double[1]), Map.of())));
  }

  /** A logarithmic axis has no place for 0; Plotly and the picture drew a line to its edge. */
  @Test
  void gradientOfZeroIsAGapAndDashedLinesHaveTheColorOfTheirLayer() {
    JsonNode data =
        FigureJson.of(
                Plots.gradientNorms(
                    Map.of("LSTM", new double[] {0, 3}),
                    Map.of("LSTM, before", new double[] {1, 2})))
            .at("/data");

    assertEquals("[null,3]", data.at("/0/y").toString());
    assertEquals("dash", data.at("/1/line/dash").asText());
    assertEquals(data.at("/0/line/color"), data.at("/1/line/color"));
  }

  /** 0 … 9 twice: quartiles 2.25 and 6.75 of 20 values, so 9/∛20 = 3.3 wide, at least 10 bins. */
  @Test
  void histogramCountsEachFiniteValueOnce() {
    double[] values = IntStream.range(0, 20).mapToDouble(i -> i % 10).toArray();
    values = Arrays.copyOf(values, 21);
    values[20] = Double.NaN;

    JsonNode bars = FigureJson.of(Plots.histogram("", "x", values)).at("/data/0");

    assertEquals("[2,2,2,2,2,2,2,2,2,2]", bars.get("y").toString());
    assertEquals(0.45, bars.at("/x/0").asDouble(), 1e-9);
    assertEquals(
        "A histogram needs at least one finite number, but there is none in [count].",
        rejected(() -> Plots.histogram("", "", new double[] {Double.NaN})));
  }

  @Test
  void histogramSamplesShareBins() {
    Map<String, double[]> samples = new LinkedHashMap<>();
    samples.put("a", new double[] {0, 0, 0});
    samples.put("b", new double[] {10, 10});

    JsonNode json = FigureJson.of(Plots.histogram("", "", samples));

    assertEquals("[3,0,0,0,0,0,0,0,0,0,0]", json.at("/data/0/y").toString());
    assertEquals("[0,0,0,0,0,0,0,0,0,2,0]", json.at("/data/1/y").toString());
    assertEquals(json.at("/data/0/x"), json.at("/data/1/x"));
  }

  @Test
  void centersDivergingColorsOnZero() {
    JsonNode signs = FigureJson.of(Plots.heatMap("", "", "", new double[][] {{-1, 3}}));
    JsonNode positive = FigureJson.of(Plots.heatMap("", "", "", new double[][] {{1, 3}}));
    JsonNode fixed =
        FigureJson.of(Plots.heatMap("", "", "", new double[][] {{1, 3}}).colorRange(0, 4));

    assertEquals(-3, signs.at("/data/0/zmin").asDouble());
    assertEquals(3, signs.at("/data/0/zmax").asDouble());
    assertEquals(PlotStyle.DIVERGING.get(0), signs.at("/data/0/colorscale/0/1").asText());
    assertEquals(1, positive.at("/data/0/zmin").asDouble());
    assertEquals(PlotStyle.SEQUENTIAL.get(0), positive.at("/data/0/colorscale/0/1").asText());
    assertEquals(4, fixed.at("/data/0/zmax").asDouble());
  }

  @Test
  void keepsEqualLabelsSeparate() {
    JsonNode json =
        FigureJson.of(
            Plots.heatMap("", "", "", List.of("a", "a"), List.of("r"), new double[][] {{1, 2}}));

    assertEquals("[0,1]", json.at("/data/0/x").toString());
    assertEquals("[\"a\",\"a\"]", json.at("/layout/xaxis/ticktext").toString());
    assertEquals(
        "The number of column labels must be 2, one per column, but was 1.",
        rejected(
            () -> Plots.heatMap("", "", "", List.of("a"), List.of("r"), new double[][] {{1, 2}})));
    assertEquals(
        "All rows of the heat map must have the same length, but row 0 has length 2 and row 1 has length 1.",
        rejected(() -> Plots.heatMap("", "", "", new double[][] {{1, 2}, {1}})));
    assertEquals(
        "values must have one row per y and one value per x, 1 × 3, but was 1 × 2.",
        rejected(
            () ->
                Plots.heatMap("", "", "", new double[3], new double[1], new double[][] {{1, 2}})));
  }

  /** b = 2a and c = −a; rows in which one of the two values is missing are ignored. */
  @Test
  void ignoresMissingValuesInCorrelations() {
    Table table =
        Table.create(
            DoubleColumn.create("a", 1, 2, 3, 9),
            DoubleColumn.create("b", 2, 4, 6, Double.NaN),
            DoubleColumn.create("c", -1, -2, -3, -9),
            StringColumn.create("text", "a", "b", "c", "d"));

    JsonNode z = FigureJson.of(Plots.correlation(table)).at("/data/0/z");

    assertEquals("[[1,1,-1],[1,1,-1],[-1,-1,1]]", z.toString().replace(".0", ""));
    assertEquals(
        "A correlation needs at least two columns of numbers, but the columns are [a].",
        rejected(() -> Plots.correlation(table, "a")));
  }

  /** y = 10, 20, …: a model that repeats the last row is off by 10 one step ahead, by 20 two. */
  private static Windows windows(int steps) {
    var start = LocalDateTime.of(2020, 1, 1, 0, 0);
    DateTimeColumn times =
        DateTimeColumn.create("time", IntStream.range(0, 8).mapToObj(start::plusHours));
    DoubleColumn y = DoubleColumn.create("y (K)", 10, 20, 30, 40, 50, 60, 70, 80);
    TimeSeries series = TimeSeries.of(Table.create(times, y)).target("y (K)").normalizedOn(0, 5);
    Windows windows = series.windows().lookback(1).horizon(1);
    return steps == 1 ? windows : windows.targetSteps(steps);
  }

  private static Sequential echo(int outputs) {
    Sequential model = Sequential.of(input(1, 1), flatten(), dense(outputs));
    for (int i = 0; i < outputs; i++) {
      model.weight("dense/kernel").set(0, i, 1);
    }
    return model;
  }

  @Test
  void drawsErrorByHorizon() {
    JsonNode json = FigureJson.of(Plots.errorByHorizon(windows(2), Map.of("echo", echo(2))));

    assertEquals("[1,2]", json.at("/data/0/x").toString());
    assertEquals(10, json.at("/data/0/y/0").asDouble(), 1e-4);
    assertEquals(20, json.at("/data/0/y/1").asDouble(), 1e-4);
    assertEquals("MAE (K)", json.at("/layout/yaxis/title/text").asText());
    assertEquals(
        "The windows must have at least two target steps, but have one. Set targetSteps(n).",
        rejected(() -> Plots.errorByHorizon(windows(1), Map.of("echo", echo(1)))));
  }

  @Test
  void drawsErrorByHourOfTheDay() {
    List<LocalDateTime> times =
        List.of(
            LocalDateTime.of(2020, 1, 1, 5, 0),
            LocalDateTime.of(2020, 1, 2, 5, 30),
            LocalDateTime.of(2020, 1, 2, 23, 0));

    JsonNode y =
        FigureJson.of(Plots.errorByHour(times, Map.of("GRU", new double[] {1, -3, 4}), "K"))
            .at("/data/0/y");

    assertEquals(24, y.size());
    assertEquals(2, y.get(5).asDouble());
    assertEquals(4, y.get(23).asDouble());
    assertTrue(y.get(0).isNull());
    assertEquals(
        "The number of errors of 'GRU' must be 3, one per time, but was 2.",
        rejected(() -> Plots.errorByHour(times, Map.of("GRU", new double[2]), "")));
  }

  @Test
  void computesErrorsAsForecastMinusTruth() {
    JsonNode json = FigureJson.of(Plots.errorDistribution(windows(1), Map.of("echo", echo(1))));

    // All errors are −10, up to the rounding of floats.
    assertEquals(-10, json.at("/data/0/x/0").asDouble(), 0.6);
    assertEquals(-10, json.at("/data/0/x/9").asDouble(), 0.6);
    assertEquals("error (K)", json.at("/layout/xaxis/title/text").asText());
  }

  /**
   * The forecast is always 10 too low, so both edges of the band are at forecast + 10, the truth.
   */
  @Test
  void placesBandByValidationErrors() {
    JsonNode json =
        FigureJson.of(Plots.forecastBand(windows(1).range(4, 8), echo(1), windows(1), 0.8));

    assertEquals("truth", json.at("/data/2/name").asText());
    for (int i = 0; i < json.at("/data/2/y").size(); i++) {
      double truth = json.at("/data/2/y").get(i).asDouble();
      assertEquals(truth, json.at("/data/0/y").get(i).asDouble(), 1e-3);
      assertEquals(truth, json.at("/data/1/y").get(i).asDouble(), 1e-3);
      assertEquals(truth - 10, json.at("/data/3/y").get(i).asDouble(), 1e-3);
    }
    assertTrue(json.at("/data/1/name").asText().startsWith("80 % band, contains "));
    assertEquals(
        "coverage must be greater than 0 and less than 1, for example 0.8, but was 80.0.",
        rejected(() -> Plots.forecastBand(windows(1), echo(1), windows(1), 80)));
  }

  /**
   * Step k of the forecast is always 10·k too low, so both edges of its band are 10·k above it. The
   * last window with two target steps begins at row 5 and predicts rows 6 and 7.
   */
  @Test
  void drawsBandOfSeveralStepsForTheLastWindow() {
    JsonNode json = FigureJson.of(Plots.forecastBand(windows(2), echo(2), windows(2), 0.8));

    assertEquals("truth", json.at("/data/2/name").asText());
    assertEquals(
        List.of("2020-01-01T06:00", "2020-01-01T07:00"),
        StreamSupport.stream(json.at("/data/2/x").spliterator(), false)
            .map(time -> time.asText().substring(0, 16))
            .toList());
    for (int k = 0; k < 2; k++) {
      assertEquals(70 + 10 * k, json.at("/data/2/y").get(k).asDouble(), 1e-3);
      assertEquals(60, json.at("/data/3/y").get(k).asDouble(), 1e-3);
      assertEquals(70 + 10 * k, json.at("/data/0/y").get(k).asDouble(), 1e-3);
      assertEquals(70 + 10 * k, json.at("/data/1/y").get(k).asDouble(), 1e-3);
    }
  }

  /** The wider band first, so that the inner one is darker; 12 is outside of both. */
  @Test
  void drawsNestedBandsMedianTruthAndAnomalies() {
    Table table =
        Table.create(
            IntColumn.create("ahead", 1, 2),
            DoubleColumn.create("T (K)", 5, 12),
            DoubleColumn.create("T (K) q0.9", 6, 7),
            DoubleColumn.create("T (K) q0.1", 4, 3),
            DoubleColumn.create("T (K) q0.025", 2, 1),
            DoubleColumn.create("T (K) q0.5", 5, 5.5),
            DoubleColumn.create("T (K) q0.975", 8, 9),
            BooleanColumn.create("anomaly", false, true));
    JsonNode json = FigureJson.of(Plots.forecastBands(table));

    assertEquals(
        List.of(
            "lower edge of the band",
            "95 % band, contains 50 % here",
            "lower edge of the band",
            "80 % band, contains 50 % here",
            "truth",
            "median",
            "anomaly"),
        names(json));
    assertEquals("[2,1]", json.at("/data/0/y").toString());
    assertEquals("[8,9]", json.at("/data/1/y").toString());
    assertEquals("[4,3]", json.at("/data/2/y").toString());
    assertEquals("[6,7]", json.at("/data/3/y").toString());
    assertEquals("tonexty", json.at("/data/3/fill").asText());
    assertEquals("[5,5.5]", json.at("/data/5/y").toString());
    assertEquals("[2]", json.at("/data/6/x").toString());
    assertEquals("[12]", json.at("/data/6/y").toString());
    assertEquals("T (K)", json.at("/layout/yaxis/title/text").asText());
    assertEquals("ahead", json.at("/layout/xaxis/title/text").asText());
    JsonNode future =
        FigureJson.of(
            Plots.forecastBands(table.selectColumns("ahead", "T (K) q0.1", "T (K) q0.9")));
    assertEquals(List.of("lower edge of the band", "80 %"), names(future));
    assertTrue(
        rejected(() -> Plots.forecastBands(table.selectColumns("T (K)")))
            .contains("its columns are [T (K)]"));
    assertTrue(
        rejected(() -> Plots.forecastBands(table.selectColumns("T (K) q0.1")))
            .contains("two quantiles"));
  }

  @Test
  void drawsForecastOfTheFutureWithoutTruth() {
    List<LocalDateTime> times = List.of(LocalDateTime.of(2020, 1, 1, 0, 0));
    double[] value = {5};
    PlotFigure band =
        Plots.forecastBand(times, null, value, new double[] {4}, new double[] {6}, "T (K)");
    JsonNode json = FigureJson.of(band);
    assertEquals(List.of("lower edge of the band", "band", "forecast"), names(json));
    assertEquals("Forecast", json.at("/layout/title/text").asText());
    JsonNode lines = FigureJson.of(Plots.forecast(times, null, Map.of("GRU", value), "T (K)"));
    assertEquals(List.of("GRU"), names(lines));
    assertEquals(PlotStyle.color(2), lines.at("/data/0/line/color").asText());
  }

  @Test
  void drawsGatesAsUnitsOverTimeSteps() {
    Sequential model = Sequential.seeded(1, input(3, 1), lstm(2), dense(1));
    Recording recording = model.record(Samples.of(new double[][][] {{{1}, {2}, {3}}}), 0);

    JsonNode json = FigureJson.of(Plots.gates(recording, "lstm", List.of("a", "b", "c"), "f", "c"));

    double[][] forget = recording.get("lstm", "f");
    assertEquals(2, json.get("data").size());
    assertEquals(2, json.at("/data/0/z").size());
    assertEquals(forget[2][1], json.at("/data/0/z/1/2").asDouble(), 1e-3);
    assertEquals("f, forget gate", json.at("/layout/yaxis/title/text").asText());
    assertEquals(0, json.at("/data/0/zmin").asDouble());
    assertEquals(1, json.at("/data/0/zmax").asDouble());
    assertEquals("[\"a\",\"b\",\"c\"]", json.at("/layout/xaxis/ticktext").toString());
    assertEquals(
        "The number of step labels must be 3, one per time step, but was 1.",
        rejected(() -> Plots.gates(recording, "lstm", List.of("a"))));
    assertEquals(
        "Layer 'dense' must have recorded gates or states, but has none. The recorded layers are"
            + " [lstm, dense].",
        rejected(() -> Plots.gates(recording, "dense")));
    JsonNode all = FigureJson.of(Plots.gates(recording, "lstm"));
    assertEquals(6, all.get("data").size()); // h, c, i, f, g, o, and not the output
    assertEquals(
        "Exactly one recorded layer must have attention weights, but those that have them are [] of"
            + " [lstm, dense]. Pass the weights of one layer to attention(weights, words).",
        rejected(() -> Plots.attention(recording, List.of())));
    assertEquals(
        "The number of words must be 2, one per weight, but was 1.",
        rejected(() -> Plots.attention(new double[2], List.of("a"))));
  }

  /** A rotation by 90° scaled by a half, with the eigenvalues ±0.5 i. */
  @Test
  void drawsEigenvaluesInTheComplexPlane() {
    SimpleMatrix matrix = new SimpleMatrix(new double[][] {{0, -0.5}, {0.5, 0}});

    JsonNode json = FigureJson.of(Plots.eigenvalues(Map.of("U", matrix)));

    assertEquals(List.of("U (radius 0.500)"), names(json));
    assertEquals(0.5, Math.abs(json.at("/data/0/y/0").asDouble()), 1e-12);
    assertEquals(0, json.at("/data/0/x/0").asDouble(), 1e-12);
    assertEquals("x", json.at("/layout/yaxis/scaleanchor").asText());
    assertEquals(
        "Matrix 'W' must be square to have eigenvalues, but is 1 × 2. Draw its singular values with singularValues(…).",
        rejected(() -> Plots.eigenvalues(Map.of("W", new SimpleMatrix(1, 2)))));
    assertEquals(
        "[0.5,0.5]",
        FigureJson.of(Plots.singularValues(Map.of("U", matrix))).at("/data/0/y").toString());
  }

  /** Each block of the kernel is a gate: 2 on the diagonal of r, 3 on that of the candidate. */
  @Test
  void splitsRecurrentKernelByGate() {
    Sequential model = Sequential.of(input(3, 1), gru(2), dense(1));
    var kernel = model.weight("gru/recurrent_kernel");
    kernel.zero();
    kernel.set(0, 2, 2);
    kernel.set(1, 3, 2);
    kernel.set(0, 4, 3);
    kernel.set(1, 5, 3);

    JsonNode json = FigureJson.of(Plots.eigenvalues(model, "gru"));

    assertEquals(List.of("z (radius 0.00)", "r (radius 2.00)", "g (radius 3.00)"), names(json));
    assertEquals(
        "Layer 'dense' must have a recurrent kernel, but has none. The weights of the model are "
            + model.weights().keySet()
            + ".",
        rejected(() -> Plots.eigenvalues(model, "dense")));
  }

  @Test
  void modelDiagramAgreesWithSummary() {
    JsonNode json = FigureJson.of(Plots.model(Sequential.of(input(3, 2), gru(4), dense(1))));

    List<String> texts =
        StreamSupport.stream(json.at("/layout/annotations").spliterator(), false)
            .map(text -> text.get("text").asText())
            .toList();
    // GRU of Keras: 3·(4·2 + 4·4 + 2·4) = 96.
    assertTrue(
        texts.containsAll(
            List.of("<b>gru</b>", "GRU", "(None, 4)", "96 parameters", "5 parameters")),
        texts.toString());
    assertTrue(json.at("/layout/title/text").asText().contains("101"));
  }

  @Test
  void eventRollsShareTimeAxis() {
    double[][] truth = {{1, 0}, {0, 1}};

    JsonNode json =
        FigureJson.of(
            Plots.eventRolls(new double[2][3], 0.5, List.of("tone", "click"), truth, truth));

    assertEquals("[0.25,0.75]", json.at("/data/0/x").toString());
    assertEquals("[[1,0],[0,1]]", json.at("/data/1/z").toString());
    assertEquals("y3", json.at("/layout/xaxis/anchor").asText());
    assertEquals(
        "truth must have one row per frame and one value per class, 2 × 2, but was 1 × 2.",
        rejected(
            () ->
                Plots.eventRolls(new double[2][3], 1, List.of("a", "b"), new double[1][2], truth)));
  }

  @Test
  void eventRollsWithoutPredictionShowTheTruthOnce() {
    double[][] truth = {{1, 0}, {0, 1}};
    double[][] decibels = {{-40, 10}, {-20, 30}};

    JsonNode json = FigureJson.of(Plots.eventRolls(decibels, 0.5, List.of("tone", "click"), truth));

    assertEquals(2, json.path("data").size());
    // Viridis, although the decibels have both signs.
    assertEquals("#440154", json.at("/data/0/colorscale/0/1").asText());
  }

  @Test
  void meansShowBaselinesInGray() {
    Map<String, double[]> runs = Map.of("GRU", new double[] {1, 3});

    JsonNode data =
        FigureJson.of(Plots.means("", "MAE", runs, Map.of("last value", 5.0, "ridge", 4.0)))
            .path("data");

    assertEquals("[2]", data.at("/0/y").toString());
    assertEquals("[\"ridge\",\"last value\"]", data.at("/1/x").toString());
    assertEquals("[4,5]", data.at("/1/y").toString());
    assertEquals(PlotStyle.NEUTRAL, data.at("/1/marker/color").asText());
    // The bars of layers have several colors, which no symbol of a legend shows.
    assertEquals("false", data.at("/0/showlegend").asText());
  }

  private static Table trials() {
    return Table.create(
        IntColumn.create("trial", 0, 1, 2, 3),
        DoubleColumn.create("rate", 1e-4, 1e-3, 1e-2, 1e-2),
        StringColumn.create("cell", "LSTM", "GRU", "GRU", "LSTM"),
        DoubleColumn.create("val_loss", 0.5, Double.NaN, 0.7, 0.3));
  }

  @Test
  void bestSoFarNeverGetsWorse() {
    JsonNode less = FigureJson.of(Plots.bestSoFar(Map.of("s", trials()), "val_loss", false));
    JsonNode more = FigureJson.of(Plots.bestSoFar(Map.of("s", trials()), "val_loss", true));

    assertEquals("[0.5,0.5,0.5,0.3]", less.at("/data/0/y").toString());
    assertEquals("[0.5,0.5,0.7,0.7]", more.at("/data/0/y").toString());
    assertEquals("[0.5,null,0.7,0.3]", less.at("/data/1/y").toString());
    assertEquals(
        "The table of trials must have the column 'loss', but its columns are [trial, rate, cell, val_loss].",
        rejected(() -> Plots.bestSoFar(Map.of("s", trials()), "loss", false)));
  }

  /** Draws lines from the worst to the best, rate on a logarithmic axis, and GRU below LSTM. */
  @Test
  void scalesParallelCoordinatesToTheirAxes() {
    JsonNode json = FigureJson.of(Plots.parallelCoordinates(trials(), "val_loss", false));

    assertEquals(List.of("trial 2", "trial 0", "trial 3", "val_loss"), names(json));
    assertEquals("[1,0,1]", json.at("/data/0/y").toString());
    assertEquals("[0,1,0.5]", json.at("/data/1/y").toString());
    assertEquals("[1,1,0]", json.at("/data/2/y").toString());
    assertEquals(PlotStyle.RANKING.get(0), json.at("/data/2/line/color").asText());
    assertEquals(PlotStyle.RANKING.get(2), json.at("/data/0/line/color").asText());

    // After an interrupted search, row numbers differ from trial numbers.
    Table some = trials().dropRows(0);
    assertEquals(
        List.of("trial 2", "trial 3", "val_loss"),
        names(FigureJson.of(Plots.parallelCoordinates(some, "val_loss", false))));
  }

  @Test
  void drawsOneSlicePerHyperparameter() {
    JsonNode json = FigureJson.of(Plots.slices(trials(), "val_loss"));

    assertEquals(List.of("rate", "cell"), names(json));
    assertEquals("log", json.at("/layout/xaxis/type").asText());
    assertEquals("category", json.at("/layout/xaxis2/type").asText());
    assertEquals("[\"LSTM\",\"GRU\",\"GRU\",\"LSTM\"]", json.at("/data/1/x").toString());
    assertEquals(
        "The table of trials must have a hyperparameter, but its columns are [val_loss].",
        rejected(() -> Plots.slices(trials().selectColumns("val_loss"), "val_loss")));
  }

  /** A hyperparameter named epochs is drawn although Hyperband has bookkeeping columns. */
  @Test
  void doesNotDrawBookkeepingColumns(@TempDir Path folder) {
    Table results =
        new GridSearch("mae")
            .directory(folder)
            .search(
                hp -> {
                  int epochs = hp.Int("epochs", 1, 2);
                  return () -> epochs;
                })
            .results();
    for (String column : SearchResult.BOOKKEEPING) {
      if (!results.containsColumn(column)) {
        results.addColumns(IntColumn.create(column, 0, 1));
      }
    }

    assertEquals(List.of("epochs"), names(FigureJson.of(Plots.slices(results, "mae"))));
    assertEquals(
        2, FigureJson.of(Plots.parallelCoordinates(results, "mae", false)).at("/data/0/y").size());
  }

  @Test
  void drawsMostImportantAtTheTop() {
    JsonNode json = FigureJson.of(Plots.importance(Map.of("units", 0.2, "rate", 0.8)));

    assertEquals("[\"units\",\"rate\"]", json.at("/data/0/y").toString());
    assertEquals("h", json.at("/data/0/orientation").asText());
  }

  @Test
  void drawsMissingImportanceAtTheBottom() {
    JsonNode json =
        FigureJson.of(Plots.importance(Map.of("units", 0.2, "cell", Double.NaN, "rate", -0.1)));

    assertEquals("[\"cell\",\"rate\",\"units\"]", json.at("/data/0/y").toString());
  }

  @Test
  void leavesRoomForLabelsOfNegativeValues() {
    JsonNode range =
        FigureJson.of(Plots.importance(Map.of("units", 0.3, "rate", -0.1)))
            .at("/layout/xaxis/range");

    assertEquals(-0.196, range.get(0).asDouble(), 1e-9); // 0.24 of 0.4 beyond −0.1
    assertEquals(0.36, range.get(1).asDouble(), 1e-9);
  }
}
