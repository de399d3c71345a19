package org.unroll.spark;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.pinball;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.unroll.Sequential;
import org.unroll.forecasting.Backtest;
import org.unroll.forecasting.Forecaster;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/** The daily sales of shops, and a model for each of them. */
final class ShopForecast {
  static final double[] LEVELS = {0.1, 0.5, 0.9};
  static final StructType SCHEMA =
      new StructType().add("store", "string").add("day", "date").add("sales", "double");

  private ShopForecast() {}

  /** Fits a GRU to a shop, forecasts a week, and measures a naive forecast of the last week. */
  static SeriesForecast fitAndForecast(Table shop) {
    return fitAndForecast(shop, 4, 2);
  }

  static SeriesForecast fitAndForecast(Table shop, int units, int epochs) {
    Windows windows = windows(shop);
    var model = Sequential.of(input(14, 1), gru(units), dense(7 * LEVELS.length));
    model.compile(adam().learningRate(0.01), pinball(LEVELS));
    model.fit(windows.batchSize(16).shuffled(1), epochs(epochs).verbose(0));
    var errors =
        Backtest.of("last week", past -> Baseline.seasonal(7)::predict)
            .season(7)
            .on(windows, shop.rowCount() - 7)
            .run();
    return SeriesForecast.of(windows.forecast(model.predictOne(windows.lastInput()), LEVELS))
        .metrics(errors.table());
  }

  private static Windows windows(Table shop) {
    return TimeSeries.of(shop)
        .target("sales")
        .normalizedOn(0, shop.rowCount())
        .windows()
        .lookback(14)
        .targetSteps(7);
  }

  /** Trains a forecaster that can be used for all shops. */
  static Forecaster global(Table shop) {
    Windows windows = windows(shop);
    var model = Sequential.of(input(14, 1), gru(8), dense(7 * LEVELS.length));
    model.compile(adam().learningRate(0.01), pinball(LEVELS));
    model.fit(windows.batchSize(16).shuffled(1), epochs(2).verbose(0));
    return Forecaster.of(model, windows);
  }

  /** Returns the rows of a shop, whose sales have a weekly season. */
  static List<Row> rows(int store, int days) {
    Random random = new Random(store);
    double level = 50 + random.nextInt(100);
    List<Row> rows = new ArrayList<>();
    for (int t = 0; t < days; t++) {
      double sales =
          level * (1 + 0.3 * Math.sin(2 * Math.PI * t / 7) + 0.1 * random.nextGaussian());
      rows.add(
          RowFactory.create(
              name(store),
              java.sql.Date.valueOf(java.time.LocalDate.of(2024, 1, 1).plusDays(t)),
              sales));
    }
    return rows;
  }

  static String name(int store) {
    return "store " + store;
  }

  /** Returns the same rows as a table. */
  static Table table(List<Row> rows) {
    Table table =
        Table.create(
            rows.get(0).getString(0),
            tech.tablesaw.api.DateColumn.create("day"),
            tech.tablesaw.api.DoubleColumn.create("sales"));
    for (Row row : rows) {
      table.dateColumn(0).append(row.getDate(1).toLocalDate());
      table.doubleColumn(1).append(row.getDouble(2));
    }
    return table;
  }

  static Dataset<Row> dataset(SparkSession spark, List<Row> rows) {
    return spark.createDataFrame(rows, SCHEMA);
  }
}
