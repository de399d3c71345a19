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

/**
 * Pooling where it meets the ends of what it can do; values and gradients are compared elsewhere.
 */
class PoolingTest {
  private static String refusal(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  /** Keras divides the sum of no steps by their number. */
  @Test
  void theMeanOfARowThatIsMaskedThroughoutIsNotANumber() {
    Sequential model = Sequential.of(input(2, 1), masking(0), globalAveragePooling1D());
    double[][] y = model.predict(Samples.of(new double[][][] {{{0}, {0}}, {{4}, {0}}})).toArray();
    assertArrayEquals(new double[] {Double.NaN}, y[0]);
    assertArrayEquals(new double[] {4}, y[1]);
  }

  @Test
  void openSequencesArePooledAsTheyCome() {
    Sequential model = Sequential.of(input(Shape.ANY, 1), maxPooling1D(2), dense(1));
    assertEquals(Shape.of(Shape.ANY, 1), model.network().outputShape());
    double[][][] five = {{{1}, {2}, {3}, {4}, {5}}};
    assertEquals(Shape.of(2, 1), model.network().outputShape(Samples.of(five).inputShape()));
    assertEquals(2, model.predict(Samples.of(five)).toArray()[0].length);
    double[][][] one = {{{1}}};
    var error = assertThrows(IllegalArgumentException.class, () -> model.predict(Samples.of(one)));
    assertEquals(
        "MaxPooling1D 'max_pooling1d' with padding=valid looks at 2 time steps at once;"
            + " 'input_layer' returns (batch, 1, 1). Make the window smaller, the sequence longer,"
            + " or use padding(\"same\")",
        error.getMessage());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertEquals(
        "AveragePooling1D 'average_pooling1d' with padding=valid looks at 4 time steps at once;"
            + " 'input_layer' returns (batch, 3, 2). Make the window smaller, the sequence longer,"
            + " or use padding(\"same\")",
        refusal(input(3, 2), averagePooling1D(4)));
    assertEquals(
        "GlobalMaxPooling1D 'global_max_pooling1d' needs (batch, time, features); 'dense' returns"
            + " (batch, 2). Put a layer between them that returns a sequence (an Embedding for"
            + " token ids, a RepeatVector for a vector), or give each sample a time axis",
        refusal(input(3), dense(2), globalMaxPooling1D()));
    assertEquals(
        "GlobalAveragePooling1D 'global_average_pooling1d' needs (batch, time, features);"
            + " 'input_layer' returns (batch, 2, 3, 4). Change the shape given to input(...)",
        refusal(input(2, 3, 4), globalAveragePooling1D()));
    assertEquals(
        "poolSize is at least 1. Received: poolSize=0",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(0)).getMessage());
    assertEquals(
        "strides is at least 1. Received: strides=0",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).strides(0))
            .getMessage());
    assertEquals(
        "The padding of a MaxPooling1D is valid or same.",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).padding("causal"))
            .getMessage());
    assertEquals(
        "Unknown padding 'full'. Known: valid, same, causal (Conv1D only)",
        assertThrows(IllegalArgumentException.class, () -> maxPooling1D(2).padding("full"))
            .getMessage());
  }
}
