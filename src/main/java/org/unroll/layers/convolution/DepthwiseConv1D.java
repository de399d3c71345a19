package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A convolution over time of each feature separately, as Keras's {@code DepthwiseConv1D}. Each
 * feature c has {@code depthMultiplier} = m filters q.
 *
 * <pre>
 * y[o, c·m + q] = act(Σᵢ x[o·strides + i·dilationRate − p, c]·W[i, c, q] + b)
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, features·m). As in Keras, the mask is
 * ignored and not passed on.
 *
 * <p>Weights: {@code kernel} W (kernelSize, features, m), {@code bias} b (features·m). {@code
 * kernelInitializer}, {@code kernelRegularizer} and {@code kernelConstraint} are Keras's {@code
 * depthwise_initializer}, {@code depthwise_regularizer} and {@code depthwise_constraint}.
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′ and t = o·strides + i·dilationRate − p:
 *
 * <pre>
 * dW[i, c, q] = Σₒ x[t, c]·g[o, c·m + q]      db = Σₒ g[o]      dx[t, c] += Σ_q g[o, c·m + q]·W[i, c, q]
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.DepthwiseConv1D}.
 */
public final class DepthwiseConv1D extends DepthwiseLayer<DepthwiseConv1D> {
  /**
   * Creates the layer. See {@code Layers.depthwiseConv1D}.
   *
   * @param kernelSize the number of time steps in a window
   * @throws IllegalArgumentException if it is less than 1
   */
  public DepthwiseConv1D(int kernelSize) {
    super("DepthwiseConv1D", kernelSize);
  }

  @Override
  protected DepthwiseConv1D self() {
    return this;
  }

  @Override
  protected int outputs(Shape input) {
    return input.last() * depthMultiplier();
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape kernel = Shape.of(kernelSize(), input.last(), depthMultiplier());
    createKernel("kernel", kernel, outputs(input), factory);
  }

  @Override
  public Pass newPass() {
    return new DepthwisePass();
  }

  private final class DepthwisePass extends KernelPass {
    private final Depthwise depthwise = depthwise();
    private final float[] kernel = weights().get(0).values();
    private float[] product = {};

    @Override
    protected Shape outputFor(Shape input) {
      Shape output = depthwise.output(input);
      return output.withLast(activated(output.last()));
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      int size = input.rows() * depthwise.output(input.shape()).size();
      product = atLeast(product, size);
      depthwise.forward(input, kernel, product);
      if (accumulate) {
        kernels.add(size, product, 0, z, 0);
      } else {
        System.arraycopy(product, 0, z, 0, size);
      }
    }

    @Override
    protected void kernelGradient(Tensor input, float[] g, int at, Gradient[] gradients) {
      depthwise.kernelGradient(input, g, at, gradients[0].values());
    }

    @Override
    protected void inputGradient(Tensor input, float[] g, int at, float[] gradient) {
      depthwise.inputGradient(input, g, at, kernel, gradient);
    }
  }
}
