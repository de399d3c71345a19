package org.unroll.losses;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.compute.Compute;
import org.unroll.internal.Suggestion;

/**
 * Factory methods for losses with Keras's names and defaults. Import them statically: {@code
 * model.compile(adam(), mse())}.
 */
public final class Losses {
  /** Keras's {@code backend.epsilon()} in float32. */
  static final float EPSILON = 1e-7f;

  private static final float ALMOST_ONE = 1f - EPSILON;

  private static final Map<String, Supplier<Loss>> BY_NAME = new LinkedHashMap<>();

  static {
    register(Losses::mse, "mean_squared_error", "MeanSquaredError", "mse", "MSE");
    register(Losses::mae, "mean_absolute_error", "MeanAbsoluteError", "mae", "MAE");
    register(
        Losses::mape,
        "mean_absolute_percentage_error",
        "MeanAbsolutePercentageError",
        "mape",
        "MAPE");
    register(
        Losses::msle,
        "mean_squared_logarithmic_error",
        "MeanSquaredLogarithmicError",
        "msle",
        "MSLE");
    register(Losses::huber, "huber", "Huber");
    register(Losses::logCosh, "log_cosh", "LogCosh");
    register(Losses::binaryCrossentropy, "binary_crossentropy", "BinaryCrossentropy", "bce", "BCE");
    register(
        Losses::categoricalCrossentropy, "categorical_crossentropy", "CategoricalCrossentropy");
    register(
        Losses::sparseCategoricalCrossentropy,
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy");
    register(Losses::hinge, "hinge", "Hinge");
    register(Losses::poisson, "poisson", "Poisson");
    register(Losses::klDivergence, "kl_divergence", "KLDivergence", "kld", "KLD");
  }

  private Losses() {}

  private static void register(Supplier<Loss> loss, String... names) {
    for (String name : names) {
      BY_NAME.put(name, loss);
    }
  }

  /**
   * Returns the loss with a Keras name, with its defaults.
   *
   * @param name Keras's name ({@code mean_squared_error}), class name ({@code MeanSquaredError}) or
   *     alias ({@code mse})
   * @throws IllegalArgumentException if there is no such loss; the message lists the known names
   */
  public static Loss of(String name) {
    Supplier<Loss> loss = BY_NAME.get(name);
    if (loss == null) {
      throw new IllegalArgumentException(
          "Unknown loss '"
              + name
              + "'."
              + Suggestion.of(name, BY_NAME.keySet())
              + " Known: "
              + String.join(", ", BY_NAME.keySet()));
    }
    return loss.get();
  }

  /** Returns the mean squared error. */
  public static MeanSquaredError mse() {
    return new MeanSquaredError();
  }

  /** Returns the mean absolute error. */
  public static MeanAbsoluteError mae() {
    return new MeanAbsoluteError();
  }

  /** Returns the mean absolute percentage error. */
  public static MeanAbsolutePercentageError mape() {
    return new MeanAbsolutePercentageError();
  }

  /** Returns the mean squared logarithmic error. */
  public static MeanSquaredLogarithmicError msle() {
    return new MeanSquaredLogarithmicError();
  }

  /** Returns the Huber loss with a delta of 1. */
  public static Huber huber() {
    return new Huber(1);
  }

  /**
   * Returns the Huber loss.
   *
   * @param delta the error beyond which the loss grows linearly, finite and at least 0
   * @throws IllegalArgumentException if {@code delta} is negative, infinite or NaN
   */
  public static Huber huber(double delta) {
    return new Huber(delta);
  }

  /** Returns the log-cosh loss. */
  public static LogCosh logCosh() {
    return new LogCosh();
  }

  /**
   * Returns the binary cross-entropy of probabilities. For logits call {@code
   * binaryCrossentropy().fromLogits(true)}.
   */
  public static BinaryCrossentropy binaryCrossentropy() {
    return new BinaryCrossentropy(false, 0);
  }

  /** Returns the categorical cross-entropy of probabilities for one-hot targets. */
  public static CategoricalCrossentropy categoricalCrossentropy() {
    return new CategoricalCrossentropy(false, 0);
  }

  /** Returns the categorical cross-entropy of probabilities for targets that are class numbers. */
  public static SparseCategoricalCrossentropy sparseCategoricalCrossentropy() {
    return new SparseCategoricalCrossentropy(false);
  }

  /** Returns the hinge loss. */
  public static Hinge hinge() {
    return new Hinge();
  }

  /** Returns the Poisson loss. */
  public static Poisson poisson() {
    return new Poisson();
  }

  /** Returns the Kullback–Leibler divergence. */
  public static KlDivergence klDivergence() {
    return new KlDivergence();
  }

  static void checkLabelSmoothing(double labelSmoothing) {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "labelSmoothing must be between 0 and 1, but was " + labelSmoothing + ".");
    }
  }

  /** Clips a probability as Keras does, to [1e-7, 1 − 1e-7] in float32; NaN stays NaN. */
  static float clippedProbability(float probability) {
    return Math.max(EPSILON, Math.min(ALMOST_ONE, probability));
  }

  /** Returns whether {@link #clippedProbability} changes a value; its derivative is then 0. */
  static boolean isClipped(float probability) {
    return probability < EPSILON || probability > ALMOST_ONE;
  }

  /** Returns log Σ eˣ without overflow. */
  static double logSumExp(int count, float[] values, int offset) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, values[offset + i]);
    }
    if (max == Float.NEGATIVE_INFINITY) {
      return max;
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp((double) values[offset + i] - max);
    }
    return max + Math.log(sum);
  }

  /** Writes the softmax of logits in float32. */
  static void softmax(int count, float[] logits, int offset, float[] out, int outOffset) {
    Compute.kernels().softmax(count, logits, offset, out, outOffset);
  }
}
