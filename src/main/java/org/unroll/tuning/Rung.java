package org.unroll.tuning;

/**
 * Where a trial of {@link Hyperband} stands.
 *
 * @param iteration which of the {@code hyperbandIterations}, from 0
 * @param bracket s: how often the bracket's trials are thinned out
 * @param round i: how often they have been so far
 * @param from the trial whose training goes on, or null in round 0
 * @param initialEpoch the epochs that training has behind it
 * @param epochs the number of the epoch at which it ends
 */
public record Rung(
    int iteration, int bracket, int round, Integer from, int initialEpoch, int epochs) {
  boolean isLast() {
    return round == bracket;
  }
}
