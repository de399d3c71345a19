package org.unroll.layers;

import org.unroll.compute.CounterRandom;

/**
 * The circumstances of one forward pass of one slice: training or not, and where randomness comes
 * from.
 *
 * <p>A random draw depends on seed, training step, layer and row of the batch only, never on the
 * thread or on what ran before, so the same seed gives the same masks on any number of threads.
 */
public final class Call {
  private boolean training;
  private long seed;
  private long step;
  private int firstRow;

  /** A call outside of training. */
  public Call inference(int newFirstRow) {
    training = false;
    firstRow = newFirstRow;
    return this;
  }

  /**
   * A call in training.
   *
   * @param newSeed the seed of the run
   * @param newStep the number of batches trained before
   * @param newFirstRow the slice's first row in its batch
   */
  public Call training(long newSeed, long newStep, int newFirstRow) {
    training = true;
    seed = newSeed;
    step = newStep;
    firstRow = newFirstRow;
    return this;
  }

  /** Whether dropout and its relatives are on. */
  public boolean isTraining() {
    return training;
  }

  /** The key of the random stream of one row (or one time step of a row) in one layer. */
  long randomKey(int layer, int row) {
    return CounterRandom.key(seed, layer, step, row);
  }

  /** The slice's first row in its batch. */
  int firstRow() {
    return firstRow;
  }
}
