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
 * The base class of {@link MaxPooling1D} and {@link AveragePooling1D}. A window of {@code poolSize}
 * time steps slides over the sequence, {@code strides} time steps at a time, and is reduced to one
 * value for each feature. Time steps that the padding adds are ignored.
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, features). The number of windows
 * depends on the {@link Padding}. As in Keras, the mask is ignored and not passed on.
 *
 * @param <S> the type of the layer, which the fluent setters return
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

  /** Returns the number of time steps in a window. */
  public final int poolSize() {
    return poolSize;
  }

  /**
   * Sets the number of time steps from one window to the next. The default is the pool size.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public S strides(int newStrides) {
    requireNotBuilt("strides");
    strides = requirePositive("strides", newStrides);
    return self();
  }

  /** Returns the number of time steps from one window to the next. */
  public final int strides() {
    return strides == null ? poolSize : strides;
  }

  /**
   * Sets the padding at the ends of a sequence. The default is {@link Padding#VALID}.
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

  /** Returns the padding at the ends of a sequence. */
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
    requireSequence(input, previous);
    return padding.windows(this, input, previous, poolSize, strides());
  }

  /** The pass of a pooling layer, which pools one window at a time. */
  abstract class PoolingPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Shape inputShape;
    private Shape outputShape;
    private int before;

    /**
     * Writes the rows × features values of the window from time step {@code from} to {@code to}.
     */
    abstract void pool(Tensor input, int from, int to, float[] values, int at);

    /** Adds the gradient of a window to that of its time steps {@code from} to {@code to} − 1. */
    abstract void poolBackward(
        int from, int to, int block, float[] g, int at, int window, float[] into);

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
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
