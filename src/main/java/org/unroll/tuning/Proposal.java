package org.unroll.tuning;

import java.util.List;
import java.util.Map;

/**
 * A trial before it is run.
 *
 * @param number the number, from 0
 * @param values all requested hyperparameters
 * @param space their definitions
 * @param asksForSeed whether the trial requested {@link HyperParameters#seed}
 * @param rung the place in {@link Hyperband}; null for other tuners
 * @param prepared the trial to run; null if the preparation failed
 * @param failure why the preparation failed; null if it did not
 */
record Proposal(
    int number,
    Map<String, Object> values,
    List<Dimension> space,
    boolean asksForSeed,
    Hyperband.Rung rung,
    Experiment.Prepared prepared,
    RuntimeException failure) {
  /** Returns the proposal without its model and data, which can then be garbage collected. */
  Proposal withoutPrepared() {
    return new Proposal(number, values, space, asksForSeed, rung, null, failure);
  }
}
