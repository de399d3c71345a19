package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import org.unroll.layers.core.Embedding;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Node;
import org.unroll.network.Step;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Compares the gradients of graphs, with respect to all inputs and weights, with finite differences
 * of a random weighted sum of all outputs.
 */
@Tag("both-compute-implementations")
class GraphGradientsTest {
  private static final String DROPOUT = "shared dropout";
  private static final int ROWS = 3;
  private static final double STEP = 0.02;
  private static final double TOLERANCE = 3e-4; // of the largest gradient of an input or weight

  private final Random random = new Random(7);
  private NetworkPass pass;
  private Tensor[] inputs;
  private double[][] coefficients; // of the values of each output
  private boolean training;

  static Stream<Arguments> graphs() {
    return Stream.of(
        Arguments.of("shared encoder", GraphModels.sharedEncoder()),
        Arguments.of("states through Dense", GraphModels.statesThroughDense()),
        Arguments.of("states as outputs", GraphModels.statesAsOutputs()),
        Arguments.of("stacked cells", GraphModels.stackedCellsStates()),
        Arguments.of("masked bidirectional", GraphModels.bidirectionalStatesMasked()),
        Arguments.of("layer continued", GraphModels.layerContinuedFromItsStates()),
        Arguments.of("intermediate output", GraphModels.intermediateOutput()),
        Arguments.of("output read again", GraphModels.softmaxOutputReadAgain()),
        Arguments.of("masked backwards", GraphModels.maskedBackwardsFromAState()),
        Arguments.of("residual stack", MergingGraphModels.residualStack()),
        Arguments.of(
            "normalized residuals", MergingGraphModels.batchNormalizationInResidualBranches()),
        Arguments.of("attention", MergingGraphModels.attentionOverTheEncoder()),
        Arguments.of(
            "masked attention", MergingGraphModels.additiveAttentionOverTheEncoderMasked()),
        Arguments.of("attention scores", MergingGraphModels.attentionScoresAsOutput()),
        Arguments.of("read twice", MergingGraphModels.valueReadTwiceByOneLayer()),
        Arguments.of("siamese", MergingGraphModels.siameseCosine()),
        Arguments.of("nested siamese", NestedGraphModels.nestedSiamese()),
        Arguments.of("nested outputs", NestedGraphModels.nestedTwoInputsTwoOutputs()),
        Arguments.of("nested masks", NestedGraphModels.nestedMasks()),
        Arguments.of("nested normalization", NestedGraphModels.nestedBatchNormalization()),
        Arguments.of("nested three deep", NestedGraphModels.nestedThreeDeep()),
        Arguments.of(DROPOUT, sharedDropout()));
  }

  private static GraphModels.Graph sharedDropout() {
    Input left = input(4, 3);
    Input right = input(5, 3);
    Layer encoder = gru(3).dropout(0.3).recurrentDropout(0.3);
    Layer drop = dropout(0.4);
    Node both = add().on(drop.on(encoder.on(left)), drop.on(encoder.on(right)));
    return GraphModels.withMse(List.of(left, right), dense(2).on(both));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void agreeWithFiniteDifferences(String name, GraphModels.Graph graph) {
    training = name.equals(DROPOUT);
    Network network = graph.model().network();
    for (Weight weight : network.weights()) {
      for (int i = 0; i < weight.size(); i++) {
        double noise = 0.3 * random.nextGaussian();
        weight.values()[i] +=
            (float) (weight.name().contains("variance") ? Math.abs(noise) : noise);
      }
    }
    pass = network.newPass();
    inputs = new Tensor[network.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = randomInput(network.inputs().get(i).shape(), i, isRead(network, i));
    }
    forward();
    int outputs = network.outputs().size();
    coefficients = new double[outputs][];
    Tensor[] gradients = new Tensor[outputs];
    for (int o = 0; o < outputs; o++) {
      Tensor output = pass.output(o);
      coefficients[o] = random.doubles(output.size(), -1, 1).toArray();
      float[] values = new float[output.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) coefficients[o][i];
      }
      gradients[o] = new Tensor().set(values, 0, ROWS, output.shape(), null);
    }
    network.prepareBackward();
    pass.activityScale(0); // the gradients of the outputs alone
    Gradient[] weightGradients = network.newGradients();
    pass.backwardToInputs(gradients, new boolean[outputs], weightGradients);
    List<double[]> inputGradients = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      Tensor gradient = pass.inputGradient(i);
      inputGradients.add(
          gradient == null ? null : doubles(gradient.values(), gradient.offset(), gradient.size()));
    }
    for (int w = 0; w < weightGradients.length; w++) {
      Weight weight = network.weights().get(w);
      if (weight.trainable()) {
        float[] own = weightGradients[w].values();
        check(network.weightPaths().get(w), weight.values(), doubles(own, 0, own.length));
      }
    }
    for (int i = 0; i < inputs.length; i++) {
      if (isRead(network, i)) {
        assertNull(inputGradients.get(i), "indices have no gradient");
      } else {
        check("input " + i, inputs[i].values(), inputGradients.get(i));
      }
    }
  }

  /** Returns whether an Embedding reads an input. */
  private static boolean isRead(Network network, int input) {
    return network.steps().stream()
        .filter(step -> step.inputs().contains(input))
        .map(Step::layer)
        .anyMatch(Embedding.class::isInstance);
  }

  private Tensor randomInput(Shape shape, int index, boolean indices) {
    Shape known = shape.axis(0) == Shape.ANY ? shape.withFirst(4 + index) : shape;
    float[] values = new float[ROWS * known.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = indices ? random.nextInt(7) : (float) random.nextGaussian();
    }
    if (indices) { // so that no row is masked everywhere
      Arrays.fill(values, ROWS, 2 * ROWS, 5);
    }
    return new Tensor().set(values, 0, ROWS, known, null);
  }

  private void forward() {
    var context = new ForwardContext();
    pass.forward(inputs, null, 0, training ? context.training(3, 1, 0) : context.inference(0));
  }

  /** Compares gradients with differences of fourth order. */
  private void check(String what, float[] values, double[] gradient) {
    double[] expected = new double[gradient.length];
    double largest = 0.05; // of rounding
    for (int i = 0; i < expected.length; i++) {
      float before = values[i];
      double[] sums = new double[4];
      double[] distances = {STEP, -STEP, 2 * STEP, -2 * STEP};
      for (int k = 0; k < 4; k++) {
        values[i] = (float) (before + distances[k]);
        sums[k] = sum();
      }
      values[i] = before;
      expected[i] = (8 * (sums[0] - sums[1]) - (sums[2] - sums[3])) / (12 * STEP);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    assertArrayEquals(expected, gradient, TOLERANCE * largest, what);
  }

  private double sum() {
    forward();
    double sum = 0;
    for (int o = 0; o < coefficients.length; o++) {
      Tensor output = pass.output(o);
      for (int i = 0; i < coefficients[o].length; i++) {
        sum += coefficients[o][i] * output.values()[output.offset() + i];
      }
    }
    return sum;
  }

  private static double[] doubles(float[] values, int from, int length) {
    double[] result = new double[length];
    for (int i = 0; i < length; i++) {
      result[i] = values[from + i];
    }
    return result;
  }
}
