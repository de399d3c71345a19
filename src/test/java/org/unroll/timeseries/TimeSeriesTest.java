package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.Duration;
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

  /** Returns the values as windows see them. */
  private static double[] values(TimeSeries series) {
    float[] values = series.data().values();
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  @Test
  void usesAllNumericColumnsInTheirOrder() {
    Table table =
        Table.create(
            "t",
            StringColumn.create("station", "Jena", "Jena"),
            IntColumn.create("n", new int[] {1, 2}),
            DateTimeColumn.create(
                "when", LocalDateTime.of(2020, 1, 1, 0, 0), LocalDateTime.of(2020, 1, 1, 0, 10)),
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
  void timestampsCanBeText() {
    Table table =
        Table.create(StringColumn.create("Date Time", "a", "b"), DoubleColumn.create("x", 3, 4));
    assertEquals("Date Time", TimeSeries.of(table).timestamps().name());
    assertEquals("b", TimeSeries.of(table).nameOfRow(1));
    assertNull(series(1, 2).timestamps());
  }

  @Test
  void createsSeriesFromArraysAndMatrices() {
    double[][] rows = {{1, 2}, {3, 4}, {5, 6}};
    for (TimeSeries series :
        List.of(
            TimeSeries.of(rows, "a", "b"),
            TimeSeries.of(new DMatrixRMaj(rows), "a", "b"),
            TimeSeries.of(new SimpleMatrix(rows), "a", "b"))) {
      assertEquals(List.of("a", "b"), series.columnNames());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, series.data().values());
    }
    assertEquals(List.of("x0", "x1"), TimeSeries.of(rows).columnNames());
  }

  /** numpy: x = np.array([2., 4, 9]); x.mean(), x.std() = 5.0, 2.943920288775949. */
  @Test
  void normalizesByTheStatisticsOfTheRangeOnly() {
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
  void orderOfSettingsDoesNotMatter() {
    TimeSeries one = series(1, GAP, 3, 8).interpolated().normalizedOn(0, 3);
    TimeSeries other = series(1, GAP, 3, 8).normalizedOn(0, 3).interpolated();
    assertArrayEquals(values(one), values(other));
  }

  @Test
  void fillsGaps() {
    assertArrayEquals(
        new double[] {1, 2, 3, 4, 6, 8},
        values(series(1, GAP, GAP, 4, GAP, 8).interpolated()),
        1e-6);
    assertArrayEquals(
        new double[] {1, 1, 1, 4, 4, 8}, values(series(1, GAP, GAP, 4, GAP, 8).forwardFilled()));
    assertArrayEquals(new double[] {1, 1}, values(series(1, GAP).forwardFilled()));
  }

  @Test
  void rejectsGapsThatAreNotFilled() {
    Table table =
        Table.create(
            "t",
            DateTimeColumn.create(
                "when", LocalDateTime.of(2020, 1, 1, 0, 0), LocalDateTime.of(2020, 1, 1, 0, 10)),
            DoubleColumn.create("x", 1, GAP));
    assertMessageContains(
        "A value is missing in column 'x', row 1 (2020-01-01 00:10), in a gap of 1 row (1 of the 2"
            + " values of the column are missing). Fill gaps with interpolated() or forwardFilled()",
        () -> TimeSeries.of(table).target("x").windows());
    assertMessageContains(
        "This gap cannot be filled because it is at an end of the series: remove its rows, or",
        () -> series(1, GAP).interpolated().windows());
    assertMessageContains(
        "it is at an end of the series", () -> series(GAP, 1).forwardFilled().windows());
    assertMessageContains(
        "it is at an end of the series", () -> series(GAP, 1).interpolated().windows());
  }

  @Test
  void rejectsValuesThatAreNotFinite() {
    assertMessageContains(
        "Every value must be finite and within the range of a float, but was Infinity in column 'x',"
            + " row 1.",
        () -> series(1, 1 / 0.0).windows());
    assertMessageContains(
        "but was 1.0E300 in column 'x', row 0.", () -> series(1e300, 0).windows());
    assertMessageContains(
        "but was Infinity in column 'x', row 2.",
        () -> series(1, 2, 1 / 0.0).normalizedOn(0, 2).windows());
  }

  @Test
  void rejectsNormalizationOfAConstantColumn() {
    assertMessageContains(
        "A column must vary in order to be normalized, but 'x' is 0.1 in all rows 0 … 2. Leave it out",
        () -> series(0.1, 0.1, 0.1, 5).normalizedOn(0, 3).windows());
  }

  @Test
  void rejectsATableWithoutRows() {
    assertMessageContains(
        "A time series must have rows, but the table 'none' has 1 columns and no rows.",
        () -> TimeSeries.of(Table.create("none", DoubleColumn.create("x"))));
    assertMessageContains("must have rows", () -> TimeSeries.of(new double[0][]));
  }

  @Test
  void rejectsTextInANumericColumn() {
    Table table =
        Table.create("t", StringColumn.create("T", "1.5", "cold"), DoubleColumn.create("x", 1, 2));
    assertMessageContains(
        "The column 'T' must be numeric, but is of type STRING; row 1 contains 'cold'.",
        () -> TimeSeries.of(table).target("x").windows());
    assertMessageContains("row 1 contains 'cold'", () -> TimeSeries.of(table).target("T"));
    assertEquals(2, TimeSeries.of(table).columns("x").target("x").windows().series().rows());
    Table words = Table.create("w", StringColumn.create("T", "cold", "mild"));
    assertMessageContains(
        "The table 'w' must have a numeric column, but its columns are [T].",
        () -> TimeSeries.of(words).data());
  }

  @Test
  void rejectsMissingAndRepeatedColumns() {
    assertMessageContains(
        "The table must have a column 'T', but its columns are: 'x'.",
        () -> series(1, 2).target("T"));
    assertMessageContains("must have a column 'T'", () -> series(1, 2).columns("x", "T"));
    assertMessageContains(
        "At least one column must be given, and no column twice, but the names were [].",
        () -> series(1, 2).columns(new String[0]));
    assertMessageContains("but the names were [x, x].", () -> series(1, 2).target("x", "x"));
    assertMessageContains(
        "The series must have the column 'T', but its columns are [x].",
        () -> series(1, 2).mean("T"));
  }

  @Test
  void rejectsInvalidRangesAndNames() {
    assertMessageContains(
        "A range of rows must satisfy 0 <= from < to <= 3, the number of rows, but was from=0, to=4.",
        () -> series(1, 2, 3).normalizedOn(0, 4));
    assertMessageContains("from=2, to=2", () -> series(1, 2, 3).normalizedOn(2, 2));
    assertMessageContains(
        "Every column must have one name, but there are 2 columns and 1 names: a.",
        () -> TimeSeries.of(new double[][] {{1, 2}}, "a"));
    assertMessageContains(
        "All rows must have the same length, but row 1 has 1 values and row 0 has 2.",
        () -> TimeSeries.of(new double[][] {{1, 2}, {3}}));
  }

  @Test
  void denormalizeRequiresAColumnNameForSeveralTargets() {
    TimeSeries two = TimeSeries.of(new double[][] {{1, 2}, {3, 6}}, "a", "b").target("a", "b");
    var error = assertThrows(IllegalStateException.class, () -> two.denormalize(1));
    assertEquals(
        "denormalize(value) requires exactly one target, but the targets are [a, b]. Name the column:"
            + " denormalize(column, value).",
        error.getMessage());
    assertEquals(6, two.normalizedOn(0, 2).denormalize("b", 1));
    assertEquals(4, two.normalizedOn(0, 2).denormalizeError("b", 2));
  }

  @Test
  void normalizesByTheScalingOfAnotherSeries() {
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
    assertMessageContains(
        "The scaling must contain each column of the series exactly once, but 'z' is not unique in [x,"
            + " y].",
        () -> other.mean("y"));
    Table wrong = scaling.copy();
    wrong.column("std").setMissing(1);
    assertMessageContains(
        "Means must be finite and standard deviations above 0, but the column 'y' has the mean 20.0 and"
            + " the std NaN.",
        () -> later.normalizedBy(wrong).mean("y"));
    assertMessageContains("must have a column 'mean'", () -> later.normalizedBy(Table.create("t")));
  }

  /** Reading took a time that grew with the cube of the number of columns: here minutes. */
  @Test
  void readsThousandsOfColumns() {
    TimeSeries series = TimeSeries.of(new double[3][3000]).target("x7");
    assertTimeoutPreemptively(Duration.ofSeconds(30), series::data);
  }

  @Test
  void findsRowsByTime() {
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
        "The time must not be after the end of the series, 2026-03-01 14:00, but was 2026-03-01T15:00.",
        () -> series.rowAt(noon.plusHours(3)));
    assertMessageContains(
        "The table must have a column of times, dates or instants, but its columns are: 'x' of type"
            + " DOUBLE.",
        () -> series(1, 2).rowAt(noon));
    table.dateTimeColumn(0).set(1, noon.minusHours(1));
    TimeSeries unordered = TimeSeries.of(table);
    assertMessageContains(
        "The times must be in order, but row 1 (2026-03-01 11:00) is before row 0 (2026-03-01 12:00)."
            + " Sort the table: table.sortOn(\"time\").",
        () -> unordered.rowAt(noon));
  }
}
