package org.unroll.forecasting;

import org.unroll.timeseries.Windows;

/**
 * A fitted method of forecasting, which predicts the targets of windows. It must use only the rows
 * up to the last input row of each window, and the known future columns of the target rows.
 *
 * <p>Each {@link org.unroll.timeseries.Baseline} is one by a method reference:
 *
 * <pre>{@code
 * import org.unroll.forecasting.PointForecasts;
 *
 * PointForecasts yesterday = Baseline.seasonal(24)::predict;
 * }</pre>
 */
@FunctionalInterface
public interface PointForecasts {
  /**
   * Predicts the targets of all windows.
   *
   * @param windows windows with the settings of those that the method was fitted on, of any range
   * @return normalized like the series of the windows, one row per window in natural order, in the
   *     order of {@link Windows#targetShape()}
   */
  double[][] predict(Windows windows);
}
