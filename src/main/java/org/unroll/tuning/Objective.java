package org.unroll.tuning;

import java.io.Serializable;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;

/**
 * The value that a search minimizes or maximizes.
 *
 * @param name the name in the logs, such as {@code val_loss}
 * @param higherIsBetter whether the value is maximized
 */
public record Objective(String name, boolean higherIsBetter) implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Returns the objective for a loss or metric. The direction follows from the name: {@code
   * val_loss} is minimized, {@code val_accuracy} is maximized.
   *
   * @param name the name in the logs, with or without {@code val_}
   * @throws IllegalArgumentException if the name is neither a loss nor a metric of {@link Metrics}
   */
  public static Objective of(String name) {
    String metric = name.startsWith("val_") ? name.substring("val_".length()) : name;
    if (metric.equals("loss") || metric.endsWith("_loss")) { // also that of one of several outputs
      return min(name);
    }
    Metric known;
    try {
      known = Metrics.of(metric);
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "The name of an objective must be the loss or a metric of Keras, but was '"
              + name
              + "'. Use Objective.min(\""
              + name
              + "\") or Objective.max(\""
              + name
              + "\").",
          unknown);
    }
    return new Objective(name, known.higherIsBetter());
  }

  /** Returns an objective to minimize. */
  public static Objective min(String name) {
    return new Objective(name, false);
  }

  /** Returns an objective to maximize. */
  public static Objective max(String name) {
    return new Objective(name, true);
  }

  /** Returns whether a value is better than another. Each number is better than NaN. */
  public boolean isBetter(double value, double other) {
    if (Double.isNaN(other)) {
      return !Double.isNaN(value);
    }
    return higherIsBetter ? value > other : value < other;
  }

  /** Returns the value to minimize. */
  double cost(double value) {
    return higherIsBetter ? -value : value;
  }
}
