package org.unroll.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsLayer;

/**
 * Rows are independent of each other. A batch in one slice and the same batch in several slices
 * have the same outputs and the same sums of gradients, including dropout. Buffers that held a
 * larger slice before do not change the result.
 */
@Tag("both-compute-implementations")
class SlicingTest {
  private static final float TOLERANCE = 2e-5f;

  /** The arguments of a random layer. */
  record Choice(
      int kind, int units, boolean backwards, boolean zeroOutput, boolean bias, int drop) {
    Layer layer(boolean sequences) {
      return switch (kind) {
        case 0 -> set(Layers.simpleRnn(units), sequences);
        case 1 -> set(Layers.lstm(units), sequences);
        case 2 -> set(Layers.gru(units), sequences);
        case 3 -> set(Layers.gru(units).resetAfter(false), sequences);
        case 4 -> Layers.bidirectional(set(Layers.gru(units), sequences));
        case 5 -> set(Layers.lstm(units).activation("gelu"), sequences);
        case 6 ->
            rnn(
                Layers.lstmVariantCell(units).peepholes(true).coupledGates(bias).dropout(0.2),
                sequences);
        case 7 ->
            Layers.bidirectional(
                rnn(Layers.minimalGatedUnitCell(units).recurrentDropout(0.3), sequences));
        default ->
            rnn(
                Layers.stackedRnnCells(
                    Layers.lstmCell(units).dropout(0.3),
                    Layers.gruCell(3).resetAfter(bias).recurrentDropout(0.2)),
                sequences);
      };
    }

    private Rnn rnn(Cell cell, boolean sequences) {
      return Layers.rnn(cell)
          .returnSequences(sequences)
          .goBackwards(backwards)
          .zeroOutputForMask(zeroOutput);
    }

    private <S extends UnitsLayer<S, ?>> S set(S layer, boolean sequences) {
      return layer
          .returnSequences(sequences)
          .goBackwards(backwards)
          .zeroOutputForMask(zeroOutput)
          .useBias(bias)
          .dropout((drop & 1) == 0 ? 0 : 0.3)
          .recurrentDropout((drop & 2) == 0 ? 0 : 0.4);
    }
  }

