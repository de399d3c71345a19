package org.unroll.network;

import org.unroll.internal.CounterRandom;

/**
 * The circumstances of one forward pass of one slice: training or not, and where randomness comes
 * from.
 *
 * <p>A random draw depends on seed, training step, layer and row of the batch only, never on the
 * thread or on what ran before, so the same seed gives the same masks on any number of threads.
 */
public final class ForwardContext {
  /** Enough for a mask of the inputs and one of the state for each gate. */
  private static final int STREAMS_PER_LAYER = 16;

  private boolean training;
  private boolean forwardOnly;
  private long seed;
  private long step;
  private int firstRow;
  private ForwardContext outerCall; // the call whose time steps are this one's rows, or null
  private int rows;
  private int timesteps;
  private Recorder recorder;

  /** A call outside of training. */
  public ForwardContext inference(int newFirstRow) {
    training = false;
    forwardOnly = false;
    firstRow = newFirstRow;
    return this;
  }

  /**
   * A call outside of training that no backward pass follows, so that layers need not keep what one
   * would read. The outputs are those of {@link #inference}.
   *
   * @param firstSample the slice's first row in its dataset
   */
  public ForwardContext forwardOnly(int firstSample) {
    training = false;
    forwardOnly = true;
    firstRow = firstSample;
    return this;
  }

  /**
   * A call in training.
   *
   * @param newSeed the seed of the run
   * @param newStep the number of batches trained before
   * @param newFirstRow the slice's first row in its batch
   */
  public ForwardContext training(long newSeed, long newStep, int newFirstRow) {
    training = true;
    forwardOnly = false;
    seed = newSeed;
    step = newStep;
    firstRow = newFirstRow;
    return this;
  }

  /** Lets layers tell a recorder what they compute on their way; null to stop that. */
  public ForwardContext recorder(Recorder newRecorder) {
    recorder = newRecorder;
    return this;
  }

  /** Whether anybody wants to be told. */
  public boolean isRecording() {
    return recorder != null;
  }

  /** Tells the recorder, if there is one. */
  public void record(Layer layer, String quantity, Tensor values) {
    if (recorder != null) {
      recorder.record(layer, quantity, values);
    }
  }

  /** Whether dropout and its relatives are on. */
  public boolean isTraining() {
    return training;
  }

  /** Whether no backward pass follows. */
  public boolean isForwardOnly() {
    return forwardOnly;
  }

  /**
   * This call for a layer that is applied to every time step by itself: its rows are the time steps
   * of all rows, those of the first step before those of the second.
   */
  public ForwardContext eachStep(ForwardContext outer, int newRows, int newTimesteps) {
    training = outer.training;
    forwardOnly = outer.forwardOnly;
    seed = outer.seed;
    step = outer.step;
    outerCall = outer;
    rows = newRows;
    timesteps = newTimesteps;
    return this;
  }

  /**
   * The key of the random stream of one row.
   *
   * @param layer the layer's place in the network
   * @param stream which of the layer's masks is drawn
   * @param row the row within the slice
   */
  public long randomKey(int layer, int stream, int row) {
    return CounterRandom.key(seed, layer * STREAMS_PER_LAYER + stream, step, rowInBatch(row));
  }

  /** What an error calls a row of the slice. */
  public String describeRow(int row) {
    if (outerCall != null) {
      return outerCall.describeRow(row % rows) + ", time step " + row / rows;
    }
    int number = rowInBatch(row);
    return forwardOnly ? "sample " + number : "row " + number + " of the batch";
  }

  /** The number that a row of the slice has in the batch, however the batch is cut. */
  private int rowInBatch(int row) {
    return outerCall == null
        ? firstRow + row
        : outerCall.rowInBatch(row % rows) * timesteps + row / rows;
  }
}
