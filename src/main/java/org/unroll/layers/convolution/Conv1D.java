package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A convolution over time, as Keras's {@code Conv1D}. A window of {@code kernelSize} time steps
 * slides over the sequence, and each filter computes one value for each window.
 *
 * <pre>
 * y[o] = act(Σᵢ x[o·strides + i·dilationRate − p]·W[i] + b)   for i = 0 … kernelSize − 1
 * </pre>
 *
 * <p>The {@link Padding} adds p time steps of zeros before the sequence. If {@code groups} is more
 * than 1, the features and the filters are split into equal groups, and the filters of a group are
 * applied to the features of the same group.
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, filters). As in Keras, the mask is
 * ignored and not passed on.
 *
 * <p>Weights: {@code kernel} W (kernelSize, features / groups, filters), {@code bias} b (filters).
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′ and t = o·strides + i·dilationRate − p:
 *
 * <pre>
 * dW[i] = Σₒ x[t]ᵀ·g[o]      db = Σₒ g[o]      dx[t] += g[o]·W[i]ᵀ
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv1D}; dilated causal convolutions: van den Oord et al.
 * 2016, "WaveNet".
 */
public final class Conv1D extends ConvolutionLayer<Conv1D> {
  private final int filters;
  private int groups = 1;
  private float[] kernelTransposed;

  /**
   * Creates the layer. See {@code Layers.conv1D}.
   *
   * @param filters the number of outputs of a window
   * @param kernelSize the number of time steps in a window
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public Conv1D(int filters, int kernelSize) {
    super("Conv1D", kernelSize);
    this.filters = requirePositive("filters", filters);
  }

  @Override
  protected Conv1D self() {
    return this;
  }

  /** Returns the number of outputs of a window. */
  public int filters() {
    return filters;
  }

  /**
   * Sets the number of time steps from one window to the next. The default is 1.
   *
   * @throws IllegalArgumentException if it is less than 1, or if both the strides and the dilation
   *     rate are more than 1, which Keras does not support either
   */
  @Override
  public Conv1D strides(int newStrides) {
    requireOne(newStrides, dilationRate());
    return super.strides(newStrides);
  }

  /**
   * Sets the distance between the time steps in a window. The default is 1.
   *
   * @throws IllegalArgumentException if it is less than 1, or if both the strides and the dilation
   *     rate are more than 1
   */
  @Override
  public Conv1D dilationRate(int rate) {
    requireOne(strides(), rate);
    return super.dilationRate(rate);
  }

  private static void requireOne(int strides, int dilationRate) {
    if (strides > 1 && dilationRate > 1) {
      throw new IllegalArgumentException(
          "strides or dilationRate must be 1, but strides="
              + strides
              + " and dilationRate="
              + dilationRate
              + ".");
    }
  }

  /**
   * Sets the number of groups. The default is 1.
   *
   * @throws IllegalArgumentException if the number of filters is not a multiple of it
   */
  public Conv1D groups(int newGroups) {
    requireNotBuilt("groups");
    groups = checkedGroups(filters, newGroups);
    return this;
  }

  static int checkedGroups(int filters, int groups) {
    if (filters % requirePositive("groups", groups) != 0) {
      throw new IllegalArgumentException(
          "filters must be a multiple of groups, but were filters="
              + filters
              + " and groups="
              + groups
              + ".");
    }
    return groups;
  }

  /** Returns the number of groups. */
  public int groups() {
    return groups;
  }

  @Override
  protected int outputs(Shape input) {
    return filters;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    if (input.last() % groups != 0) {
      throw wrongInput(
          "(batch, time, features) with a multiple of " + groups + " features", input, previous);
    }
    return padding().windows(this, input, previous, span(), strides()).withLast(activated(filters));
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int features = input.last() / groups;
    createKernel("kernel", Shape.of(kernelSize(), features, filters), filters, factory);
    kernelTransposed = new float[kernelSize() * features * filters];
  }

  @Override
  public void prepareBackward() {
    int features = inputShape().last() / groups;
    float[] w = weights().get(0).values();
    for (int i = 0; i < kernelSize(); i++) {
      int tap = i * features * filters;
      Compute.kernels().transpose(features, filters, w, tap, kernelTransposed, tap);
    }
  }

