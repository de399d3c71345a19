package org.unroll.timeseries;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.data.Columns;
import org.unroll.timeseries.Scaling.Scale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The normalization of a {@link TimeSeries}: by the statistics of the rows from … to−1, or by a
 * given table.
 *
 * @param from the first row of the statistics
 * @param to the end of the rows, exclusive
 * @param given a table as returned by {@link TimeSeries#scaling()}, or null
 * @param scaling how columns are scaled
 * @param byColumn how columns with these names are scaled instead
 */
record Normalization(
    int from, int to, Table given, Scaling scaling, Map<String, Scaling> byColumn) {
  private static final String COLUMN = "column";
  private static final String MEAN = "mean";
  private static final String STD = "std";
  private static final String LOG = "log";
  private static final String DIFFERENCE = "difference";

  /** The default, with statistics of rows that must be set. */
  static final Normalization STANDARD = new Normalization(0, 0, null, Scaling.standard(), Map.of());

  /** Returns the normalization with the statistics of other rows. */
  Normalization on(int newFrom, int newTo) {
    return new Normalization(newFrom, newTo, null, scaling, byColumn);
  }

  /** Returns the normalization with another scaling of some columns, or of all if none is named. */
  Normalization with(Scaling other, List<String> names) {
    if (given != null && !names.isEmpty()) {
      throw new IllegalArgumentException(
          "Single columns cannot be scaled otherwise than by the table of normalizedBy(…), but "
              + names
              + " are named. Call normalizedOn(from, to) first, or change the table.");
    }
    Map<String, Scaling> columns = new HashMap<>(names.isEmpty() ? Map.of() : byColumn);
    names.forEach(name -> columns.put(name, other));
    return new Normalization(from, to, given, names.isEmpty() ? other : scaling, columns);
  }

  /** Returns the normalization by a table in the form of {@link #table}. */
  static Normalization by(Table scaling) {
    Columns.numeric(scaling, List.of(MEAN, STD));
    if (!scaling.containsColumn(COLUMN)) {
      throw new IllegalArgumentException(
          "A scaling must have the columns 'column', 'mean' and 'std', but has "
              + scaling.columnNames()
              + ".");
    }
    Map<String, Scaling> others = new HashMap<>(); // kept if other rows are used
    for (int row = 0; row < scaling.rowCount(); row++) {
      double offset = optional(scaling, LOG, row);
      int lag = lag(scaling, row);
      Scaling some = Double.isFinite(offset) ? Scaling.standard().log(offset) : Scaling.standard();
      others.put(scaling.getString(row, COLUMN), lag == 0 ? some : some.difference(lag));
    }
    return new Normalization(0, 0, scaling, Scaling.standard(), others);
  }

  /** Returns a number of a table, or NaN if there is none. */
  private static double optional(Table scaling, String column, int row) {
    return scaling.containsColumn(column)
        ? Columns.value(Columns.numeric(scaling, List.of(column)).get(0), row)
        : Double.NaN;
  }

  private static int lag(Table scaling, int row) {
    double lag = optional(scaling, DIFFERENCE, row);
    if (Double.isNaN(lag)) {
      return 0;
    }
    if (lag < 1 || lag > Integer.MAX_VALUE || lag != Math.rint(lag)) {
      throw new IllegalArgumentException(
          "The lag of a difference must be a whole number of rows, at least 1, or missing, but that"
              + " of the column '"
              + scaling.getString(row, COLUMN)
              + "' is "
              + lag
              + ".");
    }
    return (int) lag;
  }

  /** Returns the scales of columns as a table with one row per column. */
  static Table table(List<String> names, List<Scale> scales) {
    Table table =
        Table.create(
            "scaling",
            StringColumn.create(COLUMN, names),
            DoubleColumn.create(MEAN, scales.stream().mapToDouble(Scale::mean).toArray()),
            DoubleColumn.create(STD, scales.stream().mapToDouble(Scale::std).toArray()));
    if (scales.stream().anyMatch(Scale::isLog)) {
      table.addColumns(
          DoubleColumn.create(LOG, scales.stream().mapToDouble(Scale::offset).toArray()));
    }
    if (scales.stream().anyMatch(Scale::isDifferenced)) {
      table.addColumns(
          DoubleColumn.create(
              DIFFERENCE,
              scales.stream()
                  .mapToDouble(scale -> scale.isDifferenced() ? scale.lag() : Double.NaN)
                  .toArray()));
    }
    return table;
  }

  /** Returns the scale of a column with these values. */
  Scale scale(String name, double[] values) {
    return given == null
        ? byColumn.getOrDefault(name, scaling).measured(name, values, from, to)
        : given(name);
  }

  private Scale given(String name) {
    List<String> known = given.column(COLUMN).asList().stream().map(String::valueOf).toList();
    int row = known.indexOf(name);
    if (row < 0 || row != known.lastIndexOf(name)) {
      throw new IllegalArgumentException(
          "The scaling must contain each column of the series exactly once, but '"
              + name
              + "' is not unique in "
              + known
              + ".");
    }
    double mean = Columns.value(Columns.numeric(given, List.of(MEAN)).get(0), row);
    double std = Columns.value(Columns.numeric(given, List.of(STD)).get(0), row);
    double offset = optional(given, LOG, row);
    if (!Double.isFinite(mean) || !Double.isFinite(std) || std <= 0 || Double.isInfinite(offset)) {
      throw new IllegalArgumentException(
          "Means must be finite and standard deviations above 0, but the column '"
              + name
              + "' has the mean "
              + mean
              + " and the std "
              + std
              + ".");
    }
    return new Scale(mean, std, offset, lag(given, row));
  }

  @Override
  public String toString() {
    return given != null
        ? "normalized by a given scaling"
        : "normalized on rows " + from + " … " + (to - 1);
  }
}
