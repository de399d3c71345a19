package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.data.Samples;
import org.unroll.layers.core.Dense;
import org.unroll.losses.Losses;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;

class SequentialAddTest {
  private static final Samples DATA =
      Samples.of(new double[][][] {{{1, 2}, {2, 0}}, {{3, 1}, {1, 1}}, {{0, 1}, {2, 2}}})
          .targets(new double[] {1, 2, 3})
          .batchSize(2);

  @TempDir Path folder;

  private static Layer[] layers() {
    return new Layer[] {
      input(2, 2),
      gru(3).returnSequences(true).dropout(0.2),
      batchNormalization(),
      lstm(4),
      dropout(0.3),
      dense(3, "relu"),
      dense(1)
    };
  }

  private static void assertSameWeights(Sequential expected, Sequential actual) {
    assertEquals(expected.network().weightPaths(), actual.network().weightPaths());
    for (int w = 0; w < expected.network().weights().size(); w++) {
      Weight weight = actual.network().weights().get(w);
      assertArrayEquals(expected.network().weights().get(w).values(), weight.values());
    }
  }

  @Test
  void addingLayersGivesTheModelOfAllLayersAtOnce() {
    Sequential atOnce = Sequential.seeded(5, layers());
    Sequential model = Sequential.seeded(5);
    for (Layer layer : layers()) {
      model.add(layer);
    }
    assertEquals(atOnce.summary().toString(), model.summary().toString());
    assertSameWeights(atOnce, model);
    for (Sequential each : List.of(atOnce, model)) {
      each.compile("adam", "mse");
      each.fit(DATA, epochs(2).verbose(0));
    }
    assertSameWeights(atOnce, model);
    model.save(folder.resolve("model.keras"));
    assertSameWeights(model, Sequential.load(folder.resolve("model.keras")));
  }

  @Test
  void theLayersBeforeKeepTheirWeights() {
    Sequential model = Sequential.of(input(2, 2), gru(3), dense(1));
    model.compile("sgd", "mse");
    model.fit(DATA, epochs(1).verbose(0));
    float[] trained = model.network().weights().get(0).values().clone();
    model.add(dense(2));
    assertArrayEquals(trained, model.network().weights().get(0).values());
    assertEquals(2, model.predict(DATA).get(0).length);
  }

  /** In Keras, fit works after compile and add, but not after fit and add. */
  @Test
  void modelStaysCompiledUntilItsOptimizerHasMadeAStep() {
    Sequential model = Sequential.of(input(2, 2), gru(3));
    var optimizer = Optimizers.sgd(0.1);
    model.compile(optimizer, Losses.mse());
    model.add(dense(1));
    model.evaluate(DATA);
    model.fit(DATA, epochs(1).verbose(0));
    assertEquals(2, optimizer.iterations());
    model.add(dense(1));
    assertNull(model.optimizer());
    assertEquals(
        "The model must be compiled before fit. Call compile(optimizer, loss), for example"
            + " compile(rmsprop(), mae()).",
        assertThrows(IllegalStateException.class, () -> model.fit(DATA, epochs(1))).getMessage());
    model.compile("sgd", "mse");
    model.fit(DATA, epochs(1).verbose(0));
  }

  @Test
  void layerThatDoesNotFitIsRejectedAndLeavesTheModel() {
    Sequential model = Sequential.of(input(2, 2), gru(3));
    assertEquals(
        "LSTM 'lstm' needs input (batch, time, features), but 'gru' returns (batch, units). Set"
            + " returnSequences on 'gru'",
        error(() -> model.add(lstm(2))));
    assertEquals(1, model.layers().size());
    Dense last = dense(1);
    model.add(last);
    assertEquals(
        "Dense 'dense' already belongs to a model. Each position in a model must have its own"
            + " layer. Create a new layer.",
        error(() -> model.add(last)));
    assertEquals(
        "The names of the layers in a model must be unique, but two layers are named 'gru'.",
        error(() -> model.add(dense(1).name("gru"))));
    assertEquals(
        "A model must have only one input(...), before all other layers, but was [InputLayer, GRU,"
            + " Dense, InputLayer].",
        error(() -> model.add(input(2))));
    assertEquals(2, model.layers().size());
  }

  @Test
  void modelWithoutLayersSaysSo() {
    Sequential model = Sequential.of();
    assertEquals(List.of(), model.layers());
    assertEquals("sequential without layers", model.toString());
    assertEquals(
        "A model must consist of input(...) followed by at least one layer, but was [Dense].",
        error(() -> model.add(dense(1))));
    List<Executable> uses =
        List.of(
            model::summary,
            () -> model.predict(DATA),
            () -> model.compile("sgd", "mse"),
            () -> model.save(folder.resolve("model.keras")),
            model::stepper);
    for (Executable use : uses) {
      assertEquals(
          "A model must consist of input(...) followed by at least one layer, but has no layers."
              + " Call add(layer).",
          assertThrows(IllegalStateException.class, use).getMessage());
    }
    model.add(input(2, 2));
    assertEquals(
        "A model must consist of input(...) followed by at least one layer, but has only"
            + " InputLayer. Call add(layer).",
        assertThrows(IllegalStateException.class, model::summary).getMessage());
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
