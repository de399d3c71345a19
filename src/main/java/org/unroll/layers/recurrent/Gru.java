package org.unroll.layers.recurrent;

/**
 * The gated recurrent unit, Keras's {@code GRU} (Cho et al. 2014). The cell, {@link GruCell}, has
 * the equations forward and backward and the arguments; input and output are described at {@link
 * RecurrentLayer}. {@code resetAfter(false)} makes it the GRU of the paper of 2014.
 *
 * <p>Source: Keras 3, {@code keras.layers.GRU}.
 */
public final class Gru extends GatedLayer<Gru, GruCell> {
  public Gru(GruCell cell) {
    super("GRU", cell);
  }

  @Override
  Gru self() {
    return this;
  }

  @Override
  Gru fresh() {
    return new Gru(cell().copy());
  }

  /** See {@link GruCell#resetAfter(boolean)}. */
  public Gru resetAfter(boolean after) {
    requireNotBuilt("resetAfter");
    cell().resetAfter(after);
    return this;
  }

  /** See {@link GruCell#resetAfter()}. */
  public boolean resetAfter() {
    return cell().resetAfter();
  }
}
