package org.unroll.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import org.unroll.layers.ReferenceLayers.Batch;
import org.unroll.layers.ReferenceLayers.Cell;
import org.unroll.layers.ReferenceLayers.Draws;
import org.unroll.layers.ReferenceLayers.Recurrent;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Recurrent layers of every width. A slice with many positions is computed with units that are
 * padded to whole vectors, and one with few positions without padding. Both must give the results
 * of the equations.
 */
@Tag("both-compute-implementations")
class PaddedUnitsTest {
  private static final int ROWS = 8;
  private static final int STEPS = 32; // 8 rows are padded, and 4 are not
  private static final int FEATURES = 3;

  @ParameterizedTest
  @EnumSource(names = {"SIMPLE_RNN", "LSTM", "GRU_RESET_AFTER", "GRU_RESET_BEFORE"})
  void layersOfAnyWidthAgreeWithTheReference(Cell cell) {
    for (int units = 1; units <= 70; units++) {
      Recurrent recurrent = Recurrent.of(cell, units);
      if (units % 2 == 0) {
        recurrent = recurrent.sequences();
      }
      if (units % 3 == 0) {
        recurrent = recurrent.backwards();
      }
      if (units % 5 == 0) {
        recurrent = recurrent.withoutBias();
      }
      compareWithReference(cell + " " + units, recurrent);
    }
  }

  private static void compareWithReference(String what, Recurrent recurrent) {
    var network = new Network(List.of(Layers.input(STEPS, FEATURES), recurrent.layer()), 1);
    var random = new SplittableRandom(recurrent.units());
    List<double[]> weights = drawWeights(network, random);
    double[] x = floats(random, ROWS * STEPS * FEATURES, 1);
    double[] expected = reference(recurrent, x, weights);

    NetworkPass pass = network.newPass();
    Tensor output = pass.forward(tensor(x, ROWS, STEPS), new ForwardContext().training(1, 0, 0));
    assertClose(what, expected, rowMajor(output), 1e-5);

    // The derivative of a sum of the outputs with random factors, in a random direction.
    double[] factors = floats(random, expected.length, 1);
    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    Tensor dx =
        pass.backwardToInput(
            tensor(factors, ROWS, expected.length / ROWS / recurrent.units()), false, gradients);
    List<double[]> directions = new ArrayList<>();
    double derivative = 0;
    double terms = 0; // the size of the sum's terms, for its rounding error
    for (int w = 0; w <= weights.size(); w++) {
      double[] values = w < weights.size() ? doubles(gradients[w].values()) : rowMajor(dx);
      double[] direction = floats(random, values.length, 1);
      directions.add(direction);
      derivative += dot(values, direction);
      terms += dot(values, values);
    }
    double h = 1e-5;
    double up = movedLoss(recurrent, x, weights, directions, factors, h);
    double down = movedLoss(recurrent, x, weights, directions, factors, -h);
    assertEquals((up - down) / (2 * h), derivative, 1e-5 * Math.sqrt(terms), what + ": gradient");
  }

  private static double movedLoss(
      Recurrent recurrent,
      double[] x,
      List<double[]> weights,
      List<double[]> directions,
      double[] factors,
      double h) {
    List<double[]> moved = new ArrayList<>();
    for (int w = 0; w < weights.size(); w++) {
      moved.add(moved(weights.get(w), directions.get(w), h));
    }
    double[] movedInput = moved(x, directions.get(weights.size()), h);
    return dot(factors, reference(recurrent, movedInput, moved));
  }

