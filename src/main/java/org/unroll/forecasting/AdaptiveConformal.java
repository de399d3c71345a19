package org.unroll.forecasting;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.unroll.timeseries.Windows;

/**
 * Conformal intervals that adapt to data that drift. After each measured value, the nominal
 * miscoverage αₜ is moved against the error:
 *
 * <pre>
 * αₜ₊₁ = αₜ + γ · (1 − coverage − errₜ)
 * </pre>
 *
 * <p>where errₜ is 1 if the interval did not contain the value, and otherwise 0. The margin is that
 * of {@link Conformal} with the coverage 1 − αₜ, computed from the latest scores. The share of
 * values within their intervals converges to the coverage for any sequence of values: after T
 * values it differs by at most (max(α₁, 1 − α₁) + γ) / (γ · T).
 *
 * <p>If αₜ is 0 or less, or while there are too few scores for it, the margin is infinite. If αₜ is
 * 1 or more, it is −∞ and the interval is empty.
 *
 * <pre>{@code
 * import org.unroll.forecasting.AdaptiveConformal;
 *
 * var adaptive = new AdaptiveConformal(0.9, 0.02, 500);
 * for (double measured : new double[] {20, 22, 19, 25}) {
 *   double forecast = 21;
 *   double low = forecast - adaptive.margin(); // before the value is known
 *   adaptive.observe(measured, forecast, forecast);
 * }
 * double share = adaptive.covered();
 * }</pre>
 *
 * <p>For forecasts several steps ahead, use one object per step, or {@link #correct}. Not safe for
 * use by several threads. Source: I. Gibbs and E. Candès, "Adaptive Conformal Inference Under
 * Distribution Shift" (NeurIPS 2021).
 */
public final class AdaptiveConformal {
  private final double coverage;
  private final double rate;
  private final int window;
  private final Deque<Double> scores = new ArrayDeque<>();
  private double[] sorted = {};
  private double alpha;
  private long observed;
  private long contained;

