package org.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.losses.Losses.categoricalCrossentropy;
import static org.unroll.losses.Losses.ctc;
import static org.unroll.losses.Losses.mae;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.poisson;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Loss;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;

/** Each hint appears for a mistake and not for a similar model or data without it. */
class HintsTest {
  private static List<String> hints(Loss loss, Dataset data, Layer... layers) {
    return hints(loss, data, Map.of(), layers);
  }

  private static List<String> hints(
      Loss loss, Dataset data, Map<Integer, Double> classWeight, Layer... layers) {
    Network network = new Network(Arrays.asList(layers), 0);
    var outputs = List.of(new CompiledOutput(loss, null, 1, Map.of()));
    var compiled =
        new CompiledNetwork(network, Optimizers.adam(), outputs, network.trainableWeights());
    DataChecks.requireFit(network, outputs, data, "training");
    return Hints.of(compiled, data, classWeight);
  }

  private static void assertOne(List<String> hints, String... parts) {
    assertEquals(1, hints.size(), hints.toString());
    for (String part : parts) {
      assertTrue(hints.get(0).contains(part), hints + " must contain: " + part);
    }
  }

  /** Samples of two features: −1 and 1 in turn; base − spread and base + spread in turn. */
  private static Samples features(double base, double spread) {
    double[][] rows = new double[100][];
    for (int i = 0; i < rows.length; i++) {
      int sign = i % 2 == 0 ? -1 : 1;
      rows[i] = new double[] {sign, base + sign * spread};
    }
    return Samples.of(rows);
  }

  private static Dataset labeled(double... targets) {
    double[] all = new double[100];
    for (int i = 0; i < all.length; i++) {
      all[i] = targets[i % targets.length];
    }
    return features(0, 1).targets(all);
  }

  private static Dataset oneHot(double... target) {
    double[][] all = new double[100][];
    Arrays.fill(all, target);
    return features(0, 1).targets(all);
  }

  @Test
  void unscaledFeaturesAreNamedWithTheirNumbers() {
    double[] targets = new double[100];
    assertOne(
        hints(mse(), features(989, 8).targets(targets), input(2), dense(1)),
        "Input column 1 is not scaled (mean 989, std 8)",
        "Subtract the mean of the training data");
    assertOne(hints(mse(), features(0, 200).targets(targets), input(2), dense(1)), "std 200");
    assertEquals(List.of(), hints(mse(), features(5, 3).targets(targets), input(2), dense(1)));
  }

  @Test
  void windowsAreNamedByColumnAndNormalizedOnes() {
    double[][] rows = new double[60][];
    for (int i = 0; i < rows.length; i++) {
      int sign = i % 2 == 0 ? -1 : 1;
      rows[i] = new double[] {1000 + 2 * sign, 300 + sign};
    }
    TimeSeries series = TimeSeries.of(rows, "pressure", "power").target("power");
    List<String> found = hints(mae(), series.windows().lookback(4), input(4, 2), gru(2), dense(1));
    assertEquals(2, found.size(), found.toString());
    assertTrue(
        found
            .get(0)
            .startsWith(
                "Input column 'pressure' is not scaled (mean 1000, std 2), nor is 1 other of 2."),
        found.get(0));
    assertTrue(
        found.get(1).startsWith("Target column 'power' is not scaled (mean 300, std "),
        found.get(1));
    assertTrue(found.get(1).contains("Call normalizedOn(from, to) on the series."), found.get(1));
    var scaled = series.normalizedOn(0, 40).windows().lookback(4).targetSteps(3);
    assertEquals(List.of(), hints(mae(), scaled, input(4, 2), gru(2), dense(3)));
  }

  @Test
  void idsAndInputsOfANormalizationNeedNoScale() {
    double[] targets = new double[100];
    Dataset large = features(500, 300).targets(targets);
    assertEquals(List.of(), hints(mse(), large, input(2), batchNormalization(), dense(1)));
    double[][] ids = new double[100][2];
    Arrays.setAll(ids, i -> new double[] {10 * i, 5 * i});
    assertEquals(
        List.of(),
        hints(
            mse(),
            Samples.of(ids).targets(targets),
            input(2),
            embedding(1000, 3),
            gru(2),
            dense(1)));
  }

  @Test
  void unscaledTargetsMatterForRegressionOnly() {
    assertOne(
        hints(mse(), labeled(1500, 2500), input(2), dense(1)),
        "Target column 0 is not scaled (mean 2000, std 500)");
    assertEquals(List.of(), hints(poisson(), labeled(1500, 2500), input(2), dense(1)));
    assertEquals(
        List.of(),
        hints(sparseCategoricalCrossentropy(), labeled(0, 29), input(2), dense(30, "softmax")));
  }

