package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.activityRegularization;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.softmax;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.timeseries.Scaling;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/** Permutation importance and integrated gradients. */
@Tag("both-compute-implementations")
class ExplanationsTest {
  private static final int STEPS = 6;

  private static Windows windows(int rows) {
    var random = new Random(5);
    double[][] values = new double[rows][3];
    for (double[] row : values) {
      for (int j = 0; j < 3; j++) {
        row[j] = 10 * j + (j + 1) * random.nextGaussian();
      }
    }
    return TimeSeries.of(values, "a", "b", "c")
        .target("b", "a")
        .normalizedOn(0, rows)
        .windows()
        .lookback(2 * STEPS)
        .step(2)
        .targetSteps(2);
  }

  private static Sequential network(Windows windows) {
    return Sequential.seeded(
        7,
        input(windows.inputShape().toArray()),
        conv1D(4, 3).padding("same").activation("tanh"),
        batchNormalization(),
        dropout(0.5),
        bidirectional(lstm(5).returnSequences(true)),
        activityRegularization(0.3, 0.2),
        gru(6),
        dense(4),
        softmax());
  }

  /** Two sequences per time step, to check the order of the values. */
  private static Sequential sequences(Windows windows) {
    return Sequential.seeded(
        3, input(windows.inputShape().toArray()), gru(5).returnSequences(true), dense(2, "tanh"));
  }

  private static void assertFiniteDifferences(Sequential model, Windows windows, int output) {
    double[][] x = windows.input(4);
    float[] rows = new float[2 * STEPS * 3];
    for (int t = 0; t < STEPS; t++) {
      for (int j = 0; j < 3; j++) {
        rows[(t * 2 + 1) * 3 + j] = (float) x[t][j]; // the first row has zeros
      }
    }
    float[] gradient = new float[rows.length];
    double[] values =
        new InputGradients(model, List.of(windows.inputShape()))
            .run(new float[][] {rows}, 2, output, new float[][] {gradient});
    assertEquals(model.predictOne(x)[output], values[1], 1e-6);
    double step = 1e-2;
    double largest = 0;
    for (int t = 0; t < STEPS; t++) {
      for (int j = 0; j < 3; j++) {
        double value = x[t][j];
        x[t][j] = value + step;
        double above = model.predictOne(x)[output];
        x[t][j] = value - step;
        double below = model.predictOne(x)[output];
        x[t][j] = value;
        double expected = (above - below) / (2 * step);
        assertEquals(expected, gradient[(t * 2 + 1) * 3 + j], 1e-4);
        largest = Math.max(largest, Math.abs(expected));
      }
    }
    assertTrue(largest > 0.01, "the gradient is too small to check: " + largest);
  }

  @Test
  void attributionsToALogarithmHaveNoUnit() {
    double[][] values = {{1}, {2}, {4}, {8}, {9}};
    Windows windows =
        TimeSeries.of(values, "y")
            .target("y")
            .normalizedOn(0, 5, Scaling.standard().log())
            .windows()
            .lookback(2);
    var why = IntegratedGradients.of(Sequential.of(input(2, 1), gru(2), dense(1)), windows, 0);
    assertEquals(2, why.attributions(0).length);
    for (Runnable call : List.<Runnable>of(why::table, () -> why.table(1))) {
      String message = assertThrows(IllegalStateException.class, call::run).getMessage();
      assertTrue(
          message.contains("must not be scaled by its logarithm")
              && message.contains("'y' is")
              && message.contains("Use attributions(sample) or meanAbsolute()"),
          message);
    }
  }

  @Test
  void inputGradientsMatchFiniteDifferences() {
    Windows windows = windows(60);
    assertFiniteDifferences(network(windows), windows, 2);
    assertFiniteDifferences(sequences(windows), windows, 7); // step 3, second value
  }

