package org.unroll.callbacks;

import java.nio.file.Path;

/**
 * Backs a training up, so that one that was killed goes on: call {@code fit} again with the same
 * model, data and options, and it ends in the same bits as if nothing had happened.
 *
 * <p>A backup holds the weights, the optimizer's state, epoch and batch with the sums of loss and
 * metrics so far, the history, and what the other callbacks remember ({@link Callback#writeState}).
 * The order of the samples and the random numbers of dropout follow from the seeds and the number
 * of the batch. The learning rate is the backup's, too: a training that is to go on with another
 * one begins without the backup. It is written as a whole or not at all, so that there is one to go
 * on from whenever the program ends.
 *
 * <p>A backup that was made with other layers, other data, another optimizer or other options is an
 * error, the number of epochs excepted. Of the data its size, batches, order and a few samples are
 * compared; of a layer its name, its shapes and its weights'; of the callbacks their classes.
 *
 * <p>Defaults, those of Keras: after every epoch, deleteCheckpoint true. The backup is deleted when
 * training ends after its last epoch or because a callback has stopped it; it is kept after an
 * interrupt or an exception. There is no {@code double_checkpoint}, which is for backups that may
 * be half written. A training has at most one of these callbacks; it sees an epoch after all
 * others.
 */
public final class BackupAndRestore extends Callback {
  private final Path folder;
  private final SaveFrequency frequency = new SaveFrequency();
  private boolean deleteCheckpoint = true;

  BackupAndRestore(Path folder) {
    this.folder = folder;
  }

  /** The folder of the backup. */
  public Path folder() {
    return folder;
  }

  /** The number of batches after which a backup is made; null: after every epoch. */
  public Integer saveFreq() {
    return frequency.batches();
  }

  /**
   * Backs up each time this many batches were trained instead of after every epoch.
   *
   * @param batches at least 1
   */
  public BackupAndRestore saveFreq(int batches) {
    frequency.batches(batches);
    return this;
  }

  /** Whether the backup is deleted when training has ended as it should. */
  public boolean deleteCheckpoint() {
    return deleteCheckpoint;
  }

  /** Chooses whether the backup is deleted when training has ended as it should. */
  public BackupAndRestore deleteCheckpoint(boolean delete) {
    deleteCheckpoint = delete;
    return this;
  }

  public SaveFrequency frequency() {
    return frequency;
  }
}
