package org.unroll.optimizers;

/**
 * The learning rate as a function of the number of optimizer steps made: one of Keras's schedules,
 * or a lambda of one's own.
 *
 * <p>The schedules of {@link Schedules} compute in double where Keras computes in float32.
 */
@FunctionalInterface
public interface LearningRateSchedule {
  /**
   * The learning rate of the next step.
   *
   * @param step the number of steps made so far, 0 before the first
   */
  double at(long step);
}
