package org.unroll.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.unroll.callbacks.BackupAndRestore;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TerminateOnNaN;
import org.unroll.callbacks.TrainingContext;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.network.Gradient;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;
import org.unroll.network.Recorder;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/** The loops over epochs and batches: training, evaluation and prediction of a network. */
public final class Trainer {
  private final Network network;
  private final Optimizer optimizer;
  private final Loss loss;
  private final Map<String, Metric> metrics;
  private final List<Weight> trainable;

  /**
   * A trainer of this network; the optimizer keeps its state from one {@link #fit} to the next.
   * What is trainable now is trained.
   *
   * @param metrics the metrics, resolved, by their names in the logs and in their order
   */
  public Trainer(Network network, Optimizer optimizer, Loss loss, Map<String, Metric> metrics) {
    this.network = network;
    this.optimizer = optimizer;
    this.loss = loss;
    this.metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    trainable = network.trainableWeights();
  }

  /**
   * Trains, as Keras's {@code fit}. An interrupt of the calling thread ends training after the
   * batch at hand, as if it had been stopped by a callback; the interrupt flag is set again on
   * return.
   *
   * @param recorder a callback that sees the logs after all others have added to them
   * @param saver writes the model to a file, for callbacks that ask for it
   * @throws IllegalArgumentException if data and network do not fit together
   * @throws NonFiniteLossException if the loss of a batch is not finite; the weights stay as they
   *     were before that batch
   */
  public void fit(Dataset dataset, FitOptions options, Callback recorder, Consumer<Path> saver) {
    requireSameTrainable();
    Dataset train = dataset;
    Dataset validation = options.validation();
    if (options.validationSplit() > 0) {
      if (validation != null) {
        throw new IllegalArgumentException("Give validation(…) or validationSplit(…), not both.");
      }
      int split = (int) Math.floor(dataset.size() * (1 - options.validationSplit()));
      if (split < 1 || split >= dataset.size()) {
        throw new IllegalArgumentException(
            "validationSplit("
                + options.validationSplit()
                + ") of "
                + dataset.size()
                + " samples leaves none to train or none to validate on. Use more data or another"
                + " share.");
      }
      train = dataset.subset(0, split);
      validation = dataset.subset(split, dataset.size());
    }
    requireFit(train, "training");
    if (!options.classWeight().isEmpty()) {
      train = classWeighted(train, options.classWeight());
    }
    if (validation != null) {
      requireFit(validation, "validation");
    }
    new Run(train, validation, options, recorder, saver).run();
  }

  private Dataset classWeighted(Dataset data, Map<Integer, Double> classWeight) {
    if (data.weightShape() != null) {
      throw new IllegalArgumentException(
          "The samples have weights; classWeight(…) cannot be given beside them.");
    }
    Shape output = network.outputShape(data.inputShape());
    if (output.rank() > 1) {
      throw new IllegalArgumentException(
          "classWeight(…) is for a model with one class a sample; this one returns "
              + output
              + ". Give the samples weights for their time steps instead.");
    }
    return new ClassWeighted(data, classWeight);
  }

  /**
   * The mean loss and metrics over a dataset, by name.
   *
   * @throws CancellationException if the calling thread is interrupted before the last batch; the
   *     interrupt flag stays set
   */
  public Map<String, Double> evaluate(Dataset dataset, int threads) {
    requireFit(dataset, "evaluation");
    try (var runner = new BatchRunner(network, loss, List.copyOf(metrics.values()), 0, threads)) {
      return evaluate(
              runner,
              dataset,
              null,
              () -> {
                BatchRunner.requireNotInterrupted("evaluate");
                return false;
              })
          .logs();
    }
  }

  /**
   * Runs one sample forward and, from its loss, backward, as outside of training, and lets the
   * layers tell a recorder.
   *
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   */
  public void record(Dataset dataset, int sample, Recorder recorder) {
    requireFit(dataset, "recorded");
    try (var runner = new BatchRunner(network, loss, List.of(), 0, 1)) {
      runner.record(dataset, sample, recorder);
    }
  }

