package org.unroll.callbacks;

import java.util.Map;
import org.unroll.metrics.Metric;

/**
 * What the callbacks that watch one value of the logs have in common.
 *
 * <p>A value is an improvement on another if it is better by more than {@code minDelta}. NaN never
 * is one.
 *
 * @param <S> the callback
 */
public abstract class MonitorCallback<S extends MonitorCallback<S>> extends Callback {
  /** Which values are better. */
  public enum Mode {
    /** Lower ones for a loss, and what {@link Metric#higherIsBetter} says for a metric. */
    AUTO,
    /** Lower ones. */
    MIN,
    /** Higher ones. */
    MAX
  }

  private final String monitor;
  private double minDelta;
  private Mode mode = Mode.AUTO;

  MonitorCallback(String monitor, double minDelta) {
    this.monitor = monitor;
    this.minDelta = minDelta;
  }

  abstract S self();

  /** The name of the value in the logs. */
  public final String monitor() {
    return monitor;
  }

  /** The least change that counts as an improvement. */
  public final double minDelta() {
    return minDelta;
  }

  /** Sets the least change that counts as an improvement, at least 0. */
  public final S minDelta(double delta) {
    if (!(delta >= 0) || Double.isInfinite(delta)) {
      throw new IllegalArgumentException("'minDelta' is finite and at least 0. Received: " + delta);
    }
    minDelta = delta;
    return self();
  }

  /** Which values are better. */
  public final Mode mode() {
    return mode;
  }

  /** Sets which values are better; {@link Mode#AUTO} by default. */
  public final S mode(Mode better) {
    mode = better;
    return self();
  }

  /**
   * The value watched.
   *
   * @throws IllegalStateException if the logs have no such value
   */
  final double monitored(Map<String, Double> logs) {
    Double value = logs.get(monitor);
    if (value == null) {
      throw new IllegalStateException(
          getClass().getSimpleName()
              + " watches '"
              + monitor
              + "', which the logs do not have. They have: "
              + String.join(", ", logs.keySet())
              + "."
              + (monitor.startsWith("val_")
                  ? " Names with val_ need validation data in fit."
                  : ""));
    }
    return value;
  }

  /**
   * Whether the value is better than the reference by more than {@code minDelta}; any number is
   * better than the reference NaN, which stands for none.
   *
   * @throws IllegalStateException in the mode auto, if the value watched is neither a loss nor a
   *     metric
   */
  final boolean improves(TrainingContext training, double value, double reference) {
    boolean higher = higherIsBetter(training);
    if (Double.isNaN(reference)) {
      return !Double.isNaN(value);
    }
    return higher ? value - minDelta > reference : value + minDelta < reference;
  }

  private boolean higherIsBetter(TrainingContext training) {
    if (mode != Mode.AUTO) {
      return mode == Mode.MAX;
    }
    String name = monitor.startsWith("val_") ? monitor.substring("val_".length()) : monitor;
    if (name.equals("loss")) {
      return false;
    }
    Metric metric = training.metrics().get(name);
    if (metric != null) {
      return metric.higherIsBetter();
    }
    throw new IllegalStateException(
        getClass().getSimpleName()
            + " cannot tell whether a higher '"
            + monitor
            + "' is better, for it is neither the loss nor a metric. Set mode(MIN) or mode(MAX).");
  }
}
