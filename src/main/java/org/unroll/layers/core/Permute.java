package org.unroll.layers.core;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Permutes the axes of a sample, as Keras's {@code Permute}. Axis i of the output is axis {@code
 * dims[i]} of the input. Axes are counted from 1, without the batch axis. With {@code permute(2,
 * 1)}, the shape (batch, 240, 14) becomes (batch, 14, 240).
 *
 * <p>Input and output: samples with as many axes as {@code dims}. As in Keras, the mask is not
 * passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.Permute}.
 */
public final class Permute extends Layer {
  private final int[] dims;

  /**
   * Creates the layer. See {@code Layers.permute}.
   *
   * @param dims the axes of the input in the order of the output, counted from 1
   * @throws IllegalArgumentException if {@code dims} does not contain each axis exactly once
   */
  public Permute(int... dims) {
    super("Permute");
    int[] sorted = dims.clone();
    Arrays.sort(sorted);
    if (dims.length == 0
        || !Arrays.equals(sorted, IntStream.rangeClosed(1, dims.length).toArray())) {
      throw new IllegalArgumentException(
          "dims must contain each axis exactly once, counted from 1, such as permute(2, 1), but was "
              + Arrays.toString(dims)
              + ".");
    }
    this.dims = dims.clone();
  }

  /** Returns the axes of the input in the order of the output, counted from 1. */
  public int[] dims() {
    return dims.clone();
  }

  /** Sets the name, which must be unique in the model. */
  public Permute name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != dims.length) {
      throw wrongInput("with " + dims.length + " axes per sample", input, previous);
    }
    return permuted(input);
  }

  private Shape permuted(Shape input) {
    return Shape.of(Arrays.stream(dims).map(dim -> input.axis(dim - 1)).toArray());
  }

  @Override
  public Pass newPass() {
    return new PermutePass();
  }

  private final class PermutePass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Shape inputShape;
    private Shape outputShape;
    private int[] sources = {}; // the index in an input sample of each output value

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      if (!input.shape().equals(inputShape)) {
        inputShape = input.shape();
        outputShape = permuted(inputShape);
        sources = sources();
      }
      y = atLeast(y, input.size());
      output.set(y, 0, input.rows(), outputShape, null);
      for (int i = 0; i < sources.length; i++) {
        copy(input, sources[i], output, i);
      }
      return output;
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      dx = atLeast(dx, gradient.size());
      inputGradient.set(dx, 0, gradient.rows(), inputShape, null);
      for (int i = 0; i < sources.length; i++) {
        copy(gradient, i, inputGradient, sources[i]);
      }
      return inputGradient;
    }

    /** Copies one value of each row. Its indices within a sample are row-major. */
    private static void copy(Tensor from, int source, Tensor to, int target) {
      int rows = from.rows();
      int fromWidth = from.width();
      int toWidth = to.width();
      int first = from.offset() + source / fromWidth * rows * fromWidth + source % fromWidth;
      int last = to.offset() + target / toWidth * rows * toWidth + target % toWidth;
      for (int r = 0; r < rows; r++) {
        to.values()[last + r * toWidth] = from.values()[first + r * fromWidth];
      }
    }

    private int[] sources() {
      int[] strides = new int[dims.length]; // of the input
      int stride = 1;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= inputShape.axis(axis);
      }
      int[] places = new int[stride];
      for (int i = 0; i < places.length; i++) {
        int rest = i;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
          places[i] += rest % outputShape.axis(axis) * strides[dims[axis] - 1];
          rest /= outputShape.axis(axis);
        }
      }
      return places;
    }
  }
}
