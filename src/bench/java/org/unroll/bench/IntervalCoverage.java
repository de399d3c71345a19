package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.orderedQuantiles;
import static org.unroll.losses.Losses.pinball;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.unroll.Sequential;
import org.unroll.forecasting.AdaptiveConformal;
import org.unroll.forecasting.ConformalMargins;
import org.unroll.forecasting.QuantileForecasts;
import org.unroll.timeseries.Cycle;
import org.unroll.timeseries.Resampler;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/**
 * Measures the coverage of nominal 80 % and 95 % intervals 1 … 24 hours ahead on held-out rows of
 * hourly data: quantiles of a GRU without correction, with split conformal margins, and with margins
 * that adapt over time.
 *
 * <p>The first 60 % of the rows train the model, the next 20 % are the calibration data, and the
 * last 20 % are the test data. Prints a table by target step for each method.
 *
 * <p>Arguments: the CSV file of Beijing's PM2.5 (UCI, 2010–2014), that of the hourly bike rentals
 * (UCI, 2011–2012), and the number of epochs (default 5). A file named {@code -} is left out.
 */
final class IntervalCoverage {
  private static final double[] LEVELS = {0.025, 0.1, 0.5, 0.9, 0.975};
  private static final double[] COVERAGES = {0.8, 0.95};

  private IntervalCoverage() {}

  /**
   * Prints the measurements.
   *
   * @param args both files and the number of epochs
   */
  public static void main(String[] args) {
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    if (!args[0].equals("-")) {
      Table beijing = TimeTable.read(Path.of(args[0])).table();
      Table hourly = Cycle.addTo(beijing, Cycle.DAY, Cycle.WEEK, Cycle.YEAR);
      measure(
          "Beijing PM2.5",
          TimeSeries.of(hourly)
              .columns(
                  "pm2.5", "DEWP", "TEMP", "PRES", "Iws", "day sin", "day cos", "year sin",
                  "year cos")
              .target("pm2.5")
              .forwardFilled(6)
              .skippingGaps(),
          rounds);
    }
    if (!args[1].equals("-")) {
      Table rides = TimeTable.read(Path.of(args[1])).time("dteday", "hr").table();
      Table hourly =
          Cycle.addTo(
              Resampler.of(rides).every(Duration.ofHours(1)).table(),
              Cycle.DAY,
              Cycle.WEEK,
              Cycle.YEAR);
      measure(
          "Bike rentals",
          TimeSeries.of(hourly)
              .columns(
                  "cnt", "temp", "hum", "windspeed", "workingday", "day sin", "day cos",
                  "week sin", "week cos", "year sin", "year cos")
              .target("cnt")
              .interpolated(),
          rounds);
    }
  }

  private static void measure(String name, TimeSeries series, int rounds) {
    int rows = series.rows();
    int calibration = rows * 6 / 10;
    int test = rows * 8 / 10;
    Windows windows =
        series.normalizedOn(0, calibration).windows().lookback(48).targetSteps(24).batchSize(128);
    int columns = series.columnNames().size();
    Sequential model =
        Sequential.seeded(
            1,
            input(48, columns),
            gru(32),
            dense(24 * LEVELS.length),
            orderedQuantiles(LEVELS.length));
    model.compile(adam(0.003), pinball(LEVELS));
    model.fit(windows.range(0, calibration).shuffled(1), epochs(rounds).verbose(0));
    QuantileForecasts before = forecasts(model, windows.range(calibration, test));
    QuantileForecasts after = forecasts(model, windows.range(test, rows));
    report(name + ", no correction", after);
    report(name + ", split", ConformalMargins.of(before, COVERAGES).correct(after));
    for (double rate : new double[] {0.002, 0.005}) {
      report(
          name + ", adaptive, rate " + rate + ", 2000 scores",
          AdaptiveConformal.correct(before, after, rate, 2000, COVERAGES));
    }
  }

  private static QuantileForecasts forecasts(Sequential model, Windows windows) {
    return QuantileForecasts.of(windows, model.predict(windows).toArray(), LEVELS);
  }

  private static void report(String name, QuantileForecasts forecasts) {
    Table table = forecasts.byHorizon();
    System.out.println(name);
    for (String column : table.columnNames()) {
      if (column.matches("(coverage|width|unbounded|winkler) .*")) {
        double[] values = table.doubleColumn(column).asDoubleArray();
        System.out.printf(
            Locale.ROOT,
            "  %-16s mean %.4g, least %.4g, most %.4g, steps 1, 6, 12, 24: %.4g, %.4g, %.4g, %.4g%n",
            column,
            Arrays.stream(values).average().orElseThrow(),
            Arrays.stream(values).min().orElseThrow(),
            Arrays.stream(values).max().orElseThrow(),
            values[0],
            values[5],
            values[11],
            values[23]);
      }
    }
  }
}
