package org.unroll.training;

import java.util.List;
import org.unroll.callbacks.InferenceContext;
import org.unroll.network.Weight;

/** An evaluation or a prediction as callbacks see it. */
final class Inference implements InferenceContext {
  private final List<Weight> weights;
  private final int batches;
  private boolean stopped;

  Inference(List<Weight> weights, int batches) {
    this.weights = weights;
    this.batches = batches;
  }

  @Override
  public List<Weight> weights() {
    return weights;
  }

  @Override
  public int batches() {
    return batches;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  /** Returns whether a callback has stopped it. */
  boolean stopped() {
    return stopped;
  }
}
