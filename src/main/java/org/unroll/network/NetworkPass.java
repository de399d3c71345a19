package org.unroll.network;

import java.util.List;

/**
 * A pass over all layers of a network for one slice of a batch at a time.
 *
 * <p>Layers that need the whole batch in training split the network into parts. Each part but the
 * first begins with such a layer. All slices of a batch run one part, {@link #meet} combines their
 * statistics, and then they run the next part. In the backward direction the parts run in the
 * opposite order, with {@link #meetBackward} between them.
 *
 * @hidden
 */
public final class NetworkPass {
  private final List<Layer> layers;
  private final Pass[] passes;
  private final Gradient[][] layerGradients; // of the weights of each layer
  private final float[][][] layerStates; // of each layer, for the current slice
  private final int firstTrained;
  private final int[] partStarts; // the first layer of each part, then the number of layers
  private final Tensor[] penalized; // the outputs of the layers with an activity regularizer
  private double activityPenalty;
  private double activityScale = 1;
  private Tensor between; // the output of the part that ran last

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
    penalized = new Tensor[passes.length];
  }

  /** Returns the sum of the penalties on outputs, over all values of the slice. */
  public double activityPenalty() {
    return activityPenalty;
  }

  /** Sets the factor of the gradients of the penalties on outputs for the next backward pass. */
  public void activityScale(double factor) {
    activityScale = factor;
  }

  /** Returns whether a training step changes a layer. */
  private static boolean learns(Layer layer) {
    return layer.usesBatchStatistics() || layer.weights().stream().anyMatch(Weight::trainable);
  }

  /** Returns the number of parts: 1 unless a layer needs the whole batch in training. */
  public int parts() {
    return partStarts.length - 1;
  }

  /**
   * Runs all layers forward. In training the slice must be the whole batch.
   *
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, ForwardContext context) {
    return forward(input, null, 0, context);
  }

  /**
   * Runs all layers forward from the given states, which are overwritten with the final states.
   *
   * @param state the states of all or some layers, may be null. Other states start with zeros
   * @param firstRow the row of the states that belongs to the first row of the input
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, NetworkState state, int firstRow, ForwardContext context) {
    if (!context.isTraining() || parts() == 1) {
      return forward(input, state, firstRow, context, 0, passes.length);
    }
    NetworkPass[] alone = {this};
    Tensor output = forward(0, input, state, firstRow, context);
    for (int part = 1; part < parts(); part++) {
      meet(part, alone, 1);
      output = forward(part, null, state, firstRow, context);
    }
    return output;
  }

  /**
   * Runs one part forward in training.
   *
   * @param part the number of the part, from 0
   * @param input the input of the network, read by part 0. The other parts continue with the output
   *     of the part before
   * @param state as in {@link #forward(Tensor, NetworkState, int, ForwardContext)}
   * @param firstRow as in {@link #forward(Tensor, NetworkState, int, ForwardContext)}
   * @return the output of the last layer of the part
   */
  public Tensor forward(
      int part, Tensor input, NetworkState state, int firstRow, ForwardContext context) {
    Tensor begin = part == 0 ? input : between;
    int end = partStarts[part + 1];
    between = forward(begin, state, firstRow, context, partStarts[part], end);
    if (end < passes.length) {
      ((BatchPass) passes[end]).measure(between);
    }
    return between;
  }

  private Tensor forward(
      Tensor input, NetworkState state, int firstRow, ForwardContext context, int from, int to) {
    Tensor values = input;
    if (from == 0) {
      activityPenalty = 0;
    }
    for (int i = from; i < to; i++) {
      float[][] own = state == null ? null : state.load(i, firstRow, input.rows(), layerStates[i]);
      values = passes[i].forward(values, own, context);
      Regularizer regularizer = layers.get(i).activityRegularizer();
      if (regularizer != null) {
        penalized[i] = values;
        activityPenalty += regularizer.penalty(values.values(), values.offset(), values.size());
      }
      context.record(layers.get(i), "output", values);
      if (own != null) {
        state.store(i, firstRow, input.rows(), own);
      }
    }
    return values;
  }

  /**
   * Combines the statistics of the slices of a batch before they run a part forward.
   *
   * @param part the number of the part to run, from 1
   * @param slices passes, of which the first {@code count} are those of the batch in their order
   * @param count the number of slices in the batch
   */
  public static void meet(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].combine(passes, count);
  }

  /**
   * Combines the statistics of the slices after they ran a part backward.
   *
   * @param part the number of the part that ran, from 1
   * @param slices as in {@link #meet}
   * @param count as in {@link #meet}
   */
  public static void meetBackward(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].combineBackward(passes, count);
  }

  private static BatchPass[] batchPasses(int part, NetworkPass[] slices, int count) {
    var passes = new BatchPass[count];
    for (int i = 0; i < count; i++) {
      passes[i] = (BatchPass) slices[i].passes[slices[i].partStarts[part]];
    }
    return passes;
  }

  /**
   * Updates what layers learn from a batch without gradients, such as moving averages. Must be
   * called once for each batch that changes the weights, on the pass of its first slice.
   */
  public void keepStatistics() {
    for (int part = 1; part < parts(); part++) {
      ((BatchPass) passes[partStarts[part]]).updateStatistics();
    }
  }

  /** Returns the input of the output activation in the last forward pass. */
  public Tensor logits() {
    return passes[passes.length - 1].logits();
  }

  /**
   * Runs layers backward from the last one to the first one that is trained. The gradients of the
   * weights before that layer are not changed.
   *
   * @param gradient the gradient of the loss with respect to the output or the logits, overwritten
   * @param fromLogits whether the gradient is with respect to the {@link #logits}
   * @param gradients one gradient for each weight of the network, overwritten
   */
  public void backward(Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    backward(gradient, fromLogits, gradients, firstTrained, false);
  }

  /**
   * Runs all layers backward to the input.
   *
   * @return the gradient of the loss with respect to the input, valid until the next backward pass.
   *     Null if the input has no gradient because it contains indices
   */
  public Tensor backwardToInput(Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    return backward(gradient, fromLogits, gradients, 0, true);
  }

  /**
   * Runs one part backward in training.
   *
   * @param part the number of the part, from the last one down to 0
   * @param gradient as in {@link #backward(Tensor, boolean, Gradient[])}, read by the last part.
   *     The other parts continue with the gradient of the part after them
   * @param fromLogits as in {@link #backward(Tensor, boolean, Gradient[])}
   * @param gradients as in {@link #backward(Tensor, boolean, Gradient[])}
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
   * Runs backward from the first layer of the next part, or from the last layer of the network, to
   * the second layer of this part. The first layer of this part then measures the gradient. Part 0
   * runs to its first layer.
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
      if (penalized[i] != null) {
        Tensor y = penalized[i];
        layers
            .get(i)
            .activityRegularizer()
            .addGradient(
                y.values(), y.offset(), values.values(), values.offset(), y.size(), activityScale);
      }
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

  /** Returns the index after the last gradient of a layer among those of the network. */
  private int endOfGradients(int layer) {
    int end = 0;
    for (int i = 0; i <= layer; i++) {
      end += layerGradients[i].length;
    }
    return end;
  }
}
