package org.unroll.forecasting;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.timeseries.Windows;

/**
 * The forecasts of a {@link Backtest} between two fits.
 *
 * @param number the number of the fold, from 0
 * @param from the first row that the methods are fitted on
 * @param to the end of these rows, exclusive
 * @param rows the row of the first target of each forecast
 * @param scales the mean absolute seasonal difference of each target in the rows of the fit
 * @param forecasts the forecasts of each method in the units of the targets, one row per forecast
 */
record BacktestFold(
    int number, int from, int to, int[] rows, double[] scales, Map<String, double[][]> forecasts) {
  BacktestFold(int number, int from, int to, int[] rows, double[] scales) {
    this(number, from, to, rows, scales, new LinkedHashMap<>());
  }

  /** Returns the windows to fit on, as they are known at the end of the rows of the fit. */
  Windows past(Windows windows) {
    return windows.knownAt(from, to).range(from, to);
  }

  /**
   * Returns the windows to predict, on the scale of those to fit on.
   *
   * @param every the number of rows between two forecasts
   */
  Windows toPredict(Windows windows, int every) {
    int lead = windows.targetRow(0) - windows.firstRow(0);
    int steps = windows.targetShape().size() / windows.series().targetNames().size();
    int reach = windows.targetRow(0, steps - 1) - windows.targetRow(0);
    return windows
        .knownAt(from, to)
        .withUnknownTargets()
        .range(rows[0] - lead, rows[rows.length - 1] + reach + 1)
        .every(every);
  }
}
