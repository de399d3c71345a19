package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.Sequential;

/** Forecasts and predictions on executors in other JVMs. */
class SparkDataClusterTest {
  private static final int SERIES = 500;
  private static final int ROWS = 200_000;
  private static TestCluster cluster;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.start();
    spark = SparkScale.session(cluster.master(), 2);
  }

  @AfterAll
  static void stop() throws Exception {
    spark.stop();
    cluster.close();
  }

  @Test
  void fiveHundredSeriesAreForecastAsInAPlainLoop() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int store = 0; store < SERIES; store++) {
      rows.addAll(ShopForecast.rows(store, 35));
    }
    Collections.shuffle(rows, new Random(1));
    Map<String, List<Row>> forecasts =
        SparkForecastsTest.byStore(
            SparkForecasts.of(ShopForecast.dataset(spark, rows), "store")
                .partitions(12)
                .forEach(ShopForecast::fitAndForecast));
    assertEquals(SERIES, forecasts.size());
    for (int store = 0; store < SERIES; store++) {
      SparkForecastsTest.requireEqual(
          ShopForecast.fitAndForecast(ShopForecast.table(ShopForecast.rows(store, 35))),
          35,
          forecasts.get(ShopForecast.name(store)));
    }
    assertTrue(
        cluster.executorLogs().stream().anyMatch(line -> line.contains(" computes with ")),
        "Each executor must log its implementation.");
  }

  @Test
  void rowsArePredictedAsOnOneMachine() {
    Model model = Sequential.of(input(SparkScale.STEPS, 1), gru(8), dense(1));
    List<Row> predicted =
        SparkModel.of(model)
            .setInputCol("window")
            .transform(SparkScale.windows(spark, ROWS, 8))
            .select("id", "prediction")
            .collectAsList();
    assertEquals(ROWS, predicted.size());
    double[] actual = new double[ROWS];
    predicted.forEach(row -> actual[(int) row.getLong(0)] = row.getDouble(1));
    double[][] expected = model.predict(SparkScale.windows(0, ROWS)).toArray();
    for (int id = 0; id < ROWS; id++) {
      assertEquals(expected[id][0], actual[id]);
    }
  }
}
