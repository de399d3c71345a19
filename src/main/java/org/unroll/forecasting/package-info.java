/**
 * Forecasts, their evaluation and their uncertainty. A {@link
 * org.unroll.forecasting.ForecastMethod} is fitted on the past and predicts windows; a {@link
 * org.unroll.forecasting.Backtest} evaluates several of them over time, and {@link
 * org.unroll.forecasting.ForecastMetrics} computes their errors. {@link
 * org.unroll.forecasting.SeriesModel} describes classical models, and {@link
 * org.unroll.forecasting.Panel} many series in one table. {@link org.unroll.forecasting.Conformal}
 * turns point forecasts or quantiles of any model into intervals with a given coverage, and {@link
 * org.unroll.forecasting.AdaptiveConformal} keeps the coverage while the data drift.
 */
package org.unroll.forecasting;
