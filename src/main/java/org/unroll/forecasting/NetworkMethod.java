package org.unroll.forecasting;

import java.util.function.Function;
import java.util.function.Supplier;
import org.unroll.Model;
import org.unroll.callbacks.Callback;
import org.unroll.data.Dataset;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * A network that is built for each fit.
 *
 * @param data returns the samples for windows
 * @param model returns a new compiled model
 * @param options returns new options of {@code fit}
 */
record NetworkMethod(
    Function<Windows, ? extends Dataset> data,
    Function<Windows, ? extends Model> model,
    Supplier<FitOptions> options)
    implements ForecastMethod {
  @Override
  public PointForecasts fit(Windows past) {
    return fit(past, null);
  }

  /**
   * Fits the network.
   *
   * @param progress shows the progress; null for the display that the options select
   */
  PointForecasts fit(Windows past, Callback progress) {
    Model network = model.apply(past);
    FitOptions fit = options.get();
    if (progress != null) {
      fit.progress(progress);
    }
    network.fit(data.apply(past), fit);
    return windows -> network.predict(data.apply(windows)).toArray();
  }
}
