package org.unroll.tuning;

import java.util.List;
import java.util.Map;

/**
 * A trial that is to be run.
 *
 * @param values its hyperparameters, all that it asks for
 * @param space what they were chosen from
 * @param asksForSeed whether its weights begin with a seed of the execution
 * @param rung its place in {@link Hyperband}, or null
 * @param prepared what is to be run; null where preparing it failed
 * @param failure why it failed; null where it did not
 */
record Proposal(
    int number,
    Map<String, Object> values,
    List<Dimension> space,
    boolean asksForSeed,
    Rung rung,
    Experiment.Prepared prepared,
    RuntimeException failure) {
  /** What is to be remembered of it: neither its model nor its data. */
  Proposal withoutPrepared() {
    return new Proposal(number, values, space, asksForSeed, rung, null, failure);
  }
}
