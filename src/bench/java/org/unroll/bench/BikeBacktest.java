package org.unroll.bench;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.forecasting.Backtest;
import org.unroll.forecasting.series.SeriesModel;
import org.unroll.forecasting.series.Theta;
import org.unroll.timeseries.Cycle;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Backtests forecasts of rented bicycles (Bike Sharing, Fanaee-T and Gama 2014, {@code hour.csv} of
 * the UCI Machine Learning Repository): 24 hours from midnight, with the weather and the calendar of
 * these hours known, and the rentals a week before them. There are 8 folds of three weeks, the last
 * of 2012, and all methods are fitted again before each of them.
 *
 * <p>The file has no row for 165 hours, and no row with 0 rentals. Most of these hours are at night,
 * the others in storms, so their rentals are 0. Their weather is that of the hour before.
 *
 * <p>Arguments: the file; a folder for the forecasts of each fold, with which the program resumes;
 * optionally the number of seeds of the network.
 */
final class BikeBacktest {
  private static final String[] DAY = {"holiday", "workingday"};
  private static final String[] WEATHER = {"temp", "hum", "windspeed", "weathersit"};
  private static final int FOLD = 21 * 24;

  private BikeBacktest() {}

  /**
   * Prints the errors.
   *
   * @param args file, folder and seeds
   */
  public static void main(String[] args) {
    Table table = Cycle.addTo(hours(Table.read().csv(args[0])), Cycle.DAY, Cycle.WEEK);
    int first = table.rowCount() - 8 * FOLD;
    var windows =
        TimeSeries.of(table)
            .target("cnt")
            .known(
                table.columnNames().stream()
                    .filter(name -> !name.equals("time") && !name.equals("cnt"))
                    .toArray(String[]::new))
            .normalizedOn(0, first)
            .windows()
            .lookback(HourlyBacktest.LOOKBACK)
            .targetSteps(HourlyBacktest.AHEAD)
            .batchSize(64)
            .shuffled(1);
    Backtest backtest =
        HourlyBacktest.baselines()
            .and("Theta, season 168", SeriesModel.method(values -> Theta.fit(values, 168)))
            .and("exponential smoothing, season 168", HourlyBacktest.smoothing(168))
            .and(
                "ridge with products by working day",
                past -> HourlyBacktest.ridge(past, true, "workingday"));
    HourlyBacktest.run(backtest, windows, first, FOLD, args);
  }

  /** Returns a row for each hour from the second week on, with the rentals a week before. */
  private static Table hours(Table file) {
    Map<LocalDateTime, Integer> rows = new HashMap<>();
    LocalDateTime last = null;
    for (int i = 0; i < file.rowCount(); i++) {
      int hour = file.intColumn("hr").get(i);
      last = file.dateColumn("dteday").get(i).atTime(hour, 0);
      rows.put(last, i);
    }
    LocalDateTime begin = file.dateColumn("dteday").get(0).atStartOfDay();
    DateTimeColumn times = DateTimeColumn.create("time");
    Map<String, List<Double>> values = new HashMap<>();
    int before = 0;
    for (LocalDateTime time = begin; !time.isAfter(last); time = time.plusHours(1)) {
      Integer row = rows.get(time);
      before = row == null ? before : row;
      times.append(time);
      add(values, "cnt", row == null ? 0 : value(file, "cnt", row));
      for (String name : WEATHER) {
        add(values, name, value(file, name, before));
      }
      int sameDay = before;
      for (int hour = 0; hour < 24; hour++) {
        Integer other = rows.get(time.toLocalDate().atTime(hour, 0));
        sameDay = other == null ? sameDay : other;
      }
      for (String name : DAY) {
        add(values, name, value(file, name, sameDay));
      }
    }
    Table hours = Table.create(times);
    List<String> names = new ArrayList<>(List.of("cnt"));
    names.addAll(List.of(DAY));
    names.addAll(List.of(WEATHER));
    names.forEach(
        name ->
            hours.addColumns(
                DoubleColumn.create(
                    name, values.get(name).stream().mapToDouble(Double::doubleValue).toArray())));
    hours.addColumns(hours.doubleColumn("cnt").lag(168).setName("cnt a week before"));
    return hours.inRange(168, hours.rowCount());
  }

  private static void add(Map<String, List<Double>> values, String name, double value) {
    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  private static double value(Table file, String name, int row) {
    return ((NumericColumn<?>) file.column(name)).getDouble(row);
  }
}