  private Totals evaluate(
      BatchRunner runner, Dataset dataset, Integer steps, BooleanSupplier cancelled) {
    var totals = new Totals();
    int batches = steps == null ? dataset.batches() : Math.min(steps, dataset.batches());
    double penalty = penalty();
    for (int batch = 0; batch < batches && !cancelled.getAsBoolean(); batch++) {
      int first = batch * dataset.batchSize();
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.evaluate(dataset, first, rows);
      totals.add(runner, runner.loss() + penalty, rows);
    }
    return totals;
  }

  private double penalty() {
    double sum = 0;
    for (Weight weight : trainable) {
      if (weight.regularizer() != null) {
        sum += weight.regularizer().penalty(weight.values());
      }
    }
    return sum;
  }

  /**
   * Checks that no layer was frozen or released since this trainer was made.
   *
   * @throws IllegalStateException if one was, naming its weights
   */
  public void requireSameTrainable() {
    List<String> changed = new ArrayList<>();
    for (int w = 0; w < network.weights().size(); w++) {
      Weight weight = network.weights().get(w);
      if (weight.trainable() != trainable.contains(weight)) {
        changed.add(network.weightPaths().get(w));
      }
    }
    if (!changed.isEmpty()) {
      throw new IllegalStateException(
          "Layers were frozen or released after compile, which concerns the weights "
              + changed
              + ". Call compile again, with a new optimizer, so that it takes effect.");
    }
  }

  /**
   * Checks that a dataset has what this network takes and returns; {@link #fit} and {@link
   * #evaluate} do it by themselves.
   *
   * @param use what the data is for, for the error's text
   * @throws IllegalArgumentException if inputs or targets do not fit
   */
  public void requireFit(Dataset dataset, String use) {
    if (network.moreOutputs() != null) {
      throw new IllegalArgumentException(
          network.moreOutputs()
              + ", and there is one target for a sample. Such a model predicts; for "
              + use
              + ", build it without.");
    }
    Predictor.requireInputs(network, dataset, use);
    Shape targets = dataset.targetShape();
    if (targets == null) {
      throw new IllegalArgumentException(
          "The " + use + " data has no targets. Give them, or call predict.");
    }
    Shape output = network.outputShape(dataset.inputShape());
    int outputs = output.last();
    Shape fitting = output.withLast(loss.targetWidth(outputs));
    if (!fitting.isKnown() || !targets.isKnown()) {
      requireStepTargets(fitting, targets, use);
      return;
    }
    int needed = fitting.size();
    // Axes of length 1 may be missing, and a flat output may stand for several steps.
    boolean otherAxes = targets.rank() == fitting.rank() && !targets.equals(fitting);
    if (targets.size() != needed || otherAxes) {
      throw new IllegalArgumentException(
          "With "
              + loss.name()
              + ", a model that returns "
              + output
              + " for a sample needs "
              + needed
              + (needed == 1 ? " target value" : " target values")
              + (otherAxes ? " of shape " + fitting : "")
              + "; the "
              + use
              + " data has targets of shape "
              + targets
              + ". Change the units of the last layer, returnSequences, or the targets.");
    }
    Shape weights = dataset.weightShape();
    int positions = output.size() / outputs;
    if (weights != null && weights.size() != positions) {
      throw new IllegalArgumentException(
          "A model that returns "
              + output
              + " for a sample needs "
              + positions
              + (positions == 1 ? " weight" : " weights, one for each time step,")
              + " of it; the "
              + use
              + " data has weights of shape "
              + weights
              + ".");
    }
  }

  /** Where the length differs from batch to batch, every time step has its targets. */
  private static void requireStepTargets(Shape fitting, Shape targets, String use) {
    boolean numbers = fitting.last() == 1 && targets.equals(fitting.dropLast());
    if (!numbers && !targets.equals(fitting)) {
      throw new IllegalArgumentException(
          "The "
              + use
              + " data is padded batch by batch, and for a sample the model needs targets of shape "
              + fitting
              + ". Received: "
              + targets
              + ". Change returnSequences or the targets, or pad the data to one length.");
    }
  }

  /** Sums over the batches of an epoch. A batch counts by its rows, as in Keras. */
  private final class Totals {
    private final double[][] metricTotals =
        metrics.values().stream().map(m -> new double[m.accumulators()]).toArray(double[][]::new);
    private double lossSum;
    private double rowSum;

