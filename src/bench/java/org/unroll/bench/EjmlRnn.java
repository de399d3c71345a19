package org.unroll.bench;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.unroll.network.Weight;

/**
 * A recurrent layer as one writes it down with EJML: each product of the equations one call of
 * EJML's, a loop over the values for what is between them. What the library's own loops have to
 * beat.
 */
abstract class EjmlRnn {
  final int rows;
  final int units;
  final FMatrixRMaj[] x; // time step by time step
  final FMatrixRMaj[] h; // h[t] is the state before step t
  final FMatrixRMaj kernel;
  final FMatrixRMaj recurrentKernel;
  final FMatrixRMaj bias;
  final FMatrixRMaj kernelGradient;
  final FMatrixRMaj recurrentKernelGradient;
  final FMatrixRMaj biasGradient;
  final FMatrixRMaj dh;

  /**
   * A layer with the given weights, kernel, recurrent kernel and bias.
   *
   * @param input rows × features values for each time step
   */
  EjmlRnn(int rows, int timesteps, float[] input, List<Weight> weights) {
    this.rows = rows;
    kernel = weights.get(0).matrix();
    recurrentKernel = weights.get(1).matrix();
    bias = weights.get(2).matrix();
    units = recurrentKernel.numRows;
    int features = kernel.numRows;
    x = new FMatrixRMaj[timesteps];
    h = matrices(timesteps + 1, units);
    for (int t = 0; t < timesteps; t++) {
      int from = t * rows * features;
      float[] values = Arrays.copyOfRange(input, from, from + rows * features);
      x[t] = new FMatrixRMaj(rows, features, true, values);
    }
    kernelGradient = kernel.createLike();
    recurrentKernelGradient = recurrentKernel.createLike();
    biasGradient = bias.createLike();
    dh = new FMatrixRMaj(rows, units);
  }

  final FMatrixRMaj[] matrices(int count, int columns) {
    FMatrixRMaj[] matrices = new FMatrixRMaj[count];
    Arrays.setAll(matrices, i -> new FMatrixRMaj(rows, columns));
    return matrices;
  }

  /** The step from h[t] to h[t + 1]. */
  abstract void forward(int t);

  /** From the gradient of h[t + 1] to that of h[t], in {@link #dh}; adds to those of the weights. */
  abstract void backward(int t);

  /** All steps forward and backward, every value of the last output having the gradient 1. */
  FMatrixRMaj run() {
    for (int t = 0; t < x.length; t++) {
      forward(t);
    }
    kernelGradient.zero();
    recurrentKernelGradient.zero();
    biasGradient.zero();
    CommonOps_FDRM.fill(dh, 1);
    for (int t = x.length - 1; t >= 0; t--) {
      backward(t);
    }
    return kernelGradient;
  }

  /** The last output. */
  FMatrixRMaj output() {
    return h[x.length];
  }

  /** The gradients, in the order of the weights. */
  List<FMatrixRMaj> gradients() {
    return List.of(kernelGradient, recurrentKernelGradient, biasGradient);
  }

  /** Adds a row of the bias to every row. */
  final void addBias(int row, FMatrixRMaj to) {
    for (int i = 0; i < to.data.length; i++) {
      to.data[i] += bias.data[row * to.numCols + i % to.numCols];
    }
  }

  /** Adds all rows to a row of the bias' gradient. */
  final void addToBiasGradient(int row, FMatrixRMaj gradient) {
    for (int i = 0; i < gradient.data.length; i++) {
      biasGradient.data[row * gradient.numCols + i % gradient.numCols] += gradient.data[i];
    }
  }

  static float sigmoid(float value) {
    return (float) (1 / (1 + Math.exp(-value)));
  }

  static float tanh(float value) {
    return (float) Math.tanh(value);
  }
}
