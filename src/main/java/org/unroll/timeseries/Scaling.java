package org.unroll.timeseries;

import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;

/**
 * How {@link TimeSeries#normalizedOn(int, int, Scaling, String...)} scales columns. With f(x) = x,
 * or f(x) = ln(x + offset) after {@link #log}, a value becomes
 *
 * <pre>
 * z = (f(x) − center) / scale, or with differences
 * z = (f(x[t]) − f(x[t − lag]) − center) / scale
 * </pre>
 *
 * <p>where center and scale are statistics of f(x), or of its differences, in the training rows, as
 * in scikit-learn:
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
 * <p><b>Differences</b> remove a trend (lag 1) or a season (its length in rows). The first {@code
 * lag} rows have none, so windows that would see them are left out. A target is the change from the
 * latest value that is a whole number of lags before it and not after the last input row, so that
 * it can be converted back with the values of the window. If that is n lags before,
 *
 * <pre>
 * z = (f(x[t]) − f(x[t − n·lag]) − n·center) / scale
 * </pre>
 *
 * <p>is the sum of n differences, each normalized. With lag 1, n is the number of rows from the
 * last input row to the target, and the change is that from the last value. With a season, n is 1
 * in the first season after the last input row, 2 in the second, and so on. The quantiles of a
 * change are also those of the value. Columns with a {@linkplain TimeSeries#known known future}
 * cannot be differenced.
 *
 * <p>Forecasts are converted back exactly. The quantiles of a logarithm are those of the value. The
 * mean is not: a model that predicts the mean of the logarithm does not predict the mean.
 *
 * <pre>{@code
 * import org.unroll.timeseries.Scaling;
 *
 * var scaled = TimeSeries.of(jena).target("T (degC)")
 *     .normalizedOn(0, 10_000)
 *     .normalizedOn(0, 10_000, Scaling.robust().log(1), "VPdef (mbar)")
 *     .normalizedOn(0, 10_000, Scaling.standard().difference(144), "T (degC)"); // a day
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

  /** The lag of the differences, or 0 without differences. */
  private final int lag;

  private Scaling(Method method, double offset, int lag) {
    this.method = method;
    this.offset = offset;
    this.lag = lag;
  }

  /** Returns scaling by the mean and the standard deviation, the default. */
  public static Scaling standard() {
    return new Scaling(Method.STANDARD, Double.NaN, 0);
  }

  /** Returns scaling by the minimum and the range. */
  public static Scaling minMax() {
    return new Scaling(Method.MIN_MAX, Double.NaN, 0);
  }

  /** Returns scaling by the median and the interquartile range. */
  public static Scaling robust() {
    return new Scaling(Method.ROBUST, Double.NaN, 0);
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
    return new Scaling(method, offset, lag);
  }

  /** Returns this scaling of the differences of successive rows; after {@link #log}, of returns. */
  public Scaling difference() {
    return difference(1);
  }

  /**
   * Returns this scaling of the differences of rows that are {@code lag} rows apart.
   *
   * @param lag such as 24 for the difference from the same hour of the day before
   * @throws IllegalArgumentException if the lag is below 1
   */
  public Scaling difference(int lag) {
    WindowPositions.requireAtLeast("lag", 1, lag);
    return new Scaling(method, offset, lag);
  }

  /** Returns the scale of a column whose values are present in some of the rows from … to−1. */
  Scale measured(String name, double[] values, int from, int to) {
    double[] measured = Arrays.copyOfRange(logarithms(name, offset, values), from, to);
    double noise = lag == 0 ? 0 : roundingError(measured);
    double[] present = differences(measured, lag);
    int count = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double value : present) {
      if (!Double.isNaN(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
        present[count++] = value;
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
    if (!(scale > noise)) {
      boolean varies = method == Method.ROBUST && most - least > noise;
      boolean tooShort = lag > 0 && present.length == 0;
      throw new IllegalArgumentException(
          "A column must vary in order to be normalized, but '"
              + name
              + "' is "
              + (lag == 0 ? "" : "as a difference of lag " + lag + " ")
              + (present.length == 0 ? "missing" : least < most ? center : least)
              + (varies ? " in more than half of the rows " : " in all rows ")
              + from
              + " … "
              + (to - 1)
              + (varies ? ", so that its interquartile range is 0" : "")
              + (!varies && least < most ? ", except for rounding errors" : "")
              + (tooShort
                  ? ", which must contain two values " + lag + " rows apart. Use a smaller lag"
                  : ". Leave it out with columns(…)")
              + ", or normalize on other rows.");
    }
    return new Scale(center, scale, offset, lag);
  }

  /** Returns a bound of how far differences that should be equal are apart due to rounding. */
  private double roundingError(double[] values) {
    double largest =
        Arrays.stream(values).map(Math::abs).filter(value -> !Double.isNaN(value)).max().orElse(0);
    return 16 * Math.ulp(Double.isNaN(offset) ? largest : Math.max(1, largest));
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

  /** Returns the differences of values; the first are NaN. With lag 0, the values themselves. */
  private static double[] differences(double[] values, int lag) {
    if (lag == 0) {
      return values;
    }
    double[] differences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      differences[i] = i < lag ? Double.NaN : values[i] - values[i - lag];
    }
    return differences;
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
   * The scale of a column. The level of a value is the value before differences are computed, in
   * the unit of the normalized values: (f(x) − mean) / std, or f(x) / std with differences.
   *
   * @param mean the center
   * @param std the scale
   * @param offset the offset of the logarithm, or NaN without a logarithm
   * @param lag the lag of the differences, or 0 without differences
   */
  record Scale(double mean, double std, double offset, int lag) {
    /** The scale of a series without normalization. */
    static final Scale IDENTITY = new Scale(0, 1, Double.NaN, 0);

    boolean isLog() {
      return !Double.isNaN(offset);
    }

    boolean isDifferenced() {
      return lag > 0;
    }

    /** Returns the center of normalized differences, which is subtracted from them. */
    double drift() {
      return isDifferenced() ? mean / std : 0;
    }

    private double center() {
      return isDifferenced() ? 0 : mean;
    }

    /** Writes the levels of all values of a column to {@code levels}. */
    void levels(String name, double[] values, double[] levels) {
      double[] centered = logarithms(name, offset, values);
      for (int i = 0; i < levels.length; i++) {
        levels[i] = (centered[i] - center()) / std;
      }
    }

    /** Returns normalized values; NaN for the first values if they are differenced. */
    double[] forward(double[] levels) {
      return isDifferenced()
          ? Arrays.stream(differences(levels, lag)).map(x -> x - drift()).toArray()
          : levels;
    }

    double level(String name, double value) {
      return ((isLog() ? logarithm(name, offset, value, "") : value) - center()) / std;
    }

    /**
     * Returns this scale if single values can be converted.
     *
     * @throws IllegalStateException if they depend on earlier values
     */
    Scale requireSingle(String column) {
      if (isDifferenced()) {
        throw new IllegalStateException(
            "A column must not be differenced in order to convert a single value, but '"
                + column
                + "' is, with lag "
                + lag
                + ", so that the value depends on the window. Use windows.denormalize(sample,"
                + " output, value) or windows.forecasts(predictions).");
      }
      return this;
    }

    /**
     * Returns a difference between two levels in the unit of the values.
     *
     * @throws IllegalStateException if the column is the logarithm of its values
     */
    double inverseError(String column, double error) {
      if (isLog()) {
        throw new IllegalStateException(
            "A column must not be scaled by its logarithm in order to convert an error, but '"
                + column
                + "' is, so that the factor depends on the value. Convert the predictions:"
                + " windows.meanAbsoluteErrors(predictions).");
      }
      return error * std;
    }

    /** Returns the value of a level. */
    double inverse(double level) {
      double x = level * std + center();
      return isLog() ? Math.exp(x) - offset : x;
    }
  }
}
