package org.unroll.compute;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unroll.internal.Suggestion;

/**
 * The activation functions, with Keras's names and definitions. Most of them work element by
 * element. {@link #SOFTMAX}, {@link #LOG_SOFTMAX} and {@link #SPARSEMAX} work on a row: the last
 * axis of a layer's output, or all units of one gate in a recurrent cell. {@link #GLU} halves a
 * row.
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
  LEAKY_RELU,
  /** y = min(max(x, 0), 6). */
  RELU6,
  /** y = max(x, 0) + min(eˣ − 1, 0), which equals {@link #ELU} because α = 1. */
  CELU,
  /** y = x·tanh(log(1 + eˣ)). */
  MISH,
  /** y = x·relu6(x + 3) / 6, also called hard_swish. */
  HARD_SILU,
  /** y = min(max(x, −1), 1). */
  HARD_TANH,
  /** y = x for |x| &gt; 0.5, otherwise 0. */
  HARD_SHRINK,
  /** y = x − 0.5 for x &gt; 0.5, x + 0.5 for x &lt; −0.5, otherwise 0. */
  SOFT_SHRINK,
  /** y = x − tanh(x). */
  TANH_SHRINK,
  /** y = log(1 / (1 + e⁻ˣ)). */
  LOG_SIGMOID,
  /** y = (x + √(x² + 4)) / 2. */
  SQUAREPLUS,
  /** y = 0 for x ≤ −1, x for x ≥ 1, otherwise (x + 1)² / 4. */
  SPARSE_PLUS,
  /** y = min(max((x + 1) / 2, 0), 1). */
  SPARSE_SIGMOID,
  /** yᵢ = xᵢ − log Σⱼ e^{xⱼ} over a row. */
  LOG_SOFTMAX,
  /**
   * y = max(x − τ, 0) over a row, after Martins &amp; Astudillo 2016, "From softmax to sparsemax".
   * The threshold τ is Keras's, which differs from the paper's unless only one output is above 0,
   * so the outputs need not sum to 1.
   */
  SPARSEMAX,
  /**
   * y = a·sigmoid(b), where a is the first half of a row and b the second half. The output is half
   * as wide as the input. Only dense, convolution and activation layers can have it.
   */
  GLU;

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
    return this == GELU || this == SILU || (isPlain() && this != LOG_SOFTMAX && this != GLU);
  }

  /**
   * Returns whether an output depends on the whole row.
   *
   * @hidden
   */
  public boolean isRowWise() {
    return this == SOFTMAX || this == LOG_SOFTMAX || this == SPARSEMAX || this == GLU;
  }

  /**
   * Returns whether all implementations compute this activation in the same plain loops.
   *
   * @hidden
   */
  public boolean isPlain() {
    return compareTo(RELU6) >= 0; // the constants above have faster implementations
  }

  /**
   * Returns the width of an output row.
   *
   * @param inputs the width of an input row
   * @hidden
   */
  public int outputs(int inputs) {
    return this == GLU ? inputs / 2 : inputs;
  }

  /**
   * Returns the activation with a Keras name. {@code swish} is another name of {@code silu}, and
   * {@code hard_swish} of {@code hard_silu}.
   *
   * @throws IllegalArgumentException if the name is unknown; the message lists the known names
   */
  public static Activation of(String name) {
    if (name.equals("threshold")) {
      throw new IllegalArgumentException(
          "The activation must not need arguments, but 'threshold' needs a threshold and a value,"
              + " so that Keras cannot apply it by name either. Use the layer relu() with its"
              + " threshold, or hard_shrink.");
    }
    if (name.equals("swish")) {
      return SILU;
    }
    if (name.equals("hard_swish")) {
      return HARD_SILU;
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
