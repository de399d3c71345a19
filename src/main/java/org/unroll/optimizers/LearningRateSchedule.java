package org.unroll.optimizers;

/**
 * The learning rate as a function of the number of steps that the optimizer has made.
 *
 * <p>The schedules of Keras are created by {@link Schedules}. They compute in double precision;
 * Keras computes in float32. A custom schedule is a lambda expression or a class. The example rises
 * linearly during the first 1000 steps and then decays with the square root of the number of steps:
 *
 * <pre>{@code
 * import org.unroll.optimizers.LearningRateSchedule;
 *
 * LearningRateSchedule warmup =
 *     step -> 0.001 * Math.min((step + 1) / 1000.0, Math.sqrt(1000.0 / (step + 1)));
 *
 * var warmedUp = Sequential.of(input(240, 14), gru(8), dense(1));
 * warmedUp.compile(adam().learningRate(warmup), mae());
 * }</pre>
 *
 * <p>To save a model whose optimizer uses a custom schedule, register it with {@code
 * org.unroll.keras.CustomObjects}.
 */
@FunctionalInterface
public interface LearningRateSchedule {
  /**
   * Returns the learning rate of the next step.
   *
   * @param step the number of steps made so far, 0 before the first step
   */
  double at(long step);
}
