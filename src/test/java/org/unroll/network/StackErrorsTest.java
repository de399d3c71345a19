package org.unroll.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.core.Dense;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.Lstm;

/** Layers that do not fit together, and arguments out of range. */
class StackErrorsTest {
  private static Network network(Layer... layers) {
    return new Network(Arrays.asList(layers), 0);
  }

  private static void assertRefused(String text, Layer... layers) {
    var error = assertThrows(IllegalArgumentException.class, () -> network(layers));
    assertEquals(text, error.getMessage());
  }

  @Test
  void aRecurrentLayerBehindOneThatReturnsItsLastOutput() {
    assertRefused(
        "LSTM 'lstm_2' needs (batch, time, features); 'lstm_1' returns (batch, units). Set"
            + " returnSequences on 'lstm_1'",
        input(5, 3),
        lstm(4).returnSequences(true),
        lstm(4),
        lstm(4));
    assertRefused(
        "GRU 'gru' needs (batch, time, features); 'bidirectional' returns (batch, 8). Set"
            + " returnSequences on 'lstm'",
        input(5, 3),
        bidirectional(lstm(4)),
        gru(4));
  }

  /** What the message asks for can be done with the same layers. */
  @Test
  void theFixOfTheMessageWorks() {
    Lstm first = lstm(4);
    Lstm second = lstm(2);
    assertThrows(IllegalArgumentException.class, () -> network(input(5, 3), first, second));
    first.returnSequences(true);
    assertEquals(Shape.of(2), network(input(5, 3), first, second).outputShape());
  }

  @Test
  void layersThatDoNotFitTheInput() {
    assertRefused(
        "GRU 'gru' needs (batch, time, features); 'input_layer' returns (batch, 3). Give the input"
            + " a time axis, for example input(timesteps, features), or put an Embedding before it"
            + " if the values are token ids",
        input(3),
        gru(4));
    assertRefused(
        "SimpleRNN 'simple_rnn' needs (batch, time, features); 'dense' returns (batch, 4). Put a"
            + " layer between them that returns a sequence (an Embedding for token ids, a"
            + " RepeatVector for a vector), or give each sample a time axis",
        input(3),
        dense(4),
        simpleRnn(4));
    assertRefused(
        "LSTM 'lstm' needs (batch, time, features); 'input_layer' returns (batch, 5, None). Change"
            + " the shape given to input(...)",
        input(5, Shape.ANY),
        lstm(4));
    assertRefused(
        "Embedding 'embedding' needs (batch, time) of whole numbers; 'input_layer' returns (batch,"
            + " 5, 3). Change the shape given to input(...)",
        input(5, 3),
        embedding(9, 4));
    assertRefused(
        "RepeatVector 'repeat_vector' needs (batch, features); 'gru' returns (batch, 5, 4). Change"
            + " 'gru' or put a layer between them that changes the shape",
        input(5, 3),
        gru(4).returnSequences(true),
        repeatVector(2));
    assertRefused(
        "Flatten 'flatten' needs axes of fixed length; 'input_layer' returns (batch, None, 3)."
            + " Change the shape given to input(...)",
        input(Shape.ANY, 3),
        flatten());
    assertRefused(
        "Dense 'dense' needs (batch, …, features) with a fixed number of features; 'input_layer'"
            + " returns (batch, None). Change the shape given to input(...)",
        input(Shape.ANY),
        dense(2));
    assertRefused(
        "TimeDistributed 'time_distributed' needs (batch, time, features); 'lstm' returns (batch,"
            + " units). Set returnSequences on 'lstm'",
        input(5, 3),
        lstm(4),
        timeDistributed(dense(2)));
    assertRefused(
        "Masking 'masking' needs (batch, time, features); 'input_layer' returns (batch, 3). Give"
            + " the input a time axis, for example input(timesteps, features), or put an Embedding"
            + " before it if the values are token ids",
        input(3),
        masking(0));
    assertRefused(
        "GRU 'gru' needs (batch, time, features); 'time_distributed' returns (batch, 3)."
            + " 'time_distributed' applies 'gru' to each time step by itself: leave it out, or put"
            + " a layer that changes the shape beside it",
        input(5, 3),
        timeDistributed(gru(4)));
  }

  @Test
  void aModelIsAnInputAndLayers() {
    assertRefused(
        "A model begins with input(...) and has at least one layer behind it. Received: [Dense]",
        dense(2));
    assertRefused(
        "A model begins with input(...) and has at least one layer behind it. Received:"
            + " [InputLayer]",
        input(2));
    assertRefused(
        "input(...) stands at the beginning of a model only. Received: [InputLayer, Dense,"
            + " InputLayer]",
        input(2),
        dense(2),
        input(2));
    assertThrows(IllegalArgumentException.class, () -> input());
    assertThrows(IllegalArgumentException.class, () -> input(0, 3));
  }

