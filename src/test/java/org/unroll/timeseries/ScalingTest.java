package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Scaled columns, compared with scikit-learn (src/test/python/scalers.py). */
class ScalingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TimeSeries series(double... values) {
    return TimeSeries.of(
            Table.create(
                DoubleColumn.create("a", values),
                DoubleColumn.create("b", Arrays.stream(values).map(v -> -v).toArray())))
        .target("a");
  }

  @Test
  void valuesMatchScikitLearnAndAreConvertedBack() throws IOException {
    JsonNode reference;
    try (var in = ScalingTest.class.getResourceAsStream("scalers.json")) {
      reference = JSON.readTree(in);
    }
    double[] values = JSON.convertValue(reference.get("values"), double[].class);
    int training = reference.get("training").asInt();
    Map<String, Scaling> scalings =
        Map.of(
            "standard", Scaling.standard(),
            "minMax", Scaling.minMax(),
            "robust", Scaling.robust(),
            "standard log", Scaling.standard().log(),
            "robust log1p", Scaling.robust().log(1));
    assertEquals(scalings.size(), reference.get("scaled").size());
    for (var scaled : reference.get("scaled").properties()) {
      double[] expected = JSON.convertValue(scaled.getValue(), double[].class);
      TimeSeries series =
          series(values).normalizedOn(0, training, scalings.get(scaled.getKey()), "a");
      Windows windows = series.windows().lookback(1);
      TimeSeries again = series(values).normalizedBy(series.scaling());
      for (int row = 1; row < values.length; row++) {
        double z = expected[row];
        assertEquals(z, windows.target(row - 1)[0], 1e-5 * (1 + Math.abs(z)), scaled.getKey());
        assertEquals(z, series.normalize("a", values[row]), 1e-12 * (1 + Math.abs(z)));
        assertEquals(values[row], series.denormalize(z), 1e-10 * values[row]);
        assertEquals(values[row], again.denormalize(z), 1e-10 * values[row]);
      }
    }
  }

  @Test
  void forecastsAndErrorsAreInUnitsOfTheTarget() {
    double[] values = {1, 2, 4, 8, 16, 32};
    TimeSeries series = series(values).normalizedOn(0, 4, Scaling.standard().log(), "a");
    Windows windows = series.windows().lookback(2);
    double[][] doubled = new double[windows.size()][];
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] = new double[] {series.normalize("a", 2 * values[i + 2])};
    }
    assertArrayEquals(
        new double[] {8, 16, 32, 64},
        windows.forecasts(doubled).doubleColumn("a").asDoubleArray(),
        1e-9);
    // Errors 4, 8, 16, 32 in the units of the target.
    assertEquals(15, windows.meanAbsoluteErrors(doubled).doubleColumn("a").get(0), 1e-9);
    assertEquals(64, windows.forecast(doubled[3]).doubleColumn("a").get(0), 1e-9);
    var error = assertThrows(IllegalStateException.class, () -> series.denormalizeError(1));
    assertTrue(
        error.getMessage().contains("must not be scaled by its logarithm")
            && error.getMessage().contains("meanAbsoluteErrors"),
        error.getMessage());
    assertEquals(List.of("column", "mean", "std", "log"), series.scaling().columnNames());
  }

  @Test
  void laterSettingsOfColumnsReplaceEarlierOnes() {
    TimeSeries series =
        series(1, 2, 3, 5)
            .normalizedOn(0, 4, Scaling.minMax(), "b")
            .normalizedOn(0, 3); // the rows, but not the scaling
    assertEquals(2, series.std("b")); // −1, −2, −3
    assertEquals(-3, series.mean("b"));
    assertEquals(Math.sqrt(2 / 3.0), series.std("a"), 1e-12);
    assertEquals(1, series.normalizedOn(0, 3, Scaling.robust()).std("b")); // quartiles −2.5, −1.5
    assertEquals(List.of("column", "mean", "std"), series.scaling().columnNames());
  }

  /** A second program has only the table; other rows change the statistics, not the logarithm. */
  @Test
  void logarithmsOfATableAreKept() {
    Table saved = series(1, 2, 3, 5).normalizedOn(0, 4, Scaling.standard().log(1), "a").scaling();
    TimeSeries other = series(1, 3, 7, 15).normalizedBy(saved).normalizedOn(0, 2);
    assertEquals(1.5 * Math.log(2), other.mean("a"), 1e-12); // ln 2, ln 4
    assertEquals(3, other.normalize("a", 7), 1e-12); // ln 8 = mean + 3 · std, std = ln 2 / 2
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> series(1, 3, 7).normalizedBy(saved).normalizedOn(0, 2, Scaling.minMax(), "b"));
    assertTrue(error.getMessage().contains("[b] are named"), error.getMessage());
  }

  @Test
  void unsuitableValuesAreRefused() {
    var infinite =
        assertThrows(
            IllegalArgumentException.class,
            () -> series(1, 2, Double.POSITIVE_INFINITY, 4).normalizedOn(0, 4).scaling());
    assertTrue(infinite.getMessage().contains("must be finite"), infinite.getMessage());
    assertMessage("interquartile range is 0", 1, 1, 1, 1, 9);
    assertMessage("'a' is 1.0 in all rows", 1, 1, 1, 1, 1);
    TimeSeries zero = series(1, 0, 3).normalizedOn(0, 3, Scaling.standard().log(), "a");
    var error = assertThrows(IllegalArgumentException.class, zero::scaling);
    assertTrue(
        error.getMessage().contains("greater than 0.0")
            && error.getMessage().contains("was 0.0 in column 'a', row 1"),
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Scaling.robust().log(Double.NaN));
    assertThrows(
        IllegalArgumentException.class,
        () -> series(1, 2).normalizedOn(0, 2, Scaling.robust(), "c"));
  }

  private static void assertMessage(String part, double... values) {
    TimeSeries series = series(values).normalizedOn(0, values.length, Scaling.robust());
    var error = assertThrows(IllegalArgumentException.class, series::scaling);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
