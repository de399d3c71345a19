package org.unroll.layers.cells;

import static org.unroll.layers.cells.LstmVariantCell.CANDIDATE;
import static org.unroll.layers.cells.LstmVariantCell.DEPTH;
import static org.unroll.layers.cells.LstmVariantCell.FORGET;
import static org.unroll.layers.cells.LstmVariantCell.GATES;
import static org.unroll.layers.cells.LstmVariantCell.INPUT;
import static org.unroll.layers.cells.LstmVariantCell.OUTPUT;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.layers.recurrent.GatePass;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.TimeSteps;
import org.unroll.network.Weight;

/** The equations of {@link LstmVariantCell}, forward and backward. */
final class LstmVariantPass extends GatePass {
  private static final int CELL_STATE = 1;
  private static final int GATE_STATE = 2;

  private final LstmVariantCell cell;
  private final Activation act;
  private final Activation sigma;
  private final Activation out;
  private final boolean coupledGates;
  private final boolean hasDepthGate;
  private final int[] place = new int[GATES]; // position in the columns, -1 without weights
  private final int[] peephole = new int[GATES]; // row of p, -1 without a peephole
  private final int hiddenColumns; // of the gates that read h
  private final int gateWidth; // of the state of gates, 0 without full gate recurrence
  private final int widthBefore; // of the gates before the candidate
  private final float[] p; // null without peepholes
  private final float[] q; // null without a depth gate
  private final Weight gateKernel; // null without full gate recurrence
  private final float[] ones;
  private float[] forget = {}; // 1 − i if the gates are coupled: timesteps × rows × units
  private float[] activatedCell = {}; // out(c): timesteps × rows × units
  private float[] gateGradients = {}; // rows × columns
  private float[] dc = {}; // rows × units
  private float[] dcBelow = {}; // rows × units
  private float[] products = {}; // gate gradients ⊙ c: timesteps × rows × units
  private TimeSteps statesBelow; // of the cell below, from which the depth gate reads

  // Views of one step, and of all steps for a gradient.
  private final Matrix hBefore = new Matrix();
  private final Matrix h = new Matrix();
  private final Matrix cBefore = new Matrix();
  private final Matrix c = new Matrix();
  private final Matrix cBelow = new Matrix();
  private final Matrix activated = new Matrix();
  private final Matrix candidate = new Matrix();
  private final Matrix forgetBlock = new Matrix();
  private final Matrix repeated = new Matrix(); // a row of p, or q, or ones, for all rows
  private final Matrix gateGradient = new Matrix();
  private final Matrix dh = new Matrix();
  private final Matrix dCell = new Matrix();
  private final Matrix dCellBefore = new Matrix();
  private final Matrix dCellBelow = new Matrix();
  private final Matrix gatesBefore = new Matrix();
  private final Matrix gateColumns = new Matrix(); // of G, or the rows of its transpose

  LstmVariantPass(LstmVariantCell cell) {
    super(cell);
    this.cell = cell;
    act = cell.activation();
    sigma = cell.recurrentActivation();
    out = cell.cellActivation();
    coupledGates = cell.coupledGates();
    hasDepthGate = cell.depthGate();
    int row = 0;
    for (int gate = 0; gate < GATES; gate++) {
      place[gate] = cell.hasWeights(gate) ? cell.place(gate) : -1;
      peephole[gate] = cell.hasPeephole(gate) ? row++ : -1;
    }
    hiddenColumns = cell.place(DEPTH) * units;
    gateWidth = cell.fullGateRecurrence() ? cell.recurrentGates() * units : 0;
    widthBefore = place[CANDIDATE] * units;
    p = row > 0 ? cell.weight("peephole_kernel").values() : null;
    q = hasDepthGate ? cell.weight("depth_kernel").values() : null;
    gateKernel = gateWidth > 0 ? cell.weight("gate_kernel") : null;
    ones = new float[units];
    Arrays.fill(ones, 1f);
  }

  @Override
  protected List<String> gateNames() {
    return Stream.of(INPUT, FORGET, CANDIDATE, OUTPUT, DEPTH)
        .filter(cell::hasWeights)
        .map(List.of("i", "f", "g", "o", "d")::get)
        .toList();
  }

  @Override
  protected void readBelow(TimeSteps cellState) {
    statesBelow = cellState;
  }

