package org.unroll.layers.normalization;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.layers.core.SameShapeLayer;
import org.unroll.network.Constraint;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;

/**
 * The base class of {@link LayerNormalization}, {@link GroupNormalization} and {@link
 * BatchNormalization}: layers that normalize the last axis and then apply a scale γ and an offset
 * β.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class NormalizationLayer<S extends NormalizationLayer<S>> extends SameShapeLayer {
  private int axis = -1;
  private double epsilon = 1e-3;
  private boolean center = true;
  private boolean scale = true;
  private Initializer betaInitializer = Initializers.zeros();
  private Initializer gammaInitializer = Initializers.ones();
  private Regularizer betaRegularizer;
  private Constraint betaConstraint;
  private Regularizer gammaRegularizer;
  private Constraint gammaConstraint;

  NormalizationLayer(String type) {
    super(type);
  }

  abstract S self();

  /**
   * Sets the axis of the features, counted from the batch axis, or −1 for the last axis. The
   * default is −1. It must be the last axis, which is checked when the model is built.
   */
  public S axis(int newAxis) {
    requireNotBuilt("axis");
    axis = newAxis;
    return self();
  }

  /** Returns the axis of the features. */
  public final int axis() {
    return axis;
  }

  /**
   * Sets the number ε that is added to the variance. The default is 0.001.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public S epsilon(double newEpsilon) {
    requireNotBuilt("epsilon");
    if (!(newEpsilon >= 0) || Double.isInfinite(newEpsilon)) {
      throw new IllegalArgumentException(
          "epsilon must be finite and at least 0, but was " + newEpsilon + ".");
    }
    epsilon = newEpsilon;
    return self();
  }

  /** Returns the number ε that is added to the variance. */
  public final double epsilon() {
    return epsilon;
  }

  /** Sets whether β is added. The default is true. */
  public S center(boolean add) {
    requireNotBuilt("center");
    center = add;
    return self();
  }

  /** Returns whether β is added. */
  public final boolean center() {
    return center;
  }

  /** Sets whether the normalized input is multiplied by γ. The default is true. */
  public S scale(boolean multiply) {
    requireNotBuilt("scale");
    scale = multiply;
    return self();
  }

  /** Returns whether the normalized input is multiplied by γ. */
  public final boolean scale() {
    return scale;
  }

  /** Sets the initializer of β. The default is {@link Initializers#zeros()}. */
  public S betaInitializer(Initializer initializer) {
    requireNotBuilt("betaInitializer");
    betaInitializer = initializer;
    return self();
  }

  /** Returns the initializer of β. */
  public final Initializer betaInitializer() {
    return betaInitializer;
  }

  /** Sets the initializer of γ. The default is {@link Initializers#ones()}. */
  public S gammaInitializer(Initializer initializer) {
    requireNotBuilt("gammaInitializer");
    gammaInitializer = initializer;
    return self();
  }

  /** Returns the initializer of γ. */
  public final Initializer gammaInitializer() {
    return gammaInitializer;
  }

  /** Sets the penalty on β. The default is null, which means no penalty. */
  public S betaRegularizer(Regularizer regularizer) {
    requireNotBuilt("betaRegularizer");
    betaRegularizer = regularizer;
    return self();
  }

  /** Returns the penalty on β, which may be null. */
  public final Regularizer betaRegularizer() {
    return betaRegularizer;
  }

  /** Sets the constraint on β. The default is null, which means no constraint. */
  public S betaConstraint(Constraint constraint) {
    requireNotBuilt("betaConstraint");
    betaConstraint = constraint;
    return self();
  }

  /** Returns the constraint on β, which may be null. */
  public final Constraint betaConstraint() {
    return betaConstraint;
  }

  /** Sets the penalty on γ. The default is null, which means no penalty. */
  public S gammaRegularizer(Regularizer regularizer) {
    requireNotBuilt("gammaRegularizer");
    gammaRegularizer = regularizer;
    return self();
  }

  /** Returns the penalty on γ, which may be null. */
  public final Regularizer gammaRegularizer() {
    return gammaRegularizer;
  }

  /** Sets the constraint on γ. The default is null, which means no constraint. */
  public S gammaConstraint(Constraint constraint) {
    requireNotBuilt("gammaConstraint");
    gammaConstraint = constraint;
    return self();
  }

  /** Returns the constraint on γ, which may be null. */
  public final Constraint gammaConstraint() {
    return gammaConstraint;
  }

  /** Sets the name, which must be unique in the model. */
  public S name(String name) {
    setName(name);
    return self();
  }

  /** Checks that an axis, counted from the batch axis, is the last one or −1. */
  static void requireLastAxis(int axis, Layer layer, Shape input, Layer previous) {
    if (axis != -1 && axis != input.rank()) {
      throw new IllegalArgumentException(
          layer.describe()
              + " can only normalize the last axis, but axis was "
              + axis
              + " and '"
              + previous.name()
              + "' returns "
              + previous.describeOutput(input)
              + ". Use axis(-1), with permute(...) before and after it if the features are in another"
              + " axis.");
    }
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    requireLastAxis(axis, this, input, previous);
    return input;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape features = Shape.of(input.last());
    if (scale) {
      factory.create("gamma", features, gammaInitializer, gammaRegularizer, gammaConstraint);
    }
    if (center) {
      factory.create("beta", features, betaInitializer, betaRegularizer, betaConstraint);
    }
  }

  /** Returns γ, or null if there is no scale. */
  final float[] gamma() {
    return scale ? weights().get(0).values() : null;
  }

  /** Returns β, or null if there is no offset. */
  final float[] beta() {
    return center ? weights().get(scale ? 1 : 0).values() : null;
  }

  /**
   * Computes the gradients of γ and β: the sums of g ⊙ x̂ and of g over all positions.
   *
   * @param gradient g, the gradient of the output
   * @param normalized x̂ in the order of the gradient, from index 0
   * @param gammaSums overwritten, one for each feature
   * @param betaSums overwritten, one for each feature
   */
  final void setGradients(
      Tensor gradient,
      float[] normalized,
      double[] gammaSums,
      double[] betaSums,
      Gradient[] weightGradients) {
    Arrays.fill(gammaSums, 0);
    Arrays.fill(betaSums, 0);
    float[] g = gradient.values();
    int features = gammaSums.length;
    for (int at = 0; at < gradient.size(); at += features) {
      for (int j = 0; j < features; j++) {
        float value = g[gradient.offset() + at + j];
        gammaSums[j] += value * normalized[at + j];
        betaSums[j] += value;
      }
    }
    setGradients(weightGradients, gammaSums, betaSums);
  }

  /** Sets the gradients of γ and β, if the layer has them. */
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
