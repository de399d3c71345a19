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
    config.refuse("loss_weights", "a model must have exactly one loss.");
    List<Metric> metrics = new ArrayList<>();
    if (config.has("metrics")) {
      for (JsonNode metric : config.node("metrics")) {
        metrics.add(MetricFormats.read(metric));
      }
    }
    if (config.has("weighted_metrics")) {
      for (JsonNode metric : config.node("weighted_metrics")) {
        metrics.add(Metrics.weighted(MetricFormats.read(metric)));
      }
    }
    Optimizer optimizer = OptimizerFormats.read(config.node(optimizerName));
    Loss loss = LossFormats.read(config.node("loss"));
    config.finish();
    return new CompileConfig(optimizer, loss, metrics);
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