  /**
   * Creates intervals without scores.
   *
   * @param coverage the share of values that the intervals must contain, between 0 and 1
   * @param rate γ, greater than 0; the paper uses 0.005
   * @param window how many of the latest scores are used, at least 1
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public AdaptiveConformal(double coverage, double rate, int window) {
    ForecastMetrics.requireCoverage(coverage);
    if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "rate must be finite and greater than 0, but was " + rate + ".");
    }
    if (window < 1) {
      throw new IllegalArgumentException("window must be at least 1, but was " + window + ".");
    }
    this.coverage = coverage;
    this.rate = rate;
    this.window = window;
    this.alpha = 1 - coverage;
  }

  /** Returns the margin of the next interval, [lower − margin, upper + margin]. */
  public double margin() {
    if (alpha <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (alpha >= 1) {
      return Double.NEGATIVE_INFINITY;
    }
    return Conformal.marginOfSorted(sorted, 1 - alpha);
  }

  /**
   * Adapts the margin to a measured value.
   *
   * @param truth the measured value
   * @param lower the lower end of its forecast without the margin; for a point forecast, the
   *     forecast
   * @param upper the upper end of its forecast without the margin; for a point forecast, the
   *     forecast
   * @return whether the interval with the margin contained the value
   * @throws IllegalArgumentException if a value is not finite
   */
  public boolean observe(double truth, double lower, double upper) {
    double score = Conformal.score(truth, lower, upper);
    if (!Double.isFinite(truth) || !Double.isFinite(lower) || !Double.isFinite(upper)) {
      throw new IllegalArgumentException(
          "The measured value and its forecast must be finite, but were "
              + truth
              + " and ["
              + lower
              + ", "
              + upper
              + "]. Leave out values that are missing.");
    }
    boolean inside = score <= margin();
    adapt(inside);
    add(score);
    return inside;
  }

  /** Moves αₜ after a value was within the interval that had been forecast for it, or not. */
  void adapt(boolean inside) {
    alpha += rate * (1 - coverage - (inside ? 0 : 1));
    observed++;
    contained += inside ? 1 : 0;
  }

  /** Adds a score, and removes the oldest one if there are too many. */
  void add(double score) {
    scores.add(score);
    double[] kept = sorted;
    if (scores.size() > window) {
      int oldest = Arrays.binarySearch(sorted, scores.remove());
      kept = new double[sorted.length - 1];
      System.arraycopy(sorted, 0, kept, 0, oldest);
      System.arraycopy(sorted, oldest + 1, kept, oldest, kept.length - oldest);
    }
    int found = Arrays.binarySearch(kept, score);
    int at = found < 0 ? -found - 1 : found;
    sorted = Arrays.copyOf(kept, kept.length + 1);
    System.arraycopy(kept, at, sorted, at + 1, kept.length - at);
    sorted[at] = score;
  }

  /** Returns the share of the observed values within their intervals, NaN if there are none. */
  public double covered() {
    return observed == 0 ? Double.NaN : contained / (double) observed;
  }

  /**
   * Returns forecasts with intervals of these coverages that adapt over the windows. Each target
   * step and coverage has its own margin. That of a window depends only on values that were
   * measured by its last input row: a value h rows ahead is known h rows later. The error errₜ is
   * that of the interval that was forecast.
   *
   * <p>At first, the scores are those of the calibration windows. The levels are those of {@link
   * ConformalMargins#correct}.
   *
   * <pre>
   * var adapted = AdaptiveConformal.correct(calibration, forecasts, 0.005, 500, 0.8, 0.95);
   * Table coverage = adapted.byHorizon();
   * </pre>
   *
   * @param calibration forecasts of windows before those of {@code forecasts}, with the same levels
   *     and target steps
   * @param forecasts the forecasts to correct, in the order of time
   * @param rate γ, greater than 0, such as 0.005
   * @param window how many of the latest scores are used, at least 1
   * @param coverages the shares of values that the intervals must contain, between 0 and 1 and
   *     increasing
   * @throws IllegalArgumentException if the levels, target steps or series differ, if the
   *     calibration windows do not precede the others, or if an argument is out of its range
   */
  public static QuantileForecasts correct(
      QuantileForecasts calibration,
      QuantileForecasts forecasts,
      double rate,
      int window,
      double... coverages) {
    ConformalMargins.requireCoverages(coverages);
    Windows before = calibration.windows();
    Windows after = forecasts.windows();
    boolean sameTable = before.series().table() == after.series().table();
    if (calibration.steps() != forecasts.steps()
        || !Arrays.equals(calibration.levels(), forecasts.levels())
        || !sameTable) {
      throw new IllegalArgumentException(
          "The calibration windows must be of the same table and have the same levels and target"
              + " steps as the others, "
              + Arrays.toString(forecasts.levels())
              + " and "
              + forecasts.steps()
              + ", but have "
              + Arrays.toString(calibration.levels())
              + " and "
              + calibration.steps()
              + (sameTable ? "." : " and are of another table."));
    }
    int last = before.targetRow(before.size() - 1);
    if (last >= after.targetRow(0)) {
      throw new IllegalArgumentException(
          "The calibration windows must precede the others, but their last target row is "
              + last
              + " and the first target row of the others is "
              + after.targetRow(0)
              + ". Use ranges that follow each other.");
    }
    double[] levels = ConformalMargins.levels(coverages, forecasts.levels());
    double[][][] values = new double[forecasts.steps()][levels.length][after.size()];
    for (int step = 0; step < values.length; step++) {
      AdaptiveConformal[] adaptive =
          Arrays.stream(coverages)
              .mapToObj(coverage -> new AdaptiveConformal(coverage, rate, window))
              .toArray(AdaptiveConformal[]::new);
      correct(calibration, forecasts, step, adaptive, coverages, values[step]);
    }
    return forecasts.with(levels, values);
  }

  /** Corrects one target step. */
  private static void correct(
      QuantileForecasts calibration,
      QuantileForecasts forecasts,
      int step,
      AdaptiveConformal[] adaptive,
      double[] coverages,
      double[][] values) {
    int known = 0; // calibration windows and then windows whose value has been measured
    int calibrations = calibration.windows().size();
    double[][] margins = new double[forecasts.windows().size()][];
    double[][] old = scores(calibration, step, coverages);
    double[][] scores = scores(forecasts, step, coverages);
    for (int i = 0; i < margins.length; i++) {
      int now = forecasts.windows().lastRow(i);
      while (known < calibrations && calibration.windows().targetRow(known, step) <= now) {
        for (int k = 0; k < adaptive.length; k++) {
          if (!Double.isNaN(old[k][known])) {
            adaptive[k].add(old[k][known]);
          }
        }
        known++;
      }
      while (known >= calibrations
          && forecasts.windows().targetRow(known - calibrations, step) <= now) {
        for (int k = 0; k < adaptive.length; k++) {
          double score = scores[k][known - calibrations];
          if (!Double.isNaN(score)) {
            adaptive[k].adapt(score <= margins[known - calibrations][k]);
            adaptive[k].add(score);
          }
        }
        known++;
      }
      margins[i] = Arrays.stream(adaptive).mapToDouble(AdaptiveConformal::margin).toArray();
      double[] corrected =
          ConformalMargins.widened(
              coverages, margins[i], forecasts.levels(), forecasts.at(i, step));
      for (int k = 0; k < corrected.length; k++) {
        values[k][i] = corrected[k];
      }
    }
  }

  /** Returns the scores of all windows, {@code [coverage][window]}. */
  private static double[][] scores(QuantileForecasts forecasts, int step, double... coverages) {
    double[] truth = forecasts.truth(step);
    double[][] scores = new double[coverages.length][truth.length];
    for (int k = 0; k < coverages.length; k++) {
      double[] lower = forecasts.quantiles(step, ConformalMargins.end(forecasts, coverages[k], -1));
      double[] upper = forecasts.quantiles(step, ConformalMargins.end(forecasts, coverages[k], 1));
      Arrays.setAll(scores[k], i -> Conformal.score(truth[i], lower[i], upper[i]));
    }
    return scores;
  }
}
