package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TimeSeriesTest {
  private static final double GAP = Double.NaN;

  private static TimeSeries series(double... values) {
    return TimeSeries.of(Table.create("t", DoubleColumn.create("x", values))).target("x");
  }

  /** The values as windows see them. */
  private static double[] values(TimeSeries series) {
    float[] values = series.numbers().values();
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  @Test
  void allNumericColumnsInTheirOrder() {
    Table table =
        Table.create(
            "t",
            StringColumn.create("station", "Jena", "Jena"),
            IntColumn.create("n", new int[] {1, 2}),
            DateTimeColumn.create("when", LocalDateTime.MIN, LocalDateTime.MAX),
            DoubleColumn.create("x", 3, 4));
    TimeSeries series = TimeSeries.of(table);
    assertEquals(List.of("n", "x"), series.columnNames());
    assertEquals("when", series.timestamps().name());
    assertEquals(List.of("x"), series.columns("x").columnNames());
    assertEquals(List.of("n"), series.target("n").targetNames());
    assertEquals("2 rows of [x], target [n]", series.columns("x").target("n").toString());
    assertEquals(2, series.target("n").windows().series().rows());
  }

  @Test
  void timestampsMayBeText() {
    Table table =
        Table.create(StringColumn.create("Date Time", "a", "b"), DoubleColumn.create("x", 3, 4));
    assertEquals("Date Time", TimeSeries.of(table).timestamps().name());
    assertEquals("b", TimeSeries.of(table).nameOfRow(1));
    assertNull(series(1, 2).timestamps());
  }

  @Test
  void arraysAndMatricesAreSeriesToo() {
    double[][] rows = {{1, 2}, {3, 4}, {5, 6}};
    for (TimeSeries series :
        List.of(
            TimeSeries.of(rows, "a", "b"),
            TimeSeries.of(new DMatrixRMaj(rows), "a", "b"),
            TimeSeries.of(new SimpleMatrix(rows), "a", "b"))) {
      assertEquals(List.of("a", "b"), series.columnNames());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, series.numbers().values());
    }
    assertEquals(List.of("x0", "x1"), TimeSeries.of(rows).columnNames());
  }

  /** numpy: x = np.array([2., 4, 9]); x.mean(), x.std() = 5.0, 2.943920288775949. */
  @Test
  void normalizedWithTheStatisticsOfTheRangeOnly() {
    TimeSeries series = series(100, 2, 4, 9, -100).normalizedOn(1, 4);
    assertEquals(5, series.mean("x"), 1e-15);
    assertEquals(2.943920288775949, series.std("x"), 1e-15);
    assertArrayEquals(
        new double[] {
          95 / 2.943920288775949,
          -3 / 2.943920288775949,
          -1 / 2.943920288775949,
          4 / 2.943920288775949,
          -105 / 2.943920288775949
        },
        values(series),
        1e-5);
    assertEquals(7.943920288775949, series.denormalize(1), 1e-15);
    assertEquals(5.887840577551898, series.denormalizeError(2), 1e-15);
    assertEquals(-1 / 2.943920288775949, series.normalize("x", 4), 1e-15);
  }

  @Test
  void withoutNormalizationValuesKeepTheirUnits() {
    TimeSeries series = series(1, 2, 5);
    assertEquals(0, series.mean("x"));
    assertEquals(1, series.std("x"));
    assertEquals(7.5, series.denormalize(7.5));
    assertEquals(7.5, series.denormalizeError(7.5));
  }

  @Test
  void settingsComeInAnyOrder() {
    TimeSeries one = series(1, GAP, 3, 8).interpolated().normalizedOn(0, 3);
    TimeSeries other = series(1, GAP, 3, 8).normalizedOn(0, 3).interpolated();
    assertArrayEquals(values(one), values(other));
  }

  @Test
  void gapsAreFilledAsAsked() {
    assertArrayEquals(
        new double[] {1, 2, 3, 4, 6, 8},
        values(series(1, GAP, GAP, 4, GAP, 8).interpolated()),
        1e-6);
    assertArrayEquals(
        new double[] {1, 1, 1, 4, 4, 8}, values(series(1, GAP, GAP, 4, GAP, 8).forwardFilled()));
    assertArrayEquals(new double[] {1, 1}, values(series(1, GAP).forwardFilled()));
  }

  @Test
  void gapsAreAnErrorOtherwise() {
    Table table =
        Table.create(
            "t",
            DateTimeColumn.create(
                "when", LocalDateTime.of(2020, 1, 1, 0, 0), LocalDateTime.of(2020, 1, 1, 0, 10)),
            DoubleColumn.create("x", 1, GAP));
    assertMessageContains(
        "A value is missing in column 'x', row 1 (2020-01-01 00:10), in a gap of 1 row; the column"
            + " misses 1 of 2. Fill gaps with interpolated() or forwardFilled()",
        () -> TimeSeries.of(table).target("x").windows());
    assertMessageContains("nothing on one side", () -> series(1, GAP).interpolated().windows());
    assertMessageContains("nothing on one side", () -> series(GAP, 1).forwardFilled().windows());
    assertMessageContains("nothing on one side", () -> series(GAP, 1).interpolated().windows());
  }

  @Test
  void valuesMustBeFinite() {
    assertMessageContains(
        "Received: Infinity in column 'x', row 1", () -> series(1, 1 / 0.0).windows());
    assertMessageContains(
        "Received: 1.0E300 in column 'x', row 0", () -> series(1e300, 0).windows());
    assertMessageContains(
        "Received: Infinity in column 'x', row 2",
        () -> series(1, 2, 1 / 0.0).normalizedOn(0, 2).windows());
  }

  @Test
  void aConstantColumnCannotBeNormalized() {
    assertMessageContains(
        "The column 'x' is 0.1 in all rows 0 … 2, so it has no standard deviation",
        () -> series(0.1, 0.1, 0.1, 5).normalizedOn(0, 3).windows());
  }

  @Test
  void anEmptyTable() {
    assertMessageContains(
        "A time series needs rows. Received: the table 'none' with none and 1 columns",
        () -> TimeSeries.of(Table.create("none", DoubleColumn.create("x"))));
    assertMessageContains("needs rows", () -> TimeSeries.of(new double[0][]));
  }

  @Test
  void textInANumberColumn() {
    Table table =
        Table.create("t", StringColumn.create("T", "1.5", "cold"), DoubleColumn.create("x", 1, 2));
    assertMessageContains(
        "'T' is of type STRING", () -> TimeSeries.of(table).target("x").windows());
    assertMessageContains("row 1 holds 'cold'", () -> TimeSeries.of(table).target("T"));
    assertEquals(2, TimeSeries.of(table).columns("x").target("x").windows().series().rows());
    Table words = Table.create("w", StringColumn.create("T", "cold", "mild"));
    assertMessageContains("has no number column: [T]", () -> TimeSeries.of(words).numbers());
  }

  @Test
  void columnsThatAreNotThere() {
    assertMessageContains("no column 'T'. Its columns are: 'x'", () -> series(1, 2).target("T"));
    assertMessageContains("no column 'T'", () -> series(1, 2).columns("x", "T"));
    assertMessageContains("Name at least one column", () -> series(1, 2).columns(new String[0]));
    assertMessageContains("each once. Received: [x, x]", () -> series(1, 2).target("x", "x"));
    assertMessageContains("no column 'T'. Its columns are: [x]", () -> series(1, 2).mean("T"));
  }

  @Test
  void rangesAndNamesThatDoNotFit() {
    assertMessageContains("0 ≤ from < to ≤ 3", () -> series(1, 2, 3).normalizedOn(0, 4));
    assertMessageContains("from=2, to=2", () -> series(1, 2, 3).normalizedOn(2, 2));
    assertMessageContains(
        "2 columns and 1 names: a", () -> TimeSeries.of(new double[][] {{1, 2}}, "a"));
    assertMessageContains(
        "row 1 with 1 values, row 0 with 2", () -> TimeSeries.of(new double[][] {{1, 2}, {3}}));
  }

  @Test
  void severalTargetsAreNamedToBeDenormalized() {
    TimeSeries two = TimeSeries.of(new double[][] {{1, 2}, {3, 6}}, "a", "b").target("a", "b");
    var error = assertThrows(IllegalStateException.class, () -> two.denormalize(1));
    assertEquals(
        "denormalize(value) needs exactly one target; name the column with denormalize(column,"
            + " value). The targets are: [a, b]",
        error.getMessage());
    assertEquals(6, two.normalizedOn(0, 2).denormalize("b", 1));
    assertEquals(4, two.normalizedOn(0, 2).denormalizeError("b", 2));
  }

  @Test
  void theScalingOfOneSeriesServesAnother() {
    TimeSeries trained =
        TimeSeries.of(new double[][] {{1, 10}, {3, 30}, {5, 20}}, "x", "y")
            .target("y")
            .normalizedOn(0, 2);
    Table scaling = Table.read().csv(trained.scaling().write().toString("csv"), "scaling");
    assertEquals(List.of("column", "mean", "std"), scaling.columnNames());
    TimeSeries later =
        TimeSeries.of(new double[][] {{20, 4}, {20, 2}}, "y", "x")
            .target("y")
            .normalizedBy(scaling);
    assertArrayEquals(new double[] {0, 2, 0, 0}, values(later));
    assertEquals(25, later.denormalize(0.5));
    assertEquals("2 rows of [y, x], target [y], normalized by a given scaling", later.toString());
    TimeSeries other = TimeSeries.of(new double[][] {{1, 2}}, "y", "z").normalizedBy(scaling);
    assertMessageContains("the column 'z' and a scaling of [x, y]", () -> other.mean("y"));
    Table wrong = scaling.copy();
    wrong.column("std").setMissing(1);
    assertMessageContains("std NaN of the column 'y'", () -> later.normalizedBy(wrong).mean("y"));
    assertMessageContains("no column 'mean'", () -> later.normalizedBy(Table.create("t")));
  }

  @Test
  void rowsByTheCalendar() {
    LocalDateTime noon = LocalDateTime.of(2026, 3, 1, 12, 0);
    Table table =
        Table.create(
            "t",
            DateTimeColumn.create("time", noon, noon.plusHours(1), noon.plusHours(2)),
            DoubleColumn.create("x", 1, 2, 3));
    TimeSeries series = TimeSeries.of(table);
    assertEquals(0, series.rowAt(noon.minusDays(1)));
    assertEquals(1, series.rowAt(noon.plusMinutes(1)));
    assertEquals(1, series.rowAt(noon.plusHours(1)));
    assertMessageContains(
        "ends at 2026-03-01 14:00, before 2026-03-01T15:00", () -> series.rowAt(noon.plusHours(3)));
    assertMessageContains("a series without timestamps", () -> series(1, 2).rowAt(noon));
    table.dateTimeColumn(0).set(1, noon.minusHours(1));
    assertMessageContains(
        "2026-03-01 11:00 in row 1 after 2026-03-01 12:00", () -> series.rowAt(noon));
  }
}
