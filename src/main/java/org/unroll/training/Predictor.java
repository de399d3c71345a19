package org.unroll.training;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.unroll.callbacks.Callback;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;

/**
 * Computes the outputs of a network. {@code predict} of a model calls it.
 *
 * <p>Buffers are kept for the next call, so the prediction of a single window costs little more
 * than its arithmetic.
 *
 * <p>Several threads may call a predictor at the same time, unless the network is stateful. One of
 * them uses the kept buffers; the others allocate new ones.
 *
 * @hidden
 */
public final class Predictor {
  private final Network network;

  /** Those of the last call, because finding them takes a fifth of the time of a single window. */
  private volatile SampleShapes lastShapes;

  /** The runner that no thread is using, if there is one. */
  private final AtomicReference<BatchRunner> unused = new AtomicReference<>();

  /** Creates a predictor for a network. Buffers are created by the first call. */
  public Predictor(Network network) {
    this.network = network;
  }

  /**
   * Returns the shape of the output of one sample. If sequences are padded batch by batch, all data
   * is treated as one batch.
   */
  public Shape outputShape(Dataset dataset) {
    return outputShapes(dataset).get(0);
  }

  /** Returns the shapes of all outputs, as {@link #outputShape}. */
  public List<Shape> outputShapes(Dataset dataset) {
    List<Shape> samples =
        DataChecks.inputs(network, dataset).stream()
            .map(input -> input.forBatch(null, 0, dataset.size()).inputShape())
            .toList();
    SampleShapes known = lastShapes;
    if (known == null || !known.inputs.equals(samples)) {
      known = new SampleShapes(samples, network.outputShapes(samples));
      lastShapes = known;
    }
    return known.outputs;
  }

  /** The shapes of one sample of each input and of each output. */
  private record SampleShapes(List<Shape> inputs, List<Shape> outputs) {}

  /**
   * Returns each output of all samples of a dataset, row-major. They depend neither on the batch
   * size nor on the number of threads. Targets are ignored. The initial states are zeros, or the
   * states that a stateful network has kept.
   *
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[][] predict(Dataset dataset, int threads) {
    return predict(dataset, null, threads, List.of());
  }

  /**
   * Returns the outputs as {@link #predict(Dataset, int)} does, and the final states of the
   * samples.
   *
   * @param states one row for each sample, overwritten with the final states. They are also the
   *     initial states, unless the network is stateful and continues with the states that it keeps.
   *     May be null
   * @param callbacks called before and after each batch. If one of them stops the prediction, the
   *     outputs are those of the samples so far
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[][] predict(
      Dataset dataset, NetworkState states, int threads, List<Callback> callbacks) {
    DataChecks.requirePredictable(network, dataset);
    return network
        .use()
        .during("predict", network.forwardEffect(), () -> run(dataset, states, threads, callbacks));
  }

  private float[][] run(
      Dataset dataset, NetworkState states, int threads, List<Callback> callbacks) {
    float[][] outputs =
        outputShapes(dataset).stream()
            .map(shape -> new float[Math.multiplyExact(dataset.size(), shape.size())])
            .toArray(float[][]::new);
    BatchRunner runner = unused.getAndSet(null);
    if (runner == null || runner.threads() != threads) {
      runner = new BatchRunner(network, List.of(), 0, threads);
    }
    try (BatchRunner open = runner.open()) {
      if (network.isStateful() || !callbacks.isEmpty()) {
        outputs = predictInBatches(open, dataset, states, outputs, new Hooks(callbacks));
      } else {
        open.predict(dataset, 0, dataset.size(), states, outputs);
      }
    }
    // Not after a failure, which may have come between two changes of the buffers.
    unused.set(runner);
    return outputs;
  }

  /**
   * Predicts batch by batch. In a stateful network, row i of a batch continues where row i of the
   * batch before ended. A batch with fewer rows than the network leaves the states of the other
   * rows as they are.
   *
   * @return the outputs, shortened if a callback has stopped the prediction
   */
  private float[][] predictInBatches(
      BatchRunner runner, Dataset dataset, NetworkState states, float[][] outputs, Hooks hooks) {
    boolean continues = network.isStateful();
    // Sequences are padded to the length of all, so that all outputs have the same shape.
    Dataset padded = continues ? dataset : dataset.forBatch(null, 0, dataset.size());
    var context = new Inference(network.weights(), dataset.batches());
    int end = 0;
    hooks.call("onPredictBegin", callback -> callback.onPredictBegin(context));
    for (int batch = 0; batch < dataset.batches() && (batch == 0 || !context.stopped()); batch++) {
      int number = batch;
      hooks.call("onPredictBatchBegin", callback -> callback.onPredictBatchBegin(context, number));
      if (!hooks.isEmpty()) {
        runner.weightsMayHaveChanged();
      }
      int first = end;
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.predict(padded, first, rows, continues ? null : states, outputs);
      if (continues && states != null) {
        states.copyRows(network.keptState(), 0, first, rows);
      }
      end += rows;
      if (!hooks.isEmpty()) {
        double[][] copy = rows(outputs[0], first, rows, outputs[0].length / dataset.size());
        hooks.call(
            "onPredictBatchEnd", callback -> callback.onPredictBatchEnd(context, number, copy));
      }
    }
    hooks.call("onPredictEnd", callback -> callback.onPredictEnd(context));
    if (end < dataset.size()) {
      for (int o = 0; o < outputs.length; o++) {
        outputs[o] = Arrays.copyOf(outputs[o], outputs[o].length / dataset.size() * end);
      }
    }
    return outputs;
  }

  private static double[][] rows(float[] outputs, int first, int rows, int width) {
    double[][] copy = new double[rows][width];
    for (int i = 0; i < rows * width; i++) {
      copy[i / width][i % width] = outputs[first * width + i];
    }
    return copy;
  }

  /** Returns the samples for each input of a network, in its order. */
  public static List<Dataset> inputs(Network network, Dataset dataset) {
    return DataChecks.inputs(network, dataset);
  }

  /**
   * Checks that the inputs of a dataset are what the network takes.
   *
   * @param use the word for the data in the error message, for example {@code recorded}
   * @throws IllegalArgumentException if they are not
   */
  public static void requireInputs(Network network, Dataset dataset, String use) {
    DataChecks.requireInputs(network, dataset, use);
  }
}
