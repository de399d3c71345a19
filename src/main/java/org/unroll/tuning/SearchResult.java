package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.unroll.Model;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The result of a search: its trials, best hyperparameters and best models. Trials are ordered by
 * score, and by number for equal scores. Failed trials are only in {@link #trials()} and {@link
 * #results()}.
 */
public final class SearchResult {
  private static final String TRIAL = "trial";
  private static final String BRACKET = "bracket";
  private static final String ROUND = "round";
  private static final String FROM = "from trial";
  private static final String EPOCHS = "trained epochs";
  private static final String SECONDS = "seconds";
  private static final String STATUS = "status";
  private static final String FAILURE = "failure";

  /**
   * The names of the columns of {@link #results()} that are neither hyperparameters nor the
   * objective. Hyperparameters and objectives must not have these names.
   */
  public static final Set<String> BOOKKEEPING =
      Set.of(TRIAL, BRACKET, ROUND, FROM, EPOCHS, SECONDS, STATUS, FAILURE);

  private final String tuner;
  private final Objective objective;
  private final int executions;
  private final SearchFolder folder;
  private final List<Trial> trials;
  private final List<HyperParameter> space;
  private final boolean interrupted;
  private final long seed;

  SearchResult(Tuner<?> tuner, SearchFolder folder, TrialLog log, boolean interrupted) {
    this.tuner = tuner.getClass().getSimpleName();
    objective = tuner.objective();
    executions = tuner.executions();
    seed = TrialLog.executionSeed(tuner.seed(), 0);
    this.folder = folder;
    trials = List.copyOf(log.trials().values());
    // By number of the trial, because the order of requests depends on which trial started first.
    Set<HyperParameter> definitions = new LinkedHashSet<>();
    for (Trial trial : trials) {
      log.proposal(trial.number()).space().forEach(asked -> definitions.add(asked.definition()));
    }
    space = List.copyOf(definitions);
    this.interrupted = interrupted;
  }

  /** Returns the best completed trials with different values, best first. */
  static List<Trial> best(Objective objective, Collection<Trial> trials, int count) {
    Set<Map<String, Object>> seen = new HashSet<>();
    return trials.stream()
        .filter(Trial::isCompleted)
        .sorted(order(objective))
        .filter(trial -> seen.add(trial.values()))
        .limit(count)
        .toList();
  }

  private static Comparator<Trial> order(Objective objective) {
    return Comparator.comparingDouble((Trial trial) -> objective.cost(trial.score()))
        .thenComparing(Trial::number);
  }

  /** Returns the objective of the search. */
  public Objective objective() {
    return objective;
  }

  /** Returns whether the search was interrupted. */
  public boolean interrupted() {
    return interrupted;
  }

  /** Returns the trials that have ended, by number. */
  public List<Trial> trials() {
    return trials;
  }

  /** Returns the hyperparameters in the order of the requests. */
  public List<HyperParameter> space() {
    return space;
  }

  /** Returns the best trials with different values; of equal values, as in Hyperband, the best. */
  private List<Trial> best(int count) {
    Tuner.atLeastOne("n", count);
    List<Trial> best = best(objective, trials, count);
    if (best.isEmpty()) {
      throw new IllegalStateException(
          "At least one trial must have completed, but none of "
              + trials.size()
              + " has."
              + (trials.isEmpty() ? "" : " The first failure: " + trials.get(0).message()));
    }
    return best;
  }

  /**
   * Returns the hyperparameters of the best trials, best first. Their {@link HyperParameters#seed}
   * is the seed of the first execution, so a model built with them has the same initial weights as
   * in the search.
   *
   * @param n the maximum number of results
   * @throws IllegalStateException if no trial has completed
   */
  public List<HyperParameters> bestHyperParameters(int n) {
    return best(n).stream()
        .map(trial -> HyperParameters.of(trial.values(), HyperParameter::defaultValue, seed))
        .toList();
  }

  /**
   * Returns the best trials with different hyperparameters, best first.
   *
   * @param n the maximum number of trials
   * @throws IllegalStateException if no trial has completed
   */
  public List<Trial> bestTrials(int n) {
    return best(n);
  }

  /**
   * Loads the models of the best trials with the weights of their best epochs. A trial with several
   * executions returns the model of its best execution.
   *
   * @param n the maximum number of models
   * @throws IllegalStateException if no trial has completed, or the trials have no models
   */
  public List<Model> bestModels(int n) {
    List<Model> models = new ArrayList<>();
    for (Trial trial : best(n)) {
      var file = NetworkExperiment.modelFile(folder.trial(trial.number()), bestExecution(trial));
      if (!file.toFile().exists()) {
        throw new IllegalStateException(
            "Trial "
                + trial.number()
                + " must have a model in "
                + file
                + ", but the file does not exist. Trials of functions and of scores of folds have no"
                + " models.");
      }
      models.add(Model.load(file));
    }
    return models;
  }

  private int bestExecution(Trial trial) {
    int folds = trial.scores().size() / executions;
    int best = 0;
    for (int execution = 1; execution < executions; execution++) {
      double score = trial.scores().get((execution + 1) * folds - 1);
      if (objective.isBetter(score, trial.scores().get((best + 1) * folds - 1))) {
        best = execution;
      }
    }
    return best;
  }

  /**
   * Returns a table with a row for each trial, by number. The columns are:
   *
   * <ul>
   *   <li>{@code trial}, the number of the trial;
   *   <li>each hyperparameter by name, missing if the trial did not request it;
   *   <li>the objective by name, missing if the trial failed;
   *   <li>{@code bracket}, {@code round} and {@code from trial}, only with {@link Hyperband};
   *   <li>{@code trained epochs}, {@code seconds} and {@code status};
   *   <li>{@code failure}, the error message, only if a trial failed.
   * </ul>
   */
  public Table results() {
    Table table = Table.create("Results of " + tuner);
    table.addColumns(ints(TRIAL, trials, Trial::number));
    for (HyperParameter definition : space) {
      table.addColumns(values(definition));
    }
    table.addColumns(doubles(objective.name(), trials, Trial::score));
    if (trials.stream().anyMatch(trial -> trial.rung() != null)) {
      table.addColumns(ints(BRACKET, trials, trial -> trial.rung().bracket()));
      table.addColumns(ints(ROUND, trials, trial -> trial.rung().round()));
      IntColumn from = IntColumn.create(FROM);
      for (Trial trial : trials) {
        if (trial.rung().from() == null) {
          from.appendMissing();
        } else {
          from.append(trial.rung().from());
        }
      }
      table.addColumns(from);
    }
    table.addColumns(ints(EPOCHS, trials, Trial::epochs));
    table.addColumns(doubles(SECONDS, trials, Trial::seconds));
    StringColumn status = StringColumn.create(STATUS);
    StringColumn failure = StringColumn.create(FAILURE);
    for (Trial trial : trials) {
      status.append(trial.status().name().toLowerCase(Locale.ROOT));
      failure.append(trial.message());
    }
    table.addColumns(status);
    if (trials.stream().anyMatch(trial -> !trial.isCompleted())) {
      table.addColumns(failure);
    }
    return table;
  }

  private Column<?> values(HyperParameter definition) {
    String name = definition.name();
    Object example = definition.defaultValue();
    Column<?> column;
    if (example instanceof Integer) {
      column = IntColumn.create(name);
    } else if (example instanceof Double) {
      column = DoubleColumn.create(name);
    } else if (example instanceof Boolean) {
      column = BooleanColumn.create(name);
    } else {
      column = StringColumn.create(name);
    }
    for (Trial trial : trials) {
      Object value = trial.values().get(name);
      if (value == null) {
        column.appendMissing();
      } else {
        column.appendObj(value);
      }
    }
    return column;
  }

  private static IntColumn ints(String name, List<Trial> trials, ToIntFunction<Trial> value) {
    return IntColumn.create(name, trials.stream().mapToInt(value).toArray());
  }

  private static DoubleColumn doubles(
      String name, List<Trial> trials, ToDoubleFunction<Trial> value) {
    return DoubleColumn.create(name, trials.stream().mapToDouble(value).toArray());
  }

  /**
   * Returns the importance of each hyperparameter by name, in descending order: the share of the
   * variance of the scores' ranks that the values of this hyperparameter alone explain.
   *
   * <p>Completed trials are ranked by score; ties get the mean rank. Ranks keep a few very bad
   * trials from dominating the result. For each hyperparameter, the trials are grouped by its
   * value. There is one group for each value if there are at most √n values for n trials.
   * Otherwise, there are ⌊√n⌋ groups of neighboring values of similar size. Trials without the
   * hyperparameter form another group. With N trials in k groups, SS the sum of squared distances
   * from the mean rank, and SS_w the sum of squared distances from the mean ranks of the groups,
   *
   * <pre>importance = 1 − (SS_w / (N − k)) / (SS / (N − 1))</pre>
   *
   * <p>This is Kelley's ε² (1935). Unlike the plain share of the variance, it does not favor many
   * groups: its mean is 0 for a hyperparameter without influence, and it can be slightly negative.
   * Interactions of hyperparameters are not measured. With {@link Hyperband}, only first rounds are
   * used, because later rounds are selected by their scores. Their ranks are relative to the size
   * of the bracket. The importance is NaN if there is no variance or no degree of freedom.
   */
  public Map<String, Double> importance() {
    return Importance.of(this);
  }

  /** Returns the number of epochs that all trials have trained. */
  public int trainedEpochs() {
    return trials.stream().mapToInt(Trial::epochs).sum();
  }

  /** Returns the number of trials and the best three trials as text. */
  public String summary() {
    long failed = trials.stream().filter(trial -> !trial.isCompleted()).count();
    var text = new StringBuilder();
    text.append(tuner)
        .append(": ")
        .append(trials.size())
        .append(trials.size() == 1 ? " trial" : " trials")
        .append(failed == 0 ? "" : ", " + failed + " of them failed")
        .append(trainedEpochs() == 0 ? "" : ", " + trainedEpochs() + " epochs")
        .append(interrupted ? ", interrupted" : "")
        .append(", objective ")
        .append(objective.name())
        .append(objective.higherIsBetter() ? " (max)" : " (min)");
    if (failed < trials.size()) {
      for (Trial trial : best(3)) {
        text.append(
            String.format(
                Locale.ROOT,
                "%n%10.5g  trial %d  %s",
                trial.score(),
                trial.number(),
                trial.values()));
      }
    }
    return text.toString();
  }

  /** Returns {@link #summary()}. */
  @Override
  public String toString() {
    return summary();
  }
}
