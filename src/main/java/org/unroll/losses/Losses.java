package org.unroll.losses;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.compute.Compute;

/**
 * The losses that Keras has and this library knows, to be imported statically: {@code
 * model.compile(adam(), mse())}.
 */
public final class Losses {
  /** Keras's {@code backend.epsilon()}, in float32 as it is there. */
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
   * The loss with this Keras name, with its defaults.
   *
   * @param name Keras's name ({@code mean_squared_error}), class name ({@code MeanSquaredError}) or
   *     alias ({@code mse})
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public static Loss of(String name) {
    Supplier<Loss> loss = BY_NAME.get(name);
    if (loss == null) {
      throw new IllegalArgumentException(
          "Unknown loss '" + name + "'. Known: " + String.join(", ", BY_NAME.keySet()));
    }
    return loss.get();
  }

  /** Mean squared error. */
  public static MeanSquaredError mse() {
    return new MeanSquaredError();
  }

  /** Mean absolute error. */
  public static MeanAbsoluteError mae() {
    return new MeanAbsoluteError();
  }

  /** Mean absolute percentage error. */
  public static MeanAbsolutePercentageError mape() {
    return new MeanAbsolutePercentageError();
  }

  /** Mean squared logarithmic error. */
  public static MeanSquaredLogarithmicError msle() {
    return new MeanSquaredLogarithmicError();
  }

  /** The Huber loss with a delta of 1. */
  public static Huber huber() {
    return new Huber(1);
  }

  /** The Huber loss. */
  public static Huber huber(double delta) {
    return new Huber(delta);
  }

  /** The log-cosh loss. */
  public static LogCosh logCosh() {
    return new LogCosh();
  }

  /**
   * Binary cross-entropy of probabilities; from logits with {@code
   * binaryCrossentropy().fromLogits(true)}.
   */
  public static BinaryCrossentropy binaryCrossentropy() {
    return new BinaryCrossentropy(false, 0);
  }

  /** Categorical cross-entropy of probabilities, targets one-hot. */
  public static CategoricalCrossentropy categoricalCrossentropy() {
    return new CategoricalCrossentropy(false, 0);
  }

  /** Categorical cross-entropy of probabilities, targets class numbers. */
  public static SparseCategoricalCrossentropy sparseCategoricalCrossentropy() {
    return new SparseCategoricalCrossentropy(false);
  }

  /** The hinge loss. */
  public static Hinge hinge() {
    return new Hinge();
  }

  /** The Poisson loss. */
  public static Poisson poisson() {
    return new Poisson();
  }

  /** The Kullback–Leibler divergence. */
  public static KlDivergence klDivergence() {
    return new KlDivergence();
  }

  static void checkLabelSmoothing(double labelSmoothing) {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "Label smoothing is between 0 and 1. Received: " + labelSmoothing);
    }
  }

  /** A probability clipped as Keras does, to [1e-7, 1 − 1e-7] in float32; NaN stays NaN. */
  static float clippedProbability(float probability) {
    return Math.max(EPSILON, Math.min(ALMOST_ONE, probability));
  }

  /** Whether {@link #clippedProbability} changes this; the derivative is 0 there. */
  static boolean isClipped(float probability) {
    return probability < EPSILON || probability > ALMOST_ONE;
  }

  /** log Σ eˣ, safe for huge x. */
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

  /** Writes the softmax of logits, in float32 as a gradient needs it. */
  static void softmax(int count, float[] logits, int offset, float[] out, int outOffset) {
    Compute.kernels().softmax(count, logits, offset, out, outOffset);
  }
}
