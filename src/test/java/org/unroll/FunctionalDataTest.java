package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.losses.Losses.mae;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.Callbacks;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Fingerprint;
import org.unroll.data.Samples;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Node;

/** Data and options of models with several inputs and outputs, and what is refused. */
class FunctionalDataTest {
  private static final int ROWS = 22;

  private static double[][] rows(int width, long seed) {
    var random = new Random(seed);
    return IntStream.range(0, ROWS)
        .mapToObj(r -> random.doubles(width, -1, 1).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] joined(double[][] left, double[][] right) {
    return IntStream.range(0, left.length)
        .mapToObj(
            r ->
                IntStream.range(0, left[r].length + right[r].length)
                    .mapToDouble(
                        i -> i < left[r].length ? left[r][i] : right[r][i - left[r].length])
                    .toArray())
        .toArray(double[][]::new);
  }

  /**
   * A model of inputs {@code left} (2) and {@code right} (3), and outputs {@code a} and {@code b}.
   */
  private static Model twoOfEach() {
    Input left = input(2).name("left");
    Input right = input(3).name("right");
    Node both = concatenate().on(left, right);
    return Model.of(
        List.of(left, right), List.of(dense(1).name("a").on(both), dense(2).name("b").on(both)));
  }

  private static Samples data() {
    return Samples.of(List.of(rows(2, 1), rows(3, 2))).targets(List.of(rows(1, 3), rows(2, 4)));
  }

  private static void copyWeights(Model from, Model to, String layer, String toLayer) {
    for (String weight : List.of("/kernel", "/bias")) {
      float[] source = from.weight(layer + weight).data;
      System.arraycopy(source, 0, to.weight(toLayer + weight).data, 0, source.length);
    }
  }

  /** Two dense layers on two inputs are two models of one dense layer on the joined input. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "shuffled",
        "subset",
        "subset shuffled",
        "shuffled subset",
        "split",
        "by name",
        "joined"
      })
  void trainsOnTheSameSamplesAsModelsOfOneInput(String way) {
    Model model = twoOfEach();
    Sequential first = Sequential.of(input(5), dense(1).name("a"));
    Sequential second = Sequential.of(input(5), dense(2).name("b"));
    copyWeights(model, first, "a", "a");
    copyWeights(model, second, "b", "b");
    model.compile(sgd(0.1), mse());
    first.compile(sgd(0.1), mse());
    second.compile(sgd(0.1), mse());
    Dataset all = data();
    if (way.equals("by name")) {
      all =
          Samples.of(Map.of("right", rows(3, 2), "left", rows(2, 1)))
              .targets(Map.of("b", rows(2, 4), "a", rows(1, 3)));
    } else if (way.equals("joined")) {
      all =
          Samples.of(rows(2, 1))
              .targets(rows(1, 3))
              .and(Samples.of(rows(3, 2)).targets(rows(2, 4)));
    }
    Samples one = Samples.of(joined(rows(2, 1), rows(3, 2)));
    History[] histories = new History[3];
    Model[] models = {model, first, second};
    Dataset[] datasets = {all, one.targets(rows(1, 3)), one.targets(rows(2, 4))};
    for (int m = 0; m < 3; m++) {
      Dataset part = datasets[m].batchSize(4);
      part =
          switch (way) {
            case "shuffled" -> part.shuffled(5);
            case "subset" -> part.subset(3, 17);
            case "subset shuffled" -> part.subset(3, 17).shuffled(5);
            case "shuffled subset" -> part.shuffled(5).subset(3, 17);
            default -> part;
          };
      var options = epochs(3).verbose(0);
      histories[m] =
          models[m].fit(part, way.equals("split") ? options.validationSplit(0.3) : options);
    }
    for (String prefix : way.equals("split") ? List.of("", "val_") : List.of("")) {
      List<Double> a = histories[1].get(prefix + "loss");
      List<Double> b = histories[2].get(prefix + "loss");
      for (int epoch = 0; epoch < 3; epoch++) {
        assertEquals(a.get(epoch), histories[0].get(prefix + "a_loss").get(epoch), 1e-6);
        assertEquals(b.get(epoch), histories[0].get(prefix + "b_loss").get(epoch), 1e-6);
        double sum = a.get(epoch) + b.get(epoch);
        assertEquals(sum, histories[0].get(prefix + "loss").get(epoch), 1e-6);
      }
    }
    for (String weight : List.of("kernel", "bias")) {
      assertArrayEquals(first.weight("a/" + weight).data, model.weight("a/" + weight).data, 1e-6f);
      assertArrayEquals(second.weight("b/" + weight).data, model.weight("b/" + weight).data, 1e-6f);
    }
    // Predictions are in the natural order, whatever the order and the batches of training.
    Predictions predicted = model.predict(all.shuffled(3).batchSize(5));
    assertEquals(List.of("a", "b"), List.copyOf(predicted.outputs().keySet()));
    assertPredicts(first, datasets[1], predicted.output("a"));
    assertPredicts(second, datasets[2], predicted.output("b"));
    assertPredicts(first, datasets[1], predicted);
  }

  private static void assertPredicts(Model model, Dataset data, Predictions predicted) {
    Predictions expected = model.predict(data);
    for (int sample = 0; sample < ROWS; sample++) {
      assertArrayEquals(expected.get(sample), predicted.get(sample), 1e-6);
    }
  }

  @Test
  void requiresTheRightInputs() {
    Model model = twoOfEach();
    assertMessageContains(
        "The model has 2 inputs, [left, right], but the samples have 1.",
        () -> model.predict(Samples.of(rows(2, 1))));
    assertMessageContains(
        "The model has 2 inputs, [left, right], but the samples have 3.",
        () -> model.predict(Samples.of(List.of(rows(2, 1), rows(3, 1), rows(3, 1)))));
    assertMessageContains(
        "The inputs must be given for the names [left, right], but were given for [",
        () -> model.predict(Samples.of(Map.of("left", rows(2, 1), "rigth", rows(3, 1)))));
    assertMessageContains(
        "The input 'right' of the model needs samples of shape (3,), but the samples of the"
            + " prediction data have shape (4,).",
        () -> model.predict(Samples.of(List.of(rows(2, 1), rows(4, 1)))));
    assertMessageContains(
        "Every sample must have one input, but there are 22 inputs of shape (2,) and 1 inputs",
        () -> Samples.of(List.of(rows(2, 1), new double[1][3])));
    Sequential one = Sequential.of(input(2), dense(1));
    assertMessageContains(
        "The model has 1 input, [input_layer], but the samples have 2.",
        () -> one.predict(Samples.of(List.of(rows(2, 1), rows(3, 1)))));
  }

  @Test
  void requiresTheRightTargets() {
    Model model = twoOfEach();
    model.compile(sgd(), mse());
    Samples inputs = Samples.of(List.of(rows(2, 1), rows(3, 2)));
    assertMessageContains("must have targets", () -> model.evaluate(inputs));
    assertMessageContains(
        "The model has 2 outputs, [a, b], but the training data has targets for 1.",
        () -> model.fit(inputs.targets(rows(1, 1)), epochs(1).verbose(0)));
    assertMessageContains(
        "The targets must be given for the names [a, b], but were given for [",
        () -> model.evaluate(inputs.targets(Map.of("a", rows(1, 1), "c", rows(2, 1)))));
    assertMessageContains(
        "with output 'b' with output shape (2,) needs 2 target values",
        () -> model.evaluate(inputs.targets(List.of(rows(1, 1), rows(3, 1)))));
    assertMessageContains(
        "classWeight(…) needs a model with one output, but this one has 2.",
        () -> model.fit(data(), epochs(1).verbose(0).classWeight(Map.of(0, 1.0, 1, 2.0))));
  }

  @Test
  void requiresOneLossForEachOutput() {
    Model model = twoOfEach();
    assertMessageContains("[a, b]", () -> model.compile(sgd(), OutputLoss.of(mse())));
    assertMessageContains("[a, b]", () -> model.compile(sgd(), OutputLoss.of("a", mse())));
    assertMessageContains(
        "[a, b]", () -> model.compile(sgd(), OutputLoss.of("a", mse()), OutputLoss.of(mae())));
    assertMessageContains(
        "[a, b]", () -> model.compile(sgd(), OutputLoss.of("a", mse()), OutputLoss.of("a", mae())));
    assertMessageContains(
        "'c'", () -> model.compile(sgd(), OutputLoss.of("a", mse()), OutputLoss.of("c", mae())));
  }

  @Test
  void requiresInputsOfTheGraph() {
    Input left = input(2).name("left");
    Input right = input(3).name("right");
    Node out = dense(1).on(concatenate().name("both").on(left, right));
    assertMessageContains("'right'", () -> Model.of(left, out));
    assertMessageContains("'both'", () -> Model.of(left, out));
    assertMessageContains("given twice", () -> Model.of(List.of(left, left), out));
    assertMessageContains("at least one input", () -> Model.of(List.of(), out));
    assertMessageContains(
        "at least one input and one output", () -> Model.of(List.of(left, right), List.of()));
  }

  @Test
  void requiresTheSameFeaturesForASharedLayer() {
    Input left = input(2).name("left");
    Input right = input(3).name("right");
    Layer shared = dense(4).name("shared");
    List<Node> outputs = List.of(shared.on(left), shared.on(right));
    assertMessageContains(
        "Dense 'shared' has one set of weights", () -> Model.of(List.of(left, right), outputs));
  }

  @Test
  void requiresStatesOfTheRightShapes() {
    Input series = input(5, 3).name("series");
    Input start = input(4).name("start");
    assertMessageContains("series", () -> lstm(4).on(series, start));
    assertMessageContains("(4,)", () -> gru(3).on(series, start));
    Node encoder = lstm(3).returnState(true).on(series);
    assertMessageContains("(3,)", () -> lstm(4).on(series, encoder.states()));
    assertMessageContains("Set returnState(true)", () -> statesOf(lstm(4).on(series)));
  }

  private static void statesOf(Node node) {
    try {
      node.states();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Keras returns a value that is given twice as two outputs. */
  @Test
  void returnsAnOutputThatIsGivenTwice() {
    Input features = input(2);
    Node out = dense(1).name("out").on(features);
    Model model = Model.of(features, List.of(out, out));
    Sequential once = Sequential.of(input(2), dense(1).name("out"));
    copyWeights(model, once, "out", "out");
    model.compile(sgd(0.05), mse());
    once.compile(sgd(0.1), mse());
    Samples inputs = Samples.of(rows(2, 1));
    model.fit(inputs.targets(List.of(rows(1, 2), rows(1, 2))), epochs(2).verbose(0));
    once.fit(inputs.targets(rows(1, 2)), epochs(2).verbose(0));
    assertArrayEquals(once.weight("out/kernel").data, model.weight("out/kernel").data, 1e-6f);
  }

  @Test
  void returnsAnInputAsAnOutput() {
    Input features = input(2).name("features");
    Model model = Model.of(features, List.of(features, dense(1).name("out").on(features)));
    double[][] x = rows(2, 1);
    Predictions predicted = model.predict(Samples.of(x));
    for (int sample = 0; sample < ROWS; sample++) {
      assertArrayEquals(x[sample], predicted.output("features").get(sample), 1e-6);
    }
    model.compile(sgd(0.1), mse());
    Samples data = Samples.of(x).targets(List.of(x, rows(1, 2)));
    History history = model.fit(data, epochs(2).verbose(0));
    assertEquals(0, history.get("features_loss").get(0), 1e-6);
    assertTrue(history.get("out_loss").get(1) < history.get("out_loss").get(0));
  }

  @Test
  void trainsWithAnInputThatNoLayerReads() {
    Input left = input(2).name("left");
    Input right = input(3).name("right");
    Model model = Model.of(List.of(left, right), dense(1).on(left));
    model.compile(sgd(0.1), mse());
    Samples data = Samples.of(List.of(rows(2, 1), rows(3, 2))).targets(rows(1, 3));
    History history = model.fit(data, epochs(2).verbose(0));
    assertTrue(history.get("loss").get(1) < history.get("loss").get(0));
  }

  @Test
  void weighsEachOutput() {
    Samples inputs = Samples.of(List.of(rows(2, 1), rows(3, 2)));
    Samples data = inputs.targets(List.of(rows(1, 3), rows(2, 4)));
    double[] first = IntStream.range(0, ROWS).mapToDouble(i -> i % 3).toArray();
    double[] second = IntStream.range(0, ROWS).mapToDouble(i -> i < 5 ? 1 : 0).toArray();
    Model model = twoOfEach();
    model.compile(sgd(), mse());
    Map<String, Double> logs = model.evaluate(data.weights(List.of(first, second))).asMap();
    double both = model.evaluate(data.weights(first)).get("a_loss");
    assertEquals(both, logs.get("a_loss"), 1e-9);
    assertEquals(model.evaluate(data.weights(second)).get("b_loss"), logs.get("b_loss"), 1e-9);
    Samples named = inputs.targets(Map.of("b", rows(2, 4), "a", rows(1, 3)));
    assertEquals(logs, model.evaluate(named.weights(Map.of("a", first, "b", second))).asMap());
    assertMessageContains("targets", () -> data.weights(List.of(first)));
    assertMessageContains("targets", () -> data.weights(Map.of("a", first, "b", second)));
    assertMessageContains("targets", () -> named.weights(List.of(first, second)));
    assertMessageContains("targets", () -> named.weights(Map.of("a", first, "c", second)));
    assertMessageContains("targets", () -> inputs.weights(List.of(first, second)));
    assertMessageContains(
        "before weights(…)", () -> data.weights(List.of(first, second)).targets(rows(1, 3)));
  }

  @Test
  void stopsEarlyByTheLossOfOneOutput() {
    Model model = twoOfEach();
    model.compile(sgd(0.0), mse());
    var stopping = Callbacks.earlyStopping("val_b_loss", 1);
    History history =
        model.fit(data(), epochs(9).validationSplit(0.3).callbacks(stopping).verbose(0));
    assertEquals(2, history.epochs()); // a learning rate of zero improves nothing
    assertEquals(
        List.of("loss", "a_loss", "b_loss", "val_loss", "val_a_loss", "val_b_loss"),
        history.names());
    var unknown = Callbacks.earlyStopping("val_c_loss", 1);
    var e =
        assertThrows(
            IllegalStateException.class,
            () -> model.fit(data(), epochs(2).validationSplit(0.3).callbacks(unknown).verbose(0)));
    assertTrue(e.getMessage().contains("val_b_loss"), e.getMessage());
  }

  @Test
  void endsAfterTheBatchOfAnInterrupt() {
    Model model = twoOfEach();
    model.compile(sgd(0.1), mse());
    var interrupting =
        new Callback() {
          int batches;

          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            batches++;
            if (batches == 3) {
              Thread.currentThread().interrupt();
            }
          }
        };
    model.fit(data().batchSize(4), epochs(9).callbacks(interrupting).verbose(0));
    assertTrue(Thread.interrupted());
    assertEquals(3, interrupting.batches);
    assertEquals(ROWS, model.predict(data()).output("b").size());
    assertFalse(Thread.interrupted());
  }

