package org.unroll.forecasting;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.data.DatasetView;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Permutation importance of the columns that a model sees: how much its error increases if the
 * windows exchange their values of one column at random. All steps of a column stay together. The
 * model is not trained again.
 *
 * <p>Columns that depend on each other share their importance, because the model can read one from
 * the other. Use windows that the model was not trained on. The definition is that of
 * scikit-learn's {@code permutation_importance}, with an error instead of a score.
 *
 * <pre>{@code
 * import org.unroll.forecasting.PermutationImportance;
 *
 * var small = Sequential.of(input(168, 2), gru(4), dense(24)); // the shapes of the windows
 * Table importance = PermutationImportance.of(small, latest, 5, 42);
 * }</pre>
 *
 * <p>Source: L. Breiman, "Random Forests" (2001).
 */
public final class PermutationImportance {
  private PermutationImportance() {}

  /**
   * Returns the importance as the increase of the mean absolute error, normalized like the series.
   *
   * @param model a model whose input is the windows, or a model with two inputs, the second of
   *     which is {@link Windows#future()}. Known columns are permuted in both.
   * @param repeats how often each column is permuted, at least 1; scikit-learn's default is 5
   * @param seed the seed of the permutations
   * @return one row per column, the most important first: {@code column}, and {@code mean} and
   *     {@code std} of the increase over the repeats. The standard deviation divides by the number
   *     of repeats, as in scikit-learn.
   * @throws IllegalArgumentException if the windows do not fit the model, or repeats is below 1
   */
  public static Table of(Model model, Windows windows, int repeats, long seed) {
    return of(model, windows, PermutationImportance::meanAbsoluteError, repeats, seed);
  }

  /**
   * Returns the importance as the increase of any error.
   *
   * @param error computes the error from the targets and the predictions, both normalized and with
   *     one row per window. For a score that is better if larger, return its negative.
   */
  public static Table of(
      Model model,
      Windows windows,
      ToDoubleBiFunction<double[][], double[][]> error,
      int repeats,
      long seed) {
    if (repeats < 1) {
      throw new IllegalArgumentException("repeats must be at least 1, but was " + repeats + ".");
    }
    boolean hasFuture = InputGradients.hasFuture(model);
    List<String> columns = InputGradients.columns(windows, hasFuture);
    double[][] targets =
        IntStream.range(0, windows.size()).mapToObj(windows::target).toArray(double[][]::new);
    double before =
        error.applyAsDouble(
            targets, model.predict(InputGradients.data(windows, hasFuture)).toArray());
    SplittableRandom random = new SplittableRandom(seed);
    double[] means = new double[columns.size()];
    double[] deviations = new double[columns.size()];
    for (int j = 0; j < means.length; j++) {
      double[] increases = new double[repeats];
      for (int r = 0; r < repeats; r++) {
        int[] order = permutation(windows.size(), random);
        Dataset permuted =
            Permuted.of(windows, windows.series().columnNames().indexOf(columns.get(j)), order);
        if (hasFuture) {
          int known = windows.series().knownNames().indexOf(columns.get(j));
          permuted = permuted.and(Permuted.of(windows.future(), known, order));
        }
        increases[r] = error.applyAsDouble(targets, model.predict(permuted).toArray()) - before;
      }
      double mean = Arrays.stream(increases).average().orElseThrow();
      means[j] = mean;
      deviations[j] =
          Math.sqrt(
              Arrays.stream(increases).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
    }
    int[] ranks =
        IntStream.range(0, means.length)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -means[j]))
            .mapToInt(j -> j)
            .toArray();
    return Table.create(
        "Permutation importance",
        StringColumn.create("column", IntStream.of(ranks).mapToObj(columns::get).toList()),
        DoubleColumn.create("mean", IntStream.of(ranks).mapToDouble(j -> means[j])),
        DoubleColumn.create("std", IntStream.of(ranks).mapToDouble(j -> deviations[j])));
  }

  private static double meanAbsoluteError(double[][] targets, double[][] predictions) {
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      if (predictions[i].length != targets[i].length) {
        throw new IllegalArgumentException(
            "The model must have one output for each of the "
                + targets[i].length
                + " targets of a window, but has "
                + predictions[i].length
                + ". For quantiles, pass an error function.");
      }
      for (int k = 0; k < targets[i].length; k++) {
        sum += Math.abs(targets[i][k] - predictions[i][k]);
      }
    }
    return sum / targets.length / targets[0].length;
  }

  private static int[] permutation(int size, SplittableRandom random) {
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int value = order[i];
      order[i] = order[other];
      order[other] = value;
    }
    return order;
  }

  /** Samples of which each has one column of another. */
  private static final class Permuted extends DatasetView {
    private static final long serialVersionUID = 1;

    private final int column;
    private final int[] order;

    private Permuted(Dataset base, int column, int... order) {
      super(base);
      this.column = column;
      this.order = order;
    }

    static Dataset of(Dataset base, int column, int... order) {
      return column < 0 ? base : new Permuted(base, column, order);
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      super.copyInput(sample, slice, row, rows);
      int width = inputShape().last();
      float[] other = new float[inputShape().size()];
      base().copyInput(order[sample], other, 0, 1);
      for (int t = 0; t < inputShape().axis(0); t++) {
        slice[(t * rows + row) * width + column] = other[t * width + column];
      }
    }
  }
}
