package org.unroll.layers.recurrent;

/**
 * The fully connected recurrent layer, Keras's {@code SimpleRNN} (Elman 1990): h_t = act(x_t·W +
 * h_{t−1}·U + b). The cell, {@link SimpleRnnCell}, has the equations forward and backward and the
 * arguments; input and output are described at {@link RecurrentLayer}.
 *
 * <p>Source: Keras 3, {@code keras.layers.SimpleRNN}.
 */
public final class SimpleRnn extends UnitsLayer<SimpleRnn, SimpleRnnCell> {
  public SimpleRnn(SimpleRnnCell cell) {
    super("SimpleRNN", cell);
  }

  @Override
  SimpleRnn self() {
    return this;
  }

  @Override
  SimpleRnn fresh() {
    return new SimpleRnn(cell().copy());
  }
}
