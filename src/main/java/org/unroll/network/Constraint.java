package org.unroll.network;

import org.unroll.data.Shape;

/**
 * A projection of a weight after each step of the optimizer, as Keras's {@code Constraint}. {@link
 * Constraints} has those of Keras. A custom constraint is a lambda expression, such as one that
 * keeps the values of a weight in [−1, 1]:
 *
 * <pre>{@code
 * import org.unroll.network.Constraint;
 *
 * Constraint clip =
 *     (values, shape) -> {
 *       for (int i = 0; i < values.length; i++) {
 *         values[i] = Math.max(-1, Math.min(1, values[i]));
 *       }
 *     };
 * var clipped = Sequential.of(input(240, 14), gru(8), dense(1).kernelConstraint(clip));
 * }</pre>
 *
 * <p>The initial values of a weight are not changed before the first step. With {@code
 * gradientAccumulationSteps}, a constraint is applied after each batch, and with {@code useEma}
 * after the weights have been averaged; both as in Keras.
 *
 * <p>To save a model with a custom constraint, register it with {@code
 * org.unroll.keras.CustomObjects}.
 *
 * <p>Source: Keras 3, {@code keras.constraints.Constraint}.
 */
@FunctionalInterface
public interface Constraint {
  /**
   * Projects the values of a weight.
   *
   * @param values the values, row-major, changed in place
   * @param shape the shape of the weight
   */
  void apply(float[] values, Shape shape);

  /**
   * Checks that the constraint can be applied to a weight. The default accepts all shapes.
   *
   * @param shape the shape of the weight
   * @throws IllegalArgumentException if it cannot
   */
  default void check(Shape shape) {}
}
