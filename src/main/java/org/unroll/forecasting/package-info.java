/**
 * Forecasts with their uncertainty. {@link org.unroll.forecasting.Conformal} turns point forecasts
 * or quantiles of any model into intervals with a given coverage, {@link
 * org.unroll.forecasting.AdaptiveConformal} keeps the coverage while the data drift, and {@link
 * org.unroll.forecasting.ForecastMetrics} evaluates forecasts. {@link org.unroll.forecasting.Panel}
 * is a table of many series, for one model of all of them. {@link
 * org.unroll.forecasting.RecursiveForecast} forecasts several steps with a one-step model.
 */
package org.unroll.forecasting;