  @Override
  public Pass newPass() {
    return new ConvPass();
  }

  private final class ConvPass extends KernelPass {
    private Shape inputShape;
    private Shape outputShape;
    private int before;

    @Override
    protected Shape outputFor(Shape input) {
      if (!input.equals(inputShape)) {
        int timesteps = input.axis(0);
        int windows = padding().windows(timesteps, span(), strides());
        outputShape = Shape.of(windows, activated(filters));
        before = padding().before(timesteps, span(), strides());
        inputShape = input;
      }
      return outputShape;
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    /**
     * Computes the product with W[tap] for {@code count} windows that start at window {@code from}.
     * In the first of these windows, W[tap] is applied to time step {@code firstStep}.
     */
    private interface Product {
      void run(int tap, int from, int count, int firstStep);
    }

    /**
     * Runs all products of time steps with their part of the kernel. If the stride is 1, both the
     * windows and their time steps are contiguous in memory, so one product covers all of them.
     * Otherwise each window has its own product.
     */
    private void forEachProduct(Product product) {
      int windows = outputShape.axis(0);
      int timesteps = inputShape.axis(0);
      for (int i = 0; i < kernelSize(); i++) {
        int shift = i * dilationRate() - before; // the time step is window · strides + shift
        int from = Math.max(0, Math.floorDiv(strides() - 1 - shift, strides()));
        int to = Math.min(windows, Math.floorDiv(timesteps - 1 - shift, strides()) + 1);
        if (strides() == 1 && from < to) {
          product.run(i, from, to - from, from + shift);
        } else {
          for (int o = from; o < to; o++) {
            product.run(i, o, 1, o * strides() + shift);
          }
        }
      }
    }

    /** Returns the inputs of one group at some steps, with a row for each step and row. */
    private Matrix inputsOf(Tensor input, int step, int steps, int group) {
      int rows = input.rows();
      int inputs = input.width();
      int in = inputs / groups;
      int at = input.offset() + step * rows * inputs + group * in;
      return left.set(input.values(), at, steps * rows, in, inputs);
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      int rows = input.rows();
      if (!accumulate) {
        Arrays.fill(z, 0, rows * outputShape.axis(0) * filters, 0f);
      }
      int inputs = input.width();
      int in = inputs / groups;
      int out = filters / groups;
      float[] w = weights().get(0).values();
      forEachProduct(
          (tap, from, count, step) -> {
            for (int g = 0; g < groups; g++) {
              kernels.multiply(
                  inputsOf(input, step, count, g),
                  right.set(w, tap * in * filters + g * out, in, out, filters),
                  result.set(z, from * rows * filters + g * out, count * rows, out, filters),
                  true);
            }
          });
    }

    @Override
    protected void kernelGradient(Tensor input, float[] gradient, int at, Gradient[] gradients) {
      float[] kernelGradient = gradients[0].values();
      Arrays.fill(kernelGradient, 0f);
      int rows = input.rows();
      int inputs = input.width();
      int in = inputs / groups;
      int out = filters / groups;
      forEachProduct(
          (tap, from, count, step) -> {
            for (int g = 0; g < groups; g++) {
              int first = at + from * rows * filters + g * out;
              kernels.multiplyTransposed(
                  inputsOf(input, step, count, g),
                  right.set(gradient, first, count * rows, out, filters),
                  result.set(kernelGradient, tap * in * filters + g * out, in, out, filters),
                  true);
            }
          });
    }

    @Override
    protected void inputGradient(Tensor input, float[] gradient, int at, float[] inputGradient) {
      Arrays.fill(inputGradient, 0, input.size(), 0f);
      int rows = input.rows();
      int inputs = input.width();
      int in = inputs / groups;
      int out = filters / groups;
      forEachProduct(
          (tap, from, count, step) -> {
            for (int g = 0; g < groups; g++) {
              int first = at + from * rows * filters + g * out;
              int to = step * rows * inputs + g * in;
              kernels.multiply(
                  left.set(gradient, first, count * rows, out, filters),
                  right.set(kernelTransposed, tap * in * filters + g * out * in, out, in),
                  result.set(inputGradient, to, count * rows, in, inputs),
                  true);
            }
          });
    }
  }
}
