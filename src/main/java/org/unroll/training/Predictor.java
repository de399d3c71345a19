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
 * Computes the outputs of a network. {@code predict} of a model calls it.
 *
 * <p>Buffers and threads are kept for the next call, so the prediction of a single window costs
 * little more than its arithmetic. They are released when the predictor is garbage collected.
 *
 * <p>Several threads may call a predictor at the same time, as long as none of them changes the
 * weights. One of them uses the kept buffers; the others allocate new ones.
 *
 * @hidden
 */
public final class Predictor {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Network network;
  private final Idle idle = new Idle();

  /** Creates a predictor for a network. Buffers and threads are created by the first call. */
  public Predictor(Network network) {
    this.network = network;
    CLEANER.register(this, idle);
  }

  /**
   * Returns the shape of the output of one sample. If sequences are padded batch by batch, all data
   * is treated as one batch.
   */
  public Shape outputShape(Dataset dataset) {
    return network.outputShape(dataset.forBatch(null, 0, dataset.size()).inputShape());
  }

  /**
   * Returns the outputs of all samples of a dataset, row-major. They depend neither on the batch
   * size nor on the number of threads. Targets are ignored. The initial states are zeros, or the
   * states that a stateful network has kept.
   *
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[] predict(Dataset dataset, int threads) {
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
  public float[] predict(Dataset dataset, NetworkState states, int threads) {
    DataChecks.requirePredictable(network, dataset);
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
      // Otherwise the predictor could be collected before keep, and its threads would never end.
      Reference.reachabilityFence(this);
    }
    return outputs;
  }

  /**
   * Predicts batch by batch: row i of a batch continues where row i of the batch before ended. A
   * batch with fewer rows than the network leaves the states of the other rows as they are.
   */
  private void predictInBatches(
      BatchRunner runner, Dataset dataset, NetworkState states, float[] outputs) {
    for (int first = 0; first < dataset.size(); first += dataset.batchSize()) {
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.predict(dataset, first, rows, null, outputs);
      if (states != null) {
        states.copyRows(network.keptState(), 0, first, rows);
      }
    }
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

  /**
   * The runner that is not in use, if there is one. It has no reference to its predictor, which
   * could otherwise never be garbage collected.
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

    /** Ends the threads of the runner after the predictor was garbage collected. */
    @Override
    public void run() {
      BatchRunner last = take();
      if (last != null) {
        last.close();
      }
    }
  }
}
