/**
 * Callbacks: what happens during training apart from training itself, such as early stopping,
 * checkpoints, logs and the display of progress. {@link org.unroll.callbacks.Callbacks} has a
 * factory method for each callback.
 *
 * <p>Begin reading with {@link org.unroll.callbacks.Callback}, which shows how to write a custom
 * callback, {@link org.unroll.callbacks.TrainingContext} and {@link
 * org.unroll.callbacks.InferenceContext}, what a callback sees of training and of evaluation or
 * prediction, and {@link org.unroll.callbacks.MonitorCallback}, the base of the callbacks that
 * watch one value.
 *
 * <p>This package depends on metrics, optimizers and the weights of {@code org.unroll.network}.
 * Training, tuning, notebooks and {@code org.unroll} use it.
 */
package org.unroll.callbacks;
