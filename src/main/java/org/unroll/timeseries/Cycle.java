package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import org.unroll.data.Columns;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * A cycle of the calendar as two numbers that a model can use: with p the part of the cycle that is
 * over, 0 ≤ p &lt; 1,
 *
 * <pre>sin(2πp), cos(2πp)</pre>
 *
 * the point of a clock's hand. Unlike the number of the hour, they have no jump at midnight, and
 * each time of the cycle has a point of its own.
 */
public enum Cycle {
  /** 24 hours from midnight. */
  DAY {
    @Override
    double part(LocalDateTime time) {
      return time.toLocalTime().toNanoOfDay() / NANOS_OF_DAY;
    }
  },

  /** Seven days from midnight on Monday. */
  WEEK {
    @Override
    double part(LocalDateTime time) {
      return (time.getDayOfWeek().getValue() - 1 + DAY.part(time)) / 7;
    }
  },

  /** From the first of January; a leap year is divided into 366 days, others into 365. */
  YEAR {
    @Override
    double part(LocalDateTime time) {
      return (time.getDayOfYear() - 1 + DAY.part(time)) / time.toLocalDate().lengthOfYear();
    }
  };

  private static final double NANOS_OF_DAY = LocalTime.MAX.toNanoOfDay() + 1.0;

  /** The part of the cycle that is over at a time, 0 … 1. */
  abstract double part(LocalDateTime time);

  /**
   * A copy of a table with two more columns for each cycle: {@code day sin} and {@code day cos},
   * {@code week sin} and so on, of the table's first column of dates with times.
   *
   * @throws IllegalArgumentException if the table has no such column, a time is missing, or the
   *     table has a column of that name already
   */
  public static Table addTo(Table table, Cycle... cycles) {
    DateTimeColumn times = Columns.times(table);
    Table extended = table.copy();
    for (Cycle cycle : cycles) {
      List<Double> angles =
          times.asList().stream().map(time -> 2 * Math.PI * cycle.part(time)).toList();
      cycle.add(extended, "sin", angles.stream().mapToDouble(Math::sin).toArray());
      cycle.add(extended, "cos", angles.stream().mapToDouble(Math::cos).toArray());
    }
    return extended;
  }

  private void add(Table table, String function, double[] values) {
    String column = name().toLowerCase(Locale.ROOT) + " " + function;
    if (table.containsColumn(column)) {
      throw new IllegalArgumentException(
          "The table has a column '" + column + "' already. Its columns: " + table.columnNames());
    }
    table.addColumns(DoubleColumn.create(column, values));
  }
}
