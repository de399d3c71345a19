package org.unroll.training;

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
