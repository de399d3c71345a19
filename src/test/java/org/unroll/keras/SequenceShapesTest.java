package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.Stepper;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.NetworkState;

/**
 * The four kinds of sequence models, from one-to-one to many-to-many, and an encoder with a
 * decoder. Shows how to build each of them, and compares the outputs with Keras
 * (src/test/python/sequence_shapes.py).
 */
@Tag("both-compute-implementations")
class SequenceShapesTest {
  private static final double TOLERANCE = 1e-5;

  /** One to one, without a sequence: the input is a vector, the output a number. */
  @Test
  void oneToOne() throws IOException {
    JsonNode keras = reference("one_to_one");
    Sequential model = Sequential.of(input(2), dense(4, "tanh"), dense(1));
    setWeights(model, keras.get("weights"));

    double[][] vectors = GoldenCase.square(keras.get("x"));
    assertOutput(keras, model, Samples.of(vectors));
  }

  /** One to many: the vector is repeated, and the LSTM returns a different output at each step. */
  @Test
  void oneToMany() throws IOException {
    JsonNode keras = reference("one_to_many");
    Sequential model =
        Sequential.of(input(2), repeatVector(5), lstm(3).returnSequences(true), dense(1));
    setWeights(model, keras.get("weights"));

    double[][] vectors = GoldenCase.square(keras.get("x"));
    assertOutput(keras, model, Samples.of(vectors));
  }

  /**
   * One to many with an initial state: the GRU starts with a given state, and the most probable
   * token is the next input.
   */
  @Test
  void oneToManyWithAnInitialState() throws IOException {
    JsonNode keras = reference("from_a_state");
    Sequential model =
        Sequential.of(input(Shape.ANY), embedding(7, 3), gru(4), dense(7, "softmax"));
    setWeights(model, keras.get("weights"));

    double[][] topic = GoldenCase.square(keras.get("state"));
    Stepper stepper = model.stepper().state(NetworkState.of(topic));
    assertTokens(keras, stepper, 1);
  }

  /** Many to one: the GRU reads the whole sequence and returns only its last output. */
  @Test
  void manyToOne() throws IOException {
    JsonNode keras = reference("many_to_one");
    Sequential model = Sequential.of(input(6, 2), gru(4), dense(1));
    setWeights(model, keras.get("weights"));

    double[][][] sequences = GoldenCase.cube(keras.get("x"));
    assertOutput(keras, model, Samples.of(sequences));
  }

  /** Many to many: an output for each time step, which depends on earlier and later steps. */
  @Test
  void manyToMany() throws IOException {
    JsonNode keras = reference("many_to_many");
    Sequential model =
        Sequential.of(
            input(6, 2),
            bidirectional(simpleRnn(3).returnSequences(true)),
            timeDistributed(dense(1)));
    setWeights(model, keras.get("weights"));

    double[][][] sequences = GoldenCase.cube(keras.get("x"));
    assertOutput(keras, model, Samples.of(sequences));
  }

  /**
   * Many to many with different lengths: the encoder reads a sentence, and the decoder starts with
   * the last states of the encoder and generates the output token by token.
   */
  @Test
  void encoderAndDecoder() throws IOException {
    JsonNode keras = reference("encoder_decoder");
    Sequential encoder =
        Sequential.of(input(Shape.ANY), embedding(7, 3), lstm(4).returnState(true));
    Sequential decoder =
        Sequential.of(input(Shape.ANY), embedding(8, 3), lstm(4), dense(8, "softmax"));
    setWeights(encoder, keras.get("encoder"));
    setWeights(decoder, keras.get("decoder"));

    int[] sentence = new ObjectMapper().convertValue(keras.get("source"), int[].class);
    NetworkState meaning = encoder.predict(Samples.of(new int[][] {sentence})).state();
    int start = 0;
    assertTokens(keras, decoder.stepper().state(meaning), start);

    // The same without a stepper, with all tokens known in advance, as in training.
    int[] tokens = new ObjectMapper().convertValue(keras.get("tokens"), int[].class);
    int[][] known = {{start, tokens[0], tokens[1]}};
    assertArrayEquals(
        GoldenCase.square(keras.get("probabilities"))[2],
        decoder.predict(Samples.of(known), meaning).get(0),
        TOLERANCE);
  }

  /** Checks that each token is the most probable one after the previous tokens. */
  private static void assertTokens(JsonNode keras, Stepper stepper, int start) {
    double[][] probabilities = GoldenCase.square(keras.get("probabilities"));
    int token = start;
    for (int t = 0; t < probabilities.length; t++) {
      double[] next = stepper.step(token);
      assertArrayEquals(probabilities[t], next, TOLERANCE, "step " + t);
      token = mostProbable(next);
      assertEquals(keras.get("tokens").get(t).asInt(), token, "step " + t);
    }
  }

  private static int mostProbable(double[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  private static JsonNode reference(String name) throws IOException {
    Path file = Path.of("src/test/resources/org/unroll/keras/sequence_shapes.json");
    return new ObjectMapper().readTree(file.toFile()).get(name);
  }

  private static void setWeights(Sequential model, JsonNode weights) {
    assertEquals(model.network().weights().size(), weights.size());
    for (int w = 0; w < weights.size(); w++) {
      double[] values = GoldenCase.doubles(weights.get(w));
      float[] own = model.network().weights().get(w).values();
      assertEquals(values.length, own.length);
      for (int i = 0; i < values.length; i++) {
        own[i] = (float) values[i];
      }
    }
  }

  private static void assertOutput(JsonNode keras, Sequential model, Samples samples) {
    assertArrayEquals(
        GoldenCase.doubles(keras.get("output")),
        GoldenCase.flat(model.predict(samples).toArray()),
        TOLERANCE);
  }
}
