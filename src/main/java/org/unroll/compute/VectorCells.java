package org.unroll.compute;

import static org.unroll.compute.VectorFunctions.constant;
import static org.unroll.compute.VectorFunctions.sigmoid;
import static org.unroll.compute.VectorFunctions.tanh;
import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The elementwise part of a cell's step with tanh and sigmoid, in one pass over its gates.
 *
 * <p>Each pass covers whole vectors of units; the units that are left over are copied to a small
 * panel, laid out as a cell with one vector of units, and go through the same pass.
 */
final class VectorCells {
  /** Blocks of one vector each; a GRU going backwards uses the most. */
  private static final ThreadLocal<float[]> PANEL =
      ThreadLocal.withInitial(() -> new float[9 * LANES]);

  private VectorCells() {}

  static void lstmForward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] h,
      int hOffset) {
    int whole = FLOATS.loopBound(units);
    for (int row = 0; row < rows && whole > 0; row++) {
      int state = row * units;
      lstmForwardRow(
          whole,
          units,
          gates,
          gatesOffset + 4 * state,
          cPrevious,
          cPreviousOffset + state,
          c,
          cOffset + state,
          a,
          aOffset + state,
          h,
          hOffset + state);
    }
    int left = units - whole;
    if (left == 0) {
      return;
    }
    float[] panel = PANEL.get();
    for (int row = 0; row < rows; row++) {
      int state = row * units + whole;
      int gate = gatesOffset + row * 4 * units + whole;
      toPanel(4, left, gates, gate, units, panel, 0);
      toPanel(1, left, cPrevious, cPreviousOffset + state, 0, panel, 4 * LANES);
      lstmForwardRow(
          LANES, LANES, panel, 0, panel, 4 * LANES, panel, 5 * LANES, panel, 6 * LANES, panel,
          7 * LANES);
      fromPanel(4, left, panel, 0, gates, gate, units);
      fromPanel(1, left, panel, 5 * LANES, c, cOffset + state, 0);
      fromPanel(1, left, panel, 6 * LANES, a, aOffset + state, 0);
      fromPanel(1, left, panel, 7 * LANES, h, hOffset + state, 0);
    }
  }

  /** The first {@code n} units of a row; n is a multiple of the vector's length. */
  private static void lstmForwardRow(
      int n,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] h,
      int hOffset) {
    for (int j = 0; j < n; j += LANES) {
      int atI = gatesOffset + j;
      int atF = atI + units;
      int atG = atF + units;
      int atO = atG + units;
      FloatVector i = sigmoid(load(gates, atI));
      i.intoArray(gates, atI);
      FloatVector g = tanh(load(gates, atG));
      g.intoArray(gates, atG);
      FloatVector f = sigmoid(load(gates, atF));
      f.intoArray(gates, atF);
      FloatVector state = f.fma(load(cPrevious, cPreviousOffset + j), i.mul(g));
      state.intoArray(c, cOffset + j);
      FloatVector o = sigmoid(load(gates, atO));
      o.intoArray(gates, atO);
      FloatVector active = tanh(state);
      active.intoArray(a, aOffset + j);
      o.mul(active).intoArray(h, hOffset + j);
    }
  }

  static void lstmBackward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] a,
      int aOffset,
      float[] dh,
      int dhOffset,
      float[] dc,
      int dcOffset) {
    int whole = FLOATS.loopBound(units);
    for (int row = 0; row < rows && whole > 0; row++) {
      int state = row * units;
      lstmBackwardRow(
          whole,
          units,
          gates,
          gatesOffset + 4 * state,
          cPrevious,
          cPreviousOffset + state,
          a,
          aOffset + state,
          dh,
          dhOffset + state,
          dc,
          dcOffset + state);
    }
    int left = units - whole;
    if (left == 0) {
      return;
    }
    float[] panel = PANEL.get();
    for (int row = 0; row < rows; row++) {
      int state = row * units + whole;
      int gate = gatesOffset + row * 4 * units + whole;
      toPanel(4, left, gates, gate, units, panel, 0);
      toPanel(1, left, cPrevious, cPreviousOffset + state, 0, panel, 4 * LANES);
      toPanel(1, left, a, aOffset + state, 0, panel, 5 * LANES);
      toPanel(1, left, dh, dhOffset + state, 0, panel, 6 * LANES);
      toPanel(1, left, dc, dcOffset + state, 0, panel, 7 * LANES);
      lstmBackwardRow(
          LANES, LANES, panel, 0, panel, 4 * LANES, panel, 5 * LANES, panel, 6 * LANES, panel,
          7 * LANES);
      fromPanel(4, left, panel, 0, gates, gate, units);
      fromPanel(1, left, panel, 7 * LANES, dc, dcOffset + state, 0);
    }
  }

  private static void lstmBackwardRow(
      int n,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] a,
      int aOffset,
      float[] dh,
      int dhOffset,
      float[] dc,
      int dcOffset) {
    FloatVector one = constant(1);
    for (int j = 0; j < n; j += LANES) {
      int atI = gatesOffset + j;
      int atF = atI + units;
      int atG = atF + units;
      int atO = atG + units;
      FloatVector i = load(gates, atI);
      FloatVector f = load(gates, atF);
      FloatVector g = load(gates, atG);
      FloatVector o = load(gates, atO);
      FloatVector active = load(a, aOffset + j);
      FloatVector dhj = load(dh, dhOffset + j);

      FloatVector slope = one.sub(active.mul(active));
      FloatVector dcj = dhj.mul(o).fma(slope, load(dc, dcOffset + j));
      dcj.mul(f).intoArray(dc, dcOffset + j);
      dcj.mul(g).mul(i).mul(one.sub(i)).intoArray(gates, atI);
      dcj.mul(load(cPrevious, cPreviousOffset + j)).mul(f).mul(one.sub(f)).intoArray(gates, atF);
      dcj.mul(i).mul(one.sub(g.mul(g))).intoArray(gates, atG);
      dhj.mul(active).mul(o).mul(one.sub(o)).intoArray(gates, atO);
    }
  }

  static void gruForward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset) {
    int whole = FLOATS.loopBound(units);
    for (int row = 0; row < rows && whole > 0; row++) {
      int state = row * units;
      gruForwardRow(
          whole,
          units,
          gates,
          gatesOffset + 3 * state,
          inner,
          innerOffset + 3 * state,
          hPrevious,
          hPreviousOffset + state,
          h,
          hOffset + state);
    }
    int left = units - whole;
    if (left == 0) {
      return;
    }
    float[] panel = PANEL.get();
    for (int row = 0; row < rows; row++) {
      int state = row * units + whole;
      int gate = row * 3 * units + whole;
      toPanel(3, left, gates, gatesOffset + gate, units, panel, 0);
      toPanel(3, left, inner, innerOffset + gate, units, panel, 3 * LANES);
      toPanel(1, left, hPrevious, hPreviousOffset + state, 0, panel, 6 * LANES);
      gruForwardRow(LANES, LANES, panel, 0, panel, 3 * LANES, panel, 6 * LANES, panel, 7 * LANES);
      fromPanel(3, left, panel, 0, gates, gatesOffset + gate, units);
      fromPanel(1, left, panel, 7 * LANES, h, hOffset + state, 0);
    }
  }

  private static void gruForwardRow(
      int n,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset) {
    for (int j = 0; j < n; j += LANES) {
      int atZ = gatesOffset + j;
      int atR = atZ + units;
      int atG = atR + units;
      int innerZ = innerOffset + j;
      int innerR = innerZ + units;
      int innerH = innerR + units;
      FloatVector r = sigmoid(load(gates, atR).add(load(inner, innerR)));
      r.intoArray(gates, atR);
      FloatVector z = sigmoid(load(gates, atZ).add(load(inner, innerZ)));
      z.intoArray(gates, atZ);
      FloatVector g = tanh(r.fma(load(inner, innerH), load(gates, atG)));
      g.intoArray(gates, atG);
      output(z, g, load(hPrevious, hPreviousOffset + j)).intoArray(h, hOffset + j);
    }
  }

  /** z h + (1 − z) g. */
  private static FloatVector output(FloatVector z, FloatVector g, FloatVector before) {
    return z.fma(before, constant(1).sub(z).mul(g));
  }

  static void gruBackward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] dhPrevious,
      int dhPreviousOffset) {
    int whole = FLOATS.loopBound(units);
    for (int row = 0; row < rows && whole > 0; row++) {
      int state = row * units;
      gruBackwardRow(
          whole,
          units,
          gates,
          gatesOffset + 3 * state,
          inner,
          innerOffset + 3 * state,
          hPrevious,
          hPreviousOffset + state,
          dh,
          dhOffset + state,
          dhPrevious,
          dhPreviousOffset + state);
    }
    int left = units - whole;
    if (left == 0) {
      return;
    }
    float[] panel = PANEL.get();
    for (int row = 0; row < rows; row++) {
      int state = row * units + whole;
      int gate = row * 3 * units + whole;
      toPanel(3, left, gates, gatesOffset + gate, units, panel, 0);
      toPanel(3, left, inner, innerOffset + gate, units, panel, 3 * LANES);
      toPanel(1, left, hPrevious, hPreviousOffset + state, 0, panel, 6 * LANES);
      toPanel(1, left, dh, dhOffset + state, 0, panel, 7 * LANES);
      gruBackwardRow(
          LANES, LANES, panel, 0, panel, 3 * LANES, panel, 6 * LANES, panel, 7 * LANES, panel,
          8 * LANES);
      fromPanel(3, left, panel, 0, gates, gatesOffset + gate, units);
      fromPanel(3, left, panel, 3 * LANES, inner, innerOffset + gate, units);
      fromPanel(1, left, panel, 8 * LANES, dhPrevious, dhPreviousOffset + state, 0);
    }
  }

  private static void gruBackwardRow(
      int n,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] dhPrevious,
      int dhPreviousOffset) {
    FloatVector one = constant(1);
    for (int j = 0; j < n; j += LANES) {
      int atZ = gatesOffset + j;
      int atR = atZ + units;
      int atG = atR + units;
      int innerZ = innerOffset + j;
      int innerR = innerZ + units;
      int innerH = innerR + units;
      FloatVector z = load(gates, atZ);
      FloatVector r = load(gates, atR);
      FloatVector g = load(gates, atG);
      FloatVector dhj = load(dh, dhOffset + j);
      FloatVector notZ = one.sub(z);
      dhj.mul(z).intoArray(dhPrevious, dhPreviousOffset + j);

      FloatVector before = load(hPrevious, hPreviousOffset + j);
      FloatVector dz = dhj.mul(before.sub(g)).mul(z).mul(notZ);
      FloatVector dg = dhj.mul(notZ).mul(one.sub(g.mul(g)));
      FloatVector dr = dg.mul(load(inner, innerH)).mul(r).mul(one.sub(r));
      dz.intoArray(gates, atZ);
      dz.intoArray(inner, innerZ);
      dr.intoArray(gates, atR);
      dr.intoArray(inner, innerR);
      dg.intoArray(gates, atG);
      dg.mul(r).intoArray(inner, innerH);
    }
  }

  static void gruOutput(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset) {
    for (int row = 0; row < rows; row++) {
      int atZ = gatesOffset + row * 3 * units;
      int atG = atZ + 2 * units;
      int before = hPreviousOffset + row * units;
      int to = hOffset + row * units;
      int j = 0;
      for (; j + LANES <= units; j += LANES) {
        output(load(gates, atZ + j), load(gates, atG + j), load(hPrevious, before + j))
            .intoArray(h, to + j);
      }
      for (; j < units; j++) {
        float z = gates[atZ + j];
        h[to + j] = z * hPrevious[before + j] + (1 - z) * gates[atG + j];
      }
    }
  }

  static void gruOutputBackward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] gateGradients,
      int gateGradientsOffset,
      float[] dhPrevious,
      int dhPreviousOffset) {
    for (int row = 0; row < rows; row++) {
      int atZ = gatesOffset + row * 3 * units;
      int atG = atZ + 2 * units;
      int toZ = gateGradientsOffset + row * 3 * units;
      int toG = toZ + 2 * units;
      int before = hPreviousOffset + row * units;
      int from = dhOffset + row * units;
      int to = dhPreviousOffset + row * units;
      int j = 0;
      for (; j + LANES <= units; j += LANES) {
        FloatVector z = load(gates, atZ + j);
        FloatVector dhj = load(dh, from + j);
        FloatVector difference = load(hPrevious, before + j).sub(load(gates, atG + j));
        dhj.mul(difference).intoArray(gateGradients, toZ + j);
        dhj.mul(constant(1).sub(z)).intoArray(gateGradients, toG + j);
        dhj.mul(z).intoArray(dhPrevious, to + j);
      }
      for (; j < units; j++) {
        float z = gates[atZ + j];
        float dhj = dh[from + j];
        gateGradients[toZ + j] = dhj * (hPrevious[before + j] - gates[atG + j]);
        gateGradients[toG + j] = dhj * (1 - z);
        dhPrevious[to + j] = dhj * z;
      }
    }
  }

  private static void toPanel(
      int blocks, int left, float[] from, int offset, int distance, float[] panel, int at) {
    for (int block = 0; block < blocks; block++) {
      for (int j = 0; j < left; j++) {
        panel[at + block * LANES + j] = from[offset + block * distance + j];
      }
    }
  }

  private static void fromPanel(
      int blocks, int left, float[] panel, int at, float[] to, int offset, int distance) {
    for (int block = 0; block < blocks; block++) {
      for (int j = 0; j < left; j++) {
        to[offset + block * distance + j] = panel[at + block * LANES + j];
      }
    }
  }

  private static FloatVector load(float[] a, int offset) {
    return FloatVector.fromArray(FLOATS, a, offset);
  }
}
