package org.unroll.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.averagePooling1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.globalMaxPooling1D;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.maxPooling1D;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Network;

/** Edge cases of pooling. {@code LayerGradientsTest} checks values and gradients. */
class PoolingTest {
  private static String rejection(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  /** As in Keras, which divides a sum of no time steps by 0. */
  @Test
  void meanOfAFullyMaskedRowIsNaN() {
    Sequential model = Sequential.of(input(2, 1), masking(0), globalAveragePooling1D());
    double[][] y = model.predict(Samples.of(new double[][][] {{{0}, {0}}, {{4}, {0}}})).toArray();
    assertArrayEquals(new double[] {Double.NaN}, y[0]);
    assertArrayEquals(new double[] {4}, y[1]);
  }

  @Test
  void poolsSequencesOfUnknownLength() {
    Sequential model = Sequential.of(input(Shape.ANY, 1), maxPooling1D(2), dense(1));
    assertEquals(Shape.of(Shape.ANY, 1), model.network().outputShape());
    double[][][] five = {{{1}, {2}, {3}, {4}, {5}}};
    assertEquals(Shape.of(2, 1), model.network().outputShape(Samples.of(five).inputShape()));
    assertEquals(2, model.predict(Samples.of(five)).toArray()[0].length);
    double[][][] one = {{{1}}};
    var error = assertThrows(IllegalArgumentException.class, () -> model.predict(Samples.of(one)));
    assertEquals(
        "MaxPooling1D 'max_pooling1d' with padding=valid needs at least 2 time steps, but"
            + " 'input_layer' returns (batch, 1, 1). Make the window smaller, the sequence longer,"
            + " or use padding(\"same\").",
        error.getMessage());
  }

  @Test
  void rejectsInvalidArgumentsAndInputs() {
    assertEquals(
        "AveragePooling1D 'average_pooling1d' with padding=valid needs at least 4 time steps, but"
            + " 'input_layer' returns (batch, 3, 2). Make the window smaller, the sequence longer,"
            + " or use padding(\"same\").",
        rejection(input(3, 2), averagePooling1D(4)));
    assertEquals(
        "GlobalMaxPooling1D 'global_max_pooling1d' needs input (batch, time, features), but 'dense'"
            + " returns (batch, 2). Put a layer between them that returns a sequence (an Embedding"
            + " for token ids, a RepeatVector for a vector), or give each sample a time axis.",
        rejection(input(3), dense(2), globalMaxPooling1D()));
    assertEquals(
        "GlobalAveragePooling1D 'global_average_pooling1d' needs input (batch, time, features), but"
            + " 'input_layer' returns (batch, 2, 3, 4). Change the shape given to input(...).",
        rejection(input(2, 3, 4), globalAveragePooling1D()));
    assertEquals(
        "poolSize must be at least 1, but was 0.",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(0)).getMessage());
    assertEquals(
        "strides must be at least 1, but was 0.",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).strides(0))
            .getMessage());
    assertEquals(
        "The padding of MaxPooling1D must be 'valid' or 'same', but was 'causal'.",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).padding("causal"))
            .getMessage());
    assertEquals(
        "padding must be 'valid', 'same' or 'causal' (Conv1D only), but was 'full'.",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).padding("full"))
            .getMessage());
  }
}
