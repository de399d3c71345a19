package org.unroll.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.unroll.forecasting.Forecaster;

/**
 * Forecasts many series on a Spark cluster: with a model for each series, or with one global model
 * for all of them.
 *
 * <pre>
 * Dataset&lt;Row&gt; sales = spark.read().parquet("sales"); // store, day, sales, price
 *
 * // A model for each store. ShopForecast.fitAndForecast(Table) returns a SeriesForecast.
 * Dataset&lt;Row&gt; forecasts =
 *     SparkForecasts.of(sales, "store").forEach(ShopForecast::fitAndForecast);
 *
 * // One forecaster for all stores, with an error of each from its last four weeks.
 * Dataset&lt;Row&gt; global =
 *     SparkForecasts.of(sales, "store").backtest(4, 7).forecaster("sales.keras");
 *
 * forecasts.where("error is null").write().parquet("forecasts");
 * forecasts.where("error is not null").select("store", "error").show(false);
 * </pre>
 *
 * <p><b>The result</b> has a row for each series, target and step:
 *
 * <table>
 * <caption>Columns of the result</caption>
 * <tr><th>column</th><th>type</th><th>contents</th></tr>
 * <tr><td>those of the key</td><td>as in the data</td><td>the series</td></tr>
 * <tr><td>that of the time</td><td>as in the data</td><td>the time that is forecast; null if the
 *     forecast has no times</td></tr>
 * <tr><td>{@code step}</td><td>int</td><td>the number of the row of the forecast, from 1</td></tr>
 * <tr><td>{@code target}</td><td>string</td><td>the name of the target</td></tr>
 * <tr><td>{@code forecast}</td><td>double</td><td>the point forecast, or the quantile 0.5; null if
 *     there is neither</td></tr>
 * <tr><td>{@code quantiles}</td><td>map of string to double</td><td>the quantiles by their level,
 *     such as {@code quantiles['0.9']}; empty for point forecasts</td></tr>
 * <tr><td>{@code metrics}</td><td>map of string to double</td><td>the metrics of a backtest of the
 *     series, the same in all of its rows; empty without a backtest</td></tr>
 * <tr><td>{@code rows}</td><td>int</td><td>the number of rows of the series</td></tr>
 * <tr><td>{@code error}</td><td>string</td><td>why the series has no forecast; null if it has
 *     one</td></tr>
 * </table>
 *
 * <p><b>Failures.</b> A series that cannot be forecast is a single row with its {@code error}, and
 * null in the columns of the forecast. It costs no other series its forecast. A series must have a
 * key and a time in each row, and no time twice. An {@link Error} such as an {@link
 * OutOfMemoryError} fails the task, which Spark runs again.
 *
 * <p><b>Distribution.</b> Spark sends the rows of a series to one task, and sorts them by key and
 * time. A task holds the rows of one series at a time, so the memory needed is that of the longest
 * series, and a long series does not delay the tasks of others. The result does not depend on the
 * number of executors and partitions, if the function does not. Each task computes on {@code
 * spark.task.cpus} threads, 1 by default.
 *
 * <p><b>Types.</b> The {@code Table} of a series has the columns of the dataset but those of the
 * key, whose values are the name of the table. Dates, timestamps and timestamps without time zone
 * are dates, instants and times; instants are read in UTC, so a daily season of local time needs
 * timestamps without time zone. Decimals are doubles. Columns of other types, such as arrays, must
 * be dropped before.
 *
 * <p>Immutable: each setting returns a new object. Nothing is computed before Spark needs the
 * result.
 */
