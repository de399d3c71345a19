package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.stackedRnnCells;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Regularizer;
import org.unroll.network.SequenceDropout;
import org.unroll.network.Tensor;
import org.unroll.network.TimeSteps;
import org.unroll.training.FitOptions;

/**
 * A cell as a user writes it, in a package outside the library: two states, the second of which is
 * the output, dropout of inputs and states, a regularizer, a weight that is not trained, and
 * recorded gates.
 */
@Tag("both-compute-implementations")
class CustomCellTest {
  private static final int ROWS = 3;
  private static final int STEPS = 4;
  private static final int FEATURES = 2;
  private static final int UNITS = 3;

  /**
   * A cell with one gate f and a candidate g. m_x and m_h are dropout masks.
   *
   * <pre>
   * f_t = σ((x_t ⊙ m_x)·W_f + (h_{t−1} ⊙ m_h)·U_f)
   * g_t = tanh((x_t ⊙ m_x)·W_g + (h_{t−1} ⊙ m_h)·U_g)
   * c_t = f_t ⊙ c_{t−1} + (1 − f_t) ⊙ g_t
   * h_t = s ⊙ tanh(c_t)
   * </pre>
   */
  private static final class MemoryCell extends Cell {
    private static final Regularizer PENALTY = new Regularizer(0, 0.1);

    private final int units;
    private final double dropout;

    MemoryCell(int units, double dropout) {
      super("MemoryCell");
      this.units = requirePositive("units", units);
      this.dropout = requireRate("dropout", dropout);
    }

    @Override
    public MemoryCell copy() {
      return new MemoryCell(units, dropout);
    }

    @Override
    public Map<String, Shape> stateShapes() {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      shapes.put("c", Shape.of(units));
      shapes.put("h", Shape.of(units));
      return shapes;
    }

    @Override
    public int outputState() {
      return 1;
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      int columns = 2 * units;
      factory.create(
          "kernel", Shape.of(input.last(), columns), Initializers.glorotUniform(), PENALTY);
      factory.create("recurrent_kernel", Shape.of(units, columns), Initializers.orthogonal(), null);
      factory.createNonTrainable("scale", Shape.of(units), Initializers.constant(0.75));
    }

    @Override
    public CellPass newCellPass() {
      return new MemoryPass();
    }

    private final class MemoryPass extends CellPass {
      private final SequenceDropout dropInput = dropout(0, dropout);
      private final SequenceDropout dropState = dropout(1, dropout);
      private final TimeSteps gates = new TimeSteps(); // f and g of each row
      private float[] gradient = {};

      @Override
      public void begin(ForwardContext call) {
        int step = rows() * 2 * units;
        if (gates.values().length < timesteps() * step) {
          gates.set(new float[timesteps() * step], 0, rows(), 2 * units);
          gradient = new float[step];
        }
        gates.set(gates.values(), 0, rows(), 2 * units);
        dropInput.draw(call, input().width());
        dropState.draw(call, units);
      }

      @Override
      public void forward(int k) {
        multiply(dropInput.apply(input(), k), k, weights().get(0), gates, k);
        multiplyAdd(dropState.apply(state(1), k), k, weights().get(1), gates, k);
        float[] z = gates.values();
        float[] c = state(0).values();
        float[] h = state(1).values();
        float[] scale = weights().get(2).values();
        for (int r = 0; r < rows(); r++) {
          for (int j = 0; j < units; j++) {
            int f = gates.at(k) + r * 2 * units + j;
            int g = f + units;
            int i = r * units + j;
            z[f] = (float) (1 / (1 + Math.exp(-z[f])));
            z[g] = (float) Math.tanh(z[g]);
            c[state(0).at(k + 1) + i] = z[f] * c[state(0).at(k) + i] + (1 - z[f]) * z[g];
            h[state(1).at(k + 1) + i] = (float) (scale[j] * Math.tanh(c[state(0).at(k + 1) + i]));
          }
        }
      }

      @Override
      public void backward(int k, Gradient[] gradients) {
        float[] z = gates.values();
        float[] c = state(0).values();
        float[] scale = weights().get(2).values();
        float[] dh = takeStateGradient(1);
        float[] dc = stateGradient(0);
        for (int r = 0; r < rows(); r++) {
          for (int j = 0; j < units; j++) {
            int row = r * 2 * units;
            float f = z[gates.at(k) + row + j];
            float g = z[gates.at(k) + row + units + j];
            int i = r * units + j;
            double activated = Math.tanh(c[state(0).at(k + 1) + i]);
            double sum = dc[i] + dh[i] * scale[j] * (1 - activated * activated);
            gradient[row + j] = (float) (sum * (c[state(0).at(k) + i] - g) * f * (1 - f));
            gradient[row + units + j] = (float) (sum * (1 - f) * (1 - g * g));
            dc[i] = (float) (sum * f);
          }
        }
        addWeightGradient(dropInput.apply(input(), k), k, gradient, gradients[0]);
        addWeightGradient(dropState.apply(state(1), k), k, gradient, gradients[1]);
        addInputGradient(k, gradient, weights().get(0), dropInput);
        addStateGradient(1, gradient, weights().get(1), dropState);
      }

