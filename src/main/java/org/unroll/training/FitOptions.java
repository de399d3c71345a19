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
import org.unroll.internal.DefaultSeed;

/**
 * The arguments of {@code fit} under Keras's names, for example {@code
 * epochs(20).stepsPerEpoch(500).validation(val)}. Import {@link #epochs(int)} statically. The
 * defaults are those of Keras.
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
  private Boolean hints;
  private Callback progress;
  private String title;
  private long seed = DefaultSeed.get();
  private Integer threads;
  private Integer stretch;

  private FitOptions() {}

  /**
   * Creates options with a number of epochs.
   *
   * @param epochs at least 1
   * @throws IllegalArgumentException if {@code epochs} is less than 1
   */
  public static FitOptions epochs(int epochs) {
    var options = new FitOptions();
    options.epochs = atLeast("epochs", epochs, 1);
    return options;
  }

  /**
   * Sets the epoch to begin with, to continue an earlier training run; 0 by default. The order of
   * the samples and dropout are the same as if all epochs were trained in one run.
   *
   * @param epoch counted from 0, less than {@code epochs}
   * @throws IllegalArgumentException if {@code epoch} is not between 0 and {@code epochs} − 1
   */
  public FitOptions initialEpoch(int epoch) {
    initialEpoch = atLeast("initialEpoch", epoch, 0);
    if (epoch >= epochs) {
      throw new IllegalArgumentException(
          "initialEpoch must be less than epochs, but was "
              + epoch
              + " with epochs="
              + epochs
              + ". As in Keras, epochs is the number of the last epoch, not of additional ones.");
    }
    return this;
  }

  /**
   * Replaces the number of epochs and resets the initial epoch to 0. For code that receives options
   * and chooses the number of epochs itself, such as a tuner.
   *
   * @param newEpochs at least 1
   * @throws IllegalArgumentException if {@code newEpochs} is less than 1
   */
  public FitOptions lastEpoch(int newEpochs) {
    epochs = atLeast("epochs", newEpochs, 1);
    initialEpoch = 0;
    return this;
  }

  /**
   * Sets the number of batches in an epoch; by default all batches of the data. With fewer, the
   * next epoch continues where this one stopped. With more, the data is repeated, shuffled data in
   * a new order.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if {@code steps} is less than 1
   */
  public FitOptions stepsPerEpoch(int steps) {
    stepsPerEpoch = atLeast("stepsPerEpoch", steps, 1);
    return this;
  }

  /** Sets the data to evaluate the model on after each epoch; none by default. */
  public FitOptions validation(Dataset data) {
    validation = data;
    return this;
  }

  /**
   * Sets the fraction of the data, taken from its end, that is used for validation instead of
   * training; none by default. Windows with several target steps before the validation data whose
   * targets are also those of validation windows are not trained on.
   *
   * @param fraction greater than 0 and less than 1
   * @throws IllegalArgumentException if {@code fraction} is out of range
   */
  public FitOptions validationSplit(double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "validationSplit must be greater than 0 and less than 1, but was " + fraction + ".");
    }
    validationSplit = fraction;
    return this;
  }

  /**
   * Sets the number of validation batches to evaluate the model on; all by default.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if {@code steps} is less than 1
   */
  public FitOptions validationSteps(int steps) {
    validationSteps = atLeast("validationSteps", steps, 1);
    return this;
  }

  /**
   * Sets a weight for each class; none by default. In training, but not in validation, the loss of
   * a sample is multiplied by the weight of its class. The model must return one class per sample,
   * and the data must not have sample weights; otherwise {@code fit} throws an exception.
   *
   * @param weights the weights by class number; a class that is missing has the weight 1
   */
  public FitOptions classWeight(Map<Integer, Double> weights) {
    classWeight = Map.copyOf(weights);
    return this;
  }

  /** Adds callbacks. They are called in the order in which they are added. */
  public FitOptions callbacks(Callback... more) {
    callbacks.addAll(List.of(more));
    return this;
  }

  /**
   * Sets how progress is shown: 0 for nothing; 1 for a live chart in a notebook and a progress bar
   * elsewhere; 2 for one line per epoch. The default is 1 in an interactive notebook and in a
   * terminal, and 2 elsewhere, for example if a notebook is executed as a whole.
   *
   * @throws IllegalArgumentException if {@code level} is not 0, 1 or 2
   */
  public FitOptions verbose(int level) {
    ProgressBar.requireKnown(level);
    verbose = level;
    return this;
  }

  /**
   * Sets whether {@code fit} prints a line about each probable mistake, such as unscaled features,
   * outputs that do not fit the loss, or a JVM without the Vector API. Each line is printed once
   * per JVM. True by default, except with {@code verbose(0)}. The system property {@code
   * unroll.hints=false} or the environment variable {@code UNROLL_HINTS=0} turns all hints off.
   */
  public FitOptions hints(boolean print) {
    hints = print;
    return this;
  }

  /**
   * Shows progress with a callback instead of the display that {@link #verbose} selects, for
   * example to show several training runs in one display. The callback is called after all others.
   */
  public FitOptions progress(Callback display) {
    progress = display;
    return this;
  }

  /** Sets a line to show before the first epoch, such as the name of the model; none by default. */
  public FitOptions title(String newTitle) {
    title = newTitle;
    return this;
  }

  /**
   * Sets the seed of dropout and noise; by default the one of {@code Unroll.setRandomSeed}, which
   * is 0 unless it was set. The order of the samples depends on the seed of the dataset.
   */
  public FitOptions seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /**
   * Sets the number of threads; by default the number of cores. The results do not depend on it.
   *
   * @param count at least 1
   * @throws IllegalArgumentException if {@code count} is less than 1
   */
  public FitOptions threads(int count) {
    threads = atLeast("threads", count, 1);
    return this;
  }

  /**
   * Trains on long sequences with truncated backpropagation through time; by default the whole
   * sequences are backpropagated through. Each batch is cut into stretches of time steps. Each
   * stretch begins with the states that the one before ended with, runs forward and backward, and
   * makes one step of the optimizer. Gradients do not flow from one stretch to the one before. The
   * next batch begins with zero states. This is what {@code detach()} does in PyTorch, and {@code
   * train_on_batch} of a stateful model in Keras.
   *
   * <p>Activations are kept for one stretch only, so memory does not grow with the length of the
   * sequences. Dependencies that are longer than a stretch are used, through the states, but not
   * learned.
   *
   * <pre>{@code
   * int[] text = new int[6_001]; // the ids of a long text
   * TokenWindows rows = TokenWindows.rows(text, 8); // 8 sequences of 750 time steps
   * var language =
   *     Sequential.of(
   *         input(Shape.ANY), embedding(30, 8), gru(8).returnSequences(true), dense(30, "softmax"));
   * language.compile(adam(0.01).clipnorm(1), sparseCategoricalCrossentropy());
   * language.fit(rows, epochs(2).truncatedBackpropagation(50)); // 15 steps of Adam per epoch
   * }</pre>
   *
   * <p>The model must return an output for each time step, all inputs must have the same time
   * steps, and every layer must be recurrent or work on each time step separately. A layer that
   * needs the whole sequence, such as {@code bidirectional}, {@code conv1d} or attention, is
   * refused. So are stateful layers, initial states that are inputs, and losses of whole sequences
   * or batches. The last stretch may be shorter. A stretch in which no time step counts, because
   * all are masked or have the weight 0, makes no step. As in a stateful model of Keras, the output
   * of a recurrent layer at masked time steps is zeros at the beginning of a stretch, which matters
   * only if a later layer does not pass the mask on.
   *
   * <p>A batch with all its stretches is still one batch for {@link #stepsPerEpoch}, callbacks and
   * backups. Its loss is the mean over all its time steps, and that of an epoch is comparable with
   * {@code evaluate}, which always runs whole sequences. Learning rate schedules count the steps of
   * the optimizer. Dropout draws new masks for each stretch. A batch with no more time steps than
   * {@code steps} is trained as without this option.
   *
   * <p>Source: Ronald J. Williams, Jing Peng, "An efficient gradient-based algorithm for on-line
   * training of recurrent network trajectories", Neural Computation 2, 1990.
   *
   * @param steps the number of time steps in a stretch, at least 1
   * @throws IllegalArgumentException if {@code steps} is less than 1. {@code fit} throws it if the
   *     model or the data does not fit
   */
  public FitOptions truncatedBackpropagation(int steps) {
    stretch = atLeast("truncatedBackpropagation", steps, 1);
    return this;
  }

  private static int atLeast(String argument, int value, int minimum) {
    if (value < minimum) {
      throw new IllegalArgumentException(
          argument + " must be at least " + minimum + ", but was " + value + ".");
    }
    return value;
  }

  /** Returns the number of epochs, including those before the initial epoch. */
  public int epochs() {
    return epochs;
  }

  /** Returns the epoch to begin with, counted from 0. */
  public int firstEpoch() {
    return initialEpoch;
  }

  Integer stepsPerEpoch() {
    return stepsPerEpoch;
  }

  Dataset validation() {
    return validation;
  }

  /**
   * Returns whether the model is evaluated after each epoch.
   *
   * @hidden
   */
  public boolean hasValidation() {
    return validation != null || validationSplit > 0;
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

  /** Returns the callbacks added so far, as an unmodifiable list. */
  public List<Callback> callbacks() {
    return Collections.unmodifiableList(callbacks);
  }

  /** Returns the progress display of a training run, a new one unless one was set. */
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

  /**
   * Returns whether hints are printed.
   *
   * @hidden
   */
  public boolean hints() {
    return hints == null ? verbose == null || verbose > 0 : hints;
  }

  long seed() {
    return seed;
  }

  Integer threads() {
    return threads;
  }

  /** Returns the number of time steps in a stretch of truncated backpropagation, or null. */
  Integer stretch() {
    return stretch;
  }
}
