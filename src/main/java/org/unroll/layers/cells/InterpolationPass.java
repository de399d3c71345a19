package org.unroll.layers.cells;

import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.layers.recurrent.GatePass;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.Pass;

/**
 * The pass of a cell whose first gate z weights its candidate g against the state:
 *
 * <pre>
 * h_t = h_{t−1} + z ⊙ (g − h_{t−1})
 * dg = dh_t ⊙ z      dz = dh_t ⊙ (g − h_{t−1})      dh_{t−1} = dh_t ⊙ (1 − z)
 * </pre>
 *
 * <p>The candidate reads the state times a gate that resets it. This product is kept for the
 * gradients.
 */
abstract class InterpolationPass extends GatePass {
  /** The activation of the candidate. */
  final Activation act;

  /** The activation of the gates. */
  final Activation sigma;

  /** The state times the gate that resets it: timesteps × rows × units. */
  float[] reset = {};

  /** The gradients of the gates of one step: rows × columns. */
  float[] gateGradients = {};

  /** The gradient of the state after the reset: rows × units. */
  float[] ds = {};

  // Views of one step or of several steps.
  final Matrix hBefore = new Matrix();
  final Matrix block = new Matrix();
  final Matrix dhBefore = new Matrix();
  private final Matrix gateGradient = new Matrix();

  private final int candidate;

  /**
   * Creates a pass.
   *
   * @param candidate the position of the candidate in the columns
   */
  InterpolationPass(UnitsCell<?> cell, Activation act, Activation sigma, int candidate) {
    super(cell);
    this.act = act;
    this.sigma = sigma;
    this.candidate = candidate;
  }

  @Override
  protected void reserve() {
    reset = Pass.atLeast(reset, timesteps * rows * units);
    gateGradients = Pass.atLeast(gateGradients, rows * columns);
    ds = Pass.atLeast(ds, rows * units);
  }

  /** Computes the state after step k from the activated gates. */
  final void interpolate(int k) {
    int at = k * rows * columns;
    float[] h = state(0).values();
    int before = state(0).at(k);
    int after = state(0).at(k + 1);
    for (int row = 0; row < rows; row++) {
      int z = at + row * columns;
      int g = z + candidate * units;
      for (int j = 0; j < units; j++) {
        float previous = h[before + row * units + j];
        h[after + row * units + j] = previous + gateValues[z + j] * (gateValues[g + j] - previous);
      }
    }
  }

  /**
   * Computes the gradients of z and g of step k, and that of the state before the step.
   *
   * @return the gradient of the state before the step, to which the products with U are added
   */
  final float[] interpolateBackward(int k) {
    int at = k * rows * columns;
    float[] h = state(0).values();
    int before = state(0).at(k);
    float[] dh = swapStateGradient(0);
    float[] dhPrevious = stateGradient(0);
    for (int row = 0; row < rows; row++) {
      int z = row * columns;
      int g = z + candidate * units;
      for (int j = 0; j < units; j++) {
        int i = row * units + j;
        float update = gateValues[at + z + j];
        gateGradients[z + j] = dh[i] * (gateValues[at + g + j] - h[before + i]);
        gateGradients[g + j] = dh[i] * update;
        dhPrevious[i] = dh[i] * (1 - update);
      }
    }
    return dhPrevious;
  }

  /** Returns the gradient of a gate of the current step. The view is valid until the next call. */
  final Matrix gradientOf(int gate) {
    return gateGradient.set(gateGradients, gate * units, rows, units, columns);
  }

  /** Replaces the gates of step k by their gradients. */
  final void storeGateGradients(int k) {
    System.arraycopy(gateGradients, 0, gateValues, k * rows * columns, rows * columns);
  }
}
