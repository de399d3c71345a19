package org.unroll;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.network.Layer;
import org.unroll.network.Tensor;

/**
 * What the layers of a model have computed on the way from one sample to its output, and back from
 * its loss; see {@link Sequential#record} and {@link Sequential#recordGradients}. Which layers tell
 * what stands at {@link org.unroll.network.Recorder}.
 */
public final class Recording {
  private final Map<String, Map<String, double[][]>> layers = new LinkedHashMap<>();

  Recording() {}

  void add(Layer layer, String quantity, Tensor values) {
    int width = values.width();
    double[][] steps = new double[values.timesteps()][width];
    for (int t = 0; t < steps.length; t++) {
      for (int j = 0; j < width; j++) {
        steps[t][j] = values.values()[values.offset() + t * width + j];
      }
    }
    layers.computeIfAbsent(layer.name(), name -> new LinkedHashMap<>()).put(quantity, steps);
  }

  /** The names of the layers that told anything, from the first. */
  public List<String> layers() {
    return List.copyOf(layers.keySet());
  }

  /** The quantities that a layer told, none where it told nothing. */
  public List<String> quantities(String layer) {
    return List.copyOf(layers.getOrDefault(layer, Map.of()).keySet());
  }

  /**
   * One quantity, time steps × values (one step where the layer returns no sequence), such as
   * {@code get("attention_pooling", "attention_weights")}.
   *
   * @throws IllegalArgumentException if the layer did not tell it, with what there is
   */
  public double[][] get(String layer, String quantity) {
    double[][] steps = layers.getOrDefault(layer, Map.of()).get(quantity);
    if (steps == null) {
      throw new IllegalArgumentException(
          "Layer '"
              + layer
              + "' has recorded no '"
              + quantity
              + "'. Recorded: "
              + layers.entrySet().stream()
                  .map(entry -> entry.getKey() + " " + entry.getValue().keySet())
                  .toList());
    }
    return steps;
  }

  /**
   * The Euclidean norm of one quantity at each time step, such as {@code norms("lstm", "dh")}.
   *
   * @throws IllegalArgumentException if the layer did not tell it, with what there is
   */
  public double[] norms(String layer, String quantity) {
    return Arrays.stream(get(layer, quantity))
        .mapToDouble(step -> Math.sqrt(Arrays.stream(step).map(value -> value * value).sum()))
        .toArray();
  }
}
