package org.unroll.bench;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.unroll.network.Weight;

/**
 * A straightforward implementation of a recurrent layer with EJML: one call of EJML per product of the
 * equations, and loops over the values for everything else. It is the baseline of the library's
 * loops.
 */
abstract class EjmlRnn {
  final int rows;
  final int units;
  final FMatrixRMaj[] x; // one matrix per time step
  final FMatrixRMaj[] h; // h[t] is the state before step t
  final FMatrixRMaj kernel;
  final FMatrixRMaj recurrentKernel;
  final FMatrixRMaj bias;
  final FMatrixRMaj kernelGradient;
  final FMatrixRMaj recurrentKernelGradient;
  final FMatrixRMaj biasGradient;
  final FMatrixRMaj dh;

  /**
   * Creates a layer from its kernel, recurrent kernel and bias.
   *
   * @param input rows × features values per time step
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

  /** Computes h[t + 1] from h[t]. */
  abstract void forward(int t);

  /** Replaces the gradient of h[t + 1] in {@link #dh} with that of h[t]; adds to those of the weights. */
  abstract void backward(int t);

  /** Runs all steps forward and backward. The gradient of each value of the last output is 1. */
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

  /** Returns the last output. */
  FMatrixRMaj output() {
    return h[x.length];
  }

  /** Returns the gradients, in the order of the weights. */
  List<FMatrixRMaj> gradients() {
    return List.of(kernelGradient, recurrentKernelGradient, biasGradient);
  }

  /** Adds the bias to every row. */
  final void addBias(int row, FMatrixRMaj to) {
    for (int i = 0; i < to.data.length; i++) {
      to.data[i] += bias.data[row * to.numCols + i % to.numCols];
    }
  }

  /** Adds all rows to the gradient of the bias. */
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
