package org.unroll.compute;

/**
 * The operations that both implementations share: moving rows, and cell steps with any activations,
 * composed of the implementation's elementwise operations. An implementation overrides a step if it
 * has a faster one for the usual activations.
 */
abstract class ComposedKernels implements Kernels {
  /** Rows and columns that are transposed at a time, as wide as a cache line. */
  private static final int SQUARE = 16;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /** The views of one thread, and a buffer that grows to the largest step and is then reused. */
  private static final class Scratch {
    final Matrix first = new Matrix();
    final Matrix second = new Matrix();
    final Matrix third = new Matrix();
    final Matrix fourth = new Matrix();
    final Matrix preActivations = new Matrix();
    final Matrix gradients = new Matrix();
    final Matrix gradient = new Matrix();
    final Matrix part = new Matrix();
    final Matrix partInput = new Matrix();
    final Matrix partGradient = new Matrix();
    private float[] values = {};

    /** Returns room for the gradients of gates, with any content. */
    Matrix gradients(int rows, int columns) {
      if (values.length < rows * columns) {
        values = new float[rows * columns];
      }
      return gradients.set(values, 0, rows, columns);
    }

    /** Returns some columns of the pre-activations, or null if they are not kept. */
    Matrix preActivations(Matrix kept, int column, int count) {
      return kept == null ? null : preActivations.setColumns(kept, column, count);
    }
  }

  @Override
  public void transpose(int rows, int columns, float[] a, int aOffset, float[] out, int outOffset) {
    // In squares, because a whole column would use only one value of each cache line.
    for (int top = 0; top < rows; top += SQUARE) {
      int bottom = Math.min(rows, top + SQUARE);
      for (int left = 0; left < columns; left += SQUARE) {
        int right = Math.min(columns, left + SQUARE);
        for (int j = left; j < right; j++) {
          for (int i = top; i < bottom; i++) {
            out[outOffset + j * rows + i] = a[aOffset + i * columns + j];
          }
        }
      }
    }
  }

  @Override
  public void fillRows(Matrix row, Matrix out) {
    for (int i = 0; i < out.rows(); i++) {
      int to = out.offset() + i * out.stride();
      System.arraycopy(row.values(), row.offset(), out.values(), to, out.columns());
    }
  }

  @Override
  public void multiplyAddRow(Matrix a, Matrix b, Matrix row, Matrix c) {
    fillRows(row, c);
    multiply(a, b, c, true);
  }

