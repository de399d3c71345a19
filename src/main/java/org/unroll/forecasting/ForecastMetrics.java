package org.unroll.forecasting;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.math3.special.Erf;
import org.unroll.timeseries.Baseline;
import tech.tablesaw.api.Table;

/**
 * Metrics of forecasts as plain functions of measured values y and forecasts f, in the units of the
 * targets. Each is the mean over all values, or with weights w, one per value, Σ w · term / Σ w, as
 * scikit-learn's {@code sample_weight}. {@link #by} computes the metrics of a table of forecasts by
 * horizon, by series or by any other of its columns.
 *
 * <p>All functions throw an {@link IllegalArgumentException} if there are no values, if their
 * numbers differ, if a value is not finite, or if a weight is negative or all are 0.
 *
 * <pre>{@code
 * import org.unroll.forecasting.ForecastMetrics;
 *
 * double[] training = {1, 2, 4, 3};
 * double mase = ForecastMetrics.mase(new double[] {5, 4}, new double[] {4, 4}, training, 1);
 * // 0.375, the mean error 0.5 divided by 4/3, that of the last value in the training range
 * }</pre>
 *
 * <p>Sources: R. Hyndman and A. Koehler, "Another look at measures of forecast accuracy" (2006) for
 * MASE; S. Makridakis et al., the M4 and M5 competitions (2020, 2022) for sMAPE and RMSSE; T.
 * Gneiting and A. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation" (2007) for
 * CRPS and the interval score.
 */
public final class ForecastMetrics {
  private ForecastMetrics() {}

  /** Returns the bias, the mean of f − y. It is positive if the forecasts are too high. */
  public static double bias(double[] truth, double[] forecast, double... weights) {
    return mean(truth, forecast, weights, i -> forecast[i] - truth[i]);
  }

  /** Returns the mean absolute error, the mean of |y − f|. */
  public static double mae(double[] truth, double[] forecast, double... weights) {
    return mean(truth, forecast, weights, i -> Math.abs(truth[i] - forecast[i]));
  }

  /** Returns the root mean squared error, the square root of the mean of (y − f)². */
  public static double rmse(double[] truth, double[] forecast, double... weights) {
    return Math.sqrt(squaredError(truth, forecast, weights));
  }

  /** Returns the mean absolute percentage error, the mean of 100 · |y − f| / |y|; no y may be 0. */
  public static double mape(double[] truth, double[] forecast, double... weights) {
    return mean(
        truth,
        forecast,
        weights,
        i -> {
          if (truth[i] == 0) {
            throw new IllegalArgumentException(
                "MAPE needs measured values other than 0, but value "
                    + i
                    + " is 0. Use wape or mase instead.");
          }
          return 100 * Math.abs((truth[i] - forecast[i]) / truth[i]);
        });
  }

  /**
   * Returns the symmetric mean absolute percentage error, the mean of 200 · |y − f| / (|y| + |f|),
   * between 0 and 200. A term with y = f = 0 is 0.
   */
  public static double smape(double[] truth, double[] forecast, double... weights) {
    return mean(
        truth,
        forecast,
        weights,
        i -> {
          double sum = Math.abs(truth[i]) + Math.abs(forecast[i]);
          return sum == 0 ? 0 : 200 * Math.abs(truth[i] - forecast[i]) / sum;
        });
  }

  /** Returns the weighted absolute percentage error, 100 · Σ |y − f| / Σ |y|. */
  public static double wape(double[] truth, double[] forecast, double... weights) {
    double scale = mean(truth, truth, weights, i -> Math.abs(truth[i]));
    return 100 * mae(truth, forecast, weights) / requireScale("WAPE", scale, "measured value");
  }

  /**
   * Returns the mean absolute scaled error: the mean of |y − f|, divided by that of the seasonal
   * forecast in the training range, the mean of |yₜ − yₜ₋ₘ|.
   *
   * @param training the values of the training range, in their order
   * @param season m, the length of a season in rows; 1 for the last value
   */
  public static double mase(
      double[] truth, double[] forecast, double[] training, int season, double... weights) {
    requireTraining(training, season);
    double scale = Baseline.seasonalError(training, season);
    return mae(truth, forecast, weights)
        / requireScale("MASE", scale, "seasonal difference of the training range");
  }

