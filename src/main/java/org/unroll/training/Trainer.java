package org.unroll.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.LiveView;
import org.unroll.callbacks.ProgressHints;
import org.unroll.compute.Compute;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.internal.DefaultSeed;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.Recorder;
import org.unroll.optimizers.Optimizer;

/**
 * Trains and evaluates a compiled network. {@code fit} and {@code evaluate} of a model call it.
 *
 * @hidden
 */
public final class Trainer {
  private final CompiledNetwork compiled;
  private final TrainingStep trainingStep; // of trainOnBatch

  /** The runner of single batches that no thread is using, if there is one. */
  private final AtomicReference<BatchRunner> unused = new AtomicReference<>();

  /**
   * Creates a trainer of a network. The weights that are trainable now are trained. The optimizer
   * keeps its state from one {@link #fit} to the next.
   *
   * @param outputs what the outputs are compiled with, in their order
   * @throws IllegalStateException if another call is using the network
   */
  public Trainer(Network network, Optimizer optimizer, List<CompiledOutput> outputs) {
    compiled =
        new CompiledNetwork(
            network,
            optimizer,
            List.copyOf(outputs),
            network
                .use()
                .during("compile", ModelUse.Effect.CHANGES_WEIGHTS, network::trainableWeights));
    trainingStep = new TrainingStep(compiled);
  }

  /**
   * Trains the network. If the calling thread is interrupted, training ends after the current
   * batch, as if a callback had stopped it, and the interrupt flag is set again on return.
   *
   * @param recorder called when nothing else uses the network, and returns a callback that sees the
   *     logs after all others have added to them
   * @param saver writes the model to a file when a callback asks for it
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   * @throws IllegalStateException if the trainable weights have changed since this trainer was
   *     created, or another call is using the network
   * @throws NonFiniteLossException if the loss of a batch is infinite or not a number; the weights
   *     stay as they were before that batch
   */
  public void fit(
      Dataset dataset, FitOptions options, Supplier<Callback> recorder, Consumer<Path> saver) {
    compiled
        .network()
        .use()
        .run(
            "fit",
            ModelUse.Effect.CHANGES_WEIGHTS,
            () -> fitAlone(dataset, options, recorder.get(), saver));
  }

  private void fitAlone(
      Dataset dataset, FitOptions options, Callback recorder, Consumer<Path> saver) {
    requireSameTrainable();
    Dataset train = dataset;
    Dataset validation = options.validation();
    if (options.validationSplit() > 0) {
      if (validation != null) {
        throw new IllegalArgumentException(
            "Only one of validation(…) and validationSplit(…) can be set, but both were. Remove one"
                + " of them.");
      }
      int split = splitIndex(dataset, options.validationSplit());
      train = dataset.subset(0, trainingSize(dataset, split));
      validation = dataset.subset(split, dataset.size());
    }
    requireFit(train, "training");
    if (options.stretch() != null) {
      Stretches.requireFit(compiled, train);
    }
    if (!options.classWeight().isEmpty()) {
      train = classWeighted(train, options.classWeight());
    }
    if (validation != null) {
      requireFit(validation, "validation");
    }
    var run = new TrainingRun(compiled, train, validation, options, recorder, saver);
    if (options.hints() && ProgressHints.isOn()) {
      sayHints(dataset, options);
    }
    run.run();
  }

  private void sayHints(Dataset dataset, FitOptions options) {
    if (Compute.lacksVectorModule() && !LiveView.isNotebook()) { // Notebook.start() reports it
      ProgressHints.say(Hints.MISSING_VECTORS);
    }
    List<String> hints = List.of();
    try {
      hints = Hints.of(compiled, dataset, options.classWeight());
    } catch (RuntimeException e) {
      // Training reads the same data, and reports where it failed.
    }
    hints.forEach(ProgressHints::say);
  }

  /** Returns the number of samples to train on; the others are for validation. */
  private static int splitIndex(Dataset dataset, double validationSplit) {
    int split = (int) Math.floor(dataset.size() * (1 - validationSplit));
    if (split < 1 || split >= dataset.size()) {
      throw new IllegalArgumentException(
          "validationSplit must leave at least one sample to train on and one to validate on, but"
              + " was "
              + validationSplit
              + " for "
              + dataset.size()
              + (dataset.size() == 1 ? " sample" : " samples")
              + ". Use more data or another fraction.");
    }
    return split;
  }

  /**
   * Returns the number of samples before the validation samples that share no targets with them.
   */
  private static int trainingSize(Dataset dataset, int split) {
    int size = dataset.trainingSize(split);
    if (size < 1) {
      throw new IllegalArgumentException(
          "validationSplit must leave at least one sample whose targets are all before those of the "
              + (dataset.size() - split)
              + " validation samples, but every one of the "
              + split
              + " other samples shares a target with them. Use more data or fewer target steps.");
    }
    return size;
  }

  private Dataset classWeighted(Dataset data, Map<Integer, Double> classWeight) {
    if (compiled.outputs().size() > 1) {
      throw new IllegalArgumentException(
          "classWeight(…) needs a model with one output, but this one has "
              + compiled.outputs().size()
              + ". Give the samples weights instead.");
    }
    if (data.weightShape() != null) {
      throw new IllegalArgumentException(
          "classWeight(…) cannot be combined with sample weights, but the training data has weights"
              + " of shape "
              + data.weightShape()
              + ". Use one or the other.");
    }
    Shape output =
        compiled.network().outputShapes(DataChecks.inputShapes(compiled.network(), data)).get(0);
    if (output.rank() > 1) {
      throw new IllegalArgumentException(
          "classWeight(…) needs a model that returns one class per sample, but the output shape is "
              + output
              + ". Give the samples weights for their time steps instead.");
    }
    return new ClassWeighted(data, classWeight);
  }

