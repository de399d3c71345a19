package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.core.KernelLayer;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A convolution of images, as Keras's {@code Conv2D}. A window of pixels slides over the rows and
 * columns of the image, and each filter computes one value for each position of the window.
 *
 * <pre>
 * y[o, q] = act(Σᵢⱼ x[o·s₁ + i·d₁ − p₁, q·s₂ + j·d₂ − p₂]·W[i, j] + b)
 * </pre>
 *
 * <p>Here s are the strides, d the dilation rates, and p the pixels of zeros that the {@link
 * Padding} adds before the first row and column. If {@code groups} is more than 1, the channels and
 * the filters are split into equal groups, and the filters of a group are applied to the channels
 * of the same group.
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, new rows, new columns, filters). As
 * in Keras, the mask is not passed on. Inside {@code timeDistributed}, the layer is applied to each
 * image of a sequence:
 *
 * <pre>{@code
 * var movement =
 *     Sequential.of(
 *         input(10, 16, 16, 1), // 10 time steps
 *         timeDistributed(conv2D(8, 3).activation("relu")),
 *         timeDistributed(maxPooling2D(2)),
 *         timeDistributed(flatten()),
 *         gru(16),
 *         dense(1));
 * }</pre>
 *
 * <p>Weights: {@code kernel} W (kernel rows, kernel columns, channels / groups, filters), {@code
 * bias} b (filters).
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′, r = o·s₁ + i·d₁ − p₁ and c = q·s₂ + j·d₂ − p₂:
 *
 * <pre>
 * dW[i, j] = Σ x[r, c]ᵀ·g[o, q]      db = Σ g[o, q]      dx[r, c] += g[o, q]·W[i, j]ᵀ
 * </pre>
 *
 * <p>The sums are products of matrices, whose rows are the {@link Patches} of one row of windows.
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv2D}.
 */
public final class Conv2D extends KernelLayer<Conv2D> {
  private final int filters;
  private final int[] kernelSize;
  private int[] strides = {1, 1};
  private int[] dilationRate = {1, 1};
  private int groups = 1;
  private Padding padding = Padding.VALID;
  private float[] kernelTransposed;

  /**
   * Creates the layer. See {@code Layers.conv2D}.
   *
   * @param filters the number of outputs of a window
   * @param kernelRows the number of rows in a window
   * @param kernelColumns the number of columns in a window
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public Conv2D(int filters, int kernelRows, int kernelColumns) {
    super("Conv2D");
    this.filters = requirePositive("filters", filters);
    this.kernelSize = pair("kernelSize", kernelRows, kernelColumns);
  }

  /** Checks the numbers of rows and columns of an argument. */
  static int[] pair(String argument, int rows, int columns) {
    return new int[] {requirePositive(argument, rows), requirePositive(argument, columns)};
  }

  @Override
  protected Conv2D self() {
    return this;
  }

  /** Returns the number of outputs of a window. */
  public int filters() {
    return filters;
  }

  /** Returns the numbers of rows and columns in a window. */
  public int[] kernelSize() {
    return kernelSize.clone();
  }

  /** Sets the strides to the same number for rows and columns. */
  public Conv2D strides(int both) {
    return strides(both, both);
  }

  /**
   * Sets the numbers of rows and columns from one window to the next. The default is 1 and 1. They
   * must be 1 if a dilation rate is not, which is checked when the model is built.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  public Conv2D strides(int rows, int columns) {
    requireNotBuilt("strides");
    strides = pair("strides", rows, columns);
    return this;
  }

  /** Returns the numbers of rows and columns from one window to the next. */
  public int[] strides() {
    return strides.clone();
  }

  /** Sets the dilation rates to the same number for rows and columns. */
  public Conv2D dilationRate(int both) {
    return dilationRate(both, both);
  }

  /**
   * Sets the distances between the rows and between the columns in a window. The default is 1 and
   * 1.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  public Conv2D dilationRate(int rows, int columns) {
    requireNotBuilt("dilationRate");
    dilationRate = pair("dilationRate", rows, columns);
    return this;
  }

  /** Returns the distances between the rows and between the columns in a window. */
  public int[] dilationRate() {
    return dilationRate.clone();
  }

  /**
   * Sets the number of groups. The default is 1.
   *
   * @throws IllegalArgumentException if the number of filters is not a multiple of it
   */
  public Conv2D groups(int newGroups) {
    requireNotBuilt("groups");
    groups = Conv1D.checkedGroups(filters, newGroups);
    return this;
  }

  /** Returns the number of groups. */
  public int groups() {
    return groups;
  }

