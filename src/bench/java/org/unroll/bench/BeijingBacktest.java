package org.unroll.bench;

import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.timeseries.Cycle;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * Backtests forecasts of PM2.5 in Beijing (Beijing PM2.5, Song Xi Chen, of the UCI Machine Learning
 * Repository): 24 hours from midnight, with the weather and the calendar of these hours known. There
 * are 8 folds of six weeks, the last of 2014, and all methods are fitted again before each of them.
 *
 * <p>Of the 43,824 values, 2,067 are missing. As inputs they are the last value before; as true
 * values they do not enter the errors.
 *
 * <p>Arguments: the file; a folder for the forecasts of each fold, with which the program resumes;
 * optionally the number of seeds of the network.
 */
final class BeijingBacktest {
  private static final List<String> WEATHER = List.of("DEWP", "TEMP", "PRES", "Iws", "Is", "Ir");
  private static final int FOLD = 42 * 24;

  private BeijingBacktest() {}

  /**
   * Prints the errors.
   *
   * @param args file, folder and seeds
   */
  public static void main(String[] args) {
    Table file =
        Table.read()
            .csv(CsvReadOptions.builder(args[0]).missingValueIndicator("NA").sample(false));
    Table table = Cycle.addTo(hours(file), Cycle.DAY, Cycle.YEAR);
    int first = table.rowCount() - 8 * FOLD;
    var windows =
        TimeSeries.of(table)
            .target("pm2.5")
            .known(
                table.columnNames().stream()
                    .filter(name -> !name.equals("time") && !name.equals("pm2.5"))
                    .toArray(String[]::new))
            .forwardFilled()
            .normalizedOn(0, first)
            .windows()
            .lookback(HourlyBacktest.LOOKBACK)
            .targetSteps(HourlyBacktest.AHEAD)
            .every(7) // a seventh of the windows, of all hours of the day
            .batchSize(64)
            .shuffled(1);
    HourlyBacktest.run(HourlyBacktest.baselines(), windows, first, FOLD, args);
  }

  /** Returns the hours from the second day on, because PM2.5 was not measured on the first. */
  private static Table hours(Table file) {
    DateTimeColumn times = DateTimeColumn.create("time");
    for (int i = 0; i < file.rowCount(); i++) {
      times.append(
          LocalDateTime.of(
              file.intColumn("year").get(i),
              file.intColumn("month").get(i),
              file.intColumn("day").get(i),
              file.intColumn("hour").get(i),
              0));
    }
    Table hours = Table.create(times);
    hours.addColumns(numbers(file, "pm2.5"));
    WEATHER.forEach(name -> hours.addColumns(numbers(file, name)));
    for (String wind : List.of("NW", "NE", "SE")) { // and else no direction, cv
      hours.addColumns(
          DoubleColumn.create(
              wind,
              file.stringColumn("cbwd").asList().stream()
                  .mapToDouble(direction -> direction.equals(wind) ? 1 : 0)
                  .toArray()));
    }
    return hours.inRange(24, hours.rowCount());
  }

  private static DoubleColumn numbers(Table file, String name) {
    NumericColumn<?> column = (NumericColumn<?>) file.column(name);
    return DoubleColumn.create(
        name,
        IntStream.range(0, file.rowCount())
            .mapToDouble(row -> column.isMissing(row) ? Double.NaN : column.getDouble(row))
            .toArray());
  }
}
