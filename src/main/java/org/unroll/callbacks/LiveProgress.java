package org.unroll.callbacks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows the progress of training in a notebook: the remaining time, the values and the curves so
 * far. The display is updated at most twice per second and once after training.
 *
 * <p>If the display fails, training continues, and one line per epoch is printed instead.
 *
 * @hidden
 */
public final class LiveProgress extends Callback {
  private static final long INTERVAL = 500_000_000;

  private final Consumer<Object> view;
  private final LongSupplier nanoTime;
  private final List<Run> runs = new ArrayList<>();
  private boolean endsWithRun = true;
  private boolean ended;
  private String title = "";
  private Run run;
  private long lastShown;
  private RuntimeException failure; // of the view; null if there is none
  private ProgressBar lines; // replaces a view that has failed; null before

  LiveProgress(Consumer<Object> view, LongSupplier nanoTime) {
    this.view = view;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns a display for one training run, or an empty optional if {@code verbose} selects another
   * kind of display or if values cannot be shown in place.
   *
   * @param verbose 0, 1 or 2 as in the options of {@code fit}; null if it was not set
   */
  public static Optional<LiveProgress> open(Integer verbose) {
    if (verbose != null && verbose != 1) {
      return Optional.empty();
    }
    return LiveView.find()
        .filter(found -> verbose != null || found.isWatched())
        .flatMap(LiveView::open)
        .map(view -> new LiveProgress(view, System::nanoTime));
  }

  /** Shows several training runs, one after another, until {@link #end()}. */
  public LiveProgress severalRuns() {
    endsWithRun = false;
    return this;
  }

  /** Sets the title of the next training run, such as the name of the model; none by default. */
  public LiveProgress title(String newTitle) {
    title = newTitle == null ? "" : newTitle;
    return this;
  }

  /** Ends the display and shows its last state. */
  public void end() {
    ended = true;
    show();
  }

  /** Returns whether the display has ended. */
  public boolean ended() {
    return ended;
  }

  /** Returns the training runs so far; the last one may be running. */
  public List<Run> runs() {
    return Collections.unmodifiableList(runs);
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    run = new Run(title, training.epochs(), training.stepsPerEpoch());
    runs.add(run);
    if (runs.size() == 1) {
      show();
    } else {
      showIfDue();
    }
  }

  @Override
  public void onEpochBegin(TrainingContext training, int epoch) {
    run.beginEpoch(epoch, nanoTime.getAsLong());
    if (failure != null) {
      if (lines == null) {
        lines = ProgressBar.of(2);
        lines.title("The live display failed. Progress is printed from now on: " + failure);
        lines.onTrainBegin(training);
      }
      lines.onEpochBegin(training, epoch);
    }
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    run.endBatch(batch, logs, nanoTime.getAsLong());
    if (lines != null) {
      lines.onBatchEnd(training, batch, logs);
    }
    showIfDue();
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    run.endEpoch(logs, nanoTime.getAsLong());
    if (lines != null) {
      lines.onEpochEnd(training, epoch, logs);
    }
    showIfDue();
  }

  @Override
  public void onTrainEnd(TrainingContext training) {
    run.end();
    if (endsWithRun) {
      end();
    } else {
      showIfDue();
    }
  }

  private void showIfDue() {
    if (nanoTime.getAsLong() - lastShown >= INTERVAL) {
      show();
    }
  }

  private void show() {
    if (failure != null) {
      return;
    }
    if (run != null) {
      run.keepTrace();
    }
    try {
      view.accept(this);
    } catch (RuntimeException e) {
      failure = e;
    }
    lastShown = nanoTime.getAsLong();
  }

  /** Returns one line for each training run. */
  @Override
  public String toString() {
    return String.join("\n", runs.stream().map(Run::toString).toList());
  }

  /** One training run and its progress. */
  public static final class Run {
    private final String title;
    private final int epochs;
    private final int stepsPerEpoch;
    private final Map<String, List<Double>> curves = new LinkedHashMap<>();
    private final List<double[]> trace = new ArrayList<>();
    private Map<String, Double> logs = Map.of();
    private int firstEpoch = -1;
    private int done;
    private int step;
    private boolean ended;
    private long begin;
    private long epochBegin;
    private long firstBatchEnd;
    private long now;
    private double secondsInEpochs;
    private double secondsInSteps;
    private long stepsTimed;

    private Run(String title, int epochs, int stepsPerEpoch) {
      this.title = title;
      this.epochs = epochs;
      this.stepsPerEpoch = stepsPerEpoch;
    }

    private void beginEpoch(int epoch, long time) {
      if (firstEpoch < 0) {
        firstEpoch = epoch;
        begin = time;
      }
      epochBegin = time;
      now = time;
      step = 0;
      trace.clear();
    }

    private void endBatch(int batch, Map<String, Double> means, long time) {
      step = batch + 1;
      logs = means;
      // The very first batch is slower than the others.
      if (firstBatchEnd == 0) {
        firstBatchEnd = time;
      } else {
        secondsInSteps += (time - now) / 1e9;
        stepsTimed++;
      }
      now = time;
    }

    private void endEpoch(Map<String, Double> values, long time) {
      logs = new LinkedHashMap<>(values);
      // A callback may add a value to some epochs only; the value of the others is NaN.
      values
          .keySet()
          .forEach(
              name ->
                  curves.computeIfAbsent(
                      name, key -> new ArrayList<>(Collections.nCopies(done, Double.NaN))));
      curves.forEach((name, curve) -> curve.add(values.getOrDefault(name, Double.NaN)));
      secondsInEpochs += (time - epochBegin) / 1e9;
      done++;
      step = 0;
      trace.clear();
      now = time;
    }

    private void end() {
      ended = true;
      trace.clear();
    }

    /** Records the current mean loss, which is about to be shown. */
    private void keepTrace() {
      if (step > 0 && !ended) {
        trace.add(
            new double[] {firstEpoch + done + (double) step / stepsPerEpoch, logs.get("loss")});
      }
    }

    /** Returns the title; may be empty. */
    public String title() {
      return title;
    }

    /** Returns whether the run has ended, early or not. */
    public boolean ended() {
      return ended;
    }

    /** Returns the fraction of all batches that are done, from 0 to 1. */
    public double share() {
      double all = epochs - Math.max(firstEpoch, 0);
      return Math.min((done + (double) step / stepsPerEpoch) / all, 1);
    }

    /** Returns the first epoch, counted from 0. */
    public int firstEpoch() {
      return Math.max(firstEpoch, 0);
    }

    /** Returns the number of finished epochs. */
    public int finishedEpochs() {
      return done;
    }

    /** Returns the values of the finished epochs by their names in the logs. */
    public Map<String, List<Double>> curves() {
      return Collections.unmodifiableMap(curves);
    }

    /**
     * Returns the mean loss of the current epoch each time that it was shown, as pairs of the
     * number of epochs since the beginning, with a fraction, and the loss.
     */
    public List<double[]> trace() {
      return Collections.unmodifiableList(trace);
    }

    /**
     * Returns the progress and the remaining or elapsed time, for example {@code epoch 3/20 -
     * 41/500 - 1:23 left - 50ms/step}.
     */
    public String status() {
      if (firstEpoch < 0) {
        return "";
      }
      String speed = " - " + ProgressBar.perStep(secondsPerStep());
      String took = ProgressBar.clock((now - begin) / 1e9);
      int epoch = firstEpoch + done;
      if (ended) {
        String all = epoch == epochs ? done + (done == 1 ? " epoch" : " epochs") : "";
        String early = "ended in epoch " + (epoch + 1) + "/" + epochs + " after " + count();
        if (epoch < epochs && step == 0) {
          early = "ended after epoch " + epoch + "/" + epochs;
        }
        return (all.isEmpty() ? early : all) + " in " + took + speed;
      }
      return "epoch "
          + Math.min(epoch + 1, epochs)
          + "/"
          + epochs
          + " - "
          + count()
          + (step == 0 && done == 0
              ? ""
              : " - " + ProgressBar.clock(secondsLeft()) + " left" + speed);
    }

    private String count() {
      return step + "/" + stepsPerEpoch;
    }

    /**
     * Returns the values of the current epoch, and those of the last finished epoch that the
     * current one does not have yet. After training, the values of the last finished epoch, if
     * there is one.
     */
    public String values() {
      Map<String, Double> shown = new LinkedHashMap<>(ended && done > 0 ? Map.of() : logs);
      curves.forEach((name, curve) -> shown.putIfAbsent(name, curve.get(done - 1)));
      List<String> texts = new ArrayList<>();
      shown.forEach((name, value) -> texts.add(name + ": " + ProgressBar.number(value)));
      return String.join(" - ", texts);
    }

    private double secondsPerStep() {
      return stepsTimed > 0
          ? secondsInSteps / stepsTimed
          : firstBatchEnd == 0 ? 0 : (firstBatchEnd - begin) / 1e9;
    }

    /**
     * Returns an estimate of the remaining time from the epochs so far. In the first epoch it is
     * estimated from the steps and does not include validation.
     */
    private double secondsLeft() {
      int epochsLeft = epochs - firstEpoch - done;
      if (done == 0) {
        return secondsPerStep() * ((double) epochsLeft * stepsPerEpoch - step);
      }
      double inEpoch = step == 0 ? 0 : (now - epochBegin) / 1e9;
      double slowBegin = (firstBatchEnd - begin) / 1e9 - secondsPerStep();
      return Math.max(0, (secondsInEpochs - slowBegin) / done * epochsLeft - inEpoch);
    }

    /** Returns the title, the status and the values in one line. */
    @Override
    public String toString() {
      String values = values();
      return (title.isEmpty() ? "" : title + ": ")
          + status()
          + (values.isEmpty() ? "" : " - " + values);
    }
  }
}