  /**
   * Returns the root mean squared scaled error: the square root of the mean of (y − f)², divided by
   * that of the seasonal forecast in the training range.
   *
   * @param training the values of the training range, in their order
   * @param season m, the length of a season in rows; 1 for the last value
   */
  public static double rmsse(
      double[] truth, double[] forecast, double[] training, int season, double... weights) {
    requireTraining(training, season);
    double sum = 0;
    for (int t = season; t < training.length; t++) {
      double difference = training[t] - training[t - season];
      sum += difference * difference;
    }
    double scale = sum / (training.length - season);
    double squared = squaredError(truth, forecast, weights);
    return Math.sqrt(
        squared / requireScale("RMSSE", scale, "seasonal difference of the training range"));
  }

  /** Returns the pinball loss of the quantiles of one level, max(q(y − f), (q − 1)(y − f)). */
  public static double pinball(
      double[] truth, double[] quantiles, double level, double... weights) {
    requireShare("level", level);
    return mean(
        truth,
        quantiles,
        weights,
        i -> {
          double error = truth[i] - quantiles[i];
          return Math.max(level * error, (level - 1) * error);
        });
  }

  /** Returns the share of values within their intervals, ends included. */
  public static double coverage(double[] truth, double[] lower, double[] upper, double... weights) {
    requireSame(truth, lower, "lower");
    return mean(truth, upper, weights, i -> truth[i] >= lower[i] && truth[i] <= upper[i] ? 1 : 0);
  }

  /**
   * Returns the Winkler score, also called interval score: the width of the interval plus 2 / α
   * times the distance of a value outside, with α = 1 − coverage.
   *
   * @param coverage the nominal coverage of the intervals, between 0 and 1
   */
  public static double winkler(
      double[] truth, double[] lower, double[] upper, double coverage, double... weights) {
    requireCoverage(coverage);
    requireSame(truth, lower, "lower");
    return mean(
        truth,
        upper,
        weights,
        i ->
            upper[i]
                - lower[i]
                + 2 / (1 - coverage) * Math.max(0, Conformal.score(truth[i], lower[i], upper[i])));
  }

  /**
   * Returns the continuous ranked probability score of samples X, E|X − y| − ½ E|X − X′|.
   *
   * @param samples the samples of each value, {@code [value][sample]}
   */
  public static double crpsOfSamples(double[] truth, double[][] samples, double... weights) {
    requireRows(truth, samples, "samples");
    return mean(
        truth,
        truth,
        weights,
        i -> {
          double[] sorted = samples[i].clone();
          Arrays.sort(sorted);
          int n = sorted.length;
          double distance = 0;
          double spread = 0;
          for (int k = 0; k < n; k++) {
            distance += Math.abs(sorted[k] - truth[i]);
            spread += (2.0 * k + 1 - n) * sorted[k]; // = ½ Σ |x − x′|
          }
          return distance / n - spread / n / n;
        });
  }

  /**
   * Returns the continuous ranked probability score of Gaussian distributions with mean μ and
   * standard deviation σ, σ · (z · (2Φ(z) − 1) + 2φ(z) − 1 / √π) with z = (y − μ) / σ.
   *
   * @param mean μ of each value
   * @param deviation σ of each value, greater than 0
   */
  public static double crpsOfGaussian(
      double[] truth, double[] mean, double[] deviation, double... weights) {
    requireSame(truth, mean, "means");
    return mean(
        truth,
        deviation,
        weights,
        i -> {
          if (deviation[i] <= 0) {
            throw new IllegalArgumentException(
                "Standard deviations must be greater than 0, but value "
                    + i
                    + " is "
                    + deviation[i]
                    + ".");
          }
          double z = (truth[i] - mean[i]) / deviation[i];
          double density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
          return deviation[i]
              * (z * Erf.erf(z / Math.sqrt(2)) + 2 * density - 1 / Math.sqrt(Math.PI));
        });
  }

