package org.unroll.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unroll.internal.Suggestion;
import tech.tablesaw.columns.Column;

/**
 * Encodes text labels as class numbers and back, as scikit-learn's {@code LabelEncoder}. The
 * classes are the distinct labels in ascending order, numbered from 0.
 *
 * <pre>{@code
 * import org.unroll.data.*;
 * import tech.tablesaw.api.StringColumn;
 *
 * var species = StringColumn.create("species", "cat", "dog", "cat", "bird");
 * LabelEncoder labels = LabelEncoder.of(species); // bird is 0, cat is 1, dog is 2
 * Samples animals = Samples.of(new double[4][2]).targets(labels.encode(species));
 * var classifier = Sequential.of(input(2), dense(labels.classes().size(), "softmax"));
 * classifier.compile(adam(), sparseCategoricalCrossentropy());
 * classifier.fit(animals, epochs(2));
 * List<String> predicted = labels.decode(classifier.predict(animals).toArray());
 * }</pre>
 *
 * <p>For two classes, use one output with the activation {@code sigmoid} and {@code
 * binaryCrossentropy()}.
 */
public final class LabelEncoder {
  private final List<String> classes;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();

  private LabelEncoder(Iterable<String> classes) {
    classes.forEach(label -> numbers.put(label, numbers.size()));
    this.classes = List.copyOf(numbers.keySet());
  }

  /**
   * Returns an encoder for the distinct labels of a column.
   *
   * @param labels a column of any type, usually of text
   * @throws IllegalArgumentException if the column is empty or a label is missing
   */
  public static LabelEncoder of(Column<?> labels) {
    return new LabelEncoder(new TreeSet<>(Columns.texts(labels, "label")));
  }

  /**
   * Returns an encoder for known classes, for example those of a model that was trained before.
   *
   * @param classes the classes by number
   * @throws IllegalArgumentException if there is none, or one occurs twice
   */
  public static LabelEncoder ofClasses(List<String> classes) {
    var encoder = new LabelEncoder(classes);
    if (classes.isEmpty() || encoder.classes.size() < classes.size()) {
      throw new IllegalArgumentException(
          "The classes must be different, and at least one, but were " + classes + ".");
    }
    return encoder;
  }

  /** Returns the classes by number. */
  public List<String> classes() {
    return classes;
  }

  /**
   * Returns the class number of each label.
   *
   * @throws IllegalArgumentException if a label is missing or is not one of the classes
   */
  public int[] encode(Column<?> labels) {
    List<String> texts = Columns.texts(labels, "label");
    var encoded = new int[texts.size()];
    for (int row = 0; row < encoded.length; row++) {
      Integer number = numbers.get(texts.get(row));
      if (number == null) {
        throw new IllegalArgumentException(
            Suggestion.unknown("class in row " + row, texts.get(row), classes));
      }
      encoded[row] = number;
    }
    return encoded;
  }

