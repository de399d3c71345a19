package org.unroll.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.averagePooling2D;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.conv1DTranspose;
import static org.unroll.layers.Layers.conv2D;
import static org.unroll.layers.Layers.conv2DTranspose;
import static org.unroll.layers.Layers.convLstm1D;
import static org.unroll.layers.Layers.convLstm2D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.globalAveragePooling2D;
import static org.unroll.layers.Layers.globalMaxPooling2D;
import static org.unroll.layers.Layers.groupNormalization;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.maxPooling2D;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Padding;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * Layers for images: shapes, messages, and images as inputs and outputs of a model. {@code
 * GoldenCellsTest} compares values and gradients with Keras.
 */
@Tag("both-compute-implementations")
class ImagesTest {
  private static String rejection(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  @Test
  void imagesPassThroughAModel() {
    double[][][] image = {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}};
    double[][][] other = {{{12, 11}, {10, 9}, {8, 7}}, {{6, 5}, {4, 3}, {2, 1}}};
    double[][][][] images = {image, other};
    Predictions same =
        Sequential.of(input(2, 3, 2), activation("relu")).predict(Samples.of(images));
    assertArrayEquals(image, same.getImage(0));
    assertArrayEquals(other, same.getImage(1));
    var error = assertThrows(IllegalStateException.class, () -> same.getSequence(0));
    assertEquals(
        "The outputs must be sequences, but have the shape (2, 3, 2). Call get(sample).",
        error.getMessage());
    double[][][][] reversed = {other, image};
    Samples videos = Samples.of(new double[][][][][] {images, reversed});
    Predictions moving = Sequential.of(input(2, 2, 3, 2), activation("relu")).predict(videos);
    assertArrayEquals(images, moving.getImageSequence(0));
    assertArrayEquals(reversed, moving.getImageSequence(1));
    assertThrows(IllegalStateException.class, () -> moving.getImage(0));
  }

  /** A window of ones, by hand: the sum of the pixels that it covers. */
  @Test
  void sumsTheWindow() {
    double[][][][] image = {{{{1}, {2}, {3}}, {{4}, {5}, {6}}}};
    Sequential model = Sequential.of(input(2, 3, 1), conv2D(1, 2).padding("same"));
    Arrays.fill(model.network().weights().get(0).values(), 1f);
    double[][][] sums = {{{12}, {16}, {9}}, {{9}, {11}, {6}}};
    assertArrayEquals(sums, model.predict(Samples.of(image)).getImage(0));
  }

  @Test
  void acceptsImagesOfAnySize() {
    Sequential model =
        Sequential.of(
            input(Shape.ANY, Shape.ANY, 1), conv2D(2, 3), maxPooling2D(2), globalMaxPooling2D());
    assertEquals(Shape.of(2), model.network().outputShape());
    assertEquals(2, model.predict(Samples.of(new double[3][5][7][1])).get(0).length);
    assertEquals(2, model.predict(Samples.of(new double[3][8][4][1])).get(0).length);
    assertMessageContains(
        "Conv2D 'conv2d' with padding=valid needs images of at least 3 × 3 pixels, the size of its"
            + " window, but the images have 2 × 7.",
        () -> model.predict(Samples.of(new double[3][2][7][1])));
  }

  /**
   * The kernels of both have the same layout, and the transpose of a convolution returns the
   * gradient of its input. TensorFlow has no dilation in the transpose, so there are no golden
   * cases of it.
   */
  @Test
  void transposeIsTheGradientOfAConvolution() {
    for (Padding padding : new Padding[] {Padding.VALID, Padding.SAME}) {
      isGradient(
          conv1D(3, 3).dilationRate(2).padding(padding),
          conv1DTranspose(2, 3).dilationRate(2).padding(padding),
          9,
          2);
      isGradient(
          conv2D(3, 2, 3).dilationRate(3, 2).padding(padding),
          conv2DTranspose(2, 2, 3).dilationRate(3, 2).padding(padding),
          7,
          6,
          2);
    }
  }

  private static void isGradient(Layer convolution, Layer transpose, int... input) {
    var forward = new Network(List.of(input(input), convolution), 5);
    var back = new Network(List.of(input(forward.outputShape().toArray()), transpose), 6);
    assertEquals(Shape.of(input), back.outputShape());
    float[] kernel = forward.weights().get(0).values();
    System.arraycopy(kernel, 0, back.weights().get(0).values(), 0, kernel.length);
    float[] x = values(2 * forward.inputShape().size());
    float[] g = values(2 * forward.outputShape().size());
    NetworkPass pass = forward.newPass();
    forward.prepareBackward();
    pass.forward(
        new Tensor().set(x, 0, 2, forward.inputShape(), null), new ForwardContext().inference(0));
    Tensor gradient = new Tensor().set(g.clone(), 0, 2, forward.outputShape(), null);
    Tensor dx = pass.backwardToInput(gradient, false, forward.newGradients());
    Tensor y =
        back.newPass()
            .forward(
                new Tensor().set(g, 0, 2, back.inputShape(), null),
                new ForwardContext().inference(0));
    assertEquals(dx.size(), y.size());
    for (int i = 0; i < y.size(); i++) {
      assertEquals(dx.values()[dx.offset() + i], y.values()[y.offset() + i], 1e-5f);
    }
  }

