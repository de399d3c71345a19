package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Hooks into training, as Keras's {@code Callback}. All are called on the thread that called {@code
 * fit}; none does anything here. The logs of an epoch hold {@code loss}, the metrics by name, their
 * validation twins as {@code val_…}, and may be added to.
 */
public abstract class Callback {
  /** Before the first epoch. */
  public void onTrainBegin(TrainingContext training) {}

  /** Before an epoch, counted from 0. */
  public void onEpochBegin(TrainingContext training, int epoch) {}

  /**
   * After a batch, counted from 0 in its epoch; the logs are the means over the epoch so far, read
   * only.
   */
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {}

  /** After an epoch and its validation. */
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {}

  /**
   * After the last epoch, however training ended: finished, stopped, interrupted or failed. Not
   * called where this callback's own {@link #onTrainBegin} failed or was not reached.
   */
  public void onTrainEnd(TrainingContext training) {}

  /**
   * Writes what this callback remembers of the training so far, for {@link BackupAndRestore};
   * nothing by default.
   *
   * @throws IOException as the stream does
   */
  public void writeState(DataOutput out) throws IOException {}

  /**
   * Takes up what {@link #writeState} has written, in a training that goes on from a backup. Called
   * after {@link #onTrainBegin}, and where training goes on within an epoch, after {@link
   * #onEpochBegin} of this epoch.
   *
   * @throws IOException as the stream does
   */
  public void readState(DataInput in) throws IOException {}
}
