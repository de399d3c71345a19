package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.metrics.Auc;
import org.unroll.metrics.BinaryAccuracy;
import org.unroll.metrics.CategoricalAccuracy;
import org.unroll.metrics.CosineSimilarity;
import org.unroll.metrics.ErrorRate;
import org.unroll.metrics.F1Score;
import org.unroll.metrics.IntersectionOverUnion;
import org.unroll.metrics.LossMetric;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.Precision;
import org.unroll.metrics.R2Score;
import org.unroll.metrics.Recall;
import org.unroll.metrics.RootMeanSquaredError;
import org.unroll.metrics.SparseCategoricalAccuracy;
import org.unroll.metrics.SparseTopKCategoricalAccuracy;
import org.unroll.metrics.SymmetricMeanAbsolutePercentageError;
import org.unroll.metrics.TopKCategoricalAccuracy;
import org.unroll.metrics.ValueAtThreshold;

/** The formats of metrics: a name, or an object if the metric has arguments. */
final class MetricFormats {
  private static final String MODULE = "keras.metrics";

  private static final List<Format<? extends Metric>> FORMATS =
      List.of(
          Format.of(
                  MODULE,
                  "BinaryAccuracy",
                  BinaryAccuracy.class,
                  config ->
                      new BinaryAccuracy(config.text("name"), config.number("threshold", 0.5)))
              .node("name", metric -> text(metric.name()))
              .number("threshold", BinaryAccuracy::threshold),
          Format.of(
                  MODULE,
                  "CategoricalAccuracy",
                  CategoricalAccuracy.class,
                  config -> new CategoricalAccuracy(config.text("name")))
              .node("name", metric -> text(metric.name())),
          Format.of(
                  MODULE,
                  "SparseCategoricalAccuracy",
                  SparseCategoricalAccuracy.class,
                  config -> new SparseCategoricalAccuracy(config.text("name")))
              .node("name", metric -> text(metric.name())),
          Format.of(
                  MODULE,
                  "TopKCategoricalAccuracy",
                  TopKCategoricalAccuracy.class,
                  config ->
                      new TopKCategoricalAccuracy(
                          config.text("name"), config.has("k") ? config.integer("k") : 5))
              .node("name", metric -> text(metric.name()))
              .integer("k", TopKCategoricalAccuracy::k),
          Format.of(
                  MODULE,
                  "SparseTopKCategoricalAccuracy",
                  SparseTopKCategoricalAccuracy.class,
                  config ->
                      new SparseTopKCategoricalAccuracy(
                          config.text("name"), config.has("k") ? config.integer("k") : 5))
              .node("name", metric -> text(metric.name()))
              .integer("k", SparseTopKCategoricalAccuracy::k)
              .refuseFlag("from_sorted_ids", "predictions must be scores, not sorted ids."),
          Format.of(
                  MODULE,
                  "RootMeanSquaredError",
                  RootMeanSquaredError.class,
                  config -> new RootMeanSquaredError(config.text("name")))
              .node("name", metric -> text(metric.name())),
          Format.of(
                  MODULE,
                  "Precision",
                  Precision.class,
                  config ->
                      new Precision(
                          config.text("name"),
                          threshold(config),
                          whole(config, "top_k"),
                          whole(config, "class_id")))
              .node("name", metric -> text(metric.name()))
              .node("thresholds", metric -> threshold(metric.threshold()))
              .node("top_k", metric -> whole(metric.topK()))
              .node("class_id", metric -> whole(metric.classId())),
          Format.of(
                  MODULE,
                  "Recall",
                  Recall.class,
                  config ->
                      new Recall(
                          config.text("name"),
                          threshold(config),
                          whole(config, "top_k"),
                          whole(config, "class_id")))
              .node("name", metric -> text(metric.name()))
              .node("thresholds", metric -> threshold(metric.threshold()))
              .node("top_k", metric -> whole(metric.topK()))
              .node("class_id", metric -> whole(metric.classId())),
          Format.of(
                  MODULE,
                  "F1Score",
                  F1Score.class,
                  config -> new F1Score(config.text("name"), average(config), null, 0))
              .node("name", metric -> text(metric.name()))
              .node("average", metric -> Format.lowerCase(metric.average()))
              .optionalNumber("threshold", F1Score::threshold, F1Score::threshold),
          Format.of(
                  MODULE,
                  "R2Score",
                  R2Score.class,
                  config -> new R2Score(config.text("name"), aggregation(config), 0))
              .node("name", metric -> text(metric.name()))
              .node("class_aggregation", metric -> Format.lowerCase(metric.aggregation()))
              .refuse("num_regressors", IntNode.valueOf(0), "there is no adjusted score."),
          Format.of(
                  MODULE,
                  "CosineSimilarity",
                  CosineSimilarity.class,
                  config -> new CosineSimilarity(config.text("name")))
              .node("name", metric -> text(metric.name())),
          Format.of(MODULE, "AUC", Auc.class, MetricFormats::auc)
              .node("name", metric -> text(metric.name()))
              .integer("num_thresholds", Auc::numThresholds)
              .node("curve", metric -> text(metric.curve().name()))
              .node("summation_method", metric -> Format.lowerCase(metric.summation()))
              .node("thresholds", metric -> Format.numbers(metric.thresholds()))
              .flag("multi_label", Auc::multiLabel, Auc::multiLabel)
              .node("label_weights", metric -> Format.numbers(metric.labelWeights()))
              .flag("from_logits", Auc::fromLogits, Auc::fromLogits),
          valueAtThreshold(
              "SensitivityAtSpecificity",
              "specificity",
              ValueAtThreshold.Rate.SENSITIVITY_AT_SPECIFICITY),
          valueAtThreshold(
              "SpecificityAtSensitivity",
              "sensitivity",
              ValueAtThreshold.Rate.SPECIFICITY_AT_SENSITIVITY),
          valueAtThreshold(
              "PrecisionAtRecall", "recall", ValueAtThreshold.Rate.PRECISION_AT_RECALL),
          valueAtThreshold(
              "RecallAtPrecision", "precision", ValueAtThreshold.Rate.RECALL_AT_PRECISION),
          Format.of(MODULE, "BinaryIoU", IntersectionOverUnion.class, MetricFormats::binaryIoU)
              .when(IntersectionOverUnion.class, metric -> metric.threshold() != null)
              .node("name", metric -> text(metric.name()))
              .node("target_class_ids", metric -> classes(metric))
              .number("threshold", IntersectionOverUnion::threshold),
          // Every other metric of this family is an IoU with some of its options fixed.
          Format.of(MODULE, "IoU", IntersectionOverUnion.class, config -> iou(config, true))
              .node("name", metric -> text(metric.name()))
              .integer("num_classes", IntersectionOverUnion::numClasses)
              .node("target_class_ids", metric -> classes(metric))
              .node("ignore_class", metric -> whole(metric.ignoreClass()))
              .node("sparse_y_true", metric -> BooleanNode.valueOf(metric.sparseTargets()))
              .node("sparse_y_pred", metric -> BooleanNode.valueOf(metric.sparsePredictions())),
          Format.of(MODULE, "MeanIoU", IntersectionOverUnion.class, config -> iou(config, true)),
          Format.of(MODULE, "OneHotIoU", IntersectionOverUnion.class, config -> iou(config, false)),
          Format.of(
              MODULE, "OneHotMeanIoU", IntersectionOverUnion.class, config -> iou(config, false)),
          Format.own(
                  "ErrorRate",
                  ErrorRate.class,
                  config -> new ErrorRate(config.text("name"), config.number("threshold")))
              .number("threshold", ErrorRate::threshold),
          Format.own(
              "SymmetricMeanAbsolutePercentageError",
              SymmetricMeanAbsolutePercentageError.class,
              config -> new SymmetricMeanAbsolutePercentageError(config.text("name"))));