  @Test
  void attributionsAddUpToTheDifferenceOfThePredictions() {
    Windows windows = windows(60);
    Sequential model = network(windows);
    double[][] baseline = windows.input(20);
    var why = IntegratedGradients.of(model, windows.range(0, 40), 1, 40, baseline);
    double[][] predictions = model.predict(windows).toArray();
    for (int sample = 0; sample < why.size(); sample++) {
      double sum = 0;
      for (double[] step : why.attributions(sample)) {
        for (double value : step) {
          sum += value;
        }
      }
      double difference = predictions[sample][1] - predictions[20][1];
      assertEquals(difference, sum, 1e-3 * Math.abs(difference) + 1e-6);
      assertEquals(0, why.completenessError(sample), 1e-3);
    }
    assertTrue(Math.abs(predictions[0][1] - predictions[20][1]) > 0.01);
    double coarse = IntegratedGradients.of(model, windows, 1, 1, baseline).completenessError(0);
    assertTrue(coarse > 1e-3, "one step cannot be exact: " + coarse);
  }

  /** Attributions of a linear model are w · (x − x′). */
  @Test
  void attributionsOfALinearModelAreExact() {
    Windows windows = windows(60);
    Sequential model =
        Sequential.seeded(1, input(windows.inputShape().toArray()), flatten(), dense(4).name("y"));
    var weights = model.weight("y/kernel");
    var why = IntegratedGradients.of(model, windows.range(10, 60), 2);
    assertEquals("b", why.target());
    assertArrayEquals(new int[] {10, 8, 6, 4, 2, 0}, why.lags());
    double[][] x = windows.input(10);
    Table table = why.table(0);
    double[][] means = why.meanAbsolute();
    for (int t = 0; t < STEPS; t++) {
      for (int j = 0; j < 3; j++) {
        double weight = weights.get(t * 3 + j, 2);
        assertEquals(weight * x[t][j], why.attributions(0)[t][j], 1e-6);
        double std = windows.series().std("b");
        assertEquals(weight * x[t][j] * std, table.doubleColumn(1 + j).get(t), 1e-5);
        double mean = 0;
        for (int i = 10; i < windows.size(); i++) {
          mean += Math.abs(weight * windows.input(i)[t][j]);
        }
        assertEquals(mean / why.size(), means[t][j], 1e-5);
      }
    }
    assertEquals(why.size(), windows.size() - 10);
  }

  /**
   * A model that repeats column a of the last step. After an exchange, the expected squared error
   * is twice the variance of the column, and other columns have no importance.
   */
  @Test
  void importanceIsTheErrorOfExchangedColumns() {
    Windows windows = windows(400);
    Sequential model =
        Sequential.seeded(1, input(windows.inputShape().toArray()), flatten(), dense(4).name("y"));
    var kernel = model.weight("y/kernel");
    kernel.zero();
    kernel.set((STEPS - 1) * 3, 0, 1);
    double[] a =
        IntStream.range(0, windows.size())
            .mapToDouble(i -> windows.input(i)[STEPS - 1][0])
            .toArray();
    double mean = Arrays.stream(a).average().orElseThrow();
    double variance = Arrays.stream(a).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    Table importance =
        PermutationImportance.of(
            model,
            windows,
            (targets, predictions) ->
                IntStream.range(0, a.length)
                    .mapToDouble(i -> Math.pow(predictions[i][0] - a[i], 2))
                    .average()
                    .orElseThrow(),
            50,
            1);
    assertEquals(List.of("a", "b", "c"), importance.stringColumn("column").asList());
    assertEquals(2 * variance, importance.doubleColumn("mean").get(0), 0.05 * variance);
    assertTrue(importance.doubleColumn("std").get(0) > 0.01 * variance);
    for (int j = 1; j < 3; j++) {
      assertEquals(0, importance.doubleColumn("mean").get(j));
      assertEquals(0, importance.doubleColumn("std").get(j));
    }
  }

