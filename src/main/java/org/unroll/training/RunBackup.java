package org.unroll.training;

import java.util.List;
import org.unroll.callbacks.BackupAndRestore;
import org.unroll.callbacks.Callback;

/** Decides when a training run is backed up, and keeps what it resumes from. */
final class RunBackup implements AutoCloseable {
  private final BackupAndRestore options; // null: no backup
  private final BackupFile file; // null: no backup
  private boolean found;
  private int batches; // trained in this run

  /** Creates the backup of a run; both arguments are null for a run without one. */
  RunBackup(BackupAndRestore options, BackupFile file) {
    this.options = options;
    this.file = file;
  }

  /**
   * Returns the {@link BackupAndRestore} among the callbacks of a run, or null if there is none.
   *
   * @throws IllegalArgumentException if there is more than one
   */
  static BackupAndRestore among(List<Callback> callbacks) {
    BackupAndRestore found = null;
    for (Callback callback : callbacks) {
      if (callback instanceof BackupAndRestore other) {
        if (found != null) {
          throw new IllegalArgumentException(
              "A training run must have at most one backup, but backups in "
                  + found.folder()
                  + " and in "
                  + other.folder()
                  + " were given. Remove one of the backupAndRestore callbacks.");
        }
        found = other;
      }
    }
    return found;
  }

  /** Looks for a backup to resume from. */
  void find() {
    found = file != null && file.find();
  }

  /** Returns whether there is a backup to resume from. */
  boolean found() {
    return found;
  }

  /** Returns the epoch to resume in, counted from 0. */
  int epoch() {
    return file.epoch();
  }

  /** Returns the batch to resume with, counted from 0 in its epoch; 0 for a whole epoch. */
  int batch() {
    return file.batch();
  }

  /** Restores the state from the backup that was found. */
  void restore() {
    file.restore();
  }

  /** Backs the run up if this is due; {@code nextBatch} is the batch to resume with. */
  void batchEnded(int epoch, int nextBatch) {
    if (file != null && options.saveFreq() != null) {
      batches++;
      if (batches % options.saveFreq() == 0) {
        file.write(epoch, nextBatch);
      }
    }
  }

  /** Backs the run up if this is due after an epoch. */
  void epochEnded(int epoch) {
    if (file != null && options.saveFreq() == null) {
      file.write(epoch + 1, 0);
    }
  }

  /** Lets other runs use the folder of the backup. */
  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }

  /** Deletes the backup of a run that has ended normally, unless deletion is disabled. */
  void end() {
    if (file != null && options.deleteCheckpoint()) {
      file.delete();
    }
  }
}
