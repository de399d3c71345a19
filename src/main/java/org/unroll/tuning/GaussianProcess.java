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
 * <p>g is the variance of the noise as a share of σ². The variance is that of the function, without
 * noise.
 */
final class GaussianProcess {
  /** The hyperparameters are looked for by steps of their logarithms, from this one on. */
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
   * A process that has seen some values.
   *
   * @param x the points
   * @param y the values at them
   * @param lengths ℓ, one for each coordinate
   * @param variance σ²; NaN for the one of the largest likelihood
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
          "The covariance of "
              + n
              + " points is not positive definite with a noise of "
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
   * The process with the most probable length scales and noise, σ² being the one of the largest
   * likelihood. Before anything is seen, ln ℓ is normal around ln(√d / 2) with deviation 1 for d
   * groups of coordinates, the mean distance of points in a cube growing with √d; ln g is normal
   * around ln 0.001 with deviation 2. They are looked for from these means along one axis after the
   * other, by steps that are halved when none of them helps.
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

  /** The same process after it has seen other values. */
  GaussianProcess with(double[][] points, double[] values) {
    return new GaussianProcess(points, values, lengths, variance, noise);
  }

  double logLikelihood() {
    return logLikelihood;
  }

  /** What is expected at a point. */
  double mean(double[] point) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += correlation(point, x[i], lengths) * weights[i];
    }
    return sum;
  }

  /** How uncertain that is. */
  double variance(double[] point) {
    double[] solved = new double[x.length];
    for (int i = 0; i < solved.length; i++) {
      solved[i] = correlation(point, x[i], lengths);
    }
    TriangularSolver_DDRM.solveL(factor, solved, solved.length);
    return variance * Math.max(0, 1 - dot(solved, solved));
  }

  /**
   * By how much a point is expected to fall below a value: the mean of max(0, best − f(x)), that is
   * (best − m) Φ(z) + s φ(z) with z = (best − m) / s, for mean m and deviation s (Jones, Schonlau
   * and Welch 1998).
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
   * Φ, the distribution function of the standard normal distribution: ½ + φ(z) (z + z³/3 + z⁵/15 +
   * …) near 0 (Marsaglia 2004), and beyond the continued fraction of Laplace.
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
