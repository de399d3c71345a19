package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tech.tablesaw.api.Table;

/** Compares confusion matrices and threshold curves with examples in scikit-learn's docs. */
class ClassificationTest {
  private static final ThresholdCurves CURVES =
      ThresholdCurves.of(new int[] {0, 0, 1, 1}, new double[] {0.1, 0.4, 0.35, 0.8});

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  /** The example of {@code confusion_matrix}. */
  @Test
  void countsLabels() {
    var matrix =
        ConfusionMatrix.of(
            List.of("cat", "ant", "cat", "cat", "ant", "bird"),
            List.of("ant", "ant", "cat", "cat", "ant", "cat"));
    assertEquals(List.of("ant", "bird", "cat"), matrix.classes());
    assertArrayEquals(new int[][] {{2, 0, 0}, {0, 0, 1}, {1, 0, 2}}, matrix.counts());
    assertEquals(4.0 / 6, matrix.accuracy(), 1e-12);
    Table table = matrix.toTable();
    assertEquals(
        List.of("truth", "ant predicted", "bird predicted", "cat predicted"), table.columnNames());
    assertEquals("[2, 0, 1]", table.intColumn("ant predicted").asList().toString());
  }

  /** The example of {@code classification_report}. */
  @Test
  void reportsByClass() {
    Table report =
        ConfusionMatrix.of(
                List.of("class 0", "class 1", "class 2"),
                new int[] {0, 1, 2, 2, 2},
                new int[] {0, 0, 2, 2, 1})
            .report();
    assertArrayEquals(
        new double[] {0.5, 0, 1}, report.doubleColumn("precision").asDoubleArray(), 1e-12);
    assertArrayEquals(
        new double[] {1, 0, 2.0 / 3}, report.doubleColumn("recall").asDoubleArray(), 1e-12);
    assertArrayEquals(
        new double[] {2.0 / 3, 0, 0.8}, report.doubleColumn("f1").asDoubleArray(), 1e-12);
    assertEquals("[1, 1, 3]", report.intColumn("samples").asList().toString());
  }

  /** The examples of {@code roc_curve} and {@code roc_auc_score}. */
  @Test
  void rocCurveHasAPointForEachThreshold() {
    Table roc = CURVES.roc();
    assertArrayEquals(
        new double[] {Double.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1},
        roc.doubleColumn("threshold").asDoubleArray());
    assertArrayEquals(
        new double[] {0, 0, 0.5, 0.5, 1}, roc.doubleColumn("false positive rate").asDoubleArray());
    assertArrayEquals(
        new double[] {0, 0.5, 0.5, 1, 1}, roc.doubleColumn("true positive rate").asDoubleArray());
    assertEquals(0.75, CURVES.rocAuc(), 1e-12);
  }

  /** The examples of {@code precision_recall_curve} and {@code average_precision_score}. */
  @Test
  void precisionRecallCurveBeginsWithoutPositives() {
    Table curve = CURVES.precisionRecall();
    assertArrayEquals(
        new double[] {1, 1, 0.5, 2.0 / 3, 0.5},
        curve.doubleColumn("precision").asDoubleArray(),
        1e-12);
    assertArrayEquals(
        new double[] {0, 0.5, 0.5, 1, 1}, curve.doubleColumn("recall").asDoubleArray(), 1e-12);
    assertEquals(5.0 / 6, CURVES.averagePrecision(), 1e-12);
    assertEquals(0.5, CURVES.positives());
  }

  /** By hand: at 0.5 two of three samples are positive, one of them rightly. */
  @Test
  void equalScoresAreOnePoint() {
    var ties = ThresholdCurves.of(new int[] {1, 0, 1}, new double[] {0.5, 0.5, 0.2});
    Table roc = ties.roc();
    assertArrayEquals(
        new double[] {0, 1, 1}, roc.doubleColumn("false positive rate").asDoubleArray());
    assertArrayEquals(
        new double[] {0, 0.5, 1}, roc.doubleColumn("true positive rate").asDoubleArray());
    assertEquals(0.25, ties.rocAuc(), 1e-12);
  }

  @Test
  void rejectsWhatCannotBeCounted() {
    assertEquals(
        "There must be samples of both classes, but there are 2 of class 1 and 0 of class 0.",
        error(() -> ThresholdCurves.of(new int[] {1, 1}, new double[] {0.1, 0.2})));
    assertTrue(
        error(() -> ThresholdCurves.of(new int[] {0, 2}, new double[] {0.1, 0.2}))
            .contains("sample 1 has the class 2 and the score 0.2"));
    assertTrue(
        error(() -> ThresholdCurves.of(new int[] {0, 1}, new double[] {0.1}))
            .contains("1 scores for 2 samples"));
    assertTrue(
        error(() -> ConfusionMatrix.of(List.of("a", "b"), new int[] {0, 2}, new int[] {0, 1}))
            .contains("A class number must be from 0 to 1 for the classes [a, b], but was 2"));
    assertTrue(
        error(() -> ConfusionMatrix.of(List.of(), List.of())).contains("at least one sample"));
  }
}
