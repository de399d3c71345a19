package org.unroll.layers.recurrent;

import java.util.List;
import org.unroll.network.Cell;
import org.unroll.network.Layer;

/**
 * Runs any {@link Cell} over time, Keras's {@code RNN(cell)}: {@code rnn(lstmCell(32))} is {@code
 * lstm(32)}, and the same goes for a cell of one's own, the variants of the literature and {@link
 * StackedRnnCells}. Input and output are described at {@link RecurrentLayer}. Keras's {@code
 * unroll} is a matter of graphs and has no counterpart.
 *
 * <p>Source: Keras 3, {@code keras.layers.RNN}.
 */
public final class Rnn extends RecurrentLayer<Rnn> {
  private final Cell cell;

  public Rnn(Cell cell) {
    super("RNN");
    this.cell = cell;
  }

  @Override
  public Cell cell() {
    return cell;
  }

  @Override
  Rnn self() {
    return this;
  }

  @Override
  Rnn fresh() {
    return new Rnn(cell.copy());
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(cell);
  }
}
