package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;

/**
 * The arguments of recurrent layers and cells that have gates.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface GatedOptions<S> extends RecurrentOptions<S> {
  /**
   * Sets the activation σ of the gates; {@code sigmoid} by default. A row of softmax consists of
   * the units of one gate, as in Keras.
   *
   * @throws IllegalArgumentException if the activation is glu
   */
  default S recurrentActivation(Activation activation) {
    return set(
        "recurrentActivation",
        to ->
            to.recurrentActivation =
                UnitsCell.checkedActivation("recurrentActivation", activation));
  }

  /** Sets the activation of the gates by its Keras name. */
  default S recurrentActivation(String name) {
    return recurrentActivation(Activation.of(name));
  }

  /** Returns the activation of the gates. */
  default Activation recurrentActivation() {
    return arguments().recurrentActivation;
  }
}
