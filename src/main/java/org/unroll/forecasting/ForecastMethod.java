package org.unroll.forecasting;

import java.util.function.Function;
import java.util.function.Supplier;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * A forecasting method that can be fitted on any past windows, such as a baseline or a network. A
 * {@link Backtest} of a panel fits it on each series; {@link GlobalMethod} is fitted on all of them
 * together.
 *
 * <pre>{@code
 * import org.unroll.forecasting.ForecastMethod;
 *
 * ForecastMethod yesterday = past -> Baseline.seasonal(24)::predict;
 * ForecastMethod linear = past -> Ridge.fit(past, 1.0)::predict;
 * ForecastMethod gru =
 *     ForecastMethod.network(
 *         past -> {
 *           var model = Sequential.of(input(past.inputShape().toArray()), gru(8), dense(1));
 *           model.compile(adam(), mae());
 *           return model;
 *         },
 *         () -> epochs(2));
 * }</pre>
 */
@FunctionalInterface
public interface ForecastMethod {
  /**
   * Fits the method.
   *
   * @param past the windows to learn from, normalized on their own rows. Rows after their range
   *     must not be used.
   */
  PointForecasts fit(Windows past);

  /**
   * Returns a method that builds a network and trains it on the past. The windows are the only
   * input of the network.
   *
   * @param model returns a new compiled model for windows. Its outputs are the targets.
   * @param options returns new options of {@code fit}. Use {@code validationSplit} for early
   *     stopping, which validates on the latest windows of the past.
   */
  static ForecastMethod network(
      Function<Windows, ? extends Model> model, Supplier<FitOptions> options) {
    return network(windows -> windows, model, options);
  }

  /**
   * Returns a method that builds a network, possibly with several inputs, and trains it on the
   * past.
   *
   * @param data returns the samples for windows, one for each window and in the same natural order,
   *     such as {@code windows -> windows.batchSize(64).shuffled(1)}
   * @param model returns a new compiled model for windows. Its outputs are the targets.
   * @param options returns new options of {@code fit}. Use {@code validationSplit} for early
   *     stopping, which validates on the latest windows of the past.
   */
  static ForecastMethod network(
      Function<Windows, ? extends Dataset> data,
      Function<Windows, ? extends Model> model,
      Supplier<FitOptions> options) {
    return new NetworkMethod.OfSeries(new NetworkMethod<>(data, model, options));
  }
}
