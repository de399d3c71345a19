package org.unroll.forecasting.series;

import java.util.function.Function;
import org.unroll.forecasting.ForecastMethod;

/**
 * A fitted model that forecasts a series from its own values: {@link Autoregression}, {@link Theta}
 * or {@link ExponentialSmoothing}. Its parameters are fixed. It reads the values row by row from
 * the first row of the fit, so a forecast depends only on the values up to its row.
 *
 * <p>A missing value is replaced by the model's own forecast from the row before. The forecasts
 * from a row within a gap are therefore those from the last row before the gap.
 */
public interface SeriesModel {
  /**
   * Returns the forecasts from each row.
   *
   * @param values the values, the first of which is in the row in which the fit began; NaN is a
   *     missing value
   * @param ahead the distances of the forecast values from their row, each at least 1
   * @return {@code [row][k]}, the forecast of the value of row + ahead[k]; NaN in rows that have
   *     too few values before them
   */
  double[][] forecasts(double[] values, int... ahead);

  /**
   * Returns a method of forecasting that fits a model to each target. It uses all rows of the range
   * of the past windows. The parameters stay fixed for later rows. The values are normalized, which
   * does not change the forecasts, because all models are linear, but not differenced. Of a target
   * that is scaled by its logarithm, the logarithm is forecast.
   *
   * <p>The fitted models predict windows of the same series, or of a series with the same times in
   * its rows. The last input row of a window must not be before the first row of the fit, because
   * the state of a model is known only from there.
   *
   * <pre>{@code
   * import org.unroll.forecasting.ForecastMethod;
   * import org.unroll.forecasting.series.SeriesModel;
   * import org.unroll.forecasting.series.Theta;
   *
   * ForecastMethod theta = SeriesModel.method(values -> Theta.fit(values, 24));
   * var jenaDays = series.windows().lookback(48).targetSteps(24);
   * double[][] byTheta = theta.fit(jenaDays.range(0, 5_000)).predict(jenaDays.range(5_000, 6_000));
   * }</pre>
   *
   * @param fit fits a model to the values of one target
   */
  static ForecastMethod method(Function<double[], ? extends SeriesModel> fit) {
    return past -> SeriesForecasts.fit(past, fit);
  }
}
