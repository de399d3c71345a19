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
    register(
        Losses::binaryFocalCrossentropy, "binary_focal_crossentropy", "BinaryFocalCrossentropy");
    register(
        Losses::categoricalFocalCrossentropy,
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy");
    register(
        Losses::categoricalGeneralizedCrossentropy,
        "categorical_generalized_cross_entropy",
        "CategoricalGeneralizedCrossEntropy");
    register(Losses::hinge, "hinge", "Hinge");
    register(Losses::squaredHinge, "squared_hinge", "SquaredHinge");
    register(Losses::categoricalHinge, "categorical_hinge", "CategoricalHinge");
    register(Losses::cosineSimilarityLoss, "cosine_similarity", "CosineSimilarity");
    register(Losses::dice, "dice", "Dice");
    register(Losses::tversky, "tversky", "Tversky");
    register(Losses::ctc, "ctc", "CTC");
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
    return new SparseCategoricalCrossentropy(false, null);
  }

  /**
   * Returns the binary focal cross-entropy of probabilities, with a gamma of 2 and without class
   * balancing.
   */
  public static BinaryFocalCrossentropy binaryFocalCrossentropy() {
    return new BinaryFocalCrossentropy(false, 0.25, 2, false, 0);
  }

  /**
   * Returns the categorical focal cross-entropy of probabilities for one-hot targets, with an alpha
   * of 0.25 and a gamma of 2.
   */
  public static CategoricalFocalCrossentropy categoricalFocalCrossentropy() {
    return new CategoricalFocalCrossentropy(0.25, 2, false, 0);
  }

  /**
   * Returns the generalized cross-entropy of probabilities for targets that are class numbers, with
   * a q of 0.5.
   */
  public static CategoricalGeneralizedCrossentropy categoricalGeneralizedCrossentropy() {
    return categoricalGeneralizedCrossentropy(0.5);
  }

  /**
   * Returns the generalized cross-entropy of probabilities for targets that are class numbers.
   *
   * @param q greater than 0 and less than 1
   * @throws IllegalArgumentException if {@code q} is not between 0 and 1
   */
  public static CategoricalGeneralizedCrossentropy categoricalGeneralizedCrossentropy(double q) {
    return new CategoricalGeneralizedCrossentropy(q);
  }

  /** Returns the hinge loss. */
  public static Hinge hinge() {
    return new Hinge();
  }

  /** Returns the squared hinge loss. */
  public static SquaredHinge squaredHinge() {
    return new SquaredHinge();
  }

  /** Returns the categorical hinge loss for one-hot targets. */
  public static CategoricalHinge categoricalHinge() {
    return new CategoricalHinge();
  }

  /** Returns the negative cosine of the angle between predictions and targets. */
  public static CosineSimilarity cosineSimilarityLoss() {
    return new CosineSimilarity();
  }

  /** Returns the Dice loss of whole batches. */
  public static Dice dice() {
    return new Dice();
  }

  /** Returns the Tversky loss of whole batches, with an alpha and a beta of 0.5. */
  public static Tversky tversky() {
    return new Tversky(0.5, 0.5);
  }

  /**
   * Returns a loss with another reduction, like Keras's argument {@code reduction}. For example,
   * {@code reduced(mse(), Reduction.SUM)} is the sum over the positions of a batch.
   *
   * @param loss the loss; if it has another reduction already, this one replaces it
   * @param reduction the reduction
   */
  public static Loss reduced(Loss loss, Reduction reduction) {
    Loss inner = loss instanceof ReducedLoss before ? before.loss() : loss;
    return reduction == Reduction.SUM_OVER_BATCH_SIZE ? inner : new ReducedLoss(inner, reduction);
  }

  /** Returns the CTC loss of label sequences that are not aligned with the time steps. */
  public static Ctc ctc() {
    return new Ctc();
  }

  /**
   * Returns the pinball loss of quantiles.
   *
   * @param levels the levels of the quantiles of each target, each greater than 0 and less than 1,
   *     in increasing order
   * @throws IllegalArgumentException if there is no level, or if the levels are not as required
   */
  public static Pinball pinball(double... levels) {
    return Pinball.of(levels);
  }

  /** Returns the negative log-likelihood of a mean and the logarithm of a standard deviation. */
  public static GaussianNll gaussianNll() {
    return new GaussianNll();
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

  static void checkFactor(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          name + " must be finite and at least 0, but was " + value + ".");
    }
  }

  /**
   * Returns a target that is a class number.
   *
   * @throws InvalidTargetException if it is not a whole number between 0 and {@code outputs} − 1
   */
  static int classNumber(Loss loss, int outputs, float[] targets, int offset) {
    float target = targets[offset];
    int number = (int) target;
    if (number != target || number < 0 || number >= outputs) {
      throw new InvalidTargetException(
          "A target of "
              + loss.name()
              + " must be a class number between 0 and "
              + (outputs - 1)
              + " because the model has "
              + outputs
              + " outputs, but was "
              + target,
          offset);
    }
    return number;
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
