package org.unroll;

import java.util.Map;
import java.util.ServiceLoader;
import tech.tablesaw.plotly.components.Figure;

/**
 * Draws what this package has to show. How things look is the business of {@code
 * org.unroll.notebook}, which stands above this package and so is found as a service.
 */
public interface PlotProvider {
  /** The training and validation curves of one run. */
  Figure history(History history);

  /** The curves of several runs in one plot, by name. */
  Figure comparison(Map<String, History> histories);

  /** The provider on the class path. */
  static PlotProvider find() {
    // A notebook kernel's context class loader does not always see the library.
    return ServiceLoader.load(PlotProvider.class, PlotProvider.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No PlotProvider is on the class path; the unroll jar brings one in"
                        + " META-INF/services."));
  }
}
