package org.unroll.layers.cells;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.clockworkCell;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.depthGatedLstmCells;
import static org.unroll.layers.Layers.gridLstmCell;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.mut1Cell;
import static org.unroll.layers.Layers.mut2Cell;
import static org.unroll.layers.Layers.mut3Cell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.slstmCell;
import static org.unroll.layers.Layers.stackedRnnCells;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.network.Cell;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * Checks the cells that Keras does not have in training mode: gradients against finite differences,
 * with masks, dropout and initial states; single steps against whole sequences; threads. {@code
 * CellsTest} compares outputs and gradients with PyTorch.
 */
@Tag("both-compute-implementations")
class LiteratureCellsTest {
  private static final int ROWS = 5;
  private static final int STEPS = 6;
  private static final int UNITS = 4;

  record Case(String name, Supplier<Cell> cell) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "LSTM with full gate recurrence",
            () ->
                lstmVariantCell(UNITS)
                    .peepholes(true)
                    .peepholeInitializer(Initializers.glorotUniform())
                    .fullGateRecurrence(true)
                    .dropout(0.3)
                    .recurrentDropout(0.4)),
        new Case(
            "LSTM with coupled and recurrent gates, gelu",
            () ->
                lstmVariantCell(UNITS)
                    .coupledGates(true)
                    .fullGateRecurrence(true)
                    .useBias(false)
                    .activation("gelu")
                    .dropout(0.3)),
        new Case("MUT1", () -> mut1Cell(UNITS).dropout(0.3).recurrentDropout(0.4)),
        new Case("MUT1 with gelu", () -> mut1Cell(UNITS).activation("gelu").dropout(0.3)),
        new Case("MUT2", () -> mut2Cell(UNITS).dropout(0.3).recurrentDropout(0.4)),
        new Case("MUT2 without bias", () -> mut2Cell(UNITS).useBias(false)),
        new Case("MUT3", () -> mut3Cell(UNITS).dropout(0.3).recurrentDropout(0.4)),
        new Case("MUT3 with silu", () -> mut3Cell(UNITS).activation("silu")),
        new Case("minGRU", () -> minGruCell(UNITS).dropout(0.3)),
        new Case("minGRU with gelu", () -> minGruCell(UNITS).activation("gelu").useBias(false)),
        new Case("minLSTM", () -> minLstmCell(UNITS).dropout(0.3)),
        new Case("minLSTM with gelu", () -> minLstmCell(UNITS).activation("gelu")),
        new Case("sLSTM", () -> slstmCell(UNITS).dropout(0.3).recurrentDropout(0.4)),
        new Case(
            "sLSTM with an exponential forget gate",
            () -> slstmCell(UNITS).exponentialForgetGate(true).activation("gelu").useBias(false)),
        new Case("clockwork", () -> clockworkCell(UNITS, 1, 3)),
        new Case(
            "clockwork with dropout",
            () -> clockworkCell(UNITS, 1, 2, 3, 5).dropout(0.3).recurrentDropout(0.4)),
        new Case("clockwork with gelu", () -> clockworkCell(UNITS, 2, 4).activation("gelu")),
        new Case("Grid LSTM", () -> gridLstmCell(UNITS, 2).dropout(0.3).recurrentDropout(0.4)),
        new Case(
            "Grid LSTM with gelu", () -> gridLstmCell(UNITS, 3).activation("gelu").useBias(false)),
        new Case(
            "stack of grids",
            () -> stackedRnnCells(gridLstmCell(UNITS, 1), gridLstmCell(UNITS, 1).dropout(0.3))),
        new Case(
            "stack of a clockwork cell and an sLSTM",
            () -> stackedRnnCells(clockworkCell(UNITS, 1, 3), slstmCell(UNITS))),
        new Case(
            "stack",
            () ->
                stackedRnnCells(
                    mut2Cell(UNITS).dropout(0.3),
                    mut1Cell(UNITS).dropout(0.3),
                    minGruCell(UNITS),
                    minLstmCell(UNITS))),
        new Case("depth-gated LSTM", () -> depthGatedLstmCells(UNITS, 3)),
        new Case(
            "depth-gated LSTM with dropout",
            () ->
                stackedRnnCells(
                    lstmVariantCell(UNITS).dropout(0.3).recurrentDropout(0.4),
                    lstmVariantCell(UNITS)
                        .depthGate(true)
                        .peepholeInitializer(Initializers.glorotUniform())
                        .dropout(0.3)
                        .recurrentDropout(0.4))));
  }

  /** The values of a layer's forward pass that the loss depends on. */
  private static final class Problem {
    final Rnn layer;
    final Pass pass;
    final float[] x;
    final boolean[] mask = new boolean[STEPS * ROWS];
    final float[][] states;
    final float[] factors;
    final float[][] stateFactors;
    final Shape shape = Shape.of(STEPS, UNITS);
    final SplittableRandom random = new SplittableRandom(8);

    Problem(Cell cell) {
      layer = rnn(cell).returnSequences(true).returnState(true);
      var network = new Network(List.of(input(STEPS, UNITS), layer), 3);
      for (Weight weight : network.weights()) {
        for (int i = 0; i < weight.size(); i++) {
          weight.values()[i] += 0.2f * normal();
        }
      }
      layer.prepareBackward();
      pass = layer.newPass();
      x = normals(STEPS * ROWS * UNITS);
      for (int k = 0; k < STEPS; k++) {
        for (int r = 0; r < ROWS; r++) {
          mask[k * ROWS + r] = r == 0 || (r == 1 ? k > 1 : r == 2 ? k < 4 : (k + r) % 3 != 0);
        }
      }
      var initial = new ArrayList<float[]>();
      cell.stateShapes().forEach((name, stateShape) -> initial.add(state(name, stateShape.size())));
      states = initial.toArray(float[][]::new);
      factors = normals(STEPS * ROWS * UNITS);
      stateFactors = Arrays.stream(states).map(s -> normals(s.length)).toArray(float[][]::new);
    }

    private float[] state(String name, int width) {
      float[] values = name.startsWith("clock") ? new float[ROWS * width] : normals(ROWS * width);
      for (int i = 0; i < values.length && name.matches("n(_\\d)?"); i++) {
        values[i] = 0.5f + Math.abs(values[i]); // a divisor
      }
      return values;
    }

    private float normal() {
      return (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
    }

    private float[] normals(int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = normal();
      }
      return values;
    }

    private double loss() {
      float[][] finals = Arrays.stream(states).map(float[]::clone).toArray(float[][]::new);
      Tensor output =
          pass.forward(
              new Tensor().set(x, 0, ROWS, shape, mask),
              finals,
              new ForwardContext().training(5, 7, 3));
      double sum = 0;
      for (int i = 0; i < factors.length; i++) {
        sum += (double) factors[i] * output.values()[output.offset() + i];
      }
      for (int s = 0; s < finals.length; s++) {
        for (int i = 0; i < finals[s].length; i++) {
          sum += (double) stateFactors[s][i] * finals[s][i];
        }
      }
      return sum;
    }

    /** Compares the change of the loss in random directions of some values with a gradient. */
    private void check(String what, float[] values, float[] gradient) {
      float[] start = values.clone();
      double step = 0.004;
      double here = loss();
      int compared = 0;
      for (int trial = 0; compared < 3; trial++) {
        assertTrue(trial < 30, what + " has a kink everywhere");
        float[] direction = normals(start.length);
        double expected = 0;
        double size = 1e-2;
        for (int i = 0; i < start.length; i++) {
          expected += (double) gradient[i] * direction[i];
          size += Math.abs((double) gradient[i] * direction[i]);
        }
        double forward = (lossAt(values, start, direction, step) - here) / step;
        double backward = (here - lossAt(values, start, direction, -step)) / step;
        System.arraycopy(start, 0, values, 0, start.length);
        // A maximum in between, as of the sLSTM, makes the two differ, and the mean by half of it.
        double difference = Math.abs(forward - backward);
        if (difference < 0.01 * size) {
          double tolerance = 2e-3 * size + difference / 2;
          assertEquals(expected, (forward + backward) / 2, tolerance, what);
          compared++;
        }
      }
    }

    private double lossAt(float[] values, float[] start, float[] direction, double step) {
      for (int i = 0; i < start.length; i++) {
        values[i] = (float) (start[i] + step * direction[i]);
      }
      return loss();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAgreeWithFiniteDifferences(Case which) {
    var problem = new Problem(which.cell.get());
    Gradient[] gradients =
        problem.layer.weights().stream().map(problem.layer::newGradient).toArray(Gradient[]::new);
    problem.loss();
    float[][] ofStates =
        Arrays.stream(problem.stateFactors).map(float[]::clone).toArray(float[][]::new);
    Tensor dx =
        problem.pass.backward(
            new Tensor().set(problem.factors.clone(), 0, ROWS, problem.shape, null),
            ofStates,
            gradients,
            true);
    float[] inputGradient =
        Arrays.copyOfRange(dx.values(), dx.offset(), dx.offset() + problem.x.length);
    float[][] weightGradients =
        Arrays.stream(gradients).map(g -> g.values().clone()).toArray(float[][]::new);
    problem.check("x", problem.x, inputGradient);
    List<Weight> weights = problem.layer.weights();
    for (int w = 0; w < weights.size(); w++) {
      problem.check(weights.get(w).name(), weights.get(w).values(), weightGradients[w]);
    }
    List<String> names = List.copyOf(problem.layer.stateShapes().keySet());
    for (int s = 0; s < names.size(); s++) {
      if (names.get(s).startsWith("clock")) {
        assertArrayEquals(new float[ofStates[s].length], ofStates[s], names.get(s));
      } else {
        problem.check(names.get(s), problem.states[s], ofStates[s]);
      }
    }
  }

  private static double[][][] sequences(int rows, int steps) {
    double[][][] x = new double[rows][steps][UNITS];
    for (int r = 0; r < rows; r++) {
      for (int t = r % 3; t < steps; t++) {
        for (int i = 0; i < UNITS; i++) {
          x[r][t][i] = Math.sin(r + 2.1 * t + 0.7 * i);
        }
      }
    }
    return x;
  }

  /** A stepper gives the cell one step at a time, so that states and clocks must be complete. */
  @ParameterizedTest
  @MethodSource("cases")
  void oneStepAtATimeGivesTheOutputsOfTheSequence(Case which) {
    Layer layer = rnn(which.cell.get()).returnSequences(true);
    Sequential model = Sequential.seeded(4, input(Shape.ANY, UNITS), layer);
    double[][] x = sequences(1, 40)[0];
    double[][] all = model.predict(Samples.of(new double[][][] {x})).getSequence(0);
    var stepper = model.stepper();
    for (int t = 0; t < x.length; t++) {
      assertArrayEquals(all[t], stepper.step(x[t]), 1e-6, "step " + t);
    }
  }

  /**
   * A layer computes the gates of minGRU and minLSTM for all time steps at once. In a stack, their
   * inputs come one at a time, so they are computed step by step.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void parallelFormTrainsLikeTheSequentialForm(boolean isGru) {
    Supplier<Cell> cell = () -> isGru ? minGruCell(UNITS) : minLstmCell(UNITS);
    Sequential parallel =
        Sequential.seeded(
            4,
            input(Shape.ANY, UNITS),
            masking(0),
            rnn(mut1Cell(UNITS)).returnSequences(true),
            rnn(cell.get()).returnSequences(true));
    Sequential sequential =
        Sequential.seeded(
            4,
            input(Shape.ANY, UNITS),
            masking(0),
            rnn(stackedRnnCells(mut1Cell(UNITS), cell.get())).returnSequences(true));
    List<Weight> weights = parallel.network().weights();
    List<Weight> others = sequential.network().weights();
    for (int w = 0; w < weights.size(); w++) {
      System.arraycopy(
          weights.get(w).values(), 0, others.get(w).values(), 0, weights.get(w).size());
    }
    Samples samples = Samples.of(sequences(5, 60)).targets(sequences(5, 60));
    for (Sequential model : List.of(parallel, sequential)) {
      model.compile(Optimizers.sgd(0.5), "mse");
      model.fit(samples, FitOptions.epochs(3).verbose(0));
    }
    for (int w = 0; w < weights.size(); w++) {
      assertArrayEquals(
          others.get(w).values(), weights.get(w).values(), 1e-6f, weights.get(w).name());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingGivesTheSameBitsOnAnyNumberOfThreads(Case which) {
    double[] targets = new double[70];
    Arrays.setAll(targets, r -> Math.cos(r));
    List<float[]> expected = null;
    for (int threads : new int[] {1, 2, 4}) {
      Sequential model =
          Sequential.seeded(4, input(STEPS, UNITS), masking(0), rnn(which.cell.get()), dense(1));
      model.compile("adam", "mse");
      model.fit(
          Samples.of(sequences(70, STEPS)).targets(targets).batchSize(32),
          FitOptions.epochs(2).threads(threads).verbose(0));
      List<float[]> weights = model.weights().values().stream().map(w -> w.data.clone()).toList();
      expected = expected == null ? weights : expected;
      for (int w = 0; w < weights.size(); w++) {
        assertArrayEquals(expected.get(w), weights.get(w), which + " on " + threads + " threads");
      }
    }
  }

  private static String refusal(Cell cell) {
    return assertThrows(IllegalArgumentException.class, () -> Sequential.of(input(5, 3), rnn(cell)))
        .getMessage();
  }

  /** Gates that both underflow to 0 in float32 still have a quotient. */
  @Test
  void minLstmDividesGatesThatAreTooSmallForFloats() {
    Sequential model = Sequential.of(input(2, 1), rnn(minLstmCell(1).name("cell")));
    float[] kernel = model.layers().get(0).weight("kernel").values();
    float[] bias = model.layers().get(0).weight("bias").values();
    Arrays.fill(kernel, 0f);
    bias[0] = -200;
    bias[1] = -201;
    bias[2] = 3;
    double a = 1 / (1 + Math.exp(-1));
    double expected = 3 * (1 - a) * (1 + a);
    assertEquals(expected, model.predict(Samples.of(new double[1][2][1])).get(0)[0], 1e-6);
  }

  /** exp(300) is no float, but the quotient of two of them is. */
  @Test
  void slstmComputesWithGatesThatAreTooLargeForFloats() {
    Sequential model = Sequential.of(input(3, 1), rnn(slstmCell(1)));
    Layer layer = model.layers().get(0);
    Arrays.fill(layer.weight("kernel").values(), 0f);
    Arrays.fill(layer.weight("recurrent_kernel").values(), 0f);
    float[] bias = layer.weight("bias").values();
    layer.weight("kernel").values()[0] = 1; // of the input gate
    layer.weight("kernel").values()[2] = 1; // of the candidate
    bias[1] = 80; // f = 1
    bias[3] = 80; // o = 1
    double[][][] x = {{{300}, {299}, {-1000}}};
    double weight = Math.exp(-1);
    double expected = (Math.tanh(300) + weight * Math.tanh(299)) / (1 + weight);
    assertEquals(expected, model.predict(Samples.of(x)).get(0)[0], 1e-6);
    x[0][0][0] = -1000;
    x[0][1][0] = -1001;
    x[0][2][0] = -2000;
    assertEquals(-1, model.predict(Samples.of(x)).get(0)[0], 1e-6);
  }

  /** The clock must count beyond the largest float that all smaller integers have. */
  @Test
  void clockOfAStatefulLayerStaysBelowItsPeriod() {
    var layer = rnn(clockworkCell(2, 2, 3)).stateful(true).returnState(true);
    Sequential model = Sequential.of(input(1, 1).batchSize(1), layer);
    Arrays.fill(layer.weight("kernel").values(), 1f);
    Arrays.fill(layer.weight("recurrent_kernel").values(), 0f);
    for (int t = 0; t < 14; t++) {
      double x = 0.1 * t;
      double[] h = model.predict(Samples.of(new double[][][] {{{x}}}).batchSize(1)).get(0);
      assertEquals(Math.tanh(0.1 * (t - t % 2)), h[0], 1e-6, "step " + t);
      assertEquals(Math.tanh(0.1 * (t - t % 3)), h[1], 1e-6, "step " + t);
    }
  }

  @Test
  void blocksThatNoModuleReadsStayZero() {
    Sequential model = Sequential.seeded(4, input(STEPS, UNITS), rnn(clockworkCell(4, 1, 2)));
    model.compile("adam", "mse");
    model.fit(
        Samples.of(sequences(9, STEPS)).targets(new double[9][4]), FitOptions.epochs(2).verbose(0));
    float[] kernel = model.layers().get(0).weight("recurrent_kernel").values();
    for (int i = 0; i < kernel.length; i++) {
      boolean isRead = i / 4 / 2 >= i % 4 / 2;
      assertEquals(isRead, kernel[i] != 0, "weight " + i);
    }
  }

  @Test
  void rejectsArgumentsThatDoNotFit() {
    assertEquals(
        "periods must be at least 1 and must increase, but were [1, 4, 2]. Use for example 1, 2,"
            + " 4, 8.",
        assertThrows(IllegalArgumentException.class, () -> clockworkCell(6, 1, 4, 2)).getMessage());
    assertEquals(
        "units must be a multiple of the number of modules, but 4 units were given 3 periods.",
        assertThrows(IllegalArgumentException.class, () -> clockworkCell(4, 1, 2, 4)).getMessage());
    assertEquals(
        "ClockworkCell 'clockwork_cell' must have an activation of single values because the"
            + " modules are computed at different time steps, but has softmax. Use another"
            + " activation.",
        refusal(clockworkCell(4, 1, 2).activation("softmax")));
    assertEquals(
        "layers must be at least 1, but was 0.",
        assertThrows(IllegalArgumentException.class, () -> gridLstmCell(4, 0)).getMessage());
    assertEquals(
        "MUTCell 'mut_cell' must have as many units as features because MUT1 adds the input to a"
            + " gate, but has 4 units and 3 features. Put timeDistributed(dense(4)) before the"
            + " layer, or use MUT3.",
        refusal(mut1Cell(4)));
    var error =
        assertThrows(IllegalArgumentException.class, () -> minGruCell(4).recurrentDropout(0.2));
    assertEquals(
        "recurrentDropout must not be set because MinGRUCell 'min_gru_cell' has no recurrent"
            + " kernel. Leave it out.",
        error.getMessage());
    assertEquals(
        "LSTMVariantCell 'lstm_variant_cell' must have weights for each gate with a peephole, but"
            + " the forget gate has none. Leave its peephole out.",
        refusal(lstmVariantCell(4).forgetGate(false).peepholes(true, true, false)));
    assertEquals(
        "LSTMVariantCell 'lstm_variant_cell' must be above an LSTM cell with 4 units in"
            + " stackedRnnCells(…) if depthGate is set, but is above no cell. Use"
            + " depthGatedLstmCells(units, layers).",
        refusal(lstmVariantCell(4).depthGate(true)));
    assertEquals(
        "LSTMVariantCell 'lstm_variant_cell' must be above an LSTM cell with 4 units in"
            + " stackedRnnCells(…) if depthGate is set, but the cell below, GRUCell 'gru_cell', has"
            + " the states {h=(4,)}. Use depthGatedLstmCells(units, layers).",
        refusal(stackedRnnCells(gruCell(4), lstmVariantCell(4).depthGate(true))));
  }
}
