package org.unroll.network;

/**
 * Receives intermediate values of layers, for teaching and for plots. The values come from the
 * layers of the model, not from a second implementation.
 *
 * @hidden
 */
@FunctionalInterface
public interface Recorder {
  /**
   * Records one quantity.
   *
   * @param layer the layer that computed it
   * @param application how often the layer was applied before, 0 the first time
   * @param quantity the name of the quantity, for example {@code attention_weights}
   * @param values the values at all time steps, valid during this call only
   */
  void record(Layer layer, int application, String quantity, Tensor values);
}
