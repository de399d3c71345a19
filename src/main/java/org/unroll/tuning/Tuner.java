package org.unroll.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * What all tuners have in common, as KerasTuner's {@code Tuner}: they try hyperparameters, trial by
 * trial, several at a time, and write down what came of them.
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
 * Sequential best = found.bestModels(1).get(0);
 * }</pre>
 *
 * <p><b>The same seed, the same search.</b> What a trial tries is a function of the seed, of its
 * number and of the results that the tuner waits for; never of the time at which another trial
 * ends. So trials and results are the same with any number of {@link #parallelTrials}, as long as
 * the functions of the user depend on their hyperparameters alone; they are called on several
 * threads. Callbacks hold state, and so fit options and callbacks are supplied anew for each
 * training; a trial that gets the same ones again fails.
 *
 * <p><b>What is kept.</b> Each trial is written to a folder of its own in {@code
 * directory/projectName} when it ends: {@code trial.json}, and the model with the weights of its
 * best epoch as a {@code .keras} file (the optimizer's state in it is that of the last epoch). A
 * search that was killed, and is begun again with the same settings, takes up the trials that have
 * ended and runs the others; it loses no more than those that were running. More trials, or more
 * iterations of Hyperband, may be asked for then. The folder of another search is refused: of
 * another tuner, objective or seed, of other hyperparameters, and, where all of these have their
 * defaults, of another model, number of epochs or data. What else the functions of the user do, and
 * what functions compute, is not compared.
 *
 * <p><b>What ends a search.</b> An interrupt of the calling thread (a notebook's stop button), or
 * of a trial's by the user's code, drops the trials that are running and returns what is done, the
 * interrupt flag being set. A trial that fails is recorded, with the reason, and the search goes
 * on; {@link #maxConsecutiveFailedTrials} such trials in a row end it with an {@link
 * IllegalStateException}. A file that cannot be written or read while a trial runs ends it with an
 * {@link java.io.UncheckedIOException}: a full disk is no fault of the hyperparameters.
 *
 * <p>Defaults, those of KerasTuner: directory {@code .}, project {@code untitled_project}, one
 * execution a trial, no overwrite, 3 failed trials in a row; the seed is 0.
 *
 * @param <T> the tuner
 */
public abstract sealed class Tuner<T extends Tuner<T>>
    permits RandomSearch, GridSearch, Hyperband, BayesianOptimization {
  private final HyperModel model;
  private final Objective objective;
  private Path directory = Path.of(".");
  private String projectName = "untitled_project";
  private boolean overwrite;
  private long seed;
  private int executionsPerTrial = 1;
  private Integer parallelTrials;
  private int maxConsecutiveFailedTrials = 3;
  private SearchListener listener;

  Tuner(HyperModel model, Objective objective) {
    this.model = model;
    this.objective = objective;
  }

  abstract T self();

  /** What the trial of a number is; all lower numbers were decided, or are to be waited for. */
  abstract Decision step(int number, TrialLog log);

  /** How many trials there will be at most; −1 where that is not known. */
  abstract int plannedTrials();

  /** The settings that make this search another one than with other settings, by name. */
  abstract Map<String, Object> settings();

  /** Whether the tuner sets the epochs that trials are trained for. */
  boolean setsEpochs() {
    return false;
  }

  /** Whether there may be trials to run behind one that has to wait. */
  boolean mayRunAhead() {
    return false;
  }

  /** How much work a trial is, beside the others. */
  double work(int number) {
    return 1;
  }

  /** Sets the folder in which the folders of projects lie. */
  public T directory(Path folder) {
    directory = folder;
    return self();
  }

  /** Sets the name of the folder for this search. */
  public T projectName(String name) {
    projectName = name;
    return self();
  }

  /** Whether a search that is in the folder is deleted instead of taken up. */
  public T overwrite(boolean newOverwrite) {
    overwrite = newOverwrite;
    return self();
  }

  /** Sets what all random numbers follow from. */
  public T seed(long newSeed) {
    seed = newSeed;
    return self();
  }

  /**
   * How often each trial is run; its score is the mean. The model has to begin with the weights of
   * {@code hp.seed()}, or it would be the same each time.
   */
  public T executionsPerTrial(int executions) {
    executionsPerTrial = atLeastOne("executionsPerTrial", executions);
    return self();
  }

  /**
   * How many trials run side by side, each on its share of the threads; by default as many as there
   * are threads ({@link WorkerPool#defaultThreads}). The results do not depend on it; memory does.
   */
  public T parallelTrials(int trials) {
    parallelTrials = atLeastOne("parallelTrials", trials);
    return self();
  }

  /** How many failed trials in a row, by their numbers, end the search with an exception. */
  public T maxConsecutiveFailedTrials(int trials) {
    maxConsecutiveFailedTrials = atLeastOne("maxConsecutiveFailedTrials", trials);
    return self();
  }

  /**
   * Sets who is told how the search goes on. By default it is shown in a notebook below the running
   * cell, and nowhere else; {@link SearchListener#lines} prints it.
   */
  public T listener(SearchListener newListener) {
    listener = newListener;
    return self();
  }

  static int atLeastOne(String name, int value) {
    return atLeast(name, 1, value);
  }

  static int atLeast(String name, int minimum, int value) {
    if (value < minimum) {
      throw new IllegalArgumentException(
          name + " is at least " + minimum + ". Received: " + name + "=" + value);
    }
    return value;
  }

  /**
   * Trains and compares models on the same data.
   *
   * @param validation what {@code val_…} objectives are computed on; null for none
   * @param options called for each training, for callbacks hold state; verbose, threads and
   *     validation are set by the tuner, and the epochs too by {@link Hyperband}
   * @throws IllegalStateException if the folder belongs to another search, or too many trials in a
   *     row have failed
   * @throws IllegalArgumentException if a name stands for two hyperparameters, or for another
   *     column of the results
   * @throws java.io.UncheckedIOException if a file of the search cannot be written or read
   */
  public SearchResult search(Dataset train, Dataset validation, Supplier<FitOptions> options) {
    return search(hp -> new Fold<>(train, validation), hp -> options.get());
  }

  /**
   * Trains and compares models on data that depend on hyperparameters as well, such as lookback,
   * step, batch size or features. Errors are those of {@link #search(Dataset, Dataset, Supplier)}.
   */
  public SearchResult search(
      Function<HyperParameters, Fold<?>> data, Function<HyperParameters, FitOptions> options) {
    return crossValidate(hp -> List.of(data.apply(hp)), options);
  }

  /**
   * Trains each model once for each fold; the score is the mean over the folds. The model that is
   * kept is that of the last fold, which with {@link RollingOrigin} has seen most.
   */
  public SearchResult crossValidate(
      Function<HyperParameters, ? extends List<? extends Fold<?>>> folds,
      Function<HyperParameters, FitOptions> options) {
    if (model == null) {
      throw new IllegalStateException(
          "This tuner was made without a model. Give its constructor one, or search by a function"
              + " that returns a score.");
    }
    return search(new NetworkExperiment(model, folds, options, objective, setsEpochs()));
  }

  /**
   * Compares anything that can be given a score on each fold, such as {@link
   * org.unroll.timeseries.Ridge}; what KerasTuner's sklearn tuner is for.
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
   * @param score asks for the hyperparameters and returns what computes the score of a fold
   */
  public SearchResult scoreFolds(
      Function<HyperParameters, ? extends List<Fold<Windows>>> folds,
      Function<HyperParameters, ToDoubleFunction<Fold<Windows>>> score) {
    return search(
        new FunctionExperiment(
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
   * Searches the best value of any function.
   *
   * @param function asks for the hyperparameters and returns what computes the score
   */
  public SearchResult search(Function<HyperParameters, DoubleSupplier> function) {
    return search(new FunctionExperiment("a function", hp -> List.of(function.apply(hp))));
  }

  private SearchResult search(Experiment experiment) {
    if (setsEpochs() && !experiment.hasEpochs()) {
      throw new IllegalStateException(
          getClass().getSimpleName()
              + " gives its trials numbers of epochs, and a function has none. Use another tuner.");
    }
    return new Search(this, experiment).run();
  }

  final Objective objective() {
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

  /** How many trials can run side by side at most. */
  int parallel() {
    return parallelTrials == null ? WorkerPool.defaultThreads() : parallelTrials;
  }

  final int failuresInARow() {
    return maxConsecutiveFailedTrials;
  }

  final SearchListener listener() {
    return listener;
  }

  /** What tells this search from another one. */
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
