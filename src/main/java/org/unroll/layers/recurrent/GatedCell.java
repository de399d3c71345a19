package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;

/**
 * What cells with gates have beyond {@link UnitsCell}: an activation of their own for the gates.
 *
 * @param <S> the cell itself, so that the fluent setters keep its type
 */
public abstract class GatedCell<S extends GatedCell<S>> extends UnitsCell<S> {
  private Activation recurrentActivation = Activation.SIGMOID;

  GatedCell(String type, int units) {
    super(type, units);
  }

  @Override
  public S copy() {
    S copy = super.copy();
    ((GatedCell<S>) copy).recurrentActivation = recurrentActivation;
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

  @Override
  final boolean keepsPreActivations() {
    return activation().derivativeNeedsInput() || recurrentActivation.derivativeNeedsInput();
  }

  /** Softmax looks at a whole row, where a gate is meant to open and close unit by unit. */
  static Activation requireElementwise(String argument, Activation activation) {
    if (activation == Activation.SOFTMAX) {
      throw new IllegalArgumentException(
          argument + " works unit by unit in a cell with gates. Received: softmax");
    }
    return activation;
  }
}
