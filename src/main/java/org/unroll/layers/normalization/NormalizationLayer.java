package org.unroll.layers.normalization;

import org.unroll.data.Shape;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Regularizer;

/**
 * What {@link LayerNormalization} and {@link BatchNormalization} have in common: the scale γ and
 * the offset β that follow the normalization of the last axis, and the arguments for them.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class NormalizationLayer<S extends NormalizationLayer<S>> extends Layer {
  private int axis = -1;
  private double epsilon = 1e-3;
  private boolean center = true;
  private boolean scale = true;
  private Initializer betaInitializer = Initializers.zeros();
  private Initializer gammaInitializer = Initializers.ones();
  private Regularizer betaRegularizer;
  private Regularizer gammaRegularizer;

  NormalizationLayer(String type) {
    super(type);
  }

  abstract S self();

  /**
   * The axis of the features, counted from the batch axis or backwards from the end; −1, the last
   * one, by default. A model whose last axis is another one is refused when it is built.
   */
  public S axis(int newAxis) {
    requireNotBuilt("axis");
    axis = newAxis;
    return self();
  }

  /** The axis of the features. */
  public final int axis() {
    return axis;
  }

  /** What is added to a variance before the root is taken; 0.001 by default. */
  public S epsilon(double newEpsilon) {
    requireNotBuilt("epsilon");
    if (!(newEpsilon >= 0) || Double.isInfinite(newEpsilon)) {
      throw new IllegalArgumentException(
          "epsilon is finite and at least 0. Received: epsilon=" + newEpsilon);
    }
    epsilon = newEpsilon;
    return self();
  }

  /** What is added to a variance before the root is taken. */
  public final double epsilon() {
    return epsilon;
  }

  /** Whether β is added; true by default. */
  public S center(boolean add) {
    requireNotBuilt("center");
    center = add;
    return self();
  }

  /** Whether β is added. */
  public final boolean center() {
    return center;
  }

  /** Whether the result is multiplied by γ; true by default. */
  public S scale(boolean multiply) {
    requireNotBuilt("scale");
    scale = multiply;
    return self();
  }

  /** Whether the result is multiplied by γ. */
  public final boolean scale() {
    return scale;
  }

  /** The first values of β; zeros by default. */
  public S betaInitializer(Initializer initializer) {
    requireNotBuilt("betaInitializer");
    betaInitializer = initializer;
    return self();
  }

  /** The first values of β. */
  public final Initializer betaInitializer() {
    return betaInitializer;
  }

  /** The first values of γ; ones by default. */
  public S gammaInitializer(Initializer initializer) {
    requireNotBuilt("gammaInitializer");
    gammaInitializer = initializer;
    return self();
  }

  /** The first values of γ. */
  public final Initializer gammaInitializer() {
    return gammaInitializer;
  }

  /** A penalty on β; none by default. */
  public S betaRegularizer(Regularizer regularizer) {
    requireNotBuilt("betaRegularizer");
    betaRegularizer = regularizer;
    return self();
  }

  /** The penalty on β, or null. */
  public final Regularizer betaRegularizer() {
    return betaRegularizer;
  }

  /** A penalty on γ; none by default. */
  public S gammaRegularizer(Regularizer regularizer) {
    requireNotBuilt("gammaRegularizer");
    gammaRegularizer = regularizer;
    return self();
  }

  /** The penalty on γ, or null. */
  public final Regularizer gammaRegularizer() {
    return gammaRegularizer;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    if (axis != -1 && axis != input.rank()) {
      throw new IllegalArgumentException(
          describe()
              + " normalizes the last axis. Received: axis="
              + axis
              + " for "
              + previous.describeOutput(input)
              + ". Use axis(-1), with a Permute before and behind if other axes hold the features");
    }
    return input;
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape features = Shape.of(input.last());
    if (scale) {
      factory.create("gamma", features, gammaInitializer, gammaRegularizer);
    }
    if (center) {
      factory.create("beta", features, betaInitializer, betaRegularizer);
    }
  }

  /** γ, or null without one. */
  final float[] gamma() {
    return scale ? weights().get(0).values() : null;
  }

  /** β, or null without one. */
  final float[] beta() {
    return center ? weights().get(scale ? 1 : 0).values() : null;
  }

  /** Writes the gradients of γ and β, those of the two that there are. */
  final void setGradients(Gradient[] weightGradients, double[] gammaSums, double[] betaSums) {
    if (scale) {
      setTo(weightGradients[0].values(), gammaSums);
    }
    if (center) {
      setTo(weightGradients[scale ? 1 : 0].values(), betaSums);
    }
  }

  private static void setTo(float[] values, double[] sums) {
    for (int j = 0; j < values.length; j++) {
      values[j] = (float) sums[j];
    }
  }
}
