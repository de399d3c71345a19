package org.unroll.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.activityRegularization;
import static org.unroll.layers.Layers.alphaDropout;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.cropping1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.depthwiseConv1D;
import static org.unroll.layers.Layers.elu;
import static org.unroll.layers.Layers.gaussianDropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.leakyRelu;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.normalization;
import static org.unroll.layers.Layers.prelu;
import static org.unroll.layers.Layers.relu;
import static org.unroll.layers.Layers.rescaling;
import static org.unroll.layers.Layers.separableConv1D;
import static org.unroll.layers.Layers.sequential;
import static org.unroll.layers.Layers.softmax;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.layers.Layers.unitNormalization;
import static org.unroll.layers.Layers.upSampling1D;
import static org.unroll.layers.Layers.zeroPadding1D;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.normalization.Normalization;
import org.unroll.losses.Losses;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Arguments, messages and files of layers whose values the golden cases check. */
@Tag("both-compute-implementations")
class MoreLayersTest {
  @TempDir Path folder;

  private static double[][][] sequences(int rows, int steps, int features) {
    Random random = new Random(3);
    double[][][] x = new double[rows][steps][features];
    for (double[][] row : x) {
      for (double[] step : row) {
        Arrays.setAll(step, i -> random.nextGaussian());
      }
    }
    return x;
  }

