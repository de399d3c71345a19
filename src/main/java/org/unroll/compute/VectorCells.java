package org.unroll.compute;

import static org.unroll.compute.VectorFunctions.sigmoid;
import static org.unroll.compute.VectorFunctions.tanh;
import static org.unroll.compute.VectorPanel.gather;
import static org.unroll.compute.VectorPanel.scatter;
import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The elementwise part of a cell's step with tanh and sigmoid, in a few passes over gates that are
 * in the nearest cache.
 *
 * <p>Each pass covers whole vectors of units. The units that are left over are gathered from all
 * rows in a panel, laid out as one row of as many units as fill whole vectors, and go through the
 * same passes. In the private methods {@code distance} lies between the gates of a row, {@code
 * gateStride} and {@code stateStride} between rows.
 */
final class VectorCells {
  private static final ThreadLocal<float[]> PANEL = ThreadLocal.withInitial(() -> new float[0]);

  private VectorCells() {}

  private static float[] panel(int size) {
    float[] panel = PANEL.get();
    if (panel.length < size) {
      panel = new float[size];
      PANEL.set(panel);
    }
    return panel;
  }

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
    if (whole > 0) {
      lstmGates(rows, whole, gates, gatesOffset, units, 4 * units);
      lstmState(
          rows,
          whole,
          gates,
          gatesOffset,
          units,
          4 * units,
          cPrevious,
          cPreviousOffset,
          c,
          cOffset,
          a,
          aOffset,
          h,
          hOffset,
          units);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPanel.size(rows * left);
      float[] panel = panel(8 * n);
      gatherGates(4, rows, left, gates, gatesOffset + whole, units, 4 * units, panel, 0, n);
      gather(rows, left, cPrevious, cPreviousOffset + whole, units, panel, 4 * n, n);
      lstmGates(1, n, panel, 0, n, 0);
      lstmState(1, n, panel, 0, n, 0, panel, 4 * n, panel, 5 * n, panel, 6 * n, panel, 7 * n, 0);
      scatterGates(4, rows, left, panel, 0, n, gates, gatesOffset + whole, units, 4 * units);
      scatter(rows, left, panel, 5 * n, c, cOffset + whole, units);
      scatter(rows, left, panel, 6 * n, a, aOffset + whole, units);
      scatter(rows, left, panel, 7 * n, h, hOffset + whole, units);
    }
  }

  private static void lstmGates(
      int rows, int n, float[] gates, int offset, int distance, int stride) {
    int f = offset + distance;
    int g = f + distance;
    int o = g + distance;
    if (distance == n) {
      sigmoid(rows, 2 * n, gates, offset, stride, gates, offset, stride);
    } else {
      sigmoid(rows, n, gates, offset, stride, gates, offset, stride);
      sigmoid(rows, n, gates, f, stride, gates, f, stride);
    }
    tanh(rows, n, gates, g, stride, gates, g, stride);
    sigmoid(rows, n, gates, o, stride, gates, o, stride);
  }

  private static void lstmState(
      int rows,
      int n,
      float[] gates,
      int gatesOffset,
      int distance,
      int gateStride,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] h,
      int hOffset,
      int stateStride) {
    for (int row = 0; row < rows; row++) {
      int i = gatesOffset + row * gateStride;
      int f = i + distance;
      int g = f + distance;
      int before = cPreviousOffset + row * stateStride;
      int to = cOffset + row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector kept =
            FloatVector.fromArray(FLOATS, gates, f + j)
                .mul(FloatVector.fromArray(FLOATS, cPrevious, before + j));
        FloatVector.fromArray(FLOATS, gates, i + j)
            .fma(FloatVector.fromArray(FLOATS, gates, g + j), kept)
            .intoArray(c, to + j);
      }
    }
    tanh(rows, n, c, cOffset, stateStride, a, aOffset, stateStride);
    for (int row = 0; row < rows; row++) {
      int o = gatesOffset + row * gateStride + 3 * distance;
      int from = aOffset + row * stateStride;
      int to = hOffset + row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector.fromArray(FLOATS, gates, o + j)
            .mul(FloatVector.fromArray(FLOATS, a, from + j))
            .intoArray(h, to + j);
      }
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
    if (whole > 0) {
      lstmGradients(
          rows,
          whole,
          gates,
          gatesOffset,
          units,
          4 * units,
          cPrevious,
          cPreviousOffset,
          a,
          aOffset,
          dh,
          dhOffset,
          dc,
          dcOffset,
          units);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPanel.size(rows * left);
      float[] panel = panel(8 * n);
      gatherGates(4, rows, left, gates, gatesOffset + whole, units, 4 * units, panel, 0, n);
      gather(rows, left, cPrevious, cPreviousOffset + whole, units, panel, 4 * n, n);
      gather(rows, left, a, aOffset + whole, units, panel, 5 * n, n);
      gather(rows, left, dh, dhOffset + whole, units, panel, 6 * n, n);
      gather(rows, left, dc, dcOffset + whole, units, panel, 7 * n, n);
      lstmGradients(
          1, n, panel, 0, n, 0, panel, 4 * n, panel, 5 * n, panel, 6 * n, panel, 7 * n, 0);
      scatterGates(4, rows, left, panel, 0, n, gates, gatesOffset + whole, units, 4 * units);
      scatter(rows, left, panel, 7 * n, dc, dcOffset + whole, units);
    }
  }

  private static void lstmGradients(
      int rows,
      int n,
      float[] gates,
      int gatesOffset,
      int distance,
      int gateStride,
      float[] cPrevious,
      int cPreviousOffset,
      float[] a,
      int aOffset,
      float[] dh,
      int dhOffset,
      float[] dc,
      int dcOffset,
      int stateStride) {
    for (int row = 0; row < rows; row++) {
      int atI = gatesOffset + row * gateStride;
      int atF = atI + distance;
      int atG = atF + distance;
      int atO = atG + distance;
      int state = row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector o = FloatVector.fromArray(FLOATS, gates, atO + j);
        FloatVector aj = FloatVector.fromArray(FLOATS, a, aOffset + state + j);
        FloatVector dhj = FloatVector.fromArray(FLOATS, dh, dhOffset + state + j);
        dhj.mul(aj).mul(o).mul(one.sub(o)).intoArray(gates, atO + j);

        FloatVector slope = one.sub(aj.mul(aj));
        FloatVector dcj =
            dhj.mul(o).fma(slope, FloatVector.fromArray(FLOATS, dc, dcOffset + state + j));
        FloatVector f = FloatVector.fromArray(FLOATS, gates, atF + j);
        dcj.mul(f).intoArray(dc, dcOffset + state + j);
        FloatVector df =
            dcj.mul(FloatVector.fromArray(FLOATS, cPrevious, cPreviousOffset + state + j));
        df.mul(f).mul(one.sub(f)).intoArray(gates, atF + j);

        FloatVector i = FloatVector.fromArray(FLOATS, gates, atI + j);
        FloatVector g = FloatVector.fromArray(FLOATS, gates, atG + j);
        dcj.mul(g).mul(i).mul(one.sub(i)).intoArray(gates, atI + j);
        dcj.mul(i).mul(one.sub(g.mul(g))).intoArray(gates, atG + j);
      }
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
    if (whole > 0) {
      gruGates(rows, whole, gates, gatesOffset, units, 3 * units);
      gruState(
          rows,
          whole,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          units,
          3 * units,
          hPrevious,
          hPreviousOffset,
          h,
          hOffset,
          units);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPanel.size(rows * left);
      float[] panel = panel(6 * n);
      gatherGates(3, rows, left, gates, gatesOffset + whole, units, 3 * units, panel, 0, n);
      gather(rows, left, inner, innerOffset + whole, units, panel, 3 * n, n);
      gather(rows, left, hPrevious, hPreviousOffset + whole, units, panel, 4 * n, n);
      gruGates(1, n, panel, 0, n, 0);
      gruState(1, n, panel, 0, panel, 3 * n, n, 0, panel, 4 * n, panel, 5 * n, 0);
      scatterGates(3, rows, left, panel, 0, n, gates, gatesOffset + whole, units, 3 * units);
      scatter(rows, left, panel, 5 * n, h, hOffset + whole, units);
    }
  }

  /** z and r. */
  private static void gruGates(
      int rows, int n, float[] gates, int gatesOffset, int distance, int gateStride) {
    int r = gatesOffset + distance;
    if (distance == n) {
      sigmoid(rows, 2 * n, gates, gatesOffset, gateStride, gates, gatesOffset, gateStride);
    } else {
      sigmoid(rows, n, gates, gatesOffset, gateStride, gates, gatesOffset, gateStride);
      sigmoid(rows, n, gates, r, gateStride, gates, r, gateStride);
    }
  }

  private static void gruState(
      int rows,
      int n,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      int distance,
      int gateStride,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset,
      int stateStride) {
    for (int row = 0; row < rows; row++) {
      int r = gatesOffset + row * gateStride + distance;
      int g = r + distance;
      int innerRow = innerOffset + row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector sum = FloatVector.fromArray(FLOATS, gates, g + j);
        FloatVector.fromArray(FLOATS, gates, r + j)
            .fma(FloatVector.fromArray(FLOATS, inner, innerRow + j), sum)
            .intoArray(gates, g + j);
      }
    }
    int candidate = gatesOffset + 2 * distance;
    tanh(rows, n, gates, candidate, gateStride, gates, candidate, gateStride);
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * gateStride;
      int g = z + 2 * distance;
      int before = hPreviousOffset + row * stateStride;
      int to = hOffset + row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector zj = FloatVector.fromArray(FLOATS, gates, z + j);
        FloatVector gj = FloatVector.fromArray(FLOATS, gates, g + j);
        // z h + (1 − z) g
        FloatVector.broadcast(FLOATS, 1)
            .sub(zj)
            .mul(gj)
            .add(zj.mul(FloatVector.fromArray(FLOATS, hPrevious, before + j)))
            .intoArray(h, to + j);
      }
    }
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
    if (whole > 0) {
      gruGradients(
          rows,
          whole,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          units,
          3 * units,
          hPrevious,
          hPreviousOffset,
          dh,
          dhOffset,
          dhPrevious,
          dhPreviousOffset,
          units);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPanel.size(rows * left);
      float[] panel = panel(7 * n);
      gatherGates(3, rows, left, gates, gatesOffset + whole, units, 3 * units, panel, 0, n);
      gather(rows, left, inner, innerOffset + whole, units, panel, 3 * n, n);
      gather(rows, left, hPrevious, hPreviousOffset + whole, units, panel, 4 * n, n);
      gather(rows, left, dh, dhOffset + whole, units, panel, 5 * n, n);
      gruGradients(1, n, panel, 0, panel, 3 * n, n, 0, panel, 4 * n, panel, 5 * n, panel, 6 * n, 0);
      scatterGates(3, rows, left, panel, 0, n, gates, gatesOffset + whole, units, 3 * units);
      scatter(rows, left, panel, 3 * n, inner, innerOffset + whole, units);
      scatter(rows, left, panel, 6 * n, dhPrevious, dhPreviousOffset + whole, units);
    }
  }

  private static void gruGradients(
      int rows,
      int n,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      int distance,
      int gateStride,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] dhPrevious,
      int dhPreviousOffset,
      int stateStride) {
    for (int row = 0; row < rows; row++) {
      int atZ = gatesOffset + row * gateStride;
      int atR = atZ + distance;
      int atG = atR + distance;
      int state = row * stateStride;
      int innerRow = innerOffset + state;
      for (int j = 0; j < n; j += LANES) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector z = FloatVector.fromArray(FLOATS, gates, atZ + j);
        FloatVector g = FloatVector.fromArray(FLOATS, gates, atG + j);
        FloatVector dhj = FloatVector.fromArray(FLOATS, dh, dhOffset + state + j);
        FloatVector notZ = one.sub(z);
        FloatVector dhz = dhj.mul(z);
        dhz.intoArray(dhPrevious, dhPreviousOffset + state + j);
        FloatVector before = FloatVector.fromArray(FLOATS, hPrevious, hPreviousOffset + state + j);
        before.sub(g).mul(dhz).mul(notZ).intoArray(gates, atZ + j);

        FloatVector r = FloatVector.fromArray(FLOATS, gates, atR + j);
        FloatVector dg = dhj.mul(notZ).mul(one.sub(g.mul(g)));
        FloatVector dgr = dg.mul(r);
        FloatVector dr =
            dgr.mul(FloatVector.fromArray(FLOATS, inner, innerRow + j)).mul(one.sub(r));
        dg.intoArray(gates, atG + j);
        dgr.intoArray(inner, innerRow + j);
        dr.intoArray(gates, atR + j);
      }
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
        FloatVector z = FloatVector.fromArray(FLOATS, gates, atZ + j);
        FloatVector.broadcast(FLOATS, 1)
            .sub(z)
            .mul(FloatVector.fromArray(FLOATS, gates, atG + j))
            .add(z.mul(FloatVector.fromArray(FLOATS, hPrevious, before + j)))
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
        FloatVector z = FloatVector.fromArray(FLOATS, gates, atZ + j);
        FloatVector dhj = FloatVector.fromArray(FLOATS, dh, from + j);
        FloatVector difference =
            FloatVector.fromArray(FLOATS, hPrevious, before + j)
                .sub(FloatVector.fromArray(FLOATS, gates, atG + j));
        dhj.mul(difference).intoArray(gateGradients, toZ + j);
        dhj.mul(FloatVector.broadcast(FLOATS, 1).sub(z)).intoArray(gateGradients, toG + j);
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

  private static void gatherGates(
      int count,
      int rows,
      int width,
      float[] gates,
      int offset,
      int distance,
      int stride,
      float[] panel,
      int at,
      int size) {
    for (int gate = 0; gate < count; gate++) {
      gather(rows, width, gates, offset + gate * distance, stride, panel, at + gate * size, size);
    }
  }

  private static void scatterGates(
      int count,
      int rows,
      int width,
      float[] panel,
      int at,
      int size,
      float[] gates,
      int offset,
      int distance,
      int stride) {
    for (int gate = 0; gate < count; gate++) {
      scatter(rows, width, panel, at + gate * size, gates, offset + gate * distance, stride);
    }
  }
}
