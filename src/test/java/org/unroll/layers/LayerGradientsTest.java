package org.unroll.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.layers.ReferenceLayers.Batch;
import org.unroll.layers.ReferenceLayers.Cell;
import org.unroll.layers.ReferenceLayers.Draws;
import org.unroll.layers.ReferenceLayers.Recurrent;
import org.unroll.layers.ReferenceLayers.Stage;
import org.unroll.layers.ReferenceWindows.Windows;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Forward and backward passes in training mode compared with {@link ReferenceLayers}: outputs with
 * the outputs of the reference, gradients with its central differences. The reference uses double.
 */
@Tag("both-compute-implementations")
class LayerGradientsTest {
  private static final double TOLERANCE = 2e-5;
  private static final int ROWS = 5;
  private static final int STEPS = 6;
  private static final int FEATURES = 3;
  private static final long SEED = 77;
  private static final long STEP = 11;
  private static final int FIRST_ROW = 8;

  /** Rows with padding at the end, at the start, inside and everywhere, and a row without it. */
  private static final double[] TOKENS = {
    0, 0, 1, 2, 3, 1, 4, 1, 2, 0, 0, 0, 2, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 2, 1
  };

  /** A stack of layers and the corresponding stages of the reference. */
  record Case(String name, Layer[] layers, List<Stage> stages) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    var cases = new ArrayList<Case>();
    for (Cell cell : Cell.values()) {
      Recurrent plain = Recurrent.of(cell, 4);
      add(cases, "plain", plain);
      add(cases, "sequences", plain.sequences());
      add(cases, "backwards", plain.sequences().backwards());
      add(cases, "no bias", plain.sequences().withoutBias());
      add(cases, "dropout", plain.dropping(0.4, 0).sequences());
      add(cases, "recurrent dropout", plain.dropping(0, 0.4).sequences());
      add(cases, "both dropouts", plain.dropping(0.3, 0.4));
      add(cases, "both, backwards", plain.dropping(0.3, 0.4).sequences().backwards().withoutBias());
      add(cases, "gelu, hard_sigmoid", plain.activations(Activation.GELU, Activation.HARD_SIGMOID));
      add(
          cases,
          "tanh, hard_sigmoid_keras2",
          plain.activations(Activation.TANH, Activation.HARD_SIGMOID_KERAS2));
      add(cases, "softsign, silu", plain.activations(Activation.SOFTSIGN, Activation.SILU));
      add(
          cases,
          "gelu, dropouts",
          plain.activations(Activation.GELU, Activation.SILU).sequences().dropping(0.3, 0.4));
      masked(cases, "", plain);
      masked(cases, ", sequences", plain.sequences());
      masked(cases, ", zero output", plain.sequences().zeroOutput());
      masked(cases, ", zero output, last", plain.zeroOutput());
      masked(cases, ", backwards", plain.sequences().backwards());
      masked(cases, ", backwards, zero output", plain.backwards().zeroOutput().sequences());
      masked(cases, ", both dropouts", plain.sequences().dropping(0.3, 0.4));
      masked(cases, ", gelu", plain.activations(Activation.GELU, Activation.SILU));
      if (cell.hasLayer()) {
        cells(cases, plain.dropping(0.3, 0.4).sequences());
        cells(cases, plain.backwards());
      }
    }
    add(
        cases,
        "softmax",
        Recurrent.of(Cell.SIMPLE_RNN, 4)
            .activations(Activation.SOFTMAX, Activation.SIGMOID)
            .sequences());
    stacks(cases);
    pooling(cases);
    convolutions(cases);
    normalization(cases);
    noiseAndShapes(cases);
    return cases.stream();
  }

  private static void add(List<Case> cases, String name, Recurrent recurrent) {
    cases.add(
        new Case(
            recurrent.cell() + " " + name,
            new Layer[] {Layers.input(STEPS, FEATURES), recurrent.layer()},
            List.of(recurrent)));
  }

  private static void masked(List<Case> cases, String name, Recurrent recurrent) {
    cases.add(
        new Case(
            recurrent.cell() + " masked" + name,
            new Layer[] {
              Layers.input(STEPS), Layers.embedding(5, 3).maskZero(true), recurrent.layer()
            },
            List.of(ReferenceLayers.embedding(3, true), recurrent)));
  }

  /** The cells of Keras's layers in an RNN. */
  private static void cells(List<Case> cases, Recurrent recurrent) {
    cases.add(
        new Case(
            "RNN of " + recurrent.cell(),
            new Layer[] {Layers.input(STEPS, FEATURES), recurrent.rnn()},
            List.of(recurrent)));
  }

  /** Stacked cells, whose masks and dropout are those of layers at the same position. */
  private static void stackedCells(List<Case> cases) {
    Recurrent lstm = Recurrent.of(Cell.LSTM, 4).sequences().dropping(0.2, 0.3);
    Recurrent mgu = Recurrent.of(Cell.MINIMAL_GATED_UNIT, 3).sequences().dropping(0.3, 0);
    Recurrent gru = Recurrent.of(Cell.GRU_RESET_AFTER, 5).sequences();
    Stage reference =
        (input, weights, draws) -> {
          Batch batch = input;
          int position = draws.position();
          for (Recurrent level : List.of(lstm, mgu, gru)) {
            Draws own = new Draws(draws.seed(), draws.step(), draws.firstRow(), position);
            batch = level.run(batch, weights, own);
            position += 1 << 16;
          }
          return batch;
        };
    for (boolean masks : new boolean[] {false, true}) {
      Rnn stack =
          Layers.rnn(
                  Layers.stackedRnnCells(
                      lstm.cellUnderTest(), mgu.cellUnderTest(), gru.cellUnderTest()))
              .returnSequences(true);
      Recurrent last = Recurrent.of(Cell.SIMPLE_RNN, 3);
      cases.add(
          masks
              ? new Case(
                  "stacked cells, masked",
                  new Layer[] {
                    Layers.input(STEPS), Layers.embedding(5, 3).maskZero(true), stack, last.layer()
                  },
                  List.of(ReferenceLayers.embedding(3, true), reference, last))
              : new Case(
                  "stacked cells",
                  new Layer[] {Layers.input(STEPS, FEATURES), stack, last.layer()},
                  List.of(reference, last)));
    }
  }

  private static void stacks(List<Case> cases) {
    stackedCells(cases);
    Recurrent cell = Recurrent.of(Cell.LSTM_PEEPHOLES, 3).dropping(0.3, 0.3);
    cases.add(
        new Case(
            "cells in sequences of sequences",
            new Layer[] {
              Layers.input(2, STEPS / 2, FEATURES),
              Layers.timeDistributed(cell.rnn()),
              Layers.rnn(Layers.gruCell(3))
            },
            List.of(ReferenceLayers.timeDistributed(cell), Recurrent.of(Cell.GRU_RESET_AFTER, 3))));
    Recurrent lstm = Recurrent.of(Cell.LSTM, 4).sequences().dropping(0.2, 0);
    Recurrent gru = Recurrent.of(Cell.GRU_RESET_AFTER, 3).backwards();
    Recurrent inner = Recurrent.of(Cell.GRU_RESET_BEFORE, 3).dropping(0.3, 0.3);
    cases.add(
        new Case(
            "stack over embedding",
            new Layer[] {
              Layers.input(STEPS),
              Layers.embedding(5, 3).maskZero(true),
              lstm.layer(),
              Layers.dropout(0.3),
              gru.layer(),
              Layers.dense(3, "softmax")
            },
            List.of(
                ReferenceLayers.embedding(3, true),
                lstm,
                ReferenceLayers.dropout(0.3),
                gru,
                ReferenceLayers.dense(3, Activation.SOFTMAX))));
    cases.add(
        new Case(
            "encoder and decoder",
            new Layer[] {
              Layers.input(STEPS, FEATURES),
              Layers.gru(3).goBackwards(true),
              Layers.repeatVector(4),
              lstm.layer(),
              Layers.timeDistributed(Layers.dense(2, "elu"))
            },
            List.of(
                gru,
                ReferenceLayers.repeat(4),
                lstm,
                ReferenceLayers.timeDistributed(ReferenceLayers.dense(2, Activation.ELU)))));
    cases.add(
        new Case(
            "dense layers",
            new Layer[] {
              Layers.input(STEPS, FEATURES),
              Layers.dense(4, "gelu"),
              Layers.activation("silu"),
              Layers.dropout(0.4),
              Layers.flatten(),
              Layers.dense(3),
              Layers.activation("softmax")
            },
            List.of(
                ReferenceLayers.dense(4, Activation.GELU),
                ReferenceLayers.activation(Activation.SILU),
                ReferenceLayers.dropout(0.4),
                ReferenceLayers.flatten(),
                ReferenceLayers.dense(3, Activation.LINEAR),
                ReferenceLayers.activation(Activation.SOFTMAX))));
    cases.add(
        new Case(
            "sequences of sequences",
            new Layer[] {
              Layers.input(2, STEPS / 2, FEATURES),
              Layers.timeDistributed(inner.layer()),
              Layers.timeDistributed(Layers.dropout(0.4)),
              Layers.simpleRnn(3)
            },
            List.of(
                ReferenceLayers.timeDistributed(inner),
                ReferenceLayers.timeDistributed(ReferenceLayers.dropout(0.4)),
                Recurrent.of(Cell.SIMPLE_RNN, 3))));
    cases.add(
        new Case(
            "flattened steps",
            new Layer[] {
              Layers.input(2, STEPS / 2, FEATURES),
              Layers.dropout(0.3),
              Layers.dense(2, "tanh"),
              Layers.timeDistributed(Layers.flatten()),
              Layers.gru(3)
            },
            List.of(
                ReferenceLayers.dropout(0.3),
                ReferenceLayers.dense(2, Activation.TANH),
                ReferenceLayers.timeDistributed(ReferenceLayers.flatten()),
                Recurrent.of(Cell.GRU_RESET_AFTER, 3))));
  }

  private static void pooling(List<Case> cases) {
    for (String padding : List.of("valid", "same")) {
      for (int size = 1; size <= 4; size++) {
        for (int stride : new int[] {1, 2, 3, size}) {
          var windows = new Windows(size, stride, 1, padding);
          alone(
              cases,
              "max " + windows,
              Layers.maxPooling1D(size).strides(stride).padding(padding),
              ReferenceWindows.pooling(windows, ReferenceWindows::max));
          alone(
              cases,
              "average " + windows,
              Layers.averagePooling1D(size).strides(stride).padding(padding),
              ReferenceWindows.pooling(windows, ReferenceWindows::mean));
        }
      }
    }
    var max = ReferenceWindows.globalPooling(ReferenceWindows::max, false);
    var mean = ReferenceWindows.globalPooling(ReferenceWindows::mean, true);
    alone(cases, "global max", Layers.globalMaxPooling1D(), max);
    alone(cases, "global average", Layers.globalAveragePooling1D(), mean);
    behindMask(cases, "global max", Layers.globalMaxPooling1D(), max);
  }

  private static void convolutions(List<Case> cases) {
    for (String padding : List.of("valid", "same", "causal")) {
      for (int size = 1; size <= 4; size++) {
        for (int stride = 1; stride <= 3; stride++) {
          convolution(cases, new Windows(size, stride, 1, padding), 4, 1, Activation.LINEAR);
        }
      }
      convolution(cases, new Windows(2, 1, 3, padding), 2, 1, Activation.GELU);
      convolution(cases, new Windows(3, 1, 2, padding), 3, 1, Activation.SOFTMAX);
      convolution(cases, new Windows(2, 2, 1, padding), 6, 3, Activation.TANH);
    }
  }

  private static void convolution(
      List<Case> cases, Windows windows, int filters, int groups, Activation activation) {
    alone(
        cases,
        "convolution, " + groups + " groups, " + activation + ", " + windows,
        Layers.conv1D(filters, windows.size())
            .strides(windows.stride())
            .dilationRate(windows.dilation())
            .padding(windows.padding())
            .groups(groups)
            .activation(activation),
        ReferenceWindows.convolution(windows, filters, groups, activation));
  }

  private static void normalization(List<Case> cases) {
    var layer = ReferenceNormalization.layerNormalization(0.01);
    var batch = ReferenceNormalization.batchNormalization(0.02);
    alone(cases, "layer normalization", Layers.layerNormalization().epsilon(0.01), layer);
    alone(cases, "batch normalization", Layers.batchNormalization().epsilon(0.02), batch);
    behindMask(cases, "layer normalization", Layers.layerNormalization().epsilon(0.01), layer);
    behindMask(cases, "batch normalization", Layers.batchNormalization().epsilon(0.02), batch);
    cases.add(
        new Case(
            "several batch normalizations",
            new Layer[] {
              Layers.input(STEPS, FEATURES),
              Layers.gru(3),
              Layers.batchNormalization().epsilon(0.02),
              Layers.dense(3, "tanh"),
              Layers.batchNormalization().epsilon(0.02),
              Layers.dense(3, "softmax")
            },
            List.of(
                Recurrent.of(Cell.GRU_RESET_AFTER, 3),
                batch,
                ReferenceLayers.dense(3, Activation.TANH),
                batch,
                ReferenceLayers.dense(3, Activation.SOFTMAX))));
  }

  private static void noiseAndShapes(List<Case> cases) {
    var noise = ReferenceNormalization.gaussianNoise(0.5);
    var dropout = ReferenceNormalization.spatialDropout(0.4);
    var permute = ReferenceNormalization.lastAxisFirst();
    alone(cases, "Gaussian noise", Layers.gaussianNoise(0.5), noise);
    alone(cases, "spatial dropout", Layers.spatialDropout1D(0.4), dropout);
    alone(cases, "permute", Layers.permute(2, 1), permute);
    alone(cases, "reshape", Layers.reshape(9, Shape.ANY), ReferenceNormalization.reshape(9, 2));
    cases.add(
        new Case(
            "changes of shape",
            new Layer[] {
              Layers.input(STEPS, FEATURES),
              Layers.reshape(2, 3, Shape.ANY),
              Layers.dense(4, "tanh"),
              Layers.permute(3, 1, 2),
              Layers.reshape(6, 4),
              Layers.gaussianNoise(0.2),
              Layers.gru(3)
            },
            List.of(
                ReferenceNormalization.reshape(2, 3, 3),
                ReferenceLayers.dense(4, Activation.TANH),
                permute,
                ReferenceNormalization.reshape(6, 4),
                ReferenceNormalization.gaussianNoise(0.2),
                Recurrent.of(Cell.GRU_RESET_AFTER, 3))));
  }

  private static void alone(List<Case> cases, String name, Layer layer, Stage stage) {
    cases.add(new Case(name, new Layer[] {Layers.input(STEPS, FEATURES), layer}, List.of(stage)));
  }

  /** The layer after a dense layer, so that masked time steps are not 0. */
  private static void behindMask(List<Case> cases, String name, Layer layer, Stage stage) {
    cases.add(
        new Case(
            "masked " + name,
            new Layer[] {
              Layers.input(STEPS),
              Layers.embedding(5, 3).maskZero(true),
              Layers.dense(4, "tanh"),
              layer
            },
            List.of(
                ReferenceLayers.embedding(3, true),
                ReferenceLayers.dense(4, Activation.TANH),
                stage)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void passesAgreeWithTheReference(Case layers) {
    var network = new Network(Arrays.asList(layers.layers()), 1);
    var random = new SplittableRandom(5);
    var weights = new ArrayList<double[]>();
    for (Weight weight : network.weights()) {
      double[] values = new double[weight.size()];
      for (int i = 0; i < values.length; i++) {
        weight.values()[i] = (float) (0.4 * random.nextGaussian());
        values[i] = weight.values()[i];
      }
      weights.add(values);
    }
    Shape shape = network.inputShape();
    boolean tokens = shape.rank() == 1;
    double[] x = new double[ROWS * shape.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = tokens ? TOKENS[i] : (float) random.nextGaussian();
    }
    var input = new Batch(ROWS, shape.toArray(), x, null);
    var draws = new Draws(SEED, STEP, FIRST_ROW, 0);

    NetworkPass pass = network.newPass();
    ForwardContext context = new ForwardContext().training(SEED, STEP, FIRST_ROW);
    Tensor output = pass.forward(timeMajor(x, shape), context);
    double[] expected = ReferenceLayers.run(layers.stages(), input, weights, draws);
    assertClose("output", expected, rowMajor(output));

    // The loss is a sum of the outputs with random factors, which are its gradient.
    double[] factors = new double[expected.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextGaussian();
    }
    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    Tensor inputGradient =
        pass.backwardToInput(timeMajor(factors, output.shape()), false, gradients);
    for (int w = 0; w < gradients.length; w++) {
      if (!network.weights().get(w).trainable()) {
        continue;
      }
      double[] values = weights.get(w);
      double[] differences = differences(layers, input, weights, draws, factors, values);
      assertClose(network.weightPaths().get(w), differences, doubles(gradients[w].values()));
    }
    if (!tokens) {
      double[] differences = differences(layers, input, weights, draws, factors, x);
      assertClose("input", differences, rowMajor(inputGradient));
    }
  }

  private static double[] differences(
      Case layers,
      Batch input,
      List<double[]> weights,
      Draws draws,
      double[] factors,
      double[] changed) {
    double h = 1e-5;
    double[] gradient = new double[changed.length];
    for (int i = 0; i < changed.length; i++) {
      double value = changed[i];
      changed[i] = value + h;
      double up = dot(factors, ReferenceLayers.run(layers.stages(), input, weights, draws));
      changed[i] = value - h;
      double down = dot(factors, ReferenceLayers.run(layers.stages(), input, weights, draws));
      changed[i] = value;
      gradient[i] = (up - down) / (2 * h);
    }
    return gradient;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Compares the values with a tolerance relative to the largest value. */
  private static void assertClose(String what, double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length, what);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertTrue(largest > 1e-5, what + ": nothing to compare");
    assertArrayEquals(expected, actual, TOLERANCE * largest, what);
  }

  /** Returns row-major values in the layout of {@link Tensor}. */
  private static Tensor timeMajor(double[] values, Shape shape) {
    Tensor tensor = new Tensor().set(new float[values.length], 0, ROWS, shape, null);
    int steps = tensor.timesteps();
    int width = tensor.width();
    for (int i = 0; i < values.length; i++) {
      int row = i / width / steps;
      int step = i / width % steps;
      tensor.values()[(step * ROWS + row) * width + i % width] = (float) values[i];
    }
    return tensor;
  }

  private static double[] rowMajor(Tensor tensor) {
    int steps = tensor.timesteps();
    int width = tensor.width();
    double[] values = new double[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      int row = i / width / steps;
      int step = i / width % steps;
      int at = (step * tensor.rows() + row) * width + i % width;
      values[i] = tensor.values()[tensor.offset() + at];
    }
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}
