package org.unroll.forecasting;

import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import org.unroll.training.FitOptions;
import tech.tablesaw.columns.Column;

/**
 * What a {@link Backtest} needs of windows, of one series or of many. Distances are in rows from
 * the first target of the first forecast.
 *
 * @param <F> fitted methods
 */
interface BacktestData<F> {
  /** Returns the names of the targets. */
  List<String> targets();

  /** Returns, for each target step, the number of rows from the last input row to the target. */
  int[] ahead();

  /** Returns the number of rows of a forecast, from its first target to that of the next. */
  int rowsOfForecast();

  /** Returns where the forecasts begin, as text. */
  String start();

  /**
   * Returns the rows of the first targets of all forecasts.
   *
   * @param every the number of rows from one forecast to the next
   */
  int[] forecasts(int every);

  /** Returns the distance of a row. */
  int distance(int row);

  /** Returns the number of the series of a row. */
  int seriesOf(int row);

  /**
   * Returns a fold.
   *
   * @param from the first distance of the rows to fit on, or null for no bound
   * @param to the end of these rows, exclusive
   * @param rows the rows of its first targets
   * @param season the length of a season, which scales MASE
   */
  BacktestFold fold(int number, Integer from, int to, int[] rows, int season);

  /**
   * Checks that there are windows to fit on, and that they can be normalized.
   *
   * @throws IllegalArgumentException otherwise
   */
  void requireFit(BacktestFold fold);

  /**
   * Returns what methods see in a fold.
   *
   * @param every the number of rows from one forecast to the next
   */
  Known<F> knownAt(BacktestFold fold, int every);

  /** Returns the values of a target by row, in its own units; NaN if missing. */
  IntToDoubleFunction truth(String target);

  /** Returns the columns that name the series of rows, or none for one series. */
  List<Column<?>> series(int... rows);

  /** Returns the columns of the times of rows. */
  List<Column<?>> times(int... rows);

  /**
   * The windows of a fold, normalized on the rows of its fit.
   *
   * @param <F> fitted methods
   */
  interface Known<F> {
    /** Returns what identifies the forecasts of the fold, except for the method. */
    Map<String, String> identity();

    /**
     * Fits a method.
     *
     * @param shown sets how the progress of a network is shown
     */
    F fit(ForecastMethod method, UnaryOperator<FitOptions> shown);

    /**
     * Returns forecasts in the units of the targets.
     *
     * @param name the name of the method, for errors
     * @throws IllegalArgumentException if the predictions are not as many as they must be, or not
     *     finite
     */
    double[][] predict(F fitted, String name);
  }
}
