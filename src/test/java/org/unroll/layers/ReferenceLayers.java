package org.unroll.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.unroll.compute.Activation;
import org.unroll.internal.CounterRandom;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsLayer;
import org.unroll.network.ForwardContext;

/**
 * A second implementation of the layers, in double and directly from the equations, one number at a
 * time. It has no slices, buffers or backward pass. Gradients are computed as differences.
 */
final class ReferenceLayers {
  private ReferenceLayers() {}

  /**
   * Some rows, row-major, with their mask.
   *
   * @param mask rows × time steps, true if a time step is not masked; null if none is masked
   */
  record Batch(int rows, int[] shape, double[] values, boolean[][] mask) {
    int size() {
      return values.length / rows;
    }

    int last() {
      return shape[shape.length - 1];
    }

    Batch with(int[] newShape, double[] newValues) {
      return new Batch(rows, newShape, newValues, mask);
    }
  }

  /** A layer, which removes its weights from the front of the list. */
  interface Stage {
    Batch run(Batch input, List<double[]> weights, Draws draws);
  }

  /** The source of dropout masks, with the same random streams as {@link ForwardContext}. */
  record Draws(long seed, long step, int firstRow, int position) {
    double[] mask(int stream, int row, double rate, int width) {
      float[] mask = new float[width];
      long key = CounterRandom.key(seed, position * 16 + stream, step, row);
      CounterRandom.fillDropoutMask(key, rate, width, mask, 0);
      double[] result = new double[width];
      for (int i = 0; i < width; i++) {
        result[i] = mask[i];
      }
      return result;
    }

    Draws next() {
      return new Draws(seed, step, firstRow, position + 4);
    }
  }

  static double[] run(List<Stage> stages, Batch input, List<double[]> weights, Draws draws) {
    var left = new ArrayList<>(weights);
    Batch batch = input;
    Draws current = draws;
    for (Stage stage : stages) {
      current = current.next();
      batch = stage.run(batch, left, current);
    }
    if (!left.isEmpty()) {
      throw new AssertionError(left.size() + " weights left over");
    }
    return batch.values();
  }

  static double[] act(Activation f, double[] x) {
    double[] y = new double[x.length];
    if (f == Activation.SOFTMAX) {
      double max = Arrays.stream(x).max().orElseThrow();
      double sum = Arrays.stream(x).map(v -> Math.exp(v - max)).sum();
      for (int i = 0; i < x.length; i++) {
        y[i] = Math.exp(x[i] - max) / sum;
      }
      return y;
    }
    for (int i = 0; i < x.length; i++) {
      y[i] = act(f, x[i]);
    }
    return y;
  }

