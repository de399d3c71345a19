package org.unroll.optimizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import org.unroll.keras.KerasConfig;
import org.unroll.network.Gradient;
import org.unroll.network.Weight;
import org.unroll.training.References;

/** Optimizers, compared with Keras step by step. */
class OptimizersTest {
  static List<JsonNode> cases() {
    List<JsonNode> cases = References.read("optimizers.json");
    cases.addAll(References.read("sparse_optimizers.json"));
    return cases;
  }

  private static Optimizer optimizer(JsonNode reference) {
    return KerasConfig.optimizer(References.config(reference, "optimizer"));
  }

  private static List<Weight> weights(JsonNode start) {
    List<Weight> weights = new ArrayList<>();
    weights.add(new Weight("kernel", Shape.of(3, 2), References.floats(start.get(0)), null));
    weights.add(new Weight("bias", Shape.of(2), References.floats(start.get(1)), null));
    return weights;
  }

  private static void step(
      Optimizer optimizer, List<Weight> weights, JsonNode reference, int step) {
    JsonNode gradients = reference.get("gradients").get(step);
    float[][] values = {References.floats(gradients.get(0)), References.floats(gradients.get(1))};
    if (!reference.has("rows")) {
      optimizer.apply(weights, values);
      return;
    }
    int[] rows = new int[reference.get("rows").get(step).size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = reference.get("rows").get(step).get(i).asInt();
    }
    Gradient slice = Gradient.sparse(6, 2);
    slice.setEntries(rows.length, rows, values[0], 0);
    Gradient total = Gradient.sparse(6, 2);
    optimizer.prepare(new Gradient[] {total}, weights);
    total.reserveSum();
    total.setToSum(new Gradient[] {slice}, 1, 1, 0, 1);
    values[0] = total.values();
    optimizer.apply(weights, values, new Gradient.Rows[] {total.rows(), null});
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStepMatchesKeras(JsonNode reference) {
    Optimizer optimizer = optimizer(reference);
    List<Weight> weights = weights(reference.get("start"));
    for (int step = 0; step < reference.get("gradients").size(); step++) {
      step(optimizer, weights, reference, step);
      assertEquals(step + 1, optimizer.iterations());
      for (int i = 0; i < 2; i++) {
        float[] expected = References.floats(reference.get("weights").get(step).get(i));
        assertClose(expected, weights.get(i).values(), 2e-6, "step " + step + ", weight " + i);
      }
    }
    JsonNode slots = reference.get("slots");
    assertEquals(slots.size(), optimizer.slots().size());
    for (int i = 0; i < slots.size(); i++) {
      Optimizer.Slot slot = optimizer.slots().get(i);
      if (slot.weight() >= 0) {
        String expected = weights.get(slot.weight()).name() + "_" + slot.name();
        assertEquals(slots.get(i).get("name").asText(), expected);
        assertEquals(weights.get(slot.weight()).shape(), slot.shape());
      }
      assertClose(References.floats(slots.get(i).get("values")), slot.values(), 1e-5, slot.name());
    }
  }

  /** The weights are about 1, so five float32 steps have an absolute error of about 5e-7. */
  private static void assertClose(float[] expected, float[] actual, double relative, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      double tolerance = relative * Math.abs(expected[i]) + 5e-7;
      assertEquals(expected[i], actual[i], tolerance, what + ", value " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void restoredStateContinuesWithTheSameBits(JsonNode reference) {
    Optimizer whole = optimizer(reference);
    List<Weight> expected = weights(reference.get("start"));
    Optimizer first = optimizer(reference);
    List<Weight> before = weights(reference.get("start"));
    for (int step = 0; step < 3; step++) {
      step(first, before, reference, step);
    }
    Optimizer second = optimizer(reference);
    List<Weight> after = new ArrayList<>();
    before.forEach(w -> after.add(new Weight(w.name(), w.shape(), w.values().clone(), null)));
    second.build(after);
    second.iterations(first.iterations());
    for (int i = 0; i < first.slots().size(); i++) {
      float[] values = first.slots().get(i).values();
      System.arraycopy(values, 0, second.slots().get(i).values(), 0, values.length);
    }
    for (int step = 0; step < 5; step++) {
      step(whole, expected, reference, step);
      if (step >= 3) {
        step(second, after, reference, step);
      }
    }
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(expected.get(i).values(), after.get(i).values());
    }
  }

  @Test
  void defaultsMatchKeras() {
    assertEquals(0.01, Optimizers.sgd().learningRate());
    assertEquals(0.001, Optimizers.rmsprop().learningRate());
    assertEquals(0.9, Optimizers.rmsprop().rho());
    assertEquals(0.004, Optimizers.adamW().weightDecay());
    assertEquals("adamw", Optimizers.of("AdamW").name());
    assertEquals("rmsprop", Optimizers.of("RMSprop").name());
  }

  @Test
  void optionsCanBeChainedInAnyOrder() {
    Adam adam = Optimizers.adam(0.01).clipnorm(1).amsgrad(true).weightDecay(0.1).beta1(0.8);
    assertTrue(adam.amsgrad());
    assertEquals(1, adam.clipnorm());
  }

  @Test
  void rejectsASecondKindOfClipping() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Optimizers.adam().clipnorm(1).clipvalue(0.5))
            .getMessage();
    assertEquals(
        "clipvalue cannot be combined with another kind of clipping, but was set to 0.5 in addition"
            + " to clipnorm=1.0, clipvalue=null, globalClipnorm=null. Create a new optimizer with"
            + " one of them.",
        message);
    assertThrows(IllegalArgumentException.class, () -> Optimizers.adam().globalClipnorm(0));
    assertThrows(IllegalArgumentException.class, () -> Optimizers.adam().clipnorm(Double.NaN));
    // The same option can be set again.
    assertEquals(2, Optimizers.adam().clipnorm(1).clipnorm(2).clipnorm());
  }

