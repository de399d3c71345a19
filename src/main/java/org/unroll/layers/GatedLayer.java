package org.unroll.layers;

import org.unroll.compute.Activation;

/**
 * What {@link Lstm} and {@link Gru} have beyond {@link RecurrentLayer}: gates, with an activation
 * of their own.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class GatedLayer<S extends GatedLayer<S>> extends RecurrentLayer<S> {
  private Activation recurrentActivation = Activation.SIGMOID;

  GatedLayer(String type, int units, int gates) {
    super(type, units, gates);
  }

  @Override
  S copy() {
    S copy = super.copy();
    ((GatedLayer<S>) copy).recurrentActivation = recurrentActivation;
    return copy;
  }

  @Override
  public S activation(Activation newActivation) {
    return super.activation(requireElementwise("activation", newActivation));
  }

  /** The activation σ of the gates; {@code sigmoid} by default. */
  public S recurrentActivation(Activation newActivation) {
    requireNotBuilt("recurrentActivation");
    recurrentActivation = requireElementwise("recurrentActivation", newActivation);
    return self();
  }

  /** The activation of the gates by its Keras name. */
  public S recurrentActivation(String name) {
    return recurrentActivation(Activation.of(name));
  }

  /** The activation of the gates. */
  public final Activation recurrentActivation() {
    return recurrentActivation;
  }

  /** Whether a backward pass needs what the activations were applied to. */
  final boolean keepsPreActivations() {
    return activation().derivativeNeedsInput() || recurrentActivation.derivativeNeedsInput();
  }

  /** Softmax looks at a whole row, where a gate is meant to open and close unit by unit. */
  private static Activation requireElementwise(String argument, Activation activation) {
    if (activation == Activation.SOFTMAX) {
      throw new IllegalArgumentException(
          argument + " works unit by unit in an LSTM or GRU. Received: softmax");
    }
    return activation;
  }
}
