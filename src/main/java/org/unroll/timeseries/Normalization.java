package org.unroll.timeseries;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.unroll.data.Columns;
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
 */
record Normalization(int from, int to, Table given) {
  private static final String COLUMN = "column";
  private static final String MEAN = "mean";
  private static final String STD = "std";

  /** A column's mean and standard deviation. */
  record Scale(double mean, double std) {
    /** The scale of a series without normalization. */
    static final Scale IDENTITY = new Scale(0, 1);
  }

  static Normalization on(int from, int to) {
    return new Normalization(from, to, null);
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
    return new Normalization(0, 0, scaling);
  }

  /** Returns the scales of columns as a table with one row per column. */
  static Table table(List<String> names, double[] mean, double[] std) {
    return Table.create(
        "scaling",
        StringColumn.create(COLUMN, names),
        DoubleColumn.create(MEAN, mean),
        DoubleColumn.create(STD, std));
  }

  /** Returns the scale of a column with these values. */
  Scale scale(String name, double[] values) {
    return given == null ? measured(name, values) : given(name);
  }

  private Scale measured(String name, double[] values) {
    double[] present =
        Arrays.stream(values, from, to).filter(value -> !Double.isNaN(value)).toArray();
    DoubleSummaryStatistics range = Arrays.stream(present).summaryStatistics();
    if (range.getMin() >= range.getMax()) {
      throw new IllegalArgumentException(
          "A column must vary in order to be normalized, but '"
              + name
              + "' is "
              + (present.length == 0 ? "missing" : range.getMin())
              + " in all rows "
              + from
              + " … "
              + (to - 1)
              + ". Leave it out with columns(…), or normalize on other rows.");
    }
    double mean = Arrays.stream(present).sum() / present.length;
    double squares = 0;
    for (double value : present) {
      squares += (value - mean) * (value - mean);
    }
    return new Scale(mean, Math.sqrt(squares / present.length));
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
    if (!Double.isFinite(mean) || !Double.isFinite(std) || std <= 0) {
      throw new IllegalArgumentException(
          "Means must be finite and standard deviations above 0, but the column '"
              + name
              + "' has the mean "
              + mean
              + " and the std "
              + std
              + ".");
    }
    return new Scale(mean, std);
  }

  @Override
  public String toString() {
    return given != null
        ? "normalized by a given scaling"
        : "normalized on rows " + from + " … " + (to - 1);
  }
}
