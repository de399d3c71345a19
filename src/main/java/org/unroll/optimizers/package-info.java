/**
 * Optimizers and learning rate schedules. {@link org.unroll.optimizers.Optimizers} and {@link
 * org.unroll.optimizers.Schedules} have a factory method for each one of Keras.
 *
 * <p>Begin reading with {@link org.unroll.optimizers.Optimizer}, which shows how to write a custom
 * optimizer, and {@link org.unroll.optimizers.Sgd}, the simplest one. {@link
 * org.unroll.optimizers.LearningRateSchedule} shows a custom schedule.
 *
 * <p>An optimizer knows weights, not models: this package depends on the weights of {@code
 * org.unroll.network} and on {@code org.unroll.data.Shape}. Callbacks, training, saved models and
 * {@code org.unroll} use it.
 */
package org.unroll.optimizers;
