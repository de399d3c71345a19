/**
 * Models that forecast a series from its own values, as baselines for networks: {@link
 * org.unroll.forecasting.series.Autoregression}, {@link org.unroll.forecasting.series.Theta} and
 * {@link org.unroll.forecasting.series.ExponentialSmoothing}. {@link
 * org.unroll.forecasting.series.SeriesModel#method} fits one to each target of windows.
 */
package org.unroll.forecasting.series;
