package org.unroll;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unroll.internal.Suggestion;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;

/** The loss and the metrics of a model on a dataset, by name. */
public final class Evaluation {
  private final Map<String, Double> values;
  private final Loss loss;
  private final boolean penalized;

  Evaluation(Map<String, Double> values, Loss loss, boolean penalized) {
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    this.loss = loss;
    this.penalized = penalized;
  }

  /**
   * Returns a value.
   *
   * @param name {@code loss}, the name of a metric, or the name or alias of the loss function, such
   *     as {@code "mae"} for a model compiled with {@code mae()}
   * @throws IllegalArgumentException if there is no such value
   */
  public double get(String name) {
    Double value = values.get(name);
    if (value != null) {
      return value;
    }
    // With penalties on weights, the loss differs from the value of the loss function.
    if (loss != null && !penalized && isNameOfLoss(name)) {
      return values.get("loss");
    }
    throw new IllegalArgumentException(
        Suggestion.unknown("value", name, values.keySet()) + " Add the metric in compile(…).");
  }

  private boolean isNameOfLoss(String name) {
    try {
      return Losses.of(name).name().equals(loss.name());
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  /** Returns all values by name. */
  public Map<String, Double> asMap() {
    return values;
  }

  /** Returns the values as Keras prints them, such as {@code loss: 0.2648 - mae: 0.2648}. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "%s: %.4f", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(" - "));
  }
}
