/**
 * Metrics: numbers that are reported during training and evaluation but not minimized. {@link
 * org.unroll.metrics.Metrics} has a factory method for each metric of Keras.
 *
 * <p>Begin reading with {@link org.unroll.metrics.Metric}, which shows how to write a custom
 * metric, then {@link org.unroll.metrics.MatchMetric}, the base of the accuracies, and {@link
 * org.unroll.metrics.LossMetric}, a loss that is only reported.
 *
 * <p>A metric knows arrays of numbers and losses, not models: this package depends on {@code
 * org.unroll.losses} only. Callbacks, training, saved models and {@code org.unroll} use it.
 */
package org.unroll.metrics;
