package org.unroll.spark;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.forecasting.ForecastMetrics;
import org.unroll.forecasting.Forecaster;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Forecasts a series with a forecaster that all series share, and its last rows from those before.
 *
 * @param file the forecaster
 * @param time the name of the column of times
 * @param backtests the number of forecasts of the last rows
 * @param season the length of a season in rows
 */
record ForecasterFunction(ModelFile.Shared file, String time, int backtests, int season)
    implements SeriesFunction {
  @Override
  public SeriesForecast apply(Table series) throws IOException {
    Forecaster forecaster = file.get(Forecaster.class, Forecaster::load);
    int end = measured(series, forecaster);
    Table forecast = forecast(forecaster, series, end);
    SeriesForecast result = SeriesForecast.of(forecast);
    return backtests == 0
        ? result
        : result.metrics(metrics(forecaster, series, end, forecast.rowCount()));
  }

  /** Returns the number of rows before the known future. */
  private static int measured(Table series, Forecaster forecaster) {
    int end = series.rowCount();
    if (!forecaster.knownNames().isEmpty()) {
      while (end > 0 && allMissing(series, forecaster.targetNames(), end - 1)) {
        end--;
      }
    }
    return end;
  }

  private static boolean allMissing(Table series, List<String> targets, int row) {
    return targets.stream().allMatch(target -> series.column(target).isMissing(row));
  }

  private static Table forecast(Forecaster forecaster, Table series, int end) {
    Table past = series.inRange(0, end);
    return forecaster.knownNames().isEmpty() || end == series.rowCount()
        ? forecaster.forecast(past)
        : forecaster.forecast(past, series.inRange(end, series.rowCount()));
  }

  private Table metrics(Forecaster forecaster, Table series, int end, int steps) {
    Map<Object, Integer> rows = new HashMap<>();
    for (int row = 0; row < end; row++) {
      rows.put(series.column(time).get(row), row);
    }
    int first = end - backtests * steps;
    if (first < 1) {
      throw new IllegalArgumentException(
          "A series must have more rows than the "
              + backtests * steps
              + " of its backtest, "
              + backtests
              + " forecasts of "
              + steps
              + " rows, but has "
              + end
              + ". Use backtest(…) with fewer forecasts, or leave out short series.");
    }
    Table all = null;
    for (int origin = first; origin < end; origin += steps) {
      Table forecast = forecast(forecaster, series, origin);
      all = all == null ? forecast : all.append(forecast);
    }
    Table training = series.inRange(0, first);
    Table metrics = null;
    for (String target : forecaster.targetNames()) {
      Table one = ofTarget(all, target, series, rows);
      Table scaled = ForecastMetrics.withScales(one, training, season);
      Table row = ForecastMetrics.by(scaled);
      row.insertColumn(0, StringColumn.create("target", target));
      metrics = metrics == null ? row : metrics.append(row);
    }
    return metrics;
  }

  /** Returns the forecasts of one target with its measured values. */
  private Table ofTarget(Table all, String target, Table series, Map<Object, Integer> rows) {
    NumericColumn<?> values = series.numberColumn(target);
    double[] truth = new double[all.rowCount()];
    Column<?> times = all.column(time);
    for (int i = 0; i < truth.length; i++) {
      Integer row = rows.get(times.get(i));
      truth[i] = row == null || values.isMissing(row) ? Double.NaN : values.getDouble(row);
    }
    Table one = Table.create(target, DoubleColumn.create(target, truth));
    for (Column<?> column : all.columns()) {
      if (column.name().equals(target)) {
        one.addColumns(column.copy().setName(target + " q0.5"));
      } else if (column.type() == ColumnType.DOUBLE && column.name().startsWith(target + " q")) {
        one.addColumns(column);
      }
    }
    return one;
  }
}
