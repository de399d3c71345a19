package org.unroll.timeseries;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.TriangularSolver_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.unroll.data.Shape;

/**
 * Ridge regression on the flattened window (Hoerl and Kennard 1970), a linear forecast that
 * minimizes the squared error with an L2 penalty on the weights:
 *
 * <pre>ŷ = b + Σ w(t, j) · x(t, j)     minimizing     Σ (ŷ − y)² + λ Σ w²</pre>
 *
 * The outer sum is over all windows, t runs over the input rows of a window and j over the columns.
 * The intercept b is not penalized. These are the equations of scikit-learn's {@code
 * Ridge(alpha=λ)}. Each target has its own weights.
 *
 * <p>Consecutive windows share almost all products x(t, j) · x(t', j'). The normal equations of
 * step t + 1 are therefore computed from those of step t, by adding the rows that enter and
 * subtracting those that leave. For n steps of c columns this takes n c² multiplications per window
 * instead of (n c)², and (n c)³ / 3 for the solution.
 */
public final class Ridge implements Baseline {
  private final Shape inputShape;
  private final Shape targetShape;
  private final double[][] weights;
  private final double[] intercepts;

  private Ridge(Shape inputShape, Shape targetShape, double[][] weights, double[] intercepts) {
    this.inputShape = inputShape;
    this.targetShape = targetShape;
    this.weights = weights;
    this.intercepts = intercepts;
  }

  /**
   * Fits the regression to windows.
   *
   * @param windows the training windows
   * @param lambda the weight λ of the penalty, at least 0
   * @throws IllegalArgumentException if λ is negative or not finite, or too small for columns that
   *     are linearly dependent
   */
  public static Ridge fit(Windows windows, double lambda) {
    if (!(lambda >= 0) || lambda == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "lambda must be finite and at least 0, but was " + lambda + ".");
    }
    Shape input = windows.inputShape();
    int features = input.size();
    int outputs = windows.targetShape().size();
    int count = windows.size();
    DMatrixRMaj gram = gram(windows);
    DMatrixRMaj moments = new DMatrixRMaj(features, outputs);
    double[] means = new double[features];
    double[] targetMeans = new double[outputs];
    sums(windows, moments, means, targetMeans);

