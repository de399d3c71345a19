package org.unroll;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;

/** The loss and the metrics of a model on some data, by name. */
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
   * A value by name: {@code loss}, a metric's name, or the loss function's own name or alias
   * ({@code "mae"} of a model compiled with {@code mae()}).
   *
   * @throws IllegalArgumentException if there is no such value, with the names that exist
   */
  public double get(String name) {
    Double value = values.get(name);
    if (value != null) {
      return value;
    }
    // With penalties on weights the loss is no longer what the loss function alone would say.
    if (!penalized && isNameOfLoss(name)) {
      return values.get("loss");
    }
    throw new IllegalArgumentException(
        "This evaluation has no '"
            + name
            + "'. It has: "
            + values.keySet()
            + ". Name the metric in compile(…).");
  }

  private boolean isNameOfLoss(String name) {
    try {
      return Losses.of(name).name().equals(loss.name());
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  /** All values by name. */
  public Map<String, Double> asMap() {
    return values;
  }

  /** As Keras prints it: {@code loss: 0.2648 - mae: 0.2648}. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "%s: %.4f", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(" - "));
  }
}
