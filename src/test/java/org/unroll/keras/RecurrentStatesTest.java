package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.History;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.Stepper;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.network.NetworkState;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * Compares states and multiple outputs of recurrent layers with Keras
 * (src/test/python/recurrent_states.py).
 */
@Tag("both-compute-implementations")
class RecurrentStatesTest {
  private static final Path REFERENCE =
      Path.of("src/test/resources/org/unroll/keras/recurrent_states.json");
  private static final double TOLERANCE = 1e-5;
  private static final double TOLERANCE_AFTER_TRAINING = 1e-4;
  private static final int BATCH = 4;

  /** A case with a name for the test report. */
  record Named(GoldenCase golden) {
    @Override
    public String toString() {
      return golden.get("name").asText();
    }
  }

  static List<Named> stateful() throws IOException {
    return cases("stateful");
  }

  static List<Named> outputs() throws IOException {
    return cases("outputs");
  }

  /** Returns the forward models that return sequences, which a stepper can run. */
  static List<Named> stepByStep() throws IOException {
    return outputs().stream().filter(RecurrentStatesTest::worksStepByStep).toList();
  }

  private static boolean worksStepByStep(Named named) {
    JsonNode layers = named.golden.get("keras_config").get("layers");
    JsonNode config = layers.get(layers.size() - 1).get("config");
    return !named.toString().contains("masked")
        && !named.toString().contains("Bidirectional")
        && config.path("return_sequences").asBoolean()
        && !config.path("go_backwards").asBoolean();
  }

  private static List<Named> cases(String group) throws IOException {
    List<Named> cases = new ArrayList<>();
    for (JsonNode node : new ObjectMapper().readTree(REFERENCE.toFile()).get(group)) {
      cases.add(new Named(new GoldenCase(node)));
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("stateful")
  void statefulLayersKeepTheirStatesLikeKeras(Named named) {
    GoldenCase golden = named.golden;
    Sequential model = golden.model();
    model.compile(Optimizers.sgd(0.1), Losses.mse());
    Dataset data = golden.samples().batchSize(BATCH);

    assertClose("predict", golden, model.predict(data), TOLERANCE);
    assertClose("predict_again", golden, model.predict(data), TOLERANCE);
    model.resetStates();
    History history =
        model.fit(
            data, FitOptions.epochs(2).validation(data.subset(0, 2 * BATCH)).threads(2).verbose(0));
    for (String name : List.of("loss", "val_loss")) {
      for (int epoch = 0; epoch < 2; epoch++) {
        double expected = golden.get(name).get(epoch).asDouble();
        assertEquals(
            expected,
            history.get(name).get(epoch),
            TOLERANCE_AFTER_TRAINING * expected,
            name + " of epoch " + epoch);
      }
    }
    assertStates(golden.get("states_after_fit"), model.state(), TOLERANCE_AFTER_TRAINING);
    double expected = golden.get("evaluate").asDouble();
    assertEquals(
        expected,
        model.evaluate(data).get("loss"),
        TOLERANCE_AFTER_TRAINING * expected,
        "evaluate");
    JsonNode after = golden.get("weights_after");
    for (int w = 0; w < after.size(); w++) {
      double[] weight = GoldenCase.doubles(after.get(w));
      float[] own = model.network().weights().get(w).values();
      for (int i = 0; i < weight.length; i++) {
        assertEquals(weight[i], own[i], TOLERANCE_AFTER_TRAINING, "weight " + w + ", " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void returnsTheOutputsAndStatesOfKeras(Named named) {
    GoldenCase golden = named.golden;
    Sequential model = golden.model();
    Samples samples = golden.samples();
    JsonNode results = golden.get("results");
    JsonNode initial = golden.get("initial_state");

    Predictions predictions;
    if (initial.isEmpty()) {
      predictions = model.predict(samples);
    } else {
      double[][][] begin = new double[initial.size()][][];
      for (int s = 0; s < begin.length; s++) {
        begin[s] = GoldenCase.square(initial.get(s));
      }
      predictions = model.predict(samples, NetworkState.of(begin));
    }

    List<String> names =
        List.copyOf(model.layers().get(model.layers().size() - 1).outputWidths().keySet());
    int next = 0;
    if (names.isEmpty()) {
      assertOutput(results.get(next++), predictions);
    }
    for (String name : names) {
      assertOutput(results.get(next++), predictions.output(name));
    }
    if (next < results.size()) {
      List<JsonNode> states = new ArrayList<>();
      while (next < results.size()) {
        states.add(results.get(next++));
      }
      assertStates(states, predictions.state(), TOLERANCE);
    }
  }

  /** Each step returns what Keras returns for this step of the whole sequence. */
  @ParameterizedTest
  @MethodSource("stepByStep")
  void stepperReturnsTheStepsOfTheWholeSequence(Named named) {
    GoldenCase golden = named.golden;
    Sequential model = golden.model();
    JsonNode results = golden.get("results");
    double[][][] x = GoldenCase.cube(golden.get("x"));
    double[][][] expected = GoldenCase.cube(results.get(0));
    Stepper stepper = model.stepper(x.length);
    if (!golden.get("initial_state").isEmpty()) {
      double[][][] begin = new double[golden.get("initial_state").size()][][];
      for (int s = 0; s < begin.length; s++) {
        begin[s] = GoldenCase.square(golden.get("initial_state").get(s));
      }
      stepper.state(NetworkState.of(begin));
    }
    Stepper third = model.stepper().state(stepper.state().select(2));
    for (int t = 0; t < x[0].length; t++) {
      double[][] step = new double[x.length][];
      for (int r = 0; r < x.length; r++) {
        step[r] = x[r][t];
      }
      double[][] actual = stepper.step(step);
      for (int r = 0; r < x.length; r++) {
        assertArrayEquals(expected[r][t], actual[r], TOLERANCE, "row " + r + ", step " + t);
      }
      assertArrayEquals(expected[2][t], third.step(x[2][t]), TOLERANCE, "alone, step " + t);
    }
    List<JsonNode> states = new ArrayList<>();
    for (int s = 1; s < results.size(); s++) {
      states.add(results.get(s));
    }
    assertStates(states, stepper.state(), TOLERANCE);
  }

  private static void assertOutput(JsonNode expected, Predictions actual) {
    List<Integer> shape = new ArrayList<>();
    expected.get("shape").forEach(axis -> shape.add(axis.asInt()));
    assertEquals(shape.subList(1, shape.size()), asList(actual.shape().toArray()));
    assertArrayEquals(
        GoldenCase.doubles(expected), GoldenCase.flat(actual.toArray()), TOLERANCE, "output");
  }

  private static List<Integer> asList(int[] axes) {
    List<Integer> list = new ArrayList<>();
    for (int axis : axes) {
      list.add(axis);
    }
    return list;
  }

  private static void assertStates(
      Iterable<JsonNode> expected, NetworkState actual, double tolerance) {
    int next = 0;
    for (JsonNode state : expected) {
      String name = actual.names().get(next++);
      assertArrayEquals(
          GoldenCase.doubles(state), GoldenCase.flat(actual.get(name)), tolerance, name);
    }
    assertEquals(actual.names().size(), next, "number of states");
  }

  private static void assertClose(
      String what, GoldenCase golden, Predictions actual, double tolerance) {
    assertArrayEquals(
        GoldenCase.doubles(golden.get(what)), GoldenCase.flat(actual.toArray()), tolerance, what);
  }
}