  @Test
  void recordsAllLayers() {
    Model model = twoOfEach();
    model.compile(sgd(0.1), mse());
    Recording recording = model.record(data(), 2);
    assertEquals(Set.of("concatenate", "a", "b"), Set.copyOf(recording.layers()));
    assertArrayEquals(
        model.predict(data()).output("b").get(2), recording.get("b", "output")[0], 1e-6);
    double[] both = recording.get("concatenate", "output")[0];
    assertArrayEquals(joined(rows(2, 1), rows(3, 2))[2], both, 1e-6);
    assertArrayEquals(both, model.recordGradients(data(), 2).get("concatenate", "output")[0], 1e-6);
  }

  /** Backups must notice that any part of the data has changed. */
  @Test
  void fingerprintsDependOnAllParts() {
    String before = Fingerprint.of(data());
    assertEquals(before, Fingerprint.of(data()));
    Samples otherInput =
        Samples.of(List.of(rows(2, 1), rows(3, 9))).targets(List.of(rows(1, 3), rows(2, 4)));
    Samples otherTarget =
        Samples.of(List.of(rows(2, 1), rows(3, 2))).targets(List.of(rows(1, 3), rows(2, 9)));
    assertNotEquals(before, Fingerprint.of(otherInput));
    assertNotEquals(before, Fingerprint.of(otherTarget));
    double[] weights = new double[ROWS];
    assertNotEquals(before, Fingerprint.of(data().weights(weights)));
  }

