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

/** Exceptions for layers that do not fit together and for arguments out of range. */
class StackErrorsTest {
  private static Network network(Layer... layers) {
    return new Network(Arrays.asList(layers), 0);
  }

  private static void assertRejected(String text, Layer... layers) {
    var error = assertThrows(IllegalArgumentException.class, () -> network(layers));
    assertEquals(text, error.getMessage());
  }

  @Test
  void rejectsRecurrentLayerAfterLastOutput() {
    assertRejected(
        "LSTM 'lstm_2' needs input (batch, time, features), but 'lstm_1' returns (batch, units). Set"
            + " returnSequences on 'lstm_1'",
        input(5, 3),
        lstm(4).returnSequences(true),
        lstm(4),
        lstm(4));
    assertRejected(
        "GRU 'gru' needs input (batch, time, features), but 'bidirectional' returns (batch, 8). Set"
            + " returnSequences on 'lstm'",
        input(5, 3),
        bidirectional(lstm(4)),
        gru(4));
  }

  @Test
  void suggestedFixWorksWithTheSameLayers() {
    Lstm first = lstm(4);
    Lstm second = lstm(2);
    assertThrows(IllegalArgumentException.class, () -> network(input(5, 3), first, second));
    first.returnSequences(true);
    assertEquals(Shape.of(2), network(input(5, 3), first, second).outputShape());
  }

  @Test
  void rejectsWrongInputShapes() {
    assertRejected(
        "GRU 'gru' needs input (batch, time, features), but 'input_layer' returns (batch, 3). Add a"
            + " time axis, for example input(timesteps, features), or put an Embedding after it if"
            + " the values are token ids.",
        input(3),
        gru(4));
    assertRejected(
        "SimpleRNN 'simple_rnn' needs input (batch, time, features), but 'dense' returns (batch, 4)."
            + " Put a layer between them that returns a sequence (an Embedding for token ids, a"
            + " RepeatVector for a vector), or give each sample a time axis.",
        input(3),
        dense(4),
        simpleRnn(4));
    assertRejected(
        "LSTM 'lstm' needs input (batch, time, features), but 'input_layer' returns (batch, 5,"
            + " None). Change the shape given to input(...).",
        input(5, Shape.ANY),
        lstm(4));
    assertRejected(
        "Embedding 'embedding' needs input (batch, time) of whole numbers, but 'input_layer' returns"
            + " (batch, 5, 3). Change the shape given to input(...).",
        input(5, 3),
        embedding(9, 4));
    assertRejected(
        "RepeatVector 'repeat_vector' needs input (batch, features), but 'gru' returns (batch, 5,"
            + " 4). Change 'gru' or put a layer between them that changes the shape.",
        input(5, 3),
        gru(4).returnSequences(true),
        repeatVector(2));
    assertRejected(
        "Flatten 'flatten' needs input with axes of fixed length, but 'input_layer' returns (batch,"
            + " None, 3). Change the shape given to input(...).",
        input(Shape.ANY, 3),
        flatten());
    assertRejected(
        "Dense 'dense' needs input (batch, …, features) with a fixed number of features, but"
            + " 'input_layer' returns (batch, None). Change the shape given to input(...).",
        input(Shape.ANY),
        dense(2));
    assertRejected(
        "TimeDistributed 'time_distributed' needs input (batch, time, features), but 'lstm' returns"
            + " (batch, units). Set returnSequences on 'lstm'",
        input(5, 3),
        lstm(4),
        timeDistributed(dense(2)));
    assertRejected(
        "Masking 'masking' needs input (batch, time, features), but 'input_layer' returns (batch,"
            + " 3). Add a time axis, for example input(timesteps, features), or put an Embedding"
            + " after it if the values are token ids.",
        input(3),
        masking(0));
    assertRejected(
        "GRU 'gru' needs input (batch, time, features), but 'time_distributed' returns (batch, 3)."
            + " 'time_distributed' applies 'gru' to each time step separately. Use 'gru' without"
            + " timeDistributed(...), or put a layer that changes the shape before or after it.",
        input(5, 3),
        timeDistributed(gru(4)));
  }

