package org.unroll.tuning;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.TriangularSolver_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/**
 * A Gaussian process with mean 0 and the Matérn kernel of smoothness 5/2 (Rasmussen and Williams,
 * Gaussian Processes for Machine Learning, 2006, chapters 2, 4 and 5):
 *
 * <pre>
 * k(a, b) = σ² (1 + √5 r + 5/3 r²) exp(−√5 r)     r² = Σ (aᵢ − bᵢ)² / ℓᵢ²
 * K = k(X, X) + σ² g I = L Lᵀ
 * mean(x) = k(x, X) K⁻¹ y
 * variance(x) = k(x, x) − ‖L⁻¹ k(X, x)‖²
 * log p(y) = −½ yᵀ K⁻¹ y − Σ log Lᵢᵢ − n/2 log 2π
 * </pre>
 *
 * <p>g is the variance of the noise relative to σ². {@code variance} is the variance of the
 * function without noise.
 */
final class GaussianProcess {
  /** The first step of the search, in logarithms of the hyperparameters. */
  private static final double FIRST_STEP = 1.5;

  private static final double LAST_STEP = 0.2;
  private static final double NOISE_MEDIAN = 1e-3;
  private static final double NOISE_DEVIATION = 2;
  private static final double MIN_NOISE = 1e-8;

  private final double[][] x;
  private final double[] lengths;
  private final double noise;
  private final double variance;
  private final double[] factor; // L
  private final double[] weights; // K⁻¹ y
  private final double logLikelihood;