  /**
   * Returns the mean loss and the metrics over a dataset, by name.
   *
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   * @throws CancellationException if the calling thread is interrupted before the last batch; the
   *     interrupt flag stays set
   */
  public Map<String, Double> evaluate(Dataset dataset, int threads, List<Callback> callbacks) {
    requireFit(dataset, "evaluation");
    Network network = compiled.network();
    return network
        .use()
        .during(
            "evaluate", network.forwardEffect(), () -> evaluateAlone(dataset, threads, callbacks));
  }

  private Map<String, Double> evaluateAlone(
      Dataset dataset, int threads, List<Callback> callbacks) {
    try (BatchRunner runner = compiled.newRunner(0, threads)) {
      return compiled
          .evaluate(
              runner,
              dataset,
              null,
              () -> {
                BatchRunner.requireNotInterrupted("evaluate");
                return false;
              },
              new Hooks(callbacks))
          .logs();
    }
  }

  /**
   * Trains the network on one batch, which are all samples of a dataset in their natural order.
   * Buffers are kept for the next call. The seed of dropout is the default one.
   *
   * @param classWeight as in {@link FitOptions#classWeight}
   * @return the loss and the metrics of the batch before the step, by name
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   * @throws NonFiniteLossException if the loss is infinite or not a number; the weights do not
   *     change
   */
  public Map<String, Double> trainOnBatch(Dataset samples, Map<Integer, Double> classWeight) {
    Dataset batch = oneBatch(samples);
    requireSameTrainable();
    requireFit(batch, "training");
    Dataset weighted = classWeight.isEmpty() ? batch : classWeighted(batch, classWeight);
    return onBatch(
        "trainOnBatch",
        ModelUse.Effect.CHANGES_WEIGHTS,
        weighted,
        runner -> {
          double loss = trainingStep.run(runner, weighted, null, 0, weighted.size(), null);
          if (!Double.isFinite(loss)) {
            runner.restoreState();
            throw NonFiniteLossException.onBatch(loss, runner, compiled.network());
          }
          return loss;
        });
  }

  /**
   * Returns the loss and the metrics of one batch, by name, as {@link #trainOnBatch} but without
   * training.
   *
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   */
  public Map<String, Double> testOnBatch(Dataset samples) {
    Dataset batch = oneBatch(samples);
    requireFit(batch, "evaluation");
    return onBatch(
        "testOnBatch",
        compiled.network().forwardEffect(),
        batch,
        runner -> {
          runner.evaluate(batch, 0, batch.size());
          return runner.loss() + compiled.penalty();
        });
  }

  /** Returns the names of all values in the logs of training data but the loss. */
  public Set<String> logNames() {
    return compiled.names();
  }

  /** Returns a dataset whose samples are one batch. */
  public static Dataset oneBatch(Dataset samples) {
    return samples.batchSize() == samples.size() ? samples : samples.batchSize(samples.size());
  }

  private Map<String, Double> onBatch(
      String call, ModelUse.Effect effect, Dataset batch, ToDoubleFunction<BatchRunner> body) {
    return compiled.network().use().during(call, effect, () -> onBatchAlone(batch, body));
  }

  private Map<String, Double> onBatchAlone(Dataset batch, ToDoubleFunction<BatchRunner> body) {
    BatchRunner runner = unused.getAndSet(null);
    if (runner == null) {
      int threads = WorkerPool.defaultThreads();
      runner = new BatchRunner(compiled.network(), compiled.outputs(), DefaultSeed.get(), threads);
    }
    var totals = new EpochTotals(compiled.outputs());
    try (BatchRunner open = runner.open()) {
      totals.add(open, body.applyAsDouble(open), batch.size());
    }
    runner.release();
    // Not after a failure, which may have come between two changes of the buffers.
    unused.set(runner);
    return totals.logs();
  }

  /**
   * Runs one sample forward and, from its loss, backward, in inference mode, while the layers
   * report to a recorder.
   *
   * @throws IllegalArgumentException if the data does not fit the network and the loss
   */
  public void record(Dataset dataset, int sample, Recorder recorder) {
    requireFit(dataset, "recorded");
    Network network = compiled.network();
    network
        .use()
        .run(
            "recordGradients",
            ModelUse.Effect.READS,
            () -> {
              try (var runner = new BatchRunner(network, compiled.outputs(), 0, 1)) {
                runner.open().record(dataset, sample, recorder);
              }
            });
  }

  /**
   * Checks that no layer was frozen or unfrozen since this trainer was created.
   *
   * @throws IllegalStateException if one was; the message names its weights
   */
  public void requireSameTrainable() {
    compiled.requireSameTrainable();
  }

  /**
   * Checks that the inputs, targets and sample weights of a dataset fit the network and the loss.
   * {@link #fit} and {@link #evaluate} call it.
   *
   * @param use the word for the data in the error message, for example {@code training}
   * @throws IllegalArgumentException if the data does not fit
   */
  public void requireFit(Dataset dataset, String use) {
    DataChecks.requireFit(compiled.network(), compiled.outputs(), dataset, use);
  }
}
