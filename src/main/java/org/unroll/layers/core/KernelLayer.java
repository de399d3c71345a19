package org.unroll.layers.core;

import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;

/**
 * What {@link Dense} and {@link Conv1D} have in common: a product with a kernel, a bias, an
 * activation, y = act(z + b), and the arguments for them.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class KernelLayer<S extends KernelLayer<S>> extends Layer {
  private final int outputs;
  private Activation activation = Activation.LINEAR;
  private boolean useBias = true;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer biasRegularizer;

  protected KernelLayer(String type, int outputs) {
    super(type);
    this.outputs = outputs;
  }

  protected abstract S self();

  /** The activation; {@code linear} by default. */
  public S activation(Activation newActivation) {
    requireNotBuilt("activation");
    activation = newActivation;
    return self();
  }

  /** The activation by its Keras name. */
  public S activation(String name) {
    return activation(Activation.of(name));
  }

  /** The activation. */
  public final Activation activation() {
    return activation;
  }

  /** Whether b is added; true by default. */
  public S useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return self();
  }

  /** Whether b is added. */
  public final boolean useBias() {
    return useBias;
  }

  /** The first values of W; Glorot uniform by default. */
  public S kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return self();
  }

  /** The first values of W. */
  public final Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** The first values of b; zeros by default. */
  public S biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return self();
  }

  /** The first values of b. */
  public final Initializer biasInitializer() {
    return biasInitializer;
  }

  /** A penalty on W; none by default. */
  public S kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return self();
  }

  /** The penalty on W, or null. */
  public final Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** A penalty on b; none by default. */
  public S biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return self();
  }

  /** The penalty on b, or null. */
  public final Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  /** Creates W and b. */
  protected final void createKernel(Shape kernel, WeightFactory factory) {
    factory.create("kernel", kernel, kernelInitializer, kernelRegularizer);
    if (useBias) {
      factory.create("bias", Shape.of(outputs), biasInitializer, biasRegularizer);
    }
  }

  @Override
  public Activation outputActivation() {
    return makesProbabilities(activation) ? activation : null;
  }

  /** Bias and activation around the product. */
  protected abstract class KernelPass extends Pass {
    protected final Kernels kernels = Compute.kernels();

    /** The matrices of one kernel call, which a layer points at their places just before it. */
    protected final Matrix left = new Matrix();

    /** The second matrix of a kernel call. */
    protected final Matrix right = new Matrix();

    /** The matrix that a kernel call writes. */
    protected final Matrix result = new Matrix();

    private final Tensor output = new Tensor();
    private final Tensor logits = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] preActivation = {};
    private float[] dx = {};
    private Tensor x;

    /** The shape of one output sample. */
    protected abstract Shape outputFor(Shape input);

    /** The mask of the output. */
    protected abstract boolean[] maskFor(Tensor input);

    /** z = the product, or z += the product. */
    protected abstract void multiply(Tensor input, float[] z, boolean accumulate);

    /** Sets the gradient of the kernel from that of z, which begins at {@code at}. */
    protected abstract void kernelGradient(Tensor input, float[] g, int at, float[] gradient);

    /** Sets the gradient of the input from that of z. */
    protected abstract void inputGradient(Tensor input, float[] g, int at, float[] gradient);

    @Override
    public final Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      x = input;
      Shape shape = outputFor(input.shape());
      int positions = input.rows() * shape.size() / outputs;
      y = atLeast(y, positions * outputs);
      float[] z = y;
      if (activation.derivativeNeedsInput() || makesProbabilities(activation)) {
        preActivation = atLeast(preActivation, positions * outputs);
        z = preActivation;
      }
      if (useBias) {
        left.set(weights().get(1).values(), 0, 1, outputs);
        kernels.fillRows(left, result.set(z, 0, positions, outputs));
      }
      multiply(input, z, useBias);
      left.set(z, 0, positions, outputs);
      kernels.activate(activation, left, result.set(y, 0, positions, outputs));
      return output.set(y, 0, input.rows(), shape, maskFor(input));
    }

    @Override
    public final Tensor logits() {
      return logits.set(preActivation, 0, output.rows(), output.shape(), output.mask());
    }

    @Override
    public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      int positions = gradient.size() / outputs;
      kernels.activateBackward(
          activation,
          left.set(preActivation, 0, positions, outputs),
          right.set(y, 0, positions, outputs),
          result.set(gradient.values(), gradient.offset(), positions, outputs));
      return backwardFromLogits(gradient, weightGradients, needed);
    }

    @Override
    public final Tensor backwardFromLogits(
        Tensor gradient, Gradient[] weightGradients, boolean needed) {
      float[] g = gradient.values();
      int at = gradient.offset();
      kernelGradient(x, g, at, weightGradients[0].values());
      if (useBias) {
        int positions = gradient.size() / outputs;
        left.set(g, at, positions, outputs);
        kernels.sumRows(left, result.set(weightGradients[1].values(), 0, 1, outputs));
      }
      if (!needed) {
        return null;
      }
      dx = atLeast(dx, x.size());
      inputGradient(x, g, at, dx);
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
