package org.unroll.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.callbacks.Callback;
import org.unroll.data.Dataset;
import org.unroll.data.Fingerprint;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * Describes a training run by named lines of text that are the same in every JVM. A run resumes
 * only from a backup with the same description.
 */
final class TrainingDescription {
  private final Map<String, String> lines = new LinkedHashMap<>();

  TrainingDescription(CompiledNetwork compiled) {
    Network network = compiled.network();
    Optimizer optimizer = compiled.optimizer();
    lines.put("the input", network.inputShapes().toString());
    for (Layer layer : network.layers()) {
      lines.put("layer '" + network.path(layer) + "'", layer.type() + " to " + layer.outputShape());
    }
    for (int w = 0; w < network.weights().size(); w++) {
      Weight weight = network.weights().get(w);
      lines.put(
          "weight '" + network.weightPaths().get(w) + "'",
          weight.shape() + (weight.trainable() ? "" : ", not trained"));
    }
    for (CompiledOutput output : compiled.outputs()) {
      String name = output.lossName() == null ? "loss" : output.lossName();
      lines.put("the " + name, output.loss().name());
      lines.put("the reduction of the " + name, output.loss().reduction().toString());
      lines.put("the weight of the " + name, String.valueOf(output.lossWeight()));
    }
    lines.put("the list of metrics", compiled.metrics().keySet().toString());
    lines.put("the optimizer", optimizer.name());
    lines.put(
        "the list of the optimizer's slots",
        optimizer.slots().stream().map(Optimizer.Slot::name).distinct().toList().toString());
    lines.put("weightDecay", String.valueOf(optimizer.weightDecay()));
    lines.put("clipnorm", String.valueOf(optimizer.clipnorm()));
    lines.put("clipvalue", String.valueOf(optimizer.clipvalue()));
    lines.put("globalClipnorm", String.valueOf(optimizer.globalClipnorm()));
    lines.put("the learning rate", optimizer.schedule() == null ? "a number" : "a schedule");
  }

  Map<String, String> lines() {
    return lines;
  }

  TrainingDescription put(String name, Object value) {
    lines.put(name, String.valueOf(value));
    return this;
  }

  /** Adds the class names of callbacks. */
  TrainingDescription put(String name, List<Callback> callbacks) {
    return put(
        name, (Object) callbacks.stream().map(callback -> callback.getClass().getName()).toList());
  }

  /** Adds checksums of a dataset's order and of some of its samples, or none for null. */
  TrainingDescription put(String name, Dataset dataset) {
    return put(name, dataset == null ? "none" : (Object) Fingerprint.of(dataset));
  }
}
