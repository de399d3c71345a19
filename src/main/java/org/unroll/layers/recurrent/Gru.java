package org.unroll.layers.recurrent;

/**
 * The gated recurrent unit, Keras's {@code GRU} (Cho et al. 2014).
 *
 * <p>{@link GruCell} documents the equations, {@link GruOptions} the arguments, and {@link
 * RecurrentLayer} input and output.
 *
 * <p>Source: Keras 3, {@code keras.layers.GRU}.
 */
public final class Gru extends UnitsLayer<Gru, GruCell> implements GruOptions<Gru> {
  /** Creates a layer around a cell, which must not be used in another layer. */
  public Gru(GruCell cell) {
    super("GRU", cell);
  }

  @Override
  Gru withCopiedCell() {
    return new Gru(cell().copy());
  }
}
