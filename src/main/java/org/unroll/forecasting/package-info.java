/**
 * Forecasts with their uncertainty. {@link org.unroll.forecasting.Conformal} turns point forecasts
 * or quantiles of any model into intervals with a given coverage, {@link
 * org.unroll.forecasting.AdaptiveConformal} keeps the coverage while the data drift, and {@link
 * org.unroll.forecasting.ForecastMetrics} evaluates forecasts. {@link
 * org.unroll.forecasting.Ensemble} combines methods, and {@link
 * org.unroll.forecasting.PermutationImportance} and {@link
 * org.unroll.forecasting.IntegratedGradients} explain the predictions of a model.
 */
package org.unroll.forecasting;
