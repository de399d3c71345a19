package org.unroll.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.LiveProgress;
import org.unroll.callbacks.ProgressBar;
import org.unroll.data.Dataset;

/**
 * The arguments of {@code fit}, by Keras's names, for example {@code
 * epochs(20).stepsPerEpoch(500).validation(val)}. What is not set keeps Keras's default.
 */
public final class FitOptions {
  private int epochs = 1;
  private int initialEpoch;
  private Integer stepsPerEpoch;
  private Dataset validation;
  private double validationSplit;
  private Integer validationSteps;
  private Map<Integer, Double> classWeight = Map.of();
  private final List<Callback> callbacks = new ArrayList<>();
  private Integer verbose;
  private Callback progress;
  private String title;
  private long seed;
  private Integer threads;

  private FitOptions() {}

  /** Options with this number of epochs. */
  public static FitOptions epochs(int epochs) {
    var options = new FitOptions();
    options.epochs = atLeast("epochs", epochs, 1);
    return options;
  }

  /**
   * The epoch to begin with, to go on with an earlier training; 0 by default, and less than {@code
   * epochs}. Order of the samples and dropout are those that this epoch would have had in one run.
   */
  public FitOptions initialEpoch(int epoch) {
    initialEpoch = atLeast("initialEpoch", epoch, 0);
    if (epoch >= epochs) {
      throw new IllegalArgumentException(
          "Training runs from initialEpoch to epochs, which is the number of the last epoch, not of"
              + " further ones. Received: initialEpoch="
              + epoch
              + ", epochs="
              + epochs);
    }
    return this;
  }

  /**
   * Sets the number of the last epoch anew, for code that is handed options and decides on it, such
   * as a tuner; training then begins with epoch 0 until {@link #initialEpoch} is called.
   */
  public FitOptions lastEpoch(int newEpochs) {
    epochs = atLeast("epochs", newEpochs, 1);
    initialEpoch = 0;
    return this;
  }

  /**
   * The number of batches in an epoch; by default as many as the data has. With fewer, the next
   * epoch goes on where this one stopped; with more, the data is begun anew (a shuffled dataset in
   * a new order).
   */
  public FitOptions stepsPerEpoch(int steps) {
    stepsPerEpoch = atLeast("stepsPerEpoch", steps, 1);
    return this;
  }

  /** Data to evaluate on after each epoch; none by default. */
  public FitOptions validation(Dataset data) {
    validation = data;
    return this;
  }

  /**
   * The share of the data, its last part, to evaluate on instead of training on it; more than 0 and
   * less than 1.
   */
  public FitOptions validationSplit(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "validationSplit is a share between 0 and 1. Received: " + share);
    }
    validationSplit = share;
    return this;
  }

  /** The number of validation batches to evaluate on; all by default. */
  public FitOptions validationSteps(int steps) {
    validationSteps = atLeast("validationSteps", steps, 1);
    return this;
  }

  /**
   * A weight for each class: in training the loss of a sample is multiplied by the weight of its
   * class, 1 where the map has none. For models with one class a sample, its number or one-hot; not
   * for validation, and not beside weights of the samples. None by default.
   */
  public FitOptions classWeight(Map<Integer, Double> weights) {
    classWeight = Map.copyOf(weights);
    return this;
  }

  /** Adds callbacks, called in this order. */
  public FitOptions callbacks(Callback... more) {
    callbacks.addAll(List.of(more));
    return this;
  }

  /**
   * How progress is shown: 0 not at all; 1 in one place, in a notebook by {@link LiveProgress} and
   * elsewhere by the bar of {@link ProgressBar}; 2 as one line an epoch. By default as 1 in a
   * notebook that someone watches and in a terminal, and as 2 elsewhere, as where a notebook is
   * executed as a whole.
   */
  public FitOptions verbose(int level) {
    ProgressBar.requireKnown(level);
    verbose = level;
    return this;
  }

  /**
   * Shows progress by this callback, called after all others, instead of as {@link #verbose} says;
   * for one display of several trainings.
   */
  public FitOptions progress(Callback display) {
    progress = display;
    return this;
  }

  /** A line shown before the first epoch, such as the name of the model; none by default. */
  public FitOptions title(String newTitle) {
    title = newTitle;
    return this;
  }

  /** The seed of dropout; 0 by default. The order of the samples is the dataset's own matter. */
  public FitOptions seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /**
   * The number of threads; as many as the machine has cores by default. The results do not depend
   * on it.
   */
  public FitOptions threads(int count) {
    threads = atLeast("threads", count, 1);
    return this;
  }

  private static int atLeast(String argument, int value, int minimum) {
    if (value < minimum) {
      throw new IllegalArgumentException(
          argument + " is at least " + minimum + ". Received: " + argument + "=" + value);
    }
    return value;
  }

  /** The number of the last epoch. */
  public int epochs() {
    return epochs;
  }

  /** The epoch to begin with, counted from 0. */
  public int firstEpoch() {
    return initialEpoch;
  }

  Integer stepsPerEpoch() {
    return stepsPerEpoch;
  }

  Dataset validation() {
    return validation;
  }

  double validationSplit() {
    return validationSplit;
  }

  Integer validationSteps() {
    return validationSteps;
  }

  Map<Integer, Double> classWeight() {
    return classWeight;
  }

  /** The callbacks so far, for code that is handed options. */
  public List<Callback> callbacks() {
    return Collections.unmodifiableList(callbacks);
  }

  /** A new display for each training, unless one was given. */
  Callback progress() {
    if (progress != null) {
      return progress;
    }
    Optional<LiveProgress> live = LiveProgress.open(verbose);
    if (live.isPresent()) {
      return live.get().title(title);
    }
    ProgressBar bar = verbose == null ? ProgressBar.auto() : ProgressBar.of(verbose);
    bar.title(title);
    return bar;
  }

  long seed() {
    return seed;
  }

  Integer threads() {
    return threads;
  }
}