  /**
   * Sets the padding at the edges of an image. The default is {@link Padding#VALID}.
   *
   * @throws IllegalArgumentException if it is {@link Padding#CAUSAL}
   */
  public Conv2D padding(Padding newPadding) {
    requireNotBuilt("padding");
    padding = newPadding.requireNotCausal(type());
    return this;
  }

  /**
   * Sets the padding by its Keras name, {@code "valid"} or {@code "same"}.
   *
   * @throws IllegalArgumentException if it is another name
   */
  public Conv2D padding(String name) {
    return padding(Padding.of(name));
  }

  /** Returns the padding at the edges of an image. */
  public Padding padding() {
    return padding;
  }

  @Override
  protected int outputs(Shape input) {
    return filters;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 3 || input.last() == Shape.ANY) {
      throw wrongInput(Patches.IMAGES, input, previous);
    }
    if (input.last() % groups != 0) {
      String needed = Patches.IMAGES + " with a multiple of " + groups + " channels";
      throw wrongInput(needed, input, previous);
    }
    return Patches.positions(this, input, padding, kernelSize, strides, dilationRate)
        .withLast(activated(filters));
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int channels = input.last() / groups;
    Shape kernel = Shape.of(kernelSize[0], kernelSize[1], channels, filters);
    createKernel("kernel", kernel, filters, factory);
    kernelTransposed = new float[kernel.size()];
  }

  @Override
  public void prepareBackward() {
    int window = kernelTransposed.length / filters;
    float[] w = weights().get(0).values();
    Compute.kernels().transpose(window, filters, w, 0, kernelTransposed, 0);
  }

  @Override
  public Pass newPass() {
    return new ConvPass();
  }

  private final class ConvPass extends KernelPass {
    private final int out = filters / groups;
    private Shape inputShape;
    private Shape outputShape;
    private Patches patches;
    private int window; // the values of one group in a window
    private float[] unfolded = {}; // of one row of windows

    @Override
    protected Shape outputFor(Shape input) {
      if (!input.equals(inputShape)) {
        patches = Patches.of(input, padding, kernelSize, strides, dilationRate);
        window = patches.size() / groups;
        int rows = patches.rows().places();
        outputShape = Shape.of(rows, patches.columns().places(), activated(filters));
        inputShape = input;
      }
      return outputShape;
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    /** Returns the windows of one row and group, with a row for each image and column. */
    private Matrix unfold(Tensor input, int row, int group) {
      int channels = patches.channels() / groups;
      int positions = positions(input);
      unfolded = atLeast(unfolded, positions * window);
      patches.unfoldRow(
          row, input.rows(), input.values(), input.offset(), group * channels, channels, unfolded);
      return left.set(unfolded, 0, positions, window);
    }

    private int positions(Tensor input) {
      return input.rows() * patches.columns().places();
    }

    /** Sets a view to the outputs of one group for one row of windows. */
    private Matrix outputs(Tensor input, float[] z, int at, int row, int group, Matrix view) {
      int positions = positions(input);
      return view.set(z, at + row * positions * filters + group * out, positions, out, filters);
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      float[] w = weights().get(0).values();
      for (int row = 0; row < patches.rows().places(); row++) {
        for (int g = 0; g < groups; g++) {
          kernels.multiply(
              unfold(input, row, g),
              right.set(w, g * out, window, out, filters),
              outputs(input, z, 0, row, g, result),
              accumulate);
        }
      }
    }

    @Override
    protected void kernelGradient(Tensor input, float[] gradient, int at, Gradient[] gradients) {
      float[] kernelGradient = gradients[0].values();
      for (int row = 0; row < patches.rows().places(); row++) {
        for (int g = 0; g < groups; g++) {
          kernels.multiplyTransposed(
              unfold(input, row, g),
              outputs(input, gradient, at, row, g, right),
              result.set(kernelGradient, g * out, window, out, filters),
              row > 0);
        }
      }
    }

    @Override
    protected void inputGradient(Tensor input, float[] gradient, int at, float[] inputGradient) {
      Arrays.fill(inputGradient, 0, input.size(), 0f);
      int channels = patches.channels() / groups;
      for (int row = 0; row < patches.rows().places(); row++) {
        for (int g = 0; g < groups; g++) {
          kernels.multiply(
              outputs(input, gradient, at, row, g, left),
              right.set(kernelTransposed, g * out * window, out, window),
              result.set(unfolded, 0, positions(input), window),
              false);
          patches.foldRow(row, input.rows(), unfolded, inputGradient, 0, g * channels, channels);
        }
      }
    }
  }
}