  @Test
  void namesCountPerModelAndAreUnique() {
    for (int model = 0; model < 2; model++) {
      Network network =
          network(
              input(5, 3),
              lstm(2).returnSequences(true),
              lstm(2).returnSequences(true).name("lstm_1"),
              lstm(2).returnSequences(true),
              timeDistributed(dense(2)),
              dense(2));
      assertEquals(
          List.of("lstm", "lstm_1", "lstm_2", "time_distributed", "dense_1"),
          network.layers().stream().map(Layer::name).toList());
    }
    assertRefused(
        "The name of a layer is unique in its model. Received twice: 'a'",
        input(5, 3),
        dense(2).name("a"),
        dense(2).name("a"));
    assertThrows(IllegalArgumentException.class, () -> dense(2).name("a/b"));
    assertThrows(IllegalArgumentException.class, () -> dense(2).name(" "));
  }

  @Test
  void aLayerHasOnePlace() {
    Dense shared = dense(2);
    assertRefused(
        "Dense 'dense' stands in this model twice. Create a new layer for each place in a model.",
        input(2),
        shared,
        shared);
    assertRefused(
        "Dense 'dense' stands in this model twice. Create a new layer for each place in a model.",
        input(5, 2),
        timeDistributed(shared),
        shared);
    network(input(2), shared);
    String used =
        "Dense 'dense' already belongs to a model. Create a new layer for each place in a model.";
    assertRefused(used, input(2), shared);
    assertRefused(used, input(5, 2), timeDistributed(shared));
  }

  @Test
  void aBuiltLayerIsFixed() {
    Gru layer = gru(2);
    network(input(5, 3), layer);
    var error = assertThrows(IllegalStateException.class, () -> layer.returnSequences(true));
    assertEquals(
        "GRU 'gru' is built and belongs to a model; 'returnSequences' can no longer be set. Create"
            + " a new layer instead.",
        error.getMessage());
    assertThrows(IllegalStateException.class, () -> layer.name("other"));
    assertThrows(IllegalStateException.class, () -> layer.activation("relu"));
    assertThrows(IllegalStateException.class, () -> layer.resetAfter(false));
    assertThrows(IllegalStateException.class, () -> dense(2).outputShape());
  }

  @Test
  void argumentsOutOfRange() {
    for (double rate : new double[] {-0.1, 1, 1.5, Double.NaN}) {
      var error = assertThrows(IllegalArgumentException.class, () -> gru(2).dropout(rate));
      assertEquals(
          "dropout is at least 0 and less than 1. Received: dropout=" + rate, error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> gru(2).recurrentDropout(rate));
      assertThrows(IllegalArgumentException.class, () -> dropout(rate));
    }
    assertThrows(IllegalArgumentException.class, () -> lstm(0));
    assertThrows(IllegalArgumentException.class, () -> dense(-1));
    assertThrows(IllegalArgumentException.class, () -> embedding(0, 4));
    assertThrows(IllegalArgumentException.class, () -> embedding(4, 0));
    assertThrows(IllegalArgumentException.class, () -> repeatVector(0));
    assertThrows(IllegalArgumentException.class, () -> lstm(2).recurrentActivation("softmax"));
    assertThrows(IllegalArgumentException.class, () -> gru(2).activation("softmax"));
    assertThrows(IllegalArgumentException.class, () -> timeDistributed(input(2)));
    assertThrows(IllegalArgumentException.class, () -> Layers.l1(-1));
    assertThrows(IllegalArgumentException.class, () -> Layers.l2(Double.NaN));
    var error = assertThrows(IllegalArgumentException.class, () -> activation("tann"));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "The activation must be one of the known names, but was 'tann'. Known names: linear, relu,"));
  }

  /** What is set after wrapping holds for both directions. */
  @Test
  void theBackwardLayerFollowsTheForwardLayer() {
    Lstm forward = lstm(4);
    Bidirectional both = bidirectional(forward);
    forward.returnSequences(true).dropout(0.3);
    assertEquals(Shape.of(5, 8), network(input(5, 3), both).outputShape());
    assertTrue(both.backwardLayer().returnSequences());
    assertTrue(both.backwardLayer().goBackwards());
    assertEquals(0.3, ((Lstm) both.backwardLayer()).dropout());

    Lstm last = lstm(4);
    Bidirectional own = bidirectional(last).backwardLayer(lstm(4).goBackwards(true));
    last.returnSequences(true);
    assertThrows(IllegalArgumentException.class, () -> network(input(5, 3), own));
  }

  @Test
  void weightsTakeTheValuesOfTheirShape() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Weight("kernel", Shape.of(2, 3), new float[5], null));
    assertEquals("Weight 'kernel' of shape (2, 3) needs 6 values. Received: 5", error.getMessage());
  }
}
