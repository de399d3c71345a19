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
