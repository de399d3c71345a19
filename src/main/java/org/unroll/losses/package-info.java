/**
 * Losses: what training minimizes. {@link org.unroll.losses.Losses} has a factory method for each
 * loss of Keras.
 *
 * <p>Begin reading with {@link org.unroll.losses.Loss}, which shows how to write a custom loss, and
 * {@link org.unroll.losses.MeanSquaredError}, the simplest one.
 *
 * <p>A loss knows arrays of numbers, not models: this package depends on {@code org.unroll.compute}
 * and, for losses of whole sequences, on {@code Tensor} of {@code org.unroll.network}. Metrics,
 * training, saved models and {@code org.unroll} use it.
 */
package org.unroll.losses;
