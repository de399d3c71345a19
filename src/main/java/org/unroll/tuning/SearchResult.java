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
import org.unroll.Sequential;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * What a search has found. Trials are ordered by their score, equal ones by their number; those
 * that failed are in {@link #results()} alone.
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
   * The columns of {@link #results()} that are neither hyperparameters nor the objective; neither
   * of these can have one of the names.
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
    // By number, not in the order in which they came up: that depends on which trial was begun.
    Set<HyperParameter> definitions = new LinkedHashSet<>();
    for (Trial trial : trials) {
      log.proposal(trial.number()).space().forEach(asked -> definitions.add(asked.definition()));
    }
    space = List.copyOf(definitions);
    this.interrupted = interrupted;
  }

  /** The best of the completed trials, each of the others having other values, best first. */
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

  /** What was searched for. */
  public Objective objective() {
    return objective;
  }

  /** Whether the search was interrupted before its end. */
  public boolean interrupted() {
    return interrupted;
  }

  /** The trials that have ended, by number. */
  public List<Trial> trials() {
    return trials;
  }

  /** The hyperparameters, in the order in which they were asked for. */
  public List<HyperParameter> space() {
    return space;
  }

  /**
   * The best trials, each with hyperparameters of its own: of those of the same values, as the
   * rounds of Hyperband have them, the best.
   */
  private List<Trial> best(int count) {
    Tuner.atLeastOne("n", count);
    List<Trial> best = best(objective, trials, count);
    if (best.isEmpty()) {
      throw new IllegalStateException(
          "No trial is completed"
              + (trials.isEmpty() ? "." : "; the first one: " + trials.get(0).message()));
    }
    return best;
  }

  /**
   * The hyperparameters of the best trials, the best first; fewer than {@code n} where there are
   * fewer. Their {@link HyperParameters#seed} is that of the first execution: a model that is built
   * with them begins with the weights that it had in the search.
   *
   * @throws IllegalStateException if no trial is completed
   */
  public List<HyperParameters> bestHyperParameters(int n) {
    return best(n).stream()
        .map(trial -> HyperParameters.of(trial.values(), HyperParameter::defaultValue, seed))
        .toList();
  }

  /** The best trials, the best first, each with hyperparameters of its own. */
  public List<Trial> bestTrials(int n) {
    return best(n);
  }

  /**
   * The models of the best trials, read from their files, with the weights of their best epochs; of
   * several executions, the best one's.
   *
   * @throws IllegalStateException if no trial is completed, or the search was one by a function
   */
  public List<Sequential> bestModels(int n) {
    List<Sequential> models = new ArrayList<>();
    for (Trial trial : best(n)) {
      var file = NetworkExperiment.modelFile(folder.trial(trial.number()), bestExecution(trial));
      if (!file.toFile().exists()) {
        throw new IllegalStateException(
            "Trial "
                + trial.number()
                + " has kept no model: there is no "
                + file
                + ". A search by a function or a score of folds keeps none.");
      }
      models.add(Sequential.load(file));
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
   * A row for each trial, in the order of their numbers: {@code trial}; a column for each
   * hyperparameter under its name, missing where the trial did not ask for it; the objective under
   * its name, missing where the trial failed; with Hyperband {@code bracket}, {@code round} and
   * {@code from trial}; {@code trained epochs}, {@code seconds}, {@code status}; and, where some
   * have failed, {@code failure}.
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

  /** How much each hyperparameter explains of the scores, by name; see {@link Importance}. */
  public Map<String, Double> importance() {
    return Importance.of(this);
  }

  /** The number of epochs that all trials have trained. */
  public int trainedEpochs() {
    return trials.stream().mapToInt(Trial::epochs).sum();
  }

  /** How many trials there were, and the best three of them. */
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

  /** The text of {@link #summary()}. */
  @Override
  public String toString() {
    return summary();
  }
}
