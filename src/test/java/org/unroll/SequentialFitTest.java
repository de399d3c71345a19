package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.callbacks.Callbacks.terminateOnNaN;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.training.FitOptions.epochs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.MonitorCallback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;

/** Training: the loops over epochs and batches, callbacks, interrupts and failures. */
class SequentialFitTest {
  private static Samples numbers(int count) {
    double[][] x = new double[count][];
    double[] y = new double[count];
    for (int i = 0; i < count; i++) {
      x[i] = new double[] {i, 1};
      y[i] = i % 3;
    }
    return Samples.of(x).targets(y);
  }

  private static Samples sequences(int count) {
    var random = new SplittableRandom(3);
    double[][][] x = new double[count][4][];
    for (double[][] sample : x) {
      for (int t = 0; t < sample.length; t++) {
        sample[t] = random.doubles(2, -1, 1).toArray();
      }
    }
    return Samples.of(x).targets(random.doubles(count).toArray());
  }

  private static Sequential line() {
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile(Optimizers.sgd(1e-4), Losses.mse(), "mae");
    return model;
  }

  private static FitOptions quiet(int epochs) {
    return epochs(epochs).verbose(0).threads(1);
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void evaluationIsTheMeanOverSamplesEvenIfTheLastBatchIsShort() {
    Sequential model = line();
    model.weight("dense/kernel").set(0, 0, 0.5f);
    model.weight("dense/kernel").set(1, 0, 0.25f);
    model.weight("dense/bias").set(0, 0, -1);
    double squares = 0;
    double absolute = 0;
    for (int i = 0; i < 11; i++) {
      double error = 0.5 * i + 0.25 - 1 - i % 3;
      squares += error * error / 11;
      absolute += Math.abs(error) / 11;
    }
    Evaluation evaluation = model.evaluate(numbers(11).batchSize(4));
    assertEquals(squares, evaluation.get("loss"), 1e-6 * squares);
    assertEquals(absolute, evaluation.get("mae"), 1e-6);
    assertEquals(evaluation.get("loss"), evaluation.get("mse"), "the loss under the name mse");
    assertEquals(List.of("loss", "mae"), List.copyOf(evaluation.asMap().keySet()));
    var error = assertThrows(IllegalArgumentException.class, () -> evaluation.get("rmse"));
    assertEquals(
        "The name of the value must be one of [loss, mae], but was 'rmse'. Add the metric in"
            + " compile(…).",
        error.getMessage());
  }

  @Test
  void penaltiesArePartOfTheLossButNotOfMse() {
    Sequential model = Sequential.of(input(2), dense(1).kernelRegularizer(l2(0.1)));
    model.compile(Optimizers.sgd(), Losses.mse());
    model.weight("dense/kernel").set(0, 0, 2);
    model.weight("dense/kernel").set(1, 0, 1);
    Evaluation evaluation =
        model.evaluate(Samples.of(new double[][] {{1, 1}}).targets(new double[] {1}));
    assertEquals(4 + 0.1 * 5, evaluation.get("loss"), 1e-6);
    assertThrows(IllegalArgumentException.class, () -> evaluation.get("mse"));
  }

  @Test
  void validationSplitTakesTheLastPart() {
    var data = new RecordedData(numbers(10).batchSize(3));
    line().fit(data, quiet(1).validationSplit(0.25));
    assertEquals(range(0, 10), data.seen, "7 samples to train and then 3 to validate, in order");
    data.seen.clear();

    var shuffled = new RecordedData(numbers(10).batchSize(3).shuffled(5));
    line().fit(shuffled, quiet(1).validationSplit(0.25));
    List<Integer> trained = shuffled.seen.subList(0, 7);
    assertEquals(range(7, 10), shuffled.seen.subList(7, 10));
    assertEquals(range(0, 7), trained.stream().sorted().toList());
    List<Integer> expected = Arrays.stream(shuffled.order(0)).filter(i -> i < 7).boxed().toList();
    assertEquals(expected, trained, "in the shuffled order of the dataset");
  }

  @Test
  void rejectsAValidationSplitThatLeavesNoSamples() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> line().fit(numbers(3), quiet(1).validationSplit(0.9)));
    assertEquals(
        "validationSplit must leave at least one sample to train on and one to validate on, but was"
            + " 0.9 for 3 samples. Use more data or another fraction.",
        error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> line().fit(numbers(9), quiet(1).validationSplit(0.5).validation(numbers(3))));
  }

  @Test
  void stepsPerEpochContinuesAndRepeatsTheData() {
    var data = new RecordedData(numbers(7).batchSize(2));
    line().fit(data, quiet(3).stepsPerEpoch(3));
    List<Integer> expected = new ArrayList<>();
    expected.addAll(range(0, 7)); // batches of 2, 2, 2, 1
    expected.addAll(range(0, 7));
    expected.addAll(range(0, 2));
    assertEquals(expected, data.seen);
  }

  @Test
  void eachPassOverShuffledDataHasANewOrder() {
    var data = new RecordedData(numbers(8).batchSize(4).shuffled(1));
    line().fit(data, quiet(2));
    assertEquals(Arrays.stream(data.order(0)).boxed().toList(), data.seen.subList(0, 8));
    assertEquals(Arrays.stream(data.order(1)).boxed().toList(), data.seen.subList(8, 16));
  }

  @Test
  void initialEpochContinuesToTheSameBits() {
    Samples data = sequences(50).batchSize(8).shuffled(4);
    Sequential whole = recurrent();
    whole.fit(data, quiet(4).stepsPerEpoch(5));
    Sequential parts = recurrent();
    parts.fit(data, quiet(2).stepsPerEpoch(5));
    History rest = parts.fit(data, quiet(4).initialEpoch(2).stepsPerEpoch(5));
    assertEquals(2, rest.epochs());
    assertEquals(3, rest.toTable().get(0, 0));
    for (int w = 0; w < whole.network().weights().size(); w++) {
      assertArrayEquals(
          whole.network().weights().get(w).values(), parts.network().weights().get(w).values());
    }
  }

  private static Sequential recurrent() {
    Sequential model = Sequential.of(input(4, 2), gru(5).dropout(0.2), dense(1));
    model.compile("rmsprop", "mae");
    return model;
  }

  /** Records the calls of its methods. */
  private static class Log extends Callback {
    final List<String> events = new ArrayList<>();

    @Override
    public void onTrainBegin(TrainingContext training) {
      events.add("begin");
    }

    @Override
    public void onEpochBegin(TrainingContext training, int epoch) {
      events.add("epoch " + epoch);
    }

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      events.add("batch " + batch);
    }

    @Override
    public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
      events.add("end " + epoch + " " + logs.keySet());
    }

    @Override
    public void onTrainEnd(TrainingContext training) {
      events.add("end");
    }
  }

  @Test
  void callbacksAreCalledInOrder() {
    var log = new Log();
    line()
        .fit(
            numbers(5).batchSize(3),
            quiet(3).initialEpoch(2).validation(numbers(2)).callbacks(log));
    assertEquals(
        List.of(
            "begin",
            "epoch 2",
            "batch 0",
            "batch 1",
            "end 2 [loss, mae, val_loss, val_mae]",
            "end"),
        log.events);
  }

  @Test
  void onTrainEndIsCalledEvenIfAnotherCallbackFails() {
    var log = new Log();
    var failing =
        new Callback() {
          @Override
          public void onTrainEnd(TrainingContext training) {
            throw new IllegalStateException("disk full");
          }
        };
    var model = line();
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> model.fit(numbers(5), quiet(1).callbacks(failing, log)));
    assertEquals("disk full", error.getMessage());
    assertEquals("end", log.events.get(log.events.size() - 1));
    assertEquals(1, model.history().epochs());

    model.network().weights().get(0).values()[0] = Float.NaN;
    var first =
        assertThrows(
            NonFiniteLossException.class,
            () -> model.fit(numbers(5), quiet(1).callbacks(failing, log)));
    assertEquals("disk full", first.getSuppressed()[0].getMessage());
  }

  @Test
  void onTrainEndIsCalledForCallbacksThatHaveBegun() {
    var before = new Log();
    var after = new Log();
    var failing =
        new Log() {
          @Override
          public void onTrainBegin(TrainingContext training) {
            throw new IllegalStateException("no such folder");
          }
        };
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> line().fit(numbers(5), quiet(1).callbacks(before, failing, after)));
    assertEquals("no such folder", error.getMessage());
    assertEquals(List.of("begin", "end"), before.events);
    assertEquals(List.of(), failing.events);
    assertEquals(List.of(), after.events);
  }

  @Test
  void invalidClassNumberIsReportedWithItsSample() {
    Sequential flat = Sequential.of(input(2), dense(3, "softmax"));
    flat.compile("sgd", "sparse_categorical_crossentropy");
    double[] y = new double[50];
    y[41] = 3;
    Samples samples = Samples.of(new double[50][2]).targets(y).batchSize(40);
    for (Dataset data : List.of(samples, samples.shuffled(1))) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> flat.fit(data, quiet(1).threads(2)));
      assertEquals(
          "A target of sparse_categorical_crossentropy must be a class number between 0 and 2 because"
              + " the model has 3 outputs, but was 3.0 in sample 41.",
          error.getMessage());
    }

    Sequential steps = Sequential.of(input(4, 2), gru(3).returnSequences(true), dense(3));
    steps.compile(Optimizers.sgd(), Losses.sparseCategoricalCrossentropy().fromLogits(true));
    int[][] classes = new int[50][4];
    classes[37][2] = -1;
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> steps.evaluate(Samples.of(new double[50][4][2]).targets(classes)));
    assertTrue(
        error.getMessage().endsWith("but was -1.0 in sample 37, time step 2."), error.getMessage());
  }

  @Test
  void interruptStopsTrainingAfterTheBatch() {
    Sequential model = recurrent();
    var log = new Log();
    var stop =
        new Callback() {
          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            if (training.optimizer().iterations() == 10) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void onTrainEnd(TrainingContext training) {
            assertFalse(Thread.currentThread().isInterrupted(), "callbacks may write files");
          }
        };
    Samples data = sequences(56).batchSize(8);
    History history = model.fit(data, epochs(5).verbose(0).threads(3).callbacks(stop, log));
    assertTrue(Thread.interrupted(), "the flag is set again");
    assertEquals(10, model.optimizer().iterations());
    assertEquals(1, history.epochs(), "7 batches per epoch, so the second epoch was not finished");
    assertSame(history, model.history());
    assertEquals("end", log.events.get(log.events.size() - 1));
    assertTrue(Double.isFinite(model.evaluate(data).get("loss")), "the model can be evaluated");
    assertEquals(2, model.fit(data, quiet(2)).epochs(), "and can be trained further");
  }

  @Test
  void nonFiniteLossKeepsTheWeightsBeforeTheBatch() {
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile(Optimizers.sgd(1e6), Losses.mse());
    List<float[]> afterBatch = new ArrayList<>();
    var copy =
        new Callback() {
          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            afterBatch.add(training.weights().get(0).values().clone());
          }
        };
    var log = new Log();
    var error =
        assertThrows(
            NonFiniteLossException.class,
            () -> model.fit(numbers(200).batchSize(4), quiet(9).callbacks(copy, log)));
    String message = error.getMessage();
    assertTrue(
        message.matches("The loss became (Infinity|NaN) in epoch 1, batch \\d+\\. .*"), message);
    assertTrue(message.contains("'dense/kernel'") || message.contains("'dense/bias'"), message);
    assertTrue(message.contains("are within ±") && message.contains("Lower the learning"), message);
    assertArrayEquals(
        afterBatch.get(afterBatch.size() - 1), model.network().weights().get(0).values());
    assertEquals("end", log.events.get(log.events.size() - 1));
    assertEquals(0, model.history().epochs());
  }

  @Test
  void nonFiniteLossReportsUnscaledFeatures() {
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile(Optimizers.sgd(1), Losses.mse());
    double[][] x = {{1e5, 1}, {9e6, 2}};
    var error =
        assertThrows(
            NonFiniteLossException.class,
            () -> model.fit(Samples.of(x).targets(new double[] {1, 2}), quiet(50)));
    assertTrue(
        error.getMessage().contains("The largest feature of this batch, 9.000e+06, looks unscaled"),
        error.getMessage());
  }

  /** A custom dataset is not checked when it is created. */
  @Test
  void nonFiniteLossReportsTheSampleWithANaNTarget() {
    class WithNaN implements Dataset {
      @Override
      public int size() {
        return 8;
      }

      @Override
      public Shape inputShape() {
        return Shape.of(2);
      }

      @Override
      public Shape targetShape() {
        return Shape.of(1);
      }

      @Override
      public void copyInput(int sample, float[] slice, int row, int rows) {
        slice[2 * row] = 1;
      }

      @Override
      public void copyTarget(int sample, float[] target, int offset) {
        target[offset] = sample == 6 ? Float.NaN : 1;
      }
    }
    var error =
        assertThrows(NonFiniteLossException.class, () -> line().fit(new WithNaN(), quiet(1)));
    assertTrue(
        error
            .getMessage()
            .contains("the target of sample 6 contains an infinite value or NaN. Remove or fill"),
        error.getMessage());
    assertFalse(error.getMessage().contains("learning rate"), error.getMessage());
  }

  @Test
  void validationSplitSharesNoTargets() {
    double[][] rows = new double[12][1];
    Windows windows = TimeSeries.of(rows, "x").target("x").windows().lookback(1).targetSteps(4);
    Sequential model = Sequential.of(input(1, 1), flatten(), dense(4));
    model.compile(Optimizers.sgd(), Losses.mse());
    model.fit(windows, quiet(1).validationSplit(0.2));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> model.fit(windows, quiet(1).validationSplit(0.7)));
    assertEquals(
        "validationSplit must leave at least one sample whose targets are all before those of the 6"
            + " validation samples, but every one of the 2 other samples shares a target with them."
            + " Use more data or fewer target steps.",
        error.getMessage());
  }

  @Test
  void tokenIdsAreNotReportedAsUnscaled() {
    Sequential model = Sequential.of(input(1), embedding(900, 1), gru(1), dense(1));
    model.compile(Optimizers.sgd(), Losses.mse());
    model.weight("dense/kernel").set(0, 0, Float.POSITIVE_INFINITY);
    var data = Samples.of(new int[][] {{899}}).targets(new double[] {1});
    var error = assertThrows(NonFiniteLossException.class, () -> model.fit(data, quiet(1)));
    assertFalse(error.getMessage().contains("unscaled"), error.getMessage());
    assertTrue(
        error.getMessage().contains(" is not finite. Lower the learning"), error.getMessage());
  }

  @Test
  void restoresBestWeightsAfterAFailure() {
    Sequential model = line();
    List<float[]> atEpochEnd = new ArrayList<>();
    var sabotage =
        new Callback() {
          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            atEpochEnd.add(training.weights().get(0).values().clone());
            logs.put("score", epoch == 1 ? 5.0 : 1.0);
            if (epoch == 2) {
              training.weights().get(0).values()[0] = Float.NaN;
            }
          }
        };
    var stopping =
        earlyStopping("score", 9).mode(MonitorCallback.Mode.MAX).restoreBestWeights(true);
    assertThrows(
        NonFiniteLossException.class,
        () -> model.fit(numbers(6), quiet(9).callbacks(sabotage, stopping)));
    assertEquals(3, model.history().epochs());
    assertEquals(List.of(1.0, 5.0, 1.0), model.history().get("score"));
    assertArrayEquals(atEpochEnd.get(1), model.network().weights().get(0).values());
  }

  @Test
  void terminateOnNaNStopsInsteadOfFailing() {
    Sequential model = line();
    model.network().weights().get(0).values()[0] = Float.NaN;
    History history = model.fit(numbers(9).batchSize(3), quiet(4).callbacks(terminateOnNaN()));
    assertEquals(1, history.epochs());
    assertEquals(0, model.optimizer().iterations());
  }

  @Test
  void errorInAWorkerThreadIsThrownByFit() {
    Sequential model = Sequential.of(input(3), embedding(10, 2), lstm(2), dense(1));
    model.compile("sgd", "mse");
    int[][] ids = new int[40][3];
    ids[33][2] = 10;
    var data = Samples.of(ids).targets(new double[40]).batchSize(20);
    var log = new Log();
    for (int threads : new int[] {1, 3}) {
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> model.fit(data, epochs(1).verbose(0).threads(threads).callbacks(log)));
      assertEquals(
          "Embedding 'embedding' needs whole numbers from 0 to 9 (inputDim=10), but row 13 of the"
              + " batch has 10 at time step 2. Set inputDim to at least the largest index + 1, or"
              + " limit the vocabulary when you load the data.",
          error.getMessage());
    }
    assertEquals(List.of("begin", "epoch 0", "batch 0", "end"), log.events.subList(0, 4));
  }

  @Test
  void weightsAreViewsNotCopies() {
    Sequential model = line();
    var kernel = model.weight("dense/kernel");
    Weight weight = model.network().weights().get(0);
    assertSame(weight.values(), kernel.data);
    kernel.set(1, 0, 7);
    assertEquals(7f, weight.values()[1]);
    weight.values()[0] = -3;
    assertEquals(-3f, model.weights().get("dense/kernel").get(0, 0));
    float[] before = weight.values().clone();
    model.fit(numbers(4), quiet(1));
    assertNotEquals(before[0], kernel.get(0, 0), "training changes the same values");
  }

  @Test
  void rejectsDataThatDoesNotFitTheModel() {
    Sequential fresh = Sequential.of(input(2), dense(1));
    assertMessage(
        IllegalStateException.class,
        () -> fresh.fit(numbers(2), quiet(1)),
        "The model must be compiled before fit. Call compile(optimizer, loss), for example compile(rmsprop(), mae()).");
    assertMessage(
        IllegalStateException.class,
        () -> fresh.evaluate(numbers(2)),
        "The model must be compiled before evaluate. Call compile(optimizer, loss), for example compile(rmsprop(), mae()).");
    Sequential model = line();
    assertMessage(
        IllegalArgumentException.class,
        () -> model.fit(sequences(3), quiet(1)),
        "The model needs samples of shape (2,), but the samples of the training data have shape (4,"
            + " 2). Change input(…) of the model or the lookback, step and columns of the data.");
    assertMessage(
        IllegalArgumentException.class,
        () -> model.fit(numbers(3), quiet(1).validation(sequences(3))),
        "The model needs samples of shape (2,), but the samples of the validation data have shape"
            + " (4, 2). Change input(…) of the model or the lookback, step and columns of the data.");
    assertMessage(
        IllegalArgumentException.class,
        () -> model.evaluate(Samples.of(new double[][] {{1, 2}})),
        "The evaluation data must have targets, but has none. Add targets to the data, or call"
            + " predict instead.");
    assertMessage(
        IllegalArgumentException.class,
        () ->
            model.fit(
                Samples.of(new double[][] {{1, 2}}).targets(new double[][] {{1, 2, 3}}), quiet(1)),
        "With mean_squared_error, a model with output shape (1,) needs 1 target value of shape (1,)"
            + " per sample, but the targets of the training data have shape (3,). Change the units of"
            + " the last layer, returnSequences, or the targets.");
    Sequential steps = Sequential.of(input(2, 2), dense(3));
    steps.compile("sgd", "mse");
    double[][][] turned = new double[1][3][2];
    assertMessage(
        IllegalArgumentException.class,
        () -> steps.fit(Samples.of(new double[1][2][2]).targets(turned), quiet(1)),
        "With mean_squared_error, a model with output shape (2, 3) needs 6 target values of shape"
            + " (2, 3) per sample, but the targets of the training data have shape (3, 2). Change"
            + " the units of the last layer, returnSequences, or the targets.");
  }

  @Test
  void unknownNamesListTheKnownNames() {
    Sequential model = line();
    assertMessage(
        IllegalArgumentException.class,
        () -> model.layer("lstm"),
        "The name of the layer must be one of [dense], but was 'lstm'.");
    assertMessage(
        IllegalArgumentException.class,
        () -> model.weight("dense/recurrent_kernel"),
        "The name of the weight must be one of [dense/kernel, dense/bias], but was"
            + " 'dense/recurrent_kernel'.");
    assertMessage(
        IllegalArgumentException.class,
        () -> model.layer("dense").weight("gamma"),
        "Dense 'dense' has no weight 'gamma'. Its weights are [kernel, bias].");
    for (Runnable unknown :
        List.<Runnable>of(
            () -> model.compile("sgd", "mse", "meanness"),
            () -> model.compile("sgd", "meanness"),
            () -> model.compile("meanness", "mse"))) {
      var error = assertThrows(IllegalArgumentException.class, unknown::run);
      assertTrue(error.getMessage().contains("'meanness'"), error.getMessage());
      assertTrue(error.getMessage().contains("Known: "), error.getMessage());
    }
    History history = model.fit(numbers(2), quiet(1));
    assertMessage(
        IllegalArgumentException.class,
        () -> history.get("val_loss"),
        "The name of the values must be one of [loss, mae], but was 'val_loss'.");
  }

  @Test
  void rejectsInvalidFitOptions() {
    assertMessage(
        IllegalArgumentException.class, () -> epochs(0), "epochs must be at least 1, but was 0.");
    assertMessage(
        IllegalArgumentException.class,
        () -> epochs(3).initialEpoch(3),
        "initialEpoch must be less than epochs, but was 3 with epochs=3. As in Keras, epochs is the"
            + " number of the last epoch, not of additional ones.");
    assertThrows(IllegalArgumentException.class, () -> epochs(3).stepsPerEpoch(0));
    assertThrows(IllegalArgumentException.class, () -> epochs(3).validationSteps(0));
    assertThrows(IllegalArgumentException.class, () -> epochs(3).validationSplit(1));
    assertThrows(IllegalArgumentException.class, () -> epochs(3).validationSplit(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> epochs(3).threads(0));
  }

  @Test
  void batchSizeCanExceedTheData() {
    assertEquals(1, line().fit(numbers(6).batchSize(Integer.MAX_VALUE), quiet(1)).epochs());
    assertEquals(6, line().predict(numbers(6).batchSize(Integer.MAX_VALUE)).size());
  }

  @Test
  void historyHasAValueForEveryEpoch() {
    var sometimes =
        new Callback() {
          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            if (epoch == 1) {
              logs.put("extra", 4.0);
            }
          }
        };
    History history = line().fit(numbers(4), quiet(3).callbacks(sometimes));
    assertEquals(List.of(Double.NaN, 4.0, Double.NaN), history.get("extra"));
    assertEquals(3, history.toTable().rowCount());
    assertEquals(3, history.toString().lines().count());
  }

  private static void assertMessage(Class<? extends Exception> type, Executable run, String text) {
    assertEquals(text, assertThrows(type, run).getMessage());
  }
}
