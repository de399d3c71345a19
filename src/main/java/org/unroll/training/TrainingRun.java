package org.unroll.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unroll.callbacks.BackupAndRestore;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.LiveView;
import org.unroll.callbacks.MonitorCallback;
import org.unroll.callbacks.ProgressHints;
import org.unroll.callbacks.TerminateOnNaN;
import org.unroll.callbacks.TrainingContext;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.internal.Failures;
import org.unroll.metrics.Metric;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * One call of {@code fit}: the loops over epochs and batches, and what callbacks see of them.
 * Callbacks run in the order of the options; then the progress display, then the recorder of the
 * history.
 */
final class TrainingRun implements TrainingContext, BackupFile.State {
  private final CompiledNetwork compiled;
  private final Network network;
  private final Dataset train;
  private final Dataset validation;
  private final FitOptions options;
  private final int stepsPerEpoch;
  private final List<Callback> callbacks;
  private final Hooks hooks;
  private final Hooks validationHooks;
  private final Consumer<Callback> trainEnd; // created early, because the heap may be full later
  private final Consumer<Path> saver;
  private final RunBackup backup;
  private final boolean toleratesNonFiniteLoss;
  private final TrainingStep trainingStep;

  private int batch; // the next one of the current epoch
  private EpochTotals totals;
  private double lastEpochSeconds; // without validation
  private boolean stopped;
  private boolean interrupted;
  private int begun; // callbacks whose onTrainBegin has returned
  private long pass = -1; // the number of times that the data was started from the beginning
  private int[] order;

  TrainingRun(
      CompiledNetwork compiled,
      Dataset train,
      Dataset validation,
      FitOptions options,
      Callback recorder,
      Consumer<Path> saver) {
    this.compiled = compiled;
    network = compiled.network();
    this.train = train;
    this.validation = validation;
    this.options = options;
    this.saver = saver;
    stepsPerEpoch = options.stepsPerEpoch() == null ? train.batches() : options.stepsPerEpoch();
    trainingStep = new TrainingStep(compiled);
    totals = new EpochTotals(compiled.outputs());
    callbacks = new ArrayList<>(options.callbacks());
    callbacks.add(recorder);
    BackupAndRestore backupOptions = RunBackup.among(callbacks);
    callbacks.remove(backupOptions);
    backup =
        new RunBackup(
            backupOptions, backupOptions == null ? null : backupFile(backupOptions.folder()));
    validationHooks = new Hooks(List.copyOf(callbacks.subList(0, callbacks.size() - 1)));
    callbacks.add(callbacks.size() - 1, options.progress());
    hooks = new Hooks(callbacks);
    trainEnd = callback -> callback.onTrainEnd(this);
    toleratesNonFiniteLoss = callbacks.stream().anyMatch(TerminateOnNaN.class::isInstance);
  }

  /** Returns the backup file of this run, which records the state of the callbacks so far. */
  private BackupFile backupFile(Path folder) {
    List<Callback> remembering = List.copyOf(callbacks);
    compiled.optimizer().build(compiled.trainable());
    var description =
        new TrainingDescription(compiled)
            .put("the training data", train)
            .put("the validation data", validation)
            .put("validationSteps", options.validationSteps())
            .put("stepsPerEpoch", stepsPerEpoch)
            .put("initialEpoch", options.firstEpoch())
            .put("the seed", options.seed())
            .put("the list of callbacks", remembering);
    if (options.stretch() != null) {
      description.put("truncatedBackpropagation", options.stretch());
    }
    return new BackupFile(folder, description.lines(), compiled, remembering, this);
  }