  private static Format<ValueAtThreshold> valueAtThreshold(
      String className, String least, ValueAtThreshold.Rate rate) {
    return Format.of(
            MODULE,
            className,
            ValueAtThreshold.class,
            config ->
                new ValueAtThreshold(
                    config.text("name"),
                    rate,
                    config.number(least),
                    config.has("num_thresholds") ? config.integer("num_thresholds") : 200,
                    whole(config, "class_id")))
        .when(ValueAtThreshold.class, metric -> metric.rate() == rate)
        .node("name", metric -> text(metric.name()))
        .number(least, ValueAtThreshold::least)
        .integer("num_thresholds", ValueAtThreshold::numThresholds)
        .node("class_id", metric -> whole(metric.classId()));
  }

  private static IntersectionOverUnion binaryIoU(Config config) {
    return new IntersectionOverUnion(
        config.text("name"), 2, classes(config), null, true, true, config.number("threshold", 0.5));
  }

  private static IntersectionOverUnion iou(Config config, boolean sparse) {
    return new IntersectionOverUnion(
        config.text("name"),
        config.integer("num_classes"),
        classes(config),
        whole(config, "ignore_class"),
        config.flag("sparse_y_true", sparse),
        config.flag("sparse_y_pred", sparse),
        null);
  }

  private static List<Integer> classes(Config config) {
    List<Double> ids = numbers(config, "target_class_ids");
    return ids == null ? null : ids.stream().map(Double::intValue).toList();
  }

  private static JsonNode classes(IntersectionOverUnion metric) {
    return Format.numbers(
        metric.targetClassIds() == null
            ? IntStream.range(0, metric.numClasses()).boxed().toList()
            : metric.targetClassIds());
  }

  private MetricFormats() {}

  private static double threshold(Config config) {
    if (!config.has("thresholds")) {
      return config.has("top_k") ? Double.NEGATIVE_INFINITY : 0.5;
    }
    JsonNode thresholds = config.node("thresholds");
    if (thresholds.isArray() && thresholds.size() == 1 && thresholds.get(0).isNumber()) {
      return thresholds.get(0).asDouble();
    }
    if (thresholds.isArray()) {
      throw config.wrong("thresholds", "one number, because a metric has one value", thresholds);
    }
    return config.number("thresholds");
  }

