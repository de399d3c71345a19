package org.unroll.compute;

import java.util.Arrays;
import java.util.Locale;

/**
 * The activation functions, with Keras's names and definitions. Every one works element by element
 * but {@link #SOFTMAX}, which normalizes each row.
 */
public enum Activation {
  /** y = x. */
  LINEAR,
  /** y = max(x, 0). */
  RELU,
  /** y = tanh(x). */
  TANH,
  /** y = 1 / (1 + e⁻ˣ). */
  SIGMOID,
  /** yᵢ = e^{xᵢ} / Σⱼ e^{xⱼ} over a row. */
  SOFTMAX,
  /** y = x for x &gt; 0, else eˣ − 1. */
  ELU,
  /** y = s·x for x &gt; 0, else s·a·(eˣ − 1); a = 1.67326324, s = 1.05070098. */
  SELU,
  /**
   * y = x·Φ(x), Φ the normal distribution function (Keras's default, not the tanh approximation).
   */
  GELU,
  /** y = log(1 + eˣ). */
  SOFTPLUS,
  /** y = x / (1 + |x|). */
  SOFTSIGN,
  /** y = relu6(x + 3) / 6. */
  HARD_SIGMOID,
  /** y = x·sigmoid(x), also called swish. */
  SILU,
  /** y = eˣ. */
  EXPONENTIAL,
  /** y = x for x &gt; 0, else 0.2·x. */
  LEAKY_RELU;

  /** Keras's name, for example {@code hard_sigmoid}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the derivative is computed from the input x, the output y not being enough. */
  public boolean derivativeNeedsInput() {
    return this == GELU || this == SILU;
  }

  /**
   * The activation with this Keras name; {@code swish} is {@code silu}.
   *
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public static Activation of(String name) {
    if (name.equals("swish")) {
      return SILU;
    }
    for (Activation activation : values()) {
      if (activation.kerasName().equals(name)) {
        return activation;
      }
    }
    throw new IllegalArgumentException(
        "Unknown activation '"
            + name
            + "'. Known: "
            + String.join(", ", Arrays.stream(values()).map(Activation::kerasName).toList()));
  }
}
