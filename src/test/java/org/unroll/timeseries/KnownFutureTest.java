package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class KnownFutureTest {
  /** Hours with y = i, temp = 100 + 10 i and holiday = i mod 2. */
  private static Table hours(int from, int to) {
    int[] rows = IntStream.range(from, to).toArray();
    LocalDateTime start = LocalDateTime.of(2026, 1, 1, 0, 0);
    return Table.create(
        DateTimeColumn.create("time", IntStream.of(rows).mapToObj(start::plusHours)),
        DoubleColumn.create("y", IntStream.of(rows).mapToDouble(i -> i).toArray()),
        DoubleColumn.create("temp", IntStream.of(rows).mapToDouble(i -> 100 + 10 * i).toArray()),
        DoubleColumn.create("holiday", IntStream.of(rows).mapToDouble(i -> i % 2).toArray()));
  }

  private static float[] sample(Dataset data, int sample) {
    float[] values = new float[data.inputShape().size()];
    data.copyInput(sample, values, 0, 1);
    return values;
  }

  @Test
  void containsTheKnownColumnsInTheTargetRows() {
    Windows windows =
        TimeSeries.of(hours(0, 20))
            .target("y")
            .known("holiday", "temp")
            .windows()
            .lookback(4)
            .step(2)
            .horizon(3)
            .targetSteps(3);
    Dataset future = windows.future();
    assertEquals(Shape.of(3, 2), future.inputShape());
    assertEquals(windows.size(), future.size());
    // Window 1 sees the rows 1 and 3; its targets are 3 rows later and then every second row.
    assertArrayEquals(new double[] {6, 8, 10}, windows.target(1));
    assertArrayEquals(new float[] {0, 160, 0, 180, 0, 200}, sample(future, 1));
    float[] slice = new float[18];
    future.copyInput(1, slice, 1, 3); // time-major
    assertArrayEquals(
        new float[] {0, 0, 0, 160, 0, 0, 0, 0, 0, 180, 0, 0, 0, 0, 0, 200, 0, 0}, slice);
  }

  @Test
  void isNormalizedLikeTheSeries() {
    // Rows 0 … 2 of temp are 100, 110, 120: mean 110 and std √(200/3).
    Windows windows =
        TimeSeries.of(hours(0, 8))
            .columns("y")
            .target("y")
            .known("temp")
            .normalizedOn(0, 3)
            .windows()
            .lookback(2)
            .targetSteps(2);
    assertEquals(Shape.of(2, 1), windows.inputShape());
    double std = Math.sqrt(200 / 3.0);
    assertArrayEquals(
        new float[] {(float) (10 / std), (float) (20 / std)}, sample(windows.future(), 0), 1e-6f);
    double[][] next = windows.range(0, 6).lastFuture(hours(6, 8));
    assertArrayEquals(new double[] {50 / std}, next[0], 1e-12);
    assertArrayEquals(new double[] {60 / std}, next[1], 1e-12);
  }

  @Test
  void staysAlignedWithWindowsThatSkipGaps() {
    Table table = hours(0, 30);
    table.doubleColumn("temp").setMissing(12);
    Windows windows =
        TimeSeries.of(table)
            .columns("y")
            .target("y")
            .known("temp")
            .skippingGaps()
            .windows()
            .lookback(3)
            .targetSteps(2);
    // Windows with target rows 11 and 12 or 12 and 13 lack a known value; all others are kept.
    assertEquals(26 - 2, windows.size());
    Dataset future = windows.shuffled(3).future();
    assertArrayEquals(windows.shuffled(3).order(1), future.order(1));
    for (int i = 0; i < windows.size(); i++) {
      int row = windows.targetRow(i);
      assertArrayEquals(new float[] {100 + 10 * row, 110 + 10 * row}, sample(future, i));
    }
  }

  @Test
  void descriptionNamesTheRowsInDates() {
    Windows windows =
        TimeSeries.of(hours(0, 40)).target("y").known("temp").windows().lookback(5).targetSteps(3);
    String text = windows.describe().toString();
    assertTrue(
        text.contains(
            "known future of temp: rows 5 … 7 (2026-01-01 05:00 … 2026-01-01 07:00) of the first"
                + " window, rows 37 … 39 (2026-01-02 13:00 … 2026-01-02 15:00) of the last"),
        text);
  }

  @Test
  void refusesTargetsWhicheverIsSetFirst() {
    TimeSeries series = TimeSeries.of(hours(0, 9));
    for (var setting :
        List.<Runnable>of(
            () -> series.target("y").known("temp", "y"),
            () -> series.known("y").target("y", "temp"))) {
      String message = assertThrows(IllegalArgumentException.class, setting::run).getMessage();
      assertTrue(message.contains("must not be a target, but 'y' is both"), message);
    }
    assertThrows(
        IllegalStateException.class, () -> series.target("y").windows().lookback(2).future());
    assertThrows(IllegalArgumentException.class, () -> series.known("tmp"));
  }

  @Test
  void nextRowsMustBeCompleteAndOfTheRightTimes() {
    Windows windows =
        TimeSeries.of(hours(0, 9)).target("y").known("temp").windows().lookback(2).targetSteps(2);
    assertArrayEquals(new double[] {190}, windows.lastFuture(hours(9, 12))[0]);
    assertRefused(
        windows, hours(9, 10), "a row for each of the 2 rows after the newest row, but has 1");
    assertRefused(
        windows, hours(10, 12), "row 0 must be 2026-01-01 09:00, but is 2026-01-01 10:00");
    Table gap = hours(9, 11);
    gap.doubleColumn("temp").setMissing(1);
    assertRefused(windows, gap, "the column 'temp' contains NaN in row 1");
  }

  private static void assertRefused(Windows windows, Table next, String part) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> windows.lastFuture(next)).getMessage();
    assertTrue(message.contains(part), message);
  }

  /** The target is the known column of its own row, which is noise to any model of the past. */
  @Test
  void decoderReadsTheKnownFuture() {
    Random random = new Random(1);
    double[][] rows = new double[300][2];
    for (double[] row : rows) {
      row[1] = random.nextGaussian();
      row[0] = row[1];
    }
    Windows windows =
        TimeSeries.of(rows, "y", "temp")
            .target("y")
            .known("temp")
            .windows()
            .lookback(4)
            .targetSteps(3);
    var past = input(4, 2);
    var future = input(3, 1);
    var encoder = gru(8).returnState(true).on(past);
    var decoder = gru(8).returnSequences(true).on(future, encoder.states());
    var model = Model.of(List.of(past, future), flatten().on(dense(1).on(decoder)));
    model.compile(adam(0.02), mse());
    Dataset both = windows.and(windows.future());
    model.fit(both, epochs(15).verbose(0));
    assertTrue(model.evaluate(both).get("loss") < 0.2, model.evaluate(both).toString());

    Dataset next =
        Samples.of(new double[][][] {windows.lastInput()})
            .and(
                Samples.of(
                    new double[][][] {
                      windows.lastFuture(
                          Table.create(DoubleColumn.create("temp", new double[] {-1, 0, 1})))
                    }));
    double[] forecast = model.predict(next).toArray()[0];
    assertTrue(forecast[0] < -0.4 && forecast[2] > 0.4, List.of(forecast[0], forecast[2]) + "");
  }

  /** The target is a feature of the place, which the windows do not contain. */
  @Test
  void windowsBesideATableOfStaticFeatures() {
    double[][] rows = new double[200][1];
    double[][] place = new double[196][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i < 100 ? -1 : 1;
    }
    for (int i = 0; i < place.length; i++) {
      place[i][0] = rows[i + 4][0];
    }
    Windows windows = TimeSeries.of(rows, "y").target("y").windows().lookback(4);
    Table features = Table.create(DoubleColumn.create("north", column(place)));
    Dataset both = windows.and(Samples.of(features));
    assertEquals(
        List.of(Shape.of(4, 1), Shape.of(1)),
        both.inputParts().stream().map(Dataset::inputShape).toList());
    var past = input(4, 1);
    var fixed = input(1);
    var model =
        Model.of(List.of(past, fixed), dense(1).on(concatenate().on(gru(2).on(past), fixed)));
    model.compile(adam(0.05), mse());
    model.fit(both.shuffled(1), epochs(20).verbose(0));
    assertTrue(model.evaluate(both).get("loss") < 0.1, model.evaluate(both).toString());
  }

  private static double[] column(double[][] rows) {
    return IntStream.range(0, rows.length).mapToDouble(i -> rows[i][0]).toArray();
  }
}
