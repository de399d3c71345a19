package org.unroll.bench.claims;

import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;

/**
 * Measures whether a bidirectional LSTM learns faster and better than an LSTM with the same units
 * and one with as many weights. Each time step of a sequence of 40 random values of −1 and 1 is
 * labeled with the sign of a sum of seven values: in the task "both sides" those from three steps
 * before to three steps after, in the task "past" the current value and the six before. Values
 * outside the sequence are 0. The label is 1 for a positive sum, else 0.
 */
final class BidirectionalLearning {
  private static final int LENGTH = 40;
  private static final int UNITS = 16;
  private static final double GOAL = 0.95;
  private static final String BIDIRECTIONAL = "bidirectional LSTM(16)";
  private static final String SAME_UNITS = "LSTM(16)";
  private static final String SAME_WEIGHTS = "LSTM(23)";
  private static final List<String> MODELS = List.of(BIDIRECTIONAL, SAME_UNITS, SAME_WEIGHTS);
  private static final List<String> TASKS = List.of("both sides", "past");
  private static final String EPOCHS = "epochs until 95 %";
  private static final String SECONDS = "seconds until 95 %";
  private static final String ACCURACY = "final test accuracy";

  private BidirectionalLearning() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(BidirectionalLearning.class);
    Map<String, List<double[]>> curves = new LinkedHashMap<>();
    for (String name : MODELS) {
      model(name, 0); // loads the classes
    }
    for (String task : TASKS) {
      for (int seed = 0; seed <= Claim.SEEDS; seed++) {
        for (String name : MODELS) {
          double[] curve = measure(claim, task, name, seed);
          if (seed > 0) { // seed 0 is the warm-up of the JIT compiler
            curves.computeIfAbsent(row(task, name), key -> new ArrayList<>()).add(curve);
          }
        }
      }
    }
    claim.print();
    for (String task : TASKS) {
      String both = row(task, BIDIRECTIONAL);
      for (String other : List.of(SAME_UNITS, SAME_WEIGHTS)) {
        String one = row(task, other);
        Claim.verdict(
            "a BiLSTM learns faster",
            claim.smaller(EPOCHS, both, one) && claim.smaller(SECONDS, both, one),
            String.format(
                "%s, epochs until 95 %%: %s against %s of %s; seconds: %s against %s.",
                task,
                claim.text(both, EPOCHS),
                claim.text(one, EPOCHS),
                other,
                claim.text(both, SECONDS),
                claim.text(one, SECONDS)));
        Claim.verdict(
            "a BiLSTM learns more fully",
            claim.smaller(ACCURACY, one, both),
            String.format(
                "%s, final accuracy %s against %s of %s.",
                task, claim.text(both, ACCURACY), claim.text(one, ACCURACY), other));
      }
      Map<String, double[]> lines = new LinkedHashMap<>();
      for (String name : MODELS) {
        lines.put(name, meanCurve(curves.get(row(task, name))));
      }
      claim.save(
          "-" + task.replace(' ', '-'),
          Plots.lines("Task: " + task, "epoch, from 0", "validation accuracy", lines));
    }
  }

  private static double[] measure(Claim claim, String task, String name, int seed) {
    Sequential model = model(name, seed);
    Samples train = samples(task, 2000, seed).batchSize(32).shuffled(seed);
    model.fit(
        train,
        FitOptions.epochs(seed == 0 ? 3 : 15)
            .validation(samples(task, 500, 1000 + seed))
            .seed(seed)
            .verbose(0));
    History history = model.history();
    double[] curve = history.get("val_accuracy").stream().mapToDouble(v -> v).toArray();
    if (seed == 0) {
      return curve;
    }
    int epochs = 0;
    double seconds = 0;
    while (epochs < curve.length && (epochs == 0 || curve[epochs - 1] < GOAL)) {
      seconds += history.seconds().get(epochs);
      epochs++;
    }
    boolean reached = curve[epochs - 1] >= GOAL;
    String row = row(task, name);
    claim.add(row, "parameters", model.parameters());
    claim.add(row, EPOCHS, reached ? epochs : Double.POSITIVE_INFINITY);
    claim.add(row, SECONDS, reached ? seconds : Double.POSITIVE_INFINITY);
    claim.add(
        row,
        "seconds per epoch",
        history.seconds().stream().mapToDouble(s -> s).average().orElseThrow());
    claim.add(row, ACCURACY, model.evaluate(samples(task, 1000, 2000 + seed)).get("accuracy"));
    return curve;
  }

  private static Sequential model(String name, int seed) {
    Layer layer =
        switch (name) {
          case BIDIRECTIONAL -> bidirectional(lstm(UNITS).returnSequences(true));
          case SAME_UNITS -> lstm(UNITS).returnSequences(true);
          default -> lstm(23).returnSequences(true);
        };
    Sequential model = Sequential.seeded(seed, input(LENGTH, 1), layer, dense(1, "sigmoid"));
    model.compile(adam(0.003), "binary_crossentropy", "accuracy");
    return model;
  }

  private static Samples samples(String task, int count, long seed) {
    var random = new SplitMix64(seed);
    double[][][] inputs = new double[count][LENGTH][1];
    double[][][] targets = new double[count][LENGTH][1];
    int first = task.equals("past") ? -6 : -3;
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < LENGTH; t++) {
        inputs[i][t][0] = random.nextDouble() < 0.5 ? -1 : 1;
      }
      for (int t = 0; t < LENGTH; t++) {
        double sum = 0;
        for (int at = Math.max(0, t + first); at <= Math.min(LENGTH - 1, t + first + 6); at++) {
          sum += inputs[i][at][0];
        }
        targets[i][t][0] = sum > 0 ? 1 : 0;
      }
    }
    return Samples.of(inputs).targets(targets);
  }

  private static double[] meanCurve(List<double[]> curves) {
    double[] mean = new double[curves.get(0).length];
    for (double[] curve : curves) {
      for (int epoch = 0; epoch < mean.length; epoch++) {
        mean[epoch] += curve[epoch] / curves.size();
      }
    }
    return mean;
  }

  private static String row(String task, String name) {
    return task + ": " + name;
  }
}
