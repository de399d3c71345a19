package org.unroll.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.unroll.Model;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.MonitorCallback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Fingerprint;
import org.unroll.internal.Suggestion;
import org.unroll.network.Weight;
import org.unroll.training.FitOptions;

/** An experiment whose trials train a network on one or more folds. */
final class NetworkExperiment implements Experiment {
  private static final long serialVersionUID = 1;

  private final HyperModel model;
  private final TrialFunction<? extends List<? extends Fold<?>>> folds;
  private final TrialFunction<FitOptions> options;
  private final Objective objective;
  private final boolean setsEpochs;

  /**
   * Creates an experiment.
   *
   * @param setsEpochs whether the tuner sets the number of epochs
   */
  NetworkExperiment(
      HyperModel model,
      TrialFunction<? extends List<? extends Fold<?>>> folds,
      TrialFunction<FitOptions> options,
      Objective objective,
      boolean setsEpochs) {
    this.model = model;
    this.folds = folds;
    this.options = options;
    this.objective = objective;
    this.setsEpochs = setsEpochs;
  }

  @Override
  public Map<String, Object> parts() {
    return Map.of(
        "the function that builds the model",
        model,
        "the data of the search",
        folds,
        "the function that creates the fit options",
        options);
  }

  @Override
  public boolean hasEpochs() {
    return true;
  }

  @Override
  public Prepared prepare(HyperParameters hp) {
    Model first = model.build(hp);
    List<? extends Fold<?>> data = Fold.requireSome(folds.apply(hp));
    FitOptions made =
        Objects.requireNonNull(options.apply(hp), "The fit options of a trial must not be null.");
    return new Network(hp, first, data, made);
  }

  private final class Network implements Prepared {
    private final HyperParameters hp;
    private final List<? extends Fold<?>> data;
    private final FitOptions made; // for comparison with new options
    private Model first; // null after it was trained

    Network(HyperParameters hp, Model first, List<? extends Fold<?>> data, FitOptions made) {
      this.hp = hp;
      this.made = made;
      this.first = first;
      this.data = data;
    }

    @Override
    public Map<String, String> describe() {
      requireReady();
      Map<String, String> lines = new LinkedHashMap<>();
      lines.put(
          "the model",
          first.layers().stream().map(layer -> layer.type() + " to " + layer.outputShape()).toList()
              + ", "
              + first.outputLosses().stream()
                  .map(output -> output.loss().name())
                  .collect(Collectors.joining(", "))
              + ", "
              + first.optimizer().name());
      if (!setsEpochs) {
        lines.put("the number of epochs", String.valueOf(made.epochs()));
      }
      lines.put("the number of folds", String.valueOf(data.size()));
      lines.put("the training data", describe(data.get(0).train()));
      lines.put("the validation data", describe(data.get(0).validation()));
      return lines;
    }

    /** Checks what would let every trial fail, before the first one is trained. */
    private void requireReady() {
      if (first.loss() == null) {
        throw new IllegalStateException(
            "The model of a search must be compiled, but the function that builds it returned one"
                + " that is not. Call compile(optimizer, loss) before it returns the model.");
      }
      requireSavable(first);
      boolean validation = data.get(0).validation() != null || made.hasValidation();
      Set<String> logs =
          MonitorCallback.requireMonitors(made.callbacks(), first.logNames(), validation);
      if (logs != null && !logs.contains(objective.name())) {
        throw BestEpoch.missing(objective, logs);
      }
    }

    private static void requireSavable(Model model) {
      model.requireSavable("The search, which keeps the best models,");
    }

    private static String describe(Dataset dataset) {
      return dataset == null ? "none" : Fingerprint.of(dataset);
    }

    /** Rejects shared callbacks, whose state parallel trials would corrupt. */
    private FitOptions newOptions() {
      FitOptions fit = options.apply(hp);
      if (fit == made || !Collections.disjoint(fit.callbacks(), made.callbacks())) {
        throw new IllegalStateException(
            "Each training run must have new fit options and callbacks because callbacks have state."
                + " Received the same "
                + (fit == made ? "options" : "callback")
                + " twice. Create them in the function: () ->"
                + " epochs(20).callbacks(earlyStopping(\"val_loss\", 5)).");
      }
      return fit;
    }

    @Override
    public Outcome run(Assignment assignment) {
      List<Double> scores = new ArrayList<>();
      Map<String, Double> metrics = new LinkedHashMap<>();
      for (int f = 0; f < data.size() && !Thread.currentThread().isInterrupted(); f++) {
        Model network = f == 0 ? first : model.build(hp);
        first = null;
        Hyperband.Rung rung = assignment.rung();
        String last = "last-" + assignment.execution() + "-" + f + ".keras";
        if (assignment.from() != null) {
          network = Model.load(assignment.from().resolve(last));
        }
        requireSavable(network); // the choices of this trial may differ from those of the first
        FitOptions fit = newOptions();
        fit.threads(assignment.threads()).hints(fit.hints()).verbose(0);
        Fold<?> fold = data.get(f);
        if (fold.validation() != null) {
          fit.validation(fold.validation());
        }
        if (rung != null) {
          fit.lastEpoch(rung.epochs()).initialEpoch(rung.initialEpoch());
        }
        var best = new BestEpoch(objective);
        fit.callbacks(best);
        try {
          network.fit(fold.train(), fit);
        } finally {
          assignment.epochs().addAndGet(network.history().epochs());
        }
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
        if (rung != null && !rung.isLast()) {
          network.save(assignment.folder().resolve(last));
        }
        best.restore();
        scores.add(best.best());
        if (f == 0) {
          metrics.putAll(best.logs());
        }
        if (f == data.size() - 1) {
          network.save(modelFile(assignment.folder(), assignment.execution()));
        }
      }
      return new Outcome(scores, metrics);
    }
  }

  /** Returns the file with the model of an execution, which is the model of the last fold. */
  static Path modelFile(Path folder, int execution) {
    return folder.resolve("model-" + execution + ".keras");
  }

  /** Keeps the logs and the weights of the epoch in which the objective was best. */
  private static final class BestEpoch extends Callback {
    private final Objective objective;
    private double best = Double.NaN;
    private Map<String, Double> bestLogs = Map.of();
    private List<Weight> weights = List.of();
    private float[][] bestWeights;

    BestEpoch(Objective objective) {
      this.objective = objective;
    }

    @Override
    public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
      Double value = logs.get(objective.name());
      if (value == null) {
        throw missing(objective, logs.keySet());
      }
      if (objective.isBetter(value, best)) {
        best = value;
        bestLogs = new LinkedHashMap<>(logs);
        weights = training.weights();
        if (bestWeights == null) {
          bestWeights = new float[weights.size()][];
        }
        for (int i = 0; i < bestWeights.length; i++) {
          bestWeights[i] = weights.get(i).values().clone();
        }
      }
    }

    static IllegalStateException missing(Objective objective, Set<String> logs) {
      return new IllegalStateException(
          "The objective of the search must be in the logs, which contain "
              + String.join(", ", logs)
              + ", but was '"
              + objective.name()
              + "'."
              + Suggestion.of(objective.name(), logs)
              + " Compile the model with this metric, or use another objective.");
    }

    /** Returns the best value, or NaN if there is none. */
    double best() {
      return best;
    }

    Map<String, Double> logs() {
      return bestLogs;
    }

    /** Restores the weights of the best epoch. */
    void restore() {
      for (int i = 0; i < weights.size(); i++) {
        System.arraycopy(bestWeights[i], 0, weights.get(i).values(), 0, bestWeights[i].length);
      }
    }
  }
}
