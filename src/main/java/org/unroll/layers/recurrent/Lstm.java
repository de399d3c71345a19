package org.unroll.layers.recurrent;

/**
 * Long short-term memory, Keras's {@code LSTM} (Hochreiter &amp; Schmidhuber 1997, with the forget
 * gate of Gers et al. 2000). The cell, {@link LstmCell}, has the equations forward and backward and
 * the arguments; input and output are described at {@link RecurrentLayer}.
 *
 * <p>Source: Keras 3, {@code keras.layers.LSTM}.
 */
public final class Lstm extends GatedLayer<Lstm, LstmCell> {
  public Lstm(LstmCell cell) {
    super("LSTM", cell);
  }

  @Override
  Lstm self() {
    return this;
  }

  @Override
  Lstm fresh() {
    return new Lstm(cell().copy());
  }

  /** See {@link LstmCell#unitForgetBias(boolean)}. */
  public Lstm unitForgetBias(boolean ones) {
    requireNotBuilt("unitForgetBias");
    cell().unitForgetBias(ones);
    return this;
  }

  /** See {@link LstmCell#unitForgetBias()}. */
  public boolean unitForgetBias() {
    return cell().unitForgetBias();
  }
}
