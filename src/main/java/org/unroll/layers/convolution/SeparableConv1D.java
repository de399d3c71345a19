package org.unroll.layers.convolution;

import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.Constraint;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;

/**
 * A convolution of each feature separately, followed by a product that mixes the features, as
 * Keras's {@code SeparableConv1D}. It has fewer weights than {@link Conv1D}.
 *
 * <pre>
 * z[o, c·m + q] = Σᵢ x[o·strides + i·dilationRate − p, c]·D[i, c, q]
 * y[o] = act(z[o]·P + b)
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, filters). As in Keras, the mask is
 * ignored and not passed on.
 *
 * <p>Weights, where m is the {@code depthMultiplier}: {@code depthwise_kernel} D (kernelSize,
 * features, m), {@code pointwise_kernel} P (1, features·m, filters), {@code bias} b (filters).
 * {@code kernelInitializer}, {@code kernelRegularizer} and {@code kernelConstraint} are those of P,
 * Keras's {@code pointwise_initializer}, {@code pointwise_regularizer} and {@code
 * pointwise_constraint}.
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′: dP = Σₒ z[o]ᵀ·g[o], db = Σₒ g[o], dz = g·Pᵀ; dD
 * and dx as in {@link DepthwiseConv1D}.
 *
 * <p>Source: Keras 3, {@code keras.layers.SeparableConv1D}.
 */
public final class SeparableConv1D extends DepthwiseLayer<SeparableConv1D> {
  private final int filters;
  private Initializer depthwiseInitializer = Initializers.glorotUniform();
  private Regularizer depthwiseRegularizer;
  private Constraint depthwiseConstraint;
  private float[] pointwiseTransposed;

  /**
   * Creates the layer. See {@code Layers.separableConv1D}.
   *
   * @param filters the number of outputs of a window
   * @param kernelSize the number of time steps in a window
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public SeparableConv1D(int filters, int kernelSize) {
    super("SeparableConv1D", kernelSize);
    this.filters = requirePositive("filters", filters);
  }

  @Override
  protected SeparableConv1D self() {
    return this;
  }

  /** Returns the number of outputs of a window. */
  public int filters() {
    return filters;
  }

  /** Sets the initializer of D. The default is {@link Initializers#glorotUniform()}. */
  public SeparableConv1D depthwiseInitializer(Initializer initializer) {
    requireNotBuilt("depthwiseInitializer");
    depthwiseInitializer = initializer;
    return this;
  }

  /** Returns the initializer of D. */
  public Initializer depthwiseInitializer() {
    return depthwiseInitializer;
  }

  /** Sets the penalty on D. The default is null, which means no penalty. */
  public SeparableConv1D depthwiseRegularizer(Regularizer regularizer) {
    requireNotBuilt("depthwiseRegularizer");
    depthwiseRegularizer = regularizer;
    return this;
  }

  /** Returns the penalty on D, which may be null. */
  public Regularizer depthwiseRegularizer() {
    return depthwiseRegularizer;
  }

  /** Sets the constraint on D. The default is null, which means no constraint. */
  public SeparableConv1D depthwiseConstraint(Constraint constraint) {
    requireNotBuilt("depthwiseConstraint");
    depthwiseConstraint = constraint;
    return this;
  }

  /** Returns the constraint on D, which may be null. */
  public Constraint depthwiseConstraint() {
    return depthwiseConstraint;
  }

  @Override
  protected int outputs(Shape input) {
    return filters;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.create(
        "depthwise_kernel",
        Shape.of(kernelSize(), input.last(), depthMultiplier()),
        depthwiseInitializer,
        depthwiseRegularizer,
        depthwiseConstraint);
    int inner = input.last() * depthMultiplier();
    createKernel("pointwise_kernel", Shape.of(1, inner, filters), filters, factory);
    pointwiseTransposed = new float[inner * filters];
  }

  @Override
  public void prepareBackward() {
    int inner = pointwiseTransposed.length / filters;
    float[] pointwise = weights().get(1).values();
    Compute.kernels().transpose(inner, filters, pointwise, 0, pointwiseTransposed, 0);
  }

  @Override
  public Pass newPass() {
    return new SeparablePass();
  }

  private final class SeparablePass extends KernelPass {
    private final Depthwise depthwise = depthwise();
    private final float[] kernel = weights().get(0).values();
    private final float[] pointwise = weights().get(1).values();
    private final int inner = pointwise.length / filters;
    private float[] depths = {};
    private float[] depthsGradient = {};
    private int positions;

    @Override
    protected Shape outputFor(Shape input) {
      return depthwise.output(input).withLast(activated(filters));
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return null;
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      positions = input.rows() * depthwise.output(input.shape()).axis(0);
      depths = atLeast(depths, positions * inner);
      depthwise.forward(input, kernel, depths);
      left.set(depths, 0, positions, inner);
      right.set(pointwise, 0, inner, filters);
      kernels.multiply(left, right, result.set(z, 0, positions, filters), accumulate);
    }

    @Override
    protected void kernelGradient(Tensor input, float[] g, int at, Gradient[] gradients) {
      left.set(depths, 0, positions, inner);
      right.set(g, at, positions, filters);
      result.set(gradients[1].values(), 0, inner, filters);
      kernels.multiplyTransposed(left, right, result, false);
      depthsGradient = atLeast(depthsGradient, positions * inner);
      left.set(g, at, positions, filters);
      right.set(pointwiseTransposed, 0, filters, inner);
      kernels.multiply(left, right, result.set(depthsGradient, 0, positions, inner), false);
      depthwise.kernelGradient(input, depthsGradient, 0, gradients[0].values());
    }

    /** Called after {@link #kernelGradient}, which computes dz. */
    @Override
    protected void inputGradient(Tensor input, float[] g, int at, float[] gradient) {
      depthwise.inputGradient(input, depthsGradient, 0, kernel, gradient);
    }
  }
}
