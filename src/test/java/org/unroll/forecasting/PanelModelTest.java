package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.network.Initializers;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Models that are trained on the windows of a panel, or predict them step by step. */
class PanelModelTest {
  private static final LocalDate START = LocalDate.of(2024, 1, 1);

  private static Table table() {
    return Table.create(
        "sales",
        StringColumn.create("store"),
        DateColumn.create("day"),
        DoubleColumn.create("y"),
        DoubleColumn.create("x"),
        DoubleColumn.create("z"),
        DoubleColumn.create("r"));
  }

  private static void append(Table table, String store, int day, double... values) {
    table.stringColumn("store").append(store);
    table.dateColumn("day").append(START.plusDays(day));
    for (int j = 0; j < 4; j++) {
      table.doubleColumn(2 + j).append(j < values.length ? values[j] : 0);
    }
  }

  private static Panel panel(Table table) {
    return Panel.of(table).series("store").time("day").target("y");
  }

  /**
   * y(t) = z(t − 1) + x(t) + r, where z and x are ±1 at random and r is ±1 for each series. A model
   * sees y, z and x at t − 1 (past), x at t (known) and r (fixed), all of which are discrete. The
   * least mean squared error without one input is therefore the variance of y(t) within the groups
   * of equal other inputs.
   */
  @Test
  void fitsAllThreeInputsAndForecastsBySeries() {
    Random random = new Random(5);
    Table table = table();
    int days = 300;
    double[] lastZ = new double[4];
    double[] lastX = new double[4];
    for (int s = 0; s < 4; s++) {
      double r = s % 2 == 0 ? 1 : -1;
      double z = 1;
      for (int day = 0; day <= days; day++) {
        double x = random.nextBoolean() ? 1 : -1;
        append(table, "s" + s, day, day == days ? Double.NaN : z + x + r, x, Double.NaN, r);
        lastZ[s] = z;
        lastX[s] = x;
        z = random.nextBoolean() ? 1 : -1;
        table.doubleColumn("z").set(table.rowCount() - 1, z);
      }
    }
    PanelWindows windows = panel(table).past("z").known("x").fixed("r").windows().lookback(1);
    assertEquals(4 * (days - 1), windows.size());
    for (int without = 0; without < 3; without++) {
      assertTrue(leastError(windows, without) > 0.4, "without input " + without);
    }
    var past = input(1, 3);
    var known = input(1, 1);
    var fixed = input(1);
    var all = concatenate().on(flatten().on(past), flatten().on(known), fixed);
    Model model = Model.seeded(3, List.of(past, known, fixed), List.of(dense(1).on(all)));
    model.compile(adam(0.02), mse());
    var history = model.fit(windows.shuffled(1), epochs(12).verbose(0));
    assertTrue(history.last("loss") < 0.02, () -> "loss " + history.last("loss"));

    PanelWindows latest = windows.latest();
    Table forecasts = latest.forecasts(model.predict(latest).toArray());
    assertEquals(List.of("s0", "s1", "s2", "s3"), forecasts.stringColumn("store").asList());
    for (int s = 0; s < 4; s++) {
      assertEquals(START.plusDays(days), forecasts.dateColumn("day").get(s));
      assertEquals(
          lastZ[s] + lastX[s] + (s % 2 == 0 ? 1 : -1),
          forecasts.doubleColumn("y").getDouble(s),
          0.4);
    }
    Table errors = windows.errors(model.predict(windows).toArray(), windows, 1);
    assertEquals(4, errors.rowCount());
    assertTrue(errors.doubleColumn("mase").max() < 0.1);
  }

  /** Returns the least mean squared error of a function of two of the three inputs. */
  private static double leastError(PanelWindows windows, int without) {
    Map<String, double[]> groups = new HashMap<>(); // count, sum, sum of squares
    for (int i = 0; i < windows.size(); i++) {
      List<String> inputs =
          List.of(
              Arrays.deepToString(windows.input(i)),
              Arrays.deepToString(windows.known(i)),
              Arrays.toString(windows.fixed(i)));
      String key = inputs.get((without + 1) % 3) + inputs.get((without + 2) % 3);
      double[] sums = groups.computeIfAbsent(key, k -> new double[3]);
      double y = windows.target(i)[0];
      sums[0]++;
      sums[1] += y;
      sums[2] += y * y;
    }
    double squares = groups.values().stream().mapToDouble(s -> s[2] - s[1] * s[1] / s[0]).sum();
    return squares / windows.size();
  }

  /** Predicts the sum of two rows, as Fibonacci's numbers. */
  private static Sequential sums() {
    return Sequential.of(input(2, 1), flatten(), dense(1).kernelInitializer(Initializers.ones()));
  }

  /** The targets after the inputs are poisoned; 1, 2 and 5, 1 are the last values before. */
  private static Panel fibonacci(double after) {
    Table table = table();
    for (int day = 0; day < 6; day++) {
      append(table, "a", day, day < 2 ? day + 1 : after);
    }
    for (int day = 3; day < 8; day++) {
      append(table, "b", day, day < 5 ? 17 - 4 * day : after);
    }
    return panel(table);
  }

