package org.unroll.layers.merging;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.network.Tensor;

/** Computes y = x₁ ⊙ … ⊙ xₙ. A masked step is a factor of 1, and y is 0 where all are masked. */
final class ProductPass extends MergePass {
  private final Kernels kernels = Compute.kernels();
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private float[][] masked = {}; // the factors of inputs with a mask

  ProductPass(Multiply layer) {
    super(layer);
  }

  @Override
  void compute(Operand[] inputs, int size, float[] y) {
    if (masked.length != inputs.length) {
      masked = new float[inputs.length][0];
    }
    Arrays.fill(y, 0, size, 1f);
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].mask() != null) {
        masked[i] = atLeast(masked[i], size);
        System.arraycopy(inputs[i].values(), inputs[i].offset(), masked[i], 0, size);
        inputs[i].fillMasked(masked[i], 1);
      }
      multiply(inputs, i, y, size);
    }
    Operand.clearWhereAllAreMasked(inputs, y);
  }

  private void multiply(Operand[] inputs, int input, float[] values, int size) {
    if (inputs[input].mask() == null) {
      right.set(inputs[input].values(), inputs[input].offset(), 1, size);
    } else {
      right.set(masked[input], 0, 1, size);
    }
    kernels.multiplyElements(left.set(values, 0, 1, size), right, left, false);
  }

  @Override
  void gradient(Operand[] inputs, int input, Tensor g) {
    float[] gradient = inputs[input].outputGradient();
    System.arraycopy(g.values(), g.offset(), gradient, 0, g.size());
    for (int i = 0; i < inputs.length; i++) {
      if (i != input) {
        multiply(inputs, i, gradient, g.size());
      }
    }
    inputs[input].fillMasked(gradient, 0); // also where all inputs are masked
  }
}
