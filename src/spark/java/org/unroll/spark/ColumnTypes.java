package org.unroll.spark;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.unroll.internal.Suggestion;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.columns.Column;

/** The types of columns of Spark, and how their values are those of Tablesaw. */
final class ColumnTypes {
  private ColumnTypes() {}

  /**
   * Returns the index of a column.
   *
   * @throws IllegalArgumentException if there is none
   */
  static int index(StructType schema, String name) {
    List<String> names = Arrays.asList(schema.fieldNames());
    if (!names.contains(name)) {
      throw new IllegalArgumentException(Suggestion.unknown("column", name, names));
    }
    return names.indexOf(name);
  }

  /** Describes columns as {@code 'day' (date), 'sales' (double)}. */
  static String described(StructType schema) {
    return Arrays.stream(schema.fields())
        .map(field -> "'" + field.name() + "' (" + field.dataType().simpleString() + ")")
        .collect(Collectors.joining(", "));
  }

  static boolean isTime(DataType type) {
    return type instanceof TimestampType
        || type instanceof TimestampNTZType
        || type instanceof DateType;
  }

  static boolean isInteger(DataType type) {
    return type instanceof ByteType
        || type instanceof ShortType
        || type instanceof IntegerType
        || type instanceof LongType;
  }

  /** Returns whether values of a type can be compared with equals, as those of a key must be. */
  static boolean isKey(DataType type) {
    return type instanceof StringType
        || isInteger(type)
        || type.equals(DataTypes.BooleanType)
        || isTime(type);
  }

  static boolean isNumber(DataType type) {
    return type instanceof NumericType;
  }

  /** Returns an empty column for the values of a type, or null if Tablesaw has none. */
  static Column<?> column(String name, DataType type) {
    if (type instanceof StringType) {
      return StringColumn.create(name);
    } else if (type instanceof LongType) {
      return LongColumn.create(name);
    } else if (isInteger(type)) {
      return IntColumn.create(name);
    } else if (isNumber(type)) {
      return DoubleColumn.create(name);
    } else if (type.equals(DataTypes.BooleanType)) {
      return BooleanColumn.create(name);
    } else if (type instanceof DateType) {
      return DateColumn.create(name);
    } else if (type instanceof TimestampType) {
      return InstantColumn.create(name);
    } else if (type instanceof TimestampNTZType) {
      return DateTimeColumn.create(name);
    }
    return null;
  }

  /** Appends a value of Spark to a column of {@link #column}. */
  static void append(Column<?> column, Object value) {
    if (value == null) {
      column.appendMissing();
    } else if (column instanceof StringColumn texts) {
      texts.append((String) value);
    } else if (column instanceof DoubleColumn numbers) {
      numbers.append(
          value instanceof BigDecimal decimal
              ? decimal.doubleValue()
              : ((Number) value).doubleValue());
    } else if (column instanceof LongColumn numbers) {
      numbers.append((Long) value);
    } else if (column instanceof IntColumn numbers) {
      numbers.append(((Number) value).intValue());
    } else if (column instanceof BooleanColumn booleans) {
      booleans.append((Boolean) value);
    } else if (column instanceof DateColumn dates) {
      dates.append(value instanceof Date date ? date.toLocalDate() : (LocalDate) value);
    } else if (column instanceof InstantColumn instants) {
      instants.append(value instanceof Timestamp time ? time.toInstant() : (Instant) value);
    } else {
      ((DateTimeColumn) column).append((LocalDateTime) value);
    }
  }

  /**
   * Returns a time of Tablesaw as a value of Spark.
   *
   * @param type the type of the column in Spark
   * @param java8 whether Spark has values of {@code java.time} for dates and timestamps
   */
  static Object time(Object time, DataType type, boolean java8) {
    LocalDateTime local =
        time instanceof LocalDate date
            ? date.atStartOfDay()
            : time instanceof Instant instant
                ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                : (LocalDateTime) time;
    if (local == null || type instanceof TimestampNTZType) {
      return local;
    } else if (type instanceof DateType) {
      if (!local.equals(local.toLocalDate().atStartOfDay())) {
        throw new IllegalArgumentException(
            "The times of a forecast must be days if those of the series are, but one is "
                + local
                + ". Use a column of timestamps.");
      }
      return java8 ? local.toLocalDate() : Date.valueOf(local.toLocalDate());
    }
    Instant instant = local.toInstant(ZoneOffset.UTC);
    return java8 ? instant : Timestamp.from(instant);
  }
}
