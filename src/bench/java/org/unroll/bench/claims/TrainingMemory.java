package org.unroll.bench.claims;

import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;

/**
 * Measures the memory that a layer of 128 units needs in training with Adam, on one thread: 500
 * time steps of 16 features, batches of 64 sequences. One thread works on 16 sequences at a time,
 * so it keeps the activations of 16 sequences for the backward pass.
 *
 * <p>The heap columns are live bytes after garbage collection: what a built model adds, what is
 * added after training, and what is held during training in addition. The memory of activations is
 * the difference between models with 500 time steps and with 1.
 *
 * <p>By arithmetic, in float32 for U units and F features, a sequence keeps per time step: h and
 * the activated input of SimpleRNN (2U); h, c, four gates and tanh(c) of LSTM (7U); h, three gates
 * and the candidate's recurrent term of GRU (5U); and its input (F).
 */
final class TrainingMemory {
  private static final int UNITS = 128;
  private static final int FEATURES = 16;
  private static final int TIMESTEPS = 500;
  private static final int SLICE = 16;
  private static final int BATCH = 64;
  private static final double MEGABYTE = 1e6;

  private static final String WEIGHTS = "weights, heap (MB)";
  private static final String OPTIMIZER = "optimizer state, heap (MB)";
  private static final String ACTIVATIONS = "activations, heap (MB)";
  private static final String TOTAL = "all in training, heap (MB)";
  private static final Map<String, Integer> UNITS_PER_STEP = new LinkedHashMap<>();

  static {
    UNITS_PER_STEP.put("SimpleRNN", 2);
    UNITS_PER_STEP.put("LSTM", 7);
    UNITS_PER_STEP.put("GRU", 5);
  }

  private TrainingMemory() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    for (String kind : UNITS_PER_STEP.keySet()) {
      measure(kind, TIMESTEPS, 0); // loads the classes
    }
    var claim = new Claim(TrainingMemory.class);
    UNITS_PER_STEP.forEach(
        (kind, unitsPerStep) -> {
          for (int seed = 1; seed <= Claim.SEEDS; seed++) {
            Bytes all = measure(kind, TIMESTEPS, seed);
            Bytes withoutTime = measure(kind, 1, seed);
            double activations = 4.0 * (TIMESTEPS - 1) * SLICE * (unitsPerStep * UNITS + FEATURES);
            claim.add(kind, "parameters", all.parameters);
            claim.add(kind, "weights, computed (MB)", 4.0 * all.parameters / MEGABYTE);
            claim.add(kind, WEIGHTS, all.weights / MEGABYTE);
            claim.add(kind, "optimizer state, computed (MB)", 8.0 * all.parameters / MEGABYTE);
            claim.add(kind, OPTIMIZER, all.optimizer / MEGABYTE);
            claim.add(kind, "activations, computed (MB)", activations / MEGABYTE);
            claim.add(kind, ACTIVATIONS, (all.training - withoutTime.training) / MEGABYTE);
            claim.add(kind, TOTAL, (all.weights + all.optimizer + all.training) / MEGABYTE);
          }
        });
    claim.print();
    for (String column : List.of("parameters", ACTIVATIONS, TOTAL)) {
      Claim.verdict(
          "a GRU needs less memory than an LSTM",
          claim.smaller(column, "GRU", "LSTM"),
          column
              + ": GRU "
              + claim.text("GRU", column)
              + ", LSTM "
              + claim.text("LSTM", column)
              + ", SimpleRNN "
              + claim.text("SimpleRNN", column)
              + ".");
    }
    Map<String, double[][]> groups = new LinkedHashMap<>();
    for (String column : List.of(WEIGHTS, OPTIMIZER, ACTIVATIONS)) {
      groups.put(
          column.replace(", heap (MB)", ""),
          UNITS_PER_STEP.keySet().stream()
              .map(kind -> claim.values(kind, column))
              .toArray(double[][]::new));
    }
    claim.save(
        "",
        Plots.means(
            "Memory in training, 128 units and 500 time steps, 16 sequences",
            "MB",
            List.copyOf(UNITS_PER_STEP.keySet()),
            groups));
  }

  private record Bytes(int parameters, double weights, double optimizer, double training) {}

  private static Bytes measure(String kind, int timesteps, int seed) {
    var random = new Random(seed);
    float[] values = new float[BATCH * timesteps * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Samples data =
        Samples.of(Shape.of(timesteps, FEATURES), values)
            .targets(random.doubles(BATCH).toArray())
            .batchSize(BATCH);
    long before = liveBytes();
    Sequential model =
        Sequential.seeded(seed, input(timesteps, FEATURES), Claim.recurrent(kind, UNITS), dense(1));
    try {
      long built = liveBytes();
      model.compile(adam(), "mse");
      long[] inTraining = {0};
      model.fit(
          data,
          FitOptions.epochs(2)
              .threads(1)
              .verbose(0)
              .callbacks(
                  lambdaCallback()
                      .onEpochEnd((training, epoch, logs) -> inTraining[0] = liveBytes())));
      long after = liveBytes();
      return new Bytes(model.parameters(), built - before, after - built, inTraining[0] - after);
    } finally {
      Reference.reachabilityFence(model);
      Reference.reachabilityFence(data);
    }
  }

  private static long liveBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
