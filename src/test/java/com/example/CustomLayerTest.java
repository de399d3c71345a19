package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/** {@link ResidualBlock}, a layer that uses only what is public or protected. */
@Tag("both-compute-implementations")
class CustomLayerTest {
  private static final int ROWS = 5;
  private static final Shape SHAPE = Shape.of(6, 3);

  private final SplittableRandom random = new SplittableRandom(4);
  private final Network network =
      new Network(List.of(input(6, 3), new ResidualBlock(dense(3, "tanh"), 0.4)), 0);
  private final float[] x = new float[ROWS * SHAPE.size()]; // time steps × rows × features

  CustomLayerTest() {
    for (Weight weight : network.weights()) {
      fill(weight.values());
    }
    fill(x);
  }

  private void fill(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
  }

  private static ForwardContext training() {
    return new ForwardContext().training(77, 11, 8);
  }

  private double[] run(NetworkPass pass, ForwardContext context) {
    Tensor output = pass.forward(new Tensor().set(x, 0, ROWS, SHAPE, null), context);
    double[] values = new double[output.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = output.values()[output.offset() + i];
    }
    return values;
  }

  @Test
  void javadocShowsThisLayer() throws IOException {
    String layer = Files.readString(Path.of("src/test/java/com/example/ResidualBlock.java"));
    String javadoc = Files.readString(Path.of("src/main/java/org/unroll/network/Layer.java"));
    String code = layer.substring(layer.indexOf("class ResidualBlock"));
    assertTrue(javadoc.replaceAll("(?m)^ \\* ?", "").contains(code));
  }

  @Test
  void outputAgreesWithTheEquations() {
    float[] kernel = network.weights().get(0).values();
    float[] bias = network.weights().get(1).values();
    float[] gamma = network.weights().get(2).values();
    float[] center = network.weights().get(3).values();
    double[] expected = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int j = i % 3;
      double z = bias[j];
      for (int k = 0; k < 3; k++) {
        z += (x[i - j + k] - center[k]) * kernel[3 * k + j];
      }
      expected[i] = x[i] + gamma[j] * Math.tanh(z);
    }
    double[] y = run(network.newPass(), new ForwardContext().inference(0));
    assertArrayEquals(expected, y, 1e-5);