  /**
   * Returns an approximation of the continuous ranked probability score from quantiles: twice the
   * mean of their pinball losses. It converges to the score for many evenly spaced levels.
   *
   * @param quantiles the quantiles of each value, {@code [value][level]}
   * @param levels the levels, each between 0 and 1
   */
  public static double crpsOfQuantiles(double[] truth, double[][] quantiles, double... levels) {
    return crpsOfQuantiles(truth, quantiles, levels, new double[0]);
  }

  /**
   * Returns a weighted approximation of the continuous ranked probability score from quantiles.
   *
   * @param quantiles the quantiles of each value, {@code [value][level]}
   * @param levels the levels, each between 0 and 1
   * @param weights one weight per value, or none
   */
  public static double crpsOfQuantiles(
      double[] truth, double[][] quantiles, double[] levels, double[] weights) {
    requireRows(truth, quantiles, "quantiles");
    double sum = 0;
    for (int k = 0; k < levels.length; k++) {
      double[] column = new double[truth.length];
      for (int i = 0; i < column.length; i++) {
        if (quantiles[i].length != levels.length) {
          throw new IllegalArgumentException(
              "There must be one quantile for each of the levels "
                  + Arrays.toString(levels)
                  + ", but value "
                  + i
                  + " has "
                  + quantiles[i].length
                  + ".");
        }
        column[i] = quantiles[i][k];
      }
      sum += pinball(truth, column, levels[k], weights);
    }
    return 2 * sum / levels.length;
  }

  /**
   * Returns the metrics of a table of forecasts, such as {@link QuantileForecasts#table()}, with
   * one row for each distinct value of a column, or of several columns together.
   *
   * <p>The quantiles are in columns whose names end in their level, as in {@code cnt q0.1}; the
   * measured values are in the column {@code cnt}. Rows whose measured value is missing are left
   * out. The result has {@code count}, the number of the others; from the level 0.5 {@code bias},
   * {@code mae}, {@code rmse}, {@code smape} and {@code wape}; {@code pinball}, the mean over the
   * levels, and twice that as {@code crps} if there are several levels; and for each pair of levels
   * such as 0.1 and 0.9 {@code coverage 80 %}, {@code width 80 %}, the mean width of the intervals,
   * and {@code winkler 80 %}. A metric that is not defined is missing. If some intervals are
   * unbounded, or empty (from ∞ to −∞), {@code width} is the mean of the others, and {@code
   * pinball}, {@code crps} and {@code winkler} are missing. The numbers of these intervals are
   * {@code unbounded 80 %} and {@code empty 80 %}.
   *
   * <p>If the table has the scales of {@link #withScales} and the level 0.5, the result also has
   * {@code mase}: the mean of |y − f| / scale, where each row has the scale of its series. Rows
   * without a scale above 0 are not part of it; if there are any, {@code unscaled} is their number.
   *
   * @param forecasts the forecasts of one target
   * @param columns the columns to group by, such as {@code ahead}; a single row if there is none
   * @throws IllegalArgumentException if the table has no measured values, lacks one of the columns
   *     or has no quantiles of exactly one target
   */
  public static Table by(Table forecasts, String... columns) {
    return weightedBy(forecasts, new double[0], columns);
  }

  /**
   * Adds the column {@code mase scale} to a table of forecasts, from which {@link #by} computes
   * MASE for each series or any other group: the mean absolute error of the seasonal forecast in
   * the training range of the series of the row, the mean of |yₜ − yₜ₋ₘ|.
   *
   * <pre>{@code
   * import org.unroll.forecasting.ForecastMetrics;
   * import tech.tablesaw.api.*;
   *
   * Table training = Table.create(
   *     StringColumn.create("store", "a", "a", "a", "b", "b"),
   *     DoubleColumn.create("cnt", 1, 2, 4, 10, 30));
   * Table forecasts = Table.create(
   *     StringColumn.create("store", "a", "b"),
   *     DoubleColumn.create("cnt", 5, 20),
   *     DoubleColumn.create("cnt q0.5", 2, 25));
   * Table byStore =
   *     ForecastMetrics.by(ForecastMetrics.withScales(forecasts, training, 1, "store"), "store");
   * byStore.doubleColumn("mase"); // 3 / 1.5 = 2, and 5 / 20 = 0.25
   * }</pre>
   *
   * @param forecasts the forecasts of one target, as for {@link #by}
   * @param training the training range with a column of the target: one row for each time, in the
   *     order of time within each series. Missing values are left out.
   * @param season m, the length of a season in rows; 1 for the last value
   * @param series the columns of both tables that name the series; none for a single series
   * @return a copy of the forecasts with the scales; missing if a series has no pair of values in
   *     the training range
   * @throws IllegalArgumentException if a table lacks one of the columns, or if no series of the
   *     forecasts is in the training range
   */
  public static Table withScales(Table forecasts, Table training, int season, String... series) {
    return MetricTable.withScales(forecasts, training, season, series);
  }

