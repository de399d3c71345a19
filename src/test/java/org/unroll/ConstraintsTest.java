package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.timeDistributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.keras.KerasConfig;
import org.unroll.layers.core.Dense;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.network.Constraint;
import org.unroll.network.Constraints;
import org.unroll.network.Weight;
import org.unroll.training.FitOptions;

/** Constraints of weights, compared with Keras (src/test/python/constraints.py). */
@Tag("both-compute-implementations")
class ConstraintsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private record Case(String name, JsonNode values, Samples data) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    JsonNode file;
    try (InputStream in = ConstraintsTest.class.getResourceAsStream("constraints.json")) {
      file = JSON.readTree(in);
    }
    double[][] targets = JSON.treeToValue(file.get("y"), double[][].class);
    Samples ids = Samples.of(JSON.treeToValue(file.get("ids"), int[][].class)).targets(targets);
    Samples values =
        Samples.of(JSON.treeToValue(file.get("x"), double[][][].class)).targets(targets);
    List<Case> cases = new ArrayList<>();
    for (JsonNode line : file.get("cases")) {
      boolean tokens = line.at("/keras_config/layers/1/class_name").asText().equals("Embedding");
      cases.add(new Case(line.get("name").asText(), line, (tokens ? ids : values).batchSize(3)));
    }
    return cases.stream();
  }

  private static final class BatchLosses extends Callback {
    private final List<Double> losses = new ArrayList<>();

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      losses.add(logs.get("loss"));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void threeStepsMatchKeras(Case which) throws IOException {
    Sequential built = KerasConfig.sequential(which.values().get("keras_config").toString());
    List<Weight> weights = built.network().weights();
    for (int w = 0; w < weights.size(); w++) {
      float[] values = weights.get(w).values();
      float[] given = JSON.treeToValue(which.values().at("/weights/" + w), float[].class);
      System.arraycopy(given, 0, values, 0, values.length);
    }
    built.save(folder.resolve("model.keras"));
    Sequential loaded = Sequential.load(folder.resolve("model.keras"));
    for (Sequential model : List.of(built, loaded)) {
      model.compile(
          KerasConfig.optimizer(which.values().get("optimizer").toString()),
          KerasConfig.loss("\"mse\""));
      var losses = new BatchLosses();
      model.fit(which.data(), FitOptions.epochs(1).callbacks(losses).verbose(0));
      for (int i = 0; i < 3; i++) {
        double expected = which.values().at("/losses/" + i).asDouble();
        assertEquals(expected, losses.losses.get(i), 1e-5 * expected);
      }
      for (int w = 0; w < weights.size(); w++) {
        float[] expected =
            JSON.treeToValue(which.values().at("/weights_after/" + w), float[].class);
        assertArrayEquals(
            expected,
            model.network().weights().get(w).values(),
            2e-5f,
            model.network().weightPaths().get(w));
      }
    }
  }

  /** By hand: the columns have the norms 5 and 0, the rows 3, 4 and 0, and all values 5. */
  @Test
  void normsFollowTheAxes() {
    float[] kernel = {3, 0, 4, 0, 0, 0};
    assertProjected(Constraints.maxNorm(2), kernel, 1.2f, 0, 1.6f, 0, 0, 0);
    assertProjected(Constraints.maxNorm(2, 1), kernel, 2, 0, 2, 0, 0, 0);
    assertProjected(Constraints.maxNorm(2, -1), kernel, 2, 0, 2, 0, 0, 0);
    assertProjected(Constraints.unitNorm(0, 1), kernel, 0.6f, 0, 0.8f, 0, 0, 0);
    assertProjected(Constraints.minMaxNorm(3.5, 9, 0.5, 1), kernel, 3.25f, 0, 4, 0, 0, 0);
    assertProjected(Constraints.maxNorm(6), kernel, 3, 0, 4, 0, 0, 0);
    assertProjected(Constraints.nonNeg(), new float[] {-1, 2, -0.5f, 0, 3, -4}, 0, 2, 0, 0, 3, 0);
  }

  private static void assertProjected(Constraint constraint, float[] kernel, float... expected) {
    float[] values = kernel.clone();
    constraint.apply(values, Shape.of(3, 2));
    assertArrayEquals(expected, values, 1e-6f, constraint.toString());
  }

  @Test
  void copiesOfLayersKeepTheirConstraints() {
    Constraint norm = Constraints.maxNorm(3);
    Bidirectional both = bidirectional(lstm(2).kernelConstraint(norm));
    Sequential.of(input(4, 3), both);
    assertEquals(norm, ((Lstm) both.backwardLayer()).kernelConstraint());
    Dense inner = dense(2).biasConstraint(Constraints.nonNeg());
    Sequential wrapped = Sequential.of(input(4, 3), timeDistributed(inner));
    assertEquals(Constraints.nonNeg(), wrapped.network().weights().get(1).constraint());
  }

  @Test
  void axesThatTheWeightLacksAreRejectedWhenTheModelIsBuilt() {
    assertEquals(
        "GRUCell 'gru_cell' has a constraint on its weight 'kernel' that cannot be applied: the axes"
            + " must be different axes of the weight, which has the shape (3, 6), but were [2].",
        assertThrows(
                IllegalArgumentException.class,
                () -> Sequential.of(input(4, 3), gru(2).kernelConstraint(Constraints.unitNorm(2))))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Sequential.of(
                input(4, 3), conv1D(2, 2).kernelConstraint(Constraints.maxNorm(2, 0, -3))));
  }

  @Test
  void argumentsOutOfRangeAreRejected() {
    assertEquals(
        "maxValue must be finite and at least 0.0, but was -1.0.",
        assertThrows(IllegalArgumentException.class, () -> Constraints.maxNorm(-1)).getMessage());
    assertEquals(
        "maxValue must be finite and at least 2.0, but was 1.0.",
        assertThrows(IllegalArgumentException.class, () -> Constraints.minMaxNorm(2, 1, 1))
            .getMessage());
    assertEquals(
        "rate must be 0.0 to 1.0, but was NaN.",
        assertThrows(IllegalArgumentException.class, () -> Constraints.minMaxNorm(0, 1, Double.NaN))
            .getMessage());
  }

  @Test
  void customConstraintsTrainButAreNotSaved() {
    Constraint zero = (values, shape) -> Arrays.fill(values, 0);
    Sequential model = Sequential.of(input(2), dense(1).kernelConstraint(zero));
    model.compile("sgd", "mse");
    model.fit(
        Samples.of(new double[][] {{1, 2}}).targets(new double[][] {{3}}),
        FitOptions.epochs(1).verbose(0));
    assertArrayEquals(new float[2], model.network().weights().get(0).values());
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> model.save(folder.resolve("model.keras")))
            .getMessage();
    assertEquals(
        "Dense 'dense' cannot be saved: The kernel_constraint must be one of Constraints,"
            + " or registered, to be saved, but was ",
        message.substring(message.indexOf("Dense"), message.indexOf("was ") + 4));
  }
}
