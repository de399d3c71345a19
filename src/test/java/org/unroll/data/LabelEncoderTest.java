package org.unroll.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class LabelEncoderTest {
  private static final StringColumn CITIES =
      StringColumn.create("city", "paris", "paris", "tokyo", "amsterdam");

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  /** The example in the documentation of scikit-learn's LabelEncoder. */
  @Test
  void encodesAsScikitLearn() {
    LabelEncoder labels = LabelEncoder.of(CITIES);
    assertEquals(List.of("amsterdam", "paris", "tokyo"), labels.classes());
    assertArrayEquals(
        new int[] {2, 2, 1}, labels.encode(StringColumn.create("x", "tokyo", "tokyo", "paris")));
    assertArrayEquals(
        new double[][] {{0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}}, labels.oneHot(CITIES));
    assertEquals("{amsterdam=0, paris=1, tokyo=2}", labels.toString());
  }

  /** The first case is the example in the documentation of Keras's to_categorical. */
  @Test
  void oneHotIsThatOfKeras() {
    double[][] identity = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    assertArrayEquals(identity, LabelEncoder.toCategorical(new int[] {0, 1, 2, 3}, 4));
    assertArrayEquals(identity, LabelEncoder.toCategorical(new int[] {0, 1, 2, 3}));
    assertArrayEquals(
        new double[][][] {{{0, 1}, {1, 0}}, {{0, 1}, {0, 1}}},
        LabelEncoder.toCategorical(new int[][] {{1, 0}, {1, 1}}, 2));
    assertEquals(
        "Every label must be from 0 to 2 (numClasses is 3), but label 1 was 3. Number the classes"
            + " from 0, and set numClasses to at least the largest label + 1.",
        error(() -> LabelEncoder.toCategorical(new int[] {0, 3}, 3)));
    assertEquals(
        "Every label must be from 0 to 0 (numClasses is 1), but label 0 was -1. Number the classes"
            + " from 0, and set numClasses to at least the largest label + 1.",
        error(() -> LabelEncoder.toCategorical(new int[] {-1})));
    assertTrue(
        error(() -> LabelEncoder.toCategorical(new int[][] {{0}, {0, 2}}, 2))
            .contains("but label 1, 1 was 2."));
    assertEquals(
        "numClasses must be at least 1, but was 0.",
        error(() -> LabelEncoder.toCategorical(new int[] {0}, 0)));
    assertTrue(error(() -> LabelEncoder.toCategorical(new int[0])).contains("at least one label"));
  }

  /** The weights are those of scikit-learn 1.2's compute_class_weight("balanced", …). */
  @Test
  void balancesTheWeightsOfClasses() {
    LabelEncoder labels = LabelEncoder.of(CITIES);
    int[] numbers = new int[45];
    Arrays.fill(numbers, 7, 18, 1);
    Arrays.fill(numbers, 18, 45, 2);
    assertArrayEquals(new int[] {7, 11, 27}, labels.counts(numbers));
    Map<Integer, Double> weights = labels.balancedWeights(numbers);
    assertEquals(
        Map.of(0, 2.142857142857143, 1, 1.3636363636363635, 2, 0.5555555555555556), weights);
    assertTrue(
        error(() -> labels.balancedWeights(new int[] {0, 1, 1}))
            .contains("but 'tokyo' has none of 3."));
    assertTrue(error(() -> labels.balancedWeights(new int[] {0, 3})).contains("label 1 was 3."));
  }

  @Test
  void decodesPredictions() {
    LabelEncoder labels = LabelEncoder.of(CITIES);
    assertEquals(
        List.of("tokyo", "amsterdam", "paris"),
        labels.decode(new double[][] {{0.1, 0.2, 0.7}, {0.4, 0.4, 0.2}, {0, 1, 0}}));
    LabelEncoder binary = LabelEncoder.of(BooleanColumn.create("rain", true, false));
    assertEquals(
        List.of("false", "true", "false"), binary.decode(new double[][] {{0.5}, {0.51}, {0}}));
    assertEquals(
        "A prediction must have one output for each of the 3 classes, or one output for two classes,"
            + " but has 2.",
        error(() -> labels.decode(new double[][] {{0.1, 0.9}})));
  }

  @Test
  void keepsTheOrderOfGivenClasses() {
    LabelEncoder labels = LabelEncoder.ofClasses(List.of("low", "high"));
    assertArrayEquals(new int[] {1, 0}, labels.encode(StringColumn.create("level", "high", "low")));
    assertEquals(
        "The classes must be different, and at least one, but were [a, a].",
        error(() -> LabelEncoder.ofClasses(List.of("a", "a"))));
  }

  @Test
  void rejectsUnknownAndMissingLabels() {
    LabelEncoder labels = LabelEncoder.of(CITIES);
    assertEquals(
        "The name of the class in row 1 must be one of [amsterdam, paris, tokyo], but was 'Pari'."
            + " Did you mean 'paris'?",
        error(() -> labels.encode(StringColumn.create("x", "paris", "Pari"))));
    StringColumn missing = StringColumn.create("x", "paris");
    missing.appendMissing();
    assertEquals(
        "Every row must have a label, but row 1 of column 'x' has none. Remove such rows, or replace"
            + " the missing labels.",
        error(() -> labels.encode(missing)));
    assertTrue(error(() -> LabelEncoder.of(StringColumn.create("x"))).contains("is empty"));
  }

  @Test
  void errorForTextLabelsNamesTheEncoder() {
    String message =
        error(() -> Samples.of(new double[4][1]).targets(Table.create(CITIES), "city"));
    assertTrue(message.contains("'city' must be numeric, but is of type STRING"), message);
    assertTrue(message.contains("LabelEncoder.of(column).encode(column)"), message);
    StringColumn numbers = StringColumn.create("x", "1.5", "n/a");
    String other = error(() -> Samples.of(new double[2][1]).targets(Table.create(numbers), "x"));
    assertTrue(!other.contains("LabelEncoder"), other);
  }
}
