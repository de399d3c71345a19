package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The transpose of a convolution of images, as Keras's {@code Conv2DTranspose}. It goes from a
 * small image to a larger one, with a window of the output for each pixel of the input.
 *
 * <pre>
 * y[o·s₁ + i·d₁ − p₁, q·s₂ + j·d₂ − p₂] += x[o, q]·W[i, j]ᵀ
 * y = act(y + b)
 * </pre>
 *
 * <p>Here s are the strides and d the dilation rates. {@link Conv1DTranspose} documents the lengths
 * of the axes and the offsets p.
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, new rows, new columns, filters). As
 * in Keras, the mask is not passed on.
 *
 * <p>Weights: {@code kernel} W (kernel rows, kernel columns, filters, channels), {@code bias} b
 * (filters).
 *
 * <p>The backward pass is that of {@link Conv1DTranspose} with two axes.
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv2DTranspose}.
 */
public final class Conv2DTranspose extends ConvTranspose<Conv2DTranspose> {
  /**
   * Creates the layer. See {@code Layers.conv2DTranspose}.
   *
   * @param filters the number of outputs for each pixel
   * @param kernelRows the number of rows in a window
   * @param kernelColumns the number of columns in a window
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public Conv2DTranspose(int filters, int kernelRows, int kernelColumns) {
    super("Conv2DTranspose", filters, Conv2D.pair("kernelSize", kernelRows, kernelColumns));
  }

  @Override
  protected Conv2DTranspose self() {
    return this;
  }

  /** Returns the numbers of rows and columns in a window. */
  public int[] kernelSize() {
    return kernelPair();
  }

  /** Sets the strides to the same number for rows and columns. */
  public Conv2DTranspose strides(int both) {
    return strides(both, both);
  }

  /**
   * Sets the numbers of output rows and columns from one window to the next. The default is 1 and
   * 1. They must be 1 if a dilation rate is not, which is checked when the model is built.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  public Conv2DTranspose strides(int rows, int columns) {
    return setStrides(Conv2D.pair("strides", rows, columns));
  }

  /** Returns the numbers of output rows and columns from one window to the next. */
  public int[] strides() {
    return stridesPair();
  }

  /** Sets the dilation rates to the same number for rows and columns. */
  public Conv2DTranspose dilationRate(int both) {
    return dilationRate(both, both);
  }

  /**
   * Sets the distances between the rows and between the columns in a window. The default is 1 and
   * 1.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  public Conv2DTranspose dilationRate(int rows, int columns) {
    return setDilationRate(Conv2D.pair("dilationRate", rows, columns));
  }

  /** Returns the distances between the rows and between the columns in a window. */
  public int[] dilationRate() {
    return dilationPair();
  }

  /**
   * Sets the numbers of rows and columns that are added at the end of the output, as {@link
   * Conv1DTranspose#outputPadding(Integer)}. By default, the size follows from the other arguments.
   *
   * @throws IllegalArgumentException if a number is negative
   */
  public Conv2DTranspose outputPadding(int rows, int columns) {
    return setOutputPadding(new int[] {rows, columns});
  }

  /** Returns the numbers of rows and columns added at the end of the output, which may be null. */
  public int[] outputPadding() {
    return outputPaddingPair();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 3 || input.last() == Shape.ANY) {
      throw wrongInput(Patches.IMAGES, input, previous);
    }
    return checkedOutput(input);
  }

  @Override
  Shape image(Shape sample) {
    return sample;
  }

  @Override
  Shape sample(Shape image) {
    return image;
  }

  @Override
  Shape kernelShape(int channels) {
    return Shape.of(kernelPair()[0], kernelPair()[1], filters(), channels);
  }
}
