package org.unroll.callbacks;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * A callback that is put together from functions, as Keras's {@code LambdaCallback}. Create it with
 * {@link Callbacks#lambdaCallback()}. Each setter replaces the function that was set before; a
 * method without a function does nothing.
 *
 * <pre>{@code
 * import static org.unroll.callbacks.Callbacks.lambdaCallback;
 *
 * var printer =
 *     lambdaCallback()
 *         .onEpochEnd((training, epoch, logs) -> System.out.println(epoch + ": " + logs.get("loss")))
 *         .onTrainEnd(training -> System.out.println("done"));
 * var watched = Sequential.of(input(240, 14), gru(8), dense(1));
 * watched.compile(adam(), mae());
 * watched.fit(train, epochs(1).stepsPerEpoch(2).callbacks(printer));
 * }</pre>
 *
 * <p>The functions receive what the method of the same name in {@link Callback} receives.
 *
 * <p>Source: Keras 3, {@code keras.callbacks.LambdaCallback}.
 */
public final class LambdaCallback extends Callback {
  private Consumer<TrainingContext> trainBegin = training -> {};
  private Consumer<TrainingContext> trainEnd = training -> {};
  private ObjIntConsumer<TrainingContext> epochBegin = (training, epoch) -> {};
  private Hook<TrainingContext, Map<String, Double>> epochEnd = (training, epoch, logs) -> {};
  private ObjIntConsumer<TrainingContext> trainBatchBegin = (training, batch) -> {};
  private Hook<TrainingContext, Map<String, Double>> trainBatchEnd = (training, batch, logs) -> {};
  private Consumer<InferenceContext> testBegin = evaluation -> {};
  private BiConsumer<InferenceContext, Map<String, Double>> testEnd = (evaluation, logs) -> {};
  private ObjIntConsumer<InferenceContext> testBatchBegin = (evaluation, batch) -> {};
  private Hook<InferenceContext, Map<String, Double>> testBatchEnd =
      (evaluation, batch, logs) -> {};
  private Consumer<InferenceContext> predictBegin = prediction -> {};
  private Consumer<InferenceContext> predictEnd = prediction -> {};
  private ObjIntConsumer<InferenceContext> predictBatchBegin = (prediction, batch) -> {};
  private Hook<InferenceContext, double[][]> predictBatchEnd = (prediction, batch, outputs) -> {};

  LambdaCallback() {}

  /**
   * A function that is called after an epoch or a batch.
   *
   * @param <C> the type of the context
   * @param <V> the type of the values
   */
  @FunctionalInterface
  public interface Hook<C, V> {
    /**
     * Called after an epoch or a batch.
     *
     * @param context the training run, evaluation or prediction
     * @param number the epoch or the batch, counted from 0
     * @param values the logs or the outputs
     */
    void call(C context, int number, V values);
  }

  /** Sets the function to call before the first epoch. */
  public LambdaCallback onTrainBegin(Consumer<TrainingContext> function) {
    trainBegin = function;
    return this;
  }

  /** Sets the function to call after training has ended. */
  public LambdaCallback onTrainEnd(Consumer<TrainingContext> function) {
    trainEnd = function;
    return this;
  }

  /** Sets the function to call before an epoch. */
  public LambdaCallback onEpochBegin(ObjIntConsumer<TrainingContext> function) {
    epochBegin = function;
    return this;
  }

  /** Sets the function to call after an epoch and its validation. */
  public LambdaCallback onEpochEnd(Hook<TrainingContext, Map<String, Double>> function) {
    epochEnd = function;
    return this;
  }

  /** Sets the function to call before a batch of training. */
  public LambdaCallback onTrainBatchBegin(ObjIntConsumer<TrainingContext> function) {
    trainBatchBegin = function;
    return this;
  }

  /** Sets the function to call after a batch of training. */
  public LambdaCallback onTrainBatchEnd(Hook<TrainingContext, Map<String, Double>> function) {
    trainBatchEnd = function;
    return this;
  }

  /** Sets the function to call before an evaluation or validation. */
  public LambdaCallback onTestBegin(Consumer<InferenceContext> function) {
    testBegin = function;
    return this;
  }

  /** Sets the function to call after an evaluation or validation. */
  public LambdaCallback onTestEnd(BiConsumer<InferenceContext, Map<String, Double>> function) {
    testEnd = function;
    return this;
  }

  /** Sets the function to call before a batch of an evaluation or validation. */
  public LambdaCallback onTestBatchBegin(ObjIntConsumer<InferenceContext> function) {
    testBatchBegin = function;
    return this;
  }

  /** Sets the function to call after a batch of an evaluation or validation. */
  public LambdaCallback onTestBatchEnd(Hook<InferenceContext, Map<String, Double>> function) {
    testBatchEnd = function;
    return this;
  }

  /** Sets the function to call before a prediction. */
  public LambdaCallback onPredictBegin(Consumer<InferenceContext> function) {
    predictBegin = function;
    return this;
  }

  /** Sets the function to call after a prediction. */
  public LambdaCallback onPredictEnd(Consumer<InferenceContext> function) {
    predictEnd = function;
    return this;
  }

  /** Sets the function to call before a batch of a prediction. */
  public LambdaCallback onPredictBatchBegin(ObjIntConsumer<InferenceContext> function) {
    predictBatchBegin = function;
    return this;
  }

  /** Sets the function to call after a batch of a prediction. */
  public LambdaCallback onPredictBatchEnd(Hook<InferenceContext, double[][]> function) {
    predictBatchEnd = function;
    return this;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    trainBegin.accept(training);
  }

  @Override
  public void onTrainEnd(TrainingContext training) {
    trainEnd.accept(training);
  }

  @Override
  public void onEpochBegin(TrainingContext training, int epoch) {
    epochBegin.accept(training, epoch);
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    epochEnd.call(training, epoch, logs);
  }

  @Override
  public void onTrainBatchBegin(TrainingContext training, int batch) {
    trainBatchBegin.accept(training, batch);
  }

  @Override
  public void onTrainBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    trainBatchEnd.call(training, batch, logs);
  }

  @Override
  public void onTestBegin(InferenceContext evaluation) {
    testBegin.accept(evaluation);
  }

  @Override
  public void onTestEnd(InferenceContext evaluation, Map<String, Double> logs) {
    testEnd.accept(evaluation, logs);
  }

  @Override
  public void onTestBatchBegin(InferenceContext evaluation, int batch) {
    testBatchBegin.accept(evaluation, batch);
  }

  @Override
  public void onTestBatchEnd(InferenceContext evaluation, int batch, Map<String, Double> logs) {
    testBatchEnd.call(evaluation, batch, logs);
  }

  @Override
  public void onPredictBegin(InferenceContext prediction) {
    predictBegin.accept(prediction);
  }

  @Override
  public void onPredictEnd(InferenceContext prediction) {
    predictEnd.accept(prediction);
  }

  @Override
  public void onPredictBatchBegin(InferenceContext prediction, int batch) {
    predictBatchBegin.accept(prediction, batch);
  }

  @Override
  public void onPredictBatchEnd(InferenceContext prediction, int batch, double[][] outputs) {
    predictBatchEnd.call(prediction, batch, outputs);
  }
}
