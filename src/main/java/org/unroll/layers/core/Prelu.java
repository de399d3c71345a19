package org.unroll.layers.core;

import java.util.Arrays;
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
 * The rectifier with learned slopes for negative inputs, as Keras's {@code PReLU}.
 *
 * <pre>
 * y = x for x &gt; 0, otherwise α ⊙ x
 * </pre>
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Weights: {@code alpha} α, one value for each value of a sample. Along {@link #sharedAxes
 * shared axes} there is one value for all positions, so that a sequence may have any length if its
 * time axis is shared.
 *
 * <p>Backward pass: dx = d loss / d y, multiplied by α for x &lt; 0, and dα = Σ x · d loss / d y
 * over all x &lt; 0.
 *
 * <p>Source: Keras 3, {@code keras.layers.PReLU}; He et al. 2015, "Delving deep into rectifiers".
 */
public final class Prelu extends Layer {
  private Initializer alphaInitializer = Initializers.zeros();
  private Regularizer alphaRegularizer;
  private Constraint alphaConstraint;
  private int[] sharedAxes = {};

  /** Creates the layer. See {@code Layers.prelu}. */
  public Prelu() {
    super("PReLU");
  }

  /** Sets the initializer of α. The default is {@link Initializers#zeros()}. */
  public Prelu alphaInitializer(Initializer initializer) {
    requireNotBuilt("alphaInitializer");
    alphaInitializer = initializer;
    return this;
  }

  /** Returns the initializer of α. */
  public Initializer alphaInitializer() {
    return alphaInitializer;
  }

  /** Sets the penalty on α. The default is null, which means no penalty. */
  public Prelu alphaRegularizer(Regularizer regularizer) {
    requireNotBuilt("alphaRegularizer");
    alphaRegularizer = regularizer;
    return this;
  }

  /** Returns the penalty on α, which may be null. */
  public Regularizer alphaRegularizer() {
    return alphaRegularizer;
  }

  /** Sets the constraint on α. The default is null, which means no constraint. */
  public Prelu alphaConstraint(Constraint constraint) {
    requireNotBuilt("alphaConstraint");
    alphaConstraint = constraint;
    return this;
  }

  /** Returns the constraint on α, which may be null. */
  public Constraint alphaConstraint() {
    return alphaConstraint;
  }

  /**
   * Sets the axes whose positions share their slopes. Axes are counted from 1, without the batch
   * axis; the time axis of a sequence is 1. The default is none.
   */
  public Prelu sharedAxes(int... axes) {
    requireNotBuilt("sharedAxes");
    sharedAxes = axes.clone();
    return this;
  }

  /** Returns the axes whose positions share their slopes, counted from 1. */
  public int[] sharedAxes() {
    return sharedAxes.clone();
  }

  /** Sets the name, which must be unique in the model. */
  public Prelu name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    for (int axis : sharedAxes) {
      if (axis < 1 || axis > input.rank()) {
        throw new IllegalArgumentException(
            describe()
                + " must have shared axes from 1 to "
                + input.rank()
                + ", the number of axes of its input without the batch axis, but has "
                + Arrays.toString(sharedAxes)
                + ".");
      }
    }
    if (!alphaShape(input).isKnown()) {
      throw wrongInput("with a fixed length along each axis that is not shared", input, previous);
    }
    return input;
  }

  private Shape alphaShape(Shape input) {
    int[] axes = input.toArray();
    for (int axis : sharedAxes) {
      axes[axis - 1] = 1;
    }
    return Shape.of(axes);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.create("alpha", alphaShape(input), alphaInitializer, alphaRegularizer, alphaConstraint);
  }

  @Override
  protected boolean worksStepByStep() {
    return outputShape().rank() < 2 || weights().get(0).shape().axis(0) == 1;
  }

  @Override
  public Pass newPass() {
    return new PreluPass();
  }

  private final class PreluPass extends Pass {
    private final float[] alpha = weights().get(0).values();
    private final double[] sums = new double[alpha.length];
    private final Tensor output = new Tensor();
    private Shape shape = Shape.of();
    private int[] slope = {}; // the index in α of each value of a sample
    private float[] y = {};
    private Tensor x;

    /** Finds the slope of each value: along shared axes, the index does not change. */
    private void findSlopes(Shape sample) {
      shape = sample;
      slope = new int[sample.size()];
      int[] slopes = alphaShape(sample).toArray();
      for (int i = 0; i < slope.length; i++) {
        int rest = i;
        int factor = 1;
        for (int axis = slopes.length - 1; axis >= 0; axis--) {
          int position = rest % sample.axis(axis);
          rest /= sample.axis(axis);
          slope[i] += slopes[axis] == 1 ? 0 : position * factor;
          factor *= slopes[axis];
        }
      }
    }

    /** Returns the index in α of a value of the slice. */
    private int slopeOf(int i, int rows, int width) {
      return slope[i / (rows * width) * width + i % width];
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      if (!input.shape().equals(shape)) {
        findSlopes(input.shape());
      }
      x = input;
      y = atLeast(y, input.size());
      for (int i = 0; i < input.size(); i++) {
        float value = input.values()[input.offset() + i];
        y[i] = value > 0 ? value : alpha[slopeOf(i, input.rows(), input.width())] * value;
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      float[] g = gradient.values();
      Arrays.fill(sums, 0);
      for (int i = 0; i < gradient.size(); i++) {
        float value = x.values()[x.offset() + i];
        int at = gradient.offset() + i;
        if (!(value > 0)) {
          int own = slopeOf(i, x.rows(), x.width());
          sums[own] += (double) g[at] * value;
          g[at] = value == 0 ? 0 : g[at] * alpha[own]; // at 0, Keras's derivative is 0
        }
      }
      for (int i = 0; i < sums.length; i++) {
        weightGradients[0].values()[i] = (float) sums[i];
      }
      return gradient;
    }
  }
}
