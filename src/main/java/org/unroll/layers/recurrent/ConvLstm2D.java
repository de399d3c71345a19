package org.unroll.layers.recurrent;

import org.unroll.network.Padding;

/**
 * An LSTM over sequences of images, Keras's {@code ConvLSTM2D} (Shi et al. 2015). The cell, {@link
 * ConvLstm2DCell}, has the equations and the arguments.
 *
 * <p>Input (batch, time, rows, columns, channels); output (batch, new rows, new columns, filters),
 * the last step's, or (batch, time, new rows, new columns, filters) with {@code returnSequences}.
 *
 * <p>Source: Keras 3, {@code keras.layers.ConvLSTM2D}.
 */
public final class ConvLstm2D extends GatedLayer<ConvLstm2D, ConvLstm2DCell> {
  public ConvLstm2D(ConvLstm2DCell cell) {
    super("ConvLSTM2D", cell);
  }

  @Override
  ConvLstm2D self() {
    return this;
  }

  @Override
  ConvLstm2D fresh() {
    return new ConvLstm2D(cell().copy());
  }

  /** See {@link ConvLstm2DCell#strides(int, int)}; the same for rows and columns. */
  public ConvLstm2D strides(int both) {
    return strides(both, both);
  }

  /** See {@link ConvLstm2DCell#strides(int, int)}. */
  public ConvLstm2D strides(int rows, int columns) {
    requireNotBuilt("strides");
    cell().strides(rows, columns);
    return this;
  }

  /** See {@link ConvLstm2DCell#dilationRate(int, int)}; the same for rows and columns. */
  public ConvLstm2D dilationRate(int both) {
    return dilationRate(both, both);
  }

  /** See {@link ConvLstm2DCell#dilationRate(int, int)}. */
  public ConvLstm2D dilationRate(int rows, int columns) {
    requireNotBuilt("dilationRate");
    cell().dilationRate(rows, columns);
    return this;
  }

  /** See {@link ConvLstm2DCell#padding(Padding)}. */
  public ConvLstm2D padding(Padding edge) {
    requireNotBuilt("padding");
    cell().padding(edge);
    return this;
  }

  /** The padding by its Keras name, {@code valid} or {@code same}. */
  public ConvLstm2D padding(String name) {
    return padding(Padding.of(name));
  }

  /** See {@link ConvLstm2DCell#unitForgetBias(boolean)}. */
  public ConvLstm2D unitForgetBias(boolean ones) {
    requireNotBuilt("unitForgetBias");
    cell().unitForgetBias(ones);
    return this;
  }
}
