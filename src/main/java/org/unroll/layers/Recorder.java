package org.unroll.layers;

/**
 * Is told what layers compute on the way to their output, for teaching and for plots: the numbers
 * come from the layers that are trained, not from a second implementation. Which quantities a layer
 * tells stands in its description.
 */
@FunctionalInterface
public interface Recorder {
  /**
   * Takes note of one quantity.
   *
   * @param layer the layer that has computed it
   * @param quantity its name, for example {@code attention_weights}
   * @param values what it is at each time step; valid during this call only
   */
  void record(Layer layer, String quantity, Tensor values);
}