    void write(DataOutput out) throws IOException {
      out.writeDouble(lossSum);
      out.writeDouble(rowSum);
      for (double[] totals : metricTotals) {
        for (double total : totals) {
          out.writeDouble(total);
        }
      }
    }

    void read(DataInput in) throws IOException {
      lossSum = in.readDouble();
      rowSum = in.readDouble();
      for (double[] totals : metricTotals) {
        for (int i = 0; i < totals.length; i++) {
          totals[i] = in.readDouble();
        }
      }
    }

    void add(BatchRunner runner, double batchLoss, int rows) {
      lossSum += batchLoss * rows;
      rowSum += rows;
      for (int m = 0; m < metricTotals.length; m++) {
        runner.addMetric(m, metricTotals[m]);
      }
    }

    Map<String, Double> logs() {
      Map<String, Double> logs = new LinkedHashMap<>();
      logs.put("loss", lossSum / rowSum);
      int m = 0;
      for (Map.Entry<String, Metric> metric : metrics.entrySet()) {
        logs.put(metric.getKey(), metric.getValue().result(metricTotals[m++]));
      }
      return logs;
    }
  }

  /** One call of {@code fit}. */
  private final class Run implements TrainingContext, Backup.State {
    private final Dataset train;
    private final Dataset validation;
    private final FitOptions options;
    private final int stepsPerEpoch;
    private final List<Callback> callbacks;
    private final Consumer<Path> saver;
    private final BackupAndRestore backups; // null: none
    private final Backup backup; // null: none
    private boolean resumed;
    private int batch; // of the epoch at hand, the next one
    private Totals totals = new Totals();
    private final boolean toleratesNonFiniteLoss;
    private boolean stopped;
    private boolean interrupted;
    private int begun; // callbacks that were told of the beginning
    private long pass = -1; // how often the data was begun before
    private int[] order;
    private final float[][] gradientValues = new float[trainable.size()][];
    private final float[][] gradientSquares = new float[trainable.size()][];

    Run(
        Dataset train,
        Dataset validation,
        FitOptions options,
        Callback recorder,
        Consumer<Path> saver) {
      this.train = train;
      this.validation = validation;
      this.options = options;
      stepsPerEpoch = options.stepsPerEpoch() == null ? train.batches() : options.stepsPerEpoch();
      this.saver = saver;
      backups = backups(options.callbacks());
      callbacks = new ArrayList<>(options.callbacks());
      callbacks.add(recorder);
      callbacks.remove(backups);
      backup = backups == null ? null : backup(List.copyOf(callbacks));
      callbacks.add(callbacks.size() - 1, options.progress());
      toleratesNonFiniteLoss = callbacks.stream().anyMatch(TerminateOnNaN.class::isInstance);
    }

    private BackupAndRestore backups(List<Callback> among) {
      BackupAndRestore found = null;
      for (Callback callback : among) {
        if (callback instanceof BackupAndRestore other) {
          if (found != null) {
            throw new IllegalArgumentException(
                "A training has one backup. Received: backups in "
                    + found.folder()
                    + " and in "
                    + other.folder());
          }
          found = other;
        }
      }
      return found;
    }

    private Backup backup(List<Callback> remembering) {
      optimizer.build(trainable);
      var description =
          new TrainingDescription(network, optimizer, loss, metrics)
              .put("the training data", train)
              .put("the validation data", validation)
              .put("validationSteps", options.validationSteps())
              .put("stepsPerEpoch", stepsPerEpoch)
              .put("initialEpoch", options.firstEpoch())
              .put("the seed", options.seed())
              .put("the list of callbacks", remembering);
      return new Backup(
          backups.folder(),
          description.lines(),
          network.weights(),
          optimizer,
          trainable,
          remembering,
          this);
    }