      @Override
      public Map<String, float[]> recorded() {
        float[] f = new float[timesteps() * rows() * units];
        float[] g = new float[timesteps() * rows() * units];
        for (int position = 0; position < timesteps() * rows(); position++) {
          int from = position * 2 * units;
          System.arraycopy(gates.values(), from, f, position * units, units);
          System.arraycopy(gates.values(), from + units, g, position * units, units);
        }
        Map<String, float[]> recorded = new LinkedHashMap<>();
        recorded.put("f", f);
        recorded.put("g", g);
        return recorded;
      }
    }
  }

  /** Returns its input after dropout. */
  private static final class EchoCell extends Cell {
    private final double dropout;

    EchoCell(double dropout) {
      super("EchoCell");
      this.dropout = dropout;
    }

    @Override
    public EchoCell copy() {
      return new EchoCell(dropout);
    }

    @Override
    public Map<String, Shape> stateShapes() {
      return Map.of("h", Shape.of(FEATURES));
    }

    @Override
    public CellPass newCellPass() {
      return new CellPass() {
        private final SequenceDropout drop = dropout(0, dropout);

        @Override
        public void begin(ForwardContext call) {
          drop.draw(call, FEATURES);
        }

        @Override
        public void forward(int k) {
          TimeSteps x = drop.apply(input(), k);
          int to = state(0).at(k + 1);
          System.arraycopy(x.values(), x.at(k), state(0).values(), to, rows() * FEATURES);
        }

        @Override
        public void backward(int k, Gradient[] gradients) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }

  record Case(String name, Layer layer) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> layers() {
    return Stream.of(0.0, 0.4)
        .flatMap(
            rate ->
                Stream.of(
                    new Case("dropout " + rate, rnn(new MemoryCell(UNITS, rate))),
                    new Case(
                        "all steps, backwards, dropout " + rate,
                        rnn(new MemoryCell(UNITS, rate)).returnSequences(true).goBackwards(true)),
                    new Case(
                        "stack, dropout " + rate,
                        rnn(stackedRnnCells(new MemoryCell(2, rate), new MemoryCell(UNITS, rate)))),
                    new Case(
                        "bidirectional, dropout " + rate,
                        bidirectional(rnn(new MemoryCell(UNITS, rate))))));
  }

  private static float[] random(int length, SplittableRandom random) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** A network, an input with a masked step, and the loss Σ factors ⊙ output. */
  private static final class Problem {
    final Network network;
    final NetworkPass pass;
    final SplittableRandom random = new SplittableRandom(3);
    final float[] x = random(STEPS * ROWS * FEATURES, random);
    final boolean[] mask = new boolean[STEPS * ROWS];
    float[] factors;

    Problem(Layer layer) {
      network = new Network(List.of(input(STEPS, FEATURES), layer), 1);
      pass = network.newPass();
      Arrays.fill(mask, true);
      mask[ROWS + 1] = false; // row 1 at step 1
    }

    Tensor forward() {
      Tensor input = new Tensor().set(x, 0, ROWS, Shape.of(STEPS, FEATURES), mask);
      return pass.forward(input, new ForwardContext().training(7, 0, 0));
    }

    double loss() {
      Tensor output = forward();
      if (factors == null) {
        factors = random(output.size(), random);
      }
      double loss = 0;
      for (int i = 0; i < factors.length; i++) {
        loss += factors[i] * output.values()[output.offset() + i];
      }
      return loss;
    }

    double slope(float[] values, int index) {
      float before = values[index];
      float step = 0.01f;
      values[index] = before + step;
      double above = loss();
      values[index] = before - step;
      double below = loss();
      values[index] = before;
      return (above - below) / (2 * step);
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsEqualFiniteDifferences(Case which) {
    Problem problem = new Problem(which.layer);
    problem.loss();
    problem.network.prepareBackward();
    Gradient[] gradients = problem.network.newGradients();
    Shape shape = problem.forward().shape();
    Tensor loss = new Tensor().set(problem.factors.clone(), 0, ROWS, shape, null);
    Tensor inputGradient = problem.pass.backwardToInput(loss, false, gradients);
    float[] dx = new float[problem.x.length];
    System.arraycopy(inputGradient.values(), inputGradient.offset(), dx, 0, dx.length);
    for (int w = 0; w < gradients.length; w++) {
      if (!problem.network.weights().get(w).trainable()) {
        continue;
      }
      float[] values = problem.network.weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        String where = problem.network.weightPaths().get(w) + " " + i;
        assertEquals(problem.slope(values, i), gradients[w].values()[i], 5e-4, where);
      }
    }
    for (int i = 0; i < dx.length; i++) {
      assertEquals(problem.slope(problem.x, i), dx[i], 5e-4, "input " + i);
    }
  }

  @Test
  void dropsTheSameValuesAtEveryStep() {
    double rate = 0.25;
    int rows = 400;
    Network network =
        new Network(
            List.of(input(STEPS, FEATURES), rnn(new EchoCell(rate)).returnSequences(true)), 1);
    float[] x = new float[STEPS * rows * FEATURES];
    Arrays.fill(x, 1f);
    Tensor input = new Tensor().set(x, 0, rows, Shape.of(STEPS, FEATURES), null);
    Tensor output = network.newPass().forward(input, new ForwardContext().training(7, 0, 0));
    int block = rows * FEATURES;
    float[] first = Arrays.copyOfRange(output.values(), output.offset(), output.offset() + block);
    int dropped = 0;
    for (float value : first) {
      if (value == 0) {
        dropped++;
      } else {
        assertEquals(1 / (1 - rate), value, 1e-6);
      }
    }
    assertEquals(rate, (double) dropped / block, 0.06); // 4 standard deviations
    for (int k = 1; k < STEPS; k++) {
      int from = output.offset() + k * block;
      assertArrayEquals(first, Arrays.copyOfRange(output.values(), from, from + block));
    }
    Tensor inference = network.newPass().forward(input, new ForwardContext().inference(0));
    int from = inference.offset();
    assertArrayEquals(x, Arrays.copyOfRange(inference.values(), from, from + x.length));
  }

  private static Samples samples() {
    double[][][] x = new double[8][STEPS][FEATURES];
    double[][] y = new double[8][UNITS];
    for (int r = 0; r < x.length; r++) {
      for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < FEATURES; i++) {
          x[r][t][i] = Math.sin(r + 2.1 * t + 0.7 * i);
        }
      }
      y[r][r % UNITS] = 1;
    }
    return Samples.of(x).targets(y);
  }

