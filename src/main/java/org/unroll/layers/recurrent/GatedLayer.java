package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;

/**
 * What {@link Lstm} and {@link Gru} have beyond {@link UnitsLayer}: gates, with an activation of
 * their own.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 * @param <C> its cell
 */
public abstract class GatedLayer<S extends GatedLayer<S, C>, C extends GatedCell<C>>
    extends UnitsLayer<S, C> {
  GatedLayer(String type, C cell) {
    super(type, cell);
  }

  /** See {@link GatedCell#recurrentActivation(Activation)}. */
  public S recurrentActivation(Activation activation) {
    requireNotBuilt("recurrentActivation");
    cell().recurrentActivation(activation);
    return self();
  }

  /** The activation of the gates by its Keras name. */
  public S recurrentActivation(String name) {
    return recurrentActivation(Activation.of(name));
  }

  /** See {@link GatedCell#recurrentActivation()}. */
  public final Activation recurrentActivation() {
    return cell().recurrentActivation();
  }
}
