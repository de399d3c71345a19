package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.simpleRnn;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.network.Weight;

/** Compares recorded states and gates with the equations for one unit, in double. */
@Tag("both-compute-implementations")
class RecordingTest {
  private static final double TOLERANCE = 1e-6;
  private static final double[] X = {0.5, -1.25, 2};

  private static Samples samples(double... x) {
    double[][][] one = new double[1][x.length][1];
    for (int t = 0; t < x.length; t++) {
      one[0][t][0] = x[t];
    }
    return Samples.of(one);
  }

  /** The weights of a layer of one unit and one feature, one number for each gate. */
  private static double[][] weights(Sequential model) {
    List<Weight> weights = model.layers().get(0).weights();
    double[][] values = new double[weights.size()][];
    for (int w = 0; w < values.length; w++) {
      float[] own = weights.get(w).values();
      values[w] = new double[own.length];
      for (int i = 0; i < own.length; i++) {
        own[i] = (float) Math.sin(1 + 3 * w + 2 * i);
        values[w][i] = own[i];
      }
    }
    return values;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void recordsGatesAndStatesOfAnLstm() {
    Sequential model = Sequential.of(input(3, 1), lstm(1), dense(1));
    double[][] w = weights(model);
    Recording recording = model.record(samples(X), 0);
    assertEquals(List.of("lstm", "dense"), recording.layers());
    assertEquals(List.of("h", "c", "i", "f", "g", "o", "output"), recording.quantities("lstm"));
    double h = 0;
    double c = 0;
    for (int t = 0; t < X.length; t++) {
      double[] z = new double[4];
      for (int gate = 0; gate < 4; gate++) {
        z[gate] = X[t] * w[0][gate] + h * w[1][gate] + w[2][gate];
      }
      c = sigmoid(z[1]) * c + sigmoid(z[0]) * Math.tanh(z[2]);
      h = sigmoid(z[3]) * Math.tanh(c);
      assertEquals(sigmoid(z[0]), recording.get("lstm", "i")[t][0], TOLERANCE);
      assertEquals(sigmoid(z[1]), recording.get("lstm", "f")[t][0], TOLERANCE);
      assertEquals(Math.tanh(z[2]), recording.get("lstm", "g")[t][0], TOLERANCE);
      assertEquals(sigmoid(z[3]), recording.get("lstm", "o")[t][0], TOLERANCE);
      assertEquals(c, recording.get("lstm", "c")[t][0], TOLERANCE);
      assertEquals(h, recording.get("lstm", "h")[t][0], TOLERANCE);
    }
  }

  /** Steps are recorded in chronological order, although the last one is read first. */
  @Test
  void recordsGatesOfAGruThatReadsBackwards() {
    Sequential model = Sequential.of(input(3, 1), gru(1).goBackwards(true));
    double[][] w = weights(model);
    Recording recording = model.record(samples(X), 0);
    assertEquals(List.of("h", "z", "r", "g", "output"), recording.quantities("gru"));
    double h = 0;
    for (int t = X.length - 1; t >= 0; t--) {
      double[] x = new double[3];
      double[] u = new double[3];
      for (int gate = 0; gate < 3; gate++) {
        x[gate] = X[t] * w[0][gate] + w[2][gate];
        u[gate] = h * w[1][gate] + w[2][3 + gate];
      }
      double z = sigmoid(x[0] + u[0]);
      double r = sigmoid(x[1] + u[1]);
      double g = Math.tanh(x[2] + r * u[2]);
      h = z * h + (1 - z) * g;
      assertEquals(z, recording.get("gru", "z")[t][0], TOLERANCE);
      assertEquals(r, recording.get("gru", "r")[t][0], TOLERANCE);
      assertEquals(g, recording.get("gru", "g")[t][0], TOLERANCE);
      assertEquals(h, recording.get("gru", "h")[t][0], TOLERANCE);
    }
  }

  @Test
  void maskedStepRecordsThePreviousState() {
    Sequential model = Sequential.of(input(3, 1), masking(0), simpleRnn(1));
    Recording recording = model.record(samples(1, 0, 0), 0);
    double[][] h = recording.get("simple_rnn", "h");
    assertEquals(h[0][0], h[2][0]);
    assertEquals(h[2][0], model.predict(samples(1, 0, 0)).toArray()[0][0]);
    assertArrayEquals(new double[][] {{1}, {0}, {0}}, recording.get("simple_rnn", "mask"));
    assertEquals(model.layer("simple_rnn"), recording.layer("simple_rnn"));
    assertThrows(IllegalArgumentException.class, () -> recording.layer("lstm"));
  }

  @Test
  void backwardLayerRecordsItsMaskInTheOrderOfTime() {
    Sequential model = Sequential.of(input(3, 1), masking(0), simpleRnn(1).goBackwards(true));
    Recording recording = model.record(samples(1, 0, 0), 0);

    assertArrayEquals(new double[][] {{1}, {0}, {0}}, recording.get("simple_rnn", "mask"));
  }

  @Test
  void decoderRecordsItsInitialStates() {
    var x = input(3, 1);
    var encoded = lstm(2).name("encoder").returnState(true).on(x);
    var decoded = lstm(2).name("decoder").on(x, encoded.states());
    Recording recording = Model.of(List.of(x), List.of(decoded)).record(samples(X), 0);

    for (String state : List.of("h", "c")) {
      double[] last = recording.get("encoder", state)[2];
      assertArrayEquals(new double[][] {last}, recording.get("decoder", "initial_" + state));
      assertFalse(recording.quantities("encoder").contains("initial_" + state));
    }
  }

  @Test
  void recordsBothDirections() {
    Sequential model = Sequential.of(input(3, 1), bidirectional(lstm(2)));
    assertEquals(
        List.of("forward_lstm", "backward_lstm", "bidirectional"),
        model.record(samples(X), 0).layers());
  }
}
