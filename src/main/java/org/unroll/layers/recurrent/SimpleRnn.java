package org.unroll.layers.recurrent;

/**
 * The fully connected recurrent layer, Keras's {@code SimpleRNN} (Elman 1990): h_t = act(x_t·W +
 * h_{t−1}·U + b).
 *
 * <p>{@link SimpleRnnCell} documents the equations, {@link RecurrentOptions} the arguments, and
 * {@link RecurrentLayer} input and output.
 *
 * <p>Source: Keras 3, {@code keras.layers.SimpleRNN}.
 */
public final class SimpleRnn extends UnitsLayer<SimpleRnn, SimpleRnnCell> {
  /** Creates a layer around a cell, which must not be used in another layer. */
  public SimpleRnn(SimpleRnnCell cell) {
    super("SimpleRNN", cell);
  }

  @Override
  SimpleRnn withCopiedCell() {
    return new SimpleRnn(cell().copy());
  }
}
