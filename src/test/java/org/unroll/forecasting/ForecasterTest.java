package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.pinball;
import static org.unroll.optimizers.Optimizers.adam;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.keras.files.KerasArchive;
import org.unroll.timeseries.Cycle;
import org.unroll.timeseries.Scaling;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Forecasts of a saved forecaster, compared with those of the windows that it was made of. */
class ForecasterTest {
  private static final LocalDateTime START = LocalDateTime.of(2020, 3, 1, 0, 0);

  @TempDir Path folder;

  /** Hourly rows; "p" is only a target, "note" is not used. */
  private static Table raw(int from, int to) {
    int[] rows = IntStream.range(from, to).toArray();
    return Table.create(
        StringColumn.create("note", IntStream.of(rows).mapToObj(i -> "row " + i)),
        DateTimeColumn.create("hour", IntStream.of(rows).mapToObj(START::plusHours)),
        column("wind", rows, 0.7),
        column("T (K)", rows, 0.2),
        column("p", rows, 0.1));
  }

  private static DoubleColumn column(String name, int[] rows, double speed) {
    return DoubleColumn.create(
        name, IntStream.of(rows).mapToDouble(i -> 280 + 9 * Math.sin(speed * i)).toArray());
  }

  private static Windows windows(String... targets) {
    return TimeSeries.of(Cycle.addTo(raw(0, 60), Cycle.DAY))
        .columns("T (K)", "wind", "day sin", "day cos")
        .target(targets)
        .interpolated(2)
        .normalizedOn(0, 40)
        .windows()
        .lookback(6)
        .step(2)
        .horizon(1)
        .targetSteps(3);
  }

  /** A model of 3 input rows of 3 columns and of the known columns in 4 target rows. */
  private static Model futureModel(int known, int outputs) {
    var past = input(3, 3);
    var future = input(4, known);
    var both = concatenate().on(gru(5).on(past), flatten().on(future));
    return Model.seeded(7, List.of(past, future), List.of(dense(outputs).on(both)));
  }

  /** Targets 2, 4, 6 and 8 rows after the last input row. */
  private static Windows futureWindows(String... known) {
    return TimeSeries.of(Cycle.addTo(raw(0, 60), Cycle.DAY))
        .columns("T (K)", "wind", "day sin")
        .target("T (K)")
        .known(known)
        .normalizedOn(0, 40)
        .normalizedOn(0, 40, Scaling.minMax(), "p")
        .windows()
        .lookback(6)
        .step(2)
        .horizon(2)
        .targetSteps(4);
  }

  private static double[] predict(Model model, double[][] past, double[][] future) {
    Dataset both = Samples.of(new double[][][] {past}).and(Samples.of(new double[][][] {future}));
    return model.predict(both).get(0);
  }

  private static Sequential model(int outputs) {
    return Sequential.seeded(3, input(3, 4), gru(5), dense(outputs));
  }

  private Forecaster reloaded(Forecaster forecaster) {
    Path file = folder.resolve("forecaster.keras");
    forecaster.save(file);
    return Forecaster.load(file);
  }

  @Test
  void forecastsTheSameFromRawRowsAfterLoading() {
    Windows windows = windows("T (K)", "p");
    Sequential model = model(6);
    // The windows end with row 59, and so do the newest rows, in which nobody knows p.
    Table expected = windows.forecast(model.predictOne(windows.lastInput()));
    Forecaster loaded = reloaded(Forecaster.of(model, windows));
    assertEquals(List.of("T (K)", "wind", "day sin", "day cos"), loaded.columnNames());
    assertEquals(List.of("T (K)", "p"), loaded.targetNames());
    assertEquals(5, loaded.rowsNeeded());
    for (Table rows :
        List.of(
            raw(0, 60),
            raw(55, 60).removeColumns("p"),
            Cycle.addTo(
                raw(50, 60).reorderColumns("p", "T (K)", "wind", "hour", "note"), Cycle.DAY))) {
      Table forecast = loaded.forecast(rows);
      assertEquals(List.of("hour", "T (K)", "p"), forecast.columnNames());
      assertEquals(START.plusHours(60), forecast.dateTimeColumn("hour").get(0));
      assertEquals(START.plusHours(64), forecast.dateTimeColumn("hour").get(2));
      for (String target : List.of("T (K)", "p")) {
        assertArrayEquals(
            expected.doubleColumn(target).asDoubleArray(),
            forecast.doubleColumn(target).asDoubleArray(),
            1e-4);
      }
    }
  }

