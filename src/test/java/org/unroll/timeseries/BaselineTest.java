package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BaselineTest {
  private static JsonNode numpy;
  private static Windows windows;

  @BeforeAll
  static void read() throws IOException {
    var json = new ObjectMapper();
    numpy = json.readTree(BaselineTest.class.getResourceAsStream("baselines.json"));
    double[][] table = json.convertValue(numpy.get("table"), double[][].class);
    windows =
        TimeSeries.of(table, "a", "b", "c")
            .target("b", "a")
            .windows()
            .lookback(12)
            .step(3)
            .delay(4)
            .targetSteps(2);
  }

  private static void assertAgreesWithNumPy(String name, Baseline baseline) {
    Windows val = windows.range(60, 95);
    var json = new ObjectMapper();
    double[] first = json.convertValue(numpy.get(name).get("first"), double[].class);
    assertEquals(numpy.get("windows").asInt(), val.size());
    assertArrayEquals(first, baseline.predict(val)[0], 1e-10);
    assertEquals(numpy.get(name).get("mae").asDouble(), baseline.mae(val), 1e-10);
  }

  @Test
  void lastValue() {
    assertAgreesWithNumPy("last_value", Baseline.lastValue());
  }

  @Test
  void seasonal() {
    assertAgreesWithNumPy("seasonal", Baseline.seasonal(10));
  }

  @Test
  void ridge() {
    assertAgreesWithNumPy("ridge", Ridge.fit(windows.range(2, 60), 0.5));
  }

  /**
   * With λ = 0, ridge regression recovers the linear rule x(i) = 2 x(i−1) − x(i−2) + 1 of a
   * parabola.
   */
  @Test
  void ridgeRecoversALinearRule() {
    double[][] parabola = new double[40][1];
    for (int i = 0; i < 40; i++) {
      parabola[i][0] = i * i / 2.0;
    }
    Windows two = TimeSeries.of(parabola).target("x0").windows().lookback(2).delay(0);
    Ridge ridge = Ridge.fit(two.range(0, 30), 0);
    assertArrayEquals(two.target(37), ridge.predict(two, 37), 1e-6);
  }

  /** A day of 144 rows and a target 150 rows ahead: the same time on the last known day. */
  @Test
  void seasonIsCountedBackFromTheTarget() {
    double[][] rows = new double[400][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i;
    }
    Windows book = TimeSeries.of(rows).target("x0").windows().lookback(144).step(6).delay(144);
    assertEquals(138, book.lastRow(0));
    assertEquals(288, book.targetRow(0));
    assertArrayEquals(new double[] {0}, Baseline.seasonal(144).predict(book, 0));
    assertArrayEquals(new double[] {138}, Baseline.lastValue().predict(book, 0));
    assertArrayEquals(new double[] {138}, Baseline.seasonal(150).predict(book, 0));
  }

  /** Inputs 1, 5 and 17 in rows 0, 2 and 4; targets in rows 7 and 9; b is twice a. */
  @Test
  void driftContinuesTheLineThroughTheWindow() {
    Windows steps = squares().lookback(6).step(2).horizon(3).targetSteps(2);
    // From 1 to 17 in 4 rows is a slope of 4.
    assertArrayEquals(
        new double[] {17 + 3 * 4, 34 + 3 * 8, 17 + 5 * 4, 34 + 5 * 8},
        Baseline.drift().predict(steps, 0));
    assertMessageContains(
        "at least 2 input rows", () -> Baseline.drift().predict(squares().lookback(1), 0));
  }

  @Test
  void movingAverageIsTheMeanOfTheLastRows() {
    Windows steps = squares().lookback(2).targetSteps(2);
    // The last input row of window 2 is row 3: 1 + 9, 1 + 4, 1 + 1.
    double mean = (10 + 5 + 2) / 3.0;
    assertArrayEquals(
        new double[] {mean, 2 * mean, mean, 2 * mean},
        Baseline.movingAverage(3).predict(steps, 2),
        1e-6);
    assertMessageContains(
        "last input row, but that of window 1 is row 2",
        () -> Baseline.movingAverage(4).predict(steps, 1));
    assertMessageContains("rows must be at least 1, but was 0.", () -> Baseline.movingAverage(0));
  }

  private static Windows squares() {
    double[][] rows = new double[20][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {1 + i * i, 2 + 2 * i * i};
    }
    return TimeSeries.of(rows, "a", "b").target("a", "b").windows();
  }

  /** A target that is not an input may be missing in the last input row. */
  @Test
  void missingValuesAreLeftOutOfAMeanAndOtherwiseRefused() {
    double[][] rows = {{1, 4}, {2, 6}, {3, Double.NaN}, {4, 8}, {5, 9}};
    Windows gap =
        TimeSeries.of(rows, "a", "b")
            .columns("a")
            .target("b")
            .skippingGaps()
            .windows()
            .lookback(3)
            .range(0, 4);
    assertArrayEquals(new double[] {5}, Baseline.movingAverage(3).predict(gap, 0));
    assertMessageContains("column 'b', row 2", () -> Baseline.lastValue().predict(gap, 0));
    assertMessageContains("column 'b', row 2", () -> Baseline.drift().predict(gap, 0));
    assertMessageContains("column 'b', row 2", () -> Baseline.movingAverage(1).predict(gap, 0));
  }

  @Test
  void rejectsInvalidArguments() {
    assertMessageContains("period must be at least 1 row, but was 0.", () -> Baseline.seasonal(0));
    assertMessageContains(
        "The series must have a value at least one season of 500 rows before row",
        () -> Baseline.seasonal(500).predict(windows, 0));
    assertMessageContains(
        "lambda must be finite and at least 0, but was -1.0.", () -> Ridge.fit(windows, -1));
    assertMessageContains(
        "lambda must be finite and at least 0, but was NaN.", () -> Ridge.fit(windows, Double.NaN));
    Ridge ridge = Ridge.fit(windows, 1);
    assertMessageContains(
        "Windows must have the input shape (4, 3) and the target shape (2, 2) of the fit, but have (5,"
            + " 3) and (2, 2).",
        () -> ridge.predict(windows.lookback(15), 0));
    double[][] twins = {{1, 1}, {2, 2}, {4, 4}, {3, 3}, {7, 7}, {5, 5}};
    Windows twin = TimeSeries.of(twins).target("x0").windows().lookback(1).delay(0);
    assertMessageContains(
        "lambda must be larger, because the 2 values of a window are nearly linearly dependent, but"
            + " was 0.0.",
        () -> Ridge.fit(twin, 0));
  }
}
