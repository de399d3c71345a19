package org.unroll.forecasting;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * A network that is built for each fit.
 *
 * @param data returns the samples for windows
 * @param model returns a new compiled model
 * @param options returns new options of {@code fit}
 * @param <W> windows of one series or of many
 */
record NetworkMethod<W extends Dataset>(
    Function<W, ? extends Dataset> data,
    Function<W, ? extends Model> model,
    Supplier<FitOptions> options) {
  NetworkMethod {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(options, "options");
  }

  /**
   * Fits the network.
   *
   * @param shown sets how progress is shown
   * @return predicts windows, normalized
   */
  Function<W, double[][]> fit(W past, UnaryOperator<FitOptions> shown) {
    Model network = model.apply(past);
    network.fit(data.apply(past), shown.apply(options.get()));
    return windows -> network.predict(data.apply(windows)).toArray();
  }

  /** A network for one series. */
  record OfSeries(NetworkMethod<Windows> network) implements ForecastMethod {
    @Override
    public PointForecasts fit(Windows past) {
      return network.fit(past, UnaryOperator.identity())::apply;
    }

    /** Fits a method, and sets how progress is shown if it is a network. */
    static PointForecasts fit(
        ForecastMethod method, Windows past, UnaryOperator<FitOptions> shown) {
      return method instanceof OfSeries series
          ? series.network.fit(past, shown)::apply
          : method.fit(past);
    }
  }
}
