package org.unroll.forecasting;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.unroll.Model;
import org.unroll.data.Shape;
import org.unroll.timeseries.Windows;
import org.unroll.training.Predictor;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Integrated gradients: how much each value of a window contributes to one predicted value f, in
 * comparison with a baseline window x′:
 *
 * <pre>
 * attribution(t, j) = (x(t, j) − x′(t, j)) · ∫₀¹ ∂f / ∂x(t, j) at x′ + a · (x − x′) da
 * </pre>
 *
 * <p>The attributions of a window add up to f(x) − f(x′), up to the error of the numeric
 * integration, see {@link #completenessError(int)}. For a linear model with weights w they are w(t,
 * j) · (x(t, j) − x′(t, j)). The integral is computed by the rule of Gauss and Legendre.
 *
 * <pre>{@code
 * import org.unroll.forecasting.IntegratedGradients;
 *
 * var why = IntegratedGradients.of(forecaster, latest, 0); // the next hour
 * Table means = why.table(); // by lag and column, in the units of the target
 * double[][] first = why.attributions(0);
 * }</pre>
 *
 * <p>Source: M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep Networks" (2017).
 */
public final class IntegratedGradients {
  private static final int STEPS = 32;

  private final Windows windows;
  private final int output;
  private final double[][][] attributions;
  private final double[] differences; // f(x) − f(x′)

  private IntegratedGradients(
      Windows windows, int output, double[][][] attributions, double[] differences) {
    this.windows = windows;
    this.output = output;
    this.attributions = attributions;
    this.differences = differences;
  }

  /**
   * Computes the attributions in comparison with a window of zeros, which are the means of the
   * columns if the series is normalized, with 32 points of the path.
   *
   * @param windows the windows to explain, best a range of some hundred
   * @param output the index of the predicted value in the order of {@link Windows#targetShape()}
   * @throws IllegalArgumentException if the windows do not fit the model, or the first layer has no
   *     gradient with respect to its input, as an embedding
   */
  public static IntegratedGradients of(Model model, Windows windows, int output) {
    Shape shape = windows.inputShape();
    return of(model, windows, output, new double[shape.axis(0)][shape.last()], STEPS);
  }

  /**
   * Computes the attributions in comparison with any window.
   *
   * @param baseline x′, a normalized window such as {@code windows.input(0)}
   * @param steps the number of points of the path from x′ to x, at least 1
   */
  public static IntegratedGradients of(
      Model model, Windows windows, int output, double[][] baseline, int steps) {
    Predictor.requireInputs(model.network(), windows, "explained");
    Shape shape = windows.inputShape();
    int targets = windows.targetShape().size();
    if (output < 0 || output >= targets) {
      throw new IllegalArgumentException(
          "output must be an index of the "
              + targets
              + " predicted values of a window, 0 … "
              + (targets - 1)
              + ", but was "
              + output
              + ".");
    }
    if (baseline.length != shape.axis(0) || baseline[0].length != shape.last()) {
      throw new IllegalArgumentException(
          "The baseline must have the shape of a window, "
              + shape
              + ", but has "
              + baseline.length
              + " rows of "
              + baseline[0].length
              + " values.");
    }
    var gradients = new InputGradients(model, shape);
    var rule = new GaussIntegratorFactory().legendre(steps, 0.0, 1.0);
    double[][][] attributions = new double[windows.size()][][];
    double[] differences = new double[windows.size()];
    for (int sample = 0; sample < attributions.length; sample++) {
      double[][] input = windows.input(sample);
      attributions[sample] = integrate(gradients, rule, input, baseline, output);
      double[] ends = values(gradients, input, baseline, output);
      differences[sample] = ends[1] - ends[0];
    }
    return new IntegratedGradients(windows, output, attributions, differences);
  }

  /** Returns the values of f at the points a of the path, and their gradients in another array. */
  private static double[] run(
      InputGradients gradients,
      double[][] x,
      double[][] baseline,
      double[] path,
      int output,
      float[] gradient) {
    int width = x[0].length;
    float[] rows = new float[path.length * x.length * width];
    for (int t = 0; t < x.length; t++) {
      for (int r = 0; r < path.length; r++) {
        for (int j = 0; j < width; j++) {
          rows[(t * path.length + r) * width + j] =
              (float) (baseline[t][j] + path[r] * (x[t][j] - baseline[t][j]));
        }
      }
    }
    return gradients.run(rows, path.length, output, gradient);
  }

