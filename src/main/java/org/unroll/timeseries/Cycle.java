package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * A cycle of the calendar, encoded as two numbers. With p the elapsed fraction of the cycle, 0 ≤ p
 * &lt; 1, these are
 *
 * <pre>sin(2πp), cos(2πp)</pre>
 *
 * Unlike the hour of the day, this encoding has no jump at midnight, and every time of the cycle
 * has a different pair of values.
 */
public enum Cycle {
  /** 24 hours, from midnight. */
  DAY {
    @Override
    double part(LocalDateTime time) {
      return time.toLocalTime().toNanoOfDay() / NANOS_OF_DAY;
    }
  },

  /** Seven days, from midnight on Monday. */
  WEEK {
    @Override
    double part(LocalDateTime time) {
      return (time.getDayOfWeek().getValue() - 1 + DAY.part(time)) / 7;
    }
  },

  /** A year, from January 1. Leap years have 366 days, other years 365. */
  YEAR {
    @Override
    double part(LocalDateTime time) {
      return (time.getDayOfYear() - 1 + DAY.part(time)) / time.toLocalDate().lengthOfYear();
    }
  };

  private static final double NANOS_OF_DAY = LocalTime.MAX.toNanoOfDay() + 1.0;

  /** Returns the elapsed fraction of the cycle at a time, 0 … 1. */
  abstract double part(LocalDateTime time);

  /**
   * Returns a copy of a table with two more columns for each cycle: {@code day sin} and {@code day
   * cos}, {@code week sin} and so on, computed from the times of the rows as in {@link
   * TimeSeries#of(Table)}. The cycles of instants and epoch times are those of UTC.
   *
   * @throws IllegalArgumentException if the table has no times, a time is missing, or the table
   *     already has a column with one of these names
   */
  public static Table addTo(Table table, Cycle... cycles) {
    return addTo(table, Timestamps.complete(table), cycles);
  }

  /** Adds the columns of cycles of given times, none of which is missing. */
  static Table addTo(Table table, Timestamps times, Cycle... cycles) {
    Table extended = table.copy();
    for (Cycle cycle : cycles) {
      double[] angles = cycle.angles(times);
      cycle.add(extended, "sin", Arrays.stream(angles).map(Math::sin).toArray());
      cycle.add(extended, "cos", Arrays.stream(angles).map(Math::cos).toArray());
    }
    return extended;
  }

  private double[] angles(Timestamps times) {
    return IntStream.range(0, times.size())
        .mapToDouble(row -> 2 * Math.PI * part(times.at(row)))
        .toArray();
  }

  /** Returns the names of the two columns. */
  List<String> columns() {
    return List.of(column("sin"), column("cos"));
  }

  private String column(String function) {
    return name().toLowerCase(Locale.ROOT) + " " + function;
  }

  /**
   * Returns whether the columns of a table with the names of this cycle, one or both, contain what
   * {@link #addTo} computes.
   */
  boolean isIn(Table table) {
    if (columns().stream().noneMatch(table::containsColumn)) {
      return false;
    }
    Timestamps times = Timestamps.of(table);
    int rows = times.size();
    if (times.columns() == null || IntStream.range(0, rows).anyMatch(i -> times.at(i) == null)) {
      return false;
    }
    double[] angles = angles(times);
    for (String name : columns()) {
      if (table.containsColumn(name)) {
        DoubleUnaryOperator function = name.equals(column("sin")) ? Math::sin : Math::cos;
        double[] values = table.numberColumn(name).asDoubleArray();
        for (int i = 0; i < rows; i++) {
          if (!(Math.abs(values[i] - function.applyAsDouble(angles[i])) < 1e-6)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private void add(Table table, String function, double[] values) {
    String column = column(function);
    if (table.containsColumn(column)) {
      throw new IllegalArgumentException(
          "The table must not already have a column '"
              + column
              + "', but its columns are "
              + table.columnNames()
              + ".");
    }
    table.addColumns(DoubleColumn.create(column, values));
  }
}
