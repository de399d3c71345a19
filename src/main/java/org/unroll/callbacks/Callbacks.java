package org.unroll.callbacks;

import java.nio.file.Path;

/** The callbacks that Keras has and this library knows, to be imported statically. */
public final class Callbacks {
  private Callbacks() {}

  /**
   * Ends training when a value has stopped improving.
   *
   * @param monitor its name in the logs, for example {@code val_loss}
   * @param patience the number of epochs without improvement after which training ends, at least 0
   */
  public static EarlyStopping earlyStopping(String monitor, int patience) {
    return new EarlyStopping(monitor, patience);
  }

  /**
   * Reduces the learning rate when a value has stopped improving: to a tenth, after 10 epochs, if
   * nothing else is set.
   *
   * @param monitor its name in the logs, for example {@code val_loss}
   */
  public static ReduceLrOnPlateau reduceLrOnPlateau(String monitor) {
    return new ReduceLrOnPlateau(monitor);
  }

  /**
   * Reduces the learning rate when a value has stopped improving.
   *
   * @param monitor its name in the logs, for example {@code val_loss}
   * @param factor what the learning rate is multiplied by, at least 0 and below 1
   * @param patience the number of epochs without improvement after which it is reduced
   */
  public static ReduceLrOnPlateau reduceLrOnPlateau(String monitor, double factor, int patience) {
    return new ReduceLrOnPlateau(monitor).factor(factor).patience(patience);
  }

  /**
   * Sets the learning rate before every epoch.
   *
   * @param rule for example {@code (epoch, rate) -> epoch < 10 ? rate : rate * 0.9}
   */
  public static LearningRateScheduler learningRateScheduler(LearningRateScheduler.Rule rule) {
    return new LearningRateScheduler(rule);
  }

  /** Ends training when the loss is NaN or infinite. */
  public static TerminateOnNaN terminateOnNaN() {
    return new TerminateOnNaN(System.out);
  }

  /**
   * Saves the model after every epoch, or where it is better than before; watches {@code val_loss}
   * if nothing else is said.
   *
   * @param file a file ending in {@code .keras}; its name may have fields such as {@code
   *     {epoch:02d}} and {@code {val_loss:.2f}}
   */
  public static ModelCheckpoint modelCheckpoint(Path file) {
    return modelCheckpoint(file, "val_loss");
  }

  /**
   * Saves the model after every epoch, or where it is better than before.
   *
   * @param file a file ending in {@code .keras}; its name may have fields such as {@code
   *     {epoch:02d}} and {@code {val_loss:.2f}}
   * @param monitor the name in the logs of what tells which is better, for example {@code val_loss}
   */
  public static ModelCheckpoint modelCheckpoint(Path file, String monitor) {
    return new ModelCheckpoint(file, monitor);
  }

  /**
   * Backs the training up, so that one that was killed goes on when {@code fit} is called again.
   *
   * @param folder of this training alone; made if it is missing
   */
  public static BackupAndRestore backupAndRestore(Path folder) {
    return new BackupAndRestore(folder);
  }

  /** Writes the logs of every epoch to a new CSV file. */
  public static CsvLogger csvLogger(Path file) {
    return csvLogger(file, false);
  }

  /**
   * Writes the logs of every epoch to a CSV file.
   *
   * @param append whether to go on with an existing file instead of overwriting it
   */
  public static CsvLogger csvLogger(Path file, boolean append) {
    return new CsvLogger(file, append);
  }
}
