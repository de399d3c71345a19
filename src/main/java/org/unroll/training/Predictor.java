package org.unroll.training;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;

/**
 * Runs a network for its outputs. Buffers and threads stay for the next call, so that a small one,
 * such as a single window, costs its arithmetic and little else; they go when the predictor is
 * collected as garbage.
 *
 * <p>Any number of threads may call at once, as long as none changes the weights: the first finds
 * the buffers that are kept, the others make their own.
 */
public final class Predictor {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Network network;
  private final Idle idle = new Idle();

  /** A predictor for this network, without buffers and threads until it is called. */
  public Predictor(Network network) {
    this.network = network;
    CLEANER.register(this, idle);
  }

  /**
   * The shape of one output for this data; where sequences have a length for each batch, all of the
   * data counts as one.
   */
  public Shape outputShape(Dataset dataset) {
    return network.outputShape(dataset.forBatch(null, 0, dataset.size()).inputShape());
  }

  /**
   * The outputs for every sample of a dataset, row-major. They do not depend on the dataset's batch
   * size, nor on the number of threads; targets are not looked at. The layers begin with zeros, or
   * with what the stateful ones have kept.
   *
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[] predict(Dataset dataset, int threads) {
    return predict(dataset, null, threads);
  }

  /**
   * As {@link #predict(Dataset, int)}, with the states that the samples end with.
   *
   * @param states a row for each sample, overwritten with the last states; the samples begin with
   *     them unless the network is stateful and goes on with its own. Null where nobody asks
   */
  public float[] predict(Dataset dataset, NetworkState states, int threads) {
    requireInputs(network, dataset, "prediction");
    float[] outputs = new float[Math.multiplyExact(dataset.size(), outputShape(dataset).size())];
    BatchRunner runner = idle.take();
    if (runner != null && runner.threads() != threads) {
      runner.close();
      runner = null;
    }
    if (runner == null) {
      runner = new BatchRunner(network, null, List.of(), 0, threads);
    }
    try {
      if (network.isStateful()) {
        predictInBatches(runner, dataset, states, outputs);
      } else {
        runner.predict(dataset, 0, dataset.size(), states, outputs);
      }
    } finally {
      idle.keep(runner);
      // Else the predictor could be collected meanwhile, and nobody would end these threads.
      Reference.reachabilityFence(this);
    }
    return outputs;
  }

  /** Row i of a batch goes on where row i of the batch before ended. */
  private void predictInBatches(
      BatchRunner runner, Dataset dataset, NetworkState states, float[] outputs) {
    int rows = dataset.batchSize();
    for (int first = 0; first < dataset.size(); first += rows) {
      runner.predict(dataset, first, rows, null, outputs);
      if (states != null) {
        states.copyRows(network.keptState(), 0, first, rows);
      }
    }
  }

  /**
   * Checks that the inputs of a dataset are what the network takes.
   *
   * @param use what the data is for, for the error's text
   * @throws IllegalArgumentException if they are not
   */
  public static void requireInputs(Network network, Dataset dataset, String use) {
    if (!network.inputShape().accepts(dataset.inputShape())) {
      throw new IllegalArgumentException(
          "The model takes samples of shape "
              + network.inputShape()
              + "; the "
              + use
              + " data has samples of shape "
              + dataset.inputShape()
              + ". Change input(…) of the model or the lookback, step and columns of the data.");
    }
    if (network.inputShape().isKnown() && !dataset.inputShape().isKnown()) {
      throw new IllegalArgumentException(
          "The model takes samples of shape "
              + network.inputShape()
              + "; the "
              + use
              + " data has sequences whose length differs from batch to batch. Begin the model with"
              + " input(Shape.ANY, …), or pad the data to one length.");
    }
    if (network.isStateful()) {
      requireBatches(network.input().batchSize(), dataset, use);
    }
  }

  /** Every batch of a stateful network has a row for each of its states. */
  private static void requireBatches(int rows, Dataset dataset, String use) {
    int last = dataset.size() % rows;
    if (dataset.batchSize() != rows) {
      throw new IllegalArgumentException(
          "The model is stateful and was built for batches of "
              + rows
              + " rows; the "
              + use
              + " data has batches of "
              + dataset.batchSize()
              + ". Call batchSize("
              + rows
              + ") on the data. To predict with another batch size, load the weights into a model"
              + " with input(…).batchSize("
              + dataset.batchSize()
              + "), or use stepper(rows).");
    }
    if (last != 0) {
      throw new IllegalArgumentException(
          "The model is stateful and was built for batches of "
              + rows
              + " rows; the "
              + use
              + " data has "
              + dataset.size()
              + " samples, so that its last batch has "
              + last
              + ". Leave them out: subset(0, "
              + (dataset.size() - last)
              + ").");
    }
  }

  /**
   * The runner that nobody uses at the moment, if there is one. It knows nothing of its predictor,
   * which could else never become garbage.
   */
  private static final class Idle implements Runnable {
    private final AtomicReference<BatchRunner> runner = new AtomicReference<>();

    BatchRunner take() {
      return runner.getAndSet(null);
    }

    void keep(BatchRunner used) {
      BatchRunner other = runner.getAndSet(used);
      if (other != null) {
        other.close();
      }
    }

    /** Ends its threads, when the predictor is gone. */
    @Override
    public void run() {
      BatchRunner last = take();
      if (last != null) {
        last.close();
      }
    }
  }
}