  @Test
  void infiniteGradientsAreNotHiddenByClipping() {
    for (Optimizer optimizer :
        List.of(Optimizers.sgd().clipnorm(1), Optimizers.sgd().globalClipnorm(1))) {
      Weight weight = new Weight("kernel", Shape.of(2), new float[2], null);
      optimizer.apply(List.of(weight), new float[][] {{Float.POSITIVE_INFINITY, 1}});
      assertTrue(Float.isNaN(weight.values()[0]), "the weight is " + weight.values()[0]);
    }
  }

  @Test
  void rejectsOtherWeightsAfterTheFirstStep() {
    Optimizer optimizer = Optimizers.adam();
    optimizer.apply(
        List.of(new Weight("kernel", Shape.of(2), new float[2], null)), new float[1][2]);
    Weight other = new Weight("kernel", Shape.of(2), new float[2], null);
    String message =
        assertThrows(
                IllegalStateException.class, () -> optimizer.apply(List.of(other), new float[1][2]))
            .getMessage();
    assertEquals(
        "An optimizer must always update the same weights, but the optimizer 'adam' received others:"
            + " weight 0, 'kernel', is another one than before. Create a new optimizer for each"
            + " model.",
        message);
    assertThrows(IllegalStateException.class, () -> ((Adam) optimizer).amsgrad(true));
  }

  @Test
  void rejectsSettingAScheduledOrInvalidRate() {
    Optimizer optimizer =
        Optimizers.sgd().learningRate(Schedules.exponentialDecay(0.1, 10, 0.5).staircase(true));
    assertEquals(0.1, optimizer.learningRate());
    optimizer.iterations(10);
    assertEquals(0.05, optimizer.learningRate(), 1e-15);
    assertThrows(IllegalStateException.class, () -> optimizer.learningRate(0.1));
    assertThrows(IllegalArgumentException.class, () -> Optimizers.sgd(-0.1));
    assertThrows(IllegalArgumentException.class, () -> Optimizers.sgd(Double.NaN));
  }

  @Test
  void unknownNameListsTheKnownNames() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Optimizers.of("muon")).getMessage();
    assertEquals(
        "Unknown optimizer 'muon'. Known: sgd, rmsprop, adam, adamw, nadam, adamax, adagrad,"
            + " adadelta, ftrl, lion, lamb",
        message);
  }
}
