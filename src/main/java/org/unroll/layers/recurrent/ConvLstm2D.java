package org.unroll.layers.recurrent;

/**
 * An LSTM for sequences of images, Keras's {@code ConvLSTM2D} (Shi et al. 2015). {@link
 * ConvLstm2DCell} documents the equations, and {@link ConvLstm2DOptions} the arguments.
 *
 * <p>Input (batch, time, rows, columns, channels). Output (batch, new rows, new columns, filters),
 * which is the output of the last step, or (batch, time, new rows, new columns, filters) with
 * {@code returnSequences(true)}.
 *
 * <p>Source: Keras 3, {@code keras.layers.ConvLSTM2D}.
 */
public final class ConvLstm2D extends UnitsLayer<ConvLstm2D, ConvLstm2DCell>
    implements ConvLstm2DOptions<ConvLstm2D> {
  /** Creates a layer around a cell, which must not be used in another layer. */
  public ConvLstm2D(ConvLstm2DCell cell) {
    super("ConvLSTM2D", cell);
  }

  @Override
  ConvLstm2D withCopiedCell() {
    return new ConvLstm2D(cell().copy());
  }
}
