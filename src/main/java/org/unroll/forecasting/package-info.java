/**
 * Forecasts with their uncertainty. {@link org.unroll.forecasting.QuantileForecasts} holds the
 * quantiles of a model in the units of the target. {@link org.unroll.forecasting.ConformalMargins}
 * gives the intervals of any model a nominal coverage, {@link
 * org.unroll.forecasting.AdaptiveConformal} keeps it while the data drift, and {@link
 * org.unroll.forecasting.ForecastMetrics} evaluates forecasts. {@link
 * org.unroll.forecasting.Forecaster} is the file of a service: a model with everything that it
 * needs to forecast from raw rows.
 */
package org.unroll.forecasting;
