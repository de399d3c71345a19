package org.unroll.forecasting;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.unroll.Model;
import org.unroll.data.Dataset;
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
 * j) · (x(t, j) − x′(t, j)). The integral is computed by Gauss–Legendre quadrature.
 *
 * <pre>{@code
 * import org.unroll.forecasting.IntegratedGradients;
 *
 * var small = Sequential.of(input(168, 2), gru(4), dense(24)); // the shapes of the windows
 * var why = IntegratedGradients.of(small, latest, 0); // the next hour
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
  private final boolean hasFuture;
  private final double[][][] attributions;
  private final double[] differences; // f(x) − f(x′)

  private IntegratedGradients(
      Windows windows,
      int output,
      boolean hasFuture,
      double[][][] attributions,
      double[] differences) {
    this.windows = windows;
    this.output = output;
    this.hasFuture = hasFuture;
    this.attributions = attributions;
    this.differences = differences;
  }

  /**
   * Computes the attributions in comparison with inputs of zeros, which are the means of the
   * columns if the series is normalized, with 32 points of the path.
   *
   * @param model a model whose input is the windows, or a model with two inputs, the second of
   *     which is {@link Windows#future()}
   * @param windows the windows to explain, preferably a few hundred
   * @param output the index of the predicted value in the order of {@link Windows#targetShape()}
   * @throws IllegalArgumentException if the windows do not fit the model, or the first layer has no
   *     gradient with respect to its input, as an embedding
   */
  public static IntegratedGradients of(Model model, Windows windows, int output) {
    double[][][] zeros =
        InputGradients.data(windows, InputGradients.hasFuture(model)).inputParts().stream()
            .map(part -> new double[part.inputShape().axis(0)][part.inputShape().last()])
            .toArray(double[][][]::new);
    return of(model, windows, output, STEPS, zeros);
  }

  /**
   * Computes the attributions in comparison with any window.
   *
   * @param steps the number of points of the path from x′ to x, at least 1
   * @param baseline x′, normalized, such as {@code windows.input(0)}; one for each input of the
   *     model
   */
  public static IntegratedGradients of(
      Model model, Windows windows, int output, int steps, double[][]... baseline) {
    boolean hasFuture = InputGradients.hasFuture(model);
    Dataset data = InputGradients.data(windows, hasFuture);
    Predictor.requireInputs(model.network(), data, "explained");
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
    List<Shape> shapes = data.inputParts().stream().map(Dataset::inputShape).toList();
    requireShapes(shapes, baseline);
    int outputs = model.network().outputShapes(shapes).get(0).size();
    if (outputs != targets) {
      throw new IllegalArgumentException(
          "The model must have one output for each of the "
              + targets
              + " targets of a window, but has "
              + outputs
              + ".");
    }
    var gradients = new InputGradients(model, shapes);
    var rule = new GaussIntegratorFactory().legendre(steps, 0.0, 1.0);
    double[][][] attributions = new double[windows.size()][][];
    double[] differences = new double[windows.size()];
    for (int sample = 0; sample < attributions.length; sample++) {
      Path path = new Path(data, sample, baseline);
      double[][][] parts = path.integrate(gradients, rule, output);
      attributions[sample] = hasFuture ? join(windows, parts[0], parts[1]) : parts[0];
      differences[sample] = path.difference(gradients, output);
    }
    return new IntegratedGradients(windows, output, hasFuture, attributions, differences);
  }

  private static void requireShapes(List<Shape> shapes, double[][]... baseline) {
    boolean fits = baseline.length == shapes.size();
    for (int p = 0; fits && p < baseline.length; p++) {
      int width = shapes.get(p).last();
      fits =
          baseline[p].length == shapes.get(p).axis(0)
              && Arrays.stream(baseline[p]).allMatch(row -> row.length == width);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "There must be one baseline for each input of the model, of the shapes "
              + shapes
              + ", but there were "
              + Arrays.stream(baseline)
                  .map(x -> x.length + " rows of " + (x.length == 0 ? 0 : x[0].length) + " values")
                  .toList()
              + ".");
    }
  }

  /** Returns the attributions of the steps of the window, then those of the target rows. */
  private static double[][] join(Windows windows, double[][] past, double[][] future) {
    List<String> columns = InputGradients.columns(windows, true);
    List<String> known = windows.series().knownNames();
    double[][] all = new double[past.length + future.length][columns.size()];
    for (int t = 0; t < all.length; t++) {
      for (int j = 0; j < columns.size(); j++) {
        boolean isPast = t < past.length;
        int column = isPast ? j : known.indexOf(columns.get(j));
        double[] values = isPast ? past[t] : future[t - past.length];
        all[t][j] = column >= 0 && column < values.length ? values[column] : Double.NaN;
      }
    }
    return all;
  }

  /** The straight path from the baselines to the inputs of a sample. */
  private static final class Path {
    private final double[][][] baseline;
    private final float[][] x; // of each input, row-major

    Path(Dataset data, int sample, double[][][] baseline) {
      this.baseline = baseline;
      x =
          data.inputParts().stream()
              .map(
                  part -> {
                    float[] values = new float[part.inputShape().size()];
                    part.copyInput(sample, values, 0, 1);
                    return values;
                  })
              .toArray(float[][]::new);
    }

    private double distance(int part, int index) {
      int width = baseline[part][0].length;
      return x[part][index] - baseline[part][index / width][index % width];
    }

    /** Returns the values at some points of the path. */
    private double[] run(InputGradients model, double[] points, int output, float[][] overwritten) {
      float[][] rows = new float[x.length][];
      for (int p = 0; p < x.length; p++) {
        int width = baseline[p][0].length;
        rows[p] = new float[points.length * x[p].length];
        overwritten[p] = new float[rows[p].length];
        for (int i = 0; i < x[p].length; i++) {
          for (int r = 0; r < points.length; r++) {
            rows[p][place(i, width, r, points.length)] =
                (float) (x[p][i] - (1 - points[r]) * distance(p, i));
          }
        }
      }
      return model.run(rows, points.length, output, overwritten);
    }

    /** Returns the place of a value in a time-major array. */
    private static int place(int index, int width, int row, int rows) {
      return (index / width * rows + row) * width + index % width;
    }

    double difference(InputGradients model, int output) {
      double[] ends = run(model, new double[] {0, 1}, output, new float[x.length][]);
      return ends[1] - ends[0];
    }

    double[][][] integrate(InputGradients model, GaussIntegrator rule, int output) {
      int count = rule.getNumberOfPoints();
      float[][] gradients = new float[x.length][];
      run(
          model,
          IntStream.range(0, count).mapToDouble(rule::getPoint).toArray(),
          output,
          gradients);
      double[][][] attributions = new double[x.length][][];
      for (int p = 0; p < x.length; p++) {
        int width = baseline[p][0].length;
        attributions[p] = new double[baseline[p].length][width];
        for (int i = 0; i < x[p].length; i++) {
          double integral = 0;
          for (int r = 0; r < count; r++) {
            integral += rule.getWeight(r) * gradients[p][place(i, width, r, count)];
          }
          attributions[p][i / width][i % width] = integral * distance(p, i);
        }
      }
      return attributions;
    }
  }

  /** Returns the number of windows. */
  public int size() {
    return attributions.length;
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return InputGradients.columns(windows, hasFuture);
  }

  /** Returns the name of the target whose prediction is explained. */
  public String target() {
    List<String> names = windows.series().targetNames();
    return names.get(output % names.size());
  }

  /**
   * Returns, for each step of {@link #attributions}, its distance in rows from the last input row:
   * 0 for the last input row, negative for the target rows of known columns.
   */
  public int[] lags() {
    int steps = windows.inputShape().axis(0);
    int last = windows.lastRow(0);
    int step = steps == 1 ? 1 : (last - windows.firstRow(0)) / (steps - 1);
    return IntStream.range(0, attributions[0].length)
        .map(t -> t < steps ? (steps - 1 - t) * step : last - windows.targetRow(0, t - steps))
        .toArray();
  }

  /**
   * Returns the attributions of a window, normalized like the target.
   *
   * @param sample the index of the window
   * @return {@code [step][column]}, the oldest step first. If the known future is an input, the
   *     target rows follow. NaN for a column that is not an input in a step.
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
        sum += Double.isNaN(value) ? 0 : value;
        scale = Double.isNaN(value) ? scale : Math.max(scale, Math.abs(value));
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
   * step, the oldest first, with its {@link #lags() lag}, and a column for each column that the
   * model sees. Missing where a column is not an input.
   *
   * @throws IllegalStateException if the target is scaled by its logarithm, see {@link #table(int)}
   */
  public Table table() {
    return table("Mean absolute attributions", meanAbsolute());
  }

  /**
   * Returns the attributions of a window in the units of the target, in the layout of {@link
   * #table()}.
   *
   * @throws IllegalStateException if the target is {@linkplain
   *     org.unroll.timeseries.Scaling#log(double) scaled by its logarithm}. The attributions add up
   *     to a difference of logarithms, which has no unit of the target; use {@link #attributions}
   *     and {@link #meanAbsolute}.
   */
  public Table table(int sample) {
    return table("Attributions", attributions(sample));
  }

  private Table table(String name, double[][] values) {
    if (windows.series().isLogarithmic(target())) {
      throw new IllegalStateException(
          "The target must not be scaled by its logarithm in order to convert attributions to its"
              + " units, but '"
              + target()
              + "' is, so that they add up to a difference of logarithms. Use attributions(sample)"
              + " or meanAbsolute(), which are normalized.");
    }
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
