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

/** Noise as statistics see it, and what convolutions and changes of shape refuse. */
class ShapesAndNoiseTest {
  private static final int ROWS = 40;
  private static final Shape SHAPE = Shape.of(25, 20);

  private static float[] noise(Layer layer, ForwardContext call) {
    NetworkPass pass = new Network(List.of(input(25, 20), layer), 0).newPass();
    float[] x = new float[ROWS * SHAPE.size()];
    Arrays.fill(x, 1f);
    Tensor y = pass.forward(new Tensor().set(x, 0, ROWS, SHAPE, null), call);
    return Arrays.copyOfRange(y.values(), y.offset(), y.offset() + y.size());
  }

  private static ForwardContext training() {
    return new ForwardContext().training(5, 1, 0);
  }

  @Test
  void gaussianNoiseHasItsMeanAndDeviation() {
    float[] y = noise(gaussianNoise(0.5), training());
    double mean = 0;
    double variance = 0;
    for (float value : y) {
      mean += (value - 1) / y.length;
      variance += Math.pow(value - 1, 2) / y.length;
    }
    // 20,000 draws: deviations of 0.0035 and 0.0025.
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
  void nothingHappensOutsideOfTraining() {
    for (Layer layer : List.of(gaussianNoise(0.5), spatialDropout1D(0.5))) {
      Network network = new Network(List.of(input(25, 20), layer), 0);
      Tensor x = new Tensor().set(new float[500], 0, 1, SHAPE, null);
      assertSame(x, network.newPass().forward(x, new ForwardContext().inference(0)));
    }
  }

  private static String refusal(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  private static String wrong(Runnable argument) {
    return assertThrows(IllegalArgumentException.class, argument::run).getMessage();
  }

  @Test
  void convolutionsThatDoNotFit() {
    assertEquals(
        "Conv1D 'conv1d' with padding=valid looks at 5 time steps at once; 'input_layer' returns"
            + " (batch, 4, 2). Make the window smaller, the sequence longer, or use"
            + " padding(\"same\")",
        refusal(input(4, 2), conv1D(3, 3).dilationRate(2)));
    assertEquals(
        "Conv1D 'conv1d' needs (batch, time, features) with features in 2 equal groups;"
            + " 'input_layer' returns (batch, 4, 3). Change the shape given to input(...)",
        refusal(input(4, 3), conv1D(4, 2).groups(2)));
    assertEquals(
        "groups divides the filters into equal parts. Received: groups=2, filters=3",
        wrong(() -> conv1D(3, 2).groups(2)));
    assertEquals(
        "Strides above 1 and a dilationRate above 1 exclude each other. Received: strides=2,"
            + " dilationRate=3",
        wrong(() -> conv1D(3, 2).dilationRate(3).strides(2)));
    assertEquals("filters is at least 1. Received: filters=0", wrong(() -> conv1D(0, 2)));
    assertEquals("kernelSize is at least 1. Received: kernelSize=0", wrong(() -> conv1D(2, 0)));
  }

  @Test
  void shapesThatDoNotFit() {
    assertEquals(
        "Reshape 'reshape' makes samples of (batch, 4, 2); 'input_layer' returns (batch, 3, 3),"
            + " which is 9 values a sample and not 8. Change the target shape, or leave one of its"
            + " axes open with Shape.ANY",
        refusal(input(3, 3), reshape(4, 2)));
    assertEquals(
        "Reshape 'reshape' makes samples of (batch, 4, None); 'input_layer' returns (batch, 3, 3),"
            + " which is 9 values a sample and not a multiple of 4. Change the target shape, or"
            + " leave one of its axes open with Shape.ANY",
        refusal(input(3, 3), reshape(4, -1)));
    assertEquals(
        "A target shape has at least one axis and at most one that is open. Received: (None, None)",
        wrong(() -> reshape(-1, -1)));
    assertEquals(
        "Permute 'permute' needs samples of 2 axes; 'dense' returns (batch, 2). Change 'dense' or"
            + " put a layer between them that changes the shape",
        refusal(input(3), dense(2), permute(2, 1)));
    assertEquals(
        "dims has each of the axes once, counted from 1, such as permute(2, 1). Received: [0, 1]",
        wrong(() -> permute(0, 1)));
    assertEquals(
        "stddev is at least 0 and at most 1. Received: stddev=2.0", wrong(() -> gaussianNoise(2)));
  }

  @Test
  void openAxesAreResolvedByTheData() {
    Network network = new Network(List.of(input(Shape.ANY, 4), reshape(-1, 2), conv1D(3, 2)), 0);
    assertEquals(Shape.of(Shape.ANY, 3), network.outputShape());
    assertEquals(Shape.of(5, 3), network.outputShape(Shape.of(3, 4)));
  }
}
