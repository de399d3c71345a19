package org.unroll.layers.merging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.average;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dot;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.maximum;
import static org.unroll.layers.Layers.minimum;
import static org.unroll.layers.Layers.multiply;
import static org.unroll.layers.Layers.subtract;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.unroll.Model;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.GraphLayer;
import org.unroll.network.Input;

/** Shapes, messages and small models of the layers that combine several inputs. */
@Tag("both-compute-implementations")
class MergingTest {
  private static Shape shape(GraphLayer layer, Input... inputs) {
    return layer.on(inputs).shape();
  }

  @Test
  void shapesAreThoseOfKeras() {
    assertEquals(Shape.of(5, 4), shape(add(), input(5, 1), input(1, 4)));
    assertEquals(Shape.of(5, 4), shape(add(), input(4), input(5, 4)));
    assertEquals(Shape.of(Shape.ANY, 4), shape(add(), input(Shape.ANY, 4), input(5, 4)));
    assertEquals(Shape.of(Shape.ANY, 3), shape(concatenate(), input(Shape.ANY, 2), input(5, 1)));
    assertEquals(Shape.of(Shape.ANY, 2), shape(concatenate(1), input(Shape.ANY, 2), input(5, 2)));
    assertEquals(Shape.of(5, 6), shape(dot(2), input(5, 4), input(6, 4)));
    assertEquals(Shape.of(1), shape(dot(-1), input(4), input(4)));
    assertEquals(Shape.of(3, 2, 6), shape(dot(2, 1), input(3, 4, 2), input(4, 6)));
  }

  @Test
  void computesOneModelWithAllLayers() {
    Input a = input(2);
    Input b = input(2);
    var all =
        concatenate()
            .on(
                add().on(a, b),
                subtract().on(a, b),
                multiply().on(a, b),
                average().on(a, b),
                maximum().on(a, b),
                minimum().on(a, b),
                dot(1).on(a, b),
                dot(1).normalize(true).on(a, b));
    Model model = Model.of(List.of(a, b), all);
    double[] y =
        model.predict(Samples.of(List.of(new double[][] {{3, 4}}, new double[][] {{4, 2}})))
            .toArray()[0];
    double cosine = 20 / (5 * Math.sqrt(20));
    assertArrayEquals(new double[] {7, 6, -1, 2, 12, 8, 3.5, 3, 4, 4, 3, 2, 20, cosine}, y, 1e-6);
  }

  /** The last time step is masked in both inputs, and the first one only in the first. */
  @Test
  void masksPassThroughToRecurrentLayers() {
    Input a = input(3, 1);
    Input b = input(3, 1);
    var sum = add().on(masking(0).on(a), masking(0).on(b));
    Model model = Model.of(List.of(a, b), gru(2).on(sum));
    double[][][] first = {{{0}, {1}, {0}}};
    double[][][] second = {{{2}, {3}, {0}}};
    double[] y = model.predict(Samples.of(List.of(first, second))).toArray()[0];
    Input alone = input(2, 1);
    Model shorter = Model.of(alone, model.layer("gru").on(alone));
    assertArrayEquals(
        shorter.predict(Samples.of(new double[][][] {{{2}, {4}}})).toArray()[0], y, 1e-6);
  }

  @Test
  void messagesNameTheLayersAndTheirShapes() {
    assertEquals(
        "Add 'add' needs inputs whose axes, compared from the last one on, are equal or 1, but"
            + " Dense 'dense' returns (batch, 4) and InputLayer 'statics' returns (batch, 3)."
            + " Change one of these layers, or put a layer after it that changes the shape."
            + " Path from the input: statics (3,) → dense (4,) → add.",
        error(
            () -> {
              Input statics = input(3).name("statics");
              add().on(dense(4).on(statics), statics);
            }));
    assertTrue(
        error(() -> subtract().on(input(3), input(3), input(3)))
            .contains("Subtract 'subtract' needs two inputs, but"));
    assertTrue(
        error(() -> concatenate().on(input(4, 3), input(5, 3)))
            .contains("inputs that differ only in the axis -1"));
    assertTrue(error(() -> concatenate(3).on(input(4, 3))).contains("have the axis 3"));
    assertTrue(error(() -> concatenate(0)).contains("axis must not be 0"));
    assertTrue(error(() -> dot(0)).contains("must not contain 0"));
    assertTrue(
        error(() -> dot(1).on(input(4, 3), input(5, 3)))
            .contains("axes 1 and 1 of the same length"));
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
