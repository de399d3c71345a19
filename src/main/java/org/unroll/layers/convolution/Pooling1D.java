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
 * What {@link MaxPooling1D} and {@link AveragePooling1D} have in common: a window of {@code
 * poolSize} time steps slides over the sequence, {@code strides} steps at a time, and leaves one
 * value for each feature. Steps that padding adds do not count.
 *
 * <p>Input (batch, time, features), output (batch, windows, features); how many windows there are
 * is the {@link Padding}'s rule. As in Keras, masks are neither looked at nor passed on.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class Pooling1D<S extends Pooling1D<S>> extends Layer {
  private final int poolSize;
  private Integer strides;
  private Padding padding = Padding.VALID;

  Pooling1D(String type, int poolSize) {
    super(type);
    this.poolSize = requirePositive("poolSize", poolSize);
  }

  abstract S self();

  /** The number of time steps in a window. */
  public final int poolSize() {
    return poolSize;
  }

  /** How many steps a window is after the one before; the pool size by default. */
  public S strides(int newStrides) {
    requireNotBuilt("strides");
    strides = requirePositive("strides", newStrides);
    return self();
  }

  /** How many steps a window is after the one before. */
  public final int strides() {
    return strides == null ? poolSize : strides;
  }

  /**
   * What happens at the ends of a sequence; {@link Padding#VALID} by default, {@link
   * Padding#CAUSAL} not possible.
   */
  public S padding(Padding newPadding) {
    requireNotBuilt("padding");
    if (newPadding == Padding.CAUSAL) {
      throw new IllegalArgumentException("The padding of a " + type() + " is valid or same.");
    }
    padding = newPadding;
    return self();
  }

  /** The padding by its Keras name. */
  public S padding(String name) {
    return padding(Padding.of(name));
  }

  /** What happens at the ends of a sequence. */
  public final Padding padding() {
    return padding;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return windows(input, previous, padding, poolSize, strides());
  }

  /** The windows on the time steps of one slice. */
  abstract class PoolingPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Shape inputShape;
    private Shape outputShape;
    private int before;

    /** Writes the values of one window, rows × features. */
    abstract void pool(Tensor input, int from, int to, float[] values, int at);

    /** Adds to the steps from … to − 1 what the gradients of the values of their window give. */
    abstract void poolBackward(
        int from, int to, int block, float[] g, int at, int window, float[] into);

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      int timesteps = input.timesteps();
      if (!input.shape().equals(inputShape)) {
        inputShape = input.shape();
        outputShape = inputShape.withFirst(padding.windows(timesteps, poolSize, strides()));
        before = padding.before(timesteps, poolSize, strides());
      }
      int block = input.rows() * input.width();
      int windows = outputShape.axis(0);
      y = atLeast(y, windows * block);
      for (int w = 0; w < windows; w++) {
        pool(input, first(w), end(w), y, w * block);
      }
      return output.set(y, 0, input.rows(), outputShape, null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int windows = outputShape.axis(0);
      int block = gradient.size() / windows;
      int size = inputShape.axis(0) * block;
      dx = atLeast(dx, size);
      Arrays.fill(dx, 0, size, 0f);
      for (int w = 0; w < windows; w++) {
        int at = gradient.offset() + w * block;
        poolBackward(first(w), end(w), block, gradient.values(), at, w, dx);
      }
      return inputGradient.set(dx, 0, gradient.rows(), inputShape, null);
    }

    private int first(int window) {
      return Math.max(0, window * strides() - before);
    }

    private int end(int window) {
      return Math.min(inputShape.axis(0), window * strides() - before + poolSize);
    }
  }
}
