package org.unroll.plots.diagrams;

import org.unroll.compute.Activation;
import org.unroll.layers.cells.LstmVariantCell;
import org.unroll.layers.cells.MinimalGatedUnitCell;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.Cell;
import org.unroll.network.Layer;

/** Finds the sketch of the cell of a layer. */
final class DrawnCell {

  private DrawnCell() {}

  /**
   * Returns the sketch with exactly the equations of a layer's cell.
   *
   * @throws IllegalArgumentException if there is none; the message names what differs
   */
  static CellSketch of(Layer layer) {
    String fault = fault(layer);
    if (!fault.isEmpty()) {
      throw new IllegalArgumentException(
          layer.describe()
              + " must have a SimpleRNN, LSTM, GRU or minimal gated unit cell with the activations"
              + " tanh and sigmoid to be drawn, or an LSTM variant that has all gates, none or all"
              + " peepholes, and may have coupled gates; but it "
              + fault
              + ".");
    }
    Cell cell = ((RecurrentLayer<?>) layer).cell();
    CellSketch sketch = CellSketch.of(name(cell));
    return ((UnitsCell<?>) cell).useBias() ? sketch : sketch.withoutBias();
  }

  /** Returns whether {@link #of} has a sketch for a layer. */
  static boolean exists(Layer layer) {
    return fault(layer).isEmpty();
  }

  /** Returns what has no drawing, or an empty text. */
  private static String fault(Layer layer) {
    if (!(layer instanceof RecurrentLayer<?> recurrent)) {
      return "has no cell (the layers in a Bidirectional have their own names in a recording)";
    }
    Cell cell = recurrent.cell();
    if (name(cell).isEmpty()) {
      return "has the cell " + cell.type();
    }
    Activation activation = ((UnitsCell<?>) cell).activation();
    if (activation != Activation.TANH) {
      return "has the activation " + activation.kerasName();
    }
    if (cell instanceof GatedOptions<?> gated
        && gated.recurrentActivation() != Activation.SIGMOID) {
      return "has the recurrent activation " + gated.recurrentActivation().kerasName();
    }
    return cell instanceof LstmVariantCell variant ? fault(variant) : "";
  }

  private static String fault(LstmVariantCell cell) {
    if (!cell.inputGate() || !cell.forgetGate() || !cell.outputGate()) {
      return "has no "
          + (!cell.inputGate() ? "input" : !cell.forgetGate() ? "forget" : "output")
          + " gate";
    }
    if (cell.fullGateRecurrence()) {
      return "has full gate recurrence";
    }
    if (cell.cellActivation() != Activation.TANH) {
      return "has the cell activation " + cell.cellActivation().kerasName();
    }
    String peepholes = cell.peepholeGates();
    boolean drawn = peepholes.isEmpty() || peepholes.equals(cell.coupledGates() ? "io" : "ifo");
    return drawn ? "" : "has peepholes to the gates " + peepholes + " only";
  }

  /** Returns the name of a cell's sketch; empty if there is none. */
  private static String name(Cell cell) {
    if (cell instanceof SimpleRnnCell) {
      return "SimpleRNN";
    }
    if (cell instanceof LstmCell) {
      return "LSTM";
    }
    if (cell instanceof GruCell gru) {
      return gru.resetAfter() ? "GRU" : "GRU reset before";
    }
    if (cell instanceof MinimalGatedUnitCell) {
      return "MGU";
    }
    if (cell instanceof LstmVariantCell variant) {
      String peepholes = variant.peepholeGates().isEmpty() ? "" : "peephole ";
      return (variant.coupledGates() ? "coupled " : "") + peepholes + "LSTM";
    }
    return "";
  }
}