  @Provide
  Arbitrary<List<Choice>> stacks() {
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    return Combinators.combine(
            Arbitraries.integers().between(0, 8),
            Arbitraries.integers().between(1, 9),
            flag,
            flag,
            flag,
            Arbitraries.integers().between(0, 3))
        .as(Choice::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void slicedBatchAgreesWithWholeBatch(
      @ForAll("stacks") List<Choice> stack,
      @ForAll @IntRange(min = 1, max = 13) int rows,
      @ForAll @IntRange(min = 1, max = 5) int sliceRows,
      @ForAll @IntRange(min = 1, max = 6) int steps,
      @ForAll boolean tokens,
      @ForAll boolean sequences,
      @ForAll boolean training,
      @ForAll long seed) {
    Network network = network(stack, tokens, sequences, seed);
    Shape shape = tokens ? Shape.of(steps) : Shape.of(steps, 3);
    float[] x = samples(rows * shape.size(), tokens, seed);
    network.prepareBackward();

    var whole = new Result(network);
    whole.run(network.newPass(), x, shape, 0, rows, training, seed);
    NetworkPass reused = network.newPass();
    // A larger and longer slice comes first and leaves its values in the buffers.
    var longer = tokens ? Shape.of(steps + 2) : Shape.of(steps + 2, 3);
    float[] other = new float[(rows + 1) * longer.size()];
    Arrays.fill(other, 1f);
    new Result(network).run(reused, other, longer, 0, rows + 1, true, seed + 1);
    var cut = new Result(network);
    for (int from = 0; from < rows; from += sliceRows) {
      cut.run(reused, x, shape, from, Math.min(rows, from + sliceRows), training, seed);
    }
    assertArrayEquals(whole.outputs(), cut.outputs(), TOLERANCE, "outputs");
    // A small sum of terms with opposite signs has the rounding error of the large terms, so the
    // tolerance is relative to the largest gradient of the network.
    float largest = 1e-3f;
    for (float[] gradient : whole.gradients) {
      for (float value : gradient) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    for (int w = 0; w < whole.gradients.length; w++) {
      String path = network.weightPaths().get(w);
      assertArrayEquals(whole.gradients[w], cut.gradients[w], TOLERANCE * largest, path);
    }
  }

  /** The sequences are long and wide enough to be computed in several stretches. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void forwardOnlyOutputsAreBitIdentical(
      @ForAll("stacks") List<Choice> stack,
      @ForAll @IntRange(min = 20, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 40) int sliceRows,
      @ForAll @IntRange(min = 20, max = 60) int steps,
      @ForAll boolean tokens,
      @ForAll boolean sequences,
      @ForAll long seed) {
    Network network = network(stack, tokens, sequences, seed);
    Shape shape = tokens ? Shape.of(steps) : Shape.of(steps, 3);
    float[] x = samples(rows * shape.size(), tokens, seed);
    var whole = new Result(network);
    whole.forward(network.newPass(), x, shape, 0, rows, new ForwardContext().inference(0));
    var cut = new Result(network);
    NetworkPass reused = network.newPass();
    for (int from = 0; from < rows; from += sliceRows) {
      int to = Math.min(rows, from + sliceRows);
      cut.forward(reused, x, shape, from, to, new ForwardContext().forwardOnly(from));
    }
    assertArrayEquals(whole.outputs(), cut.outputs(), "outputs");
  }

  private static Network network(List<Choice> stack, boolean tokens, boolean sequences, long seed) {
    var layers = new ArrayList<Layer>();
    if (tokens) {
      layers.add(Layers.input(Shape.ANY));
      layers.add(Layers.embedding(4, 3).maskZero(true));
    } else {
      layers.add(Layers.input(Shape.ANY, 3));
      layers.add(Layers.masking(0));
    }
    for (int i = 0; i < stack.size(); i++) {
      layers.add(stack.get(i).layer(sequences || i < stack.size() - 1));
    }
    layers.add(Layers.dropout(0.2));
    layers.add(Layers.dense(2));
    return new Network(layers, seed);
  }

  /** Returns samples in row-major order, of which some time steps are padding. */
  private static float[] samples(int size, boolean tokens, long seed) {
    var random = new SplittableRandom(seed);
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      boolean padding = random.nextInt(3) == 0;
      x[i] = padding ? 0 : tokens ? 1 + random.nextInt(3) : (float) random.nextGaussian();
    }
    return x;
  }

  /** The outputs row by row, and the sums of the gradients. */
  private static final class Result {
    private final Network network;
    private final float[][] gradients;
    private final List<float[]> rows = new ArrayList<>();

    Result(Network network) {
      this.network = network;
      gradients = network.weights().stream().map(w -> new float[w.size()]).toArray(float[][]::new);
    }

    float[] outputs() {
      int width = rows.get(0).length;
      float[] all = new float[rows.size() * width];
      for (int r = 0; r < rows.size(); r++) {
        System.arraycopy(rows.get(r), 0, all, r * width, width);
      }
      return all;
    }

    void run(
        NetworkPass pass, float[] x, Shape shape, int from, int to, boolean training, long seed) {
      ForwardContext context = new ForwardContext();
      Tensor output =
          forward(
              pass,
              x,
              shape,
              from,
              to,
              training ? context.training(seed, 3, from) : context.inference(from));
      int count = to - from;
      float[] g = new float[output.size()];
      for (int r = 0; r < count; r++) {
        for (int i = 0; i < output.shape().size(); i++) {
          g[at(output, r, i)] = (float) Math.sin(from + r + 1.7 * i);
        }
      }
      Gradient[] own = network.newGradients();
      pass.backward(new Tensor().set(g, 0, count, output.shape(), null), false, own);
      for (int w = 0; w < own.length; w++) {
        for (int i = 0; i < gradients[w].length; i++) {
          gradients[w][i] += own[w].values()[i];
        }
      }
    }

    Tensor forward(
        NetworkPass pass, float[] x, Shape shape, int from, int to, ForwardContext context) {
      int count = to - from;
      Tensor input = new Tensor().set(new float[count * shape.size()], 0, count, shape, null);
      int steps = input.timesteps();
      int width = input.width();
      for (int r = 0; r < count; r++) {
        for (int t = 0; t < steps; t++) {
          int source = ((from + r) * steps + t) * width;
          System.arraycopy(x, source, input.values(), (t * count + r) * width, width);
        }
      }
      Tensor output = pass.forward(input, context);
      for (int r = 0; r < count; r++) {
        float[] row = new float[output.shape().size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = output.values()[output.offset() + at(output, r, i)];
        }
        rows.add(row);
      }
      return output;
    }

    /** Returns the index of value {@code i} of a row in a tensor. */
    private static int at(Tensor output, int row, int i) {
      int t = i / output.width();
      return (t * output.rows() + row) * output.width() + i % output.width();
    }
  }
}
