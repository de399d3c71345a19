package org.unroll.forecasting;

import java.util.ArrayDeque;
import java.util.Deque;

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
 * <p>For forecasts several steps ahead, use one object per step. Not safe for use by several
 * threads. Source: I. Gibbs and E. Candès, "Adaptive Conformal Inference Under Distribution Shift"
 * (NeurIPS 2021).
 */
public final class AdaptiveConformal {
  private final double coverage;
  private final double rate;
  private final int window;
  private final Deque<Double> scores = new ArrayDeque<>();
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
    return Conformal.margin(scores.stream().mapToDouble(Double::doubleValue).toArray(), 1 - alpha);
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
    alpha += rate * (1 - coverage - (inside ? 0 : 1));
    observed++;
    contained += inside ? 1 : 0;
    scores.add(score);
    if (scores.size() > window) {
      scores.remove();
    }
    return inside;
  }

  /** Returns the share of the observed values within their intervals, NaN if there are none. */
  public double covered() {
    return observed == 0 ? Double.NaN : contained / (double) observed;
  }
}
