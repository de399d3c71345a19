package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * An autoregression AR(p), fitted by least squares:
 *
 * <pre>ŷₜ = c + φ₁ · yₜ₋₁ + … + φₚ · yₜ₋ₚ</pre>
 *
 * <p>Forecasts of several steps use the forecasts of the steps before as values. The equations are
 * those of statsmodels' {@code AutoReg(y, lags=p)}.
 *
 * <p>In the fit, rows of which a value or one of the p values before is missing are left out.
 *
 * <pre>{@code
 * import org.unroll.forecasting.Autoregression;
 *
 * double[] heights = {1, 2, 4, 7, 11, 16}; // yₜ = 2 yₜ₋₁ − yₜ₋₂ + 1
 * Autoregression rule = Autoregression.fit(heights, 2);
 * double[][] forecasts = rule.forecasts(heights, 1, 2);
 * double[] next = forecasts[5]; // 22 and 29
 * }</pre>
 *
 * @param intercept c
 * @param coefficients φ₁, …, φₚ
 */
public record Autoregression(double intercept, List<Double> coefficients) implements SeriesModel {
  /** Creates a model with known coefficients. */
  public Autoregression {
    coefficients = List.copyOf(coefficients);
    if (coefficients.isEmpty()) {
      throw new IllegalArgumentException("An autoregression must have at least one coefficient.");
    }
  }

  /**
   * Fits the model to values.
   *
   * @param values the values row by row; NaN is a missing value
   * @param lags p, at least 1
   * @throws IllegalArgumentException if there are too few values without gaps, or if their lags are
   *     linearly dependent, such as those of a constant
   */
  public static Autoregression fit(double[] values, int lags) {
    if (lags < 1) {
      throw new IllegalArgumentException("lags must be at least 1, but was " + lags + ".");
    }
    double mean = Series.mean(values);
    int size = lags + 1;
    DMatrixRMaj gram = new DMatrixRMaj(size, size);
    DMatrixRMaj moments = new DMatrixRMaj(size, 1);
    double[] row = new double[size];
    row[0] = 1;
    int count = 0;
    int present = 0; // values since the last gap
    for (int t = 0; t < values.length; t++) {
      present = Double.isNaN(values[t]) ? 0 : present + 1;
      if (present > lags) {
        for (int i = 1; i <= lags; i++) {
          row[i] = values[t - i] - mean;
        }
        Series.addProducts(row, values[t] - mean, gram, moments);
        count++;
      }
    }
    if (count < size) {
      throw new IllegalArgumentException(
          "An autoregression of "
              + lags
              + " lags must have at least "
              + size
              + " rows with a value and "
              + lags
              + " values before it, but "
              + values.length
              + " values contain "
              + count
              + ". Use fewer lags or more values.");
    }
    double[] solution = Series.solve(gram, moments, 0);
    if (solution == null) {
      throw new IllegalArgumentException(
          "The "
              + lags
              + " lags of an autoregression must not be linearly dependent, but are, as those of a"
              + " constant. Use fewer lags or other values.");
    }
    double intercept = solution[0] + mean;
    List<Double> coefficients = new ArrayList<>();
    for (int i = 1; i <= lags; i++) {
      coefficients.add(solution[i]);
      intercept -= solution[i] * mean;
    }
    return new Autoregression(intercept, coefficients);
  }

  /** {@inheritDoc} The forecasts of the first p − 1 rows are NaN. */
  @Override
  public double[][] forecasts(double[] values, int... ahead) {
    int furthest = Series.furthest(ahead);
    double[] phi = coefficients.stream().mapToDouble(Double::doubleValue).toArray();
    double[] known = values.clone();
    double[] path = new double[phi.length + furthest]; // the last p values, then the forecasts
    double[][] forecasts = new double[values.length][ahead.length];
    for (int t = 0; t < values.length; t++) {
      if (Double.isNaN(known[t]) && t >= phi.length) {
        known[t] = next(known, t, phi);
      }
      if (t + 1 < phi.length) {
        Arrays.fill(forecasts[t], Double.NaN);
        continue;
      }
      System.arraycopy(known, t + 1 - phi.length, path, 0, phi.length);
      for (int h = 0; h < furthest; h++) {
        path[phi.length + h] = next(path, phi.length + h, phi);
      }
      for (int k = 0; k < ahead.length; k++) {
        forecasts[t][k] = path[phi.length + ahead[k] - 1];
      }
    }
    return forecasts;
  }

  /** Returns the forecast of the value at an index from those before it. */
  private double next(double[] values, int index, double[] phi) {
    double sum = intercept;
    for (int i = 0; i < phi.length; i++) {
      sum += phi[i] * values[index - 1 - i];
    }
    return sum;
  }
}
