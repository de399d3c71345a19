package org.unroll.layers.attention;

import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A projection of {@link MultiHeadAttention}, y = x·W + b on the last axis, whose kernel has the
 * axes of Keras's {@code EinsumDense}.
 *
 * @hidden
 */
public final class Projection extends Layer {
  private final MultiHeadAttention owner;
  private Shape kernelShape;
  private Shape biasShape;
  private float[] kernelTransposed;

  Projection(MultiHeadAttention owner, String name) {
    super("EinsumDense");
    this.owner = owner;
    setName(name);
  }

  /** Sets the shapes of the weights, which depend on the inputs of the owner. */
  void shapes(Shape kernel, Shape bias) {
    kernelShape = kernel;
    biasShape = bias;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    return input.withLast(biasShape.size());
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.create(
        "kernel",
        kernelShape,
        owner.kernelInitializer(),
        owner.kernelRegularizer(),
        owner.kernelConstraint());
    if (owner.useBias()) {
      factory.create(
          "bias",
          biasShape,
          owner.biasInitializer(),
          owner.biasRegularizer(),
          owner.biasConstraint());
    }
    kernelTransposed = new float[kernelShape.size()];
  }

  @Override
  public void prepareBackward() {
    int columns = biasShape.size();
    float[] kernel = weights().get(0).values();
    Compute.kernels().transpose(kernel.length / columns, columns, kernel, 0, kernelTransposed, 0);
  }

  @Override
  public ProjectionPass newPass() {
    return new ProjectionPass();
  }

  /** The pass of a projection. */
  final class ProjectionPass extends Pass {
    private final Kernels kernels = Compute.kernels();
    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Tensor output = new Tensor();
    private final Tensor gradient = new Tensor();
    private final int width = biasShape.size();
    private float[] y = {};
    private float[] dx = {};
    private Tensor x;
    private Shape shape;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      if (shape == null || shape.axis(0) != input.timesteps()) {
        shape = Shape.of(input.timesteps(), width);
      }
      int positions = input.rows() * input.timesteps();
      y = atLeast(y, positions * width);
      result.set(y, 0, positions, width);
      boolean hasBias = weights().size() > 1;
      if (hasBias) {
        kernels.fillRows(left.set(weights().get(1).values(), 0, 1, width), result);
      }
      input.matrix(left);
      right.set(weights().get(0).values(), 0, left.columns(), width);
      kernels.multiply(left, right, result, hasBias);
      return output.set(y, 0, input.rows(), shape, null);
    }

    @Override
    public Tensor backward(Tensor g, Gradient[] weightGradients, boolean needed) {
      int columns = x.width();
      int positions = x.rows() * x.timesteps();
      x.matrix(left);
      right.set(g.values(), g.offset(), positions, width);
      result.set(weightGradients[0].values(), 0, columns, width);
      kernels.multiplyTransposed(left, right, result, false);
      if (weightGradients.length > 1) {
        kernels.sumRows(right, result.set(weightGradients[1].values(), 0, 1, width));
      }
      if (!needed) {
        return null;
      }
      dx = atLeast(dx, x.size());
      left.set(kernelTransposed, 0, width, columns);
      kernels.multiply(right, left, result.set(dx, 0, positions, columns), false);
      return gradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