  /**
   * The file and its forecasts are of a program that knew neither known columns nor differences.
   */
  @Test
  void filesOfVersionOneAreRead() throws IOException {
    Path file = folder.resolve("version1.keras");
    try (var in = ForecasterTest.class.getResourceAsStream("version1.keras")) {
      Files.copy(in, file);
    }
    assertTrue(json(file).startsWith("{\"version\":1,"), json(file));
    assertFalse(json(file).contains("known"));
    Forecaster forecaster = Forecaster.load(file);
    assertEquals(List.of(), forecaster.knownNames());
    assertArrayEquals(
        new double[] {283.28892451615167, 276.24291515241083, 283.4261610449321},
        forecaster.forecast(raw(50, 60)).doubleColumn("T (K)").asDoubleArray(),
        1e-4);
  }

  /** Earlier programs read only version 1: what they would ignore must have version 2. */
  @Test
  void filesThatEarlierProgramsWouldMisreadHaveVersionTwo() throws IOException {
    Windows plain = windows("T (K)");
    TimeSeries series = plain.series();
    Scaling change = Scaling.standard().difference();
    List<Forecaster> forecasters =
        List.of(
            Forecaster.of(model(3), plain),
            Forecaster.of(model(3), like(plain, series.normalizedOn(0, 40, change, "T (K)"))),
            Forecaster.of(model(3), like(plain, series.normalizedOn(0, 40, change, "wind"))),
            Forecaster.of(futureModel(1, 4), futureWindows("p")));
    int[] versions = {1, 2, 2, 2};
    for (int i = 0; i < versions.length; i++) {
      Path file = folder.resolve(i + ".keras");
      forecasters.get(i).save(file);
      assertTrue(json(file).startsWith("{\"version\":" + versions[i] + ","), json(file));
      assertEquals(forecasters.get(i).knownNames(), Forecaster.load(file).knownNames());
    }
  }

  private static Windows like(Windows windows, TimeSeries series) {
    return series
        .windows()
        .lookback(6)
        .step(2)
        .horizon(1)
        .targetSteps(windows.targetShape().axis(0));
  }

  private static String json(Path file) throws IOException {
    return new String(KerasArchive.read(file.toFile()).forecaster(), StandardCharsets.UTF_8);
  }

  /** Of the known columns, "wind" is also seen in the past, "p" is not, and one is computed. */
  @Test
  void knownFutureIsUsedAfterLoading() {
    Windows windows = futureWindows("p", "wind", "day cos");
    Model model = futureModel(3, 4);
    Table next = Cycle.addTo(raw(60, 68), Cycle.DAY);
    Table expected =
        windows.forecast(predict(model, windows.lastInput(), windows.lastFuture(next)));
    Forecaster loaded = reloaded(Forecaster.of(model, windows));
    assertEquals(List.of("p", "wind", "day cos"), loaded.knownNames());
    assertEquals(8, loaded.knownRowsNeeded());
    for (Table known :
        List.of(
            raw(60, 68),
            raw(60, 90).reorderColumns("hour", "p", "wind", "note", "T (K)"),
            next.removeColumns("T (K)", "day sin"))) {
      Table forecast = loaded.forecast(raw(50, 60).removeColumns("p"), known);
      assertEquals(expected.columnNames(), forecast.columnNames());
      assertEquals(START.plusHours(67), forecast.dateTimeColumn("hour").get(3));
      assertArrayEquals(
          expected.doubleColumn("T (K)").asDoubleArray(),
          forecast.doubleColumn("T (K)").asDoubleArray(),
          1e-4);
    }
    Table windy = raw(60, 68);
    windy.doubleColumn("wind").set(7, 300);
    assertTrue(
        Math.abs(
                loaded.forecast(raw(50, 60), windy).doubleColumn("T (K)").get(0)
                    - expected.doubleColumn("T (K)").get(0))
            > 0.01);
  }

