package org.unroll.layers.merging;

import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Tensor;

/**
 * The pass of {@link Dot}. For each row of the slice, the values of both inputs are collected into
 * matrices whose last axis is the one that is summed over, so that any axes end in one product.
 */
final class DotPass extends GraphPass {
  private static final float SMALLEST_LENGTH = 1e-7f;

  private final Kernels kernels = Compute.kernels();
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final Dot layer;
  private final Side[] sides = {new Side(), new Side()};
  private final Tensor[] outputs = {new Tensor()};
  private final Tensor[] gradients = new Tensor[2];
  private Shape shape;
  private int rows;
  private int[] outputIndex = {};
  private int summed; // the length of the axis that is summed over
  private float[] product = {}; // of one row
  private float[] transposed = {};
  private float[] y = {};

  DotPass(Dot layer) {
    this.layer = layer;
  }

  /** One input: its values as a matrix of vectors × summed for each row, and their gradient. */
  private static final class Side {
    private final Tensor gradient = new Tensor();
    private Shape shape;
    private int rows;
    private int[] index = {}; // where the values of the first row are
    private int rowStride;
    private int vectors;
    private float[] values = {}; // of all rows
    private float[] lengths = {}; // of all vectors, if they are normalized
    private float[] vectorGradients = {}; // of one row
    private float[] dx = {};

    boolean hasChanged(Tensor x) {
      return x.rows() != rows || !x.shape().equals(shape);
    }

    void setShape(Tensor x, int axis) {
      shape = x.shape();
      rows = x.rows();
      rowStride = x.width();
      int length = shape.axis(axis);
      vectors = shape.size() / length;
      int inner = 1;
      for (int i = axis + 1; i < shape.rank(); i++) {
        inner *= shape.axis(i);
      }
      index = new int[shape.size()];
      for (int vector = 0; vector < vectors; vector++) {
        for (int k = 0; k < length; k++) {
          int inSample = (vector / inner * length + k) * inner + vector % inner;
          index[vector * length + k] = inSlice(inSample, shape, rows);
        }
      }
    }

    /** Collects the values of all rows, and divides each vector by its length if required. */
    void collect(Tensor x, boolean normalizes) {
      int size = index.length;
      int length = size / vectors;
      values = atLeast(values, rows * size);
      lengths = atLeast(lengths, rows * vectors);
      for (int row = 0; row < rows; row++) {
        int from = x.offset() + row * rowStride;
        for (int i = 0; i < size; i++) {
          values[row * size + i] = x.values()[from + index[i]];
        }
      }
      for (int v = 0; normalizes && v < rows * vectors; v++) {
        double squares = 0;
        for (int i = v * length; i < (v + 1) * length; i++) {
          squares += (double) values[i] * values[i];
        }
        lengths[v] = (float) Math.max(SMALLEST_LENGTH, Math.sqrt(squares));
        divide(values, v * length, length, lengths[v]);
      }
    }

    /** Turns the gradients of the normalized vectors of one row into those of the vectors. */
    void normalizeBackward(int row) {
      int length = index.length / vectors;
      for (int v = 0; v < vectors; v++) {
        int at = (row * vectors + v) * length;
        float norm = lengths[row * vectors + v];
        double projection = 0;
        for (int k = 0; norm > SMALLEST_LENGTH && k < length; k++) {
          projection += (double) values[at + k] * vectorGradients[v * length + k];
        }
        for (int k = 0; k < length; k++) {
          int i = v * length + k;
          vectorGradients[i] = (float) (vectorGradients[i] - projection * values[at + k]) / norm;
        }
      }
    }

    void distribute(int row) {
      for (int i = 0; i < index.length; i++) {
        dx[row * rowStride + index[i]] = vectorGradients[i];
      }
    }
  }

  /** Returns where a value of the first row's sample is in a slice. */
  private static int inSlice(int inSample, Shape shape, int rows) {
    if (shape.rank() < 2) {
      return inSample;
    }
    int width = shape.size() / shape.axis(0);
    return inSample / width * rows * width + inSample % width;
  }

  @Override
  public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    if (sides[0].hasChanged(inputs[0]) || sides[1].hasChanged(inputs[1])) {
      setShapes(inputs);
    }
    for (int i = 0; i < 2; i++) {
      sides[i].collect(inputs[i], layer.normalize());
    }
    y = atLeast(y, rows * shape.size());
    for (int row = 0; row < rows; row++) {
      transpose(row);
      vectors(0, row, left);
      right.set(transposed, 0, summed, sides[1].vectors);
      kernels.multiply(left, right, productOf(), false);
      int to = row * outputs[0].set(y, 0, rows, shape, null).width();
      for (int i = 0; i < outputIndex.length; i++) {
        y[to + outputIndex[i]] = product[i];
      }
    }
    return outputs;
  }

  private void setShapes(Tensor[] inputs) {
    shape = layer.outputShape(inputs[0].shape(), inputs[1].shape());
    rows = inputs[0].rows();
    for (int i = 0; i < 2; i++) {
      sides[i].setShape(inputs[i], layer.sampleAxis(i, inputs[i].shape()));
    }
    summed = sides[0].index.length / sides[0].vectors;
    outputIndex = new int[shape.size()];
    for (int i = 0; i < outputIndex.length; i++) {
      outputIndex[i] = inSlice(i, shape, rows);
    }
    product = atLeast(product, outputIndex.length);
  }

  private Matrix vectors(int side, int row, Matrix view) {
    int count = sides[side].vectors;
    return view.set(sides[side].values, row * count * summed, count, summed);
  }

  private Matrix productOf() {
    return result.set(product, 0, sides[0].vectors, sides[1].vectors);
  }

  private void transpose(int row) {
    int count = sides[1].vectors;
    transposed = atLeast(transposed, count * summed);
    kernels.transpose(count, summed, sides[1].values, row * count * summed, transposed, 0);
  }

  @Override
  public Tensor[] backward(Tensor[] outputGradients, Gradient[] weightGradients, boolean[] needed) {
    Tensor g = outputGradients[0];
    for (int i = 0; i < 2; i++) {
      Side side = sides[i];
      side.dx = atLeast(side.dx, rows * side.index.length);
      side.vectorGradients = atLeast(side.vectorGradients, side.index.length);
      gradients[i] = needed[i] ? side.gradient.set(side.dx, 0, rows, side.shape, null) : null;
    }
    for (int row = 0; row < rows; row++) {
      int from = g.offset() + row * g.width();
      for (int i = 0; i < outputIndex.length; i++) {
        product[i] = g.values()[from + outputIndex[i]];
      }
      if (needed[0]) {
        result.set(sides[0].vectorGradients, 0, sides[0].vectors, summed);
        left.set(product, 0, sides[0].vectors, sides[1].vectors);
        kernels.multiply(left, vectors(1, row, right), result, false);
        finish(sides[0], row);
      }
      if (needed[1]) {
        result.set(sides[1].vectorGradients, 0, sides[1].vectors, summed);
        left.set(product, 0, sides[0].vectors, sides[1].vectors);
        kernels.multiplyTransposed(left, vectors(0, row, right), result, false);
        finish(sides[1], row);
      }
    }
    return gradients;
  }

  private void finish(Side side, int row) {
    if (layer.normalize()) {
      side.normalizeBackward(row);
    }
    side.distribute(row);
  }
}
