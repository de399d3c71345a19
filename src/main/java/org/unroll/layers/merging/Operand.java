package org.unroll.layers.merging;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * One input of an elementwise layer: its values in the order of the output's, repeated where the
 * input has fewer, and its gradient, which is summed again.
 *
 * <p>Values of samples with at least two axes are ordered by time, row and the other axes; those of
 * vectors by row and feature. So each axis of the output is walked with a stride of the input,
 * which is 0 where values are repeated.
 */
final class Operand {
  private final Tensor gradient = new Tensor();
  private int[] lengths = {};
  private int[] strides = {};
  private int[] position = {};
  private int axes; // neighboring axes are joined where the input allows it
  private int outputRank;
  private int outputSize;
  private int positions; // time steps and rows of the output
  private Tensor x;
  private float[] repeated = {};
  private float[] outputGradient = {};
  private float[] dx = {};

  /** Sets the input and the shape of one sample of the output. */
  void set(Tensor input, Shape output) {
    x = input;
    outputRank = output.rank();
    outputSize = input.rows() * output.size();
    if (lengths.length < outputRank + 1) {
      lengths = new int[outputRank + 1];
      strides = new int[outputRank + 1];
      position = new int[outputRank + 1];
    }
    axes = 0;
    for (int i = 0; i < outputRank; i++) {
      if (i == Math.min(1, outputRank - 1)) {
        addAxis(input.rows(), input.width());
      }
      addAxis(output.axis(i), stride(i - outputRank + input.shape().rank(), output.axis(i)));
    }
    if (outputRank == 0) {
      addAxis(input.rows(), 1);
    }
    positions = outputRank > 1 ? input.rows() * output.axis(0) : input.rows();
    if (!isWhole()) {
      repeat();
    }
  }

  private int stride(int axis, int length) {
    Shape shape = x.shape();
    if (axis < 0 || shape.axis(axis) != length) {
      return 0;
    }
    if (axis == 0 && shape.rank() > 1) {
      return x.rows() * x.width();
    }
    int stride = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      stride *= shape.axis(i);
    }
    return stride;
  }

  private void addAxis(int length, int stride) {
    if (axes > 0 && strides[axes - 1] == length * stride) {
      lengths[axes - 1] *= length;
      strides[axes - 1] = stride;
    } else if (length > 1 || axes == 0) {
      lengths[axes] = length;
      strides[axes] = stride;
      axes++;
    }
  }

  /** Returns whether the values are in the order of the output already. */
  private boolean isWhole() {
    return axes == 1 && (strides[0] == 1 || lengths[0] == 1);
  }

  /** Returns the input. */
  Tensor input() {
    return x;
  }

  /** Returns the number of time steps and rows of the output. */
  int positions() {
    return positions;
  }

  private void repeat() {
    repeated = Pass.atLeast(repeated, outputSize);
    int run = lengths[axes - 1];
    int stride = strides[axes - 1];
    int from = first();
    for (int to = 0; to < outputSize; to += run) {
      if (stride == 1) {
        System.arraycopy(x.values(), x.offset() + from, repeated, to, run);
      } else {
        for (int j = 0; j < run; j++) {
          repeated[to + j] = x.values()[x.offset() + from + j * stride];
        }
      }
      from = next(from);
    }
  }

  /** Returns an array with the values in the order of the output, from {@link #offset} on. */
  float[] values() {
    return isWhole() ? x.values() : repeated;
  }

  /** Returns the index of the first value in {@link #values}. */
  int offset() {
    return isWhole() ? x.offset() : 0;
  }

  private int first() {
    Arrays.fill(position, 0);
    return 0;
  }

  private int next(int from) {
    int at = from;
    for (int a = axes - 2; a >= 0; a--) {
      at += strides[a];
      if (++position[a] < lengths[a]) {
        return at;
      }
      at -= lengths[a] * strides[a];
      position[a] = 0;
    }
    return at;
  }

  /**
   * Returns the mask that applies to the values: as in Keras, an input with fewer axes has none.
   */
  boolean[] mask() {
    return x.shape().rank() == outputRank ? x.mask() : null;
  }

  /** Returns whether the input is not masked at a time step and row of the output. */
  boolean isValid(int index) {
    boolean[] mask = mask();
    return mask == null || mask[x.timesteps() == 1 ? index % x.rows() : index];
  }

  /** Sets values in the order of the output to a constant where the input is masked. */
  void fillMasked(float[] values, float constant) {
    int width = outputSize / positions;
    for (int p = 0; p < positions && mask() != null; p++) {
      if (!isValid(p)) {
        Arrays.fill(values, p * width, (p + 1) * width, constant);
      }
    }
  }

  /** Sets values in the order of the output to 0 where all inputs are masked. */
  static void clearWhereAllAreMasked(Operand[] inputs, float[] values) {
    int width = inputs[0].outputSize / inputs[0].positions;
    for (int p = 0; p < inputs[0].positions; p++) {
      if (!isAnyValid(inputs, p)) {
        Arrays.fill(values, p * width, (p + 1) * width, 0f);
      }
    }
  }

  /** Returns whether any input is not masked at a time step and row of the output. */
  static boolean isAnyValid(Operand[] inputs, int index) {
    for (Operand input : inputs) {
      if (input.isValid(index)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the array for the gradient of the values, in the order of the output and from 0 on. */
  float[] outputGradient() {
    outputGradient = Pass.atLeast(outputGradient, outputSize);
    return outputGradient;
  }

  /** Returns the gradient of the input, given that of its values. */
  Tensor gradient() {
    if (isWhole()) {
      return gradient.set(outputGradient, 0, x.rows(), x.shape(), null);
    }
    dx = Pass.atLeast(dx, x.size());
    Arrays.fill(dx, 0, x.size(), 0f);
    int run = lengths[axes - 1];
    int stride = strides[axes - 1];
    int at = first();
    for (int from = 0; from < outputSize; from += run) {
      for (int j = 0; j < run; j++) {
        dx[at + j * stride] += outputGradient[from + j];
      }
      at = next(at);
    }
    return gradient.set(dx, 0, x.rows(), x.shape(), null);
  }
}