  @Test
  void joinsWeightsOnlyWithTargets() {
    Samples first = Samples.of(rows(2, 1)).weights(new double[ROWS]);
    Samples second = Samples.of(rows(3, 2)).targets(rows(1, 3));
    assertMessageContains("Weights belong to targets", () -> first.and(second));
  }

  @Test
  void recordsEachApplicationOfASharedLayer() {
    Input left = input(2);
    Input right = input(2);
    Layer shared = dense(3, "tanh").name("out");
    Node other = dense(1).name("out_1").on(shared.on(right));
    Model model = Model.of(List.of(left, right), List.of(shared.on(left), other));
    Samples samples = Samples.of(List.of(rows(2, 1), rows(2, 2)));
    Recording recording = model.record(samples, 1);
    assertEquals(Set.of("out", "out_1", "out_2"), Set.copyOf(recording.layers()));
    double[] first = model.predict(samples).output("out").get(1);
    Sequential alone = Sequential.of(input(2), dense(3, "tanh").name("out"));
    copyWeights(model, alone, "out", "out");
    double[] second = alone.predictOne(rows(2, 2)[1]);
    boolean leftFirst = recording.get("out", "output")[0][0] == first[0];
    assertArrayEquals(first, recording.get(leftFirst ? "out" : "out_2", "output")[0], 1e-6);
    assertArrayEquals(second, recording.get(leftFirst ? "out_2" : "out", "output")[0], 1e-6);
  }

  @Test
  void numbersFurtherOutputsOfALayer() {
    Input left = input(2);
    Input right = input(2);
    Layer shared = dense(1).name("out");
    Node other = dense(1).name("out_1").on(right);
    Model model = Model.of(List.of(left, right), List.of(shared.on(left), shared.on(right), other));
    assertEquals(List.of("out", "out_2", "out_1"), model.network().outputNames());
  }

  @Test
  void namesTheOutputsThatExist() {
    Predictions predicted = twoOfEach().predict(data());
    assertMessageContains("'c'", () -> predicted.output("c"));
    assertEquals(1, predicted.shape().size());
    assertEquals(2, predicted.output("b").shape().size());
  }
}
