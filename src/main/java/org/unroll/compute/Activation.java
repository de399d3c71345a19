package org.unroll.compute;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unroll.internal.Suggestion;

/**
 * The activation functions, with Keras's names and definitions. All of them work element by
 * element, except {@link #SOFTMAX}, which normalizes each row.
 *
 * <p>Layers take an activation as a constant of this enum or by its Keras name, such as {@code
 * "tanh"}.
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
  /** y = x for x &gt; 0, otherwise eˣ − 1. */
  ELU,
  /** y = s·x for x &gt; 0, otherwise s·a·(eˣ − 1), with a = 1.67326324, s = 1.05070098. */
  SELU,
  /**
   * y = x·Φ(x), where Φ is the normal distribution function. This is Keras's default, not the tanh
   * approximation.
   */
  GELU,
  /** y = log(1 + eˣ). */
  SOFTPLUS,
  /** y = x / (1 + |x|). */
  SOFTSIGN,
  /** y = relu6(x + 3) / 6, the hard sigmoid of Keras 3. */
  HARD_SIGMOID,
  /**
   * y = clip(0.2·x + 0.5, 0, 1), the hard sigmoid of Keras 2. Model files of Keras 2 name it {@code
   * hard_sigmoid}. Keras 3 has no name for it.
   */
  HARD_SIGMOID_KERAS2,
  /** y = x·sigmoid(x), also called swish. */
  SILU,
  /** y = eˣ. */
  EXPONENTIAL,
  /** y = x for x &gt; 0, otherwise 0.2·x. */
  LEAKY_RELU;

  /**
   * Returns the name in Keras, for example {@code hard_sigmoid}. Only {@link #HARD_SIGMOID_KERAS2}
   * has a name of this library.
   */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns whether the derivative must be computed from the input x because the output y is not
   * enough.
   *
   * @hidden
   */
  public boolean derivativeNeedsInput() {
    return this == GELU || this == SILU;
  }

  /**
   * Returns the activation with a Keras name. {@code swish} is another name of {@code silu}.
   *
   * @throws IllegalArgumentException if the name is unknown; the message lists the known names
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
    List<String> names = Arrays.stream(values()).map(Activation::kerasName).toList();
    throw new IllegalArgumentException(
        "The activation must be one of the known names, but was '"
            + name
            + "'."
            + Suggestion.of(name, names)
            + " Known names: "
            + String.join(", ", names));
  }
}
