package org.unroll.training;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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
    return network.outputShapes(
        DataChecks.inputs(network, dataset).stream()
            .map(input -> input.forBatch(null, 0, dataset.size()).inputShape())
            .toList());
  }

  /**
   * Returns each output of all samples of a dataset, row-major. They depend neither on the batch
   * size nor on the number of threads. Targets are ignored. The initial states are zeros, or the
   * states that a stateful network has kept.
   *
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[][] predict(Dataset dataset, int threads) {
    return predict(dataset, null, threads);
  }

  /**
   * Returns the outputs as {@link #predict(Dataset, int)} does, and the final states of the
   * samples.
   *
   * @param states one row for each sample, overwritten with the final states. They are also the
   *     initial states, unless the network is stateful and continues with the states that it keeps.
   *     May be null
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[][] predict(Dataset dataset, NetworkState states, int threads) {
    DataChecks.requirePredictable(network, dataset);
    return network
        .use()
        .during("predict", network.forwardEffect(), () -> run(dataset, states, threads));
  }

  private float[][] run(Dataset dataset, NetworkState states, int threads) {
    float[][] outputs =
        outputShapes(dataset).stream()
            .map(shape -> new float[Math.multiplyExact(dataset.size(), shape.size())])
            .toArray(float[][]::new);
    BatchRunner runner = unused.getAndSet(null);
    if (runner == null || runner.threads() != threads) {
      runner = new BatchRunner(network, List.of(), 0, threads);
    }
    try (BatchRunner open = runner.open()) {
      if (network.isStateful()) {
        predictInBatches(open, dataset, states, outputs);
      } else {
        open.predict(dataset, 0, dataset.size(), states, outputs);
      }
    }
    // Not after a failure, which may have come between two changes of the buffers.
    unused.set(runner);
    return outputs;
  }

  /**
   * Predicts batch by batch: row i of a batch continues where row i of the batch before ended. A
   * batch with fewer rows than the network leaves the states of the other rows as they are.
   */
  private void predictInBatches(
      BatchRunner runner, Dataset dataset, NetworkState states, float[][] outputs) {
    for (int first = 0; first < dataset.size(); first += dataset.batchSize()) {
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.predict(dataset, first, rows, null, outputs);
      if (states != null) {
        states.copyRows(network.keptState(), 0, first, rows);
      }
    }
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
