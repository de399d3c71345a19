package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Methods that {@code fit} calls during training, like Keras's {@code Callback}. They are called on
 * the thread that called {@code fit}. The defaults do nothing.
 *
 * <p>The callbacks of Keras are created by {@link Callbacks}. For a custom callback extend this
 * class, or {@link MonitorCallback} if it watches one value of the logs. The example stops training
 * after a time limit and adds the elapsed time to the logs. It continues to count when a run
 * resumes from a backup:
 *
 * <pre>{@code
 * import java.io.DataInput;
 * import java.io.DataOutput;
 * import java.io.IOException;
 * import java.util.Map;
 * import org.unroll.callbacks.Callback;
 * import org.unroll.callbacks.TrainingContext;
 *
 * class TimeLimit extends Callback {
 *   private final double limit;
 *   private double before; // seconds before the backup that the run resumes from
 *   private long begin;
 *
 *   TimeLimit(double seconds) {
 *     limit = seconds;
 *   }
 *
 *   private double seconds() {
 *     return before + (System.nanoTime() - begin) / 1e9;
 *   }
 *
 *   @Override
 *   public void onTrainBegin(TrainingContext training) {
 *     before = 0;
 *     begin = System.nanoTime();
 *   }
 *
 *   @Override
 *   public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
 *     if (seconds() > limit) {
 *       training.stop();
 *     }
 *   }
 *
 *   @Override
 *   public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
 *     logs.put("seconds", seconds());
 *   }
 *
 *   @Override
 *   public void writeState(DataOutput out) throws IOException {
 *     out.writeDouble(seconds());
 *   }
 *
 *   @Override
 *   public void readState(DataInput in) throws IOException {
 *     before = in.readDouble();
 *   }
 * }
 *
 * var timedModel = Sequential.of(input(240, 14), gru(8), dense(1));
 * timedModel.compile(adam(), mae());
 * timedModel.fit(train, epochs(20).stepsPerEpoch(200).callbacks(new TimeLimit(600)));
 * }</pre>
 */
public abstract class Callback {
  /**
   * Called before the first epoch.
   *
   * @param training the training run
   */
  public void onTrainBegin(TrainingContext training) {}

  /**
   * Called before an epoch.
   *
   * @param training the training run
   * @param epoch the epoch, counted from 0
   */
  public void onEpochBegin(TrainingContext training, int epoch) {}

  /**
   * Called after a batch.
   *
   * @param training the training run
   * @param batch the batch, counted from 0 in its epoch
   * @param logs the loss and the metrics over the epoch so far, by name; must not be changed
   */
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {}

  /**
   * Called after an epoch and its validation.
   *
   * @param training the training run
   * @param epoch the epoch, counted from 0
   * @param logs {@code loss}, the metrics by name, and the same values of the validation data with
   *     the prefix {@code val_}. A callback may add values, which later callbacks and the history
   *     contain
   */
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {}

  /**
   * Called after training has ended: finished, stopped, interrupted or failed. Not called if {@link
   * #onTrainBegin} of this callback was not called or threw an exception.
   *
   * @param training the training run
   */
  public void onTrainEnd(TrainingContext training) {}

  /**
   * Writes the state of this callback for {@link BackupAndRestore}. The default writes nothing.
   *
   * @param out the backup
   * @throws IOException if the backup cannot be written
   */
  public void writeState(DataOutput out) throws IOException {}

  /**
   * Reads the state that {@link #writeState} has written when a run resumes from a backup. Called
   * after {@link #onTrainBegin}, and after {@link #onEpochBegin} if the run resumes within an
   * epoch.
   *
   * @param in the backup
   * @throws IOException if the backup cannot be read
   */
  public void readState(DataInput in) throws IOException {}
}