  @Test
  void knownCyclesNeedOnlyTheNewestRows() {
    Windows windows = futureWindows("day cos", "day sin");
    Model model = futureModel(2, 4);
    double[][] future = windows.lastFuture(Cycle.addTo(raw(60, 68), Cycle.DAY));
    double[] expected =
        windows
            .forecast(predict(model, windows.lastInput(), future))
            .doubleColumn("T (K)")
            .asDoubleArray();
    Forecaster loaded = reloaded(Forecaster.of(model, windows));
    for (Table forecast :
        List.of(
            loaded.forecast(raw(50, 60)),
            loaded.forecast(raw(50, 60), raw(60, 68).selectColumns("hour")))) {
      assertArrayEquals(expected, forecast.doubleColumn("T (K)").asDoubleArray(), 1e-4);
    }
  }

  /** Days as text, of which 03/04/2020 … 12/04/2020 are ambiguous without the rows before. */
  @Test
  void knownRowsHaveTheFormatOfTheNewestRows() {
    Windows windows =
        TimeSeries.of(Cycle.addTo(days(0, 60, "dd/MM/yyyy"), Cycle.WEEK))
            .columns("T (K)", "wind", "week sin")
            .target("T (K)")
            .known("wind", "week cos")
            .normalizedOn(0, 40)
            .windows()
            .lookback(6)
            .step(2)
            .horizon(2)
            .targetSteps(4);
    Forecaster forecaster = reloaded(Forecaster.of(futureModel(2, 4), windows));
    Table newest = days(20, 33, "dd/MM/yyyy"); // 21/03/2020 … 02/04/2020
    Table next = days(33, 41, "dd/MM/yyyy");
    Table forecast = forecaster.forecast(newest, next);
    assertEquals("10/04/2020", forecast.stringColumn("day").get(3));
    double[] expected = // dated rows
        forecaster.forecast(dated(20, 33), dated(33, 41)).doubleColumn("T (K)").asDoubleArray();
    assertArrayEquals(expected, forecast.doubleColumn("T (K)").asDoubleArray(), 1e-9);
    assertMessage(
        "row 1 must be 04/04/2020, but is 05/04/2020",
        () -> forecaster.forecast(newest, days(34, 42, "dd/MM/yyyy")));
    assertMessage(
        "row 3 must be 06/04/2020, but is 04/06/2020",
        () -> forecaster.forecast(newest, days(33, 41, "MM/dd/yyyy")));
    Table without = Cycle.addTo(dated(33, 41), Cycle.WEEK).removeColumns("day");
    assertArrayEquals(
        expected, forecaster.forecast(newest, without).doubleColumn("T (K)").asDoubleArray(), 1e-9);
    Table ambiguous = Cycle.addTo(dated(33, 41), Cycle.WEEK);
    ambiguous.replaceColumn("day", next.column("day"));
    assertMessage("TimeTable.withTimes", () -> forecaster.forecast(dated(20, 33), ambiguous));

    Windows cycles =
        windows.series().known("week cos").windows().lookback(6).step(2).horizon(2).targetSteps(4);
    Forecaster alone = reloaded(Forecaster.of(futureModel(1, 4), cycles));
    assertArrayEquals(
        alone.forecast(dated(20, 33)).doubleColumn("T (K)").asDoubleArray(),
        alone.forecast(newest).doubleColumn("T (K)").asDoubleArray(),
        1e-9);
  }

