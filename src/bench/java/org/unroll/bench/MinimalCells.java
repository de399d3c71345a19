package org.unroll.bench;

import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.rnn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Network;
import org.unroll.network.TimeSteps;

/**
 * Compares minGRU and minLSTM with GRU and LSTM at different numbers of time steps, and their
 * parallel form, which computes the gates of all time steps at once, with their sequential form: a
 * layer of 32 units for 32 rows of 14 features, on one thread. The runs of a group take turns, so
 * that the noise of the machine concerns all of them. Prints lines of CSV: the median seconds and
 * the median of the ratios to the first run of the group in the same turn.
 */
final class MinimalCells {
  private static final int TURNS = 9;
  private static final int STEPS_PER_TURN = 40_000;
  private static final int FEATURES = 14;
  private static final int UNITS = 32;

  private MinimalCells() {}

  /**
   * Prints the measurements.
   *
   * @param args numbers of time steps, by default 100, 1000 and 10000
   */
  public static void main(String[] args) {
    int[] lengths =
        args.length == 0
            ? new int[] {100, 1000, 10_000}
            : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    System.out.println("run,timesteps,seconds,ratio_to_first");
    for (int timesteps : lengths) {
      measure(timesteps, layers(timesteps));
      for (Cell cell : List.of(minGruCell(UNITS), minLstmCell(UNITS))) {
        var network = new Network(List.of(input(timesteps, FEATURES), rnn(cell)), 1);
        var sequential = new Loop(network, cell, timesteps, false);
        var parallel = new Loop(network, cell, timesteps, true);
        String name = cell.type();
        Map<String, Runnable> forward = new LinkedHashMap<>();
        forward.put(name + " forward, sequential", sequential::forward);
        forward.put(name + " forward, parallel", parallel::forward);
        measure(timesteps, forward);
        Map<String, Runnable> both = new LinkedHashMap<>();
        both.put(name + " forward and backward, sequential", sequential::run);
        both.put(name + " forward and backward, parallel", parallel::run);
        measure(timesteps, both);
      }
    }
  }

  /** Returns the forward and backward passes of whole layers. */
  private static Map<String, Runnable> layers(int timesteps) {
    Map<String, Runnable> layers = new LinkedHashMap<>();
    layers.put("gru", new LayerStep(input(timesteps, FEATURES), gru(UNITS))::run);
    layers.put("lstm", new LayerStep(input(timesteps, FEATURES), lstm(UNITS))::run);
    layers.put("minGRU", new LayerStep(input(timesteps, FEATURES), rnn(minGruCell(UNITS)))::run);
    layers.put("minLSTM", new LayerStep(input(timesteps, FEATURES), rnn(minLstmCell(UNITS)))::run);
    return layers;
  }

  private static void measure(int timesteps, Map<String, Runnable> runs) {
    int repetitions = Math.max(1, STEPS_PER_TURN / timesteps);
    List<double[]> seconds = new ArrayList<>();
    for (int turn = -2; turn < TURNS; turn++) { // the first turns are warm-up
      double[] ofTurn = new double[runs.size()];
      int i = 0;
      for (Runnable run : runs.values()) {
        long began = System.nanoTime();
        for (int repetition = 0; repetition < repetitions; repetition++) {
          run.run();
        }
        ofTurn[i++] = (System.nanoTime() - began) * 1e-9 / repetitions;
      }
      if (turn >= 0) {
        seconds.add(ofTurn);
      }
    }
    int i = 0;
    for (String name : runs.keySet()) {
      int run = i++;
      System.out.printf(
          Locale.ROOT,
          "\"%s\",%d,%.6f,%.3f%n",
          name,
          timesteps,
          median(seconds.stream().mapToDouble(turn -> turn[run]).toArray()),
          median(seconds.stream().mapToDouble(turn -> turn[run] / turn[0]).toArray()));
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** The loop of a layer over the time steps of a cell. */
  private static final class Loop {
    private static final int ROWS = LayerStep.ROWS;

    private final Cell cell;
    private final CellPass pass;
    private final int timesteps;
    private final boolean inputsInAdvance;
    private final Gradient[] gradients;
    private final TimeSteps input = new TimeSteps();
    private final TimeSteps states = new TimeSteps();
    private final float[][] stateGradients = {new float[ROWS * UNITS]};
    private final ForwardContext call = new ForwardContext();

    Loop(Network network, Cell cell, int timesteps, boolean inputsInAdvance) {
      this.cell = cell;
      this.timesteps = timesteps;
      this.inputsInAdvance = inputsInAdvance;
      pass = cell.newCellPass();
      gradients = network.newGradients();
      input.set(Draw.floats(timesteps * ROWS * FEATURES), 0, ROWS, FEATURES);
      states.set(new float[(timesteps + 1) * ROWS * UNITS], 0, ROWS, UNITS);
    }

    void forward() {
      TimeSteps[] all = {states};
      pass.attach(cell, input, inputsInAdvance, all, ROWS, timesteps);
      pass.begin(call.training(7, 0, 0));
      pass.inputsReady(timesteps);
      for (int k = 0; k < timesteps; k++) {
        pass.forward(k);
      }
    }

    void run() {
      forward();
      Arrays.fill(stateGradients[0], 0f);
      pass.attachGradients(stateGradients, null);
      for (int k = timesteps - 1; k >= 0; k--) {
        for (int i = 0; i < ROWS * UNITS; i++) {
          stateGradients[0][i]++;
        }
        pass.backward(k, gradients);
      }
      pass.endBackward(gradients);
    }
  }
}
