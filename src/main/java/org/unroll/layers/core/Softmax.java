package org.unroll.layers.core;

import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Normalizes the last axis to probabilities, as Keras's {@code Softmax}.
 *
 * <pre>
 * yᵢ = e^{xᵢ} / Σⱼ e^{xⱼ}
 * </pre>
 *
 * <p>Input and output: samples of any shape. Keras's layer takes the mask of a sequence for one of
 * the values of the last axis, which fails unless the sequence is as long as the axis is wide. This
 * layer does not accept masked sequences: use {@code activation("softmax")}, which passes the mask
 * on.
 *
 * <p>Source: Keras 3, {@code keras.layers.Softmax}.
 */
public final class Softmax extends SameShapeLayer {
  private final ActivationLayer softmax = new ActivationLayer(Activation.SOFTMAX);

  /** Creates the layer. See {@code Layers.softmax}. */
  public Softmax() {
    super("Softmax");
  }

  /** Sets the name, which must be unique in the model. */
  public Softmax name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    return input;
  }

  @Override
  public Activation outputActivation() {
    return Activation.SOFTMAX;
  }

  @Override
  public Pass newPass() {
    return new SoftmaxPass();
  }

  private final class SoftmaxPass extends Pass {
    private final Pass pass = softmax.newPass();

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      if (input.mask() != null) {
        throw new IllegalArgumentException(
            describe()
                + " must not have a masked input, because Keras would apply the mask to the last"
                + " axis. Use activation(\"softmax\"), which passes the mask on.");
      }
      return pass.forward(input, state, context);
    }

    @Override
    public Tensor logits() {
      return pass.logits();
    }

    @Override
    public Tensor backwardFromLogits(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return pass.backwardFromLogits(gradient, weightGradients, needed);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return pass.backward(gradient, weightGradients, needed);
    }
  }
}
