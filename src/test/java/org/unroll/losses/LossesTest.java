package org.unroll.losses;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.compute.Activation;
import org.unroll.keras.KerasConfig;
import org.unroll.training.References;

/** Losses, compared with Keras and with finite differences. */
class LossesTest {
  private static final int OFFSET = 5;

  static List<JsonNode> cases() {
    return References.read("losses.json");
  }

  private static Loss loss(JsonNode reference) {
    return KerasConfig.loss(References.config(reference, "loss"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsMatchKeras(JsonNode reference) {
    Loss loss = loss(reference);
    int outputs = reference.get("outputs").asInt();
    float[] predictions = References.floats(reference.get("predictions"));
    float[] targets = References.floats(reference.get("targets"));
    float[] weights = References.floats(reference.get("weights"));
    float[] values = References.floats(reference.get("values"));
    int positions = values.length;
    int width = loss.targetWidth(outputs);

    double total = 0;
    for (int i = 0; i < positions; i++) {
      if (loss.overBatch() != null) { // each position has the loss of the batch
        total += weights[i] * values[i];
        continue;
      }
      float[] target = Arrays.copyOfRange(targets, i * width, (i + 1) * width);
      double value = loss.sum(1, outputs, predictions, i * outputs, target, null, null);
      assertEquals(values[i], value, tolerance(values[i]), "loss of position " + i);
      total += weights[i] * value;
    }

    float[] gradient = new float[predictions.length];
    Arrays.fill(gradient, Float.NaN);
    double sum =
        loss.sum(
            positions,
            outputs,
            References.shifted(predictions, OFFSET),
            OFFSET,
            targets,
            weights,
            gradient);
    assertEquals(total, sum, (loss.overBatch() == null ? 1e-12 : 1e-6) * Math.abs(total));
    float[] expected = References.floats(reference.get("gradient"));
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], gradient[i], tolerance(expected[i]), "gradient " + i);
    }
  }

  /** Keras computes in float32, with an absolute error of about 1e-7 if values cancel. */
  private static double tolerance(double expected) {
    return 1e-5 * Math.abs(expected) + 3e-7;
  }

  @Property(tries = 300)
  void gradientsMatchFiniteDifferences(
      @ForAll("smoothLosses") Loss loss,
      @ForAll @FloatRange(min = 0.05f, max = 0.95f) float p,
      @ForAll @FloatRange(min = 0.05f, max = 0.95f) float q) {
    float[] predictions = {p, q, 1 - p};
    float[] targets = loss.targetWidth(3) == 1 ? new float[] {1} : new float[] {0.3f, 0.2f, 0.5f};
    float[] weights = {1.7f};
    float[] gradient = new float[3];
    loss.sum(1, 3, predictions, 0, targets, weights, gradient);
    for (int i = 0; i < 3; i++) {
      float[] up = predictions.clone();
      float[] down = predictions.clone();
      up[i] += 1e-2f;
      down[i] -= 1e-2f;
      double difference =
          (loss.sum(1, 3, up, 0, targets, weights, null)
                  - loss.sum(1, 3, down, 0, targets, weights, null))
              / ((double) up[i] - down[i]);
      assertEquals(difference, gradient[i], 0.05 * Math.abs(difference) + 2e-2);
    }
  }

  @Provide
  Arbitrary<Loss> smoothLosses() {
    return Arbitraries.of(
        Losses.mse(),
        Losses.msle(),
        Losses.huber(),
        Losses.logCosh(),
        Losses.poisson(),
        Losses.klDivergence(),
        Losses.binaryCrossentropy().labelSmoothing(0.2),
        Losses.binaryCrossentropy().fromLogits(true),
        Losses.categoricalCrossentropy().labelSmoothing(0.2),
        Losses.categoricalCrossentropy().fromLogits(true),
        Losses.sparseCategoricalCrossentropy(),
        Losses.sparseCategoricalCrossentropy().fromLogits(true),
        Losses.binaryFocalCrossentropy().applyClassBalancing(true),
        Losses.binaryFocalCrossentropy().fromLogits(true).gamma(1.5),
        Losses.categoricalFocalCrossentropy(),
        Losses.categoricalFocalCrossentropy().fromLogits(true).gamma(1.5),
        Losses.categoricalGeneralizedCrossentropy(),
        Losses.squaredHinge(),
        Losses.cosineSimilarityLoss(),
        Losses.dice(),
        Losses.tversky().alpha(0.3));
  }

