package org.unroll.tuning;

import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.internal.AtomicFile;
import org.unroll.losses.Losses;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Searches of small models with all tuners, also as a program that can be killed. */
final class KilledSearch {
  static final Dataset TRAIN = data(1, 40).shuffled(3);
  static final Dataset VALIDATION = data(2, 20);

  private KilledSearch() {}

  private static Dataset data(int seed, int size) {
    var random = new SplittableRandom(seed);
    double[][][] x = new double[size][4][];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      Arrays.setAll(x[i], t -> random.doubles(2, -1, 1).toArray());
      y[i] = Math.abs(x[i][1][0]) + x[i][3][1];
    }
    return Samples.of(x).targets(y).batchSize(10);
  }

  /** Units, dropout, a learning rate, a cell, and another hyperparameter for one of the cells. */
  static Sequential model(HyperParameters hp) {
    int units = hp.Int("units", 2, 10, 2);
    double dropout = hp.Float("dropout", 0, 0.5);
    boolean[] after = {true};
    String cell = hp.Choice("cell", "simple", "gru");
    hp.conditionalScope("cell", List.of("gru"), () -> after[0] = hp.Boolean("reset after"));
    Sequential model =
        Sequential.seeded(
            hp.seed(),
            input(4, 2),
            cell.equals("gru")
                ? gru(units).resetAfter(after[0]).dropout(dropout)
                : simpleRnn(units).dropout(dropout),
            dense(1));
    model.compile(Optimizers.adam(hp.Float("rate", 1e-4, 1e-1, Sampling.LOG)), Losses.mse(), "mae");
    return model;
  }

  static FitOptions options() {
    return epochs(6).callbacks(earlyStopping("val_loss", 2));
  }

  /** Returns the complete result of a search except for the durations. */
  static String outcome(SearchResult found) {
    var text = new StringBuilder();
    for (Trial trial : found.trials()) {
      text.append(trial.number())
          .append(' ')
          .append(trial.values())
          .append(' ')
          .append(trial.scores())
          .append(' ')
          .append(trial.metrics())
          .append(' ')
          .append(trial.epochs())
          .append(' ')
          .append(trial.rung())
          .append(' ')
          .append(trial.message())
          .append('\n');
    }
    text.append(found.bestHyperParameters(3)).append('\n');
    for (Model model : found.bestModels(2)) {
      for (Weight weight : model.network().weights()) {
        text.append(Arrays.toString(weight.values())).append('\n');
      }
    }
    return text.toString();
  }

  /** Returns a tuner by name. */
  static Tuner<?> tuner(String name) {
    return switch (name) {
      case "random" -> new RandomSearch(KilledSearch::model, "val_loss", 8).seed(5);
      case "grid" -> new GridSearch(KilledSearch::model, Objective.of("val_mae"), 8).seed(5);
      case "hyperband" -> new Hyperband(KilledSearch::model, "val_loss", 4).factor(2).seed(5);
      case "bayesian" ->
          new BayesianOptimization(KilledSearch::model, "val_loss", 14).numInitialPoints(5).seed(5);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Searches and writes the result to {@code outcome.txt}.
   *
   * @param args the folder, the tuner, the number of parallel trials, and the minimum duration of a
   *     batch in milliseconds
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int pause = Integer.parseInt(args[3]);
    SearchResult found =
        tuner(args[1])
            .directory(folder)
            .projectName("search")
            .parallelTrials(Integer.parseInt(args[2]))
            .search(TRAIN, VALIDATION, () -> options().callbacks(new Slow(pause)));
    byte[] outcome = outcome(found).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(folder.resolve("outcome.txt"), out -> out.write(outcome));
  }

  private static final class Slow extends Callback {
    private final int pause;

    Slow(int pause) {
      this.pause = pause;
    }

    @Override
    public void onBatchEnd(TrainingContext run, int batch, Map<String, Double> logs) {
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
