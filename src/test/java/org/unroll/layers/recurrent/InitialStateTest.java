package org.unroll.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Tensor;

/**
 * Initial and final states: reading a sequence in two parts gives the same result as reading it at
 * once.
 */
@Tag("both-compute-implementations")
class InitialStateTest {
  private static final int ROWS = 3;
  private static final int FEATURES = 2;
  private static final int UNITS = 4;

  @ParameterizedTest
  @ValueSource(strings = {"SimpleRNN", "LSTM", "GRU", "GRU reset before"})
  void continuesFromTheStateOfTheFirstPart(String which) {
    var random = new SplittableRandom(2);
    float[] x = new float[6 * ROWS * FEATURES]; // time-major
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    boolean[] mask = new boolean[6 * ROWS];
    Arrays.fill(mask, true);
    mask[4] = false; // row 1 at step 1
    mask[6] = false; // row 0 at step 2
    RecurrentLayer<?> layer =
        switch (which) {
          case "SimpleRNN" -> Layers.simpleRnn(UNITS).returnSequences(true);
          case "LSTM" -> Layers.lstm(UNITS).returnSequences(true);
          case "GRU" -> Layers.gru(UNITS).returnSequences(true);
          default -> Layers.gru(UNITS).returnSequences(true).resetAfter(false);
        };
    new Network(List.of(Layers.input(Shape.ANY, FEATURES), layer), 1);
    for (boolean[] steps : new boolean[][] {null, mask}) {
      float[] whole = run(layer, x, steps, 0, 6, null);
      float[][] state = new float[which.equals("LSTM") ? 2 : 1][ROWS * UNITS];
      float[] first = run(layer, x, steps, 0, 2, state);
      float[] second = run(layer, x, steps, 2, 6, state);
      int block = ROWS * UNITS;
      assertArrayEquals(Arrays.copyOf(whole, 2 * block), first, 1e-6f);
      float[] expected = Arrays.copyOfRange(whole, 2 * block, 6 * block);
      if (steps != null) {
        // In Keras, a masked step repeats the previous output, which is zeros before the first
        // step.
        Arrays.fill(expected, 0, UNITS, 0f);
      }
      assertArrayEquals(expected, second, 1e-6f);
      assertArrayEquals(Arrays.copyOfRange(whole, 5 * block, 6 * block), state[0], 1e-6f);
    }
  }

  private static float[] run(
      Layer layer, float[] x, boolean[] mask, int from, int to, float[][] state) {
    int width = ROWS * FEATURES;
    boolean[] part = mask == null ? null : Arrays.copyOfRange(mask, from * ROWS, to * ROWS);
    Tensor input = new Tensor().set(x, from * width, ROWS, Shape.of(to - from, FEATURES), part);
    Tensor output = layer.newPass().forward(input, state, new ForwardContext().inference(0));
    int at = output.offset();
    return Arrays.copyOfRange(output.values(), at, at + output.size());
  }
}
