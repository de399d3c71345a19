package org.unroll;

import java.util.Map;
import java.util.ServiceLoader;
import tech.tablesaw.plotly.components.Figure;

/**
 * Creates the figures of {@link History#plot} and {@link Comparison.Result#plot}. The
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