    double[] trained = run(network.newPass(), training());
    int dropped = 0;
    for (int i = 0; i < x.length; i++) {
      boolean drops = Math.abs(trained[i] - x[i]) < 1e-6;
      dropped += drops ? 1 : 0;
      assertEquals(drops ? x[i] : x[i] + (y[i] - x[i]) / 0.6, trained[i], 1e-4);
    }
    assertEquals(0.4 * x.length, dropped, 4 * Math.sqrt(0.4 * 0.6 * x.length));
  }

  @Test
  void gradientsAgreeWithFiniteDifferences() {
    float[] factors = new float[x.length]; // the loss is the sum of factors ⊙ output
    fill(factors);
    NetworkPass pass = network.newPass();
    run(pass, training());
    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    Tensor dx =
        pass.backwardToInput(
            new Tensor().set(factors.clone(), 0, ROWS, SHAPE, null), false, gradients);
    float[] inputGradient = Arrays.copyOfRange(dx.values(), dx.offset(), dx.offset() + x.length);
    for (int w = 0; w < gradients.length; w++) {
      Weight weight = network.weights().get(w);
      if (weight.trainable()) {
        assertDifferences(weight.name(), weight.values(), factors, gradients[w].values());
      }
    }
    assertDifferences("input", x, factors, inputGradient);
  }

  private void assertDifferences(String name, float[] values, float[] factors, float[] gradient) {
    NetworkPass pass = network.newPass();
    double h = 0x1p-7;
    for (int i = 0; i < values.length; i++) {
      float value = values[i];
      values[i] = (float) (value + h);
      double[] up = run(pass, training());
      values[i] = (float) (value - h);
      double[] down = run(pass, training());
      values[i] = value;
      double difference = 0;
      for (int k = 0; k < up.length; k++) {
        difference += factors[k] * (up[k] - down[k]) / (2 * h);
      }
      assertEquals(difference, gradient[i], 2e-3 * Math.max(1, Math.abs(difference)), name);
    }
  }

  @Test
  void trainingChangesTheTrainableWeightsOnly() {
    var block = new ResidualBlock(dense(3, "tanh"), 0.4);
    Sequential model = Sequential.of(input(6, 3), block, gru(4), dense(1));
    assertEquals(
        List.of("dense/kernel", "dense/bias", "gamma", "center"),
        block.weights().stream().map(Weight::name).toList());
    assertEquals(3, model.summary().nonTrainableParameters());
    Arrays.fill(block.weight("center").values(), 0.5f);
    float[] kernel = block.weight("dense/kernel").values().clone();
    model.compile("sgd", "mse");
    double[][][] samples = new double[8][6][3];
    double[] targets = {1, 2, 3, 4, 5, 6, 7, 8};
    Samples data = Samples.of(samples).targets(targets).batchSize(4);
    model.fit(data, epochs(1).verbose(0));
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f}, block.weight("center").values());
    assertNotEquals(kernel[0], block.weight("dense/kernel").values()[0]);
    block.trainable(false);
    assertFalse(block.weight("dense/kernel").trainable());
  }

  private static String rejection(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0))
        .getMessage();
  }

  @Test
  void throwsTheExceptionsOfTheLibrary() {
    assertEquals(
        "ResidualBlock 'residual_block' needs input (batch, time, features), but 'input_layer'"
            + " returns (batch, 3). Add a time axis, for example input(timesteps, features), or put"
            + " an Embedding after it if the values are token ids.",
        rejection(input(3), new ResidualBlock(dense(3), 0)));
    assertEquals(
        "ResidualBlock 'residual_block' needs input with 4 features, as Dense 'dense' returns, but"
            + " 'input_layer' returns (batch, 6, 3). Change the shape given to input(...).",
        rejection(input(6, 3), new ResidualBlock(dense(4), 0)));
    assertEquals(
        "ResidualBlock 'residual_block' cannot apply LSTM 'lstm' because 'lstm' is stateful. Put it"
            + " before or after 'residual_block'.",
        rejection(input(6, 3).batchSize(2), new ResidualBlock(lstm(3).stateful(true), 0)));
    assertTrue(
        rejection(input(6, 3), new ResidualBlock(batchNormalization(), 0))
            .contains("because 'batch_normalization' computes statistics of the whole batch"));
    assertEquals(
        "rate must be at least 0 and less than 1, but was 1.0.",
        assertThrows(IllegalArgumentException.class, () -> new ResidualBlock(dense(3), 1))
            .getMessage());
  }

  /** Several inner layers, of which only the initial weights are of interest. */
  private static class Branches extends Layer {
    private final List<Layer> branches;

    Branches(Layer... branches) {
      super("Branches");
      this.branches = List.of(branches);
    }

    @Override
    protected List<Layer> innerLayers() {
      return branches;
    }

    @Override
    public Shape checkInput(Shape input, Layer previous) {
      return checkInner(branches.get(0), input);
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      branches.forEach(branch -> factory.inner(branch, input));
    }

    @Override
    public Pass newPass() {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void innerLayersHaveDifferentInitialWeights() {
    var branches =
        new Branches(dense(3), new Branches(dense(3), dense(3)), new Branches(dense(3), dense(3)));
    var built = new Network(List.of(input(6, 3), branches, dense(3), dense(3)), 0);
    long kernels =
        built.weights().stream()
            .filter(weight -> weight.name().endsWith("kernel"))
            .map(weight -> weight.values()[0])
            .distinct()
            .count();
    assertEquals(7, kernels);
  }
}