  private static float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(1.3 * i);
    }
    return values;
  }

  @Test
  void trainsTheSameOnAnyNumberOfThreads() {
    var random = new SplittableRandom(3);
    float[] x = new float[40 * 3 * 6 * 5];
    double[] y = new double[40];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i / 90] += x[i] / 90;
    }
    Samples samples = Samples.of(Shape.of(3, 6, 5, 1), x).targets(y).batchSize(40);
    List<float[]> first = new ArrayList<>();
    for (int threads : new int[] {1, 2, 4}) {
      Sequential model =
          Sequential.of(
              input(3, 6, 5, 1),
              timeDistributed(conv2D(3, 2).activation("relu").groups(1)),
              convLstm2D(2, 2).returnSequences(true),
              timeDistributed(averagePooling2D(2)),
              timeDistributed(flatten()),
              gru(4),
              dense(1));
      model.compile(Optimizers.adam(), Losses.mse());
      model.fit(samples, FitOptions.epochs(2).threads(threads).verbose(0));
      for (int w = 0; w < model.network().weights().size(); w++) {
        float[] values = model.network().weights().get(w).values();
        if (threads == 1) {
          first.add(values);
        } else {
          assertArrayEquals(first.get(w), values);
        }
      }
    }
  }

  @Test
  void rejectsWrongShapesAndArguments() {
    assertEquals(
        "Conv2D 'conv2d' needs input (batch, rows, columns, channels), but 'input_layer' returns"
            + " (batch, 5, 4, 3, 1). Change the shape given to input(...).",
        rejection(input(5, 4, 3, 1), conv2D(2, 3)));
    assertEquals(
        "Conv2D 'conv2d' needs input (batch, rows, columns, channels) with a multiple of 2 channels,"
            + " but 'input_layer' returns (batch, 5, 4, 3). Change the shape given to input(...).",
        rejection(input(5, 4, 3), conv2D(2, 3).groups(2)));
    assertEquals(
        "Conv2D 'conv2d' must have strides of 1 or a dilation rate of 1, but has strides=[2, 2] and"
            + " dilationRate=[1, 3].",
        rejection(input(8, 8, 1), conv2D(2, 3).strides(2).dilationRate(1, 3)));
    assertEquals(
        "AveragePooling2D 'average_pooling2d' with padding=valid needs images of at least 3 × 4"
            + " pixels, the size of its window, but the images have 2 × 5. Use a smaller window,"
            + " larger images or padding(\"same\").",
        rejection(input(2, 5, 1), averagePooling2D(3, 4)));
    assertEquals(
        "GlobalAveragePooling2D 'global_average_pooling2d' needs input (batch, rows, columns,"
            + " channels), but 'input_layer' returns (batch, 5, 4). Change the shape given to"
            + " input(...).",
        rejection(input(5, 4), globalAveragePooling2D()));
    assertEquals(
        "Conv1DTranspose 'conv1d_transpose' must have an outputPadding less than its strides, but"
            + " has outputPadding=2, strides=2 and a window of 3.",
        rejection(input(5, 4), conv1DTranspose(2, 3).strides(2).outputPadding(2)));
    assertEquals(
        "Conv2DTranspose 'conv2d_transpose' must have an outputPadding less than its strides, and at"
            + " least 1 with padding=same and an even window, but has outputPadding=0, strides=2 and"
            + " a window of 4.",
        rejection(
            input(5, 4, 1),
            conv2DTranspose(2, 3, 4).strides(2).padding("same").outputPadding(1, 0)));
    assertEquals(
        "GroupNormalization 'group_normalization' needs input (batch, …, features) with a multiple of"
            + " 3 features, but 'input_layer' returns (batch, 5, 4). Change the shape given to"
            + " input(...).",
        rejection(input(5, 4), groupNormalization(3)));
    assertEquals(
        "ConvLSTM1D 'conv_lstm1d' needs input (batch, time, positions, channels), but 'input_layer'"
            + " returns (batch, 5, 4). Change the shape given to input(...).",
        rejection(input(5, 4), convLstm1D(2, 3)));
    assertMessageContains("groups must be at least 1", () -> groupNormalization(0));
    assertMessageContains(
        "outputPadding must be at least 0, but was -1.",
        () -> conv2DTranspose(2, 3).outputPadding(0, -1));
    assertMessageContains("filters must be at least 1, but was 0.", () -> conv2D(0, 3));
    assertMessageContains("kernelSize must be at least 1, but was 0.", () -> conv2D(2, 3, 0));
    assertMessageContains("strides must be at least 1, but was 0.", () -> conv2D(2, 3).strides(0));
    assertMessageContains("poolSize must be at least 1, but was 0.", () -> maxPooling2D(2, 0));
    assertMessageContains(
        "filters must be a multiple of groups, but were filters=3 and groups=2.",
        () -> conv2D(3, 2).groups(2));
    assertMessageContains(
        "The padding of Conv2D must be 'valid' or 'same', but was 'causal'.",
        () -> conv2D(3, 2).padding("causal"));
  }
}
