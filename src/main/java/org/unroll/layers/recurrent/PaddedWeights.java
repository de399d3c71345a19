package org.unroll.layers.recurrent;

import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Weight;

/**
 * Copies of the weights of a cell whose gates are padded with zeros, so that the units of each gate
 * fill whole vectors. A pass owns them and refreshes them, because its layer's weights change.
 */
final class PaddedWeights {
  private final int units;
  private final int padded; // units, and zeros after them
  private final Weight[] weights; // the kernel, the recurrent kernel and the bias, if there is one
  private final float[][] values;
  private final float[][] transposed = {{}, {}};
  private final Gradient[] gradients;

  PaddedWeights(int units, int padded, Weight... weights) {
    this.units = units;
    this.padded = padded;
    this.weights = weights;
    values = new float[weights.length][];
    gradients = new Gradient[weights.length];
    for (int i = 0; i < weights.length; i++) {
      values[i] = new float[weights[i].size() / units * padded];
    }
  }

  /** Copies the weights. */
  void refresh() {
    for (int i = 0; i < weights.length; i++) {
      spread(weights[i].values(), units, values[i], padded);
    }
  }

  /**
   * Copies the transposed kernels: that of the kernel has no gaps within a gate, and that of the
   * recurrent kernel is padded in both directions.
   */
  void refreshTransposed(float[] kernel, float[] recurrentKernel) {
    int features = weights[0].size() / weights[0].shape().last();
    transposed[0] = Pass.atLeast(transposed[0], values[0].length);
    spread(kernel, units * features, transposed[0], padded * features);
    int gates = recurrentKernel.length / (units * units);
    transposed[1] = Pass.atLeast(transposed[1], gates * padded * padded);
    for (int gate = 0; gate < gates; gate++) {
      for (int u = 0; u < units; u++) {
        int from = (gate * units + u) * units;
        int to = (gate * padded + u) * padded;
        System.arraycopy(recurrentKernel, from, transposed[1], to, units);
      }
    }
  }

  /** Returns the padded copy of a weight. */
  float[] values(int weight) {
    return values[weight];
  }

  /** Returns the padded copy of a transposed kernel. */
  float[] transposed(int weight) {
    return transposed[weight];
  }

  /** Returns gradients of the padded weights. */
  Gradient[] gradients() {
    for (int i = 0; i < gradients.length && gradients[i] == null; i++) {
      gradients[i] = Gradient.dense(values[i].length);
    }
    return gradients;
  }

  /** Copies the gradients of the padded weights to those of the weights. */
  void copyGradients(Gradient[] to) {
    for (int i = 0; i < gradients.length; i++) {
      spread(gradients[i].values(), padded, to[i].values(), units);
    }
  }

  /** Copies as many values as fit, from one distance between the gates to another. */
  private static void spread(float[] from, int fromWidth, float[] to, int toWidth) {
    int width = Math.min(fromWidth, toWidth);
    int count = from.length / fromWidth;
    for (int i = 0; i < count; i++) {
      System.arraycopy(from, i * fromWidth, to, i * toWidth, width);
    }
  }
}
