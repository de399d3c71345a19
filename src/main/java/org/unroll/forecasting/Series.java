package org.unroll.forecasting;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.TriangularSolver_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/** What the fits of the {@link SeriesModel}s have in common. */
final class Series {
  private static final int ROUNDS = 2;
  private static final int MOST_EVALUATIONS = 5000;

  private Series() {}

  /**
   * Returns the mean of the values that are not missing.
   *
   * @throws IllegalArgumentException if all are missing, or one is infinite
   */
  static double mean(double[] values) {
    for (int row = 0; row < values.length; row++) {
      if (Double.isInfinite(values[row])) {
        throw new IllegalArgumentException(
            "The values of a series must be finite, or NaN if missing, but the value of row "
                + row
                + " is "
                + values[row]
                + ".");
      }
    }
    return Arrays.stream(values)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "A series must have at least one value that is not missing, but has "
                        + values.length
                        + " rows without one."));
  }

  /**
   * Checks that there are two seasons of values.
   *
   * @throws IllegalArgumentException if there are not, or if the period is below 1
   */
  static void requireSeasons(double[] values, int period) {
    if (period < 1) {
      throw new IllegalArgumentException("period must be at least 1 row, but was " + period + ".");
    }
    if (values.length < Math.max(3, 2L * period)) {
      throw new IllegalArgumentException(
          "There must be at least two seasons of "
              + period
              + " rows and at least 3 rows, but there are "
              + values.length
              + " values. Use more values or a shorter period.");
    }
  }

  /**
   * Returns the largest of the distances of forecasts.
   *
   * @throws IllegalArgumentException if one is below 1, or there is none
   */
  static int furthest(int[] ahead) {
    if (ahead.length == 0 || Arrays.stream(ahead).anyMatch(rows -> rows < 1)) {
      throw new IllegalArgumentException(
          "There must be at least one distance of forecasts, each at least 1 row, but the"
              + " distances were "
              + Arrays.toString(ahead)
              + ".");
    }
    return Arrays.stream(ahead).max().getAsInt();
  }

  /** Adds x · xᵀ to the lower triangle of a matrix, and y · x to a vector. */
  static void addProducts(double[] x, double y, DMatrixRMaj gram, DMatrixRMaj moments) {
    for (int i = 0; i < x.length; i++) {
      int row = i * x.length;
      for (int j = 0; j <= i; j++) {
        gram.data[row + j] += x[i] * x[j];
      }
      moments.data[i] += y * x[i];
    }
  }

  /**
   * Solves the normal equations.
   *
   * @param gram its lower triangle is read; overwritten
   * @param moments overwritten
   * @param penalty what is added to the diagonal, relative to it
   * @return the solution, or null if the columns are linearly dependent
   */
  static double[] solve(DMatrixRMaj gram, DMatrixRMaj moments, double penalty) {
    int size = gram.getNumRows();
    double[] scale = new double[size];
    for (int i = 0; i < size; i++) {
      scale[i] = 1 / Math.sqrt(gram.get(i, i));
      if (!Double.isFinite(scale[i])) {
        return null;
      }
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        double value = gram.get(i, j) * scale[i] * scale[j];
        gram.set(i, j, value);
        gram.set(j, i, value);
      }
      gram.set(i, i, 1 + penalty);
      moments.data[i] *= scale[i];
    }
    var cholesky = DecompositionFactory_DDRM.chol(size, true);
    if (!cholesky.decompose(gram)) {
      return null;
    }
    DMatrixRMaj factor = cholesky.getT(null);
    // The square of each is what remains of a column after projecting out the columns before it.
    if (CommonOps_DDRM.elementMin(CommonOps_DDRM.extractDiag(factor, null)) < 1e-7) {
      return null;
    }
    double[] solution = moments.data;
    TriangularSolver_DDRM.solveL(factor.data, solution, size);
    TriangularSolver_DDRM.solveTranL(factor.data, solution, size);
    for (int i = 0; i < size; i++) {
      solution[i] *= scale[i];
    }
    return solution;
  }

  /**
   * Minimizes a function of a few parameters within bounds by the method of Nelder and Mead (1965),
   * in the variables θ of lower + (upper − lower) · sin² θ.
   *
   * @param starts points at which the search may start; it starts at the best
   * @return the minimum
   */
  static double[] minimize(
      ToDoubleFunction<double[]> function, double[] lower, double[] upper, double[]... starts) {
    UnaryOperator<double[]> bounded =
        theta -> {
          double[] x = new double[theta.length];
          for (int i = 0; i < x.length; i++) {
            double sine = Math.sin(theta[i]);
            x[i] = lower[i] + (upper[i] - lower[i]) * sine * sine;
          }
          return x;
        };
    double[] start =
        Arrays.stream(starts).min(Comparator.comparingDouble(function)).orElseThrow().clone();
    for (int i = 0; i < start.length; i++) {
      start[i] = Math.asin(Math.sqrt((start[i] - lower[i]) / (upper[i] - lower[i])));
    }
    double step = 0.1;
    for (int round = 0; round < ROUNDS; round++) { // a new simplex, in case one has collapsed
      start =
          new SimplexOptimizer(1e-11, 1e-300)
              .optimize(
                  GoalType.MINIMIZE,
                  new MaxEval(MOST_EVALUATIONS),
                  new InitialGuess(start),
                  new NelderMeadSimplex(start.length, step),
                  new ObjectiveFunction(theta -> function.applyAsDouble(bounded.apply(theta))))
              .getPoint();
      step /= 5;
    }
    return bounded.apply(start);
  }
}
