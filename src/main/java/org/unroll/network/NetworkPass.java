package org.unroll.network;

import java.util.List;

/**
 * All layers of a network at work on one slice: the passes of its layers in a row.
 *
 * <p>Layers that look at a whole batch in training cut the network into parts, each but the first
 * beginning with such a layer. Where a batch has several slices, all of them run one part, {@link
 * #meet}, and run the next; backwards they run the parts in the opposite order and {@link
 * #meetBackward} in between.
 */
public final class NetworkPass {
  private final List<Layer> layers;
  private final Pass[] passes;
  private final Gradient[][] layerGradients; // for each layer those of its weights
  private final float[][][] layerStates; // for each layer those of the slice at hand
  private final int firstTrained;
  private final int[] partStarts; // the first layer of each part; last the number of layers
  private Tensor between; // the output of the last part that has run

  NetworkPass(Network network) {
    layers = network.layers();
    passes = layers.stream().map(Layer::newPass).toArray(Pass[]::new);
    layerGradients =
        layers.stream()
            .map(layer -> new Gradient[layer.weights().size()])
            .toArray(Gradient[][]::new);
    layerStates =
        layers.stream()
            .map(layer -> new float[layer.stateShapes().size()][0])
            .toArray(float[][][]::new);
    int first = 0;
    while (first < layers.size() && !learns(layers.get(first))) {
      first++;
    }
    firstTrained = first;
    partStarts = network.partStarts();
  }

  /** Whether a training step changes something about a layer. */
  private static boolean learns(Layer layer) {
    return layer.meetsBatch() || layer.weights().stream().anyMatch(Weight::trainable);
  }

  /** The number of parts that training is cut into: 1 unless a layer looks at a whole batch. */
  public int parts() {
    return partStarts.length - 1;
  }

  /**
   * Runs all layers forward on a slice that, in training, is a whole batch.
   *
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, ForwardContext call) {
    return forward(input, null, 0, call);
  }

  /**
   * Runs all layers forward, from given states to the last ones, which take their place.
   *
   * @param state the states, of all layers or some; the others begin with zeros. Null for none
   * @param firstRow the row of the states that belongs to the first row of the input
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, NetworkState state, int firstRow, ForwardContext call) {
    if (!call.isTraining() || parts() == 1) {
      return forward(input, state, firstRow, call, 0, passes.length);
    }
    NetworkPass[] alone = {this};
    Tensor output = forward(0, input, state, firstRow, call);
    for (int part = 1; part < parts(); part++) {
      meet(part, alone, 1);
      output = forward(part, null, state, firstRow, call);
    }
    return output;
  }

  /**
   * Runs one part forward in training.
   *
   * @param part from 0
   * @param input the network's input for part 0; the others take up where the last one ended
   * @param state as in {@link #forward(Tensor, NetworkState, int, ForwardContext)}, as is {@code
   *     firstRow}
   * @return the output of the last layer of the part
   */
  public Tensor forward(
      int part, Tensor input, NetworkState state, int firstRow, ForwardContext call) {
    Tensor begin = part == 0 ? input : between;
    int end = partStarts[part + 1];
    between = forward(begin, state, firstRow, call, partStarts[part], end);
    if (end < passes.length) {
      ((BatchPass) passes[end]).measure(between);
    }
    return between;
  }

  private Tensor forward(
      Tensor input, NetworkState state, int firstRow, ForwardContext call, int from, int to) {
    Tensor values = input;
    for (int i = from; i < to; i++) {
      float[][] own = state == null ? null : state.load(i, firstRow, input.rows(), layerStates[i]);
      values = passes[i].forward(values, own, call);
      call.record(layers.get(i), "output", values);
      if (own != null) {
        state.store(i, firstRow, input.rows(), own);
      }
    }
    return values;
  }

