package org.unroll.network;

import java.util.List;

/**
 * One application of a layer in a network. The values of a network are numbered: first its inputs,
 * then the outputs of the steps in their order.
 *
 * @param layer the layer
 * @param layerIndex the index of the layer among those of the network
 * @param application how often the layer is applied before, 0 the first time
 * @param inputs the numbers of the values that the layer is applied to
 * @param firstOutput the number of the first output
 * @param outputs the number of outputs
 * @hidden
 */
public record Step(
    Layer layer,
    int layerIndex,
    int application,
    List<Integer> inputs,
    int firstOutput,
    int outputs) {

  /** Returns whether the initial states are inputs. */
  boolean hasInitialStates() {
    return inputs.size() > 1 && !(layer instanceof GraphLayer);
  }
}