  @Override
  public void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix h) {
    int units = c.columns();
    Scratch scratch = SCRATCH.get();
    Matrix i = scratch.first.setColumns(gates, 0, units);
    Matrix f = scratch.second.setColumns(gates, units, units);
    Matrix g = scratch.third.setColumns(gates, 2 * units, units);
    Matrix o = scratch.fourth.setColumns(gates, 3 * units, units);
    Matrix both = scratch.gradient.setColumns(gates, 0, 2 * units); // i and f are adjacent
    activateGates(recurrentActivation, both, units);
    activate(activation, g, g);
    activate(recurrentActivation, o, o);

    multiplyElements(f, cPrevious, c, false);
    multiplyElements(i, g, c, true);
    activate(activation, c, a);
    multiplyElements(o, a, h, false);
  }

  @Override
  public void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix dh,
      Matrix dc) {
    int rows = c.rows();
    int units = c.columns();
    Scratch scratch = SCRATCH.get();
    Matrix i = scratch.first.setColumns(gates, 0, units);
    Matrix f = scratch.second.setColumns(gates, units, units);
    Matrix g = scratch.third.setColumns(gates, 2 * units, units);
    Matrix o = scratch.fourth.setColumns(gates, 3 * units, units);
    Matrix gradients = scratch.gradients(rows, 4 * units);

    Matrix state = scratch.gradient.set(gradients.values(), 0, rows, units);
    multiplyElements(dh, o, state, false);
    activateBackward(activation, c, a, state);
    add(rows * units, state.values(), 0, dc.values(), dc.offset());

    Matrix gate = scratch.gradient.setColumns(gradients, 3 * units, units);
    multiplyElements(dh, a, gate, false);
    Matrix x = scratch.preActivations(preActivations, 3 * units, units);
    activateBackward(recurrentActivation, x, o, gate);

    multiplyElements(dc, i, gate.setColumns(gradients, 2 * units, units), false);
    x = scratch.preActivations(preActivations, 2 * units, units);
    activateBackward(activation, x, g, gate);

    multiplyElements(dc, g, gate.setColumns(gradients, 0, units), false);
    multiplyElements(dc, cPrevious, gate.setColumns(gradients, units, units), false);
    multiplyElements(dc, f, dc, false);
    x = scratch.preActivations(preActivations, 0, 2 * units);
    gate.setColumns(gradients, 0, 2 * units);
    Matrix both = scratch.first.setColumns(gates, 0, 2 * units);
    activateGatesBackward(recurrentActivation, x, both, gate, units);
    copy(gradients, gates);
  }

  @Override
  public void gruForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix inner,
      Matrix preActivations,
      Matrix hPrevious,
      Matrix h) {
    int units = h.columns();
    Scratch scratch = SCRATCH.get();
    Matrix both = scratch.first.setColumns(gates, 0, 2 * units); // z and r are adjacent
    Matrix r = scratch.second.setColumns(gates, units, units);
    Matrix g = scratch.third.setColumns(gates, 2 * units, units);
    if (preActivations != null) {
      copy(both, scratch.preActivations(preActivations, 0, 2 * units));
    }
    activateGates(recurrentActivation, both, units);

    multiplyElements(r, inner, g, true);
    if (preActivations != null) {
      copy(g, scratch.preActivations(preActivations, 2 * units, units));
    }
    activate(activation, g, g);
    gruOutput(gates, hPrevious, h);
  }

  @Override
  public void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix inner,
      Matrix hPrevious,
      Matrix dh,
      Matrix dhPrevious) {
    int units = dh.columns();
    Scratch scratch = SCRATCH.get();
    Matrix both = scratch.first.setColumns(gates, 0, 2 * units);
    Matrix r = scratch.second.setColumns(gates, units, units);
    Matrix g = scratch.third.setColumns(gates, 2 * units, units);
    Matrix gradients = scratch.gradients(dh.rows(), 3 * units);
    gruOutputBackward(gates, hPrevious, dh, gradients, dhPrevious);

    Matrix dg = scratch.fourth.setColumns(gradients, 2 * units, units);
    Matrix x = scratch.preActivations(preActivations, 2 * units, units);
    activateBackward(activation, x, g, dg);

    Matrix gate = scratch.gradient.setColumns(gradients, units, units);
    multiplyElements(dg, inner, gate, false);
    x = scratch.preActivations(preActivations, 0, 2 * units);
    gate.setColumns(gradients, 0, 2 * units);
    activateGatesBackward(recurrentActivation, x, both, gate, units);
    multiplyElements(dg, r, inner, false);
    copy(gradients, gates);
  }

  /** Activates adjacent gates in place. A row of softmax consists of the units of one gate. */
  private void activateGates(Activation f, Matrix gates, int units) {
    if (!f.isRowWise()) {
      activate(f, gates, gates);
      return;
    }
    Matrix gate = SCRATCH.get().part;
    for (int column = 0; column < gates.columns(); column += units) {
      gate.setColumns(gates, column, units);
      activate(f, gate, gate);
    }
  }

  private void activateGatesBackward(
      Activation f, Matrix preActivations, Matrix gates, Matrix gradients, int units) {
    if (!f.isRowWise()) {
      activateBackward(f, preActivations, gates, gradients);
      return;
    }
    Scratch scratch = SCRATCH.get();
    for (int column = 0; column < gates.columns(); column += units) {
      activateBackward(
          f,
          preActivations == null
              ? null
              : scratch.partInput.setColumns(preActivations, column, units),
          scratch.part.setColumns(gates, column, units),
          scratch.partGradient.setColumns(gradients, column, units));
    }
  }

  /** Returns whether these are Keras's defaults, for which the implementations have fused loops. */
  static boolean usual(Activation activation, Activation recurrentActivation) {
    return activation == Activation.TANH && recurrentActivation == Activation.SIGMOID;
  }

  private static void copy(Matrix from, Matrix to) {
    for (int i = 0; i < from.rows(); i++) {
      int at = from.offset() + i * from.stride();
      int into = to.offset() + i * to.stride();
      System.arraycopy(from.values(), at, to.values(), into, from.columns());
    }
  }
}
