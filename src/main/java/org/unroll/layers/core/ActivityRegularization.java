package org.unroll.layers.core;

import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;

/**
 * Adds a penalty on its input to the loss, as Keras's {@code ActivityRegularization}. The output is
 * the input.
 *
 * <pre>
 * penalty = (l1·Σ|x| + l2·Σx²) / rows of the batch
 * </pre>
 *
 * <p>The sums are over all values of a batch, masked time steps included. Layers with an {@code
 * activityRegularizer} have the same penalty on their outputs.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.ActivityRegularization}.
 */
public final class ActivityRegularization extends SameShapeLayer {
  /**
   * Creates the layer. See {@code Layers.activityRegularization}.
   *
   * @param l1 the factor of the absolute values
   * @param l2 the factor of the squares
   * @throws IllegalArgumentException if a factor is negative or not finite
   */
  public ActivityRegularization(double l1, double l2) {
    super("ActivityRegularization");
    setActivityRegularizer(new Regularizer(l1, l2));
  }

  /** Sets the name, which must be unique in the model. */
  public ActivityRegularization name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Pass newPass() {
    return new Pass() {
      @Override
      public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
        return input;
      }

      @Override
      public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
        return gradient;
      }
    };
  }
}
