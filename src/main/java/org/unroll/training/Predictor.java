package org.unroll.training;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.unroll.data.Dataset;
import org.unroll.layers.Network;

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
   * The outputs for every sample of a dataset, row-major. They do not depend on the dataset's batch
   * size, nor on the number of threads; targets are not looked at.
   *
   * @throws IllegalArgumentException if the samples are not what the network takes
   */
  public float[] predict(Dataset dataset, int threads) {
    requireInputs(network, dataset, "prediction");
    float[] outputs =
        new float
            [Math.multiplyExact(dataset.size(), network.outputShape(dataset.inputShape()).size())];
    BatchRunner runner = idle.take();
    if (runner != null && runner.threads() != threads) {
      runner.close();
      runner = null;
    }
    if (runner == null) {
      runner = new BatchRunner(network, null, List.of(), 0, threads);
    }
    try {
      runner.predict(dataset, 0, dataset.size(), outputs);
    } finally {
      idle.keep(runner);
      // Else the predictor could be collected meanwhile, and nobody would end these threads.
      Reference.reachabilityFence(this);
    }
    return outputs;
  }

  /**
   * Checks that the inputs of a dataset are what the network takes.
   *
   * @param use what the data is for, for the error's text
   */
  static void requireInputs(Network network, Dataset dataset, String use) {
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
