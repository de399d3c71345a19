package org.unroll.callbacks;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Shows values that change while code runs, each in the place of the one before: below the running
 * cell of a notebook. How things look is the business of {@code org.unroll.notebook}, which stands
 * above this package and so is found as a service.
 */
public interface LiveView {
  /** Whether someone is likely to watch; not so in a notebook that is executed as a whole. */
  boolean isWatched();

  /**
   * Opens a place for values to show in, for the calling thread; it stays empty until the first
   * one. Empty where nothing can be shown in place.
   */
  Optional<Consumer<Object>> open();

  /** The provider on the class path; the unroll jar brings one in META-INF/services. */
  static Optional<LiveView> find() {
    // A notebook kernel's context class loader does not always see the library.
    return ServiceLoader.load(LiveView.class, LiveView.class.getClassLoader()).findFirst();
  }
}
