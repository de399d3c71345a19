package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.data.SequencePadding.padSequences;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Compares the padding of sequences with Keras (src/test/python/padding.py). */
class SequencePaddingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-5;

  private static JsonNode reference() throws IOException {
    return JSON.readTree(Path.of("src/test/resources/org/unroll/keras/padding.json").toFile());
  }

  static List<JsonNode> padded() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    reference().get("padded").forEach(cases::add);
    return cases;
  }

  static List<JsonNode> training() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    reference().get("training").forEach(cases::add);
    return cases;
  }

  private static SequencePadding padding(JsonNode node) {
    return node.get("padding").asText().equals("pre")
        ? SequencePadding.pre()
        : SequencePadding.post();
  }

  @ParameterizedTest
  @MethodSource("padded")
  void padsLikeKeras(JsonNode expected) throws IOException {
    SequencePadding padding =
        padding(expected)
            .truncating(expected.get("truncating").asText())
            .value(expected.get("value").asInt());
    if (!expected.get("maxlen").isNull()) {
      padding = padding.maxlen(expected.get("maxlen").asInt());
    }
    int[][] tokens = JSON.convertValue(reference().get("tokens"), int[][].class);
    double[][] series = JSON.convertValue(reference().get("tokens"), double[][].class);
    double[][][] features = JSON.convertValue(reference().get("features"), double[][][].class);
    int[][] paddedTokens = JSON.convertValue(expected.get("tokens"), int[][].class);
    double[][] paddedSeries = JSON.convertValue(expected.get("tokens"), double[][].class);
    double[][][] paddedFeatures = JSON.convertValue(expected.get("features"), double[][][].class);

    assertArrayEquals(paddedTokens, padSequences(tokens, padding));
    assertArrayEquals(paddedSeries, padSequences(series, padding));
    assertArrayEquals(paddedFeatures, padSequences(features, padding));
    assertSameInputs(Samples.of(paddedTokens), Sequences.of(tokens).padding(padding));
    assertSameInputs(Samples.of(paddedFeatures), Sequences.of(features).padding(padding));
  }

  private static void assertSameInputs(Dataset expected, Dataset actual) {
    assertEquals(expected.inputShape(), actual.inputShape());
    assertEquals(expected.size(), actual.size());
    int size = expected.inputShape().size();
    float[] a = new float[3 * size];
    float[] b = new float[3 * size];
    for (int sample = 0; sample < expected.size(); sample++) {
      expected.copyInput(sample, a, sample % 3, 3);
      actual.copyInput(sample, b, sample % 3, 3);
      assertArrayEquals(a, b, "sample " + sample);
    }
  }

  /** With a mask, padding to one length and padding per batch lead to the same training. */
  @ParameterizedTest
  @MethodSource("training")
  void trainsLikeKerasOnPaddedSequences(JsonNode node) {
    int[][] ids = JSON.convertValue(node.get("ids"), int[][].class);
    boolean steps = node.get("steps").asBoolean();
    Sequences data = Sequences.of(ids).padding(padding(node)).batchSize(4);
    data =
        steps
            ? data.targets(JSON.convertValue(node.get("y"), int[][].class))
            : data.targets(JSON.convertValue(node.get("y"), double[].class));
    for (Dataset dataset :
        List.of(data, data.perBatch(), data.perBatch().subset(0, 10), data.subset(0, 10))) {
      Sequential model = new GoldenCase(node).model();
      model.compile(
          Optimizers.sgd(0.1), steps ? Losses.sparseCategoricalCrossentropy() : Losses.mse());
      History history = model.fit(dataset, FitOptions.epochs(3).threads(2).verbose(0));
      for (int epoch = 0; epoch < 3; epoch++) {
        double expected = node.get("loss").get(epoch).asDouble();
        assertEquals(expected, history.get("loss").get(epoch), 10 * TOLERANCE * expected);
      }
      assertArrayEquals(
          GoldenCase.doubles(node.get("predict")),
          GoldenCase.flat(model.predict(dataset).toArray()),
          10 * TOLERANCE);
    }
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  @Test
  void rejectsSequencesThatCannotBePadded() {
    int[][] ids = {{1}, {2, 3}};
    assertEquals(
        "maxlen must be at least 1 time step, but was 0.",
        error(() -> SequencePadding.pre().maxlen(0)));
    assertEquals(
        "truncating must be \"pre\" or \"post\", but was \"before\".",
        error(() -> SequencePadding.pre().truncating("before")));
    assertEquals(
        "value must be an integer to pad token lists, but was 0.5.",
        error(() -> padSequences(ids, SequencePadding.post().value(0.5))));
    assertEquals(
        "At least one sequence must not be empty, or maxlen(…) must set the length.",
        error(() -> padSequences(new int[2][0])));
    assertEquals(
        "All time steps of the inputs must have the same number of values, but sample 1, time step 0"
            + " has 3 and the first time step has 2.",
        error(() -> Sequences.of(new double[][][] {{{1, 2}}, {{1, 2, 3}}})));
    assertEquals(
        "Every time step must have one target, but sample 1 has 2 time steps and 1 targets.",
        error(() -> Sequences.of(ids).targets(new int[][] {{1}, {2}})));
    assertEquals(
        "Every sequence must have targets, but there are 2 sequences and targets for 3.",
        error(() -> Sequences.of(ids).targets(new double[3])));
  }

  @Test
  void paddingPerBatchNeedsAnInputOfAnyLength() {
    double[][][] x = {{{1, 2}}, {{3, 4}, {5, 6}}};
    Sequences data = Sequences.of(x).targets(new double[2]).perBatch();
    assertEquals(
        "The model needs samples of shape (2, 2), but the sequences of the prediction data differ in"
            + " length from batch to batch. Begin the model with input(Shape.ANY, …), or pad the"
            + " data to one length.",
        error(() -> Sequential.of(input(2, 2), gru(2)).predict(data)));
    Sequential model =
        Sequential.of(input(Shape.ANY, 2), masking(0), gru(2).returnSequences(true), dense(1));
    assertEquals(Shape.of(2, 1), model.predict(data).shape(), "all as long as the longest");
    model.compile("sgd", "mse");
    assertEquals(
        "The model needs targets of shape (None, 1) per sample, but the targets of the training"
            + " data, which is padded batch by batch, have shape (1,). Change returnSequences or the"
            + " targets, or pad the data to one length.",
        error(() -> model.fit(data, FitOptions.epochs(1).verbose(0))));
  }
}