  /**
   * Returns weights with which all classes contribute equally to the loss, as scikit-learn's {@code
   * class_weight="balanced"}: the number of labels, divided by the number of classes and by the
   * number of labels of the class. Pass them to {@code epochs(…).classWeight(…)}.
   *
   * @param labels the class numbers of the training samples
   * @return the weights by class number
   * @throws IllegalArgumentException if a label is not a class number or a class has no label
   */
  public Map<Integer, Double> balancedWeights(int[] labels) {
    int[] counts = counts(labels);
    Map<Integer, Double> weights = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        throw new IllegalArgumentException(
            "Every class must have at least one label for balanced weights, but '"
                + classes.get(i)
                + "' has none of "
                + labels.length
                + ". Balance the training samples only, with a split that keeps all classes in them.");
      }
      weights.put(i, labels.length / ((double) counts.length * counts[i]));
    }
    return weights;
  }

  /**
   * Returns the number of labels of each class.
   *
   * @param labels class numbers
   * @throws IllegalArgumentException if a label is not a class number
   */
  public int[] counts(int[] labels) {
    int[] counts = new int[classes.size()];
    for (int i = 0; i < labels.length; i++) {
      requireClass(labels[i], counts.length, "label " + i);
      counts[labels[i]]++;
    }
    return counts;
  }

  /**
   * Returns one row for each label, with 1 in the column of its class and 0 elsewhere, for {@code
   * categoricalCrossentropy()}.
   *
   * @throws IllegalArgumentException if a label is missing or is not one of the classes
   */
  public double[][] oneHot(Column<?> labels) {
    return toCategorical(encode(labels), classes.size());
  }

  /**
   * Returns one row for each class number, with 1 in the column of its class and 0 elsewhere, as
   * Keras's {@code to_categorical}, for {@code categoricalCrossentropy()}.
   *
   * <pre>{@code
   * import org.unroll.data.*;
   *
   * double[][] oneHot = LabelEncoder.toCategorical(new int[] {0, 2, 1}, 3); // {1, 0, 0}, {0, 0, 1}, …
   * }</pre>
   *
   * @param labels the class numbers, counted from 0
   * @param numClasses the number of classes, at least 1
   * @throws IllegalArgumentException if a label is not from 0 to {@code numClasses} − 1
   */
  public static double[][] toCategorical(int[] labels, int numClasses) {
    return oneHot(labels, numClasses, "label ");
  }

  /**
   * Returns one row for each class number, with as many columns as the largest one requires.
   *
   * @param labels the class numbers, counted from 0; at least one
   * @throws IllegalArgumentException if there is no label, or a label is negative
   */
  public static double[][] toCategorical(int[] labels) {
    int largest =
        Arrays.stream(labels)
            .max()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There must be at least one label to count the classes, but there is none."
                            + " Call toCategorical(labels, numClasses)."));
    return toCategorical(labels, Math.max(largest, 0) + 1);
  }

  /**
   * Returns one row for each class number of each sequence, as {@link #toCategorical(int[], int)}.
   *
   * @param labels the class numbers of the time steps of each sequence, counted from 0
   * @param numClasses the number of classes, at least 1
   * @throws IllegalArgumentException if a label is not from 0 to {@code numClasses} − 1
   */
  public static double[][][] toCategorical(int[][] labels, int numClasses) {
    double[][][] rows = new double[labels.length][][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = oneHot(labels[i], numClasses, "label " + i + ", ");
    }
    return rows;
  }

  private static double[][] oneHot(int[] labels, int numClasses, String position) {
    if (numClasses < 1) {
      throw new IllegalArgumentException(
          "numClasses must be at least 1, but was " + numClasses + ".");
    }
    double[][] rows = new double[labels.length][numClasses];
    for (int i = 0; i < rows.length; i++) {
      requireClass(labels[i], numClasses, position + i);
      rows[i][labels[i]] = 1;
    }
    return rows;
  }

  private static void requireClass(int label, int numClasses, String which) {
    if (label < 0 || label >= numClasses) {
      throw new IllegalArgumentException(
          "Every label must be from 0 to "
              + (numClasses - 1)
              + " (numClasses is "
              + numClasses
              + "), but "
              + which
              + " was "
              + label
              + ". Number the classes from 0, and set numClasses to at least the largest label + 1.");
    }
  }

  /**
   * Returns the most probable class of each prediction: the one with the largest output, the first
   * of equal ones. For two classes and one output p, it is the second class if p is above 0.5.
   *
   * @param predictions one row for each sample, such as {@code model.predict(data).toArray()}
   * @throws IllegalArgumentException if the number of outputs does not fit the number of classes
   */
  public List<String> decode(double[][] predictions) {
    List<String> decoded = new ArrayList<>();
    for (double[] outputs : predictions) {
      boolean binary = outputs.length == 1 && classes.size() == 2;
      if (!binary && outputs.length != classes.size()) {
        throw new IllegalArgumentException(
            "A prediction must have one output for each of the "
                + classes.size()
                + " classes, or one output for two classes, but has "
                + outputs.length
                + ".");
      }
      int best = binary && outputs[0] > 0.5 ? 1 : 0;
      for (int i = 1; i < outputs.length; i++) {
        best = outputs[i] > outputs[best] ? i : best;
      }
      decoded.add(classes.get(best));
    }
    return decoded;
  }

  /** Returns the classes by number, such as {@code {bird=0, cat=1, dog=2}}. */
  @Override
  public String toString() {
    return numbers.toString();
  }
}
