package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.core.KernelLayer;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A convolution over time, Keras's {@code Conv1D}: a window of {@code kernelSize} time steps slides
 * over the sequence, and each of the filters makes one value of what is in it.
 *
 * <pre>
 * y[o] = act(Σᵢ x[o·strides + i·dilationRate − p]·W[i] + b)   for i = 0 … kernelSize − 1
 * </pre>
 *
 * <p>where p is how many steps before the sequence the first window begins, by the {@link Padding};
 * steps outside the sequence are zeros. With {@code groups} above 1, features and filters are cut
 * into as many equal groups, and the filters of a group see the features of their group only.
 *
 * <p>Input (batch, time, features), output (batch, windows, filters). Weights: {@code kernel} W
 * (kernelSize, features / groups, filters), {@code bias} b (filters). As in Keras, masks are
 * neither looked at nor passed on.
 *
 * <p>Backwards, with g = d loss / d y ⊙ act′ and t the step of window o that W[i] is applied to:
 * dW[i] = Σₒ x[t]ᵀ·g[o], db = Σₒ g[o], dx[t] += g[o]·W[i]ᵀ.
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv1D}; dilated causal convolutions: van den Oord et al.
 * 2016, "WaveNet".
 */
public final class Conv1D extends KernelLayer<Conv1D> {
  private final int filters;
  private final int kernelSize;
  private int strides = 1;
  private int dilationRate = 1;
  private int groups = 1;
  private Padding padding = Padding.VALID;
  private float[] kernelTransposed;

  public Conv1D(int filters, int kernelSize) {
    super("Conv1D", requirePositive("filters", filters));
    this.filters = filters;
    this.kernelSize = requirePositive("kernelSize", kernelSize);
  }

  @Override
  protected Conv1D self() {
    return this;
  }

  /** The number of values a window gives. */
  public int filters() {
    return filters;
  }

  /** The number of time steps that a window looks at. */
  public int kernelSize() {
    return kernelSize;
  }

  /**
   * How many steps a window is after the one before; 1 by default. As in Keras, strides above 1 and
   * a dilation rate above 1 exclude each other.
   */
  public Conv1D strides(int newStrides) {
    requireNotBuilt("strides");
    requireOne(requirePositive("strides", newStrides), dilationRate);
    strides = newStrides;
    return this;
  }

  /** How many steps a window is after the one before. */
  public int strides() {
    return strides;
  }

  /** The distance between the time steps that a window looks at; 1 by default. */
  public Conv1D dilationRate(int rate) {
    requireNotBuilt("dilationRate");
    requireOne(strides, requirePositive("dilationRate", rate));
    dilationRate = rate;
    return this;
  }

  /** The distance between the time steps that a window looks at. */
  public int dilationRate() {
    return dilationRate;
  }

  private static void requireOne(int strides, int dilationRate) {
    if (strides > 1 && dilationRate > 1) {
      throw new IllegalArgumentException(
          "Strides above 1 and a dilationRate above 1 exclude each other. Received: strides="
              + strides
              + ", dilationRate="
              + dilationRate);
    }
  }

  /** The number of groups; 1 by default. */
  public Conv1D groups(int newGroups) {
    requireNotBuilt("groups");
    if (filters % requirePositive("groups", newGroups) != 0) {
      throw new IllegalArgumentException(
          "groups divides the filters into equal parts. Received: groups="
              + newGroups
              + ", filters="
              + filters);
    }
    groups = newGroups;
    return this;
  }

  /** The number of groups. */
  public int groups() {
    return groups;
  }

  /** What happens at the ends of a sequence; {@link Padding#VALID} by default. */
  public Conv1D padding(Padding newPadding) {
    requireNotBuilt("padding");
    padding = newPadding;
    return this;
  }

  /** The padding by its Keras name. */
  public Conv1D padding(String name) {
    return padding(Padding.of(name));
  }

  /** What happens at the ends of a sequence. */
  public Padding padding() {
    return padding;
  }

  private int span() {
    return dilationRate * (kernelSize - 1) + 1;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    if (input.last() % groups != 0) {
      throw wrongInput(
          "(batch, time, features) with features in " + groups + " equal groups", input, previous);
    }
    return windows(input, previous, padding, span(), strides).withLast(filters);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int features = input.last() / groups;
    createKernel(Shape.of(kernelSize, features, filters), factory);
    kernelTransposed = new float[kernelSize * features * filters];
  }

  @Override
  public void prepareBackward() {
    int features = inputShape().last() / groups;
    float[] w = weights().get(0).values();
    for (int i = 0; i < kernelSize; i++) {
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
        outputShape = Shape.of(padding.windows(timesteps, span(), strides), filters);
        before = padding.before(timesteps, span(), strides);
        inputShape = input;
      }
      return outputShape;
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    /**
     * A product for the windows from … to − 1, whose step for W[i] is {@code first} for the first
     * window and moves on with each.
     */
    private interface Product {
      void run(int tap, int from, int count, int firstStep);
    }

    /**
     * Goes through all products of a window's step with its part of the kernel. Windows that are
     * one step apart lie side by side in memory, as do their steps: one product is enough for all
     * of them. Others need one each.
     */
    private void forEachProduct(Product product) {
      int windows = outputShape.axis(0);
      int timesteps = inputShape.axis(0);
      for (int i = 0; i < kernelSize; i++) {
        int shift = i * dilationRate - before; // from a window's number · strides to its step
        int from = Math.max(0, Math.floorDiv(strides - 1 - shift, strides));
        int to = Math.min(windows, Math.floorDiv(timesteps - 1 - shift, strides) + 1);
        if (strides == 1 && from < to) {
          product.run(i, from, to - from, from + shift);
        } else {
          for (int o = from; o < to; o++) {
            product.run(i, o, 1, o * strides + shift);
          }
        }
      }
    }

    /** The inputs of one group at some steps, a row for each step and row. */
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
        Arrays.fill(z, 0, rows * outputShape.size(), 0f);
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
    protected void kernelGradient(Tensor input, float[] gradient, int at, float[] kernelGradient) {
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
