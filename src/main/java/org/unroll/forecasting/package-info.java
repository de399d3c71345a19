/**
 * Forecasts, their evaluation and their uncertainty. A {@link
 * org.unroll.forecasting.ForecastMethod} is fitted on the past and predicts windows; a {@link
 * org.unroll.forecasting.Backtest} evaluates several of them over time, and {@link
 * org.unroll.forecasting.ForecastMetrics} computes their errors. {@link
 * org.unroll.forecasting.series.SeriesModel} describes classical models, and {@link
 * org.unroll.forecasting.panel.Panel} many series in one table. {@link
 * org.unroll.forecasting.QuantileForecasts} holds the quantiles of a model in the units of the
 * target. {@link org.unroll.forecasting.ConformalMargins} gives the intervals of any model a
 * nominal coverage, and {@link org.unroll.forecasting.AdaptiveConformal} keeps it while the data
 * drift. {@link org.unroll.forecasting.Forecaster} is the file of a service: a model with
 * everything that it needs to forecast from raw rows. {@link org.unroll.forecasting.Ensemble}
 * combines methods, and {@link org.unroll.forecasting.PermutationImportance} and {@link
 * org.unroll.forecasting.IntegratedGradients} explain the predictions of a model. {@link
 * org.unroll.forecasting.RecursiveForecast} forecasts several steps with a one-step model.
 */
package org.unroll.forecasting;
