package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.unroll.Sequential;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.WeightedMetric;
import org.unroll.optimizers.Optimizer;

/**
 * The arguments of {@code compile}.
 *
 * @param optimizer the optimizer, without the state that a file may contain
 * @param loss the loss
 * @param metrics the metrics
 */
record CompileConfig(Optimizer optimizer, Loss loss, List<Metric> metrics) {
  /** Reads Keras 3's {@code compile_config}; returns null if the model was not compiled. */
  static CompileConfig read(JsonNode node) {
    return read(node, "optimizer");
  }

  /** Reads the {@code training_config} of an {@code .h5} file written by Keras 3. */
  static CompileConfig readH5(JsonNode node) {
    return read(node, "optimizer_config");
  }

  private static CompileConfig read(JsonNode node, String optimizerName) {
    if (node == null || !node.hasNonNull(optimizerName) || !node.hasNonNull("loss")) {
      return null;
    }
    var config = new Config("compile", node);
    config.ignore(
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
        "auto_scale_loss",
        "sample_weight_mode");
    if (config.has("loss_weights")) {
      JsonNode weight = single(config, "loss_weights");
      if (!weight.isNumber() || weight.doubleValue() != 1) {
        throw config.wrong("loss_weights", "1, because a model has one loss", weight);
      }
    }
    List<Metric> metrics = new ArrayList<>();
    for (JsonNode metric : list(config, "metrics")) {
      metrics.add(MetricFormats.read(metric));
    }
    for (JsonNode metric : list(config, "weighted_metrics")) {
      metrics.add(Metrics.weighted(MetricFormats.read(metric)));
    }
    Optimizer optimizer = OptimizerFormats.read(config.node(optimizerName));
    Loss loss = LossFormats.read(single(config, "loss"));
    config.finish();
    return new CompileConfig(optimizer, loss, metrics);
  }

  /**
   * Returns the only value of an argument, which Keras writes as a value, a list, or an object with
   * the name of the output.
   */
  private static JsonNode single(Config config, String name) {
    JsonNode node = config.node(name);
    boolean isOutputs = node.isArray() || (node.isObject() && !node.has("class_name"));
    if (isOutputs && node.size() != 1) {
      throw config.wrong(name, "one value, because a model has one output", node);
    }
    return isOutputs ? node.iterator().next() : node;
  }

  /** Returns the values of a list, which may be inside a list or an object of the only output. */
  private static List<JsonNode> list(Config config, String name) {
    if (!config.has(name)) {
      return List.of();
    }
    JsonNode node = config.node(name);
    if (node.size() == 1 && (node.isObject() || node.get(0).isArray())) {
      node = node.iterator().next();
    }
    if (!node.isArray()) {
      return List.of(node);
    }
    List<JsonNode> values = new ArrayList<>();
    for (JsonNode value : node) {
      if (value.isArray() || (value.isObject() && !value.has("class_name"))) {
        throw config.wrong(name, "a list of metrics of one output", node);
      }
      values.add(value);
    }
    return values;
  }

  /** Writes the {@code compile_config} of a compiled model. */
  static ObjectNode write(Sequential model) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.set("optimizer", OptimizerFormats.write(model.optimizer()));
    node.set("loss", LossFormats.write(model.loss()));
    node.putNull("loss_weights");
    ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
    ArrayNode weighted = JsonNodeFactory.instance.arrayNode();
    for (Metric metric : model.metrics()) {
      if (metric instanceof WeightedMetric inside) {
        weighted.add(MetricFormats.write(inside.metric()));
      } else {
        metrics.add(MetricFormats.write(metric));
      }
    }
    node.set("metrics", metrics.isEmpty() ? NullNode.instance : metrics);
    node.set("weighted_metrics", weighted.isEmpty() ? NullNode.instance : weighted);
    node.put("run_eagerly", false);
    node.put("steps_per_execution", 1);
    node.put("jit_compile", false);
    return node;
  }
}
