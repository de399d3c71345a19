package org.unroll.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

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
  void rowsOfEverySourceAreTheSame() {
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
  void targetsOfEverySourceHaveTheirShape() {
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
  void sequencesAreWrittenTimeMajor() {
    double[][][] two = {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}};
    Samples samples = Samples.of(two);
    float[] slice = new float[12];
    samples.copyInput(0, slice, 0, 2);
    samples.copyInput(1, slice, 1, 2);
    assertEquals(Shape.of(3, 2), samples.inputShape());
    assertArrayEquals(new float[] {1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12}, slice);
  }

  @Test
  void anArrayMayChangeAfterwards() {
    double[][] rows = {{1}, {2}};
    Samples samples = Samples.of(rows);
    rows[0][0] = 9;
    assertArrayEquals(new float[] {1}, input(samples, 0));
  }

  @Test
  void theLastBatchMayBeShort() {
    Samples three = Samples.of(THREE_ROWS);
    assertEquals(32, three.batchSize());
    assertEquals(1, three.batches());
    assertEquals(2, three.batchSize(2).batches());
    assertEquals("3 samples of shape (2,), no targets, in 2 batches of 2", three.batchSize(2) + "");
  }

  @Test
  void whatCannotBeSamplesIsRefused() {
    assertMessageContains("inputs are empty", () -> Samples.of(new double[0][]));
    assertMessageContains("inputs are empty", () -> Samples.of(new double[2][0]));
    assertMessageContains(
        "inputs are empty", () -> Samples.of(Table.create(DoubleColumn.create("a"))));
    assertMessageContains("targets are empty", () -> Samples.of(THREE_ROWS).targets(new int[0]));
    assertMessageContains(
        "sample 1 with length 1, sample 0 with length 2",
        () -> Samples.of(new int[][] {{1, 2}, {3}}));
    assertMessageContains(
        "sample 1, time step 1 with length 2, time step 0 with length 1",
        () -> Samples.of(new double[][][] {{{1}, {2}}, {{3}, {4, 5}}}));
    assertMessageContains(
        "Received: NaN at sample 1, column 0",
        () -> Samples.of(new double[][] {{1}, {Double.NaN}}));
    assertMessageContains(
        "Received: -Infinity at sample 0, time step 1, feature 0",
        () -> Samples.of(new double[][][] {{{1}, {Double.NEGATIVE_INFINITY}}}));
    assertMessageContains(
        "Received: 1.0E39 at sample 0", () -> Samples.of(THREE_ROWS).targets(new double[] {1e39}));
    assertMessageContains(
        "Received: NaN at row 1, column 'b'",
        () ->
            Samples.of(
                Table.create(
                    DoubleColumn.create("a", 1, 2), DoubleColumn.create("b", 1, Double.NaN))));
    assertMessageContains(
        "16777217 at sample 0, column 1", () -> Samples.of(new int[][] {{1, 16777217}}));
    assertMessageContains(
        "3 inputs of shape (2,) and 2 targets of shape (1,)",
        () -> Samples.of(THREE_ROWS).targets(new double[2]));
    assertMessageContains("batchSize=0", () -> Samples.of(THREE_ROWS).batchSize(0));
  }

  @Test
  void columnsThatDoNotFitAreNamed() {
    Table table =
        Table.create(DoubleColumn.create("a", 1, 2), StringColumn.create("b", "3", "calm"));
    assertMessageContains("no column 'c'. Its columns are: 'a', 'b'", () -> Samples.of(table, "c"));
    assertMessageContains("'b' is of type STRING", () -> Samples.of(table));
    assertMessageContains("row 1 holds 'calm'", () -> Samples.of(table, "a", "b"));
  }

  @Test
  void samplesWithoutTargetsSaySo() {
    var error =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Samples.of(THREE_ROWS).copyTarget(0, new float[1], 0));
    assertEquals("These samples have no targets. Give them with targets(…).", error.getMessage());
  }

  private static float[] input(Samples samples, int sample) {
    float[] input = new float[samples.inputShape().size()];
    samples.copyInput(sample, input, 0, 1);
    return input;
  }
}
