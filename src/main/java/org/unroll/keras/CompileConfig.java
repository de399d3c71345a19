package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.unroll.Model;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.WeightedMetric;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;

/**
 * The arguments of {@code compile}.
 *
 * @param optimizer the optimizer, without the state that a file may contain
 * @param isOptimizerKnown whether the file contains the optimizer, else it is the default
 * @param loss the loss
 * @param metrics the metrics
 */
record CompileConfig(
    Optimizer optimizer, boolean isOptimizerKnown, Loss loss, List<Metric> metrics) {
  /** Reads Keras 3's {@code compile_config}; returns null if the model was not compiled. */
  static CompileConfig read(JsonNode node) {
    return read(node, "optimizer");
  }

  /** Reads the {@code training_config} of an {@code .h5} file written by Keras 3. */
  static CompileConfig readH5(JsonNode node) {
    return read(node, "optimizer_config");
  }

  /**
   * Reads the arguments of compile. Keras removes the optimizer from a model that it saves as an
   * {@code .h5} file, so that a {@code .keras} file saved later lacks it. Keras compiles such a
   * model with the default of compile, which is RMSprop.
   */
  private static CompileConfig read(JsonNode node, String optimizerName) {
    if (node == null || !node.hasNonNull("loss")) {
      return null;
    }
    var config = new Config("compile", node);
    config.ignore(
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
        "auto_scale_loss",
        "sample_weight_mode");
    List<JsonNode> weights = leaves(node.path("loss_weights"));
    if (config.has("loss_weights") && weights.stream().anyMatch(weight -> weight.asDouble() != 1)) {
      throw config.wrong("loss_weights", "1, because there is one loss", node.get("loss_weights"));
    }
    List<Metric> metrics = new ArrayList<>();
    if (config.has("metrics")) {
      for (JsonNode metric : leaves(config.node("metrics"))) {
        metrics.add(MetricFormats.read(metric));
      }
    }
    if (config.has("weighted_metrics")) {
      for (JsonNode metric : leaves(config.node("weighted_metrics"))) {
        metrics.add(Metrics.weighted(MetricFormats.read(metric)));
      }
    }
    List<JsonNode> losses = leaves(config.node("loss"));
    if (losses.size() != 1) {
      throw config.wrong("loss", "one loss, because the model has one output", config.node("loss"));
    }
    boolean isKnown = config.has(optimizerName);
    Optimizer optimizer =
        isKnown ? OptimizerFormats.read(config.node(optimizerName)) : Optimizers.rmsprop();
    Loss loss = LossFormats.read(losses.get(0));
    config.finish();
    return new CompileConfig(optimizer, isKnown, loss, metrics);
  }

  /**
   * Returns the objects in lists and dictionaries of any depth. For a model with one output, Keras
   * ignores this structure.
   */
  private static List<JsonNode> leaves(JsonNode node) {
    if (node.isNull() || node.isMissingNode()) {
      return List.of();
    }
    if (!node.isContainerNode() || node.has("class_name")) {
      return List.of(node);
    }
    List<JsonNode> leaves = new ArrayList<>();
    var names = new TreeSet<String>();
    node.fieldNames().forEachRemaining(names::add);
    if (node.isObject()) { // Keras sorts the keys
      names.forEach(name -> leaves.addAll(leaves(node.get(name))));
    } else {
      node.forEach(element -> leaves.addAll(leaves(element)));
    }
    return leaves;
  }

  /** Writes the {@code compile_config} of a compiled model. */
  static ObjectNode write(Model model) {
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