  /**
   * Brings together what the slices of a batch have measured, before they run a part forward.
   *
   * @param part the part they are going to run, from 1
   * @param slices the first {@code count} are those of the batch, in their order
   */
  public static void meet(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].meet(passes, count);
  }

  /**
   * Brings together what the slices have measured running a part backward.
   *
   * @param part the part they have run, from 1
   */
  public static void meetBackward(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].meetBackward(passes, count);
  }

  private static BatchPass[] batchPasses(int part, NetworkPass[] slices, int count) {
    var passes = new BatchPass[count];
    for (int i = 0; i < count; i++) {
      passes[i] = (BatchPass) slices[i].passes[slices[i].partStarts[part]];
    }
    return passes;
  }

  /**
   * Lets layers keep what they learn from a batch beside gradients, such as moving averages; called
   * once for each batch that changes the weights, on the pass of its first slice.
   */
  public void keepStatistics() {
    for (int part = 1; part < parts(); part++) {
      ((BatchPass) passes[partStarts[part]]).keepStatistics();
    }
  }

  /** What the network's output activation was applied to in the last forward pass. */
  public Tensor logits() {
    return passes[passes.length - 1].logits();
  }

  /**
   * Runs all layers backward, as far as there are weights that are trained; the gradients of
   * weights before those are left as they are.
   *
   * @param gradient d loss / d output (or d {@link #logits}), overwritten
   * @param fromLogits whether the gradient is that of the logits
   * @param gradients one for each weight of the network, overwritten
   */
  public void backward(Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    backward(gradient, fromLogits, gradients, firstTrained, false);
  }

  /**
   * Runs all layers backward to the input.
   *
   * @return d loss / d input, valid until the next backward pass; null where the input has no
   *     gradient (indices)
   */
  public Tensor backwardToInput(Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    return backward(gradient, fromLogits, gradients, 0, true);
  }

  /**
   * Runs one part backward in training.
   *
   * @param part from the last one down
   * @param gradient as in {@link #backward(Tensor, boolean, Gradient[])} for the last part; the
   *     others take up where the one before ended
   */
  public void backward(int part, Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    Tensor begin = part == parts() - 1 ? gradient : between;
    between = backward(part, begin, fromLogits, gradients, firstTrained, false);
  }

  private Tensor backward(
      Tensor gradient, boolean fromLogits, Gradient[] gradients, int first, boolean toInput) {
    NetworkPass[] alone = {this};
    Tensor values = gradient;
    for (int part = parts() - 1; part > 0; part--) {
      values = backward(part, values, fromLogits, gradients, first, toInput);
      meetBackward(part, alone, 1);
    }
    return backward(0, values, fromLogits, gradients, first, toInput);
  }

  /**
   * From the layer that begins the next part, if there is one, down to the second layer of this
   * part, whose first one measures the gradient; of part 0 down to its first layer.
   */
  private Tensor backward(
      int part,
      Tensor gradient,
      boolean fromLogits,
      Gradient[] gradients,
      int first,
      boolean toInput) {
    Tensor values = gradient;
    int begin = Math.min(partStarts[part + 1], passes.length - 1);
    int last = part == 0 ? first : partStarts[part] + 1;
    int end = endOfGradients(begin);
    for (int i = begin; i >= last; i--) {
      Gradient[] own = layerGradients[i];
      end -= own.length;
      System.arraycopy(gradients, end, own, 0, own.length);
      boolean needed = toInput || i > first;
      if (fromLogits && i == passes.length - 1) {
        values = passes[i].backwardFromLogits(values, own, needed);
      } else {
        values = passes[i].backward(values, own, needed);
      }
    }
    if (part > 0) {
      ((BatchPass) passes[partStarts[part]]).measureBackward(values);
    }
    return values;
  }

  /** Where the gradients of a layer's weights end among those of the network. */
  private int endOfGradients(int layer) {
    int end = 0;
    for (int i = 0; i <= layer; i++) {
      end += layerGradients[i].length;
    }
    return end;
  }
}
