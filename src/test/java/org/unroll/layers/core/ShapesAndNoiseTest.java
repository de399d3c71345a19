package org.unroll.layers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gaussianNoise;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.permute;
import static org.unroll.layers.Layers.reshape;
import static org.unroll.layers.Layers.spatialDropout1D;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/** Statistics of noise, and invalid convolutions and changes of shape. */
class ShapesAndNoiseTest {
  private static final int ROWS = 40;
  private static final Shape SHAPE = Shape.of(25, 20);

  private static float[] noise(Layer layer, ForwardContext context) {
    NetworkPass pass = new Network(List.of(input(25, 20), layer), 0).newPass();
    float[] x = new float[ROWS * SHAPE.size()];
    Arrays.fill(x, 1f);
    Tensor y = pass.forward(new Tensor().set(x, 0, ROWS, SHAPE, null), context);
    return Arrays.copyOfRange(y.values(), y.offset(), y.offset() + y.size());
  }

  private static ForwardContext training() {
    return new ForwardContext().training(5, 1, 0);
  }

  @Test
  void gaussianNoiseHasTheGivenStandardDeviation() {
    float[] y = noise(gaussianNoise(0.5), training());
    double mean = 0;
    double variance = 0;
    for (float value : y) {
      mean += (value - 1) / y.length;
      variance += Math.pow(value - 1, 2) / y.length;
    }
    // The standard errors for 20,000 draws are 0.0035 and 0.0025.
    assertEquals(0, mean, 5 * 0.5 / Math.sqrt(y.length));
    assertEquals(0.25, variance, 5 * 0.25 * Math.sqrt(2.0 / y.length));
    assertTrue(Arrays.stream(doubles(y)).distinct().count() > 19_800, "draws differ");
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  @Test
  void spatialDropoutDropsAFeatureAtAllTimeSteps() {
    float[] y = noise(spatialDropout1D(0.4), training());
    int block = ROWS * 20;
    int kept = 0;
    for (int i = 0; i < block; i++) {
      for (int t = 1; t < 25; t++) {
        assertEquals(y[i], y[t * block + i]);
      }
      kept += y[i] > 0 ? 1 : 0;
    }
    assertEquals(0.6 * block, kept, 5 * Math.sqrt(block * 0.4 * 0.6));
  }

  @Test
  void noiseIsInactiveOutsideOfTraining() {
    for (Layer layer : List.of(gaussianNoise(0.5), spatialDropout1D(0.5))) {
      Network network = new Network(List.of(input(25, 20), layer), 0);
      Tensor x = new Tensor().set(new float[500], 0, 1, SHAPE, null);
      assertSame(x, network.newPass().forward(x, new ForwardContext().inference(0)));
    }
  }

  private static String rejection(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  private static String wrong(Runnable argument) {
    return assertThrows(IllegalArgumentException.class, argument::run).getMessage();
  }

  @Test
  void rejectsInvalidConvolutions() {
    assertEquals(
        "Conv1D 'conv1d' with padding=valid needs at least 5 time steps, but 'input_layer' returns"
            + " (batch, 4, 2). Make the window smaller, the sequence longer, or use"
            + " padding(\"same\").",
        rejection(input(4, 2), conv1D(3, 3).dilationRate(2)));
    assertEquals(
        "Conv1D 'conv1d' needs input (batch, time, features) with a multiple of 2 features, but"
            + " 'input_layer' returns (batch, 4, 3). Change the shape given to input(...).",
        rejection(input(4, 3), conv1D(4, 2).groups(2)));
    assertEquals(
        "filters must be a multiple of groups, but were filters=3 and groups=2.",
        wrong(() -> conv1D(3, 2).groups(2)));
    assertEquals(
        "strides or dilationRate must be 1, but strides=2 and dilationRate=3.",
        wrong(() -> conv1D(3, 2).dilationRate(3).strides(2)));
    assertEquals("filters must be at least 1, but was 0.", wrong(() -> conv1D(0, 2)));
    assertEquals("kernelSize must be at least 1, but was 0.", wrong(() -> conv1D(2, 0)));
  }

  @Test
  void rejectsShapesThatDoNotFit() {
    assertEquals(
        "Reshape 'reshape' with target shape (batch, 4, 2) needs 8 values per sample, but"
            + " 'input_layer' returns (batch, 3, 3) with 9. Change the target shape, or set one of"
            + " its axes to Shape.ANY.",
        rejection(input(3, 3), reshape(4, 2)));
    assertEquals(
        "Reshape 'reshape' with target shape (batch, 4, None) needs a multiple of 4 values per"
            + " sample, but 'input_layer' returns (batch, 3, 3) with 9. Change the target shape, or"
            + " set one of its axes to Shape.ANY.",
        rejection(input(3, 3), reshape(4, -1)));
    assertEquals(
        "The target shape must have at least one axis, of which at most one is Shape.ANY, but was"
            + " (None, None).",
        wrong(() -> reshape(-1, -1)));
    assertEquals(
        "Permute 'permute' needs input with 2 axes per sample, but 'dense' returns (batch, 2)."
            + " Change 'dense' or put a layer between them that changes the shape.",
        rejection(input(3), dense(2), permute(2, 1)));
    assertEquals(
        "dims must contain each axis exactly once, counted from 1, such as permute(2, 1), but was [0,"
            + " 1].",
        wrong(() -> permute(0, 1)));
    assertEquals(
        "stddev must be at least 0 and at most 1, but was 2.0.", wrong(() -> gaussianNoise(2)));
  }

  @Test
  void unknownAxesAreResolvedByTheData() {
    Network network = new Network(List.of(input(Shape.ANY, 4), reshape(-1, 2), conv1D(3, 2)), 0);
    assertEquals(Shape.of(Shape.ANY, 3), network.outputShape());
    assertEquals(Shape.of(5, 3), network.outputShape(Shape.of(3, 4)));
  }
}
