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

/**
 * Moving averages, and invalid arguments and inputs. {@code LayerGradientsTest} checks values and
 * gradients.
 */
class NormalizationTest {
  private static String rejection(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  @Test
  void movingAveragesAreNonTrainableWeights() {
    Sequential model = Sequential.of(input(3), batchNormalization(), dense(2));
    assertEquals(20, model.parameters());
    assertEquals(14, model.summary().trainableParameters());
    assertEquals(6, model.summary().nonTrainableParameters());
    assertTrue(model.toString().contains(" Non-trainable params: 6 (24.00 B)"));
    assertEquals(4, model.network().trainableWeights().size());
  }

  /** The values 1 and 3 have mean 2 and variance 1; 1 and 5 have mean 3 and variance 4. */
  @Test
  void trainingUpdatesTheMovingAverages() {
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
  void nonFiniteLossDoesNotUpdateTheMovingAverages() {
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
  void rejectsInvalidArgumentsAndInputs() {
    assertEquals(
        "TimeDistributed 'time_distributed' cannot apply BatchNormalization 'batch_normalization'"
            + " because 'batch_normalization' computes statistics of the whole batch. Put it before"
            + " or after 'time_distributed'.",
        rejection(input(5, 3), timeDistributed(batchNormalization())));
    assertEquals(
        "LayerNormalization 'layer_normalization' can only normalize the last axis, but axis was 1"
            + " and 'input_layer' returns (batch, 5, 3). Use axis(-1), with permute(...) before and"
            + " after it if the features are in another axis.",
        rejection(input(5, 3), layerNormalization().axis(1)));
    assertEquals(
        2,
        new Network(Arrays.asList(input(5, 3), layerNormalization().axis(2)), 0)
            .outputShape()
            .rank());
    assertEquals(
        "LayerNormalization 'layer_normalization' needs input (batch, …, features) with a fixed"
            + " number of features, but 'input_layer' returns (batch, None). Change the shape given"
            + " to input(...).",
        rejection(input(Shape.ANY), layerNormalization()));
    assertEquals(
        "epsilon must be finite and at least 0, but was -1.0.",
        assertThrows(IllegalArgumentException.class, () -> layerNormalization().epsilon(-1))
            .getMessage());
    assertEquals(
        "momentum must be at least 0 and at most 1, but was 1.5.",
        assertThrows(IllegalArgumentException.class, () -> batchNormalization().momentum(1.5))
            .getMessage());
  }

  /** Keras also raises an error if the mask does not have one axis less than the input. */
  @Test
  void rejectsMaskedSamplesWithMoreThanTwoAxes() {
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
        "BatchNormalization 'batch_normalization' needs masked samples of shape (time, features), as"
            + " in Keras, but the shape was (2, 3, 2). Remove the mask, or move the layer to where"
            + " samples are (time, features).",
        error.getMessage());
  }
}