  private static double[] moved(double[] values, double[] direction, double h) {
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i] + h * direction[i]);
    return result;
  }

  private static double[] reference(Recurrent recurrent, double[] x, List<double[]> weights) {
    var batch = new Batch(ROWS, new int[] {STEPS, FEATURES}, x, null);
    return ReferenceLayers.run(List.of(recurrent), batch, weights, new Draws(1, 0, 0, 0));
  }

  static Stream<IntFunction<Layer[]>> networks() {
    return Stream.of(
        units -> new Layer[] {Layers.lstm(units)},
        units -> new Layer[] {Layers.gru(units).returnSequences(true), Layers.simpleRnn(units)},
        units -> new Layer[] {Layers.masking(0), Layers.lstm(units).returnSequences(true)},
        units -> new Layer[] {Layers.masking(0), Layers.gru(units).zeroOutputForMask(true)},
        units -> new Layer[] {Layers.bidirectional(Layers.lstm(units).returnSequences(true))},
        units -> new Layer[] {Layers.masking(0), Layers.bidirectional(Layers.gru(units))},
        units -> new Layer[] {Layers.lstm(units).activation("relu").dropout(0.2)},
        units -> new Layer[] {Layers.gru(units).activation("softmax")},
        units ->
            new Layer[] {
              Layers.rnn(Layers.stackedRnnCells(Layers.lstmCell(units), Layers.gruCell(units + 1)))
            });
  }

  @ParameterizedTest
  @MethodSource("networks")
  void paddingChangesNoBitOfTheOutputsAndNoSumOfTheGradients(IntFunction<Layer[]> layers) {
    for (int units : new int[] {3, 8, 9, 15, 18, 31, 33, 63}) {
      List<Layer> all = new ArrayList<>(List.of(Layers.input(STEPS, FEATURES)));
      all.addAll(List.of(layers.apply(units)));
      var network = new Network(all, 1);
      var random = new SplittableRandom(units);
      drawWeights(network, random);
      double[] x = floats(random, ROWS * STEPS * FEATURES, 1);
      maskSome(x);
      double[] whole = forward(network, x, 0, ROWS, false);
      assertArrayEquals(whole, forward(network, x, 0, ROWS, true), "units " + units);
      double[] factors = floats(random, whole.length, 1);
      List<double[]> sums = gradients(network, x, factors, 0, ROWS);
      int half = ROWS / 2;
      double[] first = forward(network, x, 0, half, false);
      double[] second = forward(network, x, half, half, false);
      assertArrayEquals(whole, joined(first, second), "units " + units);
      List<double[]> firstSums = gradients(network, x, factors, 0, half);
      List<double[]> secondSums = gradients(network, x, factors, half, half);
      for (int w = 0; w < sums.size(); w++) {
        double[] added = moved(firstSums.get(w), secondSums.get(w), 1);
        assertClose("units " + units + ", weight " + w, added, sums.get(w), 1e-5);
      }
    }
  }

  @Test
  void infiniteInputsAreNotSpreadByPadding() {
    for (Layer layer :
        new Layer[] {Layers.gru(15), Layers.lstm(15), Layers.simpleRnn(15), Layers.gru(33)}) {
      var network = new Network(List.of(Layers.input(STEPS, FEATURES), layer), 1);
      drawWeights(network, new SplittableRandom(1));
      double[] x = floats(new SplittableRandom(2), ROWS * STEPS * FEATURES, 1);
      x[(2 * STEPS + 7) * FEATURES + 1] = Double.POSITIVE_INFINITY;
      double[] padded = forward(network, x, 0, ROWS, false);
      assertTrue(Arrays.stream(padded).allMatch(Double::isFinite));
      int half = ROWS / 2;
      double[] halves =
          joined(forward(network, x, 0, half, false), forward(network, x, half, half, false));
      assertArrayEquals(halves, padded);
    }
  }

  /** Sets some time steps to 0, which a masking layer skips. */
  private static void maskSome(double[] x) {
    for (int i = 0; i < x.length; i += FEATURES) {
      int position = i / FEATURES;
      if (position % STEPS < position / STEPS || position % 11 == 5) {
        Arrays.fill(x, i, i + FEATURES, 0);
      }
    }
  }

  private static double[] forward(
      Network network, double[] x, int row, int rows, boolean forwardOnly) {
    var context = new ForwardContext();
    if (forwardOnly) {
      context.forwardOnly(row);
    } else {
      context.inference(row);
    }
    return rowMajor(network.newPass().forward(rows(x, row, rows), context));
  }

  private static List<double[]> gradients(
      Network network, double[] x, double[] factors, int row, int rows) {
    NetworkPass pass = network.newPass();
    Tensor output = pass.forward(rows(x, row, rows), new ForwardContext().training(1, 0, row));
    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    int size = output.shape().size();
    double[] part = Arrays.copyOfRange(factors, row * size, (row + rows) * size);
    Tensor gradient = tensor(part, rows, output.timesteps());
    gradient.set(gradient.values(), 0, rows, output.shape(), output.mask());
    pass.backward(gradient, false, gradients);
    return Arrays.stream(gradients).map(g -> doubles(g.values())).toList();
  }

  private static Tensor rows(double[] x, int row, int rows) {
    int size = STEPS * FEATURES;
    return tensor(Arrays.copyOfRange(x, row * size, (row + rows) * size), rows, STEPS);
  }

  private static List<double[]> drawWeights(Network network, SplittableRandom random) {
    List<double[]> all = new ArrayList<>();
    for (Weight weight : network.weights()) {
      double scale = 1 / Math.sqrt(weight.shape().axis(0));
      double[] values = floats(random, weight.size(), Math.min(scale, 0.5));
      for (int i = 0; i < values.length; i++) {
        weight.values()[i] = (float) values[i];
      }
      all.add(values);
    }
    return all;
  }

  private static double[] floats(SplittableRandom random, int count, double scale) {
    return IntStream.range(0, count)
        .mapToDouble(i -> (float) (scale * random.nextGaussian()))
        .toArray();
  }

  private static double[] joined(double[] first, double[] second) {
    return DoubleStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /** Compares the values with a tolerance relative to the largest value. */
  private static void assertClose(
      String what, double[] expected, double[] actual, double tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertTrue(largest > 1e-5, what + ": nothing to compare");
    assertArrayEquals(expected, actual, tolerance * largest, what);
  }

  /** Returns row-major values in the layout of {@link Tensor}. */
  private static Tensor tensor(double[] values, int rows, int steps) {
    int width = values.length / rows / steps;
    float[] timeMajor = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int row = i / width / steps;
      int step = i / width % steps;
      timeMajor[(step * rows + row) * width + i % width] = (float) values[i];
    }
    return new Tensor().set(timeMajor, 0, rows, Shape.of(steps, width), null);
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
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
