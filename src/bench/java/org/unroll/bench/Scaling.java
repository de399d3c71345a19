package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.unroll.Sequential;
import org.unroll.network.Layer;

/**
 * Measures how the time of a training step grows with batch size, time steps, units and threads. One
 * of them varies at a time; the others are batch 128, 240 time steps and 32 units (for the units:
 * batch 32 and 60 time steps), with 14 features. Prints lines of CSV. The last column is the number of
 * multiplications divided by the time; it is constant if the cost is linear.
 *
 * <p>Arguments: {@code lstm} or {@code gru} (the default), then any of {@code batch}, {@code
 * timesteps} and {@code units} (default all). The system property {@code seconds} is the measuring
 * time per point (default 0.5), which is also the time of its warm-up.
 */
final class Scaling {
  private static final int FEATURES = 14;
  private static final double SECONDS = Double.parseDouble(System.getProperty("seconds", "0.5"));

  private record Point(int batch, int timesteps, int units) {
    /** Counts the products: two with the input (forward, weights), three with the state (also its gradient). */
    double flops(int gates) {
      double perRow = 2.0 * gates * units * (2 * FEATURES + 3 * units);
      return perRow * batch * timesteps;
    }
  }

  private Scaling() {}

  /**
   * Prints the measurements.
   *
   * @param args layer and axes
   */
  public static void main(String[] args) {
    boolean isLstm = args.length > 0 && args[0].equals("lstm");
    List<String> axes =
        args.length > 1
            ? List.of(args).subList(1, args.length)
            : List.of("batch", "timesteps", "units");
    System.out.println("layer,axis,threads,batch,timesteps,units,median_ms,gflops_per_s");
    // Without this warm-up, the first measurement would include the JIT compiler.
    measure(isLstm, new Point(128, 240, 32), 1, 4);
    for (String axis : axes) {
      for (int threads : new int[] {1, 2}) {
        for (Point point : points(axis)) {
          double millis = measure(isLstm, point, threads, SECONDS);
          System.out.printf(
              Locale.ROOT,
              "%s,%s,%d,%d,%d,%d,%.4f,%.2f%n",
              isLstm ? "lstm" : "gru",
              axis,
              threads,
              point.batch,
              point.timesteps,
              point.units,
              millis,
              point.flops(isLstm ? 4 : 3) / millis * 1e-6);
        }
      }
    }
  }

  private static List<Point> points(String axis) {
    List<Point> points = new ArrayList<>();
    switch (axis) {
      case "batch" -> {
        for (int batch : new int[] {1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024}) {
          points.add(new Point(batch, 240, 32));
        }
      }
      case "timesteps" -> {
        for (int timesteps : new int[] {10, 30, 60, 120, 240, 500, 1000, 2000}) {
          points.add(new Point(128, timesteps, 32));
        }
      }
      case "units" -> {
        for (int units : new int[] {8, 15, 16, 31, 32, 33, 48, 64, 100, 128, 200, 256, 512, 1024}) {
          points.add(new Point(32, 60, units));
        }
      }
      default ->
          throw new IllegalArgumentException(
              "The axes are batch, timesteps and units. Received: " + axis);
    }
    return points;
  }

  private static double measure(boolean isLstm, Point point, int threads, double seconds) {
    Layer layer = isLstm ? lstm(point.units) : gru(point.units);
    Sequential model = Sequential.of(input(point.timesteps, FEATURES), layer, dense(1));
    model.compile("rmsprop", "mae");
    var stopwatch = new Stopwatch(1, seconds, seconds);
    var data =
        Workload.regression(new Random(1), point.batch, point.timesteps, FEATURES)
            .batchSize(point.batch);
    TrainingClock.time(stopwatch, model, data, threads);
    return stopwatch.medianMillis();
  }
}
