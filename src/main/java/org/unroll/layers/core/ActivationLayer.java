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
 * <p>Input and output: samples of any shape. Softmax is applied to the last axis. The mask is
 * passed on.
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
    return input;
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
    private float[] y = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      y = atLeast(y, input.size());
      input.matrix(in);
      Compute.kernels().activate(activation, in, out.set(y, 0, in.rows(), in.columns()));
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
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
      if (needed) {
        x.matrix(in);
        out.set(y, 0, in.rows(), in.columns());
        Compute.kernels().activateBackward(activation, in, out, gradient.matrix(back));
      }
      return gradient;
    }
  }
}
