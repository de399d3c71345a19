package org.unroll.layers.normalization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.reshape;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.training.FitOptions.epochs;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.NonFiniteLossException;

/** What normalization keeps and refuses; values and gradients are compared elsewhere. */
class NormalizationTest {
  private static String refusal(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  @Test
  void movingAveragesAreWeightsThatNoOptimizerChanges() {
    Sequential model = Sequential.of(input(3), batchNormalization(), dense(2));
    assertEquals(20, model.parameters());
    assertEquals(14, model.summary().trainableParameters());
    assertEquals(6, model.summary().nonTrainableParameters());
    assertTrue(model.toString().contains(" Non-trainable params: 6 (24.00 B)"));
    assertEquals(4, model.network().trainableWeights().size());
  }

  /** The values 1 and 3, 1 and 5: means 2 and 3, variances 1 and 4. */
  @Test
  void aBatchMovesTheAverages() {
    BatchNormalization layer = batchNormalization().momentum(0.75);
    Sequential model = Sequential.of(input(2), layer, dense(1));
    model.compile(Optimizers.sgd(0), Losses.mse());
    Samples data = Samples.of(new double[][] {{1, 1}, {3, 5}}).targets(new double[][] {{0}, {0}});
    model.fit(data, epochs(1).verbose(0));
    assertArrayEquals(new float[] {0.5f, 0.75f}, layer.weight("moving_mean").values(), 1e-6f);
    assertArrayEquals(new float[] {1, 1.75f}, layer.weight("moving_variance").values(), 1e-6f);
    model.evaluate(data);
    assertArrayEquals(new float[] {0.5f, 0.75f}, layer.weight("moving_mean").values(), 1e-6f);
  }

  @Test
  void aBatchWithoutAFiniteLossMovesNothing() {
    BatchNormalization layer = batchNormalization();
    Sequential model = Sequential.of(input(1), layer, dense(1));
    model.compile(Optimizers.sgd(0.1), Losses.mse());
    model.weight("dense/kernel").set(0, 0, Float.NaN);
    Samples data = Samples.of(new double[][] {{1}, {2}}).targets(new double[][] {{1}, {0}});
    assertThrows(NonFiniteLossException.class, () -> model.fit(data, epochs(1).verbose(0)));
    assertArrayEquals(new float[] {0}, layer.weight("moving_mean").values());
    assertArrayEquals(new float[] {1}, layer.weight("moving_variance").values());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertEquals(
        "TimeDistributed 'time_distributed' cannot apply BatchNormalization 'batch_normalization'"
            + " to each time step by itself: its statistics are those of a whole batch. Leave"
            + " timeDistributed out to normalize over all rows and time steps.",
        refusal(input(5, 3), timeDistributed(batchNormalization())));
    assertEquals(
        "LayerNormalization 'layer_normalization' normalizes the last axis. Received: axis=1 for"
            + " (batch, 5, 3). Use axis(-1), with a Permute before and behind if other axes hold"
            + " the features",
        refusal(input(5, 3), layerNormalization().axis(1)));
    assertEquals(
        2,
        new Network(Arrays.asList(input(5, 3), layerNormalization().axis(2)), 0)
            .outputShape()
            .rank());
    assertEquals(
        "LayerNormalization 'layer_normalization' needs (batch, …, features) with a fixed number of"
            + " features; 'input_layer' returns (batch, None). Change the shape given to input(...)",
        refusal(input(Shape.ANY), layerNormalization()));
    assertEquals(
        "epsilon is finite and at least 0. Received: epsilon=-1.0",
        assertThrows(IllegalArgumentException.class, () -> layerNormalization().epsilon(-1))
            .getMessage());
    assertEquals(
        "momentum is at least 0 and at most 1. Received: momentum=1.5",
        assertThrows(IllegalArgumentException.class, () -> batchNormalization().momentum(1.5))
            .getMessage());
  }

  /** Keras, too, raises an error where a mask has not one axis less than the input. */
  @Test
  void aMaskHasOneAxisLessThanTheInput() {
    Sequential model =
        Sequential.of(
            input(2, 2, 3), masking(0), timeDistributed(reshape(3, 2)), batchNormalization());
    float[] x = new float[12];
    var pass = model.network().newPass();
    var input = new Tensor().set(x, 0, 1, Shape.of(2, 2, 3), null);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> pass.forward(input, new ForwardContext().inference(0)));
    assertEquals(
        "BatchNormalization 'batch_normalization' takes masked sequences of vectors only, as Keras"
            + " does. Received: a mask with samples of shape (2, 3, 2). Leave the mask out, or put"
            + " the layer where samples are (time, features)",
        error.getMessage());
  }
}
