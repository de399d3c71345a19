package org.unroll.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.unroll.internal.CounterRandom;
import org.unroll.internal.SplitMix64;

/**
 * The context of a forward pass over one slice of a batch: whether the model is training, the
 * source of randomness, and the recorder of intermediate values.
 *
 * <p>Random numbers depend only on the seed, the training step, the layer and the row of the batch.
 * They do not depend on the thread or on what was computed before, so the same seed gives the same
 * dropout masks with any number of threads.
 */
public final class ForwardContext {
  /** Enough for a mask of the inputs and a mask of the state for each gate. */
  private static final int STREAMS_PER_LAYER = 16;

  private final SplitMix64 random = new SplitMix64(0);
  private boolean training;
  private boolean forwardOnly;
  private long weightsVersion;
  private long seed;
  private long step;
  private int firstRow;
  private ForwardContext outerContext; // whose time steps are the rows of this context, or null
  private int rows;
  private int timesteps;
  private Recorder recorder;
  private int application;
  private int stepStream;
  private int stepPosition;

  /** Creates a context outside of training, for {@link #timeStepsAsRows}. */
  public ForwardContext() {}

  /**
   * Changes this context to one outside of training.
   *
   * @param newFirstRow the first row of the slice in its batch
   * @hidden
   */
  public ForwardContext inference(int newFirstRow) {
    training = false;
    forwardOnly = false;
    firstRow = newFirstRow;
    return this;
  }

  /**
   * Changes this context to one outside of training without a backward pass, so that layers need
   * not keep intermediate values. The outputs are the same as those of {@link #inference}.
   *
   * @param firstSample the first row of the slice in its dataset
   * @hidden
   */
  public ForwardContext forwardOnly(int firstSample) {
    training = false;
    forwardOnly = true;
    firstRow = firstSample;
    return this;
  }

  /**
   * Changes this context to one in training.
   *
   * @param newSeed the seed of the training run
   * @param newStep the number of batches trained before this one
   * @param newFirstRow the first row of the slice in its batch
   * @hidden
   */
  public ForwardContext training(long newSeed, long newStep, int newFirstRow) {
    training = true;
    forwardOnly = false;
    seed = newSeed;
    step = newStep;
    firstRow = newFirstRow;
    return this;
  }

  /**
   * Sets the version of the weights: while it is the same, the weights are the same.
   *
   * @hidden
   */
  public ForwardContext weightsVersion(long version) {
    weightsVersion = version;
    return this;
  }

  /**
   * Returns the version of the weights, for what a pass derives from them; 0 if it is not known.
   *
   * @hidden
   */
  public long weightsVersion() {
    return weightsVersion;
  }

  /**
   * Sets the recorder of intermediate values.
   *
   * @param newRecorder the recorder, or null to stop recording
   * @hidden
   */
  public ForwardContext recorder(Recorder newRecorder) {
    recorder = newRecorder;
    return this;
  }

  /**
   * Sets which layer runs next.
   *
   * @param number how often it was applied before
   * @param newStream a number that differs from that of the other steps of layers with the same
   *     position, so that their masks differ
   * @param position the position of the layer
   */
  void application(int number, int newStream, int position) {
    application = number;
    stepStream = newStream;
    stepPosition = position;
  }

  /**
   * Changes this context to one for the layers of a model inside another layer. Their random
   * numbers differ from those of all other layers.
   *
   * @param outer the context of the model
   * @param position the position of the model
   */
  ForwardContext inside(ForwardContext outer, int position) {
    long places = ((long) outer.stepPosition << 32) + position + 1;
    timeStepsAsRows(outer, outer.rows, outer.timesteps);
    outerContext = outer.outerContext;
    seed = SplitMix64.mix(outer.stepSeed() + SplitMix64.mix(places));
    firstRow = outer.firstRow;
    return this;
  }

  /** Returns whether intermediate values are recorded. */
  public boolean isRecording() {
    return recorder != null;
  }

  /**
   * Records an intermediate value of a layer, which {@code Sequential.record} then returns. Does
   * nothing unless the context {@linkplain #isRecording is recording}.
   *
   * @param layer the layer that computed it
   * @param quantity the name of the quantity, for example {@code attention_weights}
   * @param values the values, read during this call only
   */
  public void record(Layer layer, String quantity, Tensor values) {
    if (recorder != null) {
      recorder.record(layer, application, quantity, values);
    }
  }

  /** Returns whether the model is training, so that layers such as dropout are active. */
  public boolean isTraining() {
    return training;
  }

  /** Returns whether no backward pass follows, so that a pass need not keep what it would need. */
  public boolean isForwardOnly() {
    return forwardOnly;
  }

