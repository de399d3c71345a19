package org.unroll.forecasting;

import java.util.Arrays;

/**
 * A margin that widens the forecasts of any model to intervals with a given coverage, computed from
 * the errors of the model on data that it was not trained on (split conformal prediction).
 *
 * <p>The score of a calibration value y with the interval [l, u] is
 *
 * <pre>
 * s = max(l − y, y − u)
 * </pre>
 *
 * <p>which for a point forecast f = l = u is |y − f|. With n scores, the margin m is the k-th
 * smallest, k = ⌈(n + 1) · coverage⌉, and the interval of a new forecast is [l − m, u + m]. If the
 * calibration values and the new value are exchangeable, it contains the new value with at least
 * this probability. The values of a drifting time series are not exchangeable; use {@link
 * AdaptiveConformal}.
 *
 * <p>The margin of quantiles that are too wide is negative. With several target steps, each step
 * needs its own margin: {@link ConformalMargins}.
 *
 * <pre>{@code
 * import org.unroll.forecasting.Conformal;
 *
 * double[] measured = {20, 22, 19, 25};
 * double[] predicted = {21, 21, 21, 21};
 * Conformal interval = Conformal.ofPoints(measured, predicted, 0.8); // scores 1, 1, 2, 4
 * double[] upper = interval.upper(new double[] {23}); // 27
 * }</pre>
 *
 * <p>Source: H. Papadopoulos et al., "Inductive Confidence Machines for Regression" (ECML 2002);
 * for quantiles Y. Romano, E. Patterson and E. Candès, "Conformalized Quantile Regression" (NeurIPS
 * 2019).
 *
 * @param coverage the nominal coverage
 * @param margin m, in the units of the forecasts
 */
public record Conformal(double coverage, double margin) {
  /**
   * Calibrates point forecasts.
   *
   * @param truth the measured values of the calibration data
   * @param forecasts the forecasts of these values
   * @param coverage the share of values that the intervals must contain, between 0 and 1
   * @throws IllegalArgumentException if the numbers of values differ, if one is not finite, or if
   *     there are too few for the coverage
   */
  public static Conformal ofPoints(double[] truth, double[] forecasts, double coverage) {
    return ofIntervals(truth, forecasts, forecasts, coverage);
  }

  /**
   * Calibrates intervals, such as those between two quantiles.
   *
   * @param truth the measured values of the calibration data
   * @param lower the lower ends of the intervals
   * @param upper the upper ends of the intervals
   * @param coverage the share of values that the intervals must contain, between 0 and 1
   * @throws IllegalArgumentException if the numbers of values differ, if one is not finite, or if
   *     there are too few for the coverage
   */
  public static Conformal ofIntervals(
      double[] truth, double[] lower, double[] upper, double coverage) {
    ForecastMetrics.requireCoverage(coverage);
    ForecastMetrics.requireSame(truth, lower, "lower");
    ForecastMetrics.requireSame(truth, upper, "upper");
    double[] scores = new double[truth.length];
    Arrays.setAll(scores, i -> score(truth[i], lower[i], upper[i]));
    double margin = margin(scores, coverage);
    if (margin == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "There must be at least "
              + (long) Math.ceil(coverage / (1 - coverage) - 1e-9)
              + " calibration values for a coverage of "
              + coverage
              + ", but there are "
              + truth.length
              + ". Use more values or a smaller coverage.");
    }
    return new Conformal(coverage, margin);
  }

  /** Returns the lower ends of the intervals of point forecasts, or of lower ends. */
  public double[] lower(double[] forecasts) {
    return Arrays.stream(forecasts).map(value -> value - margin).toArray();
  }

  /** Returns the upper ends of the intervals of point forecasts, or of upper ends. */
  public double[] upper(double[] forecasts) {
    return Arrays.stream(forecasts).map(value -> value + margin).toArray();
  }

  static double score(double truth, double lower, double upper) {
    return Math.max(lower - truth, truth - upper);
  }

  /** Returns the k-th smallest score, ∞ if k is greater than their number, −∞ if it is 0. */
  static double margin(double[] scores, double coverage) {
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    return marginOfSorted(sorted, coverage);
  }

  static double marginOfSorted(double[] sorted, double coverage) {
    // Without the rounding error of the product, which would raise k from 9 to 10.
    int k = (int) Math.ceil((sorted.length + 1) * coverage - 1e-9);
    if (k > sorted.length) {
      return Double.POSITIVE_INFINITY;
    }
    return k < 1 ? Double.NEGATIVE_INFINITY : sorted[k - 1];
  }
}