  private static Table days(int from, int to, String pattern) {
    var format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    Table days = dated(from, to);
    days.replaceColumn(
        "day",
        StringColumn.create(
            "day", days.dateColumn("day").asList().stream().map(day -> day.format(format))));
    return days;
  }

  /** Rows of days from 1 March 2020. */
  private static Table dated(int from, int to) {
    int[] rows = IntStream.range(from, to).toArray();
    return Table.create(
        DateColumn.create("day", IntStream.of(rows).mapToObj(i -> START.toLocalDate().plusDays(i))),
        column("wind", rows, 0.7),
        column("T (K)", rows, 0.2));
  }

  @Test
  void knownFutureWithQuantiles() {
    Windows windows = futureWindows("p");
    Model model = futureModel(1, 8);
    double[][] future = windows.lastFuture(raw(60, 68));
    Table expected = windows.forecast(predict(model, windows.lastInput(), future), 0.2, 0.7);
    Table forecast =
        reloaded(Forecaster.of(model, windows, 0.2, 0.7)).forecast(raw(50, 60), raw(60, 68));
    assertEquals(List.of("hour", "T (K) q0.2", "T (K) q0.7"), forecast.columnNames());
    assertArrayEquals(
        expected.doubleColumn("T (K) q0.7").asDoubleArray(),
        forecast.doubleColumn("T (K) q0.7").asDoubleArray(),
        1e-4);
  }

  @Test
  void unsuitableKnownRowsAreRefused() {
    Forecaster forecaster = Forecaster.of(futureModel(2, 4), futureWindows("wind", "p"));
    Table past = raw(50, 60);
    assertMessage("[wind, p] in the next 8 rows", () -> forecaster.forecast(past));
    assertMessage("but has 7", () -> forecaster.forecast(past, raw(60, 67)));
    assertMessage("'p'", () -> forecaster.forecast(past, raw(60, 68).removeColumns("p")));
    assertMessage(
        "row 1 must be 2020-03-03 13:00, but is 2020-03-03 14:00",
        () -> forecaster.forecast(past, raw(61, 69)));
    assertMessage("must begin one row after", () -> forecaster.forecast(past, raw(52, 68)));
    Table gap = raw(60, 68);
    gap.doubleColumn("p").setMissing(3);
    assertMessage("'p' contains NaN in row 3", () -> forecaster.forecast(past, gap));
    assertMessage(
        "[wind] are missing",
        () -> forecaster.forecast(raw(50, 60).removeColumns("wind"), raw(60, 68)));
    assertMessage(
        "sees only the past",
        () -> Forecaster.of(model(3), windows("T (K)")).forecast(past, raw(60, 68)));
    assertMessage(
        "known future [wind]", () -> Forecaster.of(futureModel(2, 4), futureWindows("wind")));
    Windows without = futureWindows("p").series().known("p").windows().lookback(6).step(2);
    assertMessage("(3, 3)", () -> Forecaster.of(model(3), without.targetSteps(3)));
    var unset =
        assertThrows(
            IllegalStateException.class, () -> Forecaster.of(futureModel(1, 3), windows("T (K)")));
    assertTrue(unset.getMessage().contains("known(\"…\")"), unset.getMessage());
  }

