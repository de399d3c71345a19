package org.unroll.bench;

import static org.unroll.layers.Layers.conv2D;
import static org.unroll.layers.Layers.convLstm2D;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.datasets.MovingDigits;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;

/**
 * Predicts the next frame of moving digits with a ConvLSTM2D, compared with a Conv2D that sees only
 * the last frame and has slightly more weights, and with "the last frame stays". The models train on
 * the same videos in the same order, with binary cross-entropy on the pixels.
 *
 * <p>Prints lines of CSV, one per model and seed: the weights, the seconds of training, the mean
 * squared error on 500 unseen videos at all time steps, and the same at the last time step.
 *
 * <p>Arguments: the number of digits in a video (default 2), the number of epochs (default 12), and
 * a file for a figure of one video (default none).
 */
final class MovingDigitsForecast {
  private static final int TEST = 500;
  private static final long TEST_SEED = 1000;
  private static final int STEPS = 10;
  private static final int SIZE = 16;

  private MovingDigitsForecast() {}

  /**
   * Prints the measurements.
   *
   * @param args digits, epochs and file of the figure
   */
  public static void main(String[] args) {
    int digits = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 12;
    MovingDigits test = MovingDigits.of(TEST, TEST_SEED).digits(digits);
    System.out.println("model,seed,weights,seconds,mse,mse_last_step");
    report("last frame", 0, 0, 0, test, null);
    Map<String, double[][]> panels = new LinkedHashMap<>();
    panels.put("truth", MovingDigits.strip(truth(test, 0)));
    for (long seed = 1; seed <= 3; seed++) {
      Samples train = MovingDigits.of(1000, seed).digits(digits).samples().batchSize(16);
      for (String name : new String[] {"Conv2D", "ConvLSTM2D"}) {
        Sequential network = Sequential.seeded(seed, layers(name));
        network.compile(adam(0.003), binaryCrossentropy());
        long began = System.nanoTime();
        network.fit(train.shuffled(seed), epochs(epochs).verbose(0));
        double seconds = (System.nanoTime() - began) * 1e-9;
        Predictions predictions = network.predict(test.samples());
        report(name, seed, network.parameters(), seconds, test, predictions);
        panels.put(name, MovingDigits.strip(predictions.getImageSequence(0)));
      }
    }
    if (args.length > 2) {
      Plots.heatMaps("Next frame of an unseen video", "column", panels)
          .colorRange(0, 1)
          .save(Path.of(args[2]));
    }
  }

  private static Layer[] layers(String name) {
    Layer last = timeDistributed(conv2D(1, 3).padding("same").activation("sigmoid"));
    return name.equals("ConvLSTM2D")
        ? new Layer[] {
          input(STEPS, SIZE, SIZE, 1), convLstm2D(8, 5).padding("same").returnSequences(true), last
        }
        : new Layer[] {
          input(STEPS, SIZE, SIZE, 1),
          timeDistributed(conv2D(16, 5).padding("same").activation("relu")),
          timeDistributed(conv2D(17, 5).padding("same").activation("relu")),
          last
        };
  }

  /** Returns the frames to predict. */
  private static double[][][][] truth(MovingDigits videos, int number) {
    return Arrays.copyOfRange(videos.frames(number), 1, STEPS + 1);
  }

  /**
   * Prints the errors.
   *
   * @param predictions of the model; null for the last frame
   */
  private static void report(
      String model,
      long seed,
      long weights,
      double seconds,
      MovingDigits test,
      Predictions predictions) {
    double[] errors = new double[STEPS];
    for (int i = 0; i < TEST; i++) {
      double[][][][] frames = test.frames(i);
      double[][][][] predicted = predictions == null ? frames : predictions.getImageSequence(i);
      for (int t = 0; t < STEPS; t++) {
        errors[t] += squaredError(frames[t + 1], predicted[t]) / (TEST * SIZE * SIZE);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%d,%.1f,%.5f,%.5f%n",
        model,
        seed,
        weights,
        seconds,
        Arrays.stream(errors).average().orElseThrow(),
        errors[STEPS - 1]);
  }

  private static double squaredError(double[][][] truth, double[][][] predicted) {
    double sum = 0;
    for (int r = 0; r < SIZE; r++) {
      for (int c = 0; c < SIZE; c++) {
        double error = predicted[r][c][0] - truth[r][c][0];
        sum += error * error;
      }
    }
    return sum;
  }
}
