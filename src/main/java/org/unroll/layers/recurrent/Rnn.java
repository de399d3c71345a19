package org.unroll.layers.recurrent;

import java.util.List;
import org.unroll.network.Cell;
import org.unroll.network.Layer;

/**
 * A recurrent layer around any {@link Cell}, Keras's {@code RNN}. {@code rnn(lstmCell(32))}
 * computes the same as {@code lstm(32)}. Use it with your own cells, with the variants from the
 * literature and with {@link StackedRnnCells}. {@link RecurrentLayer} documents input and output.
 * Keras's {@code unroll} concerns graph execution and has no counterpart.
 *
 * <p>Source: Keras 3, {@code keras.layers.RNN}.
 */
public final class Rnn extends RecurrentLayer<Rnn> {
  private final Cell cell;

  /** Creates a layer around a cell, which must not be used in another layer. */
  public Rnn(Cell cell) {
    super("RNN");
    this.cell = cell;
  }

  @Override
  public Cell cell() {
    return cell;
  }

  @Override
  Rnn withCopiedCell() {
    return new Rnn(cell.copy());
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(cell);
  }
}
