package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Methods that {@code fit}, {@code evaluate} and {@code predict} call, like Keras's {@code
 * Callback}. They are called on the thread that called {@code fit}. The defaults do nothing.
 *
 * <p>{@code fit} calls the methods of training, and those of tests when it validates; {@code
 * evaluate} calls those of tests, and {@code predict} those of predictions. If a method throws an
 * exception, the call ends with it, and a {@link CallbackFailure} that is suppressed in it names
 * the callback and the method.
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
   * Called before a batch of training. The default calls {@link #onBatchBegin}, as in Keras.
   *
   * @param training the training run
   * @param batch the batch, counted from 0 in its epoch
   */
  public void onTrainBatchBegin(TrainingContext training, int batch) {
    onBatchBegin(training, batch);
  }

  /**
   * Called after a batch of training. The default calls {@link #onBatchEnd}, as in Keras.
   *
   * @param training the training run
   * @param batch the batch, counted from 0 in its epoch
   * @param logs the loss and the metrics over the epoch so far, by name; must not be changed
   */
  public void onTrainBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    onBatchEnd(training, batch, logs);
  }

  /**
   * A shorter name for {@link #onTrainBatchBegin}.
   *
   * @param training the training run
   * @param batch the batch, counted from 0 in its epoch
   */
  public void onBatchBegin(TrainingContext training, int batch) {}

  /**
   * A shorter name for {@link #onTrainBatchEnd}.
   *
   * @param training the training run
   * @param batch the batch, counted from 0 in its epoch
   * @param logs the loss and the metrics over the epoch so far, by name; must not be changed
   */
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {}

  /**
   * Called before {@code evaluate} or a validation.
   *
   * @param evaluation the evaluation
   */
  public void onTestBegin(InferenceContext evaluation) {}

  /**
   * Called before a batch of {@code evaluate} or of a validation.
   *
   * @param evaluation the evaluation
   * @param batch the batch, counted from 0
   */
  public void onTestBatchBegin(InferenceContext evaluation, int batch) {}

  /**
   * Called after a batch of {@code evaluate} or of a validation.
   *
   * @param evaluation the evaluation
   * @param batch the batch, counted from 0
   * @param logs the loss and the metrics over the batches so far, by name; must not be changed
   */
  public void onTestBatchEnd(InferenceContext evaluation, int batch, Map<String, Double> logs) {}

  /**
   * Called after {@code evaluate} or a validation, but not after one that failed or was
   * interrupted.
   *
   * @param evaluation the evaluation
   * @param logs the loss and the metrics, by name; must not be changed
   */
  public void onTestEnd(InferenceContext evaluation, Map<String, Double> logs) {}

  /**
   * Called before {@code predict}.
   *
   * @param prediction the prediction
   */
  public void onPredictBegin(InferenceContext prediction) {}

  /**
   * Called before a batch of {@code predict}.
   *
   * @param prediction the prediction
   * @param batch the batch, counted from 0
   */
  public void onPredictBatchBegin(InferenceContext prediction, int batch) {}

  /**
   * Called after a batch of {@code predict}.
   *
   * @param prediction the prediction
   * @param batch the batch, counted from 0
   * @param outputs the output of each sample of the batch, row-major
   */
  public void onPredictBatchEnd(InferenceContext prediction, int batch, double[][] outputs) {}

  /**
   * Called after {@code predict}, but not after one that failed or was interrupted.
   *
   * @param prediction the prediction
   */
  public void onPredictEnd(InferenceContext prediction) {}

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
