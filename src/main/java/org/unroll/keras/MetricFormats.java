package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.unroll.metrics.Auc;
import org.unroll.metrics.BinaryAccuracy;
import org.unroll.metrics.CategoricalAccuracy;
import org.unroll.metrics.F1Score;
import org.unroll.metrics.LossMetric;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.Precision;
import org.unroll.metrics.R2Score;
import org.unroll.metrics.Recall;
import org.unroll.metrics.RootMeanSquaredError;
import org.unroll.metrics.SparseCategoricalAccuracy;
import org.unroll.metrics.SparseTopKCategoricalAccuracy;
import org.unroll.metrics.TopKCategoricalAccuracy;

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
              .refuse("from_sorted_ids", "predictions must be scores, not sorted ids."),
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
                  config -> new Precision(config.text("name"), threshold(config)))
              .node("name", metric -> text(metric.name()))
              .number("thresholds", Precision::threshold)
              .refuse("top_k", "a threshold decides which predictions are positive.")
              .refuse("class_id", "the metric is computed over all outputs together."),
          Format.of(
                  MODULE,
                  "Recall",
                  Recall.class,
                  config -> new Recall(config.text("name"), threshold(config)))
              .node("name", metric -> text(metric.name()))
              .number("thresholds", Recall::threshold)
              .refuse("top_k", "a threshold decides which predictions are positive.")
              .refuse("class_id", "the metric is computed over all outputs together."),
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
              .refuse("num_regressors", "there is no adjusted score."),
          Format.of(MODULE, "AUC", Auc.class, MetricFormats::auc)
              .node("name", metric -> text(metric.name()))
              .integer("num_thresholds", Auc::numThresholds)
              .node("curve", metric -> text(metric.curve().name()))
              .node("summation_method", metric -> Format.lowerCase(metric.summation()))
              .refuse("multi_label", "the metric is computed over all outputs together.")
              .refuse("from_logits", "predictions must be probabilities."));

  private MetricFormats() {}

  private static double threshold(Config config) {
    if (!config.has("thresholds")) {
      return 0.5;
    }
    JsonNode thresholds = config.node("thresholds");
    if (thresholds.isArray() && thresholds.size() == 1) {
      return thresholds.get(0).asDouble();
    }
    return config.number("thresholds");
  }

  private static F1Score.Average average(Config config) {
    return config.has("average")
        ? config.choice("average", F1Score.Average.class)
        : F1Score.Average.MACRO;
  }

  private static R2Score.Aggregation aggregation(Config config) {
    return config.has("class_aggregation")
        ? config.choice("class_aggregation", R2Score.Aggregation.class)
        : R2Score.Aggregation.UNIFORM_AVERAGE;
  }

  private static Auc auc(Config config) {
    // Keras writes its default thresholds in addition to their number.
    config.ignore("thresholds", "num_labels", "label_weights");
    return new Auc(
        config.text("name"),
        config.has("curve") ? config.choice("curve", Auc.Curve.class) : Auc.Curve.ROC,
        config.has("summation_method")
            ? config.choice("summation_method", Auc.Summation.class)
            : Auc.Summation.INTERPOLATION,
        config.has("num_thresholds") ? config.integer("num_thresholds") : 200);
  }

  private static JsonNode text(String value) {
    return JsonNodeFactory.instance.textNode(value);
  }

  /** Reads a metric. */
  static Metric read(JsonNode node) {
    if (node.isTextual()) {
      return Metrics.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    if (type.equals("function")) {
      return Metrics.of(node.path("config").asText());
    }
    Config config = new Config("the metric " + type, node.path("config"));
    config.ignore("dtype");
    config.requireLastAxis();
    Format<? extends Metric> format = Format.named(FORMATS, type);
    Metric metric;
    if (format != null) {
      metric = format.read(config);
    } else if (Metrics.of(type) instanceof LossMetric loss) {
      metric = new LossMetric(config.text("name"), loss.loss());
    } else {
      throw new IllegalArgumentException(
          "The metric '" + type + "' is not supported: this library has no such metric.");
    }
    config.finish();
    return metric;
  }

  /** Writes a metric, by its name if it has no arguments. */
  static JsonNode write(Metric metric) {
    Format<? extends Metric> format = Format.of(FORMATS, metric);
    if (format != null) {
      return format.write(metric);
    }
    if (isKnown(metric.name(), metric)) {
      return text(metric.name());
    }
    if (metric instanceof LossMetric mean && isKnown(className(mean), mean)) {
      var config = JsonNodeFactory.instance.objectNode();
      config.put("name", mean.name());
      return Format.wrap(MODULE, className(mean), config);
    }
    throw new IllegalArgumentException(
        "The metric '"
            + metric.name()
            + "' cannot be saved: it must be a metric of Keras. Compile the model without it to save it.");
  }

  /** Returns Keras's class for the mean of a loss. */
  private static String className(LossMetric metric) {
    return switch (metric.loss().name()) {
      case "kl_divergence" -> "KLDivergence";
      case "log_cosh" -> "LogCoshError";
      default -> Config.camelCase(metric.loss().name());
    };
  }

  /** Returns whether Keras's metric of this name equals a metric, except for its name in logs. */
  private static boolean isKnown(String name, Metric metric) {
    try {
      Metric known = Metrics.of(name);
      return known.equals(metric)
          || (known instanceof LossMetric mean
              && metric instanceof LossMetric given
              && mean.loss().equals(given.loss())
              && !name.equals(given.name()));
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }
}
