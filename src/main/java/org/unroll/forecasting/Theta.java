package org.unroll.forecasting;

import java.util.Arrays;
import java.util.List;

/**
 * The Theta method: the mean of a straight line and simple exponential smoothing, after an additive
 * season has been subtracted. The line has the slope b of the linear regression on the row number.
 * The forecast h rows ahead of the row t = 1, 2, … is
 *
 * <pre>
 * lₜ + b / 2 · (h − 1 + (1 − (1 − α)ᵗ) / α) + sₜ₊ₕ        lₜ = lₜ₋₁ + α · (yₜ − sₜ − lₜ₋₁)
 * </pre>
 *
 * <p>α minimizes the sum of the squared errors yₜ − sₜ − lₜ₋₁, and l₀ is the first value without
 * its season. The season is the mean, over the rows at the same place in the season, of the
 * difference from the centered moving average of one period. The equations are those of
 * statsmodels' {@code ThetaModel(y, period=m, method="additive", use_test=False)} with θ = 2.
 *
 * <pre>{@code
 * import org.unroll.forecasting.Theta;
 *
 * double[] sales = {4, 7, 5, 8, 6, 9, 7, 10}; // a season of 2 rows on a line
 * Theta theta = Theta.fit(sales, 2);
 * double[] next = theta.forecasts(sales, 1, 2)[7];
 * }</pre>
 *
 * <p>Source: V. Assimakopoulos and K. Nikolopoulos, "The theta model: a decomposition approach to
 * forecasting" (2000); R. Hyndman and B. Billah, "Unmasking the Theta method" (2003).
 *
 * @param alpha α, the smoothing of the level, between 0 and 1
 * @param slope b, per row
 * @param level l₀, the level before the first row
 * @param season the season of the first m rows; an empty list without a season
 */
public record Theta(double alpha, double slope, double level, List<Double> season)
    implements SeriesModel {
  /** Creates a model with known parameters. */
  public Theta {
    season = List.copyOf(season);
    if (!(alpha > 0 && alpha <= 1)) {
      throw new IllegalArgumentException(
          "alpha must be greater than 0 and at most 1, but was " + alpha + ".");
    }
  }

  /**
   * Fits a model to values.
   *
   * @param values the values row by row; NaN is a missing value, which is left out
   * @param period m, the length of a season in rows; 1 for no season
   * @throws IllegalArgumentException if the period is below 1, or if there are fewer than two
   *     seasons, or no value without gaps in a period around it at some place of the season
   */
  public static Theta fit(double[] values, int period) {
    Series.mean(values); // checks the values
    Series.requireSeasons(values, period);
    List<Double> season = period == 1 ? List.of() : season(values, period);
    double[] rest = values.clone();
    for (int t = 0; t < rest.length && period > 1; t++) {
      rest[t] -= season.get(t % period);
    }
    double first = Arrays.stream(rest).filter(value -> !Double.isNaN(value)).findFirst().orElse(0);
    double alpha =
        Series.minimize(
            x -> squaredErrors(rest, first, x[0]),
            new double[] {1e-8},
            new double[] {1},
            new double[][] {{0.01}, {0.1}, {0.3}, {0.6}, {0.9}})[0];
    return new Theta(alpha, slope(rest), first, season);
  }

  private static double squaredErrors(double[] values, double first, double alpha) {
    double level = first;
    double sum = 0;
    for (double value : values) {
      double error = Double.isNaN(value) ? 0 : value - level;
      sum += error * error;
      level += alpha * error;
    }
    return sum;
  }

  private static double slope(double[] values) {
    double mean = Series.mean(values);
    double meanRow = 0;
    int count = 0;
    for (int t = 0; t < values.length; t++) {
      if (!Double.isNaN(values[t])) {
        meanRow += t;
        count++;
      }
    }
    meanRow /= count;
    double products = 0;
    double squares = 0;
    for (int t = 0; t < values.length; t++) {
      if (!Double.isNaN(values[t])) {
        products += (t - meanRow) * (values[t] - mean);
        squares += (t - meanRow) * (t - meanRow);
      }
    }
    return squares == 0 ? 0 : products / squares;
  }

  /** Returns the mean difference from the moving average at each place of the season. */
  private static List<Double> season(double[] values, int period) {
    double[] sums = new double[period];
    int[] counts = new int[period];
    int half = period / 2;
    for (int t = half; t + half < values.length; t++) {
      double average = 0;
      for (int i = t - half; i <= t + half; i++) {
        boolean isHalf = period % 2 == 0 && (i == t - half || i == t + half);
        average += values[i] / period * (isHalf ? 0.5 : 1);
      }
      if (!Double.isNaN(average)) {
        sums[t % period] += values[t] - average;
        counts[t % period]++;
      }
    }
    double mean = 0;
    for (int i = 0; i < period; i++) {
      if (counts[i] == 0) {
        throw new IllegalArgumentException(
            "At each place of a season of "
                + period
                + " rows there must be a value without missing values in the period around it, but"
                + " there is none in the rows "
                + i
                + ", "
                + (i + period)
                + ", …. Fill the gaps, or use a shorter period.");
      }
      sums[i] /= counts[i];
      mean += sums[i] / period;
    }
    double center = mean;
    return Arrays.stream(sums).mapToObj(sum -> sum - center).toList();
  }

  @Override
  public double[][] forecasts(double[] values, int... ahead) {
    Series.furthest(ahead);
    double[] s =
        season.isEmpty()
            ? new double[1]
            : season.stream().mapToDouble(Double::doubleValue).toArray();
    double l = level;
    double weight = 1; // (1 − α)ᵗ
    double[][] forecasts = new double[values.length][ahead.length];
    for (int t = 0; t < values.length; t++) {
      double line = slope / 2 * (1 - weight) / alpha;
      double value = Double.isNaN(values[t]) ? l + line : values[t] - s[t % s.length];
      l += alpha * (value - l);
      weight *= 1 - alpha;
      line = slope / 2 * (1 - weight) / alpha;
      for (int k = 0; k < ahead.length; k++) {
        forecasts[t][k] = l + line + slope / 2 * (ahead[k] - 1) + s[(t + ahead[k]) % s.length];
      }
    }
    return forecasts;
  }
}
