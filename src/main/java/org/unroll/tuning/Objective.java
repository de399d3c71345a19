package org.unroll.tuning;

import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;

/**
 * What a search makes as small or as large as it can.
 *
 * @param name a name of the logs, such as {@code val_loss}
 * @param higherIsBetter whether it is to be large
 */
public record Objective(String name, boolean higherIsBetter) {
  /**
   * A loss or a metric by its name in the logs, with or without {@code val_}; the direction is
   * known: down for {@code val_loss}, up for {@code val_accuracy}.
   *
   * @throws IllegalArgumentException if it is neither the loss nor a metric of {@link Metrics}
   */
  public static Objective of(String name) {
    String metric = name.startsWith("val_") ? name.substring("val_".length()) : name;
    if (metric.equals("loss")) {
      return min(name);
    }
    Metric known;
    try {
      known = Metrics.of(metric);
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "Whether '"
              + name
              + "' is better high or low is not known: it is neither the loss nor a metric by its"
              + " Keras name. Say Objective.min(\""
              + name
              + "\") or Objective.max(\""
              + name
              + "\").",
          unknown);
    }
    return new Objective(name, known.higherIsBetter());
  }

  /** A value that is to be small. */
  public static Objective min(String name) {
    return new Objective(name, false);
  }

  /** A value that is to be large. */
  public static Objective max(String name) {
    return new Objective(name, true);
  }

  /** Whether a value is better than another; any number is better than NaN. */
  public boolean isBetter(double value, double other) {
    if (Double.isNaN(other)) {
      return !Double.isNaN(value);
    }
    return higherIsBetter ? value > other : value < other;
  }

  /** Negative where large values are better: what is smaller is better then. */
  double cost(double value) {
    return higherIsBetter ? -value : value;
  }
}
