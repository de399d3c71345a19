/**
 * Datasets: the samples that models are trained on, and their shapes.
 *
 * <p>Start with {@link org.unroll.data.Samples} for arrays, matrices and tables in memory, with
 * {@link org.unroll.data.Sequences} for sequences of different lengths, and with {@link
 * org.unroll.data.Dataset} to write your own dataset.
 *
 * <p>Time series, text and audio have separate packages, which depend on this one. This package
 * depends only on {@code org.unroll.internal}; all other packages may use it.
 */
package org.unroll.data;
