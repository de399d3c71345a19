package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.repeatVector;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.forecasting.RecursiveForecast.Draw;
import org.unroll.internal.SplitMix64;
import org.unroll.network.Initializers;
import org.unroll.timeseries.Scaling;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class RecursiveForecastTest {
  /** Predicts the sum of two rows: Fibonacci's numbers if there is one column. */
  private static Model sums(int columns) {
    return Sequential.of(
        input(2, columns), flatten(), dense(1).kernelInitializer(Initializers.ones()));
  }

  private static TimeSeries series(double after) {
    double[][] rows = new double[8][];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = new double[] {t < 3 ? t + 1 : after, 10 * t};
    }
    return TimeSeries.of(rows, "y", "x").target("y");
  }

  @Test
  void predictionsAreFedBack() {
    Windows windows = series(-5).columns("y").windows().lookback(2).targetSteps(4);
    double[][] predictions = RecursiveForecast.of(sums(1)).predict(windows);
    assertEquals(windows.size(), predictions.length);
    assertArrayEquals(new double[] {3, 5, 8, 13}, predictions[0]); // from 1, 2
    assertArrayEquals(new double[] {5, 8, 13, 21}, predictions[1]); // from 2, 3
    assertArrayEquals(new double[] {-2, -7, -9, -16}, predictions[2]); // from 3, -5
  }

  /** ŷ(t) = y(t − 2) + x(t − 2) + y(t − 1) + x(t − 1), with x = 10 t. */
  @Test
  void knownColumnsAreThoseOfTheTargetRowsAndFutureTargetsAreNotSeen() {
    RecursiveForecast recursive = RecursiveForecast.of(sums(2));
    for (double future : new double[] {7, 1e30}) {
      Windows windows = series(future).known("x").windows().lookback(2).targetSteps(3);
      assertArrayEquals(
          new double[] {35, 88, 193}, // 2+10+3+20, 3+20+35+30, 35+30+88+40
          recursive.predict(windows)[1]);
    }
  }

  /** With the differences 1, 2, 3, 4 of lag 1, z = (d − 1) / 3 is −1/3 of 0 and 4/3 of 5. */
  @Test
  void differencesAddUp() {
    double[][] rows = {{1}, {2}, {4}, {7}, {11}, {9}, {9}, {9}, {9}};
    Model last = // predicts the difference of the last row again
        Sequential.of(input(1, 1), flatten(), dense(1).kernelInitializer(Initializers.ones()));
    Windows one =
        TimeSeries.of(rows, "y")
            .target("y")
            .normalizedOn(0, 5, Scaling.minMax().difference())
            .windows()
            .lookback(1)
            .targetSteps(4);
    Table forecasts = one.forecasts(RecursiveForecast.of(last).predict(one));
    // The window of row 3, after the difference 3: 7 + 3, + 3, …
    assertEquals(3, one.lastRow(2));
    for (int k = 0; k < 4; k++) {
      assertEquals(10 + 3 * k, forecasts.doubleColumn("y +" + k).get(2), 1e-5);
    }
    Windows two =
        TimeSeries.of(rows, "y")
            .target("y")
            .normalizedOn(0, 5, Scaling.minMax().difference(2))
            .windows()
            .lookback(1)
            .targetSteps(4);
    // The window of row 4, after 11 − 4 = 7: 7 + 7, 11 + 7, 14 + 7, 18 + 7.
    assertEquals(4, two.lastRow(2));
    double[] expected = {14, 18, 21, 25};
    Table seasonal = two.forecasts(RecursiveForecast.of(last).predict(two));
    for (int k = 0; k < 4; k++) {
      assertEquals(expected[k], seasonal.doubleColumn("y +" + k).get(2), 1e-5);
    }
  }

  @Test
  void forecastsTheRowsAfterTheRange() {
    RecursiveForecast recursive = RecursiveForecast.of(sums(2));
    Windows windows = series(7).known("x").windows().lookback(2).targetSteps(2).range(0, 6);
    Table next = Table.create("next", DoubleColumn.create("x", 100, 200));
    // The last rows are (7, 40) and (7, 50), then (104, 100).
    assertArrayEquals(
        new double[] {104, 261},
        recursive.forecast(windows, next).doubleColumn("y").asDoubleArray());
    Windows alone = series(7).columns("y").windows().lookback(2).targetSteps(2);
    assertArrayEquals(
        new double[] {14, 21},
        RecursiveForecast.of(sums(1)).forecast(alone, null).doubleColumn("y").asDoubleArray());
  }

  @Test
  void samplePathsAddResidualsAtEachStep() {
    Windows windows = series(5).columns("y").windows().lookback(2).targetSteps(3);
    RecursiveForecast recursive = RecursiveForecast.of(sums(1));
    SamplePaths shifted =
        recursive.samplePaths(windows, 4, Draw.residuals(new double[][] {{1}}), 1);
    for (double[] path : shifted.paths(0)) {
      assertArrayEquals(new double[] {4, 7, 12}, path); // 1+2+1, 2+4+1, 4+7+1
    }
    Draw coin = Draw.residuals(new double[][] {{-1}, {1}});
    SamplePaths paths = recursive.samplePaths(windows, 400, coin, 1);
    assertArrayEquals(paths.paths(1), recursive.samplePaths(windows, 400, coin, 1).paths(1));
    assertNotEquals(
        Arrays.deepToString(paths.paths(1)),
        Arrays.deepToString(recursive.samplePaths(windows, 400, coin, 2).paths(1)));
    // The second step is 5 + e(1) + e(2), whose quantiles are −2, 0 and 2 from it.
    assertArrayEquals(
        new double[] {3, 5, 7}, Arrays.copyOfRange(paths.quantiles(0.1, 0.5, 0.9)[0], 3, 6));
    Table table = paths.table(0.1, 0.9);
    assertEquals(
        List.of("y +0 q0.1", "y +0 q0.9", "y +1 q0.1", "y +1 q0.9", "y +2 q0.1", "y +2 q0.9"),
        table.columnNames());
    assertEquals(7, table.doubleColumn("y +1 q0.9").getDouble(0));
  }

  /** The quantiles of 0, 1 and 3, as by numpy.quantile. */
  @Test
  void quantilesOfPathsAreInterpolated() {
    Windows windows = series(5).columns("y").windows().lookback(2).range(0, 3);
    SamplePaths paths = new SamplePaths(windows, new double[][][] {{{3}, {0}, {1}}});
    assertArrayEquals(new double[] {0.5, 1, 2.6}, paths.quantiles(0.25, 0.5, 0.9)[0], 1e-12);
  }

  @Test
  void drawsHaveTheMomentsOfTheirDistributions() {
    var random = new SplitMix64(3);
    int count = 40_000;
    double[] output = {5, Math.log(2)};
    double[] gaussian =
        IntStream.range(0, count)
            .mapToDouble(i -> Draw.gaussian().draw(output, random)[0])
            .toArray();
    double mean = Arrays.stream(gaussian).sum() / count;
    double variance = Arrays.stream(gaussian).map(v -> (v - 5) * (v - 5)).sum() / count;
    assertEquals(5, mean, 0.05);
    assertEquals(4, variance, 0.15);
    // A quarter is 0 and a quarter 3; the others are uniform in 0 … 1 and in 1 … 3.
    Draw quantiles = Draw.quantiles(0.25, 0.5, 0.75);
    double[] known = {0, 1, 3};
    double[] drawn =
        IntStream.range(0, count).mapToDouble(i -> quantiles.draw(known, random)[0]).toArray();
    assertEquals(1.375, Arrays.stream(drawn).sum() / count, 0.03);
    assertEquals(0.25, Arrays.stream(drawn).filter(v -> v == 0).count() / (double) count, 0.01);
    assertEquals(0.25, Arrays.stream(drawn).filter(v -> v == 3).count() / (double) count, 0.01);
  }

  @Test
  void refusesWhatCannotBeFedBack() {
    RecursiveForecast recursive = RecursiveForecast.of(sums(2));
    Windows windows = series(5).windows().lookback(2).targetSteps(2);
    assertMessageContains("whose other columns are known", () -> recursive.predict(windows));
    Windows sparse = series(5).known("x").windows().lookback(4).step(2);
    assertMessageContains("step 1 and horizon 1", () -> recursive.predict(sparse));
    Windows single = series(5).known("x").windows().lookback(2).step(2).targetSteps(2);
    assertMessageContains("step 1 and horizon 1", () -> recursive.predict(single));
    Windows two = series(5).columns("x", "y").target("x", "y").windows().lookback(2);
    assertMessageContains("each of the 2 targets, but predicts 1", () -> recursive.predict(two));
    assertMessageContains("increasing", () -> Draw.quantiles(0.5, 0.5));
    assertMessageContains("one residual", () -> Draw.residuals(new double[0][]));
  }

  /** Each output is the decoder's input plus the sum of the two input rows. */
  @Test
  void decodersAreTrainedOnShiftedTargets() {
    Windows windows = series(5).columns("y").windows().lookback(2).targetSteps(3);
    DecoderInputs shifted = DecoderInputs.of(windows);
    assertEquals(Shape.of(3, 1), shifted.inputShape());
    float[] slice = new float[6];
    shifted.copyInput(0, slice, 0, 2);
    shifted.copyInput(1, slice, 1, 2);
    // The targets are 3, 5, 5 after the last input 2, and 5, 5, 5 after 3.
    assertArrayEquals(new float[] {2, 3, 3, 5, 5, 5}, slice);

    var past = input(2, 1);
    var previous = input(3, 1);
    var sum =
        repeatVector(3).on(dense(1).kernelInitializer(Initializers.ones()).on(flatten().on(past)));
    Model model = Model.of(List.of(past, previous), flatten().on(add().on(previous, sum)));
    Dataset samples = windows.and(shifted);
    assertArrayEquals(new double[] {5, 6, 8}, model.predict(samples).get(0));
    double[][] decoded = DecoderInputs.decode(model, windows, windows::and);
    assertArrayEquals(new double[] {5, 8, 11}, decoded[0]);
    assertArrayEquals(new double[] {8, 13, 18}, decoded[1]);
  }
}
