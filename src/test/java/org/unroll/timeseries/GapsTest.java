package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares series with missing values with NumPy, where every window is built explicitly. */
class GapsTest {
  private static final double[][] TABLE = rows(numpy().get("table"));

  private static JsonNode numpy() {
    try {
      return new ObjectMapper().readTree(GapsTest.class.getResourceAsStream("gaps.json"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static double[][] rows(JsonNode node) {
    return IntStream.range(0, node.size()).mapToObj(i -> row(node.get(i))).toArray(double[][]::new);
  }

  private static double[] row(JsonNode node) {
    return IntStream.range(0, node.size())
        .mapToDouble(j -> node.get(j).isNull() ? Double.NaN : node.get(j).asDouble())
        .toArray();
  }

  private static TimeSeries series() {
    return TimeSeries.of(TABLE, "a", "b", "c")
        .columns("a", "b")
        .target("a", "c")
        .interpolated(2)
        .skippingGaps();
  }

  private static Windows windows(JsonNode expected) {
    return series()
        .windows()
        .lookback(expected.get("lookback").asInt())
        .step(expected.get("step").asInt())
        .horizon(expected.get("horizon").asInt())
        .targetSteps(3);
  }

  static Stream<JsonNode> cases() {
    JsonNode cases = numpy().get("cases");
    return IntStream.range(0, cases.size()).mapToObj(cases::get);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void leavesOutWindowsWithAGap(JsonNode expected) {
    Windows windows = windows(expected);
    int[] starts = IntStream.range(0, windows.size()).map(windows::firstRow).toArray();
    int[] wanted = new ObjectMapper().convertValue(expected.get("starts"), int[].class);
    assertArrayEquals(wanted, starts);
    double[] first = Stream.of(windows.input(0)).flatMapToDouble(Arrays::stream).toArray();
    assertArrayEquals(row(expected.get("first_input")), first);
    assertArrayEquals(row(expected.get("last_target")), windows.target(windows.size() - 1));

    float[] slice = new float[2 * first.length];
    windows.copyInput(windows.size() - 1, slice, 1, 2);
    float[] target = new float[6];
    windows.copyTarget(windows.size() - 1, target, 0);
    double[][] last = windows.input(windows.size() - 1);
    for (int t = 0; t < last.length; t++) {
      assertEquals(last[t][0], slice[(2 * t + 1) * 2]);
    }
    assertEquals(expected.get("last_target").get(5).asDouble(), target[5]);
    int all = 160 - windows.lastRow(0) + windows.firstRow(0) - expected.get("horizon").asInt();
    int possible = all - 2 * expected.get("step").asInt();
    assertEquals(possible - starts.length, windows.describe().skipped());
    assertTrue(
        windows.toString().contains("(" + (possible - starts.length) + " with gaps left out)"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void baselinesAgreeWithNumPyOnWindowsWithGaps(JsonNode expected) {
    Windows windows = windows(expected);
    int late = expected.get("late").asInt();
    assertArrayEquals(
        row(expected.get("seasonal")), Baseline.seasonal(7).predict(windows, late), 1e-12);
    double[][] ridge = Ridge.fit(windows, 0.5).predict(windows);
    assertArrayEquals(row(expected.get("ridge_last")), ridge[ridge.length - 1], 1e-6);
    double[][] errors = rows(expected.get("ridge_errors"));
    for (int k = 0; k < 3; k++) {
      var table = windows.meanAbsoluteErrors(ridge);
      int ahead = expected.get("horizon").asInt() + k * expected.get("step").asInt();
      assertEquals(ahead, table.intColumn("ahead").get(k));
      assertEquals(errors[k][0], table.doubleColumn("a").get(k), 1e-6);
      assertEquals(errors[k][1], table.doubleColumn("c").get(k), 1e-6);
    }
  }

  @Test
  void fillsOnlyShortGaps() {
    double[][] filled = rows(numpy().get("filled"));
    double[][] raw = series().target("a", "b", "c").data().raw();
    for (int i = 0; i < filled.length; i++) {
      for (int j = 0; j < 3; j++) {
        assertEquals(filled[i][j], raw[j][i], 1e-12);
      }
    }
    double[] forward = series().forwardFilled(2).target("a", "b", "c").data().raw()[0];
    assertEquals(forward[9], forward[11]);
    assertTrue(Double.isNaN(forward[40]) && Double.isNaN(forward[42]));
  }

  /** NumPy's nanmean and nanstd. */
  @Test
  void normalizesByTheValuesThatArePresent() {
    TimeSeries series = series().normalizedOn(20, 100);
    double[] mean = row(numpy().get("mean"));
    double[] std = row(numpy().get("std"));
    String[] names = {"a", "b", "c"};
    for (int j = 0; j < 3; j++) {
      assertEquals(mean[j], series.mean(names[j]), 1e-12);
      assertEquals(std[j], series.std(names[j]), 1e-12);
    }
  }

  @Test
  void errorsReportThePositionOfTheGap() {
    TimeSeries strict = TimeSeries.of(TABLE, "a", "b", "c").columns("a", "b").target("a");
    assertMessageContains(
        "A value is missing in column 'a', row 10, in a gap of 2 rows (8 of the 160 values of the"
            + " column are missing). Fill gaps with interpolated() or forwardFilled(), or remove the"
            + " rows, or leave out the affected windows with skippingGaps().",
        strict::windows);
    assertMessageContains("'a', row 40, in a gap of 3 rows", strict.interpolated(2)::windows);
    assertMessageContains(
        "Only gaps of up to 2 rows are filled: raise this limit, or leave out the affected windows",
        strict.interpolated(2)::windows);
    assertMessageContains(
        "The longest gap to fill must be at least 1 row, but was 0.",
        () -> strict.forwardFilled(0));
    Windows small = series().windows().lookback(4).delay(1);
    assertMessageContains(
        "At least one window must have no missing value, but every window of lookback 4, step 1, delay"
            + " 1 in rows 38 … 45 has one.",
        () -> small.range(38, 46));
    assertMessageContains(
        "The input of a forecast must not have missing values, but the value of 'a' is missing at row 40, row 40.",
        small.range(30, 44)::lastInput);
  }
}
