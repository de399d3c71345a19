package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Exponential smoothing with additive errors, an optional trend and an optional additive season
 * (ETS). The state after row t is a level l, a trend b and a season s of m values:
 *
 * <pre>
 * ŷₜ = lₜ₋₁ + φ · bₜ₋₁ + sₜ₋ₘ          eₜ = yₜ − ŷₜ
 * lₜ = lₜ₋₁ + φ · bₜ₋₁ + α · eₜ
 * bₜ = φ · bₜ₋₁ + β · eₜ
 * sₜ = sₜ₋ₘ + γ · eₜ
 * </pre>
 *
 * <p>The forecast h rows ahead is l + (φ + φ² + … + φʰ) · b plus the season of that row. The
 * equations and the bounds of the parameters are those of statsmodels' {@code ETSModel} with {@code
 * error="add"}.
 *
 * <p>{@link #fit} minimizes the sum of the squared errors eₜ, which maximizes the likelihood. The
 * initial states that minimize it are the solution of linear equations for each α, β, γ and φ. Only
 * these four are searched. A search takes a few hundred times n · m² / 2 multiplications for n
 * rows.
 *
 * <pre>{@code
 * import java.util.List;
 * import org.unroll.forecasting.ExponentialSmoothing;
 *
 * var smoothing = new ExponentialSmoothing(0.5, 0, 0, 1, 10, 0, List.of()); // a level of 10
 * double[][] forecasts = smoothing.forecasts(new double[] {12, 12}, 1); // 11 and 11.5
 * }</pre>
 *
 * <p>Source: R. Hyndman, A. Koehler, J. Ord and R. Snyder, "Forecasting with Exponential Smoothing:
 * The State Space Approach" (2008).
 *
 * @param alpha α, the smoothing of the level
 * @param beta β, the smoothing of the trend; 0 without a trend
 * @param gamma γ, the smoothing of the season; 0 without a season
 * @param phi φ, the damping of the trend; 1 if it is not damped
 * @param level the level before the first row
 * @param trend the trend before the first row; 0 without a trend
 * @param season the season of the first m rows before any error; an empty list without a season
 */
public record ExponentialSmoothing(
    double alpha,
    double beta,
    double gamma,
    double phi,
    double level,
    double trend,
    List<Double> season)
    implements SeriesModel {
  /** The trend of a model. */
  public enum Trend {
    /** The forecasts continue the level. */
    NONE,
    /** The forecasts follow a line. */
    LINEAR,
    /** The slope of the forecasts decreases by the factor φ in each row. */
    DAMPED
  }

  private static final double[] LOWER = {1e-4, 1e-4, 1e-4, 0.8}; // α, β / α, γ / (1 − α), φ
  private static final double[] UPPER = {1 - 1e-4, 1 - 1e-4, 1 - 1e-4, 0.98};
  private static final double[][] STARTS = {
    {0.1, 0.1, 0.1, 0.97},
    {0.5, 0.01, 0.1, 0.9},
    {0.9, 0.01, 0.5, 0.9},
    {0.9, 0.5, 0.01, 0.9},
    {0.01, 0.1, 0.1, 0.97}
  };

  /** Creates a model with known parameters and initial states. */
  public ExponentialSmoothing {
    season = List.copyOf(season);
  }

  /**
   * Fits a model to values.
   *
   * @param values the values row by row; NaN is a missing value, which has no error
   * @param trend the kind of trend
   * @param period m, the length of a season in rows; 1 for no season
   * @throws IllegalArgumentException if the period is below 1, or if there are fewer than two
   *     seasons or too few values
   */
  public static ExponentialSmoothing fit(double[] values, Trend trend, int period) {
    double mean = Series.mean(values);
    Series.requireSeasons(values, period);
    double[] centered = Arrays.stream(values).map(value -> value - mean).toArray();
    List<Integer> searched = new ArrayList<>(List.of(0));
    if (trend != Trend.NONE) {
      searched.add(1);
    }
    if (period > 1) {
      searched.add(2);
    }
    if (trend == Trend.DAMPED) {
      searched.add(3);
    }
    double[] best =
        Series.minimize(
            x -> estimate(centered, trend, period, searched, x).squaredErrors(centered),
            select(LOWER, searched),
            select(UPPER, searched),
            Arrays.stream(STARTS).map(start -> select(start, searched)).toArray(double[][]::new));
    ExponentialSmoothing fitted = estimate(centered, trend, period, searched, best);
    return new ExponentialSmoothing(
        fitted.alpha,
        fitted.beta,
        fitted.gamma,
        fitted.phi,
        fitted.level + mean,
        fitted.trend,
        fitted.season);
  }

  private static double[] select(double[] values, List<Integer> indices) {
    return indices.stream().mapToDouble(i -> values[i]).toArray();
  }

  /** Returns the model with the initial states of the least squared errors. */
  private static ExponentialSmoothing estimate(
      double[] values, Trend trend, int period, List<Integer> searched, double[] x) {
    double[] all = {0, 0, 0, 1};
    for (int i = 0; i < x.length; i++) {
      all[searched.get(i)] = x[i];
    }
    double alpha = all[0];
    boolean hasTrend = trend != Trend.NONE;
    List<Double> none = period == 1 ? List.of() : List.copyOf(Arrays.asList(zeros(period)));
    var model =
        new ExponentialSmoothing(alpha, alpha * all[1], (1 - alpha) * all[2], all[3], 0, 0, none);
    double[] states = model.initialStates(values, hasTrend);
    int first = hasTrend ? 2 : 1;
    Double[] season = zeros(none.size());
    for (int i = 0; i + 1 < season.length; i++) {
      season[i] = states[first + i];
      season[period - 1] -= season[i];
    }
    return new ExponentialSmoothing(
        alpha,
        model.beta,
        model.gamma,
        model.phi,
        states[0],
        hasTrend ? states[1] : 0,
        Arrays.asList(season));
  }

  private static Double[] zeros(int count) {
    Double[] zeros = new Double[count];
    Arrays.fill(zeros, 0.0);
    return zeros;
  }

  /**
   * Returns the level, the trend if there is one, and the first m − 1 values of a season whose sum
   * is 0. The errors are linear functions of them, eₜ(0) − dₜ · states. This model has zeros.
   */
  private double[] initialStates(double[] values, boolean hasTrend) {
    int m = Math.max(1, season.size());
    int first = hasTrend ? 2 : 1;
    int size = first + m - 1;
    double[] l = new double[size]; // the derivatives of the level by the initial states
    double[] b = new double[size];
    double[][] s = new double[m][size];
    l[0] = 1;
    if (hasTrend) {
      b[1] = 1;
    }
    for (int i = 0; i + 1 < m; i++) {
      s[i][first + i] = 1;
      s[m - 1][first + i] = -1;
    }
    double[] errors = errors(values);
    double[] d = new double[size];
    DMatrixRMaj gram = new DMatrixRMaj(size, size);
    DMatrixRMaj moments = new DMatrixRMaj(size, 1);
    double largest = 0; // of the derivatives in a season
    for (int t = 0; t < values.length; t++) {
      if (t % m == 0) {
        if (t > 0 && largest < 1e-12) {
          break; // the initial states do not change later errors
        }
        largest = 0;
      }
      double[] st = s[t % m];
      for (int i = 0; i < size; i++) {
        l[i] += phi * b[i];
        b[i] *= phi;
        d[i] = l[i] + st[i];
        largest = Math.max(largest, Math.max(Math.abs(d[i]), Math.abs(b[i])));
      }
      if (!Double.isNaN(values[t])) {
        Series.addProducts(d, errors[t], gram, moments);
        for (int i = 0; i < size; i++) {
          l[i] -= alpha * d[i];
          b[i] -= beta * d[i];
          st[i] -= gamma * d[i];
        }
      }
    }
    double[] states = Series.solve(gram, moments, 1e-12);
    if (states == null) {
      throw new IllegalArgumentException(
          "A model with "
              + size
              + " initial states must have at least as many values in different rows of the season,"
              + " but the "
              + values.length
              + " rows do not determine them. Use more values, a shorter period or no trend.");
    }
    return states;
  }

  private double squaredErrors(double[] values) {
    double sum = 0;
    for (double error : errors(values)) {
      sum += error * error;
    }
    return sum;
  }

  private double[] errors(double[] values) {
    State state = new State();
    double[] errors = new double[values.length];
    for (int t = 0; t < values.length; t++) {
      errors[t] = state.next(values[t]);
    }
    return errors;
  }

  @Override
  public double[][] forecasts(double[] values, int... ahead) {
    Series.furthest(ahead);
    State state = new State();
    double[][] forecasts = new double[values.length][ahead.length];
    for (int t = 0; t < values.length; t++) {
      state.next(values[t]);
      for (int k = 0; k < ahead.length; k++) {
        forecasts[t][k] = state.forecast(ahead[k]);
      }
    }
    return forecasts;
  }

  /** The state after a row. */
  private final class State {
    private double l = level;
    private double b = trend;
    private final double[] s =
        season.isEmpty()
            ? new double[1]
            : season.stream().mapToDouble(Double::doubleValue).toArray();
    private int next; // the place of the next row in its season

    /** Reads the next value and returns its error, 0 if it is missing. */
    double next(double value) {
      l += phi * b;
      b *= phi;
      double error = Double.isNaN(value) ? 0 : value - l - s[next];
      l += alpha * error;
      b += beta * error;
      s[next] += gamma * error;
      next = next + 1 == s.length ? 0 : next + 1;
      return error;
    }

    double forecast(int ahead) {
      double sum = phi == 1 ? ahead : phi * (1 - Math.pow(phi, ahead)) / (1 - phi);
      return l + sum * b + s[(next + ahead - 1) % s.length];
    }
  }
}
