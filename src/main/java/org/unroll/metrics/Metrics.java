package org.unroll.metrics;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unroll.internal.UniqueNames;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;

/**
 * The metrics that Keras has and this library knows, to be imported statically; and {@link
 * #errorRate}, which Keras does not have.
 *
 * <p>A metric made by {@link #of} has the name given, as in Keras: {@code of("mae")} is {@code mae}
 * in the logs. The others have Keras's own: {@code meanAbsoluteError()} is {@code
 * mean_absolute_error}. There is no {@code mae()} here, for that is the loss.
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
    registerLoss(Losses.poisson(), "poisson", "Poisson");
    registerLoss(Losses.klDivergence(), "kl_divergence", "KLDivergence");
    registerLoss(
        Losses.binaryCrossentropy(), "binary_crossentropy", "BinaryCrossentropy", "bce", "BCE");
    registerLoss(
        Losses.categoricalCrossentropy(), "categorical_crossentropy", "CategoricalCrossentropy");
    registerLoss(
        Losses.sparseCategoricalCrossentropy(),
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy");
    register(
        name -> new Precision(name, ThresholdMetric.DEFAULT_THRESHOLD), "precision", "Precision");
    register(name -> new Recall(name, ThresholdMetric.DEFAULT_THRESHOLD), "recall", "Recall");
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
   * The metric with this Keras name, with its defaults; the name becomes its name in the logs.
   *
   * @param name Keras's name ({@code mean_absolute_error}), class name ({@code MeanAbsoluteError})
   *     or alias ({@code mae}, {@code acc}); and {@code rmse}, for which Keras has no alias
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public static Metric of(String name) {
    Function<String, Metric> metric = BY_NAME.get(name);
    if (metric == null) {
      throw new IllegalArgumentException(
          "Unknown metric '" + name + "'. Known: " + String.join(", ", BY_NAME.keySet()));
    }
    return metric.apply(name);
  }

  /** A metric in which samples count by their weights; Keras's {@code weighted_metrics}. */
  public static WeightedMetric weighted(Metric metric) {
    return new WeightedMetric(metric);
  }

  /**
   * Accuracy: binary, categorical or sparse categorical, as the model's outputs and targets are.
   */
  public static Metric accuracy() {
    return of("accuracy");
  }

  /** Accuracy of yes-or-no predictions at the threshold 0.5. */
  public static BinaryAccuracy binaryAccuracy() {
    return binaryAccuracy(BinaryAccuracy.DEFAULT_THRESHOLD);
  }

  /** Accuracy of yes-or-no predictions. */
  public static BinaryAccuracy binaryAccuracy(double threshold) {
    return new BinaryAccuracy("binary_accuracy", threshold);
  }

  /** Accuracy of the most probable class, targets one-hot. */
  public static CategoricalAccuracy categoricalAccuracy() {
    return new CategoricalAccuracy("categorical_accuracy");
  }

  /** Accuracy of the most probable class, targets class numbers. */
  public static SparseCategoricalAccuracy sparseCategoricalAccuracy() {
    return new SparseCategoricalAccuracy("sparse_categorical_accuracy");
  }

  /** Whether the right class is among the k most probable ones, targets one-hot. */
  public static TopKCategoricalAccuracy topKCategoricalAccuracy(int k) {
    return new TopKCategoricalAccuracy("top_k_categorical_accuracy", k);
  }

  /** Whether the right class is among the k most probable ones, targets class numbers. */
  public static SparseTopKCategoricalAccuracy sparseTopKCategoricalAccuracy(int k) {
    return new SparseTopKCategoricalAccuracy("sparse_top_k_categorical_accuracy", k);
  }

  /** Mean absolute error. */
  public static Metric meanAbsoluteError() {
    return of("mean_absolute_error");
  }

  /** Mean squared error. */
  public static Metric meanSquaredError() {
    return of("mean_squared_error");
  }

  /** Root of the mean squared error. */
  public static Metric rootMeanSquaredError() {
    return of("root_mean_squared_error");
  }

  /** Mean absolute percentage error. */
  public static Metric meanAbsolutePercentageError() {
    return of("mean_absolute_percentage_error");
  }

  /** The share of predicted yeses that are right, at the threshold 0.5. */
  public static Precision precision() {
    return precision(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /** The share of predicted yeses that are right. */
  public static Precision precision(double threshold) {
    return new Precision("precision", threshold);
  }

  /** The share of actual yeses that were found, at the threshold 0.5. */
  public static Recall recall() {
    return recall(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /** The share of actual yeses that were found. */
  public static Recall recall(double threshold) {
    return new Recall("recall", threshold);
  }

  /** The F1 score, the mean over classes; with one output it needs {@code .threshold(0.5)}. */
  public static F1Score f1Score() {
    return f1Score("f1_score");
  }

  private static F1Score f1Score(String name) {
    return new F1Score(name, F1Score.Average.MACRO, null, 0);
  }

  /**
   * The error rate of sound event detection, at the threshold 0.5. Keras has none; a model that is
   * compiled with it cannot be saved.
   */
  public static ErrorRate errorRate() {
    return errorRate(ThresholdMetric.DEFAULT_THRESHOLD);
  }

  /** The error rate of sound event detection. */
  public static ErrorRate errorRate(double threshold) {
    return new ErrorRate("error_rate", threshold);
  }

  /** The coefficient of determination R², the mean over outputs. */
  public static R2Score r2Score() {
    return r2Score("r2_score");
  }

  private static R2Score r2Score(String name) {
    return new R2Score(name, R2Score.Aggregation.UNIFORM_AVERAGE, 0);
  }

  /** The area under the ROC curve; {@code .curve(PR)} for the precision–recall curve. */
  public static Auc auc() {
    return auc("auc");
  }

  private static Auc auc(String name) {
    return new Auc(name, Auc.Curve.ROC, Auc.Summation.INTERPOLATION, 200);
  }

  /**
   * The metrics of a model by their names in the logs, named and ordered as Keras does: those in
   * which samples count by their weights come behind the others. A name that is taken gets a number
   * ({@code mae}, {@code mae_1}, {@code mae_2}); that of a weighted metric first gets {@code
   * weighted_} before it ({@code weighted_mae}, {@code weighted_mae_1}).
   *
   * @throws IllegalArgumentException if a metric is called {@code loss}, or by a name that was made
   *     so for another; Keras would report only one of the two values
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
            "Two values of the logs would be called '"
                + unique
                + "': a name that is taken gets a number, and the loss is called loss. Received"
                + " metrics with the names "
                + ordered.stream().map(Metric::name).toList()
                + ". Give one of them another name.");
      }
    }
    return named;
  }

  static void checkTargetWidth(String metric, int needed, int outputs, int targetWidth) {
    if (needed != targetWidth) {
      throw new IllegalArgumentException(
          "The metric '"
              + metric
              + "' needs "
              + needed
              + " target values at a position where the model has "
              + outputs
              + " outputs; the loss has "
              + targetWidth
              + (targetWidth == 1
                  ? ". Class numbers as targets go with the sparse metrics."
                  : ". One-hot targets go with the metrics that are not sparse."));
    }
  }

  static void checkK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("The k of a top-k accuracy is at least 1. Received: " + k);
    }
  }

  static double sumOfWeights(int positions, float[] weights) {
    if (weights == null) {
      return positions;
    }
    double sum = 0;
    for (int i = 0; i < positions; i++) {
      sum += weights[i];
    }
    return sum;
  }
}