  /**
   * Returns weighted metrics like {@link #by}.
   *
   * @param weights one weight per row of the table, or none
   */
  public static Table weightedBy(Table forecasts, double[] weights, String... columns) {
    return new MetricTable(forecasts, weights).by(columns);
  }

  private static double squaredError(double[] truth, double[] forecast, double... weights) {
    return mean(truth, forecast, weights, i -> (truth[i] - forecast[i]) * (truth[i] - forecast[i]));
  }

  private static double mean(
      double[] truth, double[] forecast, double[] weights, IntToDoubleFunction term) {
    requireSame(truth, forecast, "forecasts");
    double total = requireWeights(truth.length, weights);
    double sum = 0;
    for (int i = 0; i < truth.length; i++) {
      sum += (weights.length == 0 ? 1 : weights[i]) * term.applyAsDouble(i);
    }
    return sum / total;
  }

  /** Checks the weights and returns their sum, or the number of values if there are none. */
  static double requireWeights(int values, double... weights) {
    double sum = Arrays.stream(weights).sum();
    boolean valid = Arrays.stream(weights).allMatch(weight -> weight >= 0) && sum > 0;
    if (weights.length > 0 && (weights.length != values || !valid || !Double.isFinite(sum))) {
      throw new IllegalArgumentException(
          "There must be one weight of at least 0 for each of the "
              + values
              + " values, and one above 0, but the "
              + weights.length
              + " weights have the sum "
              + sum
              + " and the minimum "
              + Arrays.stream(weights).min().orElseThrow()
              + ".");
    }
    return weights.length == 0 ? values : sum;
  }

  private static void requireTraining(double[] training, int season) {
    if (season < 1 || season >= training.length) {
      throw new IllegalArgumentException(
          "season must be at least 1 row and less than the "
              + training.length
              + " values of the training range, but was "
              + season
              + ".");
    }
    requireSame(training, training, "training");
  }

  private static double requireScale(String metric, double scale, String what) {
    if (scale == 0) {
      throw new IllegalArgumentException(
          metric + " needs at least one " + what + " other than 0, but all are 0.");
    }
    return scale;
  }

  private static void requireRows(double[] truth, double[][] rows, String name) {
    boolean empty = Arrays.stream(rows).anyMatch(row -> row.length == 0);
    if (rows.length != truth.length || empty) {
      throw new IllegalArgumentException(
          name
              + " must have one row that is not empty for each of the "
              + truth.length
              + " measured values, but has "
              + rows.length
              + (empty ? " with an empty one." : "."));
    }
    for (double[] row : rows) {
      requireSame(row, row, name);
    }
  }

  static void requireCoverage(double coverage) {
    requireShare("coverage", coverage);
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(
          name + " must be greater than 0 and less than 1, such as 0.9, but was " + value + ".");
    }
  }

  static void requireSame(double[] truth, double[] forecast, String name) {
    if (truth.length == 0 || forecast.length != truth.length) {
      throw new IllegalArgumentException(
          "There must be at least one measured value and as many "
              + name
              + ", but there are "
              + truth.length
              + " and "
              + forecast.length
              + ".");
    }
    for (int i = 0; i < truth.length; i++) {
      if (!Double.isFinite(truth[i]) || !Double.isFinite(forecast[i])) {
        throw new IllegalArgumentException(
            "Measured values and "
                + name
                + " must be finite, but value "
                + i
                + " is "
                + truth[i]
                + " and "
                + forecast[i]
                + ". Leave out values that are missing.");
      }
    }
  }
}