  /** Runs if there is a Python with Keras, see SavedModelsTest. */
  @Test
  void kerasOpensTheFile() throws IOException, InterruptedException {
    String python = System.getProperty("unroll.python", System.getenv("UNROLL_PYTHON"));
    assumeTrue(
        python != null && !python.isBlank(),
        "no comparison with Keras: set -Dunroll.python=… to a Python with Keras 3");
    Windows windows = futureWindows("p", "wind");
    Model model = futureModel(2, 4);
    Forecaster.of(model, windows).save(folder.resolve("forecaster.keras"));
    double[][][] past = {windows.lastInput()};
    double[][][] future = {windows.lastFuture(raw(60, 68))};
    new ObjectMapper()
        .writeValue(
            folder.resolve("forecaster.json").toFile(),
            Map.of(
                "x",
                List.of(past, future),
                "outputs",
                List.of(predict(model, past[0], future[0]))));
    Process process =
        new ProcessBuilder(python, "src/test/python/check_saved_models.py", folder.toString())
            .redirectErrorStream(true)
            .start();
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), report);
    assertTrue(report.contains("1 of 1 models agree"), report);
  }

  @Test
  void quantilesAndMarginsAreKept() {
    Windows windows = windows("T (K)");
    Sequential model = model(9);
    model.compile(adam(), pinball(0.1, 0.5, 0.9));
    double[] levels = {0.1, 0.5, 0.9};
    Table quantiles = windows.forecast(model.predictOne(windows.lastInput()), levels);
    var margins =
        new ConformalMargins(
            List.of(0.8, 0.9), List.of(List.of(1.0, 2.0), List.of(3.0, 4.0), List.of(5.0, 6.0)));
    Forecaster plain = reloaded(Forecaster.of(model, windows));
    assertEquals(quantiles.columnNames(), plain.forecast(raw(50, 60)).columnNames());
    Table corrected = reloaded(plain.margins(margins)).forecast(raw(50, 60));
    assertEquals(
        List.of("hour", "T (K) q0.05", "T (K) q0.1", "T (K) q0.5", "T (K) q0.9", "T (K) q0.95"),
        corrected.columnNames());
    for (int step = 0; step < 3; step++) {
      double lower = quantiles.doubleColumn("T (K) q0.1").get(step);
      double median = quantiles.doubleColumn("T (K) q0.5").get(step);
      assertEquals(lower - 1 - 2 * step, corrected.doubleColumn("T (K) q0.1").get(step), 1e-4);
      assertEquals(median + 2 + 2 * step, corrected.doubleColumn("T (K) q0.95").get(step), 1e-4);
    }
    Table points = Forecaster.of(model(3), windows).margins(margins).forecast(raw(50, 60));
    assertEquals(corrected.columnNames(), points.columnNames());
    assertMessage(
        "0.25",
        () ->
            Forecaster.of(model(6), windows, 0.1, 0.9)
                .margins(
                    new ConformalMargins(
                        List.of(0.5), List.of(List.of(1.0), List.of(1.0), List.of(1.0)))));
    assertMessage(
        "2 target steps",
        () ->
            plain.margins(new ConformalMargins(List.of(0.8), List.of(List.of(1.0), List.of(2.0)))));
  }

  @Test
  void otherScalingsAreKept() {
    Windows windows =
        windows("T (K)")
            .series()
            .normalizedOn(0, 40, Scaling.minMax(), "wind")
            .normalizedOn(0, 40, Scaling.robust().log(2), "T (K)")
            .windows()
            .lookback(6)
            .step(2)
            .horizon(1)
            .targetSteps(3);
    Sequential model = model(3);
    double[] outputs = model.predictOne(windows.lastInput());
    double[] forecast =
        reloaded(Forecaster.of(model, windows))
            .forecast(raw(50, 60))
            .doubleColumn("T (K)")
            .asDoubleArray();
    TimeSeries series = windows.series();
    for (int k = 0; k < 3; k++) {
      double logarithm = outputs[k] * series.std("T (K)") + series.mean("T (K)");
      assertEquals(Math.exp(logarithm) - 2, forecast[k], 1e-3);
    }
  }

  /** The target is not seen by the model; its values are needed to convert the changes back. */
  @Test
  void differencesAreInvertedAfterLoading() {
    for (int lag : new int[] {1, 24}) {
      Windows windows =
          windows("p")
              .series()
              .normalizedOn(0, 40, Scaling.standard().difference(lag), "p")
              .normalizedOn(0, 40, Scaling.minMax().difference(2), "wind")
              .windows()
              .lookback(6)
              .step(2)
              .horizon(1)
              .targetSteps(3);
      Sequential model = model(9);
      double[] outputs = model.predictOne(windows.lastInput());
      Forecaster loaded = reloaded(Forecaster.of(model, windows, 0.1, 0.5, 0.9));
      int needed = lag == 1 ? 7 : 24; // of wind: 3 rows, 2 apart, and 2 before; of p: row 61 − 24
      assertEquals(needed, loaded.rowsNeeded());
      Table forecast = loaded.forecast(raw(60 - needed, 60));
      double[] p = raw(0, 60).doubleColumn("p").asDoubleArray();
      double mean = mean(p, lag);
      double squares = 0;
      for (int row = lag; row < 40; row++) {
        squares += Math.pow(p[row] - p[row - lag] - mean, 2);
      }
      double std = Math.sqrt(squares / (40 - lag));
      for (int k = 0; k < 3; k++) {
        double base = lag == 1 ? p[59] : p[60 + 2 * k - lag];
        int lags = lag == 1 ? 1 + 2 * k : 1;
        assertEquals(
            base + lags * mean + std * outputs[3 * k + 2],
            forecast.doubleColumn("p q0.9").get(k),
            1e-3);
      }
      assertMessage("there are", () -> loaded.forecast(raw(61 - needed, 60)));
      assertMessage("[p] are missing", () -> loaded.forecast(raw(20, 60).removeColumns("p")));
      Table gap = raw(20, 60);
      int[] missing = lag == 1 ? new int[] {39} : new int[] {17, 18, 19}; // rows 59, 37 … 39
      IntStream.of(missing).forEach(gap.doubleColumn("p")::setMissing);
      String place =
          lag == 1
              ? "'p' in target step 0 is missing at 2020-03-03 11:00, row 39"
              : "'p' in target step 1 is missing at 2020-03-02 14:00, row 18";
      assertMessage(place, () -> loaded.forecast(gap));
    }
  }

  private static double mean(double[] values, int lag) {
    return IntStream.range(lag, 40)
        .mapToDouble(row -> values[row] - values[row - lag])
        .average()
        .orElseThrow();
  }

  @Test
  void rowsBeforeTheFirstBaseAreNotNeeded() {
    Windows windows =
        windows("p")
            .series()
            .normalizedOn(0, 40, Scaling.standard().difference(24), "p")
            .windows()
            .lookback(6)
            .step(2)
            .delay(1) // the first target is 3 rows ahead
            .targetSteps(3);
    Forecaster loaded = reloaded(Forecaster.of(model(3), windows));
    // The first of the targets 3, 5 and 7 rows after the last row is based on the row 21 before it.
    assertEquals(22, loaded.rowsNeeded());
    assertArrayEquals(
        windows
            .forecast(model(3).predictOne(windows.lastInput()))
            .doubleColumn("p")
            .asDoubleArray(),
        loaded.forecast(raw(38, 60)).doubleColumn("p").asDoubleArray(),
        1e-4);
    assertMessage("at least the 22 newest rows", () -> loaded.forecast(raw(39, 60)));
  }

  @Test
  void differencedKnownColumnsAreRefused() throws IOException {
    Path file = folder.resolve("forecaster.keras");
    Windows windows =
        futureWindows("p")
            .series()
            .normalizedOn(0, 40, Scaling.standard().difference(), "T (K)")
            .windows()
            .lookback(6)
            .step(2)
            .horizon(2)
            .targetSteps(4);
    Forecaster.of(futureModel(1, 4), windows).save(file);
    assertDamaged(
        file, "\"difference\":[1.0,null,null,null]", "\"difference\":[1.0,null,null,1.0]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "2147483646", "1e300", "\"one\"", "[]"})
  void damagedLagsAreRefused(String lag) throws IOException {
    Path file = folder.resolve("forecaster.keras");
    Windows windows =
        windows("T (K)")
            .series()
            .normalizedOn(0, 40, Scaling.standard().difference(), "T (K)")
            .windows()
            .lookback(6)
            .step(2)
            .targetSteps(3);
    Forecaster.of(model(3), windows).save(file);
    assertDamaged(file, "\"difference\":[1.0,", "\"difference\":[" + lag + ",");
  }

  @Test
  void gaussianOutputsBecomeQuantiles() {
    Windows windows = windows("T (K)");
    Sequential model = model(6);
    double[] outputs = model.predictOne(windows.lastInput());
    Table forecast =
        reloaded(Forecaster.ofGaussian(model, windows, 0.5, 0.975)).forecast(raw(50, 60));
    double upper = outputs[2] + 1.959963985 * Math.exp(outputs[3]);
    assertEquals(
        windows.series().denormalize(upper), forecast.doubleColumn("T (K) q0.975").get(1), 1e-3);
  }

  @Test
  void unsuitableRowsAreRefused() {
    Forecaster forecaster = Forecaster.of(model(3), windows("T (K)"));
    assertMessage(
        "[wind] are missing", () -> forecaster.forecast(raw(50, 60).removeColumns("wind")));
    Table text = raw(50, 60);
    text.replaceColumn(
        "wind", StringColumn.create("wind", IntStream.range(0, 10).mapToObj(i -> "calm")));
    assertMessage("'wind' of type STRING", () -> forecaster.forecast(text));
    assertMessage("there are 4", () -> forecaster.forecast(raw(56, 60)));
    assertMessage("evenly spaced", () -> forecaster.forecast(raw(50, 60).dropRows(8)));
    Table everyOther = raw(40, 60).dropRows(1, 3, 5, 7, 9, 11, 13, 15, 17, 19);
    assertMessage("PT1H apart", () -> forecaster.forecast(everyOther));
    assertMessage(
        "must be in order", () -> forecaster.forecast(raw(50, 60).sortDescendingOn("hour")));
    assertMessage(
        "column of times", () -> forecaster.forecast(raw(50, 60).removeColumns("hour", "note")));
    Table gap = raw(50, 60);
    gap.doubleColumn("wind").setMissing(6);
    assertEquals(3, forecaster.forecast(gap).rowCount()); // between two values
    gap.doubleColumn("wind").setMissing(9);
    assertMessage(
        "the value of 'wind' is missing at 2020-03-03 11:00", () -> forecaster.forecast(gap));
    Table infinite = raw(50, 60);
    infinite.doubleColumn("wind").set(9, Double.POSITIVE_INFINITY);
    assertMessage("Infinity", () -> forecaster.forecast(infinite));
    assertMessage("outputs of the shapes [(9,)]", () -> Forecaster.of(model(9), windows("T (K)")));
    assertMessage(
        "[(3, 4)] of the windows",
        () -> Forecaster.of(Sequential.of(input(4, 4), flatten(), dense(3)), windows("T (K)")));
  }

  @Test
  void fileIsAlsoThatOfTheModel() throws IOException {
    Path file = folder.resolve("forecaster.keras");
    Windows windows = windows("T (K)");
    Forecaster.of(model(3), windows).save(file);
    assertArrayEquals(
        model(3).predictOne(windows.lastInput()), Model.load(file).predictOne(windows.lastInput()));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    model(3).save(file);
    assertMessage("contains only a model", () -> Forecaster.load(file));
    Path h5 = folder.resolve("model.h5");
    model(3).save(h5);
    assertMessage("contains only a model", () -> Forecaster.load(h5));
    assertMessage("must end in .keras", () -> Forecaster.of(model(3), windows).save(h5));
    Path absent = folder.resolve("absent.keras");
    assertThrows(UncheckedIOException.class, () -> Forecaster.load(absent));
  }

  /** Each replaces a part of the description by something that is not a forecaster's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"lookback\":6 -> \"lookback\":2147483646",
        "\"lookback\":6 -> \"lookback\":-6",
        "\"lookback\":6 -> \"lookback\":6.5",
        "\"lookback\":6 -> \"lookback\":5",
        "\"lookback\":6, -> ",
        "\"step\":2 -> \"step\":0",
        "\"step\":2 -> \"step\":99999999999",
        "\"horizon\":1 -> \"horizon\":-1",
        "\"horizon\":1 -> \"horizon\":2147483647",
        "\"target_steps\":3 -> \"target_steps\":2000000000",
        "\"target_steps\":3 -> \"target_steps\":\"three\"",
        "\"filling\":\"interpolate\" -> \"filling\":\"guess\"",
        "\"longest_gap\":2 -> \"longest_gap\":0",
        "\"interval\":\"PT1H\" -> \"interval\":\"soon\"",
        "\"interval\":\"PT1H\" -> \"interval\":{}",
        "\"cycles\":[\"day\"] -> \"cycles\":[\"moon\"]",
        "\"targets\":[\"T (K)\"] -> \"targets\":[]",
        "\"targets\":[\"T (K)\"] -> \"targets\":[\"T (K)\",\"T (K)\"]",
        "\"targets\":[\"T (K)\"] -> \"targets\":[\"unknown\"]",
        "\"targets\":[\"T (K)\"] -> \"targets\":[7]",
        "\"columns\":[\"T (K)\", -> \"columns\":[",
        "\"known\":[] -> \"known\":[\"wind\"]",
        "\"known\":[] -> \"known\":7",
        "\"known\":[] -> \"known\":[\"T (K)\"]",
        "\"known\":[] -> \"known\":[\"wind\",\"wind\"]",
        "\"target_steps\":3 -> \"target_steps\":2147483647",
        "\"target_steps\":3 -> \"target_steps\":9223372036854775808",
        "\"target_steps\":3 -> \"target_steps\":-3",
        "\"target_steps\":3 -> \"target_steps\":0",
        "\"target_steps\":3 -> \"target_steps\":1e99",
        "\"target_steps\":3 -> \"target_steps\":null",
        "\"target_steps\":3 -> \"target_steps\":NaN",
        "\"target_steps\":3, -> ",
        "\"target_steps\":3 -> \"target_steps\":4",
        "\"mean\": -> \"middle\":",
        "\"std\":[ -> \"std\":[-1,",
        "\"levels\":[] -> \"levels\":[0.9,0.1]",
        "\"version\":1 -> \"version\":3",
        "\"version\":1 -> \"version\":0",
        "{ -> [",
      })
  void damagedDescriptionsAreRefused(String change) throws IOException {
    Path file = folder.resolve("forecaster.keras");
    Forecaster.of(model(3), windows("T (K)")).save(file);
    String[] parts = change.split(" -> ", -1);
    assertDamaged(file, parts[0], parts[1]);
  }

  private static void assertDamaged(Path file, String part, String damage) throws IOException {
    KerasArchive archive = KerasArchive.read(file.toFile());
    String json = new String(archive.forecaster(), StandardCharsets.UTF_8);
    assertTrue(json.contains(part), json);
    byte[] damaged = json.replace(part, damage).getBytes(StandardCharsets.UTF_8);
    var bytes = new ByteArrayOutputStream();
    new KerasArchive(archive.metadata(), archive.config(), archive.weights(), damaged).write(bytes);
    Files.write(file, bytes.toByteArray());
    RuntimeException error = assertThrows(RuntimeException.class, () -> Forecaster.load(file));
    assertTrue(
        error instanceof IllegalArgumentException || error instanceof UncheckedIOException,
        error::toString);
    assertTrue(error.getMessage().contains("forecaster.keras"), error.getMessage());
    assertFalse(error.getMessage().contains("Exception"), error.getMessage());
  }

  private static void assertMessage(String part, Runnable call) {
    var error = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
