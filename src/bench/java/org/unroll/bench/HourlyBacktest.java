package org.unroll.bench;

import static org.unroll.callbacks.Callbacks.learningRateScheduler;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.ejml.simple.SimpleMatrix;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.forecasting.Backtest;
import org.unroll.forecasting.BacktestResult;
import org.unroll.forecasting.ForecastMethod;
import org.unroll.forecasting.PointForecasts;
import org.unroll.forecasting.series.Autoregression;
import org.unroll.forecasting.series.ExponentialSmoothing;
import org.unroll.forecasting.series.ExponentialSmoothing.Trend;
import org.unroll.forecasting.series.SeriesModel;
import org.unroll.forecasting.series.Theta;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Windows;

/**
 * The methods of the backtests of hourly series, 24 hours ahead from midnight: a GRU encoder–decoder
 * that reads the known future, and baselines.
 */
final class HourlyBacktest {
  static final int LOOKBACK = 72;
  static final int AHEAD = 24;

  private static final int UNITS = 48;
  private static final int EPOCHS = 12;

  private HourlyBacktest() {}

  /** Returns a backtest of the baselines. */
  static Backtest baselines() {
    return Backtest.of("last value", past -> Baseline.lastValue()::predict)
        .and("seasonal 24", past -> Baseline.seasonal(24)::predict)
        .and("seasonal 168", past -> Baseline.seasonal(168)::predict)
        .and("AR(168)", SeriesModel.method(values -> Autoregression.fit(values, 168)))
        .and("Theta, season 24", SeriesModel.method(values -> Theta.fit(values, 24)))
        .and("exponential smoothing, season 24", smoothing(24))
        .and("ridge", past -> ridge(past, false, null))
        .and("ridge with known future", past -> ridge(past, true, null));
  }

  /** Returns exponential smoothing without a trend. */
  static ForecastMethod smoothing(int season) {
    return SeriesModel.method(values -> ExponentialSmoothing.fit(values, Trend.NONE, season));
  }

  /**
   * Runs the backtest with the network in addition and prints its tables.
   *
   * @param args the file, the folder of the backtest, and the number of seeds of the network, 1 by
   *     default
   */
  static void run(Backtest backtest, Windows windows, int first, int foldRows, String... args) {
    int seeds = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    for (int seed = 1; seed <= seeds; seed++) {
      backtest.and("GRU with known future" + (seed == 1 ? "" : ", seed " + seed), network(seed));
    }
    backtest
        .every(AHEAD)
        .refitEvery(foldRows)
        .season(24)
        .folder(Path.of(args[1]))
        .on(windows, first);
    System.out.println(windows.describe());
    System.out.println(backtest);
    long began = System.nanoTime();
    BacktestResult result = backtest.run();
    System.out.printf(Locale.ROOT, "%.0f s%n", (System.nanoTime() - began) * 1e-9);
    System.out.println(result.byFold().printAll());
    System.out.println(result);
  }

  /** A GRU reads the past, and its last state begins a GRU over the known future. */
  private static ForecastMethod network(long seed) {
    return ForecastMethod.network(
        windows -> windows.and(windows.future()),
        windows -> {
          Dataset future = windows.future();
          var past = input(windows.inputShape().toArray());
          var known = input(future.inputShape().toArray());
          var encoder = gru(UNITS).returnState(true).on(past);
          var decoder = gru(UNITS).returnSequences(true).on(known, encoder.states());
          var output = flatten().on(dense(1).on(dense(32, "relu").on(decoder)));
          Model model = Model.seeded(seed, List.of(past, known), List.of(output));
          model.compile(adam(0.003), mae());
          return model;
        },
        () ->
            epochs(EPOCHS)
                .verbose(2)
                .callbacks(
                    learningRateScheduler(
                        (epoch, rate) ->
                            0.003 * 0.5 * (1 + Math.cos(Math.PI * epoch / EPOCHS)))));
  }

  /**
   * Ridge regression of the 24 hours after midnight on the targets of the window before, with or
   * without the known future of all hours. λ is the best of a few values on the last fifth of the
   * past.
   *
   * @param by a known column; the products of all inputs with its first known value are inputs,
   *     too. Null for no products.
   */
  static PointForecasts ridge(Windows past, boolean withFuture, String by) {
    Windows midnights = past.every(AHEAD);
    SimpleMatrix inputs = inputs(midnights, withFuture, by);
    SimpleMatrix targets = targets(midnights);
    int rows = inputs.getNumRows();
    int train = rows * 4 / 5;
    double best = Double.POSITIVE_INFINITY;
    double lambda = 0;
    for (double tried : new double[] {1, 10, 100, 1000}) {
      SimpleMatrix weights = weights(inputs.rows(0, train), targets.rows(0, train), tried);
      double error =
          inputs.rows(train, rows).mult(weights).minus(targets.rows(train, rows)).normF();
      if (error < best) {
        best = error;
        lambda = tried;
      }
    }
    SimpleMatrix weights = weights(inputs, targets, lambda);
    return windows -> inputs(windows, withFuture, by).mult(weights).toArray2();
  }

  private static SimpleMatrix weights(SimpleMatrix inputs, SimpleMatrix targets, double lambda) {
    SimpleMatrix gram = inputs.transpose().mult(inputs);
    for (int i = 1; i < gram.getNumRows(); i++) { // not of the intercept
      gram.set(i, i, gram.get(i, i) + lambda);
    }
    return gram.solve(inputs.transpose().mult(targets));
  }

  private static SimpleMatrix inputs(Windows windows, boolean withFuture, String by) {
    int column = windows.series().columnNames().indexOf(windows.series().targetNames().get(0));
    int width = windows.inputShape().last();
    int past = windows.inputShape().axis(0);
    Dataset future = windows.future();
    int known = withFuture ? future.inputShape().size() : 0;
    float[] values = new float[past * width];
    float[] knownValues = new float[future.inputShape().size()];
    int own = 1 + past + known;
    int factor = windows.series().knownNames().indexOf(by);
    SimpleMatrix inputs = new SimpleMatrix(windows.size(), by == null ? own : 2 * own);
    for (int i = 0; i < windows.size(); i++) {
      inputs.set(i, 0, 1);
      windows.copyInput(i, values, 0, 1);
      for (int t = 0; t < past; t++) {
        inputs.set(i, 1 + t, values[t * width + column]);
      }
      future.copyInput(i, knownValues, 0, 1);
      for (int k = 0; k < known; k++) {
        inputs.set(i, 1 + past + k, knownValues[k]);
      }
      for (int j = own; j < inputs.getNumCols(); j++) {
        inputs.set(i, j, inputs.get(i, j - own) * knownValues[factor]);
      }
    }
    return inputs;
  }

  private static SimpleMatrix targets(Windows windows) {
    double[][] targets = new double[windows.size()][];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = windows.target(i);
    }
    return new SimpleMatrix(targets);
  }
}