  @Test
  void modelsStartWithOneInput() {
    assertRejected(
        "A model must consist of input(...) followed by at least one layer, but was [Dense].",
        dense(2));
    assertRejected(
        "A model must consist of input(...) followed by at least one layer, but was [InputLayer].",
        input(2));
    assertRejected(
        "A model must have only one input(...), before all other layers, but was [InputLayer,"
            + " Dense, InputLayer].",
        input(2),
        dense(2),
        input(2));
    assertThrows(IllegalArgumentException.class, () -> input());
    assertThrows(IllegalArgumentException.class, () -> input(0, 3));
  }

  @Test
  void namesAreCountedPerModelAndUnique() {
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
    assertRejected(
        "The names of the layers in a model must be unique, but two layers are named 'a'.",
        input(5, 3),
        dense(2).name("a"),
        dense(2).name("a"));
    assertThrows(IllegalArgumentException.class, () -> dense(2).name("a/b"));
    assertThrows(IllegalArgumentException.class, () -> dense(2).name(" "));
  }

  @Test
  void rejectsLayersThatAreUsedTwice() {
    Dense shared = dense(2);
    assertRejected(
        "Dense 'dense' is used twice in this model. Each position in a model must have its own"
            + " layer. Create a new layer.",
        input(2),
        shared,
        shared);
    assertRejected(
        "Dense 'dense' is used twice in this model. Each position in a model must have its own"
            + " layer. Create a new layer.",
        input(5, 2),
        timeDistributed(shared),
        shared);
    network(input(2), shared);
    String used =
        "Dense 'dense' already belongs to a model. Each position in a model must have its own"
            + " layer. Create a new layer.";
    assertRejected(used, input(2), shared);
    assertRejected(used, input(5, 2), timeDistributed(shared));
  }

  @Test
  void builtLayersCannotBeChanged() {
    Gru layer = gru(2);
    network(input(5, 3), layer);
    var error = assertThrows(IllegalStateException.class, () -> layer.returnSequences(true));
    assertEquals(
        "GRU 'gru' belongs to a model, so 'returnSequences' can no longer be set. Create a new"
            + " layer instead.",
        error.getMessage());
    assertThrows(IllegalStateException.class, () -> layer.name("other"));
    assertThrows(IllegalStateException.class, () -> layer.activation("relu"));
    assertThrows(IllegalStateException.class, () -> layer.resetAfter(false));
    assertThrows(IllegalStateException.class, () -> dense(2).outputShape());
  }

  @Test
  void rejectsArgumentsOutOfRange() {
    for (double rate : new double[] {-0.1, 1, 1.5, Double.NaN}) {
      var error = assertThrows(IllegalArgumentException.class, () -> gru(2).dropout(rate));
      assertEquals(
          "dropout must be at least 0 and less than 1, but was " + rate + ".", error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> gru(2).recurrentDropout(rate));
      assertThrows(IllegalArgumentException.class, () -> dropout(rate));
    }
    assertThrows(IllegalArgumentException.class, () -> lstm(0));
    assertThrows(IllegalArgumentException.class, () -> dense(-1));
    assertThrows(IllegalArgumentException.class, () -> embedding(0, 4));
    assertThrows(IllegalArgumentException.class, () -> embedding(4, 0));
    assertThrows(IllegalArgumentException.class, () -> repeatVector(0));
    assertThrows(IllegalArgumentException.class, () -> lstm(2).recurrentActivation("glu"));
    assertThrows(IllegalArgumentException.class, () -> gru(2).activation("glu"));
    assertThrows(IllegalArgumentException.class, () -> timeDistributed(input(2)));
    assertThrows(IllegalArgumentException.class, () -> Layers.l1(-1));
    assertThrows(IllegalArgumentException.class, () -> Layers.l2(Double.NaN));
    var error = assertThrows(IllegalArgumentException.class, () -> activation("tann"));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "The activation must be one of the known names, but was 'tann'. Did you mean 'tanh'? Known names: linear, relu,"));
  }

  /** Arguments that are set after wrapping apply to both directions. */
  @Test
  void backwardLayerCopiesTheForwardLayer() {
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
  void rejectsWeightsWithTheWrongSize() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Weight("kernel", Shape.of(2, 3), new float[5], null));
    assertEquals(
        "Weight 'kernel' of shape (2, 3) must have 6 values, but has 5.", error.getMessage());
  }
}
