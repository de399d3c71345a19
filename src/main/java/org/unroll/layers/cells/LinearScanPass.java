package org.unroll.layers.cells;

import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.layers.recurrent.GatePass;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;

/**
 * The pass of a cell whose gates do not read the state, so that its state is the linear recurrence
 *
 * <pre>
 * h_t = a_t ⊙ h_{t−1} + b_t
 * </pre>
 *
 * <p>The gates, a and b of all time steps are computed at once. What remains for each step is one
 * multiplication and one addition for each unit. In the backward pass, dh_{t−1} += dh_t ⊙ a_t is
 * all that a step computes; the gradients of the gates of all time steps follow at once. In a
 * stack, where the inputs of a cell are not known in advance, both are computed step by step.
 */
abstract class LinearScanPass extends GatePass {
  /** The factor a: timesteps × rows × units. */
  float[] factor = {};

  /** The summand b, then, in the backward pass, dh: timesteps × rows × units. */
  float[] summand = {};

  /** The activation of the candidates. */
  final Activation act;

  private final int candidate; // the position of the last gate

  // Views of one or several steps.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();

  LinearScanPass(UnitsCell<?> cell, Activation act) {
    super(cell);
    this.act = act;
    candidate = gates - 1;
  }

  /**
   * Activates the gates of some steps and computes a and b from them.
   *
   * @param position the first time step and row, counted through
   * @param positions the number of time steps times the number of rows
   */
  abstract void coefficients(int position, int positions);

  /**
   * Replaces the gates of some steps by the gradients of their pre-activations.
   *
   * @param h contains the state before each of the positions
   * @param before the index of the first of them
   */
  abstract void coefficientGradients(int position, int positions, float[] h, int before);

  @Override
  protected void reserve() {
    factor = Pass.atLeast(factor, timesteps * rows * units);
    summand = Pass.atLeast(summand, timesteps * rows * units);
  }

  /** Sets a view to one gate at some positions. */
  final Matrix gate(int gate, int position, int positions, Matrix view) {
    return view.set(gateValues, position * columns + gate * units, positions, units, columns);
  }

  @Override
  protected final void projectInputs(int fromStep, int steps) {
    super.projectInputs(fromStep, steps);
    if (preActivations != null) {
      int at = fromStep * rows * columns;
      System.arraycopy(gateValues, at, preActivations, at, steps * rows * columns);
    }
    coefficients(fromStep * rows, steps * rows);
  }

  @Override
  protected final void stepForward(int k) {
    int block = rows * units;
    float[] h = state(0).values();
    int after = state(0).at(k + 1);
    System.arraycopy(summand, k * block, h, after, block);
    kernels.multiplyElements(
        left.set(factor, k * block, 1, block),
        right.set(h, state(0).at(k), 1, block),
        result.set(h, after, 1, block),
        true);
  }

  @Override
  protected final void stepBackward(int k) {
    int block = rows * units;
    float[] dh = stateGradient(0);
    System.arraycopy(dh, 0, summand, k * block, block);
    left.set(factor, k * block, 1, block);
    right.set(dh, 0, 1, block);
    kernels.multiplyElements(left, right, right, false);
    if (!inputsInAdvance()) {
      coefficientGradients(k * rows, rows, state(0).values(), state(0).at(k));
    }
  }

  @Override
  protected final void recurrentGradient(Gradient[] gradients) {
    if (inputsInAdvance()) {
      coefficientGradients(0, timesteps * rows, state(0).values(), state(0).at(0));
    }
  }

  /**
   * Computes the gradients of the pre-activations of the candidates, the last gate, from those of
   * the candidates in {@link #summand}.
   */
  final void candidateGradients(int position, int positions) {
    int first = position * columns + candidate * units;
    result.set(summand, position * units, positions, units);
    kernels.activateBackward(
        act,
        preActivations == null ? null : left.set(preActivations, first, positions, units, columns),
        gate(candidate, position, positions, right),
        result);
    for (int i = position; i < position + positions; i++) {
      System.arraycopy(summand, i * units, gateValues, i * columns + candidate * units, units);
    }
  }
}
