package org.unroll.layers.core;

import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.Constraint;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;

/**
 * The base class of {@link Dense} and of {@code Conv1D}: layers that compute y = act(z + b), where
 * z is a product of the input and a kernel W.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class KernelLayer<S extends KernelLayer<S>> extends Layer {
  private Activation activation = Activation.LINEAR;
  private boolean useBias = true;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Constraint kernelConstraint;
  private Regularizer biasRegularizer;
  private Constraint biasConstraint;

  /**
   * Creates a layer.
   *
   * @param type the class name, as in Keras
   * @hidden
   */
  protected KernelLayer(String type) {
    super(type);
  }

  /**
   * Returns the number of outputs before the activation, which is the length of b.
   *
   * @param input the shape of one input sample
   * @hidden
   */
  protected abstract int outputs(Shape input);

  /**
   * Returns this layer.
   *
   * @hidden
   */
  protected abstract S self();

  /** Sets the activation. The default is {@link Activation#LINEAR}. */
  public S activation(Activation newActivation) {
    requireNotBuilt("activation");
    activation = newActivation;
    return self();
  }

  /**
   * Sets the activation by its Keras name. The default is {@code "linear"}.
   *
   * @throws IllegalArgumentException if there is no such activation
   */
  public S activation(String name) {
    return activation(Activation.of(name));
  }

  /** Returns the activation. */
  public final Activation activation() {
    return activation;
  }

  /** Sets whether b is added. The default is true. */
  public S useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return self();
  }

  /** Returns whether b is added. */
  public final boolean useBias() {
    return useBias;
  }

  /** Sets the initializer of W. The default is {@link Initializers#glorotUniform()}. */
  public S kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return self();
  }

  /** Returns the initializer of W. */
  public final Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** Sets the initializer of b. The default is {@link Initializers#zeros()}. */
  public S biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return self();
  }

  /** Returns the initializer of b. */
  public final Initializer biasInitializer() {
    return biasInitializer;
  }

  /** Sets the penalty on W. The default is null, which means no penalty. */
  public S kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return self();
  }

  /** Returns the penalty on W, which may be null. */
  public final Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** Sets the constraint on W. The default is null, which means no constraint. */
  public S kernelConstraint(Constraint constraint) {
    requireNotBuilt("kernelConstraint");
    kernelConstraint = constraint;
    return self();
  }

  /** Returns the constraint on W, which may be null. */
  public final Constraint kernelConstraint() {
    return kernelConstraint;
  }

  /** Sets the penalty on b. The default is null, which means no penalty. */
  public S biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return self();
  }

  /** Returns the penalty on b, which may be null. */
  public final Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  /** Sets the constraint on b. The default is null, which means no constraint. */
  public S biasConstraint(Constraint constraint) {
    requireNotBuilt("biasConstraint");
    biasConstraint = constraint;
    return self();
  }

  /** Returns the constraint on b, which may be null. */
  public final Constraint biasConstraint() {
    return biasConstraint;
  }

  /** Sets the penalty on the output, divided by the rows of a batch. The default is null. */
  public S activityRegularizer(Regularizer regularizer) {
    setActivityRegularizer(regularizer);
    return self();
  }

  /** Sets the name, which must be unique in the model. */
  public S name(String name) {
    setName(name);
    return self();
  }

  /**
   * Creates W and b.
   *
   * @param name the name of W
   * @param kernel the shape of W, whose last axis is the outputs unless the layer is depthwise
   * @param outputs the length of b
   * @hidden
   */
  protected final void createKernel(String name, Shape kernel, int outputs, WeightFactory factory) {
    factory.create(name, kernel, kernelInitializer, kernelRegularizer, kernelConstraint);
    if (useBias) {
      factory.create("bias", Shape.of(outputs), biasInitializer, biasRegularizer, biasConstraint);
    }
  }

  /**
   * Returns the number of values after the activation.
   *
   * @param outputs the number of values before it
   * @throws IllegalArgumentException if the activation halves an odd number
   * @hidden
   */
  protected final int activated(int outputs) {
    if (activation == Activation.GLU && outputs % 2 != 0) {
      throw new IllegalArgumentException(
          describe()
              + " with the activation glu must have an even number of outputs, which it halves, but"
              + " has "
              + outputs
              + ".");
    }
    return activation.outputs(outputs);
  }

  @Override
  public Activation outputActivation() {
    return makesProbabilities(activation) ? activation : null;
  }

  /**
   * The pass of a layer with a kernel. It applies bias and activation to the product.
   *
   * @hidden
   */
  protected abstract class KernelPass extends Pass {
    /** The implementation of the matrix products. */
    protected final Kernels kernels = Compute.kernels();

    /** The first operand of a kernel call, which is set just before the call. */
    protected final Matrix left = new Matrix();

    /** The second operand of a kernel call. */
    protected final Matrix right = new Matrix();

    /** The result of a kernel call. */
    protected final Matrix result = new Matrix();

    private final Tensor output = new Tensor();
    private final Tensor logits = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private final Tensor widened = new Tensor(); // the gradient before an activation that halves
    private float[] y = {};
    private float[] dz = {};
    private float[] preActivation = {};
    private float[] dx = {};
    private Tensor x;

    private final int outputs = outputs(inputShape());

    /** Creates a pass whose buffers are allocated with the first slice. */
    protected KernelPass() {}

    /** Returns the shape of one output sample. */
    protected abstract Shape outputFor(Shape input);

    /** Returns the mask of the output, which may be null. */
    protected abstract boolean[] maskFor(Tensor input);

    /** Sets z to the product, or adds the product to z. */
    protected abstract void multiply(Tensor input, float[] z, boolean accumulate);

    /** Sets the gradient of W, given the gradient g of z, which starts at index {@code at}. */
    protected abstract void kernelGradient(Tensor input, float[] g, int at, Gradient[] gradients);

    /** Sets the gradient of the input, given the gradient g of z, which starts at {@code at}. */
    protected abstract void inputGradient(Tensor input, float[] g, int at, float[] gradient);

    @Override
    public final Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      Shape shape = outputFor(input.shape());
      int width = shape.last();
      int positions = input.rows() * shape.size() / width;
      y = atLeast(y, positions * width);
      float[] z = y;
      if (activation.derivativeNeedsInput() || makesProbabilities(activation) || width != outputs) {
        preActivation = atLeast(preActivation, positions * outputs);
        z = preActivation;
      }
      if (useBias) {
        left.set(weights().get(weights().size() - 1).values(), 0, 1, outputs);
        kernels.fillRows(left, result.set(z, 0, positions, outputs));
      }
      multiply(input, z, useBias);
      left.set(z, 0, positions, outputs);
      kernels.activate(activation, left, result.set(y, 0, positions, width));
      return output.set(y, 0, input.rows(), shape, maskFor(input));
    }

    @Override
    public final Tensor logits() {
      return logits.set(preActivation, 0, output.rows(), output.shape(), output.mask());
    }

    @Override
    public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      int width = output.shape().last();
      int positions = gradient.size() / width;
      if (width != outputs) {
        dz = atLeast(dz, positions * outputs);
        kernels.gluBackward(
            left.set(preActivation, 0, positions, outputs),
            right.set(gradient.values(), gradient.offset(), positions, width),
            result.set(dz, 0, positions, outputs));
        Shape shape = gradient.shape().withLast(outputs);
        return backwardFromLogits(
            widened.set(dz, 0, gradient.rows(), shape, null), weightGradients, needed);
      }
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
      kernelGradient(x, g, at, weightGradients);
      if (useBias) {
        int positions = gradient.size() / outputs;
        left.set(g, at, positions, outputs);
        float[] bias = weightGradients[weightGradients.length - 1].values();
        kernels.sumRows(left, result.set(bias, 0, 1, outputs));
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
