package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.InferenceContext;
import org.unroll.callbacks.LambdaCallback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

/** The order in which callbacks are called is that of Keras 3.15. */
class CallbackHooksTest {
  private final List<String> events = new ArrayList<>();

  private static Sequential line() {
    Sequential model = Sequential.of(input(1), dense(1));
    model.network().weights().get(0).values()[0] = 2;
    model.compile("sgd", "mae", "mse");
    return model;
  }

  /** x from 1 to the size, and y = 2x + 1; the error of {@link #line} is 1. */
  private static Samples numbers(int size) {
    double[][] x = new double[size][1];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      x[i][0] = i + 1;
      y[i] = 2 * i + 3;
    }
    return Samples.of(x).targets(y).batchSize(2);
  }

  private LambdaCallback log() {
    return lambdaCallback()
        .onTrainBegin(training -> events.add("train begin"))
        .onEpochBegin((training, epoch) -> events.add("epoch begin " + epoch))
        .onTrainBatchBegin((training, batch) -> events.add("batch begin " + batch))
        .onTrainBatchEnd((training, batch, logs) -> events.add("batch end " + batch + keys(logs)))
        .onTestBegin(test -> events.add("test begin of " + test.batches()))
        .onTestBatchBegin((test, batch) -> events.add("test batch begin " + batch))
        .onTestBatchEnd((test, batch, logs) -> events.add("test batch end " + batch + keys(logs)))
        .onTestEnd((test, logs) -> events.add("test end" + keys(logs)))
        .onEpochEnd((training, epoch, logs) -> events.add("epoch end " + epoch + keys(logs)))
        .onTrainEnd(training -> events.add("train end"))
        .onPredictBegin(prediction -> events.add("predict begin of " + prediction.batches()))
        .onPredictBatchBegin((prediction, batch) -> events.add("predict batch begin " + batch))
        .onPredictBatchEnd(
            (prediction, batch, outputs) -> events.add("predict batch end of " + outputs.length))
        .onPredictEnd(prediction -> events.add("predict end"));
  }

  private static String keys(Map<String, Double> logs) {
    return " " + logs.keySet();
  }

  @Test
  void fitCallsTheHooksOfTrainingAndOfItsValidation() {
    line().fit(numbers(3), epochs(1).verbose(0).validation(numbers(3)).callbacks(log()));
    assertEquals(
        List.of(
            "train begin",
            "epoch begin 0",
            "batch begin 0",
            "batch end 0 [loss, mse]",
            "batch begin 1",
            "batch end 1 [loss, mse]",
            "test begin of 2",
            "test batch begin 0",
            "test batch end 0 [loss, mse]",
            "test batch begin 1",
            "test batch end 1 [loss, mse]",
            "test end [loss, mse]",
            "epoch end 0 [loss, mse, val_loss, val_mse]",
            "train end"),
        events);
  }

  @Test
  void evaluateAndPredictCallTheirHooks() {
    Sequential model = line();
    Evaluation evaluation = model.evaluate(numbers(3), log());
    assertEquals(model.evaluate(numbers(3)).toString(), evaluation.toString());
    Predictions predictions = model.predict(numbers(3), log(), new Callback() {});
    assertArrayEquals(model.predict(numbers(3)).toArray(), predictions.toArray());
    assertEquals(
        List.of(
            "test begin of 2",
            "test batch begin 0",
            "test batch end 0 [loss, mse]",
            "test batch begin 1",
            "test batch end 1 [loss, mse]",
            "test end [loss, mse]",
            "predict begin of 2",
            "predict batch begin 0",
            "predict batch end of 2",
            "predict batch begin 1",
            "predict batch end of 1",
            "predict end"),
        events);
  }

  /** The errors of the outputs 2, 4 and 6 are 1, 3 and 5 for the targets 3, 7 and 11. */
  @Test
  void hooksReceiveLogsOfTheBatchesSoFarAndOutputsOfTheBatch() {
    Sequential model = line();
    List<Double> losses = new ArrayList<>();
    List<double[][]> outputs = new ArrayList<>();
    Samples data =
        Samples.of(new double[][] {{1}, {2}, {3}}).targets(new double[] {3, 7, 11}).batchSize(2);
    Callback last =
        lambdaCallback()
            .onTestBatchEnd((test, batch, logs) -> losses.add(logs.get("loss")))
            .onTestEnd((test, logs) -> losses.add(logs.get("loss")))
            .onPredictBatchEnd((prediction, batch, values) -> outputs.add(values));
    model.evaluate(data, last);
    assertEquals(List.of(2., 3., 3.), losses);
    model.predict(data, last);
    assertArrayEquals(new double[][] {{2}, {4}}, outputs.get(0));
    assertArrayEquals(new double[][] {{6}}, outputs.get(1));
  }

  @Test
  void stopEndsAfterTheBatch() {
    Sequential model = line();
    Callback stop =
        lambdaCallback()
            .onTestBegin(InferenceContext::stop)
            .onTestEnd((test, logs) -> events.add("test end"))
            .onPredictBatchEnd((prediction, batch, outputs) -> prediction.stop())
            .onPredictEnd(prediction -> events.add("predict end"));
    Samples data =
        Samples.of(new double[][] {{1}, {2}, {3}}).targets(new double[] {3, 7, 11}).batchSize(2);
    assertEquals(2, model.evaluate(data, stop).get("loss"));
    assertArrayEquals(new double[][] {{2}, {4}}, model.predict(data, stop).toArray());
    assertEquals(List.of("test end", "predict end"), events);
    History history = model.fit(data, epochs(2).verbose(0).validation(data).callbacks(stop));
    assertEquals(2, history.epochs(), "stopping the validation does not stop training");
  }

  @Test
  void predictionsWithCallbacksAreTheSameForPaddedSequencesAndStates() {
    var sequences = Samples.of(new double[5][4][2]).batchSize(2);
    for (Sequential model :
        List.of(
            Sequential.of(input(4, 2), gru(3).returnState(true)),
            Sequential.of(input(Shape.ANY, 2).batchSize(2), gru(3).stateful(true), dense(1)))) {
      Predictions plain = model.predict(sequences);
      if (model.network().isStateful()) {
        model.resetStates();
      }
      Predictions called = model.predict(sequences, new Callback() {});
      assertArrayEquals(plain.toArray(), called.toArray());
    }
    Sequential states = Sequential.of(input(4, 2), gru(3).returnState(true));
    Callback stop = lambdaCallback().onPredictBatchEnd((p, batch, outputs) -> p.stop());
    assertEquals(2, states.predict(sequences, stop).state().rows());
  }

  @Test
  void oldNamesOfBatchHooksAreCalled() {
    Callback old =
        new Callback() {
          @Override
          public void onBatchBegin(TrainingContext training, int batch) {
            events.add("begin " + batch);
          }

          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            events.add("end " + batch);
          }
        };
    line().fit(numbers(3), epochs(1).verbose(0).callbacks(old));
    assertEquals(List.of("begin 0", "end 0", "begin 1", "end 1"), events);
  }

  static Stream<String> hooks() {
    return Stream.of(
        "onTrainBegin",
        "onEpochBegin",
        "onTrainBatchBegin",
        "onTrainBatchEnd",
        "onTestBegin",
        "onTestBatchBegin",
        "onTestBatchEnd",
        "onTestEnd",
        "onEpochEnd",
        "onTrainEnd",
        "onPredictBegin",
        "onPredictBatchBegin",
        "onPredictBatchEnd",
        "onPredictEnd");
  }

  private static LambdaCallback failing(String hook, RuntimeException failure) {
    LambdaCallback callback = lambdaCallback();
    Runnable fail =
        () -> {
          throw failure;
        };
    return switch (hook) {
      case "onTrainBegin" -> callback.onTrainBegin(c -> fail.run());
      case "onEpochBegin" -> callback.onEpochBegin((c, epoch) -> fail.run());
      case "onTrainBatchBegin" -> callback.onTrainBatchBegin((c, batch) -> fail.run());
      case "onTrainBatchEnd" -> callback.onTrainBatchEnd((c, batch, logs) -> fail.run());
      case "onTestBegin" -> callback.onTestBegin(c -> fail.run());
      case "onTestBatchBegin" -> callback.onTestBatchBegin((c, batch) -> fail.run());
      case "onTestBatchEnd" -> callback.onTestBatchEnd((c, batch, logs) -> fail.run());
      case "onTestEnd" -> callback.onTestEnd((c, logs) -> fail.run());
      case "onEpochEnd" -> callback.onEpochEnd((c, epoch, logs) -> fail.run());
      case "onTrainEnd" -> callback.onTrainEnd(c -> fail.run());
      case "onPredictBegin" -> callback.onPredictBegin(c -> fail.run());
      case "onPredictBatchBegin" -> callback.onPredictBatchBegin((c, batch) -> fail.run());
      case "onPredictBatchEnd" -> callback.onPredictBatchEnd((c, batch, outputs) -> fail.run());
      default -> callback.onPredictEnd(c -> fail.run());
    };
  }

  @ParameterizedTest
  @MethodSource("hooks")
  void failureNamesCallbackAndHook(String hook) {
    Sequential model = line();
    Dataset data = numbers(3);
    List<Executable> calls =
        hook.contains("Predict")
            ? List.of(() -> model.predict(data, failing(hook, cause())))
            : List.of(
                () ->
                    model.fit(
                        data,
                        epochs(1)
                            .verbose(0)
                            .validation(data)
                            .callbacks(new Callback() {}, failing(hook, cause()))),
                () -> model.evaluate(data, new Callback() {}, failing(hook, cause())));
    for (Executable call : hook.contains("Test") ? calls : calls.subList(0, 1)) {
      var failure = assertThrows(IllegalArgumentException.class, call);
      assertEquals("no such file", failure.getMessage());
      assertEquals(1, failure.getSuppressed().length);
      assertEquals(
          "The callback LambdaCallback failed in " + hook + ".",
          failure.getSuppressed()[0].getMessage());
    }
    assertEquals(2, model.predict(data).get(0)[0], 1, "the model can be used after a failure");
  }

  private static RuntimeException cause() {
    return new IllegalArgumentException("no such file");
  }

  @Test
  void failureIsTheExceptionOfTheCallbackItself() {
    RuntimeException failure = cause();
    assertSame(
        failure,
        assertThrows(
            RuntimeException.class,
            () -> line().evaluate(numbers(2), failing("onTestBegin", failure))));
  }
}
