package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.convLstm1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.multiHeadAttention;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Node;

/** Steppers of models that branch, compared with predictions of whole sequences. */
@Tag("both-compute-implementations")
class GraphStepperTest {
  private static final int ROWS = 3;
  private static final int STEPS = 6;
  private static final int IDS = 7;

  private record Case(String name, Model model) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Returns an encoder–decoder of ids. */
  private static Case encoderDecoder(
      String name, boolean masked, BiFunction<Node, Node, Node> decoder) {
    var source = input(Shape.ANY);
    var target = input(Shape.ANY);
    Node from = embedding(9, 4).maskZero(masked).on(source);
    Node to = embedding(IDS, 5).maskZero(masked).on(target);
    Node out = dense(IDS, "softmax").name("out").on(decoder.apply(from, to));
    Model model = Model.of(List.of(source, target), out);
    float[] kernel = model.weight("out/kernel").data;
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] *= 5; // so that the probabilities differ
    }
    return new Case(name + (masked ? ", masked" : ""), model);
  }

  private static Node lstmDecoder(Node from, Node to) {
    Node encoder = lstm(6).returnSequences(true).returnState(true).on(from);
    return lstm(6).returnSequences(true).on(to, encoder.states());
  }

  private static Node lastOf(Node from) {
    return repeatVector(1).on(gru(6).on(from));
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (boolean masked : new boolean[] {false, true}) {
      cases.add(encoderDecoder("LSTM", masked, GraphStepperTest::lstmDecoder));
      cases.add(
          encoderDecoder(
              "GRU",
              masked,
              (from, to) ->
                  gru(6).returnSequences(true).on(to, gru(6).returnState(true).on(from).states())));
      cases.add(
          encoderDecoder(
              "Bidirectional encoder with Attention",
              masked,
              (from, to) -> {
                Node encoder = bidirectional(gru(3).returnSequences(true)).on(from);
                Node decoder = gru(6).returnSequences(true).on(to);
                return concatenate().on(decoder, attention().on(decoder, encoder));
              }));
      cases.add(
          encoderDecoder(
              "AdditiveAttention with returned scores",
              masked,
              (from, to) -> {
                Node encoder = lstm(6).returnSequences(true).returnState(true).on(from);
                Node decoder = lstm(6).returnSequences(true).on(to, encoder.states());
                return add()
                    .on(
                        decoder,
                        additiveAttention().returnAttentionScores(true).on(decoder, encoder));
              }));
      cases.add(
          encoderDecoder(
              "MultiHeadAttention between two decoders",
              masked,
              (from, to) -> {
                Node encoder = gru(6).returnSequences(true).returnState(true).on(from);
                Node first = gru(6).returnSequences(true).on(to, encoder.states());
                Node context = multiHeadAttention(2, 3).on(first, encoder, encoder);
                Node joined = layerNormalization().on(add().on(first, context));
                return lstm(4).returnSequences(true).on(joined);
              }));
      cases.add(
          encoderDecoder(
              "the encoder's vector at each step",
              masked,
              (from, to) ->
                  lstm(4)
                      .returnSequences(true)
                      .on(add().on(timeDistributed(dense(6)).on(to), lastOf(from)))));
    }
    return cases.stream();
  }

  private static int[][] ids(int rows, int steps, int count, long seed) {
    var random = new Random(seed);
    int[][] ids = new int[rows][steps];
    for (int[] row : ids) {
      Arrays.setAll(row, t -> random.nextInt(count)); // with zeros, which masks hide
    }
    return ids;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stepsEqualThePredictionOfTheWholeSequence(Case which) {
    Samples sources = Samples.of(ids(ROWS, 5, 9, 1));
    int[][] targets = ids(ROWS, STEPS, IDS, 2);
    if (which.name.endsWith("masked")) {
      for (int[] row : targets) {
        Arrays.setAll(row, t -> Math.max(1, row[t])); // a masked step repeats the output before
      }
    }
    Predictions whole = which.model.predict(sources.and(Samples.of(targets)));
    Stepper stepper = which.model.stepper(sources);
    for (int again = 0; again < 2; again++) {
      for (int t = 0; t < STEPS; t++) {
        double[][] step = new double[ROWS][1];
        for (int r = 0; r < ROWS; r++) {
          step[r][0] = targets[r][t];
        }
        double[][] found = stepper.step(step);
        for (int r = 0; r < ROWS; r++) {
          assertArrayEquals(whole.getSequence(r)[t], found[r], 1e-6, "step " + t + ", row " + r);
        }
      }
      stepper.reset();
    }
  }

  /** A decoder that predicts the whole sequence so far at each step, and keeps the best. */
  private static int[][] greedy(Model model, int[][] sources, int length) {
    int[][] found = new int[sources.length][];
    for (int i = 0; i < sources.length; i++) {
      int[] ids = {1};
      while (ids.length <= length && (ids.length == 1 || ids[ids.length - 1] != 2)) {
        Dataset data = Samples.of(List.of(new int[][] {sources[i]}, new int[][] {ids}));
        double[] next = model.predict(data).getSequence(0)[ids.length - 1];
        int best = 0;
        for (int id = 1; id < next.length; id++) {
          best = next[id] > next[best] ? id : best;
        }
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = best;
      }
      int end = ids[ids.length - 1] == 2 && ids.length > 1 ? ids.length - 1 : ids.length;
      found[i] = Arrays.copyOfRange(ids, 1, end);
    }
    return found;
  }

  /** Also with ids that a mask hides: then the whole sequence repeats the output before. */
  @ParameterizedTest
  @MethodSource("cases")
  void decoderFindsTheSameIds(Case which) {
    int[][] sources = ids(40, 5, 9, 3); // more than a thread decodes at a time
    var decoder = SequenceDecoder.of(which.model, 1, 2).maxLength(7);
    int[][] expected = greedy(which.model, sources, 7);
    assertArrayEquals(expected, decoder.greedy(Samples.of(sources)));
    assertArrayEquals(expected, decoder.beam(Samples.of(sources), 1));
  }

  @Test
  void returnsTheValueForTheSequenceSoFar() {
    var place = input(2);
    var series = input(Shape.ANY, 3);
    Node gru = gru(4).on(series);
    var model = Model.of(List.of(place, series), dense(2).on(concatenate().on(gru, place)));
    var random = new Random(5);
    double[][] places = {{random.nextGaussian(), random.nextGaussian()}};
    double[][] steps = new double[4][3];
    Stepper stepper = model.stepper(Samples.of(places));
    for (int t = 0; t < steps.length; t++) {
      Arrays.setAll(steps[t], f -> random.nextGaussian());
      var soFar = new double[][][] {Arrays.copyOf(steps, t + 1)};
      double[] expected = model.predict(Samples.of(List.of(places, soFar))).get(0);
      assertArrayEquals(expected, stepper.step(steps[t]), 1e-6);
    }
  }

  /** A layer that is applied twice has separate states, each of them with several axes. */
  @Test
  void eachApplicationHasItsOwnStates() {
    var start = input(5, 4, 1);
    var frames = input(Shape.ANY, 4, 1);
    var twice = convLstm1D(2, 3).padding("same").returnSequences(true);
    var encoder = convLstm1D(2, 3).padding("same").returnState(true).on(start);
    Node first =
        convLstm1D(2, 3).padding("same").returnSequences(true).on(frames, encoder.states());
    Node second = twice.on(first);
    Node third = twice.on(second);
    var model = Model.of(List.of(start, frames), third);
    var random = new Random(6);
    double[][][][] from = new double[1][5][4][1];
    double[][][][] x = new double[1][3][4][1];
    for (double[][][] sample : List.of(from[0], x[0])) {
      for (double[][] frame : sample) {
        for (double[] pixel : frame) {
          pixel[0] = random.nextGaussian();
        }
      }
    }
    double[] whole = model.predict(Samples.of(List.of(from, x))).toArray()[0];
    Stepper stepper = model.stepper(Samples.of(from));
    assertTrue(stepper.state().names().size() == 6, stepper.state().names()::toString);
    double[] found = {};
    for (int t = 0; t < 3; t++) {
      double[] frame = new double[4];
      for (int i = 0; i < 4; i++) {
        frame[i] = x[0][t][i][0];
      }
      found = stepper.step(frame);
      assertArrayEquals(
          Arrays.copyOfRange(whole, t * found.length, (t + 1) * found.length), found, 1e-6);
    }
  }

  private static String error(Model model) {
    Samples sources = Samples.of(ids(1, 5, 9, 1));
    return assertThrows(IllegalArgumentException.class, () -> model.stepper(sources)).getMessage();
  }

  @Test
  void namesTheLayerThatNeedsTheWholeSequence() {
    String end =
        " needs the whole sequence, so this model cannot be run step by step. Call predict, or"
            + " build a model without it. Path: ";
    assertEquals(
        "Bidirectional 'bidirectional'" + end + "input_layer_1 → embedding_1 → bidirectional.",
        error(
            encoderDecoder(
                    "",
                    false,
                    (from, to) ->
                        add().on(bidirectional(gru(3).returnSequences(true)).on(to), lastOf(from)))
                .model));
    assertEquals(
        "Attention 'attention'" + end + "input_layer_1 → embedding_1 → gru_1 → attention.",
        error(
            encoderDecoder(
                    "",
                    false,
                    (from, to) -> {
                      Node decoder =
                          gru(6)
                              .returnSequences(true)
                              .on(to, gru(6).returnState(true).on(from).states());
                      return attention().on(decoder, decoder);
                    })
                .model));
    // A sequence of the source has no time step that belongs to the one of the target.
    assertEquals(
        "Add 'add'" + end + "input_layer_1 → embedding_1 → gru → add.",
        error(
            encoderDecoder(
                    "",
                    false,
                    (from, to) -> {
                      Node decoder = gru(4).returnSequences(true).on(to);
                      return add().on(decoder, from);
                    })
                .model));
    var place = input(3);
    var series = input(4, 2);
    Node flat = flatten().on(gru(2).returnSequences(true).on(series));
    var flattened = Model.of(List.of(place, series), concatenate().on(flat, place));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> flattened.stepper(Samples.of(new double[1][3])))
            .getMessage()
            .startsWith("Flatten 'flatten' needs the whole sequence"));
    assertEquals(
        "The model has 2 inputs, of which only the last is given step by step. Call"
            + " stepper(others) with the samples of the others.",
        assertThrows(IllegalArgumentException.class, flattened::stepper).getMessage());
  }
}
