package org.unroll.layers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.network.ForwardContext;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/**
 * Which values are dropped, and when. {@code LayerGradientsTest} checks how the masks of recurrent
 * layers are used in the equations.
 */
class DropoutTest {
  private static final int ROWS = 40;
  private static final int STEPS = 25;
  private static final int WIDTH = 20;

  private static Tensor ones(int steps) {
    float[] values = new float[ROWS * steps * WIDTH];
    Arrays.fill(values, 1f);
    return new Tensor().set(values, 0, ROWS, Shape.of(steps, WIDTH), null);
  }

  private static float[] run(ForwardContext context, Layer... layers) {
    NetworkPass pass = new Network(Arrays.asList(layers), 0).newPass();
    Tensor output = pass.forward(ones(STEPS), context);
    int from = output.offset();
    return Arrays.copyOfRange(output.values(), from, from + output.size());
  }

  private static ForwardContext training(long step) {
    return new ForwardContext().training(5, step, 0);
  }

  @Test
  void dropsTheGivenFractionAndScalesTheRest() {
    float[] y = run(training(1), Layers.input(STEPS, WIDTH), Layers.dropout(0.3));
    int kept = 0;
    for (float value : y) {
      assertTrue(value == 0 || value == (float) (1 / 0.7), "" + value);
      kept += value > 0 ? 1 : 0;
    }
    // The standard deviation for 20,000 draws is 65.
    assertEquals(0.7 * y.length, kept, 5 * Math.sqrt(y.length * 0.3 * 0.7));
    assertEquals(20_000, y.length);
  }

  @Test
  void masksDifferBetweenRowsStepsAndBatches() {
    float[] y = run(training(1), Layers.input(STEPS, WIDTH), Layers.dropout(0.5));
    Set<String> masks = new HashSet<>();
    for (int from = 0; from < y.length; from += WIDTH) {
      masks.add(Arrays.toString(Arrays.copyOfRange(y, from, from + WIDTH)));
    }
    assertEquals(
        ROWS * STEPS, masks.size(), 3, "1,000 of 1,048,576 possible masks are rarely equal");
    float[] next = run(training(2), Layers.input(STEPS, WIDTH), Layers.dropout(0.5));
    assertTrue(agreement(y, next) < 0.55);
    float[] two =
        run(training(1), Layers.input(STEPS, WIDTH), Layers.dropout(0), Layers.dropout(0.5));
    assertTrue(agreement(y, two) < 0.55, "another position in the model");
  }

  private static double agreement(float[] a, float[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += a[i] == b[i] ? 1 : 0;
    }
    return (double) same / a.length;
  }

  /** With an identity kernel and no recurrence, the output is the mask. */
  @Test
  void recurrentLayersUseOneMaskForAllTimeSteps() {
    SimpleRnn layer =
        Layers.simpleRnn(WIDTH)
            .activation("linear")
            .kernelInitializer(Initializers.identity(1))
            .recurrentInitializer(Initializers.zeros())
            .returnSequences(true)
            .dropout(0.4);
    float[] y = run(training(1), Layers.input(STEPS, WIDTH), layer);
    int step = ROWS * WIDTH;
    for (int t = 1; t < STEPS; t++) {
      assertArrayEquals(
          Arrays.copyOf(y, step), Arrays.copyOfRange(y, t * step, (t + 1) * step), "step " + t);
    }
    assertNotEquals(
        Arrays.toString(Arrays.copyOf(y, WIDTH)),
        Arrays.toString(Arrays.copyOfRange(y, WIDTH, 2 * WIDTH)),
        "rows differ");
  }

  @Test
  void nothingIsDroppedOutsideOfTraining() {
    Network network = new Network(List.of(Layers.input(STEPS, WIDTH), Layers.dropout(0.9)), 0);
    Tensor x = ones(STEPS);
    assertSame(x, network.newPass().forward(x, new ForwardContext().inference(0)));

    for (int kind = 0; kind < 3; kind++) {
      float[] with =
          run(new ForwardContext().inference(0), Layers.input(STEPS, WIDTH), layer(kind, 0.6));
      float[] without =
          run(new ForwardContext().inference(0), Layers.input(STEPS, WIDTH), layer(kind, 0));
      assertArrayEquals(without, with);
      float[] trained = run(training(1), Layers.input(STEPS, WIDTH), layer(kind, 0.6));
      assertNotEquals(Arrays.toString(without), Arrays.toString(trained));
    }
  }

  private static Layer layer(int kind, double rate) {
    return switch (kind) {
      case 0 -> Layers.simpleRnn(6).dropout(rate).recurrentDropout(rate);
      case 1 -> Layers.lstm(6).dropout(rate).recurrentDropout(rate);
      default -> Layers.gru(6).dropout(rate).recurrentDropout(rate);
    };
  }
}
