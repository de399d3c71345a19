package org.unroll.network;

import org.unroll.layers.core.AttentionPooling;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;

/**
 * Is told what layers compute on the way to their output, for teaching and for plots: the numbers
 * come from the layers that are trained, not from a second implementation.
 *
 * <p>A recurrent layer tells its states, and the activated gates of {@link Lstm} and {@link Gru} by
 * their letters in the equations of {@link LstmCell} and {@link GruCell}: {@code h}, {@code c},
 * {@code i}, {@code f}, {@code g}, {@code o} and {@code h}, {@code z}, {@code r}, {@code g}; at a
 * masked step the states are those before it. {@link AttentionPooling} tells its {@code
 * attention_weights}. Every layer of a model tells its {@code output}.
 *
 * <p>A backward pass behind a forward pass that was recorded adds the gradients of the loss with
 * respect to the states behind each step, {@code dh} and, where there is a cell state, {@code dc}.
 * A gradient is that of a state as its step returns it and hands it on: what comes from the output
 * and from the next step. So {@code dc} does not count what c does to the h of its own step, and is
 * 0 at the last one.
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
