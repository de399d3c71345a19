package org.unroll.network;

/**
 * Receives intermediate values of layers, for teaching and for plots. The values come from the
 * layers of the model, not from a second implementation.
 *
 * <p>The following quantities are recorded:
 *
 * <ul>
 *   <li>{@code output} of each layer of the model.
 *   <li>{@code h}, {@code c}, {@code i}, {@code f}, {@code g} and {@code o} of an {@code Lstm}, as
 *       in the equations of {@code LstmCell}; {@code h}, {@code z}, {@code r} and {@code g} of a
 *       {@code Gru}, as in the equations of {@code GruCell}; the states of other recurrent layers.
 *       Gates are recorded after their activation. At a masked step the states are those of the
 *       step before.
 *   <li>{@code attention_weights} of {@code AttentionPooling}.
 *   <li>In a backward pass, {@code dh} and {@code dc}: the gradients of the loss with respect to
 *       the states after each time step. They include what comes from the output and from the next
 *       time step. They do not include the effect of c on the h of the same step, so {@code dc} is
 *       0 at the last step.
 * </ul>
 */
@FunctionalInterface
public interface Recorder {
  /**
   * Records one quantity.
   *
   * @param layer the layer that computed it
   * @param quantity the name of the quantity, for example {@code attention_weights}
   * @param values the values at all time steps, valid during this call only
   */
  void record(Layer layer, String quantity, Tensor values);
}
