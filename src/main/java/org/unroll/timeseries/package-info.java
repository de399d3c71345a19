/**
 * Time series: tables of measurements, the windows that models see, and baselines.
 *
 * <p>{@link org.unroll.timeseries.TimeTable} reads a file. Start with {@link
 * org.unroll.timeseries.TimeSeries}, which selects, fills and normalizes the columns of a table,
 * then read {@link org.unroll.timeseries.Windows}, the dataset of inputs and targets. {@link
 * org.unroll.timeseries.Resampler} brings irregular measurements onto a regular grid, and {@link
 * org.unroll.timeseries.Baseline} contains the forecasts to compare a model with.
 *
 * <p>This package depends on {@code org.unroll.data} only. It does not use layers or models.
 */
package org.unroll.timeseries;