    for (int i = 0; i < features; i++) {
      for (int j = 0; j < features; j++) {
        gram.add(i, j, -means[i] * means[j] / count);
      }
      for (int o = 0; o < outputs; o++) {
        moments.add(i, o, -means[i] * targetMeans[o] / count);
      }
      gram.add(i, i, lambda);
    }
    DMatrixRMaj factor = cholesky(gram, lambda);
    double[][] weights = new double[outputs][features];
    double[] intercepts = new double[outputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < features; i++) {
        weights[o][i] = moments.get(i, o);
      }
      TriangularSolver_DDRM.solveL(factor.data, weights[o], features);
      TriangularSolver_DDRM.solveTranL(factor.data, weights[o], features);
      intercepts[o] = targetMeans[o] / count;
      for (int i = 0; i < features; i++) {
        intercepts[o] -= weights[o][i] * means[i] / count;
      }
    }
    return new Ridge(input, windows.targetShape(), weights, intercepts);
  }

  private static DMatrixRMaj cholesky(DMatrixRMaj gram, double lambda) {
    var decomposition = DecompositionFactory_DDRM.chol(gram.getNumRows(), true);
    boolean positive = decomposition.decompose(gram);
    if (positive) {
      DMatrixRMaj factor = decomposition.getT(null);
      DMatrixRMaj diagonal = CommonOps_DDRM.extractDiag(factor, null);
      // The square of each is what remains of a column after projecting out the columns before it.
      if (CommonOps_DDRM.elementMin(diagonal) > 1e-7 * CommonOps_DDRM.elementMax(diagonal)) {
        return factor;
      }
    }
    throw new IllegalArgumentException(
        "lambda must be larger, because the "
            + gram.getNumRows()
            + " values of a window are nearly linearly dependent, but was "
            + lambda
            + ".");
  }

  /** Returns Σ x(t, j) · x(t', j') over all windows, computed lag by lag (t' − t). */
  private static DMatrixRMaj gram(Windows windows) {
    int steps = windows.inputShape().axis(0);
    int columns = windows.inputShape().last();
    int step = windows.step();
    int[] runs = windows.runs();
    DMatrixRMaj gram = new DMatrixRMaj(steps * columns, steps * columns);
    for (int lag = 0; lag < steps; lag++) {
      double[] products = new double[columns * columns];
      for (int s = 0; s < runs.length; s++) {
        int first = windows.firstRow(runs[s]);
        addProducts(windows, first, count(windows, runs, s), lag * step, 1, products);
      }
      for (int t = 0; t + lag < steps; t++) {
        for (int i = 0; i < columns; i++) {
          for (int j = 0; j < columns; j++) {
            int row = t * columns + i;
            int column = (t + lag) * columns + j;
            gram.set(row, column, products[i * columns + j]);
            gram.set(column, row, products[i * columns + j]);
          }
        }
        if (t + lag + 1 < steps) {
          for (int s = 0; s < runs.length; s++) {
            int from = windows.firstRow(runs[s]) + t * step;
            int count = count(windows, runs, s);
            int moved = Math.min(count, step);
            addProducts(windows, from, moved, lag * step, -1, products);
            addProducts(windows, from + step + count - moved, moved, lag * step, 1, products);
          }
        }
      }
    }
    return gram;
  }

  /** Returns how many windows begin row after row in a run. */
  private static int count(Windows windows, int[] runs, int s) {
    return (s + 1 < runs.length ? runs[s + 1] : windows.size()) - runs[s];
  }

  /** Adds sign · x(r, i) · x(r + lag, j) for {@code count} rows r. */
  private static void addProducts(
      Windows windows, int from, int count, int lag, int sign, double[] products) {
    int columns = windows.inputShape().last();
    for (int row = from; row < from + count; row++) {
      for (int i = 0; i < columns; i++) {
        double value = sign * windows.value(row, i);
        for (int j = 0; j < columns; j++) {
          products[i * columns + j] += value * windows.value(row + lag, j);
        }
      }
    }
  }

  /** Computes Σ x · y, Σ x and Σ y over all windows. */
  private static void sums(
      Windows windows, DMatrixRMaj moments, double[] inputs, double[] targets) {
    int steps = windows.inputShape().axis(0);
    int columns = windows.inputShape().last();
    for (int sample = 0; sample < windows.size(); sample++) {
      double[] target = windows.target(sample);
      int first = windows.firstRow(sample);
      for (int t = 0; t < steps; t++) {
        for (int j = 0; j < columns; j++) {
          double value = windows.value(first + t * windows.step(), j);
          inputs[t * columns + j] += value;
          for (int o = 0; o < target.length; o++) {
            moments.data[(t * columns + j) * target.length + o] += value * target[o];
          }
        }
      }
      for (int o = 0; o < target.length; o++) {
        targets[o] += target[o];
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the shape of the windows differs from those of the fit
   */
  @Override
  public double[] predict(Windows windows, int sample) {
    if (!windows.inputShape().equals(inputShape) || !windows.targetShape().equals(targetShape)) {
      throw new IllegalArgumentException(
          "Windows must have the input shape "
              + inputShape
              + " and the target shape "
              + targetShape
              + " of the fit, but have "
              + windows.inputShape()
              + " and "
              + windows.targetShape()
              + ".");
    }
    int columns = inputShape.last();
    int first = windows.firstRow(sample);
    double[] prediction = intercepts.clone();
    for (int t = 0; t < inputShape.axis(0); t++) {
      for (int j = 0; j < columns; j++) {
        double value = windows.value(first + t * windows.step(), j);
        for (int o = 0; o < prediction.length; o++) {
          prediction[o] += weights[o][t * columns + j] * value;
        }
      }
    }
    return prediction;
  }
}