  void run() {
    MonitorCallback.requireMonitors(callbacks, compiled.names(), validation != null);
    int threads = options.threads() == null ? WorkerPool.defaultThreads() : options.threads();
    Throwable failure = null;
    try (BatchRunner runner = compiled.newRunner(options.seed(), threads)) {
      backup.find();
      while (begun < callbacks.size()) {
        hooks.call(begun, "onTrainBegin", callback -> callback.onTrainBegin(this));
        begun++;
      }
      epochs(runner);
      compiled.optimizer().finishTraining();
    } catch (Throwable e) {
      failure = e;
    }
    // Callbacks that write files must not find the flag set: it would close their channels.
    interrupted |= Thread.interrupted();
    failure = endCallbacks(failure);
    try (backup) {
      if (failure == null && !interrupted) {
        backup.end();
      }
    } catch (Throwable e) {
      failure = Failures.suppress(failure, e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw Failures.rethrow(failure);
    }
  }

  /**
   * Calls {@code onTrainEnd} of all callbacks that have begun, even if one of them fails.
   *
   * @param before the failure that ended training, or null
   * @return the first failure, with later ones suppressed in it; null if there was none
   */
  private Throwable endCallbacks(Throwable before) {
    Throwable first = before;
    for (int i = 0; i < begun; i++) { // without an iterator, because the heap may be full
      try {
        hooks.call(i, "onTrainEnd", trainEnd);
      } catch (Throwable e) {
        first = Failures.suppress(first, e);
      }
    }
    return first;
  }

  private void epochs(BatchRunner runner) {
    int first = options.firstEpoch();
    boolean within = false;
    if (backup.found()) {
      first = backup.epoch();
      within = backup.batch() > 0;
      if (!within) {
        backup.restore();
      }
    }
    for (int epoch = first; epoch < options.epochs() && !stopped; epoch++) {
      epoch(runner, epoch, within && epoch == first);
    }
  }

  private void epoch(BatchRunner runner, int epoch, boolean resumedWithin) {
    long begin = System.nanoTime();
    hooks.call("onEpochBegin", callback -> callback.onEpochBegin(this, epoch));
    totals = new EpochTotals(compiled.outputs());
    batch = 0;
    if (resumedWithin) {
      // After onEpochBegin, so that its effect on a callback's state is not applied twice.
      backup.restore();
      batch = backup.batch();
    }
    while (batch < stepsPerEpoch && !stopped) {
      int number = batch;
      hooks.call("onTrainBatchBegin", callback -> callback.onTrainBatchBegin(this, number));
      trainBatch(runner, epoch);
      Map<String, Double> logs = totals.logs();
      hooks.call("onTrainBatchEnd", callback -> callback.onTrainBatchEnd(this, number, logs));
      batch++;
      if (!interrupted) { // else stretches of the batch may be missing
        backup.batchEnded(epoch, batch);
      }
      noticeInterrupt();
    }
    if (interrupted) {
      return;
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Map<String, Double> logs = totals.logs();
    if (validation != null) {
      EpochTotals validated =
          compiled.evaluate(
              runner,
              validation,
              options.validationSteps(),
              this::noticeInterrupt,
              validationHooks);
      if (interrupted) {
        return;
      }
      validated.logs().forEach((name, value) -> logs.put("val_" + name, value));
    }
    hooks.call("onEpochEnd", callback -> callback.onEpochEnd(this, epoch, logs));
    backup.epochEnded(epoch);
    if (epoch == options.firstEpoch() + 1 && options.hints() && !LiveView.isNotebook()) {
      Hints.slowFirstEpoch(lastEpochSeconds, seconds)
          .ifPresent(hint -> ProgressHints.say("slow first epoch", hint));
    }
    lastEpochSeconds = seconds;
  }

  private boolean noticeInterrupt() {
    if (Thread.interrupted()) {
      interrupted = true;
      stopped = true;
    }
    return interrupted;
  }

  private void trainBatch(BatchRunner runner, int epoch) {
    // The position in the data follows from the number of the batch alone. So a run that begins
    // with initialEpoch sees the same batches as one that trained all epochs before.
    long step = (long) epoch * stepsPerEpoch + batch;
    if (step / train.batches() != pass) {
      pass = step / train.batches();
      order = train.order(Math.toIntExact(pass));
    }
    int first = (int) (step % train.batches()) * train.batchSize();
    int rows = Math.min(train.batchSize(), train.size() - first);
    if (options.stretch() != null) {
      Stretches stretches = Stretches.of(train, order, first, rows);
      if (stretches.length() > options.stretch()) {
        trainStretches(runner, epoch, stretches, first, rows);
        return;
      }
    }
    double batchLoss = trainingStep.run(runner, train, order, first, rows, null);
    requireFinite(batchLoss, epoch, null, runner);
    totals.add(runner, batchLoss, rows);
  }

  /** Trains on the stretches of a batch one after another, which pass their states on. */
  private void trainStretches(
      BatchRunner runner, int epoch, Stretches stretches, int first, int rows) {
    NetworkState carried = network.newState(rows);
    double loss;
    do {
      stretches.next(options.stretch());
      double penalty = compiled.penalty();
      loss = trainingStep.run(runner, stretches, order, first, rows, carried);
      requireFinite(loss, epoch, stretches, runner);
      totals.addStretch(runner, penalty);
    } while (Double.isFinite(loss) && stretches.to() < stretches.length() && !noticeInterrupt());
    totals.endStretches(rows);
  }

  /** Throws an exception if the loss of a batch, or of a stretch of it, ends training. */
  private void requireFinite(double loss, int epoch, Stretches stretches, BatchRunner runner) {
    if (!Double.isFinite(loss) && !toleratesNonFiniteLoss) {
      runner.restoreState();
      throw NonFiniteLossException.at(epoch, batch, stretches, loss, runner, network);
    }
  }

  /** Writes what a backup holds besides weights, optimizer and callbacks. */
  @Override
  public void write(DataOutput out) throws IOException {
    out.writeBoolean(stopped);
    totals.write(out);
    NetworkState kept = network.keptState();
    for (String name : kept == null ? List.<String>of() : kept.names()) {
      for (double[] row : kept.get(name)) {
        for (double value : row) {
          out.writeDouble(value);
        }
      }
    }
  }

  @Override
  public void read(DataInput in) throws IOException {
    stopped = in.readBoolean();
    totals.read(in);
    NetworkState kept = network.keptState();
    for (String name : kept == null ? List.<String>of() : kept.names()) {
      double[][] rows = kept.get(name);
      for (double[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          row[i] = in.readDouble();
        }
      }
      kept.set(name, rows);
    }
  }

  @Override
  public boolean resumed() {
    return backup.found();
  }

  @Override
  public void save(Path file) {
    saver.accept(file);
  }

  @Override
  public List<Weight> weights() {
    return network.weights();
  }

  @Override
  public Optimizer optimizer() {
    return compiled.optimizer();
  }

  @Override
  public Map<String, Metric> metrics() {
    return compiled.metrics();
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public int epochs() {
    return options.epochs();
  }

  @Override
  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }
}
