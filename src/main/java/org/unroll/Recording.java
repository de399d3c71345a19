package org.unroll;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.internal.Suggestion;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.Tensor;
import org.unroll.training.Predictor;
import org.unroll.training.Trainer;

/**
 * The values that the layers of a model computed for one sample in the forward pass, and in the
 * backward pass from its loss; see {@link Model#record} and {@link Model#recordGradients}. The
 * values come from the layers of the model, not from a second implementation. A layer that is
 * applied several times is recorded each time, with numbered names such as {@code gru}, {@code
 * gru_1}. The layers of a model inside the model have names such as {@code encoder/gru}.
 *
 * <p>The following quantities are recorded:
 *
 * <ul>
 *   <li>{@code output} of each layer of the model.
 *   <li>{@code h}, {@code c}, {@code i}, {@code f}, {@code g} and {@code o} of an {@code Lstm}, as
 *       in the equations of {@code LstmCell}; {@code h}, {@code z}, {@code r} and {@code g} of a
 *       {@code Gru}, as in the equations of {@code GruCell}; the states of other recurrent layers,
 *       and the gates of {@code LstmVariantCell} that have weights and those of {@code
 *       MinimalGatedUnitCell}. Gates are recorded after their activation. At a masked step the
 *       states are those of the step before.
 *   <li>{@code initial_h}, {@code initial_c} and so on, one row, if a recurrent layer does not
 *       begin with zeros; {@code mask} of a recurrent layer with masked input: 1 at the steps that
 *       it reads, 0 at the others.
 *   <li>{@code attention_weights} of {@code AttentionPooling}.
 *   <li>In a backward pass, {@code dh} and {@code dc}: the gradients of the loss with respect to
 *       the states after each time step. They include what comes from the output and from the next
 *       time step. They do not include the effect of c on the h of the same step, so {@code dc} is
 *       0 at the last step.
 * </ul>
 */
public final class Recording {
  private final Map<String, Map<String, double[][]>> layers = new LinkedHashMap<>();
  private final Map<String, Layer> recorded = new LinkedHashMap<>();

  private final Network network;
  private final Set<String> names; // of the layers of the model

  private Recording(Network network) {
    this.network = network;
    names = network.layers().stream().map(network::path).collect(Collectors.toSet());
  }

  /** Records the forward pass of one sample. */
  static Recording of(Network network, Dataset data, int sample) {
    Objects.checkIndex(sample, data.size());
    Predictor.requireInputs(network, data, "recorded");
    List<Dataset> parts = Predictor.inputs(network, data);
    Tensor[] inputs = new Tensor[parts.size()];
    for (int i = 0; i < inputs.length; i++) {
      Shape shape = parts.get(i).inputShape();
      float[] x = new float[shape.size()];
      parts.get(i).copyInput(sample, x, 0, 1);
      inputs[i] = new Tensor().set(x, 0, 1, shape, null);
    }
    var recording = new Recording(network);
    var context = new ForwardContext().inference(0).recorder(recording::add);
    network
        .use()
        .run(
            "record",
            ModelUse.Effect.READS,
            () -> network.newPass().forward(inputs, null, 0, context));
    return recording;
  }

  /** Records the forward pass and the backward pass of one sample. */
  static Recording withGradients(Network network, Trainer trainer, Dataset data, int sample) {
    Objects.checkIndex(sample, data.size());
    var recording = new Recording(network);
    trainer.record(data, sample, recording::add);
    return recording;
  }

  private void add(Layer layer, int application, String quantity, Tensor values) {
    String first = network.path(layer);
    String name = first;
    int left = application;
    for (int number = 1; left > 0; number++) {
      name = first + "_" + number;
      left -= names.contains(name) ? 0 : 1;
    }
    int width = values.width();
    double[][] steps = new double[values.timesteps()][width];
    for (int t = 0; t < steps.length; t++) {
      for (int j = 0; j < width; j++) {
        steps[t][j] = values.values()[values.offset() + t * width + j];
      }
    }
    recorded.put(name, layer);
    layers.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(quantity, steps);
  }

  /** Returns the names of the layers with recorded quantities, from the first. */
  public List<String> layers() {
    return List.copyOf(layers.keySet());
  }

  /**
   * Returns the layer that computed the quantities with a name; the same for all its applications.
   *
   * @throws IllegalArgumentException if nothing was recorded under this name
   */
  public Layer layer(String name) {
    if (!recorded.containsKey(name)) {
      throw new IllegalArgumentException(Suggestion.unknown("layer", name, layers()));
    }
    return recorded.get(name);
  }

  /** Returns the recorded quantities of a layer, which may be empty. */
  public List<String> quantities(String layer) {
    return List.copyOf(layers.getOrDefault(layer, Map.of()).keySet());
  }

  /**
   * Returns one quantity with a row for each time step, such as {@code get("attention_pooling",
   * "attention_weights")}. A quantity of a layer without sequences has one row.
   *
   * @param layer the name of the layer
   * @param quantity the name of the quantity
   * @throws IllegalArgumentException if the quantity was not recorded
   */
  public double[][] get(String layer, String quantity) {
    double[][] steps = layers.getOrDefault(layer, Map.of()).get(quantity);
    if (steps == null) {
      throw new IllegalArgumentException(
          "The layer and quantity must be among the recorded ones, "
              + layers.entrySet().stream()
                  .map(entry -> entry.getKey() + " " + entry.getValue().keySet())
                  .toList()
              + ", but were '"
              + layer
              + "' and '"
              + quantity
              + "'.");
    }
    return steps;
  }

  /**
   * Returns the Euclidean norm of one quantity at each time step, such as {@code norms("lstm",
   * "dh")}.
   *
   * @param layer the name of the layer
   * @param quantity the name of the quantity
   * @throws IllegalArgumentException if the quantity was not recorded
   */
  public double[] norms(String layer, String quantity) {
    return Arrays.stream(get(layer, quantity))
        .mapToDouble(step -> Math.sqrt(Arrays.stream(step).map(value -> value * value).sum()))
        .toArray();
  }
}
