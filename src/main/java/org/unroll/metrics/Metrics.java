package org.unroll.metrics;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.unroll.internal.Suggestion;
import org.unroll.internal.UniqueNames;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;

/**
 * Factory methods for metrics with Keras's names and defaults, and for {@link #errorRate}, which
 * Keras does not have. Import them statically.
 *
 * <p>As in Keras, a metric created by {@link #of} has the given name in the logs: {@code of("mae")}
 * is logged as {@code mae}, and {@code meanAbsoluteError()} as {@code mean_absolute_error}. There
 * is no {@code mae()} here because that is the name of the loss.
 */
public final class Metrics {
  private static final Map<String, Function<String, Metric>> BY_NAME = new LinkedHashMap<>();

  static {
    register(Accuracy::new, "accuracy", "acc");
    register(
        name -> new BinaryAccuracy(name, BinaryAccuracy.DEFAULT_THRESHOLD),
        "binary_accuracy",
        "BinaryAccuracy");
    register(CategoricalAccuracy::new, "categorical_accuracy", "CategoricalAccuracy");
    register(
        SparseCategoricalAccuracy::new, "sparse_categorical_accuracy", "SparseCategoricalAccuracy");
    register(
        name -> new TopKCategoricalAccuracy(name, 5),
        "top_k_categorical_accuracy",
        "TopKCategoricalAccuracy");
    register(
        name -> new SparseTopKCategoricalAccuracy(name, 5),
        "sparse_top_k_categorical_accuracy",
        "SparseTopKCategoricalAccuracy");
    registerLoss(Losses.mae(), "mae", "MAE", "mean_absolute_error", "MeanAbsoluteError");
    registerLoss(Losses.mse(), "mse", "MSE", "mean_squared_error", "MeanSquaredError");
    register(RootMeanSquaredError::new, "rmse", "root_mean_squared_error", "RootMeanSquaredError");
    registerLoss(
        Losses.mape(),
        "mape",
        "MAPE",
        "mean_absolute_percentage_error",
        "MeanAbsolutePercentageError");
    registerLoss(
        Losses.msle(),
        "msle",
        "MSLE",
        "mean_squared_logarithmic_error",
        "MeanSquaredLogarithmicError");
    registerLoss(Losses.logCosh(), "log_cosh_error", "LogCoshError");
    registerLoss(Losses.hinge(), "hinge", "Hinge");
    registerLoss(Losses.squaredHinge(), "squared_hinge", "SquaredHinge");
    registerLoss(Losses.categoricalHinge(), "categorical_hinge", "CategoricalHinge");
    registerLoss(Losses.huber(), "huber");
    register(CosineSimilarity::new, "cosine_similarity", "CosineSimilarity");
    register(SymmetricMeanAbsolutePercentageError::new, "smape");
    registerLoss(Losses.poisson(), "poisson", "Poisson");
    registerLoss(Losses.klDivergence(), "kl_divergence", "KLDivergence");
    registerLoss(
        Losses.binaryCrossentropy(), "binary_crossentropy", "BinaryCrossentropy", "bce", "BCE");
    registerLoss(
        Losses.categoricalCrossentropy(), "categorical_crossentropy", "CategoricalCrossentropy");
    registerLoss(Losses.binaryFocalCrossentropy(), "binary_focal_crossentropy");
    registerLoss(Losses.categoricalFocalCrossentropy(), "categorical_focal_crossentropy");
    registerLoss(
        Losses.sparseCategoricalCrossentropy(),
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy");
    register(
        name -> new Precision(name, ThresholdMetric.DEFAULT_THRESHOLD, null, null),
        "precision",
        "Precision");
    register(
        name -> new Recall(name, ThresholdMetric.DEFAULT_THRESHOLD, null, null),
        "recall",
        "Recall");
    register(Metrics::f1Score, "f1_score", "F1Score");
    register(Metrics::r2Score, "r2_score", "R2Score");
    register(Metrics::auc, "auc", "AUC");
  }

  private Metrics() {}

  private static void register(Function<String, Metric> metric, String... names) {
    for (String name : names) {
      BY_NAME.put(name, metric);
    }
  }

  private static void registerLoss(Loss loss, String... names) {
    register(name -> new LossMetric(name, loss), names);
  }

  /**
   * Returns the metric with a Keras name, with its defaults. The given name is also its name in the
   * logs.
   *
   * @param name Keras's name ({@code mean_absolute_error}), class name ({@code MeanAbsoluteError})
   *     or alias ({@code mae}, {@code acc}), or {@code rmse}, for which Keras has no alias
   * @throws IllegalArgumentException if there is no such metric; the message lists the known names
   */
  public static Metric of(String name) {
    Function<String, Metric> metric = BY_NAME.get(name);
    if (metric == null) {
      throw new IllegalArgumentException(
          "Unknown metric '"
              + name
              + "'."
              + Suggestion.of(name, BY_NAME.keySet())
              + " Known: "
              + String.join(", ", BY_NAME.keySet()));
    }
    return metric.apply(name);
  }

  /** Returns a metric that uses the sample weights, like Keras's {@code weighted_metrics}. */
  public static Metric weighted(Metric metric) {
    return new WeightedMetric(metric);
  }

  /**
   * Returns the accuracy: binary, categorical or sparse categorical, depending on the outputs and
   * the targets of the model.
   */
  public static Metric accuracy() {
    return of("accuracy");
  }

  /** Returns the accuracy of binary predictions at the threshold 0.5. */
  public static BinaryAccuracy binaryAccuracy() {
    return binaryAccuracy(BinaryAccuracy.DEFAULT_THRESHOLD);
  }

  /**
   * Returns the accuracy of binary predictions.
   *
   * @param threshold predictions above it count as 1
   */
  public static BinaryAccuracy binaryAccuracy(double threshold) {
    return new BinaryAccuracy("binary_accuracy", threshold);
  }

  /** Returns the accuracy of the most probable class for one-hot targets. */
  public static CategoricalAccuracy categoricalAccuracy() {
    return new CategoricalAccuracy("categorical_accuracy");
  }

  /** Returns the accuracy of the most probable class for targets that are class numbers. */
  public static SparseCategoricalAccuracy sparseCategoricalAccuracy() {
    return new SparseCategoricalAccuracy("sparse_categorical_accuracy");
  }

  /**
   * Returns the fraction of positions where the right class is among the k most probable ones, for
   * one-hot targets.
   *
   * @param k at least 1
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public static TopKCategoricalAccuracy topKCategoricalAccuracy(int k) {
    return new TopKCategoricalAccuracy("top_k_categorical_accuracy", k);
  }

  /**
   * Returns the fraction of positions where the right class is among the k most probable ones, for
   * targets that are class numbers.
   *
   * @param k at least 1
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public static SparseTopKCategoricalAccuracy sparseTopKCategoricalAccuracy(int k) {
    return new SparseTopKCategoricalAccuracy("sparse_top_k_categorical_accuracy", k);
  }

  /** Returns the mean absolute error. */
  public static Metric meanAbsoluteError() {
    return of("mean_absolute_error");
  }

  /** Returns the mean squared error. */
  public static Metric meanSquaredError() {
    return of("mean_squared_error");
  }

  /** Returns the root of the mean squared error. */
  public static Metric rootMeanSquaredError() {
    return of("root_mean_squared_error");
  }

  /** Returns the mean absolute percentage error. */
  public static Metric meanAbsolutePercentageError() {
    return of("mean_absolute_percentage_error");
  }

  /** Returns the mean cosine of the angle between predictions and targets. */
  public static CosineSimilarity cosineSimilarity() {
    return new CosineSimilarity("cosine_similarity");
  }

  /**
   * Returns the symmetric mean absolute percentage error. Keras has no such metric, so it is saved
   * as a custom object.
   */
  public static SymmetricMeanAbsolutePercentageError smape() {
    return new SymmetricMeanAbsolutePercentageError("smape");
  }

  /**
   * Returns the largest sensitivity where the specificity is at least a value.
   *
   * @param specificity between 0 and 1
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public static ValueAtThreshold sensitivityAtSpecificity(double specificity) {
    return at(ValueAtThreshold.Rate.SENSITIVITY_AT_SPECIFICITY, specificity);
  }

  /**
   * Returns the largest specificity where the sensitivity is at least a value.
   *
   * @param sensitivity between 0 and 1
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public static ValueAtThreshold specificityAtSensitivity(double sensitivity) {
    return at(ValueAtThreshold.Rate.SPECIFICITY_AT_SENSITIVITY, sensitivity);
  }

  /**
   * Returns the largest precision where the recall is at least a value.
   *
   * @param recall between 0 and 1
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public static ValueAtThreshold precisionAtRecall(double recall) {
    return at(ValueAtThreshold.Rate.PRECISION_AT_RECALL, recall);
  }

  /**
   * Returns the largest recall where the precision is at least a value.
   *
   * @param precision between 0 and 1
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public static ValueAtThreshold recallAtPrecision(double precision) {
    return at(ValueAtThreshold.Rate.RECALL_AT_PRECISION, precision);
  }

  private static ValueAtThreshold at(ValueAtThreshold.Rate rate, double least) {
    return new ValueAtThreshold(rate.name().toLowerCase(Locale.ROOT), rate, least, 200, null);
  }

  /**
   * Returns the mean intersection over union of all classes, for targets that are class numbers and
   * one output for each class. It is Keras's {@code MeanIoU} with {@code sparse_y_pred=False}; call
   * {@link IntersectionOverUnion#targetClassIds} for Keras's {@code IoU}.
   *
   * @param numClasses the number of classes, at least 1
   * @throws IllegalArgumentException if there is no class
   */
  public static IntersectionOverUnion meanIoU(int numClasses) {
    return new IntersectionOverUnion("mean_io_u", numClasses, null, null, true, false, null);
  }

  /**
   * Returns the mean intersection over union of all classes, for one-hot targets. It is Keras's
   * {@code OneHotMeanIoU}; call {@link IntersectionOverUnion#targetClassIds} for Keras's {@code
   * OneHotIoU}.
   *
   * @param numClasses the number of classes, at least 1
   * @throws IllegalArgumentException if there is no class
   */
  public static IntersectionOverUnion oneHotMeanIoU(int numClasses) {
    return new IntersectionOverUnion(
        "one_hot_mean_io_u", numClasses, null, null, false, false, null);
  }

  /** Returns the mean intersection over union of binary predictions at the threshold 0.5. */
  public static IntersectionOverUnion binaryIoU() {
    return binaryIoU(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /**
   * Returns the mean intersection over union of binary predictions.
   *
   * @param threshold predictions that reach it are class 1, others class 0
   */
  public static IntersectionOverUnion binaryIoU(double threshold) {
    return new IntersectionOverUnion("binary_io_u", 2, null, null, true, true, threshold);
  }

  /** Returns the precision at the threshold 0.5. */
  public static Precision precision() {
    return precision(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /**
   * Returns the precision.
   *
   * @param threshold predictions above it count as positive; between 0 and 1
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public static Precision precision(double threshold) {
    return new Precision("precision", threshold, null, null);
  }

  /** Returns the recall at the threshold 0.5. */
  public static Recall recall() {
    return recall(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /**
   * Returns the recall.
   *
   * @param threshold predictions above it count as positive; between 0 and 1
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public static Recall recall(double threshold) {
    return new Recall("recall", threshold, null, null);
  }

  /** Returns the mean F1 score of the classes. With one output it needs {@code .threshold(0.5)}. */
  public static F1Score f1Score() {
    return f1Score("f1_score");
  }

  private static F1Score f1Score(String name) {
    return new F1Score(name, F1Score.Average.MACRO, null, 0);
  }

  /**
   * Returns the error rate of sound event detection at the threshold 0.5. Keras has no such metric,
   * so it is saved as a custom object.
   */
  public static ErrorRate errorRate() {
    return errorRate(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /**
   * Returns the error rate of sound event detection.
   *
   * @param threshold predictions above it count as active; between 0 and 1
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public static ErrorRate errorRate(double threshold) {
    return new ErrorRate("error_rate", threshold);
  }

  /** Returns the mean coefficient of determination R² of the outputs. */
  public static R2Score r2Score() {
    return r2Score("r2_score");
  }

  private static R2Score r2Score(String name) {
    return new R2Score(name, R2Score.Aggregation.UNIFORM_AVERAGE, 0);
  }

  /**
   * Returns the area under the ROC curve. For the precision–recall curve call {@code
   * auc().curve(Auc.Curve.PR)}.
   */
  public static Auc auc() {
    return auc("auc");
  }

  private static Auc auc(String name) {
    return new Auc(
        name, Auc.Curve.ROC, Auc.Summation.INTERPOLATION, 200, null, false, null, false, 0);
  }

  /**
   * Returns the metrics of a model by their names in the logs. Names and order are those of Keras:
   * weighted metrics come after the others; a name that is already used gets a number ({@code mae},
   * {@code mae_1}, {@code mae_2}); and a weighted metric whose name is already used gets the prefix
   * {@code weighted_} before that ({@code weighted_mae}, {@code weighted_mae_1}).
   *
   * @throws IllegalArgumentException if a metric is named {@code loss}, or if a numbered name is
   *     the name of another metric; Keras would report only one of the two values
   * @hidden
   */
  public static Map<String, Metric> byName(List<Metric> metrics) {
    Map<String, Metric> named = new LinkedHashMap<>();
    var names = new UniqueNames();
    List<Metric> ordered =
        metrics.stream().sorted(Comparator.comparing(WeightedMetric.class::isInstance)).toList();
    for (Metric metric : ordered) {
      boolean isWeighted = metric instanceof WeightedMetric;
      String name =
          isWeighted && names.isUsed(metric.name()) ? "weighted_" + metric.name() : metric.name();
      String unique = names.next(name);
      if (unique.equals("loss") || named.putIfAbsent(unique, metric) != null) {
        throw new IllegalArgumentException(
            "The names of logged values must be unique, but two would be named '"
                + unique
                + "'. The metrics are named "
                + ordered.stream().map(Metric::name).toList()
                + ". A repeated name gets a number, and the name of the loss is 'loss'. Rename one"
                + " of the metrics.");
      }
    }
    return named;
  }

  /** Returns the exception for a metric that is used before its {@link Metric#resolve}. */
  static IllegalStateException unresolved(String metric) {
    return new IllegalStateException(
        "The metric '"
            + metric
            + "' must be resolved for a model before it is computed. Call resolve first.");
  }

  static void checkTargetWidth(String metric, int needed, int outputs, int targetWidth) {
    if (needed != targetWidth) {
      throw new IllegalArgumentException(
          "The metric '"
              + metric
              + "' needs "
              + needed
              + (needed == 1 ? " target value" : " target values")
              + " per position for a model with "
              + outputs
              + (outputs == 1 ? " output" : " outputs")
              + ", but the loss has "
              + targetWidth
              + (targetWidth == 1
                  ? ". Use a sparse metric for targets that are class numbers."
                  : ". Use a metric that is not sparse for one-hot targets."));
    }
  }

  static void checkClassId(String metric, Integer classId, int outputs) {
    if (classId != null && (classId < 0 || classId >= outputs)) {
      throw new IllegalArgumentException(
          "classId of the metric '"
              + metric
              + "' must be the index of an output"
              + (outputs == Integer.MAX_VALUE ? "" : ", at most " + (outputs - 1))
              + ", but was "
              + classId
              + ".");
    }
  }

  static void checkK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException(
          "k of a top-k accuracy must be at least 1, but was " + k + ".");
    }
  }
}
