package org.unroll.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class SamplesTest {
  private static final double[][] THREE_ROWS = {{1, 2}, {3, 4}, {5, 6}};

  @Test
  void rowsOfAllSourcesAreEqual() {
    float[] expected = {3, 4};
    var matrix = new DMatrixRMaj(THREE_ROWS);
    var table =
        Table.create(DoubleColumn.create("a", 1, 3, 5), IntColumn.create("b", new int[] {2, 4, 6}));
    assertArrayEquals(expected, input(Samples.of(THREE_ROWS), 1));
    assertArrayEquals(expected, input(Samples.of(matrix), 1));
    assertArrayEquals(expected, input(Samples.of(new SimpleMatrix(THREE_ROWS)), 1));
    assertArrayEquals(
        expected, input(Samples.of(new FMatrixRMaj(3, 2, true, 1, 2, 3, 4, 5, 6)), 1));
    assertArrayEquals(expected, input(Samples.of(table), 1));
    assertArrayEquals(new float[] {4, 3}, input(Samples.of(table, "b", "a"), 1));
    assertArrayEquals(expected, input(Samples.of(new int[][] {{1, 2}, {3, 4}}), 1));
  }

  @Test
  void targetShapeFollowsFromTheSource() {
    Samples three = Samples.of(THREE_ROWS);
    assertNull(three.targetShape());
    assertEquals(Shape.of(1), three.targets(new double[] {7, 8, 9}).targetShape());
    assertEquals(Shape.of(1), three.targets(new int[] {0, 1, 2}).targetShape());
    assertEquals(Shape.of(2), three.targets(THREE_ROWS).targetShape());
    assertEquals(Shape.of(4), three.targets(new int[3][4]).targetShape());
    assertEquals(Shape.of(4, 2), three.targets(new double[3][4][2]).targetShape());
    assertEquals(Shape.of(2), three.targets(new DMatrixRMaj(THREE_ROWS)).targetShape());

    float[] target = new float[5];
    three.targets(THREE_ROWS).copyTarget(2, target, 3);
    assertArrayEquals(new float[] {0, 0, 0, 5, 6}, target);
  }

  @Test
  void copiesSequencesTimeMajor() {
    double[][][] two = {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}};
    Samples samples = Samples.of(two);
    float[] slice = new float[12];
    samples.copyInput(0, slice, 0, 2);
    samples.copyInput(1, slice, 1, 2);
    assertEquals(Shape.of(3, 2), samples.inputShape());
    assertArrayEquals(new float[] {1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12}, slice);
  }

  /** The rows of images come first, as time steps do: the first row of all images, the second … */
  @Test
  void imagesAreTheSameFromNestedAndFromFlatArrays() {
    double[][][][] nested = {
      {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}},
      {{{-1, -2}, {-3, -4}, {-5, -6}}, {{-7, -8}, {-9, -10}, {-11, -12}}}
    };
    float[] flat = new float[24];
    for (int i = 0; i < 12; i++) {
      flat[i] = i + 1;
      flat[12 + i] = -i - 1;
    }
    float[] first = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};
    float[] second = {7, 8, 9, 10, 11, 12, -7, -8, -9, -10, -11, -12};
    Shape shape = Shape.of(2, 3, 2);
    for (Samples images : new Samples[] {Samples.of(nested), Samples.of(shape, flat)}) {
      assertEquals(shape, images.inputShape());
      float[] slice = new float[24];
      images.copyInput(0, slice, 0, 2);
      images.copyInput(1, slice, 1, 2);
      assertArrayEquals(first, Arrays.copyOf(slice, 12));
      assertArrayEquals(second, Arrays.copyOfRange(slice, 12, 24));
    }
    Samples videos = Samples.of(new double[][][][][] {nested, nested}).targets(shape, flat);
    assertEquals(Shape.of(2, 2, 3, 2), videos.inputShape());
    float[] target = new float[12];
    videos.copyTarget(1, target, 0);
    assertArrayEquals(Arrays.copyOfRange(flat, 12, 24), target);
    assertEquals(shape, Samples.of(shape, flat).targets(nested).targetShape());
    flat[0] = 9;
    videos.copyTarget(0, target, 0);
    assertEquals(1, target[0]);
  }

  @Test
  void namesThePositionInAnImage() {
    assertMessageContains(
        "but sample 1, position [0, 1] has length 2 and sample 0 has length 1.",
        () -> Samples.of(new double[][][][] {{{{1}, {2}}}, {{{3}, {4, 5}}}}));
    assertMessageContains(
        "but sample 1 has length 1 and sample 0 has length 2.",
        () -> Samples.of(new double[][][][] {{{{1}}, {{2}}}, {{{3}}}}));
    assertMessageContains(
        "but contain NaN at sample 1, position [0, 1, 0].",
        () -> Samples.of(new double[][][][] {{{{1}, {2}}}, {{{3}, {Double.NaN}}}}));
    assertMessageContains(
        "but contain NaN at sample 1, position [0, 1, 0].",
        () -> Samples.of(Shape.of(1, 2, 1), new float[] {1, 2, 3, Float.NaN}));
    assertMessageContains(
        "but sample 0 is empty.", () -> Samples.of(new double[][][][][] {{{{{}}}}}));
    assertMessageContains(
        "The inputs of shape (2, 3, 2) must have a multiple of 12 values, one or more samples, but"
            + " there are 13.",
        () -> Samples.of(Shape.of(2, 3, 2), new float[13]));
    assertMessageContains("but there are 0.", () -> Samples.of(Shape.of(2), new float[0]));
    assertMessageContains(
        "must have at least one axis and no axis of Shape.ANY, but was (None, 2).",
        () -> Samples.of(Shape.of(Shape.ANY, 2), new float[2]));
  }

  @Test
  void laterChangesOfTheArrayHaveNoEffect() {
    double[][] rows = {{1}, {2}};
    Samples samples = Samples.of(rows);
    rows[0][0] = 9;
    assertArrayEquals(new float[] {1}, input(samples, 0));
  }

  @Test
  void countsASmallerLastBatch() {
    Samples three = Samples.of(THREE_ROWS);
    assertEquals(32, three.batchSize());
    assertEquals(1, three.batches());
    assertEquals(2, three.batchSize(2).batches());
    assertEquals("3 samples of shape (2,), no targets, in 2 batches of 2", three.batchSize(2) + "");
  }

  @Test
  void rejectsInvalidSamples() {
    assertMessageContains(
        "The inputs must contain at least one sample with at least one number, but there are no"
            + " samples.",
        () -> Samples.of(new double[0][]));
    assertMessageContains("but sample 0 is empty.", () -> Samples.of(new double[2][0]));
    assertMessageContains(
        "but there are 0 rows and 1 columns.",
        () -> Samples.of(Table.create(DoubleColumn.create("a"))));
    assertMessageContains(
        "The targets must contain at least one", () -> Samples.of(THREE_ROWS).targets(new int[0]));
    assertMessageContains(
        "All samples of the inputs must have the same shape, but sample 1 has length 1 and sample 0 has"
            + " length 2. Pad or truncate them to one length, or use Sequences.",
        () -> Samples.of(new int[][] {{1, 2}, {3}}));
    assertMessageContains(
        "but sample 1, time step 1 has length 2 and time step 0 has length 1.",
        () -> Samples.of(new double[][][] {{{1}, {2}}, {{3}, {4, 5}}}));
    assertMessageContains(
        "The inputs must be finite numbers within the range of a float, but contain NaN at sample 1,"
            + " column 0. Remove or replace such values first.",
        () -> Samples.of(new double[][] {{1}, {Double.NaN}}));
    assertMessageContains(
        "but contain -Infinity at sample 0, time step 1, feature 0.",
        () -> Samples.of(new double[][][] {{{1}, {Double.NEGATIVE_INFINITY}}}));
    assertMessageContains(
        "but contain 1.0E39 at sample 0",
        () -> Samples.of(THREE_ROWS).targets(new double[] {1e39}));
    assertMessageContains(
        "but contain NaN at row 1, column 'b'.",
        () ->
            Samples.of(
                Table.create(
                    DoubleColumn.create("a", 1, 2), DoubleColumn.create("b", 1, Double.NaN))));
    assertMessageContains(
        "Integers in the inputs must lie between -16777216 and 16777216, because they are stored as"
            + " floats, but sample 0, column 1 contains 16777217.",
        () -> Samples.of(new int[][] {{1, 16777217}}));
    assertMessageContains(
        "Every sample must have one target, but there are 3 inputs of shape (2,) and 2 targets of shape"
            + " (1,).",
        () -> Samples.of(THREE_ROWS).targets(new double[2]));
    assertMessageContains(
        "batchSize must be at least 1, but was 0.", () -> Samples.of(THREE_ROWS).batchSize(0));
  }

  @Test
  void errorsNameTheColumn() {
    Table table =
        Table.create(DoubleColumn.create("a", 1, 2), StringColumn.create("b", "3", "calm"));
    assertMessageContains(
        "The table must have a column 'c', but its columns are: 'a', 'b'.",
        () -> Samples.of(table, "c"));
    assertMessageContains(
        "The column 'b' must be numeric, but is of type STRING; row 1 contains 'calm'. Correct the cell"
            + " before the table is read, or select the columns by name.",
        () -> Samples.of(table));
    assertMessageContains("row 1 contains 'calm'", () -> Samples.of(table, "a", "b"));
  }

  @Test
  void copyTargetRequiresTargets() {
    var error =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Samples.of(THREE_ROWS).copyTarget(0, new float[1], 0));
    assertEquals("These samples have no targets. Set them with targets(…).", error.getMessage());
  }

  private static float[] input(Samples samples, int sample) {
    float[] input = new float[samples.inputShape().size()];
    samples.copyInput(sample, input, 0, 1);
    return input;
  }
}
