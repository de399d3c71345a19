package org.unroll.layers.merging;

import org.unroll.network.Tensor;

/**
 * Computes the largest or smallest of the inputs. A masked step does not count unless all inputs
 * are masked. The gradient goes to the first input that has the value.
 */
final class ExtremePass extends MergePass {
  private final int sign; // 1 for the maximum
  private int[] winners = {}; // the input that each value comes from
  private boolean[] valid = {};

  ExtremePass(Merge<?> layer, int sign) {
    super(layer);
    this.sign = sign;
  }

  @Override
  void compute(Operand[] inputs, int size, float[] y) {
    int positions = inputs[0].positions();
    int width = size / positions;
    if (winners.length < size) {
      winners = new int[size];
      valid = new boolean[size];
    }
    for (int i = 0; i < inputs.length; i++) {
      float[] x = inputs[i].values();
      int offset = inputs[i].offset();
      for (int p = 0; p < positions; p++) {
        boolean isValid = inputs[i].isValid(p);
        boolean isFirst = i == 0 || (isValid && !valid[p]);
        for (int j = p * width; (isFirst || isValid) && j < (p + 1) * width; j++) {
          float value = x[offset + j];
          if (isFirst || sign * value > sign * y[j] || Float.isNaN(value)) {
            y[j] = value;
            winners[j] = i;
          }
        }
        valid[p] = isValid || (i > 0 && valid[p]);
      }
    }
  }

  @Override
  void gradient(Operand[] inputs, int input, Tensor g) {
    float[] gradient = inputs[input].outputGradient();
    for (int j = 0; j < g.size(); j++) {
      gradient[j] = winners[j] == input ? g.values()[g.offset() + j] : 0;
    }
  }
}