  /** The mean square of x(5, c) − x(3, c) is the same after an exchange of the whole column. */
  @Test
  void stepsOfAnExchangedColumnStayTogether() {
    Windows windows = windows(100);
    Sequential model =
        Sequential.seeded(1, input(windows.inputShape().toArray()), flatten(), dense(4).name("y"));
    var kernel = model.weight("y/kernel");
    kernel.zero();
    kernel.set(5 * 3 + 2, 0, 1);
    kernel.set(3 * 3 + 2, 0, -1);
    kernel.set(5 * 3 + 1, 1, 1);
    Table importance =
        PermutationImportance.of(
            model,
            windows,
            (targets, predictions) ->
                Arrays.stream(predictions).mapToDouble(y -> y[0] * y[0] - y[1] * y[1]).sum(),
            3,
            1);
    for (int j = 0; j < 3; j++) {
      assertEquals(0, importance.doubleColumn("mean").get(j), 1e-9);
    }
    Table absolute = PermutationImportance.of(model, windows, 3, 1);
    Table again = PermutationImportance.of(model, windows, 3, 1);
    assertEquals(absolute.print(), again.print());
    assertTrue(absolute.doubleColumn("std").sum() > 0);
  }

  /** A model of c and b, where b and a are known in the target rows. */
  @Test
  void theKnownFutureIsExplained() {
    Windows all = windows(60);
    Windows windows =
        all.series()
            .columns("c", "b")
            .target("c")
            .known("b", "a")
            .windows()
            .lookback(4)
            .step(2)
            .targetSteps(3);
    var past = input(2, 2);
    var future = input(3, 2);
    var joined = concatenate().on(flatten().on(past), flatten().on(future));
    Model model = Model.of(List.of(past, future), dense(3, "tanh").name("y").on(joined));
    var why = IntegratedGradients.of(model, windows, 1);
    assertEquals(List.of("c", "b", "a"), why.columns());
    assertArrayEquals(new int[] {2, 0, -1, -3, -5}, why.lags());
    double[] steps = why.attributions(3)[2];
    assertTrue(Double.isNaN(steps[0]) && steps[1] != 0 && steps[2] != 0);
    assertTrue(Double.isNaN(why.attributions(3)[1][2]));
    assertEquals(0, why.completenessError(3), 1e-3);

    var kernel = model.weight("y/kernel");
    kernel.zero();
    kernel.set(3, 0, 1); // the last b of the window
    kernel.set(4, 0, -1); // the first b of the target rows
    kernel.set(2 * 2 + 2 * 2 + 1, 1, 1); // the third a of the target rows
    var simple = IntegratedGradients.of(model, windows, 1);
    double a = windows.series().normalize("a", windows.series().table().doubleColumn("a").get(12));
    assertEquals(12, windows.targetRow(5, 2));
    assertEquals(Math.tanh(a), simple.attributions(5)[4][2], 1e-5);
    Table importance = PermutationImportance.of(model, windows, 2, 1);
    assertEquals(0, importance.doubleColumn("mean").get(2), 1e-12);
    assertEquals("c", importance.stringColumn("column").get(2));
  }

  @Test
  void whatCannotBeExplainedIsRefused() {
    Windows windows = windows(60);
    Sequential model = sequences(windows);
    assertMessageContains("0 … 3, but was 4", () -> IntegratedGradients.of(model, windows, 4));
    assertMessageContains(
        "[(6, 3)], but there were [6 rows of 2 values]",
        () -> IntegratedGradients.of(model, windows, 0, 8, new double[STEPS][2]));
    assertMessageContains(
        "repeats must be at least 1, but was 0",
        () -> PermutationImportance.of(model, windows, 0, 1));
    Sequential quantiles = Sequential.of(input(STEPS, 3), flatten(), dense(12));
    quantiles.compile(adam(), mae());
    assertMessageContains(
        "one output for each of the 4 targets of a window, but has 12",
        () -> PermutationImportance.of(quantiles, windows, 1, 1));
    assertMessageContains(
        "one output for each of the 4 targets of a window, but has 12",
        () -> IntegratedGradients.of(quantiles, windows, 1));
    assertMessageContains("explained", () -> IntegratedGradients.of(model, windows.lookback(4), 0));
  }
}