  @Test
  void recursiveForecastsStayInTheirSeries() {
    for (double after : new double[] {0, 1e30}) {
      PanelWindows windows = fibonacci(after).windows().lookback(2).targetSteps(3);
      double[][] predictions = RecursiveForecast.of(sums()).predict(windows);
      assertEquals(List.of("a", "b"), List.of(windows.series(0), windows.series(2)));
      assertArrayEquals(new double[] {3, 5, 8}, predictions[0]); // from 1, 2
      assertArrayEquals(new double[] {6, 7, 13}, predictions[2]); // from 5, 1
    }
  }

  /**
   * ŷ(t) = y(t − 2) + y(t − 1) + x(t − 2) + x(t − 1) + x(t) + r, with x = 10 t and r = 100 or 200.
   */
  @Test
  void recursiveForecastsSeeKnownColumnsOfTheStepAndFixedFeatures() {
    Table table = table();
    for (int s = 1; s <= 2; s++) {
      for (int day = 0; day < 6; day++) {
        append(table, "s" + s, day, day < 4 ? s * day : Double.NaN, 10 * day, 0, 100 * s);
      }
    }
    PanelWindows latest =
        panel(table).known("x").fixed("r").windows().lookback(2).targetSteps(2).latest();
    var past = input(2, 2);
    var known = input(1, 1);
    var fixed = input(1);
    var sum = dense(1).kernelInitializer(Initializers.ones()).on(flatten().on(past));
    Model model = Model.of(List.of(past, known, fixed), add().on(sum, flatten().on(known), fixed));
    Table forecasts = latest.forecasts(RecursiveForecast.of(model).predict(latest));
    // 2 + 3 + 20 + 30 + 40 + 100, then 3 + 195 + 30 + 40 + 50 + 100; with y doubled and 200.
    assertArrayEquals(new double[] {195, 300}, forecasts.doubleColumn("y +0").asDoubleArray());
    assertArrayEquals(new double[] {418, 626}, forecasts.doubleColumn("y +1").asDoubleArray());
    assertEquals(START.plusDays(4), forecasts.dateColumn("day").get(1));
  }

  /** The input of each step is normalized by its own mean and deviation, as in RevIN. */
  @Test
  void recursiveForecastsNormalizeTheInputOfEachStep() {
    Table table = table();
    double[] y = {3, 8, 4, 9, 2, 7, 5, 6};
    for (int day = 0; day < y.length; day++) {
      append(table, "a", day, y[day]);
      append(table, "b", day, 1000 - 10 * y[day]);
    }
    PanelWindows windows =
        panel(table)
            .normalizedBefore(START.plusDays(5))
            .windows()
            .lookback(2)
            .targetSteps(3)
            .normalizedPerWindow();
    // The last value of the normalized input, doubled and shifted.
    Model model =
        Sequential.of(
            input(2, 1),
            flatten(),
            dense(1)
                .kernelInitializer(Initializers.constant(0.5))
                .biasInitializer(Initializers.constant(0.7)));
    Table forecasts = windows.forecasts(RecursiveForecast.of(model).predict(windows));
    int row = 0;
    for (double[] values : List.of(y, Arrays.stream(y).map(v -> 1000 - 10 * v).toArray())) {
      double[] training = Arrays.copyOf(values, 5);
      double mean = Arrays.stream(training).sum() / 5;
      double std = Math.sqrt(Arrays.stream(training).map(v -> (v - mean) * (v - mean)).sum() / 5);
      for (int first = 0; first + 5 <= values.length; first++) {
        double a = (values[first] - mean) / std;
        double b = (values[first + 1] - mean) / std;
        for (int k = 0; k < 3; k++) {
          double center = (a + b) / 2;
          double scale = Math.sqrt((a - b) * (a - b) / 4 + 1e-5);
          double z = 0.5 * (a - center) / scale + 0.5 * (b - center) / scale + 0.7;
          double next = z * scale + center;
          assertEquals(next * std + mean, forecasts.doubleColumn("y +" + k).getDouble(row), 1e-3);
          a = b;
          b = next;
        }
        row++;
      }
    }
    assertEquals(row, windows.size());
  }

  @Test
  void refusesPanelsThatCannotBeFedBack() {
    RecursiveForecast recursive = RecursiveForecast.of(sums());
    Panel panel = fibonacci(3);
    assertMessageContains(
        "step 1 and horizon 1, but they have lookback 2, step 1, horizon 2",
        () -> recursive.predict(panel.windows().lookback(2).horizon(2)));
    assertMessageContains(
        "whose other columns are known, but the columns are [y, z]",
        () -> recursive.predict(panel.past("z").windows().lookback(2)));
    assertMessageContains(
        "each of the 2 targets, but predicts 1",
        () ->
            RecursiveForecast.of(Sequential.of(input(2, 2), flatten(), dense(1)))
                .predict(panel.target("y", "z").windows().lookback(2)));
  }

  /** The same check as for windows of one series. */
  @Test
  void predictionsOfTheLatestWindowsAreChecked() {
    Table table = table();
    for (int day = 0; day < 6; day++) {
      append(table, "a", day, day < 4 ? day : Double.NaN);
    }
    PanelWindows latest = panel(table).windows().lookback(2).targetSteps(2).latest();
    assertMessageContains(
        "each of the 2 targets of a window, shape (2,), but has 3 in row 0",
        () -> latest.forecasts(new double[1][3]));
    assertMessageContains("each of the 1 windows", () -> latest.forecasts(new double[2][2]));
  }
}