  /**
   * Creates a process from observations.
   *
   * @param x the points
   * @param y the values at the points
   * @param lengths ℓ, one for each coordinate
   * @param variance σ²; NaN for the value with the maximum likelihood
   * @param noise g
   */
  GaussianProcess(double[][] x, double[] y, double[] lengths, double variance, double noise) {
    int n = x.length;
    this.x = x;
    this.lengths = lengths;
    this.noise = noise;
    var covariance = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double value = correlation(x[i], x[j], lengths);
        covariance.set(i, j, value);
        covariance.set(j, i, value);
      }
      covariance.set(i, i, 1 + noise);
    }
    var decomposition = DecompositionFactory_DDRM.chol(n, true);
    if (!decomposition.decompose(covariance)) {
      throw new ArithmeticException(
          "The covariance must be positive definite, but was not for "
              + n
              + " points and a noise of "
              + noise
              + ".");
    }
    factor = decomposition.getT(null).data;
    double logDeterminant = 0;
    for (int i = 0; i < n; i++) {
      logDeterminant += StrictMath.log(factor[i * n + i]);
    }
    weights = y.clone();
    TriangularSolver_DDRM.solveL(factor, weights, n);
    double squares = dot(weights, weights);
    TriangularSolver_DDRM.solveTranL(factor, weights, n);
    this.variance = Double.isNaN(variance) ? Math.max(squares / n, Double.MIN_NORMAL) : variance;
    logLikelihood =
        -squares / (2 * this.variance)
            - logDeterminant
            - n / 2.0 * StrictMath.log(2 * Math.PI * this.variance);
  }

  private static double correlation(double[] a, double[] b, double[] lengths) {
    double squared = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (a[i] - b[i]) / lengths[i];
      squared += difference * difference;
    }
    double r = Math.sqrt(5 * squared);
    return (1 + r + r * r / 3) * StrictMath.exp(-r);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * Fits a process: the length scales and the noise maximize the posterior, and σ² maximizes the
   * likelihood. The prior of ln ℓ is normal with mean ln(√d / 2) and deviation 1 for d groups of
   * coordinates, because the mean distance of points in a cube grows with √d. The prior of ln g is
   * normal with mean ln 0.001 and deviation 2. The search starts at these means and moves along one
   * axis after another. The step is halved when no move improves the posterior.
   *
   * @param groups the group of each coordinate, from 0; coordinates of a group share a length
   */
  static GaussianProcess fit(double[][] x, double[] y, int[] groups) {
    int count = 1;
    for (int group : groups) {
      count = Math.max(count, group + 1);
    }
    double center = StrictMath.log(Math.sqrt(count) / 2);
    double[] logs = new double[count + 1]; // of the lengths, and of the noise
    Arrays.fill(logs, center);
    logs[count] = StrictMath.log(NOISE_MEDIAN);
    GaussianProcess best = of(x, y, groups, logs);
    double bestValue = posterior(best, logs, center);
    for (double step = FIRST_STEP; step > LAST_STEP; step /= 2) {
      boolean improved = true;
      for (int sweep = 0; improved && sweep < 4; sweep++) {
        improved = false;
        for (int axis = 0; axis <= count; axis++) {
          for (int sign = -1; sign <= 1; sign += 2) {
            double before = logs[axis];
            logs[axis] = before + sign * step;
            GaussianProcess process = of(x, y, groups, logs);
            double value = posterior(process, logs, center);
            if (value > bestValue) {
              best = process;
              bestValue = value;
              improved = true;
              break;
            }
            logs[axis] = before;
          }
        }
      }
    }
    return best;
  }

  private static double posterior(GaussianProcess process, double[] logs, double center) {
    double value = process.logLikelihood;
    int count = logs.length - 1;
    for (int i = 0; i < count; i++) {
      value -= (logs[i] - center) * (logs[i] - center) / 2;
    }
    double noise = (logs[count] - StrictMath.log(NOISE_MEDIAN)) / NOISE_DEVIATION;
    return value - noise * noise / 2;
  }

  private static GaussianProcess of(double[][] x, double[] y, int[] groups, double[] logs) {
    double[] lengths = new double[groups.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = StrictMath.exp(logs[groups[i]]);
    }
    double noise = StrictMath.exp(logs[logs.length - 1]);
    return new GaussianProcess(x, y, lengths, Double.NaN, Math.max(noise, MIN_NOISE));
  }

  /** Returns a process with the same hyperparameters and other observations. */
  GaussianProcess with(double[][] points, double[] values) {
    return new GaussianProcess(points, values, lengths, variance, noise);
  }

  double logLikelihood() {
    return logLikelihood;
  }

  /** Returns the mean at a point. */
  double mean(double[] point) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += correlation(point, x[i], lengths) * weights[i];
    }
    return sum;
  }

  /** Returns the variance at a point. */
  double variance(double[] point) {
    double[] solved = new double[x.length];
    for (int i = 0; i < solved.length; i++) {
      solved[i] = correlation(point, x[i], lengths);
    }
    TriangularSolver_DDRM.solveL(factor, solved, solved.length);
    return variance * Math.max(0, 1 - dot(solved, solved));
  }

  /**
   * Returns the expected improvement at a point: the mean of max(0, best − f(x)). It is (best − m)
   * Φ(z) + s φ(z) with z = (best − m) / s, mean m and deviation s (Jones, Schonlau and Welch 1998).
   */
  double expectedImprovement(double[] point, double best) {
    double difference = best - mean(point);
    double deviation = Math.sqrt(variance(point));
    if (deviation == 0) {
      return Math.max(0, difference);
    }
    double z = difference / deviation;
    double density = StrictMath.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    return difference * normalDistribution(z) + deviation * density;
  }

  /**
   * Returns Φ(z), the distribution function of the standard normal distribution. Near 0, it is ½ +
   * φ(z) (z + z³/3 + z⁵/15 + …) (Marsaglia 2004); elsewhere, Laplace's continued fraction.
   */
  static double normalDistribution(double z) {
    double density = StrictMath.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    double distance = Math.abs(z);
    if (distance < 5) {
      double term = z;
      double sum = z;
      for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
        term *= z * z / i;
        sum += term;
      }
      return 0.5 + density * sum;
    }
    double fraction = distance;
    for (int i = 60; i >= 1; i--) {
      fraction = distance + i / fraction;
    }
    return z < 0 ? density / fraction : 1 - density / fraction;
  }
}
