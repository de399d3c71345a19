package org.unroll.layers.recurrent;

/**
 * The arguments of {@link Lstm}, {@link ConvLstm1D}, {@link ConvLstm2D} and the LSTM cells.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface LstmOptions<S> extends GatedOptions<S> {
  /**
   * Sets whether the bias of the forget gate starts with ones, so that a new cell keeps its state
   * (Jozefowicz et al. 2015); true by default. The bias initializer sets the other gates.
   */
  default S unitForgetBias(boolean ones) {
    return set("unitForgetBias", to -> to.unitForgetBias = ones);
  }

  /** Returns whether the bias of the forget gate starts with ones. */
  default boolean unitForgetBias() {
    return arguments().unitForgetBias;
  }
}
