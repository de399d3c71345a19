package org.unroll.forecasting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The forecasts of a {@link Backtest} between two fits. Distances are in rows from the first target
 * of the first forecast.
 *
 * @param number the number of the fold, from 0
 * @param from the first distance that the methods are fitted on, or null for no bound
 * @param to the end of these distances, exclusive
 * @param rows the row of the first target of each forecast
 * @param first the earliest of these rows
 * @param scales for each forecast, the mean absolute seasonal difference of each target in the rows
 *     of the fit; NaN without any
 * @param forecasts the forecasts of each method in the units of the targets, one row per forecast
 */
record BacktestFold(
    int number,
    Integer from,
    int to,
    int[] rows,
    int first,
    List<double[]> scales,
    Map<String, double[][]> forecasts) {
  BacktestFold(int number, Integer from, int to, int[] rows, int first, List<double[]> scales) {
    this(number, from, to, rows, first, scales, new LinkedHashMap<>());
  }
}
