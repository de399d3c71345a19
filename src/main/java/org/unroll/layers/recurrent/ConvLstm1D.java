package org.unroll.layers.recurrent;

/**
 * An LSTM for sequences of signals, Keras's {@code ConvLSTM1D}. {@link ConvLstm2DCell} documents
 * the equations, and {@link ConvLstm1DOptions} the arguments.
 *
 * <p>Input (batch, time, positions, channels). Output (batch, new positions, filters), which is the
 * output of the last step, or (batch, time, new positions, filters) with {@code
 * returnSequences(true)}.
 *
 * <p>Source: Keras 3, {@code keras.layers.ConvLSTM1D}.
 */
public final class ConvLstm1D extends UnitsLayer<ConvLstm1D, ConvLstm1DCell>
    implements ConvLstm1DOptions<ConvLstm1D> {
  /** Creates a layer around a cell, which must not be used in another layer. */
  public ConvLstm1D(ConvLstm1DCell cell) {
    super("ConvLSTM1D", cell);
  }

  @Override
  ConvLstm1D withCopiedCell() {
    return new ConvLstm1D(cell().copy());
  }
}
