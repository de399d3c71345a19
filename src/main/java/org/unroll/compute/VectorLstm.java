package org.unroll.compute;

import static org.unroll.compute.VectorFunctions.sigmoid;
import static org.unroll.compute.VectorFunctions.tanh;
import static org.unroll.compute.VectorPacking.pack;
import static org.unroll.compute.VectorPacking.packGates;
import static org.unroll.compute.VectorPacking.unpack;
import static org.unroll.compute.VectorPacking.unpackGates;
import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The elementwise part of an LSTM step with tanh and sigmoid, in a few passes over gates that are
 * in the nearest cache.
 *
 * <p>Each pass covers whole vectors of units. The remaining units of all rows are packed into a
 * panel, laid out as one row of as many units as fill whole vectors, and run through the same
 * passes. In the private methods {@code n} units are computed, and {@code distance} is the distance
 * between the gates of a row.
 */
final class VectorLstm {
  private static final ThreadLocal<Panel> PANEL = ThreadLocal.withInitial(Panel::new);

  private VectorLstm() {}

  /** Computes the gates and the states; the arguments are those of {@link Kernels#lstmForward}. */
  static void forward(Matrix gates, Matrix cPrevious, Matrix c, Matrix a, Matrix h) {
    int units = c.columns();
    int whole = FLOATS.loopBound(units);
    if (whole > 0) {
      activateGates(whole, gates, units);
      states(whole, gates, units, cPrevious, c, a, h);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPacking.size(c.rows() * left);
      Panel panel = PANEL.get().reserve(n);
      packGates(4, gates, whole, left, units, panel.gates);
      pack(cPrevious, whole, left, panel.cPrevious);
      activateGates(n, panel.gates, n);
      states(n, panel.gates, n, panel.cPrevious, panel.c, panel.a, panel.h);
      unpackGates(4, panel.gates, gates, whole, left, units);
      unpack(panel.c, c, whole, left);
      unpack(panel.a, a, whole, left);
      unpack(panel.h, h, whole, left);
    }
  }

  private static void activateGates(int n, Matrix block, int distance) {
    int rows = block.rows();
    float[] gates = block.values();
    int offset = block.offset();
    int stride = block.stride();
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

  private static void states(
      int n,
      Matrix gateBlock,
      int distance,
      Matrix before,
      Matrix cell,
      Matrix active,
      Matrix out) {
    int rows = cell.rows();
    int stateStride = cell.stride();
    float[] gates = gateBlock.values();
    int gatesOffset = gateBlock.offset();
    int gateStride = gateBlock.stride();
    float[] cPrevious = before.values();
    int cPreviousOffset = before.offset();
    float[] c = cell.values();
    int cOffset = cell.offset();
    float[] a = active.values();
    int aOffset = active.offset();
    float[] h = out.values();
    int hOffset = out.offset();
    for (int row = 0; row < rows; row++) {
      int i = gatesOffset + row * gateStride;
      int f = i + distance;
      int g = f + distance;
      int from = cPreviousOffset + row * stateStride;
      int to = cOffset + row * stateStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector kept =
            FloatVector.fromArray(FLOATS, gates, f + j)
                .mul(FloatVector.fromArray(FLOATS, cPrevious, from + j));
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

  /** Computes the gradients; the arguments are those of {@link Kernels#lstmBackward}. */
  static void backward(Matrix gates, Matrix cPrevious, Matrix a, Matrix dh, Matrix dc) {
    int units = dc.columns();
    int whole = FLOATS.loopBound(units);
    if (whole > 0) {
      gradients(whole, gates, units, cPrevious, a, dh, dc);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPacking.size(dc.rows() * left);
      Panel panel = PANEL.get().reserve(n);
      packGates(4, gates, whole, left, units, panel.gates);
      pack(cPrevious, whole, left, panel.cPrevious);
      pack(a, whole, left, panel.a);
      pack(dh, whole, left, panel.h);
      pack(dc, whole, left, panel.c);
      gradients(n, panel.gates, n, panel.cPrevious, panel.a, panel.h, panel.c);
      unpackGates(4, panel.gates, gates, whole, left, units);
      unpack(panel.c, dc, whole, left);
    }
  }

  private static void gradients(
      int n, Matrix block, int distance, Matrix before, Matrix active, Matrix dOut, Matrix dCell) {
    int rows = dCell.rows();
    int stateStride = dCell.stride();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    int gateStride = block.stride();
    float[] cPrevious = before.values();
    int cPreviousOffset = before.offset();
    float[] a = active.values();
    int aOffset = active.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] dc = dCell.values();
    int dcOffset = dCell.offset();
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

  /** The packed units of one thread. */
  private static final class Panel {
    final Matrix gates = new Matrix(); // 4 gates one after another; columns are those of one
    final Matrix cPrevious = new Matrix();
    final Matrix c = new Matrix();
    final Matrix a = new Matrix();
    final Matrix h = new Matrix();
    private float[] values = {};

    /** Makes room for {@code size} units, a whole number of vectors. */
    Panel reserve(int size) {
      if (values.length < 8 * size) {
        values = new float[8 * size];
      }
      gates.set(values, 0, 1, size);
      cPrevious.set(values, 4 * size, 1, size);
      c.set(values, 5 * size, 1, size);
      a.set(values, 6 * size, 1, size);
      h.set(values, 7 * size, 1, size);
      return this;
    }
  }
}
