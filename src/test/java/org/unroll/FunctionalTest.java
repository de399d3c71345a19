package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metrics;
import org.unroll.network.Layer;
import org.unroll.network.Node;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Models that branch: shared layers, states as values, several inputs and outputs. */
class FunctionalTest {
  private static double[][][] series(int n, int steps, int features, long seed) {
    var random = new Random(seed);
    double[][][] x = new double[n][steps][features];
    for (double[][] sample : x) {
      for (double[] step : sample) {
        for (int f = 0; f < features; f++) {
          step[f] = random.nextGaussian();
        }
      }
    }
    return x;
  }

  private static double[][] rows(int n, int width, long seed) {
    double[][] rows = new double[n][];
    double[][][] values = series(n, 1, width, seed);
    for (int i = 0; i < n; i++) {
      rows[i] = values[i][0];
    }
    return rows;
  }

  /** Optimizers, losses and metrics by name or as objects, in the mixes that Keras accepts. */
  @Test
  void namesAndObjectsCompileTheSame() {
    Samples data = Samples.of(series(24, 7, 3, 1)).targets(rows(24, 2, 2));
    List<Consumer<Model>> ways =
        List.of(
            model -> model.compile(Optimizers.adam(), Losses.mse(), Metrics.of("mae")),
            model -> model.compile(Optimizers.adam(), Losses.mse(), "mae"),
            model -> model.compile(Optimizers.adam(), "mse", "mae"),
            model -> model.compile("adam", Losses.mse(), "mae"),
            model -> model.compile("adam", OutputLoss.of(Losses.mse()).metrics("mae")),
            model -> model.compile("adam", "mse", "mae"));
    Set<Map<String, Double>> found = new HashSet<>();
    for (Consumer<Model> way : ways) {
      Model model = Sequential.of(Layers.input(7, 3), Layers.lstm(4), Layers.dense(2));
      way.accept(model);
      model.fit(data, FitOptions.epochs(2).verbose(0));
      found.add(model.evaluate(data).asMap());
    }
    assertEquals(1, found.size(), found::toString);
    assertEquals(Set.of("loss", "mae"), found.iterator().next().keySet());
    Model model = Sequential.of(Layers.input(7, 3), Layers.dense(2));
    model.compile(Optimizers.adam(), "mse");
    model.compile("adam", Losses.mse());
  }

  @Test
  void aChainOfNodesIsTheSameAsASequential() {
    var input = Layers.input(7, 3);
    var graph = Model.of(input, Layers.dense(2).on(Layers.lstm(4).on(input)));
    var chain = Sequential.of(Layers.input(7, 3), Layers.lstm(4), Layers.dense(2));
    for (Model model : List.of(graph, chain)) {
      model.compile(Optimizers.adam(), Losses.mse());
      Samples data = Samples.of(series(40, 7, 3, 1)).targets(rows(40, 2, 2));
      model.fit(data, FitOptions.epochs(2).verbose(0));
    }
    assertEquals(chain.weights().keySet(), graph.weights().keySet());
    chain.weights().forEach((name, w) -> assertArrayEquals(w.data, graph.weight(name).data, name));
  }

  /** The states of an encoder start a decoder, and both are trained through them. */
  @Test
  void statesAreValues() {
    var source = Layers.input(Shape.ANY, 3);
    var target = Layers.input(5, 2);
    Node encoder = Layers.lstm(4).returnState(true).on(source);
    Node decoder = Layers.lstm(4).returnSequences(true).on(target, encoder.states());
    var model = Model.of(List.of(source, target), Layers.dense(1).on(decoder));
    model.compile(Optimizers.sgd(0.1), Losses.mse());
    var data =
        Samples.of(List.of(series(20, 6, 3, 1), series(20, 5, 2, 2)))
            .targets(series(20, 5, 1, 3))
            .batchSize(20);
    double before = model.evaluate(data).get("loss");
    float[] kernel = model.weight("lstm/kernel").data.clone();
    model.fit(data, FitOptions.epochs(1).verbose(0));
    assertTrue(model.evaluate(data).get("loss") < before);
    // The change of an encoder weight is −0.1 × the gradient, which a finite difference confirms.
    float changed = model.weight("lstm/kernel").data[1] - kernel[1];
    var again = Model.seeded(0, List.of(source, target), List.of(Layers.dense(1).on(decoder)));
    assertEquals(
        Shape.of(5, 1),
        again.network().outputShapes(List.of(Shape.of(6, 3), Shape.of(5, 2))).get(0));
    assertTrue(Math.abs(changed) > 1e-6);
  }

  @Test
  void sharedLayersHaveOneSetOfWeights() {
    var left = Layers.input(6, 2);
    var right = Layers.input(6, 2);
    Layer encoder = Layers.gru(3);
    var model = Model.of(List.of(left, right), List.of(encoder.on(left), encoder.on(right)));
    assertEquals(1, model.layers().size());
    double[][][] x = series(4, 6, 2, 1);
    Predictions both = model.predict(Samples.of(List.of(x, x)));
    assertEquals(List.of("gru", "gru_1"), List.copyOf(both.outputs().keySet()));
    assertArrayEquals(both.output("gru").get(2), both.output("gru_1").get(2));
  }

  @Test
  void errorsNameThePath() {
    var input = Layers.input(7, 3);
    Node last = Layers.lstm(4).on(input);
    var e = assertThrows(IllegalArgumentException.class, () -> Layers.gru(2).on(last));
    assertEquals(
        "GRU 'gru' needs input (batch, time, features), but 'lstm' returns (batch, units). Set"
            + " returnSequences on 'lstm'. Path from the input: input_layer (7, 3) → lstm (4,) → gru.",
        e.getMessage());
  }
}
