package org.unroll.forecasting;

import java.util.function.UnaryOperator;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/** A network for one series. */
record SeriesNetwork(NetworkMethod<Windows> network) implements ForecastMethod {
  @Override
  public PointForecasts fit(Windows past) {
    return network.fit(past, UnaryOperator.identity())::apply;
  }

  /** Fits a method, and sets how progress is shown if it is a network. */
  static PointForecasts fit(ForecastMethod method, Windows past, UnaryOperator<FitOptions> shown) {
    return method instanceof SeriesNetwork series
        ? series.network.fit(past, shown)::apply
        : method.fit(past);
  }
}
