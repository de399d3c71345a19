package org.unroll.callbacks;

import java.util.List;
import org.unroll.network.Weight;

/**
 * An evaluation or a prediction as a callback sees it. {@code evaluate} and {@code predict} pass it
 * to the methods of {@link Callback}, and so does {@code fit} when it validates.
 */
public interface InferenceContext {
  /** Returns all weights of the model in Keras's order. */
  List<Weight> weights();

  /** Returns the number of batches. */
  int batches();

  /**
   * Stops after the current batch, as Keras's {@code stop_evaluating} and {@code stop_predicting}.
   * The results are those of the batches so far. {@code fit} continues after its validation.
   */
  void stop();
}