    void run() {
      int threads = options.threads() == null ? WorkerPool.defaultThreads() : options.threads();
      try (var runner =
          new BatchRunner(network, loss, List.copyOf(metrics.values()), options.seed(), threads)) {
        RuntimeException failure = null;
        try {
          resumed = backup != null && backup.find();
          for (Callback callback : callbacks) {
            callback.onTrainBegin(this);
            begun++;
          }
          epochs(runner);
        } catch (RuntimeException e) {
          failure = e;
        } finally {
          // Callbacks that write files must not find the flag set: it would close their channels.
          interrupted |= Thread.interrupted();
          failure = endCallbacks(failure);
        }
        if (failure != null) {
          throw failure;
        }
        if (backup != null && backups.deleteCheckpoint() && !interrupted) {
          backup.delete();
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    /**
     * Tells all callbacks that have begun, also where one of them fails.
     *
     * @param before what made training fail, or null
     * @return the first failure, those of callbacks after it suppressed in it; null without one
     */
    private RuntimeException endCallbacks(RuntimeException before) {
      RuntimeException first = before;
      for (Callback callback : callbacks.subList(0, begun)) {
        try {
          callback.onTrainEnd(this);
        } catch (RuntimeException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
      return first;
    }

    private void epochs(BatchRunner runner) {
      if (backups != null) {
        backups.frequency().begin();
      }
      int first = options.firstEpoch();
      boolean within = false;
      if (resumed) {
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
      callbacks.forEach(callback -> callback.onEpochBegin(this, epoch));
      totals = new Totals();
      batch = 0;
      if (resumedWithin) {
        // Now, so that it does not count twice what a callback did when the epoch began.
        backup.restore();
        batch = backup.batch();
      }
      while (batch < stepsPerEpoch && !stopped) {
        trainBatch(runner, epoch);
        Map<String, Double> logs = totals.logs();
        int number = batch;
        callbacks.forEach(callback -> callback.onBatchEnd(this, number, logs));
        batch++;
        if (backup != null && backups.frequency().isDueAfterBatch()) {
          backup.write(epoch, batch);
        }
        noticeInterrupt();
      }
      if (interrupted) {
        return;
      }
      Map<String, Double> logs = totals.logs();
      if (validation != null) {
        Totals validated =
            evaluate(runner, validation, options.validationSteps(), this::noticeInterrupt);
        if (interrupted) {
          return;
        }
        validated.logs().forEach((name, value) -> logs.put("val_" + name, value));
      }
      callbacks.forEach(callback -> callback.onEpochEnd(this, epoch, logs));
      if (backup != null && backups.frequency().isDueAfterEpoch()) {
        backup.write(epoch + 1, 0);
      }
    }

    private boolean noticeInterrupt() {
      if (Thread.interrupted()) {
        interrupted = true;
        stopped = true;
      }
      return interrupted;
    }

    private void trainBatch(BatchRunner runner, int epoch) {
      // Where in the data a batch is follows from its number, so that a training that goes on with
      // initialEpoch sees what one without a break would see.
      long step = (long) epoch * stepsPerEpoch + batch;
      if (step / train.batches() != pass) {
        pass = step / train.batches();
        order = train.order(Math.toIntExact(pass));
      }
      int first = (int) (step % train.batches()) * train.batchSize();
      int rows = Math.min(train.batchSize(), train.size() - first);
      network.prepareBackward();
      runner.train(train, order, first, rows, optimizer.iterations());
      double batchLoss = runner.loss() + penalty();
      if (!Double.isFinite(batchLoss) && !toleratesNonFiniteLoss) {
        throw NonFiniteLossException.at(epoch, batch, batchLoss, runner, network);
      }
      totals.add(runner, batchLoss, rows);
      if (Double.isFinite(batchLoss)) {
        runner.keepStatistics();
        step(runner.gradients());
      }
    }

    private void step(Gradient[] gradients) {
      List<Weight> weights = network.weights();
      int next = 0;
      for (int w = 0; w < gradients.length; w++) {
        Weight weight = weights.get(w);
        if (!weight.trainable()) {
          continue;
        }
        gradientValues[next] = gradients[w].values();
        gradientSquares[next] = gradients[w].squares();
        if (weight.regularizer() != null) {
          weight.regularizer().addGradient(weight.values(), gradientValues[next]);
          // With the penalty of every row added the gradient is one of all rows, in Keras too.
          gradientSquares[next] = null;
        }
        next++;
      }
      optimizer.apply(trainable, gradientValues, gradientSquares);
    }

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
      return resumed;
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
      return optimizer;
    }

    @Override
    public Map<String, Metric> metrics() {
      return metrics;
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
}