  @Test
  void softmaxOverOneUnitIsAlwaysOne() {
    for (Loss loss : List.of(binaryCrossentropy(), mse())) {
      assertOne(
          hints(loss, labeled(0, 1), input(2), dense(1, "softmax")),
          "is a softmax over one unit, which is always 1. Use the activation sigmoid");
    }
    assertEquals(
        List.of(), hints(binaryCrossentropy(), labeled(0, 1), input(2), dense(1, "sigmoid")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "relu", "tanh"})
  void crossentropyNeedsProbabilities(String activation) {
    String expected = "', has the activation " + activation + ". Use the activation ";
    assertOne(
        hints(binaryCrossentropy(), labeled(0, 1), input(2), dense(1, activation)),
        "binary_crossentropy needs probabilities, but the last layer, '",
        expected + "sigmoid, or fromLogits(true) with a linear layer.");
    assertOne(
        hints(categoricalCrossentropy(), oneHot(0, 1), input(2), dense(2, activation)),
        expected + "softmax");
    assertOne(
        hints(
            sparseCategoricalCrossentropy(),
            labeled(0, 1),
            input(2),
            dense(2),
            activation(activation)),
        expected + "softmax");
  }

  @Test
  void ctcNeedsNoActivation() {
    Dataset data = Samples.of(new double[][][] {{{1, 2}, {-1, 0}}}).targets(new int[][] {{1}});
    assertOne(
        hints(ctc(), data, input(2, 2), dense(3, "softmax")),
        "ctc needs outputs without an activation",
        "has the activation softmax. Remove the activation.");
    assertEquals(List.of(), hints(ctc(), data, input(2, 2), dense(3)));
  }

  @Test
  void crossentropyOfLogitsNeedsNoActivation() {
    assertOne(
        hints(binaryCrossentropy().fromLogits(true), labeled(0, 1), input(2), dense(1, "sigmoid")),
        "with fromLogits(true) needs outputs without an activation",
        "has the activation sigmoid");
    assertEquals(
        List.of(), hints(binaryCrossentropy().fromLogits(true), labeled(0, 1), input(2), dense(1)));
    assertEquals(
        List.of(), hints(categoricalCrossentropy(), oneHot(0, 1), input(2), dense(2, "softmax")));
  }

  @Test
  void activationOfDenseLayersAtEachTimeStepIsChecked() {
    double[][][] x = new double[10][3][2];
    double[][] y = new double[10][3];
    assertOne(
        hints(
            binaryCrossentropy(),
            Samples.of(x).targets(y),
            input(3, 2),
            timeDistributed(dense(1, "relu"))),
        "has the activation relu");
  }

  @Test
  void binaryTargetsAreBetweenZeroAndOne() {
    Layer[] layers = {input(2), dense(1, "sigmoid")};
    assertOne(
        hints(binaryCrossentropy(), labeled(0, 1, 1, 2), layers),
        "needs targets between 0 and 1, but 25 of 100 looked at are not, such as 2.0 in sample 3");
    assertOne(
        hints(binaryCrossentropy(), labeled(-1, 1), input(2), dense(1, "sigmoid")),
        "such as -1.0 in sample 0");
    assertEquals(
        List.of(), hints(binaryCrossentropy(), labeled(0, 0.5, 1), input(2), dense(1, "sigmoid")));
  }

  @Test
  void classWeightsAreForClasses() {
    Map<Integer, Double> weights = Map.of(1, 3.0);
    assertOne(
        hints(mse(), labeled(0.25, 1), weights, input(2), dense(1)),
        "classWeight(…) is for classes, but 50 of 100 targets looked at are not class numbers, such"
            + " as 0.25 in sample 0.");
    assertEquals(List.of(), hints(mse(), labeled(0, 1), weights, input(2), dense(1)));
    assertEquals(
        List.of(),
        hints(binaryCrossentropy(), labeled(0, 1), weights, input(2), dense(1, "sigmoid")));
  }

  @Test
  void wrongShapeOfTargetsNamesTheOtherCrossentropy() {
    Layer[] layers = {input(2), dense(3, "softmax")};
    String numbers =
        assertThrows(
                IllegalArgumentException.class,
                () -> hints(categoricalCrossentropy(), labeled(0, 1, 2), layers))
            .getMessage();
    assertTrue(
        numbers.endsWith(" For class numbers, use sparseCategoricalCrossentropy()."), numbers);
    String oneHot =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    hints(
                        sparseCategoricalCrossentropy(),
                        oneHot(0, 1, 0),
                        input(2),
                        dense(3, "softmax")))
            .getMessage();
    assertTrue(oneHot.endsWith(" For one-hot targets, use categoricalCrossentropy()."), oneHot);
  }

  @Test
  void slowFirstEpochIsReportedIfItIsMuchSlower() {
    assertTrue(
        Hints.slowFirstEpoch(6.24, 0.91)
            .orElseThrow()
            .startsWith("The first epoch took 6.2 s and the second 0.9 s"));
    assertFalse(Hints.slowFirstEpoch(6, 4).isPresent());
    assertFalse(Hints.slowFirstEpoch(0.9, 0.1).isPresent());
  }

  /** A dataset of more samples than are looked at, which counts the reads. */
  @Test
  void looksAtFewSamplesOfLargeData() {
    List<Integer> read = new ArrayList<>();
    Dataset base = Samples.of(new double[100_000][2]).targets(new double[100_000]);
    Dataset counted =
        new Dataset() {
          @Override
          public int size() {
            return base.size();
          }

          @Override
          public org.unroll.data.Shape inputShape() {
            return base.inputShape();
          }

          @Override
          public org.unroll.data.Shape targetShape() {
            return base.targetShape();
          }

          @Override
          public void copyInput(int sample, float[] slice, int row, int rows) {
            read.add(sample);
            base.copyInput(sample, slice, row, rows);
          }

          @Override
          public void copyTarget(int sample, float[] target, int offset) {
            base.copyTarget(sample, target, offset);
          }
        };
    assertEquals(List.of(), hints(mse(), counted, input(2), dense(1)));
    assertTrue(read.size() < 300, read.size() + " samples were read");
    assertTrue(read.get(read.size() - 1) > 99_000);
  }
}
