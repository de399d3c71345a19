package org.unroll.layers.merging;

import org.unroll.network.Tensor;

/** Computes y = (x₁ ± x₂ + … + xₙ) / divisor. */
final class SumPass extends MergePass {
  private final boolean subtracts;
  private final boolean averages;

  SumPass(Merge<?> layer, boolean subtracts, boolean averages) {
    super(layer);
    this.subtracts = subtracts;
    this.averages = averages;
  }

  @Override
  void compute(Operand[] inputs, int size, float[] y) {
    for (int i = 0; i < inputs.length; i++) {
      float[] x = inputs[i].values();
      int at = inputs[i].offset();
      if (i == 0) {
        System.arraycopy(x, at, y, 0, size);
      } else if (subtracts) {
        for (int j = 0; j < size; j++) {
          y[j] -= x[at + j];
        }
      } else {
        for (int j = 0; j < size; j++) {
          y[j] += x[at + j];
        }
      }
    }
    if (averages) {
      divide(y, 0, size, inputs.length);
    }
  }

  @Override
  void gradient(Operand[] inputs, int input, Tensor g) {
    float[] gradient = inputs[input].outputGradient();
    System.arraycopy(g.values(), g.offset(), gradient, 0, g.size());
    if (averages) {
      divide(gradient, 0, g.size(), inputs.length);
    }
    if (subtracts && input > 0) {
      divide(gradient, 0, g.size(), -1);
    }
  }
}