  @Test
  void savedFilesContainAllOptions() {
    Sequential model =
        Sequential.of(
            input(12, 3),
            normalization().axis(2),
            rescaling(0.5, 1),
            separableConv1D(4, 2)
                .depthMultiplier(2)
                .padding("same")
                .activation("mish")
                .depthwiseRegularizer(l2(0.1))
                .activityRegularizer(l2(0.2)),
            depthwiseConv1D(2).strides(2).kernelRegularizer(l2(0.3)),
            prelu().sharedAxes(1).alphaRegularizer(l2(0.4)),
            relu().maxValue(4.0).negativeSlope(0.1).threshold(0.2),
            leakyRelu().negativeSlope(0.2),
            elu().alpha(0.7),
            upSampling1D(2),
            zeroPadding1D(1, 2),
            cropping1D(0, 3),
            unitNormalization(),
            gaussianDropout(0.1),
            alphaDropout(0.2),
            activityRegularization(0.1, 0.2),
            sequential(dense(4, "glu"), gru(2).returnSequences(true)),
            timeDistributed(sequential(dense(3), softmax())),
            normalization().statistics(new double[] {1}, new double[] {4}).invert(true),
            lstm(2).activityRegularizer(l2(0.5)));
    model.compile(Optimizers.adam(), Losses.of("mse"));
    Path file = folder.resolve("model.keras");
    model.save(file);
    Sequential loaded = Sequential.load(file);
    Samples x = Samples.of(sequences(4, 12, 3));
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(model.predict(x).get(i), loaded.predict(x).get(i));
    }
    Samples both = x.targets(new double[4][2]);
    assertEquals(model.evaluate(both).get("loss"), loaded.evaluate(both).get("loss"));
    model.fit(both, FitOptions.epochs(2).verbose(0));
    loaded.fit(both, FitOptions.epochs(2).verbose(0));
    assertEquals(model.evaluate(both).get("loss"), loaded.evaluate(both).get("loss"));
  }

  @Test
  void normalizationMeasuresMeanAndVariance() {
    Normalization before = normalization();
    Samples data = Samples.of(new double[][] {{1, 10}, {3, 20}, {5, 60}});
    before.adapt(data);
    Sequential model = Sequential.of(input(2), before);
    // Population variances 8/3 and 1400/3, as NumPy's var.
    double[] expected = {(1 - 3) / Math.sqrt(8 / 3.0), (10 - 30) / Math.sqrt(1400 / 3.0)};
    assertArrayEquals(expected, model.predict(data).get(0), 1e-6);

    Normalization after = normalization();
    Sequential other = Sequential.of(input(2), after);
    assertArrayEquals(new double[] {1, 10}, other.predict(data).get(0));
    after.adapt(data);
    assertArrayEquals(expected, other.predict(data).get(0), 1e-6);
    assertEquals(0, other.network().trainableWeights().size());
  }

  @Test
  void noiseKeepsMeanAndVarianceInTrainingOnly() {
    int rows = 400;
    double[][] x = new double[rows][50];
    Random random = new Random(1);
    for (double[] row : x) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    for (Layer layer : new Layer[] {alphaDropout(0.3), gaussianDropout(0.3)}) {
      Sequential model = Sequential.of(input(50), layer);
      assertArrayEquals(x[0], model.predict(Samples.of(x)).get(0), 1e-6);
      var pass = model.network().newPass();
      float[] values = new float[rows * 50];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) x[i / 50][i % 50];
      }
      var output =
          pass.forward(
              new org.unroll.network.Tensor().set(values, 0, rows, Shape.of(50), null),
              new org.unroll.network.ForwardContext().training(1, 0, 0));
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < values.length; i++) {
        sum += output.values()[i];
        squares += (double) output.values()[i] * output.values()[i];
      }
      assertEquals(0, sum / values.length, 0.02, layer.type());
      double variance =
          layer.type().equals("AlphaDropout") ? 1 : 1 + 0.3 / 0.7; // x is standardized
      assertEquals(variance, squares / values.length, 0.06, layer.type());
    }
  }

  @Test
  void refusesWhatKerasCannotCompute() {
    assertEquals(
        "Softmax 'softmax' must not have a masked input, because Keras would apply the mask to the"
            + " last axis. Use activation(\"softmax\"), which passes the mask on.",
        error(
            () ->
                Sequential.of(input(4, 2), masking(0), softmax())
                    .predict(Samples.of(sequences(2, 4, 2)))));
    assertEquals(
        "Cropping1D 'cropping1d' needs input with more than 4 time steps, but 'input_layer' returns"
            + " (batch, 4, 2). Change the shape given to input(...).",
        error(() -> Sequential.of(input(4, 2), cropping1D(2, 2))));
    assertTrue(
        error(() -> Sequential.of(input(4), dense(3, "glu"))).contains("must have an even number"));
    assertTrue(
        error(() -> Sequential.of(input(5), activation("glu")))
            .contains("an even number of features"));
    assertTrue(
        error(() -> Sequential.of(input(4, 2), sequential(batchNormalization())))
            .contains("computes statistics of the whole batch"));
    assertTrue(
        error(() -> Sequential.of(input(4, 2), bidirectional(lstm(2).activityRegularizer(l2(0.1)))))
            .contains("has an activityRegularizer"));
    assertTrue(
        error(() -> Sequential.of(input(Shape.ANY, 2), prelu()))
            .contains("each axis that is not shared"));
    assertTrue(error(() -> Sequential.of(input(3), prelu().sharedAxes(2))).contains("from 1 to 1"));
    assertTrue(error(() -> relu().maxValue(-1.0)).contains("maxValue must be finite"));
    assertTrue(error(() -> leakyRelu().negativeSlope(-0.1)).contains("negativeSlope must be"));
    assertTrue(error(() -> zeroPadding1D(-1, 0)).contains("at least 0 at both ends"));
    assertTrue(error(() -> sequential()).contains("at least one layer"));
    assertTrue(error(() -> sequential(input(3))).contains("must not contain an input"));
    assertTrue(
        error(() -> normalization().statistics(new double[1], new double[2])).contains("1 and 2"));
    assertTrue(
        error(() -> Sequential.of(input(3, 4), normalization().axis(1))).contains("last axis"));
    assertTrue(error(() -> separableConv1D(2, 2).padding("causal")).contains("was 'causal'"));
    assertTrue(
        error(() -> Sequential.of(input(9, 1), depthwiseConv1D(2).strides(2).dilationRate(2)))
            .contains("strides=2 and dilationRate=2"));
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
