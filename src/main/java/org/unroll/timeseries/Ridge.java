package org.unroll.timeseries;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.TriangularSolver_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.unroll.data.Shape;

/**
 * Ridge regression on the flattened window (Hoerl and Kennard 1970): the linear forecast
 *
 * <pre>ŷ = b + Σ w(t, j) · x(t, j)     minimizing     Σ (ŷ − y)² + λ Σ w²</pre>
 *
 * over all windows, t running over the rows a window sees and j over the columns; the intercept b
 * is not penalized. These are the equations of scikit-learn's {@code Ridge(alpha=λ)}. Each target
 * has its own weights.
 *
 * <p>Neighbouring windows share all but a few of their products x(t, j) · x(t', j'), so the normal
 * equations of step t + 1 are made from those of step t by adding the rows that come in and taking
 * away those that go out. For n steps of c columns that costs n c² multiplications a window in
 * place of (n c)², and the solution (n c)³ / 3.
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
   * Fits the regression.
   *
   * @param windows the training windows
   * @param lambda λ, at least 0
   * @throws IllegalArgumentException if λ is negative or not finite, or too small for columns that
   *     depend on each other
   */
  public static Ridge fit(Windows windows, double lambda) {
    if (!(lambda >= 0) || lambda == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "lambda must be at least 0 and finite. Received: lambda=" + lambda);
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
      // The squares of these are what was left of each column after those before it.
      if (CommonOps_DDRM.elementMin(diagonal) > 1e-7 * CommonOps_DDRM.elementMax(diagonal)) {
        return factor;
      }
    }
    throw new IllegalArgumentException(
        "The "
            + gram.getNumRows()
            + " values of a window depend on each other too closely for lambda="
            + lambda
            + ". Use a greater one.");
  }

  /** Σ x(t, j) · x(t', j') over all windows, lag t' − t by lag. */
  private static DMatrixRMaj gram(Windows windows) {
    int steps = windows.inputShape().axis(0);
    int columns = windows.inputShape().last();
    int step = windows.step();
    int[] stretches = windows.stretches();
    DMatrixRMaj gram = new DMatrixRMaj(steps * columns, steps * columns);
    for (int lag = 0; lag < steps; lag++) {
      double[] products = new double[columns * columns];
      for (int s = 0; s < stretches.length; s++) {
        int first = windows.firstRow(stretches[s]);
        addProducts(windows, first, count(windows, stretches, s), lag * step, 1, products);
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
          for (int s = 0; s < stretches.length; s++) {
            int from = windows.firstRow(stretches[s]) + t * step;
            int count = count(windows, stretches, s);
            int moved = Math.min(count, step);
            addProducts(windows, from, moved, lag * step, -1, products);
            addProducts(windows, from + step + count - moved, moved, lag * step, 1, products);
          }
        }
      }
    }
    return gram;
  }

  /** How many windows begin row by row with that of a stretch. */
  private static int count(Windows windows, int[] stretches, int s) {
    return (s + 1 < stretches.length ? stretches[s + 1] : windows.size()) - stretches[s];
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

  /** Σ x · y, Σ x and Σ y over all windows. */
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
   * @throws IllegalArgumentException if the window is of another shape than those it was fitted to
   */
  @Override
  public double[] predict(Windows windows, int sample) {
    if (!windows.inputShape().equals(inputShape) || !windows.targetShape().equals(targetShape)) {
      throw new IllegalArgumentException(
          "The regression was fitted to windows of "
              + inputShape
              + " with targets of "
              + targetShape
              + ". Received: "
              + windows.inputShape()
              + " with targets of "
              + windows.targetShape());
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