  private static double[] values(
      InputGradients gradients, double[][] x, double[][] baseline, int output) {
    double[] ends = {0, 1};
    return run(gradients, x, baseline, ends, output, new float[2 * x.length * x[0].length]);
  }

  private static double[][] integrate(
      InputGradients gradients,
      GaussIntegrator rule,
      double[][] x,
      double[][] baseline,
      int output) {
    int width = x[0].length;
    int count = rule.getNumberOfPoints();
    double[] path = IntStream.range(0, count).mapToDouble(rule::getPoint).toArray();
    float[] gradient = new float[count * x.length * width];
    run(gradients, x, baseline, path, output, gradient);
    double[][] attributions = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      for (int j = 0; j < width; j++) {
        double integral = 0;
        for (int r = 0; r < count; r++) {
          integral += rule.getWeight(r) * gradient[(t * count + r) * width + j];
        }
        attributions[t][j] = integral * (x[t][j] - baseline[t][j]);
      }
    }
    return attributions;
  }

  /** Returns the number of windows. */
  public int size() {
    return attributions.length;
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return windows.series().columnNames();
  }

  /** Returns the name of the target whose prediction is explained. */
  public String target() {
    List<String> names = windows.series().targetNames();
    return names.get(output % names.size());
  }

  /**
   * Returns the distance of each input row from the last input row, in rows, as in {@link
   * #attributions}.
   */
  public int[] lags() {
    int rows = windows.inputShape().axis(0);
    int last = windows.lastRow(0) - windows.firstRow(0);
    int step = rows == 1 ? 1 : last / (rows - 1);
    return IntStream.range(0, rows).map(t -> last - t * step).toArray();
  }

  /**
   * Returns the attributions of a window, normalized like the target.
   *
   * @param sample the index of the window
   * @return {@code [step][column]}, the oldest step first
   */
  public double[][] attributions(int sample) {
    Objects.checkIndex(sample, size());
    return attributions[sample];
  }

  /**
   * Returns the difference between the sum of the attributions of a window and f(x) − f(x′),
   * relative to the larger of |f(x) − f(x′)| and the largest absolute attribution. Use more steps
   * if it is not small.
   */
  public double completenessError(int sample) {
    double sum = 0;
    double scale = Math.abs(differences[Objects.checkIndex(sample, size())]);
    for (double[] step : attributions[sample]) {
      for (double value : step) {
        sum += value;
        scale = Math.max(scale, Math.abs(value));
      }
    }
    return scale == 0 ? 0 : Math.abs(sum - differences[sample]) / scale;
  }

  /** Returns the mean absolute attribution over all windows, {@code [step][column]}, normalized. */
  public double[][] meanAbsolute() {
    double[][] means = new double[attributions[0].length][attributions[0][0].length];
    for (double[][] one : attributions) {
      for (int t = 0; t < means.length; t++) {
        for (int j = 0; j < means[t].length; j++) {
          means[t][j] += Math.abs(one[t][j]) / size();
        }
      }
    }
    return means;
  }

  /**
   * Returns the mean absolute attributions over all windows in the units of the target: one row per
   * input row, the oldest first, with its {@code lag}, the number of rows before the last input
   * row, and a column for each column of the series.
   */
  public Table table() {
    return table("Mean absolute attributions", meanAbsolute());
  }

  /**
   * Returns the attributions of a window in the units of the target, in the layout of {@link
   * #table()}.
   */
  public Table table(int sample) {
    return table("Attributions", attributions(sample));
  }

  private Table table(String name, double[][] values) {
    Table table = Table.create(name + " to " + target(), IntColumn.create("lag", lags()));
    for (int j = 0; j < columns().size(); j++) {
      int column = j;
      table.addColumns(
          DoubleColumn.create(
              columns().get(j),
              IntStream.range(0, values.length)
                  .mapToDouble(
                      t -> windows.series().denormalizeError(target(), values[t][column]))));
    }
    return table;
  }
}
