package org.unroll.layers.core;

import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Applies an activation function, as Keras's {@code Activation}.
 *
 * <pre>
 * y = act(x)
 * </pre>
 *
 * <p>Input and output: samples of any shape. Softmax, log-softmax, sparsemax and GLU are applied to
 * the last axis, and GLU halves it. The mask is passed on.
 *
 * <p>Backward pass: dx = d loss / d y ⊙ act′(x), and for softmax the product with its Jacobian.
 *
 * <p>Source: Keras 3, {@code keras.layers.Activation}.
 */
public final class ActivationLayer extends Layer {
  private final Activation activation;

  /** Creates the layer. See {@code Layers.activation}. */
  public ActivationLayer(Activation activation) {
    super("Activation");
    this.activation = activation;
  }

  /** Returns the activation. */
  public Activation activation() {
    return activation;
  }

  /** Sets the name, which must be unique in the model. */
  public ActivationLayer name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (!activation.isRowWise()) {
      return input;
    }
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    if (activation == Activation.GLU && input.last() % 2 != 0) {
      throw wrongInput("(batch, …, features) with an even number of features", input, previous);
    }
    return input.withLast(activation.outputs(input.last()));
  }

  @Override
  public Activation outputActivation() {
    return makesProbabilities(activation) ? activation : null;
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new ActivationPass();
  }

  private final class ActivationPass extends Pass {
    private final Tensor output = new Tensor();
    private final Matrix in = new Matrix();
    private final Matrix out = new Matrix();
    private final Matrix back = new Matrix();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      input.matrix(in);
      int width = activation.outputs(in.columns());
      y = atLeast(y, in.rows() * width);
      Compute.kernels().activate(activation, in, out.set(y, 0, in.rows(), width));
      Shape shape = activation == Activation.GLU ? input.shape().withLast(width) : input.shape();
      return output.set(y, 0, input.rows(), shape, input.mask());
    }

    @Override
    public Tensor logits() {
      return x;
    }

    @Override
    public Tensor backwardFromLogits(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return gradient;
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (needed && activation == Activation.GLU) {
        x.matrix(in);
        dx = atLeast(dx, x.size());
        out.set(dx, 0, in.rows(), in.columns());
        Compute.kernels().gluBackward(in, gradient.matrix(back), out);
        return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
      }
      if (needed) {
        x.matrix(in);
        out.set(y, 0, in.rows(), in.columns());
        Compute.kernels().activateBackward(activation, in, out, gradient.matrix(back));
      }
      return gradient;
    }
  }
}
