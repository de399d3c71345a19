package org.unroll.layers.recurrent;

/**
 * Long short-term memory, Keras's {@code LSTM} (Hochreiter &amp; Schmidhuber 1997, with the forget
 * gate of Gers et al. 2000).
 *
 * <p>{@link LstmCell} documents the equations, {@link LstmOptions} the arguments, and {@link
 * RecurrentLayer} input and output.
 *
 * <p>Source: Keras 3, {@code keras.layers.LSTM}.
 */
public final class Lstm extends UnitsLayer<Lstm, LstmCell> implements LstmOptions<Lstm> {
  /** Creates a layer around a cell, which must not be used in another layer. */
  public Lstm(LstmCell cell) {
    super("LSTM", cell);
  }

  @Override
  Lstm withCopiedCell() {
    return new Lstm(cell().copy());
  }
}