public final class SparkForecasts {
  /** The columns of the result after those of the key and the time. */
  private static final List<StructField> FORECAST =
      List.of(
          field("step", DataTypes.IntegerType),
          field("target", DataTypes.StringType),
          field("forecast", DataTypes.DoubleType),
          field("quantiles", DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType)),
          field("metrics", DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType)),
          field("rows", DataTypes.IntegerType),
          field("error", DataTypes.StringType));

  private final Dataset<Row> data;
  private final List<String> keys;
  private final String time;
  private final Integer partitions;
  private final int backtests;
  private final int season;

  private SparkForecasts(
      Dataset<Row> data,
      List<String> keys,
      String time,
      Integer partitions,
      int backtests,
      int season) {
    this.data = data;
    this.keys = keys;
    this.time = time;
    this.partitions = partitions;
    this.backtests = backtests;
    this.season = season;
  }

  private static StructField field(String name, org.apache.spark.sql.types.DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  /**
   * Selects the series of a dataset.
   *
   * @param data the rows of all series, in any order
   * @param keys the columns that name a series: texts, whole numbers, booleans, dates or timestamps
   * @throws IllegalArgumentException if there is no key, or if a column is missing or of another
   *     type
   */
  public static SparkForecasts of(Dataset<Row> data, String... keys) {
    if (keys.length == 0) {
      throw new IllegalArgumentException(
          "At least one column must name the series, but none was given. The columns are "
              + ColumnTypes.described(data.schema())
              + ".");
    }
    for (String key : keys) {
      StructField field = data.schema().fields()[ColumnTypes.index(data.schema(), key)];
      if (!ColumnTypes.isKey(field.dataType())) {
        throw new IllegalArgumentException(
            "A column that names the series must have texts, whole numbers, booleans, dates or"
                + " timestamps, but '"
                + key
                + "' has the type "
                + field.dataType().simpleString()
                + ". Cast it, for example to string.");
      }
    }
    return new SparkForecasts(data, List.of(keys), null, null, 0, 1);
  }

  /**
   * Sets the column of the times. By default, it is the only column of dates or timestamps that is
   * not part of the key.
   *
   * @throws IllegalArgumentException if there is no such column, or if it has another type
   */
  public SparkForecasts time(String column) {
    StructField field = data.schema().fields()[ColumnTypes.index(data.schema(), column)];
    if (!ColumnTypes.isTime(field.dataType())) {
      throw new IllegalArgumentException(
          "The column of the times must have dates or timestamps, but '"
              + column
              + "' has the type "
              + field.dataType().simpleString()
              + ". Cast it, for example with to_timestamp or to_date.");
    }
    return new SparkForecasts(data, keys, column, partitions, backtests, season);
  }

  /**
   * Sets the number of tasks among which the series are divided. The default is {@code
   * spark.sql.shuffle.partitions}, 200 unless set. Spark does not join small partitions here,
   * because a few megabytes of series can be hours of training. Use at least three times as many
   * tasks as there are cores, so that all cores end at about the same time.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public SparkForecasts partitions(int count) {
    requireAtLeastOne("partitions", count);
    return new SparkForecasts(data, keys, time, count, backtests, season);
  }

  /**
   * Lets {@link #forecaster} also forecast the last rows of each series from the rows before them.
   * The metrics are those of {@code ForecastMetrics.by} over all these forecasts, with {@code mase}
   * from the rows before the first of them. A function of {@link #forEach} returns its own metrics.
   *
   * @param forecasts the number of forecasts, each of which begins where the one before ends
   * @param seasonRows the length of a season in rows, by which {@code mase} is scaled; 1 for the
   *     row before
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public SparkForecasts backtest(int forecasts, int seasonRows) {
    requireAtLeastOne("forecasts", forecasts);
    requireAtLeastOne("seasonRows", seasonRows);
    return new SparkForecasts(data, keys, time, partitions, forecasts, seasonRows);
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but was " + value + ".");
    }
  }

  /**
   * Calls a function for each series.
   *
   * @return the forecasts, in the columns that are documented above
   * @throws IllegalArgumentException if the columns of the data do not fit
   */
  public Dataset<Row> forEach(SeriesFunction function) {
    Objects.requireNonNull(function, "function");
    if (backtests > 0) {
      throw new IllegalArgumentException(
          "backtest(…) must be used with forecaster(…), but was used with forEach(…). Return the"
              + " metrics from the function: SeriesForecast.of(forecast).metrics(table).");
    }
    return run(function);
  }

  /**
   * Forecasts each series with the same forecaster.
   *
   * @param file a file that {@code Forecaster.save} has written, on any file system of Hadoop, such
   *     as {@code hdfs:///models/sales.keras}
   * @return the forecasts, in the columns that are documented above
   * @throws IllegalArgumentException if the file is not that of a forecaster, or if the columns of
   *     the data do not fit
   * @throws UncheckedIOException if the file cannot be read
   */
  public Dataset<Row> forecaster(String file) {
    try {
      return forecaster(ModelFile.read(file, data.sparkSession()));
    } catch (IOException e) {
      throw new UncheckedIOException("The forecaster " + file + " cannot be read: " + e, e);
    }
  }

  /**
   * Forecasts each series with the same forecaster. If its model sees the known future of columns
   * that are not those of a cycle, the rows after the last one with a target are the future.
   *
   * @return the forecasts, in the columns that are documented above
   * @throws IllegalArgumentException if the columns of the data do not fit
   */
  public Dataset<Row> forecaster(Forecaster forecaster) {
    try {
      return forecaster(ModelFile.of(forecaster::save));
    } catch (IOException e) {
      throw new UncheckedIOException("The forecaster cannot be saved: " + e, e);
    }
  }

  private Dataset<Row> forecaster(ModelFile file) throws IOException {
    Forecaster known = ModelFile.load(file.bytes(), Forecaster::load);
    List<String> missing = new ArrayList<>(known.targetNames());
    missing.removeAll(Arrays.asList(data.schema().fieldNames()));
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "The data must have the targets of the forecaster, "
              + known.targetNames()
              + ", but "
              + missing
              + " are missing. The columns are "
              + ColumnTypes.described(data.schema())
              + ".");
    }
    return run(
        new ForecasterFunction(file.share(data.sparkSession()), timeColumn(), backtests, season));
  }

  private String timeColumn() {
    if (time != null) {
      return time;
    }
    List<String> found =
        Stream.of(data.schema().fields())
            .filter(field -> ColumnTypes.isTime(field.dataType()))
            .map(StructField::name)
            .filter(name -> !keys.contains(name))
            .toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "The data must have one column of dates or timestamps besides the key, but has "
              + found
              + (found.isEmpty()
                  ? ". Cast the times, for example with to_timestamp or to_date. The columns are "
                      + ColumnTypes.described(data.schema())
                      + "."
                  : ". Choose one with time(column)."));
    }
    return found.get(0);
  }

  private Dataset<Row> run(SeriesFunction function) {
    SparkSession spark = data.sparkSession();
    StructType schema = data.schema();
    String timeColumn = timeColumn();
    if (keys.contains(timeColumn)) {
      throw new IllegalArgumentException(
          "The column of the times must not name the series, but '" + timeColumn + "' does.");
    }
    for (StructField field : schema.fields()) {
      if (ColumnTypes.column(field.name(), field.dataType()) == null) {
        throw new IllegalArgumentException(
            "The columns of a series must have numbers, texts, booleans, dates or timestamps, but '"
                + field.name()
                + "' has the type "
                + field.dataType().simpleString()
                + ". Drop or cast it.");
      }
    }
    StructType result = new StructType();
    for (String name : Stream.concat(keys.stream(), Stream.of(timeColumn)).toList()) {
      if (FORECAST.stream().anyMatch(field -> field.name().equalsIgnoreCase(name))) {
        throw new IllegalArgumentException(
            "The key and the time must not have the name of another column of the result, but '"
                + name
                + "' has. Rename it with withColumnRenamed.");
      }
      result = result.add(name, schema.fields()[ColumnTypes.index(schema, name)].dataType(), true);
    }
    for (StructField field : FORECAST) {
      result = result.add(field);
    }
    Column[] keyColumns = keys.stream().map(this::column).toArray(Column[]::new);
    Column[] order =
        Stream.concat(Arrays.stream(keyColumns), Stream.of(column(timeColumn)))
            .toArray(Column[]::new);
    int tasks =
        partitions != null
            ? partitions
            : Integer.parseInt(spark.conf().get("spark.sql.shuffle.partitions"));
    int[] keyIndices = keys.stream().mapToInt(key -> ColumnTypes.index(schema, key)).toArray();
    var partition =
        new SeriesPartition(
            schema,
            keyIndices,
            ColumnTypes.index(schema, timeColumn),
            Boolean.parseBoolean(spark.conf().get("spark.sql.datetime.java8API.enabled")),
            function);
    return data.repartition(tasks, keyColumns)
        .sortWithinPartitions(order)
        .mapPartitions(partition, Encoders.row(result));
  }

  private Column column(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}