  private static JsonNode threshold(double threshold) {
    return threshold == Double.NEGATIVE_INFINITY
        ? NullNode.instance
        : JsonNodeFactory.instance.numberNode(threshold);
  }

  private static Integer whole(Config config, String name) {
    return config.has(name) ? config.integer(name) : null;
  }

  private static JsonNode whole(Integer value) {
    return value == null ? NullNode.instance : JsonNodeFactory.instance.numberNode(value);
  }

  private static List<Double> numbers(Config config, String name) {
    if (!config.has(name)) {
      return null;
    }
    List<Double> numbers = new ArrayList<>();
    JsonNode array = config.node(name);
    // Keras writes a tensor as an object.
    for (JsonNode number : array.isObject() ? array.path("config").path("value") : array) {
      if (!number.isNumber()) {
        throw config.wrong(name, "a list of numbers", array);
      }
      numbers.add(number.doubleValue());
    }
    return numbers;
  }

  private static F1Score.Average average(Config config) {
    if (config.isNull("average")) {
      throw config.wrong(
          "average", "micro, macro or weighted, because a metric has one value", NullNode.instance);
    }
    return config.has("average")
        ? config.choice("average", F1Score.Average.class)
        : F1Score.Average.MACRO;
  }

  private static R2Score.Aggregation aggregation(Config config) {
    if (config.isNull("class_aggregation")) {
      throw config.wrong(
          "class_aggregation",
          "uniform_average or variance_weighted_average, because a metric has one value",
          NullNode.instance);
    }
    return config.has("class_aggregation")
        ? config.choice("class_aggregation", R2Score.Aggregation.class)
        : R2Score.Aggregation.UNIFORM_AVERAGE;
  }

  private static Auc auc(Config config) {
    config.ignore("num_labels"); // the number of outputs of the model
    List<Double> thresholds = numbers(config, "thresholds");
    int count = config.has("num_thresholds") ? config.integer("num_thresholds") : 200;
    return new Auc(
        config.text("name"),
        config.has("curve") ? config.choice("curve", Auc.Curve.class) : Auc.Curve.ROC,
        config.has("summation_method")
            ? config.choice("summation_method", Auc.Summation.class)
            : Auc.Summation.INTERPOLATION,
        thresholds == null ? count : thresholds.size() + 2,
        thresholds,
        false,
        numbers(config, "label_weights"),
        false,
        0);
  }

  private static JsonNode text(String value) {
    return JsonNodeFactory.instance.textNode(value);
  }

  /** Reads a metric. */
  static Metric read(JsonNode node) {
    boolean isRegistered = Format.registeredName(node) != null;
    if (node.isTextual() && !isRegistered) {
      return Metrics.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    if (type.equals("function") && !isRegistered) {
      return Metrics.of(node.path("config").asText());
    }
    Config config = new Config("the metric " + type, node.path("config"));
    boolean isMatrix = type.endsWith("IoU");
    config.requireDtype(
        isMatrix ? "int" : "float32", "the default is " + (isMatrix ? "int64." : "float32."));
    config.requireLastAxis();
    Format<? extends Metric> format = Format.named(FORMATS, Metric.class, node);
    if (isRegistered) {
      config.ignore("name"); // of the object
    }
    Metric metric;
    if (format != null) {
      metric = format.read(config);
    } else if (Metrics.of(type) instanceof LossMetric mean) {
      metric = new LossMetric(config.text("name"), LossFormats.read(mean.loss(), config));
    } else {
      throw new IllegalArgumentException(
          "The metric '" + type + "' is not supported: this library has no such metric.");
    }
    config.finish();
    return metric;
  }

  /** Writes a metric, by its name if it has no arguments. */
  static JsonNode write(Metric metric) {
    Format<?> format = Format.of(FORMATS, metric);
    if (format != null) {
      ObjectNode node = format.write(metric);
      if (format.registeredName() != null) {
        ((ObjectNode) node.get("config")).put("name", metric.name());
      }
      return node;
    }
    if (isKnown(metric.name(), metric)) {
      return text(metric.name());
    }
    if (metric instanceof LossMetric mean && isKnown(className(mean), mean)) {
      ObjectNode config = LossFormats.arguments(mean.loss());
      config.put("name", mean.name());
      return Format.wrap(MODULE, className(mean), config);
    }
    throw new IllegalArgumentException(
        "The metric '"
            + metric.name()
            + "' cannot be saved: it must be a metric of Keras, or registered. "
            + CustomObjects.howToRegister(metric));
  }

  /** Returns Keras's class for the mean of a loss. */
  private static String className(LossMetric metric) {
    return metric.loss().name().equals("log_cosh")
        ? "LogCoshError"
        : LossFormats.className(metric.loss());
  }

  /**
   * Returns whether Keras's metric of this name equals a metric, except for its name in logs and
   * the arguments of its loss.
   */
  private static boolean isKnown(String name, Metric metric) {
    try {
      Metric known = Metrics.of(name);
      return known.equals(metric)
          || (known instanceof LossMetric mean
              && metric instanceof LossMetric given
              && mean.loss().getClass() == given.loss().getClass()
              && !name.equals(given.name()));
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }
}
