package org.unroll.losses;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.orderedQuantiles;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/** Quantile and Gaussian outputs, compared with Keras (src/test/python/quantile_references.py). */
@Tag("both-compute-implementations")
class QuantilesTest {
  private static final int ROWS = 5;

  static List<JsonNode> cases() {
    return References.read(QuantilesTest.class, "quantiles.json");
  }

  private static Tensor tensor(float[] values, int rows) {
    return new Tensor().set(values, 0, rows, Shape.of(values.length / rows), null);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsMatchKeras(JsonNode reference) {
    String name = reference.get("name").asText();
    Loss loss = name.equals("gaussian_nll") ? Losses.gaussianNll() : Losses.pinball(0.1, 0.5, 0.9);
    float[] predictions = References.floats(reference.get("predictions"));
    Pass ordered = name.equals("ordered") ? orderedQuantiles(3).newPass() : null;
    Tensor output = tensor(predictions, ROWS);
    if (ordered != null) {
      output = ordered.forward(output, null, null);
    }
    float[] targets = References.floats(reference.get("targets"));
    float[] weights = References.floats(reference.get("weights"));
    float[] values = References.floats(reference.get("values"));
    float[] gradient = new float[predictions.length];
    int width = predictions.length / ROWS;
    double sum =
        loss.sum(ROWS, width, output.values(), output.offset(), targets, weights, gradient);
    double expected = 0;
    for (int i = 0; i < ROWS; i++) {
      expected += (double) weights[i] * values[i];
    }
    assertEquals(expected, sum, 1e-5);
    if (ordered != null) {
      ordered.backward(tensor(gradient, ROWS), null, true);
    }
    assertArrayEquals(References.floats(reference.get("gradient")), gradient, 1e-5f);
  }

  @Test
  void gradientsMatchFiniteDifferences() {
    var random = new Random(4);
    for (Loss loss : List.of(Losses.pinball(0.2, 0.7), Losses.gaussianNll())) {
      float[] x = new float[8];
      float[] targets = new float[4];
      for (int i = 0; i < 8; i++) {
        x[i] = (float) random.nextGaussian();
        targets[i / 2] = 3; // above all predictions, so away from the kink
      }
      float[] gradient = new float[8];
      loss.sum(1, 8, x, 0, targets, new float[] {1.5f}, gradient);
      for (int i = 0; i < 8; i++) {
        float[] up = x.clone();
        float[] down = x.clone();
        up[i] += 1e-3f;
        down[i] -= 1e-3f;
        double difference =
            1.5
                * (loss.sum(1, 8, up, 0, targets, null, null)
                    - loss.sum(1, 8, down, 0, targets, null, null))
                / ((double) up[i] - down[i]);
        assertEquals(difference, gradient[i], 1e-3 * Math.max(1, Math.abs(difference)));
      }
    }
  }

  @Property(tries = 300)
  void quantilesNeverCross(@ForAll @Size(12) List<@FloatRange(min = -1e6f, max = 1e6f) Float> x) {
    float[] values = new float[12];
    for (int i = 0; i < 12; i++) {
      values[i] = x.get(i);
    }
    Tensor y = orderedQuantiles(4).newPass().forward(tensor(values, 1), null, null);
    for (int i = 0; i < 12; i++) {
      assertTrue(i % 4 == 0 || y.values()[i] >= y.values()[i - 1]);
    }
  }

  /** Without inputs that matter, the best predictions are the quantiles of the targets. */
  @Test
  void trainedOutputsAreTheQuantilesOfTheTargets() {
    var random = new Random(1);
    double[][] x = new double[2000][1];
    double[][] y = new double[2000][2];
    for (int i = 0; i < x.length; i++) {
      x[i][0] = 1;
      y[i][0] = 2 + random.nextGaussian();
      y[i][1] = 3 * random.nextGaussian();
    }
    Samples samples = Samples.of(x).targets(y).batchSize(100);
    Sequential model = Sequential.of(input(1), dense(6), orderedQuantiles(3));
    model.compile(Optimizers.adam(0.02), Losses.pinball(0.1, 0.5, 0.9));
    model.fit(samples, FitOptions.epochs(40).verbose(0));
    // the 0.9 quantile of a standard normal distribution is 1.2816
    double[] expected = {0.72, 2, 3.28, -3.84, 0, 3.84};
    assertArrayEquals(expected, model.predictOne(new double[] {1}), 0.3);
    Sequential gaussian = Sequential.of(input(1), dense(4));
    gaussian.compile(Optimizers.adam(0.02), Losses.gaussianNll());
    gaussian.fit(samples, FitOptions.epochs(40).verbose(0));
    assertArrayEquals(
        new double[] {2, 0, 0, Math.log(3)}, gaussian.predictOne(new double[] {1}), 0.2);
  }

  @Test
  void wrongLevelsAndOutputsAreRefused() {
    for (double[] levels : new double[][] {{}, {0}, {1}, {0.5, 0.5}, {0.9, 0.1}, {Double.NaN}}) {
      var error = assertThrows(IllegalArgumentException.class, () -> Losses.pinball(levels));
      assertTrue(error.getMessage().contains("increasing"), error.getMessage());
    }
    Loss pinball = Losses.pinball(0.1, 0.9);
    var odd = assertThrows(IllegalArgumentException.class, () -> pinball.targetWidth(5));
    assertTrue(odd.getMessage().contains("but has 5"), odd.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Losses.gaussianNll().targetWidth(3));
    var layer =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sequential.of(input(2), dense(5), orderedQuantiles(2)));
    assertTrue(layer.getMessage().contains("targets · 2"), layer.getMessage());
    assertThrows(IllegalArgumentException.class, () -> orderedQuantiles(0));
  }
}
