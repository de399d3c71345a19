package org.unroll;

import java.util.Map;
import java.util.ServiceLoader;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.components.Figure;

/**
 * Creates the figures of {@link History#plot}, {@link Comparison.Result#plot} and backtests. The
 * implementation is in {@code org.unroll.plots}, which depends on this package and is therefore
 * found as a service.
 *
 * @hidden
 */
public interface PlotProvider {
  /** Plots the training and validation curves of one run. */
  Figure history(History history);

  /** Plots the curves of several runs by name in one figure. */
  Figure comparison(Map<String, History> histories);

  /**
   * Plots errors of forecasts by horizon.
   *
   * @param ahead the horizons in rows
   * @param errors the mean absolute error at each of them, by method
   * @param target the name of the target, which may end with its unit in parentheses
   */
  Figure errorsByHorizon(double[] ahead, Map<String, double[]> errors, String target);

  /**
   * Plots forecasts and true values.
   *
   * @param x the times or the row numbers
   * @param truth the true values
   * @param forecasts the forecasts by method
   * @param target the name of the target
   */
  Figure forecasts(Column<?> x, double[] truth, Map<String, double[]> forecasts, String target);

  /** Returns the provider on the class path. */
  static PlotProvider find() {
    // A notebook kernel's context class loader does not always see the library.
    return ServiceLoader.load(PlotProvider.class, PlotProvider.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "A PlotProvider must be on the class path, but there is none. Use the complete"
                        + " unroll jar with its META-INF/services."));
  }
}