  @Test
  void recordsItsGatesUnderTheirNames() {
    Sequential model = Sequential.of(input(STEPS, FEATURES), rnn(new MemoryCell(UNITS, 0.5)));
    Samples samples = samples();
    Recording recording = model.record(samples, 0);
    assertEquals(List.of("c", "h", "f", "g", "output"), recording.quantities("rnn"));
    double[] c = new double[UNITS];
    for (int t = 0; t < STEPS; t++) {
      for (int j = 0; j < UNITS; j++) {
        double f = recording.get("rnn", "f")[t][j];
        c[j] = f * c[j] + (1 - f) * recording.get("rnn", "g")[t][j];
        assertEquals(c[j], recording.get("rnn", "c")[t][j], 1e-6);
        assertEquals(0.75 * Math.tanh(c[j]), recording.get("rnn", "h")[t][j], 1e-6);
      }
    }
    double[] output = recording.get("rnn", "output")[0];
    assertArrayEquals(output, recording.get("rnn", "h")[STEPS - 1]);
    assertArrayEquals(output, model.predict(samples).get(0), 1e-6);
  }

  @Test
  void lossContainsThePenaltyAndTrainingLeavesTheScale() {
    Sequential model = Sequential.of(input(STEPS, FEATURES), rnn(new MemoryCell(UNITS, 0.5)));
    model.compile("adam", "mse", "mse");
    Samples samples = samples();
    double penalty = MemoryCell.PENALTY.penalty(model.layer("rnn").weight("kernel").values());
    Map<String, Double> before = model.evaluate(samples).asMap();
    assertEquals(before.get("mse") + penalty, before.get("loss"), 1e-5);
    model.fit(samples, FitOptions.epochs(40).verbose(0));
    assertTrue(model.evaluate(samples).get("loss") < before.get("loss"));
    float[] scale = model.layer("rnn").weight("scale").values();
    assertArrayEquals(new float[] {0.75f, 0.75f, 0.75f}, scale);
  }

  @Test
  void checksItsArgumentsAndItsInputWithTheMessagesOfTheLibrary() {
    assertThrows(IllegalArgumentException.class, () -> new MemoryCell(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new MemoryCell(2, 1));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sequential.of(input(FEATURES), rnn(new MemoryCell(UNITS, 0))));
    assertTrue(
        error.getMessage().startsWith("RNN 'rnn' needs input (batch, time, features), but "),
        error.getMessage());
  }
}
