package org.unroll.training;

/** How much {@code fit} tells while it runs. */
public enum Verbose {
  /** A bar in a terminal, one line an epoch elsewhere. */
  AUTO,
  /** Nothing. */
  SILENT,
  /** A bar that moves along with the batches. */
  BAR,
  /** One line an epoch. */
  LINE;

  /** Keras's number: 0, 1 or 2. */
  static Verbose of(int level) {
    return switch (level) {
      case 0 -> SILENT;
      case 1 -> BAR;
      case 2 -> LINE;
      default ->
          throw new IllegalArgumentException(
              "verbose is 0 (silent), 1 (bar) or 2 (one line an epoch). Received: " + level);
    };
  }
}
