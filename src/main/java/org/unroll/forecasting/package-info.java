/**
 * Forecasts with their uncertainty. {@link org.unroll.forecasting.Conformal} turns point forecasts
 * or quantiles of any model into intervals with a given coverage, {@link
 * org.unroll.forecasting.AdaptiveConformal} keeps the coverage while the data drift, and {@link
 * org.unroll.forecasting.ForecastMetrics} evaluates forecasts.
 */
package org.unroll.forecasting;
