package org.unroll.timeseries;

import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;

/**
 * How {@link TimeSeries#normalizedOn(int, int, Scaling, String...)} scales columns. With f(x) = x,
 * or f(x) = ln(x + offset) after {@link #log}, a value becomes
 *
 * <pre>
 * z = (f(x) − center) / scale
 * </pre>
 *
 * <p>where center and scale are statistics of f(x) in the training rows, as in scikit-learn:
 *
 * <ul>
 *   <li>{@link #standard()}: the mean and the population standard deviation ({@code
 *       StandardScaler});
 *   <li>{@link #minMax()}: the minimum and the range, so that the training rows are in 0 … 1
 *       ({@code MinMaxScaler});
 *   <li>{@link #robust()}: the median and the interquartile range ({@code RobustScaler}), which
 *       outliers barely change.
 * </ul>
 *
 * <p>Forecasts are converted back exactly. The quantiles of a logarithm are those of the value. The
 * mean is not: a model that predicts the mean of the logarithm does not predict the mean.
 *
 * <pre>{@code
 * import org.unroll.timeseries.Scaling;
 *
 * var scaled = TimeSeries.of(jena).target("T (degC)")
 *     .normalizedOn(0, 10_000)
 *     .normalizedOn(0, 10_000, Scaling.robust().log(1), "VPdef (mbar)");
 * }</pre>
 */
public final class Scaling {
  private enum Method {
    STANDARD,
    MIN_MAX,
    ROBUST
  }

  private final Method method;

  /** The offset of the logarithm, or NaN without a logarithm. */
  private final double offset;

  private Scaling(Method method, double offset) {
    this.method = method;
    this.offset = offset;
  }

  /** Returns scaling by the mean and the standard deviation, the default. */
  public static Scaling standard() {
    return new Scaling(Method.STANDARD, Double.NaN);
  }

  /** Returns scaling by the minimum and the range. */
  public static Scaling minMax() {
    return new Scaling(Method.MIN_MAX, Double.NaN);
  }

  /** Returns scaling by the median and the interquartile range. */
  public static Scaling robust() {
    return new Scaling(Method.ROBUST, Double.NaN);
  }

  /** Returns this scaling of ln(x), for columns whose values are all greater than 0. */
  public Scaling log() {
    return log(0);
  }

  /**
   * Returns this scaling of ln(x + offset).
   *
   * @param offset such as 1 for counts, which may be 0; every value must be greater than −offset
   * @throws IllegalArgumentException if the offset is not finite
   */
  public Scaling log(double offset) {
    if (!Double.isFinite(offset)) {
      throw new IllegalArgumentException("offset must be finite, but was " + offset + ".");
    }
    return new Scaling(method, offset);
  }

  /** Returns the scale of a column whose values are present in some of the rows from … to−1. */
  Scale measured(String name, double[] values, int from, int to) {
    double[] all = logarithms(name, offset, values);
    double[] present = new double[to - from];
    int count = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      if (!Double.isNaN(all[i])) {
        least = Math.min(least, all[i]);
        most = Math.max(most, all[i]);
        present[count++] = all[i];
      }
    }
    if (count < present.length) {
      present = Arrays.copyOf(present, count);
    }
    double center = Arrays.stream(present).sum() / present.length;
    double scale = 0;
    if (least < most && method == Method.STANDARD) {
      double squares = 0;
      for (double value : present) {
        squares += (value - center) * (value - center);
      }
      scale = Math.sqrt(squares / present.length);
    } else if (least < most && method == Method.MIN_MAX) {
      center = least;
      scale = most - least;
    } else if (least < most) {
      // NumPy's default, linear interpolation.
      var quartiles = new Percentile().withEstimationType(EstimationType.R_7);
      quartiles.setData(present);
      center = quartiles.evaluate(50);
      scale = quartiles.evaluate(75) - quartiles.evaluate(25);
    }
    if (!(scale > 0)) {
      throw new IllegalArgumentException(
          "A column must vary in order to be normalized, but '"
              + name
              + "' is "
              + (present.length == 0 ? "missing" : least < most ? center : least)
              + (least < most ? " in more than half of the rows " : " in all rows ")
              + from
              + " … "
              + (to - 1)
              + (least < most ? ", so that its interquartile range is 0" : "")
              + ". Leave it out with columns(…), or normalize on other rows.");
    }
    return new Scale(center, scale, offset);
  }

  /**
   * Returns ln(x + offset) of all values, or the values themselves without an offset.
   *
   * @throws IllegalArgumentException if a value has no logarithm
   */
  private static double[] logarithms(String name, double offset, double[] values) {
    if (Double.isNaN(offset)) {
      return values;
    }
    double[] logarithms = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      logarithms[i] = logarithm(name, offset, values[i], ", row " + i);
    }
    return logarithms;
  }

  private static double logarithm(String name, double offset, double value, String place) {
    if (value + offset <= 0) {
      throw new IllegalArgumentException(
          "Values must be greater than "
              + (0 - offset)
              + " for the logarithm with the offset "
              + offset
              + ", but was "
              + value
              + " in column '"
              + name
              + "'"
              + place
              + ". Use a larger offset: log(offset).");
    }
    return Math.log(value + offset);
  }

  /**
   * The scale of a column.
   *
   * @param mean the center
   * @param std the scale
   * @param offset the offset of the logarithm, or NaN without a logarithm
   */
  record Scale(double mean, double std, double offset) {
    /** The scale of a series without normalization. */
    static final Scale IDENTITY = new Scale(0, 1, Double.NaN);

    boolean isLog() {
      return !Double.isNaN(offset);
    }

    /** Returns normalized values. */
    double[] forward(String name, double[] values) {
      double[] normalized = isLog() ? logarithms(name, offset, values) : values.clone();
      for (int i = 0; i < normalized.length; i++) {
        normalized[i] = (normalized[i] - mean) / std;
      }
      return normalized;
    }

    double forward(String name, double value) {
      return ((isLog() ? logarithm(name, offset, value, "") : value) - mean) / std;
    }

    double inverse(double value) {
      double x = value * std + mean;
      return isLog() ? Math.exp(x) - offset : x;
    }
  }
}
