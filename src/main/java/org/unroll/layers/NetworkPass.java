package org.unroll.layers;

import java.util.List;

/** All layers of a network at work on one slice: the passes of its layers in a row. */
public final class NetworkPass {
  private final List<Layer> layers;
  private final Pass[] passes;
  private final Gradient[][] layerGradients; // for each layer those of its weights
  private final float[][][] layerStates; // for each layer those of the slice at hand
  private final int firstWithWeights;

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
    while (first < layers.size() && layers.get(first).weights().isEmpty()) {
      first++;
    }
    firstWithWeights = first;
  }

  /**
   * Runs all layers forward.
   *
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, Call call) {
    return forward(input, null, 0, call);
  }

  /**
   * Runs all layers forward, from given states to the last ones, which take their place.
   *
   * @param state the states, of all layers or some; the others begin with zeros. Null for none
   * @param firstRow the row of the states that belongs to the first row of the input
   * @return the output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, NetworkState state, int firstRow, Call call) {
    int rows = input.rows();
    Tensor values = input;
    for (int i = 0; i < passes.length; i++) {
      float[][] own = state == null ? null : state.load(i, firstRow, rows, layerStates[i]);
      values = passes[i].forward(values, own, call);
      if (own != null) {
        state.store(i, firstRow, rows, own);
      }
    }
    return values;
  }

  /** What the network's output activation was applied to in the last forward pass. */
  public Tensor logits() {
    return passes[passes.length - 1].logits();
  }

  /**
   * Runs all layers backward, as far as there are weights.
   *
   * @param gradient d loss / d output (or d {@link #logits}), overwritten
   * @param fromLogits whether the gradient is that of the logits
   * @param gradients one for each weight of the network, overwritten
   */
  public void backward(Tensor gradient, boolean fromLogits, Gradient[] gradients) {
    backward(gradient, fromLogits, gradients, firstWithWeights, false);
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

  private Tensor backward(
      Tensor gradient, boolean fromLogits, Gradient[] gradients, int first, boolean toInput) {
    Tensor values = gradient;
    int end = gradients.length;
    for (int i = passes.length - 1; i >= first; i--) {
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
    return values;
  }
}
