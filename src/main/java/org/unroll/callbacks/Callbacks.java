package org.unroll.callbacks;

import java.nio.file.Path;

/** Factory methods for callbacks with Keras's names and defaults. Import them statically. */
public final class Callbacks {
  private Callbacks() {}

  /**
   * Returns a callback that stops training when a value no longer improves.
   *
   * @param monitor the name of the value in the logs, for example {@code val_loss}
   * @param patience the number of epochs without improvement after which training stops, at least 0
   * @throws IllegalArgumentException if {@code patience} is negative
   */
  public static EarlyStopping earlyStopping(String monitor, int patience) {
    return new EarlyStopping(monitor, patience);
  }

  /**
   * Returns a callback that reduces the learning rate to a tenth when a value has not improved for
   * 10 epochs.
   *
   * @param monitor the name of the value in the logs, for example {@code val_loss}
   */
  public static ReduceLrOnPlateau reduceLrOnPlateau(String monitor) {
    return new ReduceLrOnPlateau(monitor);
  }

  /**
   * Returns a callback that reduces the learning rate when a value no longer improves.
   *
   * @param monitor the name of the value in the logs, for example {@code val_loss}
   * @param factor the factor by which the learning rate is multiplied, at least 0 and less than 1
   * @param patience the number of epochs without improvement after which it is reduced, at least 0
   * @throws IllegalArgumentException if {@code factor} is not at least 0 and less than 1, or if
   *     {@code patience} is negative
   */
  public static ReduceLrOnPlateau reduceLrOnPlateau(String monitor, double factor, int patience) {
    return new ReduceLrOnPlateau(monitor).factor(factor).patience(patience);
  }

  /**
   * Returns a callback that sets the learning rate before every epoch.
   *
   * @param rule the learning rate of an epoch, for example {@code (epoch, rate) -> epoch < 10 ?
   *     rate : rate * 0.9}
   */
  public static LearningRateScheduler learningRateScheduler(LearningRateScheduler.Rule rule) {
    return new LearningRateScheduler(rule);
  }

  /** Returns a callback that stops training when the loss is infinite or NaN. */
  public static TerminateOnNaN terminateOnNaN() {
    return new TerminateOnNaN(System.out);
  }

  /**
   * Returns a callback that saves the model after every epoch, or, with {@code saveBestOnly}, when
   * {@code val_loss} has improved.
   *
   * @param file the file, whose name must end in {@code .keras} and may contain fields such as
   *     {@code {epoch:02d}} and {@code {val_loss:.2f}}
   * @throws IllegalArgumentException if the name of the file does not end in {@code .keras} or has
   *     an invalid field
   */
  public static ModelCheckpoint modelCheckpoint(Path file) {
    return modelCheckpoint(file, "val_loss");
  }

  /**
   * Returns a callback that saves the model after every epoch, or, with {@code saveBestOnly}, when
   * a value has improved.
   *
   * @param file the file, whose name must end in {@code .keras} and may contain fields such as
   *     {@code {epoch:02d}} and {@code {val_loss:.2f}}
   * @param monitor the name of the value in the logs, for example {@code val_loss}
   * @throws IllegalArgumentException if the name of the file does not end in {@code .keras} or has
   *     an invalid field
   */
  public static ModelCheckpoint modelCheckpoint(Path file, String monitor) {
    return new ModelCheckpoint(file, monitor);
  }

  /**
   * Returns a callback that backs up the training run, so that it can resume after the program was
   * killed.
   *
   * @param folder the folder of the backup, used by no other training run; created if it is missing
   */
  public static BackupAndRestore backupAndRestore(Path folder) {
    return new BackupAndRestore(folder);
  }

  /**
   * Returns a callback that writes the logs of every epoch to a CSV file.
   *
   * @param file the file, overwritten if it exists
   */
  public static CsvLogger csvLogger(Path file) {
    return csvLogger(file, false);
  }

  /**
   * Returns a callback that writes the logs of every epoch to a CSV file.
   *
   * @param file the file
   * @param append whether to append to an existing file instead of overwriting it
   */
  public static CsvLogger csvLogger(Path file, boolean append) {
    return new CsvLogger(file, append);
  }

  /** Returns a callback without functions; its setters add them. */
  public static LambdaCallback lambdaCallback() {
    return new LambdaCallback();
  }

  /** Checks the number of batches after which a callback saves. */
  static int checkedSaveFreq(int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException(
          "saveFreq must be at least 1 batch, but was "
              + batches
              + ". Do not set it to save after every epoch.");
    }
    return batches;
  }
}
