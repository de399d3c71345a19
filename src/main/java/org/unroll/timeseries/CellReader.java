package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.TimeColumn;
import tech.tablesaw.columns.Column;

/** Converts the cells of one column, whose type is known, and collects the values. */
abstract class CellReader {
  /**
   * Adds the value of a cell; an empty cell is a missing value.
   *
   * @throws IllegalArgumentException if the cell has another format
   */
  abstract void add(String cell, long line);

  /** Returns the column of all values. */
  abstract Column<?> column();

  /**
   * Reads numbers: into a column of integers if all are whole numbers, otherwise of doubles.
   *
   * @param missing the texts that stand for missing values, also if they are written differently
   */
  static CellReader ofNumbers(String name, char decimal, Set<String> missing) {
    Set<Double> none =
        missing.stream()
            .filter(text -> NumberText.styles(text) != 0)
            .map(text -> NumberText.parse(text, decimal))
            .collect(Collectors.toSet());
    return new CellReader() {
      private double[] values = new double[1000];
      private int size;
      private boolean whole = true;
      private boolean any;

      @Override
      void add(String cell, long line) {
        if (size == values.length) {
          values = Arrays.copyOf(values, 2 * size);
        }
        double value = cell.isEmpty() ? Double.NaN : NumberText.parse(cell, decimal);
        if (!none.isEmpty() && none.contains(value)) {
          value = Double.NaN;
        }
        any |= !Double.isNaN(value);
        whole &= cell.isEmpty() || NumberText.isWhole(cell, decimal);
        values[size++] = value;
      }

      @Override
      Column<?> column() {
        double[] all = Arrays.copyOf(values, size);
        double most = Arrays.stream(all).map(Math::abs).filter(v -> v >= 0).max().orElse(0);
        if (!whole || !any || most > 1L << 53) {
          return DoubleColumn.create(name, all);
        }
        if (most < Integer.MAX_VALUE) {
          IntColumn ints = IntColumn.create(name);
          for (double value : all) {
            if (Double.isNaN(value)) {
              ints.appendMissing();
            } else {
              ints.append((int) value);
            }
          }
          return ints;
        }
        LongColumn longs = LongColumn.create(name);
        for (double value : all) {
          if (Double.isNaN(value)) {
            longs.appendMissing();
          } else {
            longs.append((long) value);
          }
        }
        return longs;
      }
    };
  }

  /** Reads times of a format into a column of instants, dates with times, dates or times of day. */
  static CellReader ofTimes(String name, TimeFormat format) {
    Column<?> column =
        format.isInstant()
            ? InstantColumn.create(name)
            : !format.hasDate()
                ? TimeColumn.create(name)
                : format.hasTime() ? DateTimeColumn.create(name) : DateColumn.create(name);
    return new CellReader() {
      @Override
      void add(String cell, long line) {
        if (cell.isEmpty()) {
          column.appendMissing();
          return;
        }
        LocalDateTime time = format.parse(cell);
        if (time == null) {
          throw new IllegalArgumentException(
              "Line "
                  + line
                  + " has the time '"
                  + cell
                  + "' in column '"
                  + name
                  + "', which does not have the format "
                  + format
                  + ". Correct the line, set .missing(\""
                  + cell
                  + "\") if it stands for a missing value, or set .timeFormat(…).");
        }
        column.appendObj(
            format.isInstant()
                ? time.toInstant(ZoneOffset.UTC)
                : !format.hasDate()
                    ? time.toLocalTime()
                    : format.hasTime() ? time : time.toLocalDate());
      }

      @Override
      Column<?> column() {
        return column;
      }
    };
  }

  /** Reads texts. */
  static CellReader ofText(String name) {
    StringColumn column = StringColumn.create(name);
    return new CellReader() {
      @Override
      void add(String cell, long line) {
        column.append(cell);
      }

      @Override
      Column<?> column() {
        return column;
      }
    };
  }

  /** Reads {@code true} and {@code false}. */
  static CellReader ofBooleans(String name) {
    BooleanColumn column = BooleanColumn.create(name);
    return new CellReader() {
      @Override
      void add(String cell, long line) {
        if (cell.isEmpty()) {
          column.appendMissing();
        } else {
          column.append(Boolean.parseBoolean(cell));
        }
      }

      @Override
      Column<?> column() {
        return column;
      }
    };
  }
}
