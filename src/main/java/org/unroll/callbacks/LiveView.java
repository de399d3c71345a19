package org.unroll.callbacks;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Shows values that change while code runs, below the running cell of a notebook. Each value
 * replaces the one before. {@code org.unroll.notebook} provides it as a service because this
 * package must not depend on it.
 *
 * @hidden
 */
public interface LiveView {
  /** Returns whether the notebook is interactive, not executed as a whole. */
  boolean isWatched();

  /**
   * Opens a display for the calling thread, which is empty until it receives the first value.
   * Returns an empty optional if values cannot be shown in place.
   */
  Optional<Consumer<Object>> open();

  /** Returns whether this code runs in a notebook, interactive or not. */
  boolean inNotebook();

  /** Returns whether this code runs in a notebook, interactive or not. */
  static boolean isNotebook() {
    return find().filter(LiveView::inNotebook).isPresent();
  }

  /** Returns the provider on the class path. */
  static Optional<LiveView> find() {
    // The context class loader of a notebook kernel does not always see the library.
    return ServiceLoader.load(LiveView.class, LiveView.class.getClassLoader()).findFirst();
  }
}