  /**
   * Changes this context to one for an inner layer that is applied to every time step separately.
   * The rows of the inner layer are the time steps of all rows: first all rows at time step 0, then
   * all rows at time step 1, and so on.
   *
   * @param outer the context of the outer layer
   * @param newRows the number of rows of the outer layer
   * @param newTimesteps the number of time steps of the outer layer
   * @return this context
   */
  public ForwardContext timeStepsAsRows(ForwardContext outer, int newRows, int newTimesteps) {
    training = outer.training;
    forwardOnly = outer.forwardOnly;
    weightsVersion = outer.weightsVersion;
    seed = outer.seed;
    step = outer.step;
    outerContext = outer;
    application = outer.application;
    stepStream = outer.stepStream;
    stepPosition = outer.stepPosition;
    rows = newRows;
    timesteps = newTimesteps;
    return this;
  }

  /**
   * Fills a dropout mask with one factor for each value of a tensor. In training a factor is 0 with
   * probability {@code rate} and 1 / (1 − rate) otherwise, drawn for each value independently.
   * Outside of training all factors are 1.
   *
   * @param layer the layer that draws the mask
   * @param stream the number of the mask among those of the layer, from 0 to 15
   * @param rate the fraction of the values to drop, from 0 to 1
   * @param values the tensor that the mask is for
   * @param mask the array to fill, with room for {@code values.size()} factors in the same order
   */
  public void fillDropoutMask(Layer layer, int stream, double rate, Tensor values, float[] mask) {
    if (!training) {
      Arrays.fill(mask, 0, values.size(), 1f);
      return;
    }
    int width = values.width();
    for (int i = 0; i < values.rows() * values.timesteps(); i++) {
      CounterRandom.fillDropoutMask(key(layer, stream, values, i), rate, width, mask, i * width);
    }
  }

  /**
   * Fills a dropout mask with one factor for each feature of each row, to be used at all time
   * steps. The factors are those of {@link #fillDropoutMask(Layer, int, double, Tensor, float[])}.
   *
   * @param layer the layer that draws the mask
   * @param stream the number of the mask among those of the layer, from 0 to 15
   * @param rate the fraction of the features to drop, from 0 to 1
   * @param maskRows the number of rows in the slice
   * @param width the number of features
   * @param mask the array to fill, with room for {@code maskRows} × {@code width} factors
   */
  public void fillDropoutMask(
      Layer layer, int stream, double rate, int maskRows, int width, float[] mask) {
    if (!training) {
      Arrays.fill(mask, 0, maskRows * width, 1f);
      return;
    }
    for (int r = 0; r < maskRows; r++) {
      long key = randomKey(layer.position(), stream, r);
      CounterRandom.fillDropoutMask(key, rate, width, mask, r * width);
    }
  }

  /**
   * Returns random numbers for one row of a tensor at one time step.
   *
   * @param layer the layer that draws the numbers
   * @param stream the number of the random stream among those of the layer, from 0 to 15
   * @param values the tensor that the numbers are for
   * @param position the row and the time step, as {@code timestep * values.rows() + row}
   * @return a generator that is valid until the next call
   */
  public RandomGenerator random(Layer layer, int stream, Tensor values, int position) {
    random.restart(key(layer, stream, values, position));
    return random;
  }

  private long key(Layer layer, int stream, Tensor values, int position) {
    int row = rowInBatch(position % values.rows()) * values.timesteps();
    return batchRowKey(layer.position(), stream, row + position / values.rows());
  }

  /**
   * Returns the key of the random stream of one row.
   *
   * @param layer the position of the layer in the network
   * @param stream the number of the random stream among those of the layer, from 0 to 15
   * @param row the row within the slice
   */
  long randomKey(int layer, int stream, int row) {
    return batchRowKey(layer, stream, rowInBatch(row));
  }

  private long batchRowKey(int layer, int stream, int row) {
    if (stream < 0 || stream >= STREAMS_PER_LAYER) {
      throw new IllegalArgumentException(
          "The number of a random stream must be from 0 to "
              + (STREAMS_PER_LAYER - 1)
              + ", but was "
              + stream
              + ".");
    }
    return CounterRandom.key(stepSeed(), layer * STREAMS_PER_LAYER + stream, step, row);
  }

  private long stepSeed() {
    return stepStream == 0 ? seed : SplitMix64.mix(seed + stepStream);
  }

  /**
   * Describes a row of the slice for the message of an exception: {@code row 5 of the batch}, or
   * {@code sample 5} of the dataset in a prediction.
   */
  public String describeRow(int row) {
    if (outerContext != null) {
      return outerContext.describeRow(row % rows) + ", time step " + row / rows;
    }
    int number = rowInBatch(row);
    return forwardOnly ? "sample " + number : "row " + number + " of the batch";
  }

  /** The number of a row in the batch, which does not depend on how the batch is sliced. */
  private int rowInBatch(int row) {
    return outerContext == null
        ? firstRow + row
        : outerContext.rowInBatch(row % rows) * timesteps + row / rows;
  }
}
