package org.unroll.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.internal.DefaultSeed;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * The base class of tuners, which search for the best hyperparameters, as KerasTuner's {@code
 * Tuner}. A search runs several trials at a time and saves their results.
 *
 * <pre>{@code
 * import java.nio.file.Path;
 * import org.unroll.tuning.*;
 *
 * var weather = TimeSeries.of(JenaClimate.synthetic(5_000, 42)).target("T (degC)")
 *     .normalizedOn(0, 3_000).windows().lookback(72).step(6).delay(144);
 * HyperModel build = hp -> {
 *   var network = Sequential.of(
 *       input(12, 14), gru(hp.Int("units", 4, 12, 4)).dropout(hp.Float("dropout", 0, 0.5)), dense(1));
 *   network.compile(adam(hp.Float("learning_rate", 1e-4, 1e-2, Sampling.LOG)), mae());
 *   return network;
 * };
 * var tuner = new RandomSearch(build, "val_loss", 2)
 *     .directory(Path.of("target")).projectName("example").overwrite(true);
 * SearchResult found = tuner.search(
 *     weather.range(0, 3_000).shuffled(42),
 *     weather.range(3_000, 4_000),
 *     () -> epochs(20).callbacks(earlyStopping("val_loss", 5)));
 * Model best = found.bestModels(1).get(0);
 * }</pre>
 *
 * <p><b>Reproducibility.</b> What a trial tries depends only on the seed, the number of the trial
 * and the results for which the tuner waits. It never depends on the time at which another trial
 * ends. Trials and results are therefore the same for any number of {@link #parallelTrials}, if the
 * user's functions depend only on their hyperparameters. These functions are called on several
 * threads. Fit options and callbacks have state, so each training run must create new ones;
 * otherwise, the trial fails.
 *
 * <p><b>Files.</b> When a trial ends, it is saved to a separate folder in {@code
 * directory/projectName}. The folder contains {@code trial.json} and the model as a {@code .keras}
 * file, with the weights of the best epoch and the optimizer's state of the last epoch. A search
 * that was killed can be resumed: run the same code again. It then reads the trials that have ended
 * and runs the others, possibly with a larger number of trials or Hyperband iterations. The folder
 * of a different search is rejected. Compared are the tuner, the objective, the seed, the
 * hyperparameters, and, for default values, the model, the number of epochs and the data. Other
 * effects of the user's functions are not compared.
 *
 * <p><b>End of a search.</b> An interrupt of the calling thread (a notebook's stop button) or of a
 * trial's thread discards the running trials. The search then returns the completed ones, and the
 * interrupt flag is set. A failed trial is recorded with the reason, and the search continues.
 * After {@link #maxConsecutiveFailedTrials} failures in a row, the search throws an {@link
 * IllegalStateException}. If a file cannot be written or read, it throws an {@link
 * java.io.UncheckedIOException}.
 *
 * <p><b>Custom tuners.</b> A subclass implements {@link #self} and {@link #decide}. This tuner
 * starts with random trials and then varies the best trial so far:
 *
 * <pre>{@code
 * import java.nio.file.Path;
 * import java.util.Random;
 * import org.unroll.tuning.*;
 *
 * class LocalSearch extends Tuner<LocalSearch> {
 *   private final int maxTrials;
 *
 *   LocalSearch(String objective, int maxTrials) {
 *     super(null, Objective.of(objective)); // without a model, for functions
 *     this.maxTrials = maxTrials;
 *   }
 *
 *   @Override
 *   protected LocalSearch self() {
 *     return this;
 *   }
 *
 *   @Override
 *   protected Decision decide(int number, TrialLog log) {
 *     if (number >= maxTrials) {
 *       return Decision.END;
 *     }
 *     if (number < 5) {
 *       return log.random(number);
 *     }
 *     Trial best = null;
 *     for (int n = 0; n < number; n++) {
 *       Trial trial = log.trial(n);
 *       if (trial == null) {
 *         return Decision.WAIT; // for the result of a running trial
 *       }
 *       if (best == null || objective().isBetter(trial.score(), best.score())) {
 *         best = trial;
 *       }
 *     }
 *     var center = best.values();
 *     var random = new Random(log.seed() + number);
 *     return log.run(number, parameter -> {
 *       double share = parameter.shareOf(center.get(parameter.name()));
 *       share += 0.1 * random.nextGaussian();
 *       return parameter.valueAt(Math.min(Math.max(share, 0), 0.999));
 *     });
 *   }
 * }
 *
 * SearchResult minimum = new LocalSearch("loss", 30)
 *     .directory(Path.of("target")).projectName("local").overwrite(true)
 *     .search(hp -> {
 *       double x = hp.Float("x", -1, 1);
 *       return () -> x * x;
 *     });
 * }</pre>
 *
 * <p>The defaults are those of KerasTuner: directory {@code .}, project {@code untitled_project},
 * one execution per trial, no overwriting, and at most 3 failed trials in a row.
 *
 * @param <T> the type of the tuner
 */
public abstract class Tuner<T extends Tuner<T>> {
  private final HyperModel model;
  private final Objective objective;
  private Path directory = Path.of(".");
  private String projectName = "untitled_project";
  private boolean overwrite;
  private long seed = DefaultSeed.get();
  private int executionsPerTrial = 1;
  private Integer parallelTrials;
  private int maxConsecutiveFailedTrials = 3;
  private SearchListener listener;
  private TrialExecutor executor;

  /**
   * Creates a tuner.
   *
   * @param model builds the model of a trial; null for searches by functions and scores of folds
   * @param objective the value to minimize or maximize
   */
  protected Tuner(HyperModel model, Objective objective) {
    this.model = model;
    this.objective = objective;
  }

  /** Returns this tuner with its type, for the setters. */
  protected abstract T self();

  /**
   * Decides about the trial with a number. Called for each number in ascending order on the thread
   * that called {@code search}, and again after a decision to {@linkplain Decision#WAIT wait}.
   *
   * @param number the number of the trial, from 0
   * @param log the trials with lower numbers
   */
  protected abstract Decision decide(int number, TrialLog log);

  /** Returns the maximum number of trials for progress reports, or −1 (the default) if unknown. */
  protected int plannedTrials() {
    return -1;
  }

  /**
   * Returns the settings that identify a search, by name; none by default. A search resumes only if
   * they are the same. Do not include a maximum number of trials, which may change.
   */
  protected Map<String, Object> settings() {
    return Map.of();
  }

  /** Returns whether the tuner sets the number of epochs. */
  boolean setsEpochs() {
    return false;
  }

  /** Returns whether there may be trials to run after one that must wait. */
  boolean mayRunAhead() {
    return false;
  }

  /** Returns the amount of work of a trial, relative to the others. */
  double work(int number) {
    return 1;
  }

  /** Sets the folder that contains the folders of projects; {@code .} by default. */
  public T directory(Path folder) {
    directory = folder;
    return self();
  }

  /**
   * Sets the name of the folder of this search; {@code untitled_project} by default. While a search
   * is running, its folder is locked: another search in it throws an {@link IllegalStateException}.
   */
  public T projectName(String name) {
    projectName = name;
    return self();
  }

  /** Sets whether to delete a search in the folder instead of resuming it; false by default. */
  public T overwrite(boolean newOverwrite) {
    overwrite = newOverwrite;
    return self();
  }

  /**
   * Sets the seed of all random numbers; by default the one of {@code Unroll.setRandomSeed}, which
   * is 0 unless it was set.
   */
  public T seed(long newSeed) {
    seed = newSeed;
    return self();
  }

  /**
   * Sets how many times each trial is run; 1 by default. The score is the mean. With more than one
   * execution, the initial weights must depend on {@link HyperParameters#seed}.
   */
  public T executionsPerTrial(int executions) {
    executionsPerTrial = atLeastOne("executionsPerTrial", executions);
    return self();
  }

  /**
   * Sets how many trials run in parallel. The default is the number of threads, and each trial gets
   * its share of them. The results do not depend on this number, but the use of memory does.
   */
  public T parallelTrials(int trials) {
    parallelTrials = atLeastOne("parallelTrials", trials);
    return self();
  }

  /** Sets the number of failed trials in a row that ends the search; 3 by default. */
  public T maxConsecutiveFailedTrials(int trials) {
    maxConsecutiveFailedTrials = atLeastOne("maxConsecutiveFailedTrials", trials);
    return self();
  }

  /**
   * Sets the listener that receives the progress. By default, progress is shown below the running
   * cell of a notebook and printed in a terminal, one line for each trial. {@link
   * SearchListener#lines} prints it anywhere.
   */
  public T listener(SearchListener newListener) {
    listener = newListener;
    return self();
  }

  /**
   * Sets the executor that runs the trials; by default, they run on threads of this JVM. {@code
   * SparkTrials} in the jar {@code unroll-spark} runs them as tasks of Apache Spark. The results
   * are the same. The functions of the search and its data must be serializable.
   *
   * @param newExecutor the executor, or null for threads of this JVM
   */
  public T executor(TrialExecutor newExecutor) {
    executor = newExecutor;
    return self();
  }

  static int atLeastOne(String name, int value) {
    return atLeast(name, 1, value);
  }

  static int atLeast(String name, int minimum, int value) {
    if (value < minimum) {
      throw new IllegalArgumentException(
          name + " must be at least " + minimum + ", but was " + value + ".");
    }
    return value;
  }

  /**
   * Searches for the best model with the same data for all trials.
   *
   * @param train the training data
   * @param validation the data for {@code val_…} objectives, may be null
   * @param options returns new fit options for each training run. The tuner sets verbose, threads
   *     and validation; {@link Hyperband} also sets the epochs
   * @throws IllegalStateException if the folder contains another search, or too many trials in a
   *     row failed
   * @throws IllegalArgumentException if a name identifies two hyperparameters or another column of
   *     the results
   * @throws java.io.UncheckedIOException if a file of the search cannot be written or read
   */
  public SearchResult search(Dataset train, Dataset validation, TrialOptions options) {
    return search(hp -> new Fold<>(train, validation), hp -> options.get());
  }

  /**
   * Searches for the best model with data that depend on hyperparameters, such as lookback, step,
   * batch size or features. Throws the exceptions of {@link #search(Dataset, Dataset, TrialOptions)}.
   *
   * @param data returns the data of a trial
   * @param options returns new fit options for each training run
   */
  public SearchResult search(
      TrialFunction<? extends Fold<?>> data, TrialFunction<FitOptions> options) {
    return crossValidate(hp -> List.of(data.apply(hp)), options);
  }

  /**
   * Searches for the best model by cross-validation. Each model is trained once for each fold, and
   * the score is the mean of the folds. The model of the last fold is saved, which with {@link
   * RollingOrigin} was trained on the most data. Throws the exceptions of {@link #search(Dataset,
   * Dataset, Supplier)}.
   *
   * @param folds returns the folds of a trial
   * @param options returns new fit options for each training run
   */
  public SearchResult crossValidate(
      TrialFunction<? extends List<? extends Fold<?>>> folds,
      TrialFunction<FitOptions> options) {
    if (model == null) {
      throw new IllegalStateException(
          "A tuner of models must have a model, but was created without one. Pass it to the"
              + " constructor, or search by a function that returns a score.");
    }
    return search(new NetworkExperiment(model, folds, options, objective, setsEpochs()));
  }

  /**
   * Searches for the best mean score of folds, for example of a {@link org.unroll.timeseries.Ridge}
   * regression. This corresponds to KerasTuner's {@code SklearnTuner}.
   *
   * <pre>{@code
   * import java.nio.file.Path;
   * import org.unroll.tuning.*;
   *
   * var folds = RollingOrigin.folds(3).split(
   *     TimeSeries.of(JenaClimate.synthetic(5_000, 42)).target("T (degC)")
   *         .normalizedOn(0, 1_250).windows().lookback(72).step(6).delay(144));
   * SearchResult ridge = new GridSearch("mae").directory(Path.of("target")).projectName("ridge")
   *     .overwrite(true)
   *     .scoreFolds(hp -> folds, hp -> {
   *       double lambda = hp.Float("lambda", 1, 10_000, 100, Sampling.LOG);
   *       return fold -> Ridge.fit(fold.train(), lambda).mae(fold.validation());
   *     });
   * }</pre>
   *
   * @param folds returns the folds of a trial
   * @param score requests hyperparameters and returns the function that computes the score of a
   *     fold
   */
  public SearchResult scoreFolds(
      TrialFunction<? extends List<Fold<Windows>>> folds,
      TrialFunction<ToDoubleFunction<Fold<Windows>>> score) {
    return search(
        Experiment.ofFunctions(
            "a score of each fold",
            hp -> {
              ToDoubleFunction<Fold<Windows>> function = score.apply(hp);
              List<DoubleSupplier> parts = new ArrayList<>();
              for (Fold<Windows> fold : Fold.requireSome(folds.apply(hp))) {
                parts.add(() -> function.applyAsDouble(fold));
              }
              return parts;
            }));
  }

  /**
   * Searches for the best value of a function.
   *
   * @param function requests hyperparameters and returns the function that computes the score
   */
  public SearchResult search(TrialFunction<? extends DoubleSupplier> function) {
    return search(Experiment.ofFunctions("a function", hp -> List.of(function.apply(hp))));
  }

  private SearchResult search(Experiment experiment) {
    if (setsEpochs() && !experiment.hasEpochs()) {
      throw new IllegalStateException(
          getClass().getSimpleName()
              + " sets the number of epochs, so its trials must train models. Use another tuner for"
              + " functions.");
    }
    return new Search(this, experiment).run();
  }

  /** Returns the objective. */
  protected final Objective objective() {
    return objective;
  }

  final Path folder() {
    return directory.resolve(projectName);
  }

  final boolean overwrites() {
    return overwrite;
  }

  final long seed() {
    return seed;
  }

  final int executions() {
    return executionsPerTrial;
  }

  /** Returns the maximum number of parallel trials. */
  int parallel() {
    if (parallelTrials != null) {
      return parallelTrials;
    }
    return executor == null
        ? WorkerPool.defaultThreads()
        : atLeastOne("The number of parallel trials of the executor", executor.parallelTrials());
  }

  final int failuresInARow() {
    return maxConsecutiveFailedTrials;
  }

  final SearchListener listener() {
    return listener;
  }

  final TrialExecutor executor() {
    return executor;
  }

  /** Returns the settings that identify this search. */
  final Map<String, Object> identity() {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("tuner", getClass().getSimpleName());
    lines.putAll(settings());
    lines.put("objective", (objective.higherIsBetter() ? "max " : "min ") + objective.name());
    lines.put("seed", seed);
    lines.put("executionsPerTrial", executionsPerTrial);
    return lines;
  }
}
