package org.unroll.spark;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Forecasts the series of a partition, whose rows are sorted by key and time, one after another.
 *
 * @param schema the columns of the rows
 * @param keys the indices of the columns that name a series
 * @param time the index of the column of times
 * @param java8 whether Spark has values of {@code java.time}
 * @param function forecasts a series
 */
record SeriesPartition(
    StructType schema, int[] keys, int time, boolean java8, SeriesFunction function)
    implements MapPartitionsFunction<Row, Row> {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesPartition.class);

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new SeriesIterator(rows);
  }

  private final class SeriesIterator implements Iterator<Row> {
    private final int[] columns = // those of a series
        IntStream.range(0, schema.length())
            .filter(i -> Arrays.stream(keys).noneMatch(key -> key == i))
            .toArray();
    private final Iterator<Row> rows;
    private final Queue<Row> results = new ArrayDeque<>(); // of one series
    private Row next; // the first row of the next series, or null
    private int failures;

    SeriesIterator(Iterator<Row> rows) {
      this.rows = rows;
      next = rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean hasNext() {
      return !results.isEmpty() || next != null;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (results.isEmpty()) {
        requireNotKilled();
        forecastNext();
        requireNotKilled();
      }
      return results.remove();
    }

    /** An interrupted fit returns what it has learned so far, which must not become a result. */
    private void requireNotKilled() {
      TaskContext context = TaskContext.get();
      if (context != null && context.isInterrupted()) {
        throw new TaskKilledException("The task was killed between two series.");
      }
    }

    private void forecastNext() {
      Object[] key = key(next);
      Table table = Table.create(name(key));
      for (int i : columns) {
        table.addColumns(
            ColumnTypes.column(schema.fields()[i].name(), schema.fields()[i].dataType()));
      }
      String invalid = null;
      Object before = null;
      do {
        Object now = next.get(time);
        if (invalid == null) {
          invalid = invalid(key, before, now, table.rowCount());
        }
        before = now;
        for (int i = 0; i < columns.length; i++) {
          ColumnTypes.append(table.column(i), next.get(columns[i]));
        }
        next = rows.hasNext() ? rows.next() : null;
      } while (next != null && sameKey(key, next));
      if (invalid != null) {
        addError(key, table.rowCount(), invalid);
        return;
      }
      try {
        SeriesForecast forecast = SparkTask.run(() -> function.apply(table));
        addForecast(key, table.rowCount(), Objects.requireNonNull(forecast, "the forecast"));
      } catch (TaskKilledException e) {
        throw e;
      } catch (Exception | StackOverflowError | AssertionError e) {
        results.clear();
        requireNotKilled();
        String message = e.getClass().getSimpleName() + ": " + e.getMessage();
        if (failures++ == 0) {
          LOG.warn(
              "The series '{}' cannot be forecast. Further ones of this task are only in the column"
                  + " 'error'.",
              name(key),
              e);
        }
        addError(key, table.rowCount(), message);
      }
    }

    private String invalid(Object[] key, Object before, Object now, int row) {
      for (int i = 0; i < key.length; i++) {
        if (key[i] == null) {
          return "The column '"
              + schema.fieldNames()[keys[i]]
              + "' must name the series of each row, but is null in all rows of this one.";
        }
      }
      String column = schema.fieldNames()[time];
      if (now == null) {
        return "Each row must have a time in the column '"
            + column
            + "', but at least one has none. Remove such rows, for example those of a left join"
            + " without a match.";
      }
      return now.equals(before)
          ? "Each time of a series must occur once, but "
              + now
              + " occurs again in row "
              + row
              + " of the column '"
              + column
              + "'. Remove or aggregate such rows."
          : null;
    }

    private static String name(Object[] key) {
      return Arrays.stream(key).map(String::valueOf).collect(Collectors.joining(", "));
    }

    private Object[] key(Row row) {
      Object[] key = new Object[keys.length];
      for (int i = 0; i < keys.length; i++) {
        key[i] = row.get(keys[i]);
      }
      return key;
    }

    private boolean sameKey(Object[] key, Row row) {
      for (int i = 0; i < keys.length; i++) {
        if (!Objects.equals(key[i], row.get(keys[i]))) {
          return false;
        }
      }
      return true;
    }

    private void addError(Object[] key, int rows, String error) {
      add(key, null, null, null, null, null, null, rows, error);
    }

    private void addForecast(Object[] key, int rows, SeriesForecast forecast) {
      Object metrics = CollectionConverters.asScala(forecast.metrics());
      Column<?> times = forecast.times();
      forecast
          .targets()
          .forEach(
              (name, target) -> {
                for (int step = 0; step < forecast.steps(); step++) {
                  Map<String, Double> quantiles = new LinkedHashMap<>();
                  int row = step;
                  target
                      .quantiles()
                      .forEach((level, column) -> quantiles.put(level, column.getDouble(row)));
                  add(
                      key,
                      times == null
                          ? null
                          : ColumnTypes.time(
                              times.get(step), schema.fields()[time].dataType(), java8),
                      step + 1,
                      name,
                      target.point() == null ? null : target.point().getDouble(step),
                      CollectionConverters.asScala(quantiles),
                      metrics,
                      rows,
                      null);
                }
              });
    }

    private void add(Object[] key, Object... values) {
      Object[] row = new Object[key.length + values.length];
      System.arraycopy(key, 0, row, 0, key.length);
      System.arraycopy(values, 0, row, key.length, values.length);
      results.add(RowFactory.create(row));
    }
  }
}