  @Test
  void skipsPositionsWithWeightZero() {
    for (Loss loss : List.of(Losses.mse(), Losses.sparseCategoricalCrossentropy())) {
      float[] gradient = {9, 9, 9, 9};
      float[] targets = loss.targetWidth(2) == 1 ? new float[] {-1, 0} : new float[] {0, 0, 1, 0};
      double sum =
          loss.sum(
              2, 2, new float[] {Float.NaN, 1, 1, 0}, 0, targets, new float[] {0, 1}, gradient);
      assertEquals(0, sum, 1e-6);
      assertArrayEquals(new float[] {0, 0}, Arrays.copyOf(gradient, 2));
    }
  }

  @Test
  void nanPredictionsAreNotHiddenByClipping() {
    float[] nan = {Float.NaN, 0.5f};
    for (Loss loss :
        List.of(
            Losses.binaryCrossentropy(),
            Losses.categoricalCrossentropy(),
            Losses.categoricalCrossentropy().fromLogits(true),
            Losses.msle(),
            Losses.klDivergence())) {
      double sum = loss.sum(1, 2, nan, 0, new float[] {1, 0}, null, null);
      assertTrue(Double.isNaN(sum), loss.name());
    }
    for (Loss loss :
        List.of(
            Losses.sparseCategoricalCrossentropy(),
            Losses.sparseCategoricalCrossentropy().fromLogits(true))) {
      assertTrue(Double.isNaN(loss.sum(1, 2, nan, 0, new float[] {1}, null, null)), loss.name());
    }
  }

  @Test
  void invalidClassNumberIsReportedWithItsPosition() {
    Loss loss = Losses.sparseCategoricalCrossentropy();
    for (float wrong : new float[] {3, -1, 0.5f, Float.NaN}) {
      float[] targets = {0, wrong};
      IllegalArgumentException error =
          assertThrows(
              IllegalArgumentException.class,
              () -> loss.sum(2, 3, new float[6], 0, targets, null, null));
      assertEquals(
          "A target of sparse_categorical_crossentropy must be a class number between 0 and 2 because"
              + " the model has 3 outputs, but was "
              + wrong
              + " at position 1.",
          error.getMessage());
    }
  }

  @Test
  void namesAndAliasesMatchKeras() {
    assertEquals(Losses.mse(), Losses.of("mse"));
    assertEquals(Losses.mae(), Losses.of("MAE"));
    assertEquals(Losses.mape(), Losses.of("mean_absolute_percentage_error"));
    assertEquals(Losses.klDivergence(), Losses.of("KLDivergence"));
    assertEquals(Losses.binaryCrossentropy(), Losses.of("bce"));
    String message =
        assertThrows(IllegalArgumentException.class, () -> Losses.of("rmse")).getMessage();
    assertTrue(
        message.startsWith("Unknown loss 'rmse'.")
            && message.contains("Known: mean_squared_error, "),
        message);
  }

  @Test
  void lossesOnLogitsMatchTheirActivation() {
    assertEquals(
        Losses.binaryCrossentropy().labelSmoothing(0.1).fromLogits(true),
        Losses.binaryCrossentropy().labelSmoothing(0.1).onLogits(Activation.SIGMOID));
    assertEquals(
        Losses.sparseCategoricalCrossentropy().fromLogits(true),
        Losses.sparseCategoricalCrossentropy().onLogits(Activation.SOFTMAX));
    assertNull(Losses.categoricalCrossentropy().onLogits(Activation.SIGMOID));
    assertNull(Losses.categoricalCrossentropy().fromLogits(true).onLogits(Activation.SOFTMAX));
    assertNull(Losses.mse().onLogits(Activation.SIGMOID));
  }

  @Test
  void rejectsInvalidParameters() {
    var error = assertThrows(IllegalArgumentException.class, () -> Losses.huber(-1));
    assertEquals(
        "delta of the Huber loss must be finite and at least 0, but was -1.0.", error.getMessage());
    error =
        assertThrows(
            IllegalArgumentException.class, () -> Losses.binaryCrossentropy().labelSmoothing(1.5));
    assertEquals("labelSmoothing must be between 0 and 1, but was 1.5.", error.getMessage());
    error = assertThrows(IllegalArgumentException.class, () -> Losses.tversky().alpha(-0.5));
    assertEquals("alpha must be finite and at least 0, but was -0.5.", error.getMessage());
    error =
        assertThrows(
            IllegalArgumentException.class, () -> Losses.categoricalGeneralizedCrossentropy(1));
    assertEquals("q must be greater than 0 and less than 1, but was 1.0.", error.getMessage());
  }
}
