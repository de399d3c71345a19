package org.unroll.callbacks;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unroll.internal.Suggestion;
import org.unroll.metrics.Metric;

/**
 * A callback that watches one value of the logs. Extend this class for a custom callback of this
 * kind.
 *
 * <p>A value improves on another one if it is better by more than {@code minDelta}. NaN never
 * improves on a value.
 *
 * @param <S> the class of the callback, which its options return
 */
public abstract class MonitorCallback<S extends MonitorCallback<S>> extends Callback {
  /** Which values are better. */
  public enum Mode {
    /** Lower values for a loss, and {@link Metric#higherIsBetter} for a metric. */
    AUTO,
    /** Lower values. */
    MIN,
    /** Higher values. */
    MAX
  }

  private final String monitor;
  private double minDelta;
  private Mode mode = Mode.AUTO;

  /**
   * Creates a callback.
   *
   * @param monitor the name of the value in the logs, for example {@code val_loss}
   * @param minDelta the smallest change that counts as an improvement, at least 0
   */
  protected MonitorCallback(String monitor, double minDelta) {
    this.monitor = monitor;
    this.minDelta = minDelta;
  }

  /** Returns this callback. */
  protected abstract S self();

  /** Returns the name of the value in the logs. */
  public final String monitor() {
    return monitor;
  }

  /** Returns the smallest change that counts as an improvement. */
  public final double minDelta() {
    return minDelta;
  }

  /**
   * Sets the smallest change that counts as an improvement.
   *
   * @param delta finite and at least 0
   * @throws IllegalArgumentException if {@code delta} is negative, infinite or NaN
   */
  public final S minDelta(double delta) {
    if (!(delta >= 0) || Double.isInfinite(delta)) {
      throw new IllegalArgumentException(
          "minDelta of "
              + getClass().getSimpleName()
              + " must be finite and at least 0, but was "
              + delta
              + ".");
    }
    minDelta = delta;
    return self();
  }

  /** Returns which values are better. */
  public final Mode mode() {
    return mode;
  }

  /** Sets which values are better; {@link Mode#AUTO} by default. */
  public final S mode(Mode better) {
    mode = better;
    return self();
  }

  /**
   * Returns the watched value.
   *
   * @param logs the logs of an epoch
   * @throws IllegalStateException if the logs do not contain the value
   */
  protected final double monitored(Map<String, Double> logs) {
    requireMonitor(logs.keySet());
    return logs.get(monitor);
  }

  /**
   * Checks, before training, that the logs will contain the values that callbacks need.
   *
   * @param callbacks the callbacks in their order. A custom callback may add any value to the logs,
   *     so callbacks after it are not checked
   * @param metrics the names of the metrics
   * @param validation whether there are validation data
   * @return the names of all values at the end of an epoch, or null if a custom callback may add
   *     others
   * @throws IllegalStateException if a value will be missing; the message lists the others
   * @hidden
   */
  public static Set<String> requireMonitors(
      List<Callback> callbacks, Set<String> metrics, boolean validation) {
    Set<String> logs = new LinkedHashSet<>(List.of("loss"));
    logs.addAll(metrics);
    if (validation) {
      List.copyOf(logs).forEach(name -> logs.add("val_" + name));
    }
    for (Callback callback : callbacks) {
      if (callback instanceof ReduceLrOnPlateau || callback instanceof LearningRateScheduler) {
        logs.add("learning_rate");
      }
      if (callback instanceof MonitorCallback<?> monitoring) {
        monitoring.requireIn(logs);
      }
      if (callback.getClass().getPackage() != Callback.class.getPackage()) {
        return null;
      }
    }
    return logs;
  }

  /** Checks that the logs of an epoch will contain what this callback needs. */
  void requireIn(Set<String> logs) {
    requireMonitor(logs);
  }

  private void requireMonitor(Set<String> logs) {
    if (!logs.contains(monitor)) {
      throw new IllegalStateException(
          getClass().getSimpleName()
              + " needs '"
              + monitor
              + "' in the logs, but they contain "
              + String.join(", ", logs)
              + "."
              + Suggestion.of(monitor, logs)
              + (monitor.startsWith("val_")
                  ? " Values with val_ need validation data in fit."
                  : " Compile the model with this metric, or monitor another value."));
    }
  }

  /**
   * Returns whether a value is better than a reference by more than {@code minDelta}.
   *
   * @param training the training run
   * @param value the value; NaN is never better
   * @param reference the reference; NaN means that there is none, and any number is better
   * @throws IllegalStateException with {@link Mode#AUTO}, if the watched value is neither the loss
   *     nor a metric
   */
  protected final boolean improves(TrainingContext training, double value, double reference) {
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
    if (name.endsWith("_loss")) { // that of one of several outputs
      return false;
    }
    throw new IllegalStateException(
        getClass().getSimpleName()
            + " needs a mode to monitor '"
            + monitor
            + "', which is neither the loss nor a metric. Set mode(MIN) or mode(MAX).");
  }

  /** Checks an option of this callback that is a number of epochs. */
  final int checkedEpochs(String option, int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException(
          option
              + " of "
              + getClass().getSimpleName()
              + " must be at least 0, but was "
              + epochs
              + ".");
    }
    return epochs;
  }
}
