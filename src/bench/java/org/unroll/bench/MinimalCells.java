package org.unroll.bench;

import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.rnn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Compares minGRU and minLSTM with GRU and LSTM at different numbers of time steps: the forward and
 * backward pass of a layer of 32 units for 32 rows of 14 features, on one thread. The layers take
 * turns, so that the noise of the machine concerns all of them. Prints lines of CSV: the median
 * seconds and the median of the ratios to the GRU of the same turn.
 */
final class MinimalCells {
  private static final int TURNS = 9;
  private static final int STEPS_PER_TURN = 40_000;
  private static final List<String> NAMES = List.of("gru", "lstm", "minGRU", "minLSTM");

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
    System.out.println("layer,timesteps,seconds,ratio_to_gru");
    for (int timesteps : lengths) {
      measure(timesteps);
    }
  }

  private static void measure(int timesteps) {
    List<LayerStep> layers =
        List.of(
            new LayerStep(input(timesteps, 14), gru(32)),
            new LayerStep(input(timesteps, 14), lstm(32)),
            new LayerStep(input(timesteps, 14), rnn(minGruCell(32))),
            new LayerStep(input(timesteps, 14), rnn(minLstmCell(32))));
    int repetitions = Math.max(1, STEPS_PER_TURN / timesteps);
    List<double[]> seconds = new ArrayList<>();
    for (int turn = -2; turn < TURNS; turn++) { // the first turns are warm-up
      double[] ofTurn = new double[layers.size()];
      for (int i = 0; i < ofTurn.length; i++) {
        long began = System.nanoTime();
        for (int repetition = 0; repetition < repetitions; repetition++) {
          layers.get(i).run();
        }
        ofTurn[i] = (System.nanoTime() - began) * 1e-9 / repetitions;
      }
      if (turn >= 0) {
        seconds.add(ofTurn);
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      System.out.printf(
          Locale.ROOT,
          "%s,%d,%.6f,%.3f%n",
          NAMES.get(i),
          timesteps,
          median(seconds.stream().mapToDouble(turn -> turn[layer]).toArray()),
          median(seconds.stream().mapToDouble(turn -> turn[layer] / turn[0]).toArray()));
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
