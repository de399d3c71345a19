package org.unroll.timeseries;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.unroll.data.Columns;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What the values of a series are scaled by, as {@link TimeSeries} tells: the rows from … to−1, or
 * what another series was scaled by.
 *
 * @param given as {@link TimeSeries#scaling()} returns it, or null
 */
record Normalization(int from, int to, Table given) {
  private static final String COLUMN = "column";
  private static final String MEAN = "mean";
  private static final String STD = "std";

  /** A column's mean and standard deviation. */
  record Scale(double mean, double std) {
    /** That of a series which keeps its own units. */
    static final Scale OWN = new Scale(0, 1);
  }

  static Normalization on(int from, int to) {
    return new Normalization(from, to, null);
  }

  /** By what {@link #table} once made. */
  static Normalization by(Table scaling) {
    Columns.numeric(scaling, List.of(MEAN, STD));
    if (!scaling.containsColumn(COLUMN)) {
      throw new IllegalArgumentException(
          "A scaling has the columns 'column', 'mean' and 'std'. Received: "
              + scaling.columnNames());
    }
    return new Normalization(0, 0, scaling);
  }

  /** The scales of columns as a table, a row each. */
  static Table table(List<String> names, double[] mean, double[] std) {
    return Table.create(
        "scaling",
        StringColumn.create(COLUMN, names),
        DoubleColumn.create(MEAN, mean),
        DoubleColumn.create(STD, std));
  }

  /** What a column of these values is scaled by. */
  Scale scale(String name, double[] values) {
    return given == null ? measured(name, values) : given(name);
  }

  private Scale measured(String name, double[] values) {
    double[] present =
        Arrays.stream(values, from, to).filter(value -> !Double.isNaN(value)).toArray();
    DoubleSummaryStatistics range = Arrays.stream(present).summaryStatistics();
    if (range.getMin() >= range.getMax()) {
      throw new IllegalArgumentException(
          "The column '"
              + name
              + "' is "
              + (present.length == 0 ? "missing" : range.getMin())
              + " in all rows "
              + from
              + " … "
              + (to - 1)
              + ", so it has no standard deviation to normalize by. Leave it out with columns(…) or"
              + " normalize on other rows.");
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
          "The scaling must name each column of the series once. Received: the column '"
              + name
              + "' and a scaling of "
              + known);
    }
    double mean = Columns.value(Columns.numeric(given, List.of(MEAN)).get(0), row);
    double std = Columns.value(Columns.numeric(given, List.of(STD)).get(0), row);
    if (!Double.isFinite(mean) || !Double.isFinite(std) || std <= 0) {
      throw new IllegalArgumentException(
          "A scaling has finite means and standard deviations above 0. Received: mean "
              + mean
              + " and std "
              + std
              + " of the column '"
              + name
              + "'");
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
