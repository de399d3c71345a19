/**
 * Hyperparameter search, with the names and semantics of KerasTuner.
 *
 * <p>Begin with {@link org.unroll.tuning.HyperParameters}, which defines the search space, and
 * {@link org.unroll.tuning.Tuner}, whose subclasses choose the trials. {@link
 * org.unroll.tuning.SearchResult} contains the best trials and models. Write a custom tuner as a
 * subclass of {@code Tuner}. The execution of trials is in {@code Search}, and their files are in
 * {@code SearchFolder}.
 *
 * <p>This package depends on {@link org.unroll} and the packages below it. Only the plot and
 * notebook packages may depend on it.
 */
package org.unroll.tuning;
