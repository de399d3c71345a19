package org.unroll.training;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.unroll.data.Dataset;
import org.unroll.layers.Layer;
import org.unroll.layers.Network;
import org.unroll.layers.Weight;

/** What tells one training from another, line by line, as far as it is the same in another JVM. */
final class TrainingDescription {
  /** Samples that stand for the values of a dataset. */
  private static final int SAMPLES = 16;

  private final Map<String, String> lines = new LinkedHashMap<>();

  TrainingDescription(Network network, Optimizer optimizer, Loss loss, List<Metric> metrics) {
    lines.put("the input", network.inputShape().toString());
    for (Layer layer : network.layers()) {
      lines.put("layer '" + layer.name() + "'", layer.type() + " to " + layer.outputShape());
    }
    for (int w = 0; w < network.weights().size(); w++) {
      Weight weight = network.weights().get(w);
      lines.put(
          "weight '" + network.weightPaths().get(w) + "'",
          weight.shape() + (weight.trainable() ? "" : ", not trained"));
    }
    lines.put("the loss", loss.name());
    lines.put("the list of metrics", metrics.stream().map(Metric::name).toList().toString());
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

  /** The classes of callbacks. */
  TrainingDescription put(String name, List<Callback> callbacks) {
    return put(
        name, (Object) callbacks.stream().map(callback -> callback.getClass().getName()).toList());
  }

  /** A dataset, by checksums of its order and of some of its samples; or none. */
  TrainingDescription put(String name, Dataset dataset) {
    return put(name, dataset == null ? "none" : (Object) describe(dataset));
  }

  private static String describe(Dataset dataset) {
    var order = new CRC32();
    int[] first = dataset.order(0);
    if (first != null) {
      ByteBuffer bytes = ByteBuffer.allocate(first.length * Integer.BYTES);
      bytes.asIntBuffer().put(first);
      order.update(bytes.array());
    }
    var values = new CRC32();
    Dataset whole = dataset.forBatch(null, 0, dataset.size()); // sequences of one length
    float[] input = new float[whole.inputShape().size()];
    float[] target = new float[whole.targetShape().size()];
    float[] weight = dataset.weightShape() == null ? null : new float[dataset.weightShape().size()];
    int count = Math.min(SAMPLES, dataset.size());
    for (int i = 0; i < count; i++) {
      int sample = (int) ((long) i * (dataset.size() - 1) / Math.max(1, count - 1));
      whole.copyInput(sample, input, 0, 1);
      update(values, input);
      whole.copyTarget(sample, target, 0);
      update(values, target);
      if (weight != null) {
        whole.copyWeights(sample, weight, 0);
        update(values, weight);
      }
    }
    return String.format(
        "%d samples of shape %s with targets %s in batches of %d, order %08x, values %08x",
        dataset.size(),
        dataset.inputShape(),
        dataset.targetShape(),
        dataset.batchSize(),
        order.getValue(),
        values.getValue());
  }

  private static void update(CRC32 crc, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    crc.update(bytes.array());
  }
}