  private static double act(Activation f, double x) {
    return switch (f) {
      case LINEAR -> x;
      case RELU -> Math.max(x, 0);
      case TANH -> Math.tanh(x);
      case SIGMOID -> sigmoid(x);
      case HARD_SIGMOID -> Math.min(Math.max(x / 6 + 0.5, 0), 1);
      case HARD_SIGMOID_KERAS2 -> Math.min(Math.max(x / 5 + 0.5, 0), 1);
      case SILU -> x * sigmoid(x);
      case GELU -> x * normal(x);
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case ELU -> x > 0 ? x : Math.expm1(x);
      default -> throw new AssertionError("no reference for " + f);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** The normal distribution function, computed with its power series. */
  private static double normal(double x) {
    if (Math.abs(x) > 8) {
      return x > 0 ? 1 : 0;
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= x * x / (2 * n + 1);
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  static Stage dense(int units, Activation f) {
    return (input, weights, draws) -> {
      double[] w = weights.remove(0);
      double[] b = weights.remove(0);
      int inputs = input.last();
      int positions = input.values().length / inputs;
      double[] y = new double[positions * units];
      for (int p = 0; p < positions; p++) {
        double[] x = Arrays.copyOfRange(input.values(), p * inputs, (p + 1) * inputs);
        System.arraycopy(act(f, affine(x, w, b, 0, units, units)), 0, y, p * units, units);
      }
      int[] shape = input.shape().clone();
      shape[shape.length - 1] = units;
      return input.with(shape, y);
    };
  }

  /** Returns x·W + b for {@code count} of the columns of W, starting at {@code from}. */
  private static double[] affine(
      double[] x, double[] w, double[] b, int from, int count, int columns) {
    double[] y = new double[count];
    for (int j = 0; j < count; j++) {
      y[j] = b == null ? 0 : b[from + j];
      for (int i = 0; i < x.length; i++) {
        y[j] += x[i] * w[i * columns + from + j];
      }
    }
    return y;
  }

  static Stage embedding(int outputDim, boolean maskZero) {
    return (input, weights, draws) -> {
      double[] table = weights.remove(0);
      int steps = input.size();
      double[] y = new double[input.values().length * outputDim];
      boolean[][] mask = new boolean[input.rows()][steps];
      for (int p = 0; p < input.values().length; p++) {
        int index = (int) input.values()[p];
        System.arraycopy(table, index * outputDim, y, p * outputDim, outputDim);
        mask[p / steps][p % steps] = index != 0;
      }
      int[] shape = {steps, outputDim};
      return new Batch(input.rows(), shape, y, maskZero ? mask : null);
    };
  }

  static Stage activation(Activation f) {
    return (input, weights, draws) -> {
      int width = input.last();
      double[] y = new double[input.values().length];
      for (int from = 0; from < y.length; from += width) {
        double[] x = Arrays.copyOfRange(input.values(), from, from + width);
        System.arraycopy(act(f, x), 0, y, from, width);
      }
      return input.with(input.shape(), y);
    };
  }

  static Stage flatten() {
    return (input, weights, draws) ->
        new Batch(input.rows(), new int[] {input.size()}, input.values(), null);
  }

  static Stage repeat(int n) {
    return (input, weights, draws) -> {
      int width = input.size();
      double[] y = new double[n * input.values().length];
      for (int p = 0; p < input.rows() * n; p++) {
        System.arraycopy(input.values(), p / n * width, y, p * width, width);
      }
      return new Batch(input.rows(), new int[] {n, width}, y, null);
    };
  }

  static Stage dropout(double rate) {
    return (input, weights, draws) -> {
      int steps = input.shape().length > 1 ? input.shape()[0] : 1;
      int width = input.size() / steps;
      double[] y = new double[input.values().length];
      for (int p = 0; p < input.rows() * steps; p++) {
        double[] mask = draws.mask(0, draws.firstRow() * steps + p, rate, width);
        for (int i = 0; i < width; i++) {
          y[p * width + i] = input.values()[p * width + i] * mask[i];
        }
      }
      return input.with(input.shape(), y);
    };
  }

  /** Turns each time step of each row into a row. */
  static Stage timeDistributed(Stage inner) {
    return (input, weights, draws) -> {
      int steps = input.shape()[0];
      int[] stepShape = Arrays.copyOfRange(input.shape(), 1, input.shape().length);
      var rows = new Batch(input.rows() * steps, stepShape, input.values(), null);
      var drawsInside =
          new Draws(draws.seed(), draws.step(), draws.firstRow() * steps, draws.position() + 1);
      Batch output = inner.run(rows, weights, drawsInside);
      int[] shape = new int[output.shape().length + 1];
      shape[0] = steps;
      System.arraycopy(output.shape(), 0, shape, 1, output.shape().length);
      return input.with(shape, output.values());
    };
  }

  /** The kind of a recurrent layer. */
  enum Cell {
    SIMPLE_RNN(1),
    LSTM(4),
    GRU_RESET_AFTER(3),
    GRU_RESET_BEFORE(3),
    LSTM_PEEPHOLES(4),
    LSTM_COUPLED(3),
    LSTM_COUPLED_PEEPHOLES(3),
    MINIMAL_GATED_UNIT(2);

    final int gates;

    Cell(int gates) {
      this.gates = gates;
    }

    boolean isCoupled() {
      return this == LSTM_COUPLED || this == LSTM_COUPLED_PEEPHOLES;
    }

    boolean hasPeepholes() {
      return this == LSTM_PEEPHOLES || this == LSTM_COUPLED_PEEPHOLES;
    }

    /** Whether there is a layer for the cell besides {@code Rnn}. */
    boolean hasLayer() {
      return EnumSet.range(SIMPLE_RNN, GRU_RESET_BEFORE).contains(this);
    }
  }

  /** A recurrent layer with all of its arguments. */
  record Recurrent(
      Cell cell,
      int units,
      Activation activation,
      Activation recurrentActivation,
      boolean useBias,
      boolean returnSequences,
      boolean goBackwards,
      boolean zeroOutputForMask,
      double dropout,
      double recurrentDropout)
      implements Stage {
    static Recurrent of(Cell cell, int units) {
      return new Recurrent(
          cell, units, Activation.TANH, Activation.SIGMOID, true, false, false, false, 0, 0);
    }

    Recurrent activations(Activation act, Activation sigma) {
      return new Recurrent(
          cell,
          units,
          act,
          sigma,
          useBias,
          returnSequences,
          goBackwards,
          zeroOutputForMask,
          dropout,
          recurrentDropout);
    }

    Recurrent withoutBias() {
      return new Recurrent(
          cell,
          units,
          activation,
          recurrentActivation,
          false,
          returnSequences,
          goBackwards,
          zeroOutputForMask,
          dropout,
          recurrentDropout);
    }

    Recurrent sequences() {
      return new Recurrent(
          cell,
          units,
          activation,
          recurrentActivation,
          useBias,
          true,
          goBackwards,
          zeroOutputForMask,
          dropout,
          recurrentDropout);
    }

    Recurrent backwards() {
      return new Recurrent(
          cell,
          units,
          activation,
          recurrentActivation,
          useBias,
          returnSequences,
          true,
          zeroOutputForMask,
          dropout,
          recurrentDropout);
    }

    Recurrent zeroOutput() {
      return new Recurrent(
          cell,
          units,
          activation,
          recurrentActivation,
          useBias,
          returnSequences,
          goBackwards,
          true,
          dropout,
          recurrentDropout);
    }

    Recurrent dropping(double inputs, double states) {
      return new Recurrent(
          cell,
          units,
          activation,
          recurrentActivation,
          useBias,
          returnSequences,
          goBackwards,
          zeroOutputForMask,
          inputs,
          states);
    }

    /** Returns the layer under test with the same arguments. */
    RecurrentLayer<?> layer() {
      return switch (cell) {
        case SIMPLE_RNN -> configure(Layers.simpleRnn(units));
        case LSTM -> configure(Layers.lstm(units)).recurrentActivation(recurrentActivation);
        case GRU_RESET_AFTER ->
            configure(Layers.gru(units)).recurrentActivation(recurrentActivation);
        case GRU_RESET_BEFORE ->
            configure(Layers.gru(units)).recurrentActivation(recurrentActivation).resetAfter(false);
        default -> rnn();
      };
    }

    /** Returns an RNN of the cell under test with the same arguments. */
    Rnn rnn() {
      return Layers.rnn(cellUnderTest())
          .returnSequences(returnSequences)
          .goBackwards(goBackwards)
          .zeroOutputForMask(zeroOutputForMask);
    }

    org.unroll.network.Cell cellUnderTest() {
      return switch (cell) {
        case SIMPLE_RNN -> arguments(Layers.simpleRnnCell(units));
        case LSTM -> gated(Layers.lstmCell(units));
        case GRU_RESET_AFTER -> gated(Layers.gruCell(units));
        case GRU_RESET_BEFORE -> gated(Layers.gruCell(units)).resetAfter(false);
        case MINIMAL_GATED_UNIT -> gated(Layers.minimalGatedUnitCell(units));
        default ->
            gated(Layers.lstmVariantCell(units))
                .cellActivation(activation)
                .coupledGates(cell.isCoupled())
                .peepholes(cell.hasPeepholes());
      };
    }

    private <C extends GatedOptions<C>> C gated(C gated) {
      return arguments(gated).recurrentActivation(recurrentActivation);
    }

    private <C extends RecurrentOptions<C>> C arguments(C plain) {
      return plain
          .activation(activation)
          .useBias(useBias)
          .dropout(dropout)
          .recurrentDropout(recurrentDropout);
    }

    private <S extends UnitsLayer<S, ?>> S configure(S layer) {
      return layer
          .activation(activation)
          .useBias(useBias)
          .returnSequences(returnSequences)
          .goBackwards(goBackwards)
          .zeroOutputForMask(zeroOutputForMask)
          .dropout(dropout)
          .recurrentDropout(recurrentDropout);
    }

    @Override
    public Batch run(Batch input, List<double[]> weights, Draws draws) {
      double[] w = weights.remove(0);
      double[] u = weights.remove(0);
      double[] b = useBias ? weights.remove(0) : null;
      double[] p = cell.hasPeepholes() ? weights.remove(0) : null;
      int steps = input.shape()[0];
      double[] y = new double[input.rows() * steps * units];
      double[] last = new double[input.rows() * units];
      for (int row = 0; row < input.rows(); row++) {
        double[][] outputs = row(input, row, w, u, b, p, draws);
        for (int k = 0; k < steps; k++) {
          System.arraycopy(outputs[k], 0, y, (row * steps + k) * units, units);
        }
        System.arraycopy(outputs[steps - 1], 0, last, row * units, units);
      }
      return returnSequences
          ? input.with(new int[] {steps, units}, y)
          : new Batch(input.rows(), new int[] {units}, last, null);
    }

    private double[][] row(
        Batch input, int row, double[] w, double[] u, double[] b, double[] p, Draws draws) {
      int steps = input.shape()[0];
      int features = input.last();
      int masks = recurrentDropout > 0 ? cell.gates : 1;
      double[][] inputMasks = new double[cell.gates][];
      double[][] stateMasks = new double[cell.gates][];
      for (int g = 0; g < cell.gates; g++) {
        int stream = masks == 1 ? 0 : g;
        int number = draws.firstRow() + row;
        inputMasks[g] = draws.mask(stream, number, dropout, features);
        stateMasks[g] = draws.mask(masks + stream, number, recurrentDropout, units);
      }
      double[] h = new double[units];
      double[] c = new double[units];
      double[] before = new double[units];
      double[][] outputs = new double[steps][];
      for (int k = 0; k < steps; k++) {
        int t = goBackwards ? steps - 1 - k : k;
        int from = (row * steps + t) * features;
        double[] x = Arrays.copyOfRange(input.values(), from, from + features);
        if (input.mask() != null && !input.mask()[row][t]) {
          outputs[k] = zeroOutputForMask ? new double[units] : before;
          continue;
        }
        double[][] xw = new double[cell.gates][];
        for (int g = 0; g < cell.gates; g++) {
          xw[g] = affine(times(x, inputMasks[g]), w, b, g * units, units, cell.gates * units);
        }
        double[][] next = step(xw, h, c, u, b, p, stateMasks);
        h = next[0];
        c = next[1];
        outputs[k] = h;
        before = h;
      }
      return outputs;
    }

    /** Computes one time step and returns the new h and c. */
    private double[][] step(
        double[][] xw,
        double[] h,
        double[] c,
        double[] u,
        double[] b,
        double[] p,
        double[][] masks) {
      int columns = cell.gates * units;
      boolean ownBias = cell == Cell.GRU_RESET_AFTER && useBias;
      double[] stateBias = ownBias ? Arrays.copyOfRange(b, columns, 2 * columns) : null;
      double[][] hu = new double[cell.gates][];
      for (int g = 0; g < cell.gates; g++) {
        hu[g] = affine(times(h, masks[g]), u, stateBias, g * units, units, columns);
      }
      if (cell == Cell.SIMPLE_RNN) {
        return new double[][] {act(activation, plus(xw[0], hu[0])), c};
      }
      if (cell.isCoupled() || cell.hasPeepholes()) {
        return lstmVariant(xw, hu, c, p);
      }
      if (cell == Cell.MINIMAL_GATED_UNIT) {
        double[] f = act(recurrentActivation, plus(xw[0], hu[0]));
        double[] resetU = affine(times(times(f, h), masks[1]), u, null, units, units, columns);
        double[] g = act(activation, plus(xw[1], resetU));
        double[] newH = new double[units];
        for (int i = 0; i < units; i++) {
          newH[i] = (1 - f[i]) * h[i] + f[i] * g[i];
        }
        return new double[][] {newH, c};
      }
      double[] first = act(recurrentActivation, plus(xw[0], hu[0]));
      double[] second = act(recurrentActivation, plus(xw[1], hu[1]));
      if (cell == Cell.LSTM) {
        double[] candidate = act(activation, plus(xw[2], hu[2]));
        double[] out = act(recurrentActivation, plus(xw[3], hu[3]));
        double[] newC = plus(times(second, c), times(first, candidate));
        return new double[][] {times(out, act(activation, newC)), newC};
      }
      double[] inner =
          cell == Cell.GRU_RESET_AFTER
              ? times(second, hu[2])
              : affine(times(times(second, h), masks[2]), u, null, 2 * units, units, columns);
      double[] candidate = act(activation, plus(xw[2], inner));
      double[] newH = new double[units];
      for (int i = 0; i < units; i++) {
        newH[i] = first[i] * h[i] + (1 - first[i]) * candidate[i];
      }
      return new double[][] {newH, c};
    }

    private double[][] lstmVariant(double[][] xw, double[][] hu, double[] c, double[] p) {
      double[] i = gate(plus(xw[0], hu[0]), c, p, 0);
      double[] f;
      int next = 1;
      if (cell.isCoupled()) {
        f = Arrays.stream(i).map(v -> 1 - v).toArray();
      } else {
        f = gate(plus(xw[1], hu[1]), c, p, 1);
        next = 2;
      }
      double[] g = act(activation, plus(xw[next], hu[next]));
      double[] newC = plus(times(f, c), times(i, g));
      double[] o = gate(plus(xw[next + 1], hu[next + 1]), newC, p, next);
      return new double[][] {times(o, act(activation, newC)), newC};
    }

    /** Computes a gate with a peephole to the cell state, whose weights are a row of p. */
    private double[] gate(double[] z, double[] state, double[] p, int row) {
      if (p == null) {
        return act(recurrentActivation, z);
      }
      double[] peephole = Arrays.copyOfRange(p, row * units, (row + 1) * units);
      return act(recurrentActivation, plus(z, times(peephole, state)));
    }
  }

  private static double[] times(double[] a, double[] b) {
    double[] y = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      y[i] = a[i] * b[i];
    }
    return y;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] y = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      y[i] = a[i] + b[i];
    }
    return y;
  }
}
