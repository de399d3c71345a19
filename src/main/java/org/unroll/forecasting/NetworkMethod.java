package org.unroll.forecasting;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.unroll.Model;
import org.unroll.callbacks.LiveProgress;
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
    return fit(past, options.get());
  }

  /**
   * Fits the network as one of several.
   *
   * @param title the title of its progress
   * @param live the display of all of them, if there is one
   * @param verbose how progress is shown without a display; null for the choice of the options
   */
  PointForecasts fit(Windows past, String title, Optional<LiveProgress> live, Integer verbose) {
    FitOptions fit = options.get().title(title);
    live.ifPresent(display -> fit.progress(display.title(title)));
    return fit(past, verbose == null ? fit : fit.verbose(verbose));
  }

  private PointForecasts fit(Windows past, FitOptions fit) {
    Model network = model.apply(past);
    network.fit(data.apply(past), fit);
    return windows -> network.predict(data.apply(windows)).toArray();
  }
}
