package org.unroll.callbacks;

import java.nio.file.Path;

/**
 * Backs up a training run so that it can resume after the program was killed. Call {@code fit}
 * again with the same model, data and options; the result is the same to the bit as without the
 * break.
 *
 * <p>A backup contains the weights, the state of the optimizer, the epoch and the batch with the
 * loss and the metrics so far, the history, and the state of the other callbacks ({@link
 * Callback#writeState}). The order of the samples and the random numbers of dropout follow from the
 * seeds and the number of the batch. The learning rate is restored too; delete the backup to train
 * with another one. A backup is replaced as a whole, so there is always a complete one.
 *
 * <p>{@code fit} throws an {@link IllegalStateException} if the backup was made with other layers,
 * other data, another optimizer or other options; only the number of epochs may differ. It compares
 * the names and shapes of layers and weights, the classes of callbacks, and the size, the batches,
 * the order and some samples of the data.
 *
 * <p>Defaults, as in Keras: a backup after every epoch, deleteCheckpoint true. The backup is
 * deleted when training has finished or was stopped by a callback. It is kept after an interrupt or
 * an exception. Keras's {@code double_checkpoint} is not needed because a backup is never half
 * written. A training run can have only one backup, which is made after all other callbacks were
 * called. During training, the folder is locked: another training run with the same folder, in this
 * program or another one, throws an {@link IllegalStateException}.
 */
public final class BackupAndRestore extends Callback {
  private final Path folder;
  private Integer saveFreq; // null: after every epoch
  private boolean deleteCheckpoint = true;

  BackupAndRestore(Path folder) {
    this.folder = folder;
  }

  /** Returns the folder of the backup. */
  public Path folder() {
    return folder;
  }

  /** Returns the number of batches between backups, or null for a backup after every epoch. */
  public Integer saveFreq() {
    return saveFreq;
  }

  /**
   * Sets the number of batches between backups, instead of a backup after every epoch.
   *
   * @param batches at least 1
   * @throws IllegalArgumentException if {@code batches} is less than 1
   */
  public BackupAndRestore saveFreq(int batches) {
    saveFreq = Callbacks.checkedSaveFreq(batches);
    return this;
  }

  /** Returns whether the backup is deleted when training has finished. */
  public boolean deleteCheckpoint() {
    return deleteCheckpoint;
  }

  /** Sets whether the backup is deleted when training has finished; true by default. */
  public BackupAndRestore deleteCheckpoint(boolean delete) {
    deleteCheckpoint = delete;
    return this;
  }
}
