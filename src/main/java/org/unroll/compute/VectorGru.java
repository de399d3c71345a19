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
 * The elementwise part of a GRU step with tanh and sigmoid, in a few passes over gates that are in
 * the nearest cache.
 *
 * <p>Each pass covers whole vectors of units. The remaining units of all rows are packed into a
 * panel, laid out as one row of as many units as fill whole vectors, and run through the same
 * passes. In the private methods {@code n} units are computed, and {@code distance} is the distance
 * between the gates of a row.
 */
final class VectorGru {
  private static final ThreadLocal<Panel> PANEL = ThreadLocal.withInitial(Panel::new);

  private VectorGru() {}

  /** Computes the gates and the state; the arguments are those of {@link Kernels#gruForward}. */
  static void forward(Matrix gates, Matrix inner, Matrix hPrevious, Matrix h) {
    int units = h.columns();
    int whole = FLOATS.loopBound(units);
    if (whole > 0) {
      activateGates(whole, gates, units);
      states(whole, gates, units, inner, hPrevious, h);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPacking.size(h.rows() * left);
      Panel panel = PANEL.get().reserve(n);
      packGates(3, gates, whole, left, units, panel.gates);
      pack(inner, whole, left, panel.inner);
      pack(hPrevious, whole, left, panel.hPrevious);
      activateGates(n, panel.gates, n);
      states(n, panel.gates, n, panel.inner, panel.hPrevious, panel.h);
      unpackGates(3, panel.gates, gates, whole, left, units);
      unpack(panel.h, h, whole, left);
    }
  }

  /** Activates z and r. */
  private static void activateGates(int n, Matrix block, int distance) {
    int rows = block.rows();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    int gateStride = block.stride();
    int r = gatesOffset + distance;
    if (distance == n) {
      sigmoid(rows, 2 * n, gates, gatesOffset, gateStride, gates, gatesOffset, gateStride);
    } else {
      sigmoid(rows, n, gates, gatesOffset, gateStride, gates, gatesOffset, gateStride);
      sigmoid(rows, n, gates, r, gateStride, gates, r, gateStride);
    }
  }

  private static void states(
      int n, Matrix block, int distance, Matrix innerBlock, Matrix hBefore, Matrix out) {
    int rows = out.rows();
    int stateStride = out.stride();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    int gateStride = block.stride();
    float[] inner = innerBlock.values();
    int innerOffset = innerBlock.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] h = out.values();
    int hOffset = out.offset();
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

  /** Computes the gradients; the arguments are those of {@link Kernels#gruBackward}. */
  static void backward(Matrix gates, Matrix inner, Matrix hPrevious, Matrix dh, Matrix dhPrevious) {
    int units = dh.columns();
    int whole = FLOATS.loopBound(units);
    if (whole > 0) {
      gradients(whole, gates, units, inner, hPrevious, dh, dhPrevious);
    }
    int left = units - whole;
    if (left > 0) {
      int n = VectorPacking.size(dh.rows() * left);
      Panel panel = PANEL.get().reserve(n);
      packGates(3, gates, whole, left, units, panel.gates);
      pack(inner, whole, left, panel.inner);
      pack(hPrevious, whole, left, panel.hPrevious);
      pack(dh, whole, left, panel.h);
      gradients(n, panel.gates, n, panel.inner, panel.hPrevious, panel.h, panel.dhPrevious);
      unpackGates(3, panel.gates, gates, whole, left, units);
      unpack(panel.inner, inner, whole, left);
      unpack(panel.dhPrevious, dhPrevious, whole, left);
    }
  }

  private static void gradients(
      int n,
      Matrix block,
      int distance,
      Matrix innerBlock,
      Matrix hBefore,
      Matrix dOut,
      Matrix dBefore) {
    int rows = dOut.rows();
    int stateStride = dOut.stride();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    int gateStride = block.stride();
    float[] inner = innerBlock.values();
    int innerOffset = innerBlock.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] dhPrevious = dBefore.values();
    int dhPreviousOffset = dBefore.offset();
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

  /** Computes {@link Kernels#gruOutput}. */
  static void output(Matrix block, Matrix hBefore, Matrix out) {
    int rows = out.rows();
    int units = out.columns();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] h = out.values();
    int hOffset = out.offset();
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

  /** Computes {@link Kernels#gruOutputBackward}. */
  static void outputBackward(
      Matrix block, Matrix hBefore, Matrix dOut, Matrix dBlock, Matrix dBefore) {
    int rows = dOut.rows();
    int units = dOut.columns();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] gateGradients = dBlock.values();
    int gateGradientsOffset = dBlock.offset();
    float[] dhPrevious = dBefore.values();
    int dhPreviousOffset = dBefore.offset();
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

  /** The packed units of one thread. */
  private static final class Panel {
    final Matrix gates = new Matrix(); // 3 gates one after another; columns are those of one
    final Matrix inner = new Matrix();
    final Matrix hPrevious = new Matrix();
    final Matrix h = new Matrix();
    final Matrix dhPrevious = new Matrix();
    private float[] values = {};

    /** Makes room for {@code size} units, a whole number of vectors. */
    Panel reserve(int size) {
      if (values.length < 7 * size) {
        values = new float[7 * size];
      }
      gates.set(values, 0, 1, size);
      inner.set(values, 3 * size, 1, size);
      hPrevious.set(values, 4 * size, 1, size);
      h.set(values, 5 * size, 1, size);
      dhPrevious.set(values, 6 * size, 1, size);
      return this;
    }
  }
}
