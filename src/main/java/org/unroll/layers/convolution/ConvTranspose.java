package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.core.KernelLayer;
import org.unroll.network.Gradient;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The base class of {@link Conv1DTranspose} and {@link Conv2DTranspose}: the transpose of a
 * convolution, which has a window of the output for each position of the input. A sequence is
 * computed as an image with one column.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class ConvTranspose<S extends ConvTranspose<S>> extends KernelLayer<S> {
  private final int filters;
  private final int[] kernelSize; // here and below: rows, then columns
  private int[] strides = {1, 1};
  private int[] dilationRate = {1, 1};
  private int[] outputPadding; // null if it follows from the other arguments
  private Padding padding = Padding.VALID;

  ConvTranspose(String type, int filters, int[] kernelSize) {
    super(type);
    this.filters = requirePositive("filters", filters);
    this.kernelSize = kernelSize;
  }

  /** Returns the shape of a sample as an image. */
  abstract Shape image(Shape sample);

  /** Returns the shape of an image as a sample of this layer. */
  abstract Shape sample(Shape image);

  /** Returns the shape of W for a number of channels of the input. */
  abstract Shape kernelShape(int channels);

  /** Returns the number of outputs for each position. */
  public final int filters() {
    return filters;
  }

  final int[] kernelPair() {
    return kernelSize.clone();
  }

  final int[] stridesPair() {
    return strides.clone();
  }

  final int[] dilationPair() {
    return dilationRate.clone();
  }

  final int[] outputPaddingPair() {
    return outputPadding == null ? null : outputPadding.clone();
  }

  final S setStrides(int[] pair) {
    requireNotBuilt("strides");
    strides = pair;
    return self();
  }

  final S setDilationRate(int[] pair) {
    requireNotBuilt("dilationRate");
    dilationRate = pair;
    return self();
  }

  final S setOutputPadding(int[] pair) {
    requireNotBuilt("outputPadding");
    if (pair != null && Math.min(pair[0], pair[1]) < 0) {
      throw new IllegalArgumentException(
          "outputPadding must be at least 0, but was " + Math.min(pair[0], pair[1]) + ".");
    }
    outputPadding = pair;
    return self();
  }

  /**
   * Sets how the output is cut. With {@link Padding#VALID}, the default, it contains all windows.
   * With {@link Padding#SAME}, its length is the length of the input times the stride.
   *
   * @throws IllegalArgumentException if it is {@link Padding#CAUSAL}
   */
  public S padding(Padding newPadding) {
    requireNotBuilt("padding");
    padding = newPadding.requireNotCausal(type());
    return self();
  }

  /**
   * Sets the padding by its Keras name, {@code "valid"} or {@code "same"}.
   *
   * @throws IllegalArgumentException if it is another name
   */
  public S padding(String name) {
    return padding(Padding.of(name));
  }

  /** Returns how the output is cut. */
  public final Padding padding() {
    return padding;
  }

  @Override
  protected int outputs(Shape input) {
    return filters;
  }

  /** Returns the shape of the output before the activation for an image of the input. */
  private Shape transposed(Shape image) {
    int[] axes = {image.axis(0), image.axis(1), filters};
    for (int i = 0; i < 2; i++) {
      if (axes[i] != Shape.ANY) {
        axes[i] = length(axes[i], i);
      }
    }
    return Shape.of(axes);
  }

  private int span(int axis) {
    return dilationRate[axis] * (kernelSize[axis] - 1) + 1;
  }

  private int length(int positions, int axis) {
    int stride = strides[axis];
    int span = span(axis);
    boolean isSame = padding == Padding.SAME;
    if (outputPadding == null) {
      return isSame ? positions * stride : (positions - 1) * stride + Math.max(span, stride);
    }
    return (positions - 1) * stride + (isSame ? span % 2 : span) + outputPadding[axis];
  }

  /**
   * Checks the arguments and returns the shape of the output.
   *
   * @throws IllegalArgumentException if both a stride and a dilation rate are more than 1, or the
   *     output padding does not fit
   */
  final Shape checkedOutput(Shape input) {
    if (Math.max(strides[0], strides[1]) > 1 && Math.max(dilationRate[0], dilationRate[1]) > 1) {
      throw new IllegalArgumentException(
          describe()
              + " must have strides of 1 or a dilation rate of 1, but has strides="
              + Arrays.toString(strides)
              + " and dilationRate="
              + Arrays.toString(dilationRate)
              + ".");
    }
    for (int i = 0; outputPadding != null && i < 2; i++) {
      boolean needsMore = padding == Padding.SAME && outputPadding[i] + span(i) % 2 < 1;
      if (outputPadding[i] >= strides[i] || needsMore) {
        throw new IllegalArgumentException(
            describe()
                + " must have an outputPadding less than its strides"
                + (needsMore ? ", and at least 1 with padding=same and an even window" : "")
                + ", but has outputPadding="
                + outputPadding[i]
                + ", strides="
                + strides[i]
                + " and a window of "
                + span(i)
                + ".");
      }
    }
    return sample(transposed(image(input)).withLast(activated(filters)));
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createKernel("kernel", kernelShape(input.last()), filters, factory);
  }

  @Override
  public Pass newPass() {
    return new TransposePass();
  }

  private final class TransposePass extends KernelPass {
    private Shape inputShape;
    private Shape outputShape;
    private Patches patches; // of an image of the output, with a window for each input pixel
    private float[] unfolded = {}; // the windows of one row of the input
    private float[] transposedKernel = {};

    @Override
    protected Shape outputFor(Shape input) {
      if (!input.equals(inputShape)) {
        Shape image = transposed(image(input));
        patches = Patches.of(image, padding, kernelSize, strides, dilationRate);
        outputShape = sample(image.withLast(activated(filters)));
        inputShape = input;
      }
      return outputShape;
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    private int positions(Tensor input) {
      return input.rows() * patches.columns().places();
    }

    /** Sets a view to one row of all input images, with a row of the matrix for each pixel. */
    private Matrix pixels(Tensor input, float[] values, int offset, int row, Matrix view) {
      int channels = input.shape().last();
      int positions = positions(input);
      return view.set(values, offset + row * positions * channels, positions, channels);
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      int channels = input.shape().last();
      int window = patches.size();
      if (!accumulate) {
        int size = input.rows() * patches.height() * patches.width() * filters;
        Arrays.fill(z, 0, size, 0f);
      }
      unfolded = atLeast(unfolded, positions(input) * window);
      transposedKernel = atLeast(transposedKernel, window * channels);
      kernels.transpose(window, channels, weights().get(0).values(), 0, transposedKernel, 0);
      for (int row = 0; row < patches.rows().places(); row++) {
        kernels.multiply(
            pixels(input, input.values(), input.offset(), row, left),
            right.set(transposedKernel, 0, channels, window),
            result.set(unfolded, 0, positions(input), window),
            false);
        patches.foldRow(row, input.rows(), unfolded, z, 0, 0, filters);
      }
    }

    private Matrix unfold(Tensor input, int row, float[] gradient, int at) {
      patches.unfoldRow(row, input.rows(), gradient, at, 0, filters, unfolded);
      return left.set(unfolded, 0, positions(input), patches.size());
    }

    @Override
    protected void kernelGradient(Tensor input, float[] gradient, int at, Gradient[] gradients) {
      int channels = input.shape().last();
      for (int row = 0; row < patches.rows().places(); row++) {
        kernels.multiplyTransposed(
            unfold(input, row, gradient, at),
            pixels(input, input.values(), input.offset(), row, right),
            result.set(gradients[0].values(), 0, patches.size(), channels),
            row > 0);
      }
    }

    @Override
    protected void inputGradient(Tensor input, float[] gradient, int at, float[] inputGradient) {
      int channels = input.shape().last();
      for (int row = 0; row < patches.rows().places(); row++) {
        kernels.multiply(
            unfold(input, row, gradient, at),
            right.set(weights().get(0).values(), 0, patches.size(), channels),
            pixels(input, inputGradient, 0, row, result),
            false);
      }
    }
  }
}
