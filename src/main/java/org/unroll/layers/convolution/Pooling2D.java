package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The base class of {@link MaxPooling2D} and {@link AveragePooling2D}. A window of pixels slides
 * over the rows and columns of an image, and is reduced to one value for each channel. Pixels that
 * the padding adds are ignored.
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, new rows, new columns, channels),
 * with a pixel for each position of the window. The number of positions depends on the {@link
 * Padding}. As in Keras, the mask is ignored and not passed on.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class Pooling2D<S extends Pooling2D<S>> extends Layer {
  private static final int[] ONES = {1, 1};

  private final int[] poolSize;
  private int[] strides;
  private Padding padding = Padding.VALID;

  Pooling2D(String type, int poolRows, int poolColumns) {
    super(type);
    poolSize = Conv2D.pair("poolSize", poolRows, poolColumns);
  }

  abstract S self();

  /** Returns the numbers of rows and columns in a window. */
  public final int[] poolSize() {
    return poolSize.clone();
  }

  /** Sets the strides to the same number for rows and columns. */
  public S strides(int both) {
    return strides(both, both);
  }

  /**
   * Sets the numbers of rows and columns from one window to the next. The default is the pool size.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  public S strides(int rows, int columns) {
    requireNotBuilt("strides");
    strides = Conv2D.pair("strides", rows, columns);
    return self();
  }

  /** Returns the numbers of rows and columns from one window to the next. */
  public final int[] strides() {
    return strides == null ? poolSize() : strides.clone();
  }

  /**
   * Sets the padding at the edges of an image. The default is {@link Padding#VALID}.
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

  /** Returns the padding at the edges of an image. */
  public final Padding padding() {
    return padding;
  }

  /** Sets the name, which must be unique in the model. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 3 || input.last() == Shape.ANY) {
      throw wrongInput(Patches.IMAGES, input, previous);
    }
    return Patches.positions(this, input, padding, poolSize, strides(), ONES);
  }

  /** Receives the pixels of one window after another. */
  interface Pixels {
    /**
     * Visits a pixel.
     *
     * @param window the index of the first value of the window's output
     * @param pixel the index of the first value of the pixel, without the offset of the input
     * @param number how many pixels of the window were visited before
     */
    void visit(int window, int pixel, int number);

    /** Called after the last pixel of a window. */
    void end(int window, int pixels);
  }

  /** The pass of a pooling layer, which adds one pixel to one window at a time. */
  abstract class PoolingPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Shape inputShape;
    private Shape outputShape;
    private Patches patches;
    int channels;

    /** Starts the forward pass for a slice with {@code size} output values. */
    abstract Pixels forward(Tensor input, float[] values, int size);

    /** Adds the gradients of all windows to those of their pixels, which are 0 before. */
    abstract void backward(Tensor gradient, float[] into);

    @Override
    public final Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      if (!input.shape().equals(inputShape)) {
        inputShape = input.shape();
        channels = inputShape.last();
        patches = Patches.of(inputShape, padding, poolSize, strides(), ONES);
        outputShape = Shape.of(patches.rows().places(), patches.columns().places(), channels);
      }
      int size = input.rows() * outputShape.size();
      y = atLeast(y, size);
      forEachWindow(input.rows(), forward(input, y, size));
      return output.set(y, 0, input.rows(), outputShape, null);
    }

    @Override
    public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int size = gradient.rows() * inputShape.size();
      dx = atLeast(dx, size);
      Arrays.fill(dx, 0, size, 0f);
      backward(gradient, dx);
      return inputGradient.set(dx, 0, gradient.rows(), inputShape, null);
    }

    /** Visits the windows in the order of the output, and the pixels of a window row by row. */
    final void forEachWindow(int images, Pixels pixels) {
      int window = 0;
      for (int row = 0; row < patches.rows().places(); row++) {
        for (int image = 0; image < images; image++) {
          for (int column = 0; column < patches.columns().places(); column++) {
            int number = 0;
            for (int i = 0; i < patches.rows().size(); i++) {
              int y = patches.rows().pixel(row, i);
              for (int j = 0; j < patches.columns().size(); j++) {
                int x = patches.columns().pixel(column, j);
                if (patches.isInside(y, x)) {
                  int pixel = ((y * images + image) * patches.width() + x) * channels;
                  pixels.visit(window, pixel, number++);
                }
              }
            }
            pixels.end(window, number);
            window += channels;
          }
        }
      }
    }
  }
}