  @Override
  protected void reserve() {
    int block = rows * units;
    forget = Pass.atLeast(forget, coupledGates ? timesteps * block : 0);
    activatedCell = Pass.atLeast(activatedCell, timesteps * block);
    products = Pass.atLeast(products, p != null ? timesteps * block : 0);
    gateGradients = Pass.atLeast(gateGradients, rows * columns);
    dc = Pass.atLeast(dc, block);
    dcBelow = Pass.atLeast(dcBelow, hasDepthGate ? block : 0);
  }

  @Override
  protected void stepForward(int k) {
    state(CELL_STATE).at(k, cBefore);
    state(CELL_STATE).at(k + 1, c);
    multiplyRecurrent(state(0).at(k, hBefore), 0, gates(k, 0, place(DEPTH)), true);
    if (gateWidth > 0) {
      readGates(k);
    }
    activate(INPUT, sigma, k, cBefore);
    activate(FORGET, sigma, k, cBefore);
    activate(CANDIDATE, act, k, cBefore);
    if (coupledGates) {
      couple(k);
    }
    System.arraycopy(cBefore.values(), cBefore.offset(), c.values(), c.offset(), rows * units);
    timesForget(k, c);
    kernels.multiplyElements(candidate(k), inputGate(k), c, true);
    if (hasDepthGate) {
      statesBelow.at(k + 1, cBelow);
      kernels.multiplyElements(cBelow, repeated.set(q, 0, rows, units, 0), gate(DEPTH, k), true);
      activate(DEPTH, sigma, k, cBefore);
      kernels.multiplyElements(gate(DEPTH, k), cBelow, c, true);
    }
    activate(OUTPUT, sigma, k, c);
    kernels.activate(out, c, block(activatedCell, k, activated));
    times(OUTPUT, k, activated, state(0).at(k + 1, h));
    if (gateWidth > 0) {
      keepGates(k);
    }
  }

  /** Returns the position of a gate that may be missing. */
  private int place(int gate) {
    return cell.place(gate);
  }

  private Matrix gate(int gate, int k) {
    return gates(k, place[gate], place[gate] + 1);
  }

  private Matrix candidate(int k) {
    return gates(k, place[CANDIDATE], place[CANDIDATE] + 1, candidate);
  }

  /** Returns the input gate; ones if the variant does not have it. */
  private Matrix inputGate(int k) {
    return place[INPUT] < 0 ? repeated.set(ones, 0, rows, units, 0) : gate(INPUT, k);
  }

  /** Returns the peephole weights of a gate, repeated for each row. */
  private Matrix peephole(int gate) {
    return repeated.set(p, peephole[gate] * units, rows, units, 0);
  }

  /** Sets the view of the gate gradients to those of one gate. */
  private Matrix gradientOf(int gate) {
    return gateGradient.set(gateGradients, place[gate] * units, rows, units, columns);
  }

  /** Adds the peephole and activates a gate. Does nothing if the gate has no weights. */
  private void activate(int gate, Activation f, int k, Matrix cellState) {
    if (place[gate] < 0) {
      return;
    }
    if (peephole[gate] >= 0) {
      kernels.multiplyElements(cellState, peephole(gate), gate(gate, k), true);
    }
    activateGates(f, k, place[gate], place[gate] + 1);
  }

