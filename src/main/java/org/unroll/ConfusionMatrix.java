package org.unroll;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unroll.data.LabelEncoder;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Counts how often samples of each class were predicted as each class, as scikit-learn's {@code
 * confusion_matrix}. Row i, column j is the number of samples of class i that were predicted as
 * class j.
 *
 * <pre>{@code
 * var matrix = ConfusionMatrix.of(
 *     List.of("cat", "ant", "cat", "cat"), List.of("ant", "ant", "cat", "cat"));
 * System.out.println(matrix.toTable());
 * System.out.println(matrix.report()); // precision, recall and F1 of each class
 * PlotFigure plot = Plots.confusionMatrix(matrix);
 * }</pre>
 */
public final class ConfusionMatrix {
  private final List<String> classes;
  private final int[][] counts;

  private ConfusionMatrix(List<String> classes, int[][] counts) {
    this.classes = classes;
    this.counts = counts;
  }

  /**
   * Counts labels. The classes are the labels that occur, in ascending order.
   *
   * @param truth the label of each sample
   * @param predicted the predicted label of each sample, for example of {@link LabelEncoder#decode}
   * @throws IllegalArgumentException if there is no sample, or the numbers of labels differ
   */
  public static ConfusionMatrix of(List<String> truth, List<String> predicted) {
    List<String> classes =
        List.copyOf(new TreeSet<>(Stream.concat(truth.stream(), predicted.stream()).toList()));
    return of(
        classes,
        truth.stream().mapToInt(classes::indexOf).toArray(),
        predicted.stream().mapToInt(classes::indexOf).toArray());
  }

  /**
   * Counts class numbers.
   *
   * @param classes the names of the classes by number
   * @param truth the class of each sample
   * @param predicted the predicted class of each sample
   * @throws IllegalArgumentException if there is no sample, the numbers of samples differ, or a
   *     number is not that of a class
   */
  public static ConfusionMatrix of(List<String> classes, int[] truth, int[] predicted) {
    if (truth.length == 0 || truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "There must be at least one sample, and one prediction for each, but there are "
              + truth.length
              + " samples and "
              + predicted.length
              + " predictions.");
    }
    var counts = new int[classes.size()][classes.size()];
    for (int i = 0; i < truth.length; i++) {
      for (int number : new int[] {truth[i], predicted[i]}) {
        if (number < 0 || number >= classes.size()) {
          throw new IllegalArgumentException(
              "A class number must be from 0 to "
                  + (classes.size() - 1)
                  + " for the classes "
                  + classes
                  + ", but was "
                  + number
                  + " in sample "
                  + i
                  + ".");
        }
      }
      counts[truth[i]][predicted[i]]++;
    }
    return new ConfusionMatrix(List.copyOf(classes), counts);
  }

  /** Returns the names of the classes by number. */
  public List<String> classes() {
    return classes;
  }

  /** Returns a copy of the counts, one row for each true class. */
  public int[][] counts() {
    return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
  }

  /** Returns the share of samples that were predicted as their class. */
  public double accuracy() {
    double right = IntStream.range(0, counts.length).map(i -> counts[i][i]).sum();
    return right / Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
  }

  /** Returns the counts: one row for each true class, one column for each predicted class. */
  public Table toTable() {
    Table table = Table.create("Confusion matrix", StringColumn.create("truth", classes));
    for (int j = 0; j < classes.size(); j++) {
      int column = j;
      table.addColumns(
          IntColumn.create(
              classes.get(j) + " predicted",
              Arrays.stream(counts).mapToInt(row -> row[column]).toArray()));
    }
    return table;
  }

  /**
   * Returns precision, recall and F1 score of each class, and its number of samples, as
   * scikit-learn's {@code classification_report}. A value without samples (0 / 0) is 0.
   */
  public Table report() {
    int n = classes.size();
    var precision = new double[n];
    var recall = new double[n];
    var f1 = new double[n];
    var samples = new int[n];
    for (int i = 0; i < n; i++) {
      int predicted = 0;
      for (int j = 0; j < n; j++) {
        samples[i] += counts[i][j];
        predicted += counts[j][i];
      }
      precision[i] = ratio(counts[i][i], predicted);
      recall[i] = ratio(counts[i][i], samples[i]);
      f1[i] = ratio(2 * counts[i][i], predicted + samples[i]);
    }
    return Table.create(
        "Report by class",
        StringColumn.create("class", classes),
        DoubleColumn.create("precision", precision),
        DoubleColumn.create("recall", recall),
        DoubleColumn.create("f1", f1),
        IntColumn.create("samples", samples));
  }

  private static double ratio(int part, int whole) {
    return whole == 0 ? 0 : part / (double) whole;
  }

  /** Returns the table of the counts. */
  @Override
  public String toString() {
    return toTable().print(Integer.MAX_VALUE);
  }
}
