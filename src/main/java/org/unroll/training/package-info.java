/**
 * How a network is trained, evaluated and used for predictions. A user needs {@link
 * org.unroll.training.FitOptions}, the arguments of {@code fit}; the other classes are the engine.
 *
 * <p>Begin reading with {@code Trainer}, which checks the data and starts a {@code TrainingRun}:
 * the loops over epochs and batches. {@code BatchRunner} cuts a batch into slices for worker
 * threads and adds up their results; {@code SliceWorker} gathers a slice and computes its loss,
 * metrics and gradient. {@code BackupFile} is the format from which a killed run resumes.
 *
 * <p>This package uses callbacks, metrics, losses and optimizers, and the network below them. Only
 * {@code org.unroll} and the packages above it may use this one.
 */
package org.unroll.training;
