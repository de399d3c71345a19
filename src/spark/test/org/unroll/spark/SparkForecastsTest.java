package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.compute.WorkerPool;
import org.unroll.forecasting.ForecastMetrics;
import org.unroll.forecasting.Forecaster;
import tech.tablesaw.api.Table;

class SparkForecastsTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void modelOfEachSeriesForecastsTheSameBitsAsInAPlainLoop() {
    int stores = 20;
    List<Row> rows = new ArrayList<>();
    for (int store = 0; store < stores; store++) {
      rows.addAll(ShopForecast.rows(store, 60 + store % 30));
    }
    Collections.shuffle(rows, new Random(1));
    Map<String, List<Row>> forecasts =
        byStore(
            SparkForecasts.of(ShopForecast.dataset(spark, rows), "store")
                .partitions(7)
                .forEach(ShopForecast::fitAndForecast));
    assertEquals(stores, forecasts.size());
    for (int store = 0; store < stores; store++) {
      requireEqual(
          ShopForecast.fitAndForecast(
              ShopForecast.table(ShopForecast.rows(store, 60 + store % 30))),
          60 + store % 30,
          forecasts.get(ShopForecast.name(store)));
    }
  }

  /** Compares all columns of the rows of a series. */
  static void requireEqual(SeriesForecast expected, int rowCount, List<Row> actual) {
    assertEquals(expected.steps(), actual.size());
    SeriesForecast.Target target = expected.targets().get("sales");
    for (Row row : actual) {
      int step = row.getInt(2) - 1;
      assertEquals(expected.times().get(step), row.getDate(1).toLocalDate());
      assertEquals("sales", row.getString(3));
      assertEquals(target.point().getDouble(step), row.getDouble(4));
      Map<String, Double> quantiles = row.getJavaMap(5);
      assertEquals(target.quantiles().keySet(), quantiles.keySet());
      quantiles.forEach(
          (level, value) -> assertEquals(target.quantiles().get(level).getDouble(step), value));
      assertEquals(expected.metrics(), row.getJavaMap(6));
      assertEquals(rowCount, row.getInt(7));
      assertNull(row.getString(8));
    }
  }

  static Map<String, List<Row>> byStore(Dataset<Row> forecasts) {
    Map<String, List<Row>> byStore = new HashMap<>();
    for (Row row : forecasts.collectAsList()) {
      byStore.computeIfAbsent(row.getString(0), s -> new ArrayList<>()).add(row);
    }
    return byStore;
  }

  @Test
  void seriesThatCannotBeForecastIsARowWithItsError() {
    List<Row> rows = new ArrayList<>(ShopForecast.rows(0, 60));
    rows.addAll(ShopForecast.rows(1, 1_000)); // much longer than the others
    rows.add(RowFactory.create("empty", null, null)); // of a left join without a match
    for (Row row : ShopForecast.rows(2, 60)) {
      double sales =
          row.getDate(1).equals(Date.valueOf("2024-01-20")) ? Double.NaN : row.getDouble(2);
      rows.add(RowFactory.create("gap", row.get(1), sales));
      rows.add(RowFactory.create("twice", row.get(1), row.get(2)));
      rows.add(RowFactory.create(null, row.get(1), row.get(2)));
    }
    rows.add(RowFactory.create("twice", Date.valueOf("2024-02-03"), 1.0));
    rows.addAll(List.of(RowFactory.create("short", Date.valueOf("2024-02-03"), 1.0)));
    Map<String, List<Row>> result =
        byStore(
            SparkForecasts.of(ShopForecast.dataset(spark, rows), "store")
                .partitions(3)
                .forEach(ShopForecast::fitAndForecast));
    assertEquals(7, result.get("store 0").size());
    assertEquals(7, result.get("store 1").size());
    assertNull(result.get("store 1").get(0).getString(8));
    requireError(result.get("empty"), 1, "Each row must have a time in the column 'day'");
    requireError(result.get("twice"), 61, "2024-02-03 occurs again in row 34 of the column 'day'");
    requireError(result.get(null), 60, "The column 'store' must name the series of each row");
    requireError(result.get("short"), 1, "IllegalArgumentException: ");
    requireError(
        result.get("gap"), 60, "A value is missing in column 'sales', row 19 (2024-01-20)");
  }

  private static void requireError(List<Row> rows, int count, String error) {
    assertEquals(1, rows.size());
    Row row = rows.get(0);
    for (int i = 1; i < 7; i++) {
      assertTrue(row.isNullAt(i));
    }
    assertEquals(count, row.getInt(7));
    assertTrue(row.getString(8).contains(error), row.getString(8));
  }

  @Test
  void errorOfTheJvmFailsTheJob() {
    Dataset<Row> result =
        SparkForecasts.of(ShopForecast.dataset(spark, ShopForecast.rows(0, 30)), "store")
            .partitions(1)
            .forEach(
                series -> {
                  throw new LinkageError("a jar is missing");
                });
    var e = assertThrows(Exception.class, result::collectAsList);
    assertTrue(String.valueOf(e.getMessage()).contains("a jar is missing"), e.getMessage());
  }

  @Test
  void taskComputesOnOneThread() {
    List<Row> rows =
        SparkForecasts.of(ShopForecast.dataset(spark, ShopForecast.rows(0, 30)), "store")
            .partitions(1)
            .forEach(
                series ->
                    SeriesForecast.of(
                        Table.create(
                            tech.tablesaw.api.DoubleColumn.create(
                                series.name(), new double[] {WorkerPool.defaultThreads()}))))
            .collectAsList();
    assertEquals("store 0", rows.get(0).getString(3));
    assertEquals(1, rows.get(0).getDouble(4));
    assertNull(rows.get(0).getDate(1));
  }

  @Test
  void oneForecasterServesAllSeries(@TempDir Path folder) {
    Forecaster global = ShopForecast.global(ShopForecast.table(ShopForecast.rows(100, 200)));
    String file = folder.resolve("sales.keras").toString();
    global.save(Path.of(file));
    List<Row> rows = new ArrayList<>();
    for (int store = 0; store < 8; store++) {
      rows.addAll(ShopForecast.rows(store, 60));
    }
    rows.addAll(ShopForecast.rows(20, 10));
    Map<String, List<Row>> result =
        byStore(
            SparkForecasts.of(ShopForecast.dataset(spark, rows), "store")
                .partitions(3)
                .backtest(2, 7)
                .forecaster(file));
    for (int store = 0; store < 8; store++) {
      Table shop = ShopForecast.table(ShopForecast.rows(store, 60));
      // The metrics by hand: two weeks, each forecast from the rows before it.
      Table weeks =
          global.forecast(shop.inRange(0, 46)).append(global.forecast(shop.inRange(0, 53)));
      Table last = shop.inRange(46, 60);
      Table metrics =
          ForecastMetrics.by(
              ForecastMetrics.withScales(
                  weeks.addColumns(last.doubleColumn("sales").copy()), shop.inRange(0, 46), 7));
      requireEqual(
          SeriesForecast.of(global.forecast(shop)).metrics(metrics),
          60,
          result.get(ShopForecast.name(store)));
    }
    requireError(result.get("store 20"), 10, "There must be at least the 14 newest rows");
  }

  @Test
  void timestampsAndSeveralKeysAreKept() {
    Dataset<Row> hours =
        spark
            .range(48)
            .selectExpr(
                "'north' as region",
                "id % 2 as shop",
                "timestamp_seconds(id * 3600) as time",
                "cast(id as decimal(10, 2)) as sold");
    List<Row> result =
        SparkForecasts.of(hours, "region", "shop")
            .time("time")
            .partitions(2)
            .forEach(SparkForecastsTest::lastRow)
            .orderBy("shop")
            .collectAsList();
    assertEquals(2, result.size());
    assertEquals(1L, result.get(1).getLong(1));
    assertEquals(47 * 3600L, result.get(1).getTimestamp(2).toInstant().getEpochSecond());
    assertEquals("sold", result.get(1).getString(4));
    assertEquals(47.0, result.get(1).getDouble(5));
  }

  private static SeriesForecast lastRow(Table series) {
    int last = series.rowCount() - 1;
    return SeriesForecast.of(series.inRange(last, last + 1).selectColumns("time", "sold"));
  }

  @Test
  void messagesNameColumnsAndTypes() {
    Dataset<Row> sales = ShopForecast.dataset(spark, ShopForecast.rows(0, 3));
    requireMessage(
        "The name of the column must be one of [store, day, sales], but was 'stor'. Did you mean"
            + " 'store'?",
        () -> SparkForecasts.of(sales, "stor"));
    requireMessage(
        "At least one column must name the series, but none was given. The columns are 'store'"
            + " (string), 'day' (date), 'sales' (double).",
        () -> SparkForecasts.of(sales));
    requireMessage(
        "A column that names the series must have texts, whole numbers, booleans, dates or"
            + " timestamps, but 'sales' has the type double. Cast it, for example to string.",
        () -> SparkForecasts.of(sales, "sales"));
    requireMessage(
        "The column of the times must have dates or timestamps, but 'sales' has the type double."
            + " Cast it, for example with to_timestamp or to_date.",
        () -> SparkForecasts.of(sales, "store").time("sales"));
    requireMessage(
        "The data must have one column of dates or timestamps besides the key, but has [day, d2]."
            + " Choose one with time(column).",
        () ->
            SparkForecasts.of(sales.withColumn("d2", functions.col("day")), "store")
                .forEach(SparkForecastsTest::lastRow));
    requireMessage(
        "The columns of a series must have numbers, texts, booleans, dates or timestamps, but"
            + " 'all' has the type array<double>. Drop or cast it.",
        () ->
            SparkForecasts.of(sales.withColumn("all", functions.array("sales")), "store")
                .forEach(SparkForecastsTest::lastRow));
    requireMessage(
        "The key and the time must not have the name of another column of the result, but 'step'"
            + " has. Rename it with withColumnRenamed.",
        () ->
            SparkForecasts.of(sales.withColumnRenamed("store", "step"), "step")
                .forEach(SparkForecastsTest::lastRow));
    requireMessage(
        "partitions must be at least 1, but was 0.",
        () -> SparkForecasts.of(sales, "store").partitions(0));
    requireMessage(
        "backtest(…) must be used with forecaster(…), but was used with forEach(…). Return the"
            + " metrics from the function: SeriesForecast.of(forecast).metrics(table).",
        () ->
            SparkForecasts.of(sales, "store").backtest(1, 1).forEach(SparkForecastsTest::lastRow));
    requireMessage(
        "The data must have the targets of the forecaster, [sales], but [sales] are missing. The"
            + " columns are 'store' (string), 'day' (date), 'sold' (double).",
        () ->
            SparkForecasts.of(sales.withColumnRenamed("sales", "sold"), "store")
                .forecaster(ShopForecast.global(ShopForecast.table(ShopForecast.rows(100, 200)))));
  }

  private static void requireMessage(String message, org.junit.jupiter.api.function.Executable e) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, e).getMessage());
  }

  @Test
  void daysAreTheOnlyTimesOfDays() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ColumnTypes.time(
                    LocalDate.of(2024, 1, 1).atTime(1, 0),
                    org.apache.spark.sql.types.DataTypes.DateType,
                    false));
    assertTrue(e.getMessage().contains("2024-01-01T01:00"));
  }
}
