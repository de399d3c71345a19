package org.unroll.forecasting.panel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class PanelTest {
  private static final LocalDate START = LocalDate.of(2024, 1, 1);

  /** A row of a panel; y and x may be NaN. */
  private record Row(String store, int day, double y, double x) {}

  private static Table table(List<Row> rows) {
    return Table.create(
        "sales",
        StringColumn.create("store", rows.stream().map(Row::store)),
        DateColumn.create("day", rows.stream().map(row -> START.plusDays(row.day))),
        DoubleColumn.create("y", rows.stream().mapToDouble(Row::y)),
        DoubleColumn.create("x", rows.stream().mapToDouble(Row::x)));
  }

  private static Panel panel(List<Row> rows) {
    return Panel.of(table(rows)).series("store").time("day").target("y").every(Period.ofDays(1));
  }

  /** Returns series of different lengths with gaps and missing cells, in a random order. */
  private static List<Row> random(Random random, int series) {
    List<Row> rows = new ArrayList<>();
    for (int s = 0; s < series; s++) {
      int from = random.nextInt(10);
      int to = from + 1 + random.nextInt(40);
      double gaps = random.nextInt(3) * 0.05;
      for (int day = from; day < to; day++) {
        if (random.nextDouble() >= gaps) {
          double value = 1000 * s + day;
          boolean y = random.nextDouble() >= gaps;
          boolean x = random.nextDouble() >= gaps;
          rows.add(new Row("s" + s, day, y ? value : Double.NaN, x ? -value : Double.NaN));
        }
      }
    }
    Collections.shuffle(rows, random);
    return rows;
  }

  /** The values identify the series, row and column, so equal values are equal positions. */
  @Property(tries = 300)
  void windowsAreThoseOfADoubleLoop(@ForAll long seed) {
    Random random = new Random(seed);
    List<Row> rows = random(random, 1 + random.nextInt(5));
    int step = 1 + random.nextInt(3);
    int steps = 1 + random.nextInt(4);
    int horizon = 1 + random.nextInt(4);
    int targets = 1 + random.nextInt(3);
    boolean known = random.nextBoolean();
    int from = random.nextInt(15);
    int before = from + random.nextInt(30);

    Map<String, TreeMap<Integer, Row>> series = new LinkedHashMap<>();
    for (Row row : rows) {
      series.computeIfAbsent(row.store, name -> new TreeMap<>()).put(row.day, row);
    }
    List<double[]> expected = new ArrayList<>();
    for (TreeMap<Integer, Row> days : series.values()) {
      for (int first = -50; first < 100; first++) {
        double[] window = new double[2 * steps + 2 * targets];
        boolean complete = true;
        for (int i = 0; i < steps + targets; i++) {
          int day =
              i < steps
                  ? first + i * step
                  : first + (steps - 1) * step + horizon + (i - steps) * step;
          Row row = days.get(day);
          boolean needsX = i < steps || known;
          complete &=
              row != null
                  && day >= from
                  && day < before
                  && !Double.isNaN(row.y)
                  && (!needsX || !Double.isNaN(row.x));
          window[2 * i] = complete ? row.y : 0;
          window[2 * i + 1] = complete && needsX ? row.x : 0;
        }
        if (complete) {
          expected.add(window);
        }
      }
    }
    // Each day exists in one of the series, so that the borders are times of the panel.
    for (int day = 0; day < 100; day++) {
      rows.add(new Row("calendar", day, Double.NaN, Double.NaN));
    }
    Panel panel = panel(rows);
    panel = known ? panel.known("x") : panel.past("x");
    List<double[]> found = new ArrayList<>();
    try {
      PanelWindows windows =
          panel
              .windows()
              .from(START.plusDays(from))
              .before(START.plusDays(before))
              .step(step)
              .horizon(horizon)
              .targetSteps(targets)
              .lookback(steps * step);
      for (int i = 0; i < windows.size(); i++) {
        found.add(window(windows, i, known));
      }
    } catch (IllegalArgumentException error) {
      assertTrue(error.getMessage().startsWith("At least one series must have a window"));
    }
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      assertArrayEquals(expected.get(i), found.get(i), "window " + i);
    }
  }

  private static double[] window(PanelWindows windows, int sample, boolean known) {
    List<Double> values = new ArrayList<>();
    for (double[] row : windows.input(sample)) {
      Arrays.stream(row).forEach(values::add);
    }
    double[] target = windows.target(sample);
    for (int k = 0; k < target.length; k++) {
      values.add(target[k]);
      values.add(known ? windows.known(sample)[k][0] : 0);
    }
    return values.stream().mapToDouble(value -> value).toArray();
  }

  private static List<Row> waves(int series, int days) {
    List<Row> rows = new ArrayList<>();
    for (int s = 0; s < series; s++) {
      for (int day = 0; day < days; day++) {
        double season = Math.sin(2 * Math.PI * day / 7);
        rows.add(new Row("s" + s, day, 10 * (s + 1) + season * (s + 1), day % 5 == 0 ? 1 : 0));
      }
    }
    return rows;
  }

  @Test
  void panelOfOneSeriesEqualsWindowsBitForBit() {
    List<Row> rows = waves(1, 60);
    rows.remove(33);
    rows.remove(12);
    Panel panel = panel(rows).past("x").normalizedBefore(START.plusDays(40));
    PanelWindows ours = panel.windows().lookback(6).step(2).horizon(3).targetSteps(2);
    Windows theirs =
        panel
            .timeSeries("s0")
            .normalizedOn(0, 40)
            .windows()
            .lookback(6)
            .step(2)
            .horizon(3)
            .targetSteps(2);
    assertEquals(theirs.inputShape(), ours.inputShape());
    assertEquals(theirs.targetShape(), ours.targetShape());
    assertArrayEquals(theirs.shuffled(3).order(1), ours.shuffled(3).order(1));
    assertEquals(theirs.size(), ours.size());
    for (int i = 0; i < ours.size(); i++) {
      assertArrayEquals(theirs.input(i), ours.input(i));
      assertArrayEquals(theirs.target(i), ours.target(i));
    }
    double[][] predictions = new double[ours.size()][2];
    assertArrayEquals(
        theirs.forecasts(predictions).doubleColumn("y +2").asDoubleArray(),
        ours.forecasts(predictions).doubleColumn("y +2").asDoubleArray());
    assertArrayEquals(
        theirs.targets().doubleColumn("y +0").asDoubleArray(),
        ours.targets().doubleColumn("y +0").asDoubleArray());
    assertArrayEquals(
        theirs.series().scaling().doubleColumn("std").asDoubleArray(),
        panel.timeSeries("s0").scaling().doubleColumn("std").asDoubleArray());
  }

  /** The series a is 1, 3, 5, 7 and b is 20, 20, 20, 26; the training rows are the first three. */
  private static List<Row> small() {
    List<Row> rows = new ArrayList<>();
    double[] a = {1, 3, 5, 7};
    double[] b = {20, 20, 20, 26};
    for (int day = 3; day >= 0; day--) {
      rows.add(new Row("b", day, b[day], day));
      rows.add(new Row("a", day, a[day], day));
    }
    return rows;
  }

  @Test
  void normalizesEachSeriesByItsTrainingRows() {
    PanelWindows windows =
        panel(small()).normalizedBefore(START.plusDays(3)).windows().lookback(2).targetSteps(2);
    assertEquals(List.of("b", "a"), windows.panel().names());
    assertEquals("b", windows.series(0));
    // b is constant before day 3, so its std is 1.
    assertArrayEquals(new double[] {0, 6}, windows.target(0));
    double std = Math.sqrt(8 / 3.0);
    assertArrayEquals(new double[] {-2 / std, 0}, column(windows.input(1), 0), 1e-6);
    assertArrayEquals(new double[] {2 / std, 4 / std}, windows.target(1), 1e-6);
    Table forecasts = windows.forecasts(new double[][] {{0, 1}, {0, 1}});
    assertEquals(List.of("store", "day", "y +0", "y +1"), forecasts.columnNames());
    assertEquals(START.plusDays(2), forecasts.dateColumn("day").get(1));
    assertEquals("a", forecasts.stringColumn("store").get(1));
    assertArrayEquals(
        new double[] {21, 3 + std}, forecasts.doubleColumn("y +1").asDoubleArray(), 1e-12);
    assertArrayEquals(new double[] {26, 7}, windows.targets().doubleColumn("y +1").asDoubleArray());
  }

  private static double[] column(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
  }

  /** Errors of b: 20 − 20 = 0 and 22 − 26 = −4; of a: 6 − 5 = 1 and 6 − 7 = −1. */
  @Test
  void errorsBySeriesAgreeWithHandArithmetic() {
    Panel panel = panel(small());
    PanelWindows windows = panel.windows().lookback(2).targetSteps(2);
    PanelWindows training = panel.windows().lookback(1).before(START.plusDays(3));
    Table errors = windows.errors(new double[][] {{20, 22}, {6, 6}}, training, 1);
    assertEquals(List.of("b", "a"), errors.stringColumn("series").asList());
    assertArrayEquals(new double[] {-2, 0}, errors.doubleColumn("bias").asDoubleArray());
    assertArrayEquals(new double[] {2, 1}, errors.doubleColumn("mae").asDoubleArray());
    assertArrayEquals(
        new double[] {Math.sqrt(8), 1}, errors.doubleColumn("rmse").asDoubleArray(), 1e-12);
    assertTrue(errors.doubleColumn("mase").isMissing(0), "b does not vary in training");
    assertEquals(0.5, errors.doubleColumn("mase").getDouble(1));
  }

  /** μ and σ are those of numpy.mean and numpy.var over the axis of time, as in RevIN. */
  @Test
  void windowsNormalizedByTheirInputAreInvertedExactly() {
    List<Row> rows = waves(3, 30);
    PanelWindows raw = panel(rows).known("x").windows().lookback(8).targetSteps(3);
    PanelWindows windows =
        panel(rows)
            .known("x")
            .normalizedBefore(START.plusDays(20))
            .windows()
            .lookback(8)
            .targetSteps(3)
            .normalizedPerWindow();
    PanelWindows plain = panel(rows).known("x").windows().lookback(8).targetSteps(3);
    PanelWindows perWindow = plain.normalizedPerWindow();
    double[][] targets = new double[windows.size()][];
    for (int i = 0; i < windows.size(); i++) {
      double[] y = column(plain.input(i), 0);
      double mean = Arrays.stream(y).sum() / 8;
      double variance = Arrays.stream(y).map(v -> (v - mean) * (v - mean)).sum() / 8;
      double std = Math.sqrt(variance + 1e-5);
      assertArrayEquals(
          Arrays.stream(y).map(v -> (v - mean) / std).toArray(),
          column(perWindow.input(i), 0),
          1e-5);
      assertArrayEquals(column(plain.input(i), 1), column(perWindow.input(i), 1));
      assertArrayEquals(
          Arrays.stream(plain.target(i)).map(v -> (v - mean) / std).toArray(),
          perWindow.target(i),
          1e-5);
      targets[i] = windows.target(i);
    }
    Table truth = raw.targets();
    Table inverted = windows.forecasts(targets);
    for (String name : List.of("y +0", "y +2")) {
      assertArrayEquals(
          truth.doubleColumn(name).asDoubleArray(),
          inverted.doubleColumn(name).asDoubleArray(),
          1e-5);
    }
  }

  /** Normalized windows and forecasts match Keras in float64 (src/test/python/revin.py). */
  @Test
  void windowsNormalizedByTheirInputMatchKeras() throws IOException {
    JsonNode reference;
    try (var in = PanelTest.class.getResourceAsStream("revin.json")) {
      reference = new ObjectMapper().readTree(in);
    }
    double[][] values = read(reference, "rows", double[][].class);
    List<Row> rows = new ArrayList<>();
    for (int day = 0; day < values.length; day++) {
      rows.add(new Row("a", day, values[day][0], values[day][1]));
    }
    PanelWindows windows =
        panel(rows).past("x").windows().lookback(6).targetSteps(3).normalizedPerWindow();
    double[][][] inputs = read(reference, "inputs", double[][][].class);
    double[][] targets = read(reference, "targets", double[][].class);
    double[][] forecasts = read(reference, "forecasts", double[][].class);
    Table table = windows.forecasts(read(reference, "predictions", double[][].class));
    assertEquals(inputs.length, windows.size());
    for (int i = 0; i < inputs.length; i++) {
      assertArrayEquals(targets[i], windows.target(i), 1e-4);
      for (int t = 0; t < 6; t++) {
        assertArrayEquals(inputs[i][t], windows.input(i)[t], 1e-4);
      }
      for (int k = 0; k < 3; k++) {
        assertEquals(forecasts[i][k], table.doubleColumn("y +" + k).getDouble(i), 1e-4);
      }
    }
  }

  private static <T> T read(JsonNode reference, String name, Class<T> type) {
    return new ObjectMapper().convertValue(reference.get(name), type);
  }

  @Test
  void futureDoesNotChangeThePast() {
    LocalDate border = START.plusDays(30);
    List<Row> rows = waves(3, 45);
    UnaryOperator<Panel> settings =
        panel -> panel.known("x").fixed("store").normalizedBefore(border);
    PanelWindows before = windows(settings.apply(panel(rows))).before(border);
    for (double poison : new double[] {Double.NaN, 1e30}) {
      List<Row> poisoned =
          rows.stream()
              .map(row -> row.day < 30 ? row : new Row(row.store, row.day, poison, poison))
              .toList();
      PanelWindows same = windows(settings.apply(panel(poisoned))).before(border);
      assertEquals(before.size(), same.size());
      for (int i = 0; i < before.size(); i++) {
        assertArrayEquals(before.input(i), same.input(i));
        assertArrayEquals(before.known(i), same.known(i));
        assertArrayEquals(before.target(i), same.target(i));
      }
      assertArrayEquals(
          before.forecasts(new double[before.size()][2]).doubleColumn("y +1").asDoubleArray(),
          same.forecasts(new double[before.size()][2]).doubleColumn("y +1").asDoubleArray());
    }
  }

  private static PanelWindows windows(Panel panel) {
    return panel.windows().lookback(7).targetSteps(2).normalizedPerWindow();
  }

  @Test
  void latestWindowsForecastTheRowsWithoutTargets() {
    List<Row> rows = waves(2, 20);
    rows.add(new Row("s1", 20, Double.NaN, 5));
    rows.add(new Row("s1", 21, Double.NaN, 6));
    PanelWindows windows = panel(rows).known("x").windows().lookback(7).targetSteps(2).latest();
    assertEquals(1, windows.size());
    assertEquals("s1", windows.series(0));
    assertEquals(null, windows.targetShape());
    assertArrayEquals(new double[][] {{5}, {6}}, windows.known(0));
    assertEquals(rows.get(39).y, windows.input(0)[6][0], 1e-5);
    Table forecast = windows.forecasts(new double[][] {{1, 2}});
    assertEquals(START.plusDays(20), forecast.dateColumn("day").get(0));
    assertEquals(2, forecast.doubleColumn("y +1").getDouble(0));
  }

  @Test
  void inputsArePastKnownAndFixed() {
    Table table = table(waves(2, 10));
    table.addColumns(
        DoubleColumn.create("area", IntStream.range(0, 20).mapToDouble(i -> i < 10 ? 30 : 50)));
    PanelWindows windows =
        Panel.of(table)
            .series("store")
            .time("day")
            .target("y")
            .known("x")
            .fixed("area", "store")
            .normalizedBefore(START.plusDays(9))
            .windows()
            .lookback(3)
            .targetSteps(2);
    List<Dataset> parts = windows.inputParts();
    assertEquals(
        List.of(Shape.of(3, 2), Shape.of(2, 1), Shape.of(3)),
        parts.stream().map(Dataset::inputShape).toList());
    assertEquals(List.of("area", "store=s0", "store=s1"), windows.panel().fixedNames());
    float[] fixed = new float[6];
    parts.get(2).copyInput(0, fixed, 0, 2);
    parts.get(2).copyInput(windows.size() - 1, fixed, 1, 2);
    assertArrayEquals(new float[] {-1, 1, 0, 1, 0, 1}, fixed);
    // Slices are time-major: both windows at the first step, then both at the second.
    float[] known = new float[4];
    parts.get(1).copyInput(0, known, 0, 2);
    parts.get(1).copyInput(2, known, 1, 2);
    double[][] a = windows.known(0);
    double[][] b = windows.known(2);
    assertArrayEquals(
        new double[] {a[0][0], b[0][0], a[1][0], b[1][0]},
        IntStream.range(0, 4).mapToDouble(i -> known[i]).toArray());
  }

  @Test
  void validationSplitSharesNoTargets() {
    PanelWindows windows = panel(waves(2, 20)).windows().lookback(3).targetSteps(4);
    assertEquals(28, windows.size()); // 14 of each series
    assertEquals(14, windows.trainingSize(14));
    assertEquals(17, windows.trainingSize(20));
  }

  @Test
  void monthsAreCountedInMonths() {
    List<Row> rows = new ArrayList<>();
    Table table = table(rows);
    for (int month = 0; month < 24; month++) {
      table.stringColumn("store").append("a");
      table.dateColumn("day").append(LocalDate.of(2022, 1, 31).plusMonths(month).withDayOfMonth(1));
      table.doubleColumn("y").append(month);
      table.doubleColumn("x").append(0);
    }
    Panel panel = Panel.of(table.dropRows(7)).series("store").time("day").target("y");
    assertEquals(Period.ofMonths(1), panel.interval());
    assertEquals(1, panel.describe().intColumn("missing times").get(0));
    assertEquals(24, panel.describe().intColumn("rows").get(0));
    assertEquals(22 - 3, panel.windows().lookback(2).size());
  }

  @Test
  void findsTheMostFrequentInterval() {
    List<Row> rows = new ArrayList<>(waves(1, 10));
    rows.remove(4);
    Panel panel = Panel.of(table(rows)).series("store").time("day").target("y");
    assertEquals(Duration.ofDays(1), panel.interval());
  }

  @Test
  void messagesNameTheSeriesAndTheTime() {
    List<Row> rows = waves(2, 10);
    rows.add(new Row("s1", 4, 1, 1));
    assertError(panel(rows), "rows 14 and 20 of series 's1' both have 2024-01-05");
    assertError(
        panel(waves(2, 10)).every(Period.ofDays(2)),
        "multiples of PT48H after its first, but 2024-01-02 of series 's0'");
    assertError(
        panel(waves(2, 10)).fixed("x"), "'x' of series 's0' at 2024-01-02 is 0.0 after 1.0");
    List<Row> late = waves(1, 10);
    late.add(new Row("new", 8, 1, 1));
    assertError(
        panel(late).normalizedBefore(START.plusDays(8)), "series 'new' has 0 of 'y'", "2024-01-09");
    late.set(3, new Row("s0", 3, Double.POSITIVE_INFINITY, 1));
    assertError(panel(late), "column 'y' of series 's0' at 2024-01-04 is Infinity");
    assertError(panel(waves(2, 10)).windows()::size, IllegalStateException.class, "lookback");
    assertError(
        () -> panel(waves(2, 10)).windows().lookback(10),
        IllegalArgumentException.class,
        "spans 11");
    assertError(
        Panel.of(table(waves(1, 3))).time("day").target("y")::windows,
        IllegalStateException.class,
        "series(\"…\")");
    assertError(
        () -> Panel.of(table(waves(1, 3))).series("stor"),
        IllegalArgumentException.class,
        "'stor'");
  }

  private static void assertError(Panel panel, String... parts) {
    assertError(panel::windows, IllegalArgumentException.class, parts);
  }

  private static void assertError(
      Executable call, Class<? extends RuntimeException> type, String... parts) {
    String message = assertThrows(type, call).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