  /** Computes f = 1 − i. */
  private void couple(int k) {
    int at = k * rows * columns + place[INPUT] * units;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < units; j++) {
        forget[(k * rows + r) * units + j] = 1 - gateValues[at + r * columns + j];
      }
    }
  }

  /** Computes x = f ⊙ x. */
  private void timesForget(int k, Matrix x) {
    if (coupledGates) {
      kernels.multiplyElements(block(forget, k, forgetBlock), x, x, false);
    } else {
      times(FORGET, k, x, x);
    }
  }

  /** Computes y = gate ⊙ x; a gate that the variant does not have is 1. */
  private void times(int gate, int k, Matrix x, Matrix y) {
    if (place[gate] >= 0) {
      kernels.multiplyElements(x, gate(gate, k), y, false);
    } else if (x != y) {
      System.arraycopy(x.values(), x.offset(), y.values(), y.offset(), rows * units);
    }
  }

  /** Adds r_{t−1}·G to the gates. */
  private void readGates(int k) {
    float[] kernel = gateKernel.values();
    state(GATE_STATE).at(k, gatesBefore);
    if (widthBefore > 0) {
      gateColumns.set(kernel, 0, gateWidth, widthBefore, gateWidth);
      kernels.multiply(gatesBefore, gateColumns, gates(k, 0, place[CANDIDATE]), true);
    }
    if (place[OUTPUT] >= 0) {
      gateColumns.set(kernel, widthBefore, gateWidth, units, gateWidth);
      kernels.multiply(gatesBefore, gateColumns, gate(OUTPUT, k), true);
    }
  }

  /** Copies the gates to their state after the step. */
  private void keepGates(int k) {
    float[] to = state(GATE_STATE).values();
    int after = state(GATE_STATE).at(k + 1);
    for (int r = 0; r < rows; r++) {
      int from = (k * rows + r) * columns;
      int at = after + r * gateWidth;
      System.arraycopy(gateValues, from, to, at, widthBefore);
      if (place[OUTPUT] >= 0) {
        System.arraycopy(gateValues, from + place[OUTPUT] * units, to, at + widthBefore, units);
      }
    }
  }

  @Override
  protected void stepBackward(int k) {
    float[] dcPrevious = stateGradient(CELL_STATE);
    state(CELL_STATE).at(k, cBefore);
    state(CELL_STATE).at(k + 1, c);
    block(activatedCell, k, activated);
    dh.set(stateGradient(0), 0, rows, units);
    dCell.set(dc, 0, rows, units);
    dCellBefore.set(dcPrevious, 0, rows, units);
    gateGradient(OUTPUT, sigma, k, dh, activated);
    times(OUTPUT, k, dh, dCell);
    kernels.activateBackward(out, c, activated, dCell);
    addPeephole(OUTPUT, dCell);
    kernels.add(rows * units, dcPrevious, 0, dc, 0);

    if (coupledGates) {
      coupledInputGradient(k, cBefore.values(), cBefore.offset());
    } else {
      gateGradient(INPUT, sigma, k, dCell, candidate(k));
      gateGradient(FORGET, sigma, k, dCell, cBefore);
    }
    gateGradient(CANDIDATE, act, k, dCell, inputGate(k));
    if (hasDepthGate) {
      statesBelow.at(k + 1, cBelow);
      gateGradient(DEPTH, sigma, k, dCell, cBelow);
      dCellBelow.set(dcBelow, 0, rows, units);
      kernels.multiplyElements(dCell, gate(DEPTH, k), dCellBelow, false);
      repeated.set(q, 0, rows, units, 0);
      kernels.multiplyElements(gradientOf(DEPTH), repeated, dCellBelow, true);
    }
    System.arraycopy(dc, 0, dcPrevious, 0, rows * units);
    timesForget(k, dCellBefore);
    addPeephole(INPUT, dCellBefore);
    addPeephole(FORGET, dCellBefore);
    addPeephole(DEPTH, dCellBefore);
    if (gateWidth > 0) {
      readGatesBackward();
    }
    System.arraycopy(gateGradients, 0, gateValues, k * rows * columns, rows * columns);
    gateGradient.set(gateGradients, 0, rows, hiddenColumns, columns);
    multiplyRecurrentBackward(gateGradient, 0, stateGradient(0), false);
  }

  @Override
  protected float[] gradientBelow() {
    return hasDepthGate ? dcBelow : null;
  }

  /** Computes the gradient of the pre-activation of a gate: (dy ⊙ x + dr) ⊙ f′. */
  private void gateGradient(int gate, Activation f, int k, Matrix dy, Matrix x) {
    if (place[gate] < 0) {
      return;
    }
    kernels.multiplyElements(dy, x, gradientOf(gate), false);
    addGateState(gate);
    activateGatesBackward(f, k, place[gate], place[gate] + 1, gateGradients);
  }

  /** Adds the gradient that a gate receives from the next step with full gate recurrence. */
  private void addGateState(int gate) {
    if (gateWidth == 0 || gate == CANDIDATE || gate == DEPTH) {
      return;
    }
    int from = gate == OUTPUT ? widthBefore : place[gate] * units;
    for (int r = 0; r < rows; r++) {
      int to = r * columns + place[gate] * units;
      kernels.add(units, stateGradient(GATE_STATE), r * gateWidth + from, gateGradients, to);
    }
  }

  /** Computes di = (dc ⊙ (g − c_{t−1}) + dr_i) ⊙ σ′. */
  private void coupledInputGradient(int k, float[] cellState, int before) {
    int g = k * rows * columns + place[CANDIDATE] * units;
    int to = place[INPUT] * units;
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < units; j++) {
        float difference = gateValues[g + r * columns + j] - cellState[before + r * units + j];
        gateGradients[to + r * columns + j] = dc[r * units + j] * difference;
      }
    }
    addGateState(INPUT);
    activateGatesBackward(sigma, k, place[INPUT], place[INPUT] + 1, gateGradients);
  }

  /** Adds p ⊙ the gradient of the gate. */
  private void addPeephole(int gate, Matrix gradient) {
    if (peephole[gate] >= 0) {
      kernels.multiplyElements(gradientOf(gate), peephole(gate), gradient, true);
    }
  }

  /** Computes dr_{t−1} = (di, df, do)·Gᵀ. */
  private void readGatesBackward() {
    float[] transposed = transposed(gateKernel);
    Matrix dr = gatesBefore.set(stateGradient(GATE_STATE), 0, rows, gateWidth);
    if (widthBefore > 0) {
      gateGradient.set(gateGradients, 0, rows, widthBefore, columns);
      gateColumns.set(transposed, 0, widthBefore, gateWidth);
      kernels.multiply(gateGradient, gateColumns, dr, false);
    }
    if (place[OUTPUT] >= 0) {
      gateColumns.set(transposed, widthBefore * gateWidth, units, gateWidth);
      kernels.multiply(gradientOf(OUTPUT), gateColumns, dr, widthBefore > 0);
    }
  }

  @Override
  protected void recurrentGradient(Gradient[] gradients) {
    recurrentGradient(state(0).values(), allGates(0, place(DEPTH)), 0, gradients[1]);
    int next = cell.useBias() ? 3 : 2;
    if (p != null) {
      float[] dp = gradients[next++].values();
      peepholeGradient(INPUT, 0, dp);
      peepholeGradient(FORGET, 0, dp);
      peepholeGradient(OUTPUT, 1, dp);
      peepholeGradient(DEPTH, 0, dp);
    }
    if (gateWidth > 0) {
      gateKernelGradient(gradients[next++].values());
    }
    if (hasDepthGate) {
      sumProducts(DEPTH, statesBelow, 1, repeated.set(gradients[next].values(), 0, 1, units));
    }
  }

  /**
   * Computes dp = Σ gate gradients ⊙ c.
   *
   * @param firstState 0 if the gate reads the cell state before the step, 1 if after it
   */
  private void peepholeGradient(int gate, int firstState, float[] dp) {
    if (peephole[gate] >= 0) {
      repeated.set(dp, peephole[gate] * units, 1, units);
      sumProducts(gate, state(CELL_STATE), firstState, repeated);
    }
  }

  private void sumProducts(int gate, TimeSteps cellState, int firstState, Matrix sum) {
    int positions = timesteps * rows;
    Matrix dGate = allGates(place[gate], place[gate] + 1);
    c.set(cellState.values(), cellState.at(firstState), positions, units);
    dCell.set(products, 0, positions, units);
    kernels.multiplyElements(dGate, c, dCell, false);
    kernels.sumRows(dCell, sum);
  }

  /** Computes dG = Σ r_{t−1}ᵀ·(di, df, do). */
  private void gateKernelGradient(float[] gradient) {
    TimeSteps r = state(GATE_STATE);
    gatesBefore.set(r.values(), r.at(0), timesteps * rows, gateWidth);
    if (widthBefore > 0) {
      gateColumns.set(gradient, 0, gateWidth, widthBefore, gateWidth);
      kernels.multiplyTransposed(gatesBefore, allGates(0, place[CANDIDATE]), gateColumns, false);
    }
    if (place[OUTPUT] >= 0) {
      gateColumns.set(gradient, widthBefore, gateWidth, units, gateWidth);
      Matrix dOutput = allGates(place[OUTPUT], place[OUTPUT] + 1);
      kernels.multiplyTransposed(gatesBefore, dOutput, gateColumns, false);
    }
  }
}
