package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.OutputLoss;
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
 * @param outputs the loss, its weight and the metrics of each output
 */
record CompileConfig(Optimizer optimizer, boolean isOptimizerKnown, List<OutputLoss> outputs) {
  /**
   * Reads Keras 3's {@code compile_config}; returns null if the model was not compiled.
   *
   * @param outputs the names of the outputs of the model
   */
  static CompileConfig read(JsonNode node, List<String> outputs) {
    return read(node, "optimizer", outputs);
  }

  /** Reads the {@code training_config} of an {@code .h5} file written by Keras 3. */
  static CompileConfig readH5(JsonNode node, List<String> outputs) {
    return read(node, "optimizer_config", outputs);
  }

  /**
   * Reads the arguments of compile. Keras removes the optimizer from a model that it saves as an
   * {@code .h5} file, so that a {@code .keras} file saved later lacks it. Keras compiles such a
   * model with the default of compile, which is RMSprop.
   */
  private static CompileConfig read(JsonNode node, String optimizerName, List<String> names) {
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
    List<OutputLoss> outputs =
        names.size() == 1 ? List.of(only(config)) : severalOutputs(config, names);
    boolean isKnown = config.has(optimizerName);
    Optimizer optimizer =
        isKnown ? OptimizerFormats.read(config.node(optimizerName)) : Optimizers.rmsprop();
    config.finish();
    return new CompileConfig(optimizer, isKnown, outputs);
  }

  private static OutputLoss only(Config config) {
    List<JsonNode> losses = leaves(config.node("loss"));
    if (losses.size() != 1) {
      throw config.wrong("loss", "one loss, because the model has one output", config.node("loss"));
    }
    List<JsonNode> weights = optional(config, "loss_weights");
    if (weights.size() > 1) {
      throw config.wrong(
          "loss_weights", "one number, because there is one loss", config.node("loss_weights"));
    }
    List<JsonNode> metrics = optional(config, "metrics");
    List<JsonNode> weighted = optional(config, "weighted_metrics");
    return output(
        config, losses.get(0), weights.isEmpty() ? null : weights.get(0), metrics, weighted);
  }

  private static List<JsonNode> optional(Config config, String name) {
    return config.has(name) ? leaves(config.node(name)) : List.of();
  }

  private static List<OutputLoss> severalOutputs(Config config, List<String> names) {
    JsonNode loss = config.node("loss");
    boolean isShared = !loss.isContainerNode() || loss.has("class_name");
    List<JsonNode> losses = isShared ? null : byOutput(config, "loss", names);
    List<JsonNode> weights = byOutput(config, "loss_weights", names);
    List<JsonNode> metrics = byOutput(config, "metrics", names);
    List<JsonNode> weighted = byOutput(config, "weighted_metrics", names);
    List<OutputLoss> outputs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      JsonNode own = isShared ? loss : losses.get(i);
      if (own.isNull() || own.isMissingNode()) {
        throw config.wrong("loss", "a loss for each of the outputs " + names, loss);
      }
      JsonNode weight = weights.get(i);
      outputs.add(
          output(
              config,
              own,
              weight.isNull() || weight.isMissingNode() ? null : weight,
              leaves(metrics.get(i)),
              leaves(weighted.get(i))));
    }
    return outputs;
  }

  /** Returns the element of a list or dictionary for each output, which may be missing. */
  private static List<JsonNode> byOutput(Config config, String name, List<String> names) {
    JsonNode given = config.has(name) ? config.node(name) : MissingNode.getInstance();
    if (given.isObject() && !given.has("class_name")) {
      given
          .fieldNames()
          .forEachRemaining(
              key -> {
                if (!names.contains(key)) {
                  throw config.wrong(name, "by output, of which there are " + names, given);
                }
              });
      return names.stream().map(given::path).toList();
    }
    if (!given.isMissingNode() && (!given.isArray() || given.size() != names.size())) {
      throw config.wrong(
          name, "a list or dictionary with an element for each of the outputs " + names, given);
    }
    return IntStream.range(0, names.size()).mapToObj(given::path).toList();
  }

  private static OutputLoss output(
      Config config,
      JsonNode loss,
      JsonNode weight,
      List<JsonNode> metrics,
      List<JsonNode> weighted) {
    List<Metric> all = new ArrayList<>();
    metrics.forEach(metric -> all.add(MetricFormats.read(metric)));
    weighted.forEach(metric -> all.add(Metrics.weighted(MetricFormats.read(metric))));
    OutputLoss output = OutputLoss.of(LossFormats.read(loss)).metrics(all.toArray(new Metric[0]));
    if (weight != null && !weight.isNumber()) {
      throw config.wrong("loss_weights", "a number for each loss", weight);
    }
    return weight == null ? output : output.weight(weight.doubleValue());
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
    List<OutputLoss> outputs = model.outputLosses();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.set("optimizer", OptimizerFormats.write(model.optimizer()));
    node.set("loss", byOutput(outputs, output -> LossFormats.write(output.loss())));
    boolean isWeighted = outputs.stream().anyMatch(output -> output.weight() != 1);
    node.set(
        "loss_weights",
        isWeighted
            ? byOutput(outputs, output -> DoubleNode.valueOf(output.weight()))
            : NullNode.instance);
    node.set("metrics", metrics(outputs, false));
    node.set("weighted_metrics", metrics(outputs, true));
    node.put("run_eagerly", false);
    node.put("steps_per_execution", 1);
    node.put("jit_compile", false);
    return node;
  }

  /** Returns the value of the only output, or a list of those of all outputs. */
  private static JsonNode byOutput(List<OutputLoss> outputs, Function<OutputLoss, JsonNode> write) {
    if (outputs.size() == 1) {
      return write.apply(outputs.get(0));
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    outputs.forEach(output -> list.add(write.apply(output)));
    return list;
  }

  private static JsonNode metrics(List<OutputLoss> outputs, boolean weighted) {
    JsonNode all = byOutput(outputs, output -> metrics(output, weighted));
    return leaves(all).isEmpty() ? NullNode.instance : all;
  }

  private static ArrayNode metrics(OutputLoss output, boolean weighted) {
    ArrayNode metrics = JsonNodeFactory.instance.arrayNode();
    for (Metric metric : output.metrics()) {
      if (metric instanceof WeightedMetric == weighted) {
        metrics.add(
            MetricFormats.write(metric instanceof WeightedMetric in ? in.metric() : metric));
      }
    }
    return metrics;
  }
}
