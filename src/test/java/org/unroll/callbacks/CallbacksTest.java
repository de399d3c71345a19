package org.unroll.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.FakeTrainingContext.logs;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.training.References;

/** Callbacks, compared with Keras. */
class CallbacksTest {
  private final FakeTrainingContext training = new FakeTrainingContext();

  static List<JsonNode> cases() {
    return References.read("callbacks.json");
  }

  private static MonitorCallback<?> callback(JsonNode reference) {
    JsonNode options = reference.get("options");
    String monitor = options.path("monitor").asText("val_loss");
    int patience = options.get("patience").asInt();
    MonitorCallback<?> callback;
    if (reference.get("callback").asText().equals("EarlyStopping")) {
      EarlyStopping stopping =
          Callbacks.earlyStopping(monitor, patience)
              .restoreBestWeights(options.path("restore_best_weights").asBoolean())
              .startFromEpoch(options.path("start_from_epoch").asInt());
      if (options.has("baseline")) {
        stopping.baseline(options.get("baseline").asDouble());
      }
      callback = stopping;
    } else {
      callback =
          Callbacks.reduceLrOnPlateau(monitor)
              .patience(patience)
              .factor(options.path("factor").asDouble(0.1))
              .cooldown(options.path("cooldown").asInt())
              .minLr(options.path("min_lr").asDouble());
    }
    if (options.has("min_delta")) {
      callback.minDelta(options.get("min_delta").asDouble());
    }
    if (options.has("mode")) {
      callback.mode(
          MonitorCallback.Mode.valueOf(options.get("mode").asText().toUpperCase(Locale.ROOT)));
    }
    return callback;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void epochsRatesAndWeightsMatchKeras(JsonNode reference) {
    MonitorCallback<?> callback = callback(reference);
    for (int run = 0; run < 2; run++) { // the second run must not depend on the first
      training.stopped = false;
      training.optimizer.learningRate(0.5);
      callback.onTrainBegin(training);
      int epoch = 0;
      while (epoch < reference.get("values").size() && !training.stopped) {
        training.weight.values()[0] = epoch;
        double value = reference.get("values").get(epoch).asDouble();
        callback.onEpochEnd(training, epoch, logs(callback.monitor(), value));
        double rate = reference.get("rates").get(epoch).asDouble();
        assertEquals(rate, training.optimizer.learningRate(), 1e-7, "after epoch " + epoch);
        epoch++;
      }
      callback.onTrainEnd(training);
      assertEquals(reference.get("epochs").asInt(), epoch);
      assertEquals(reference.get("weight").asDouble(), training.weight.values()[0]);
    }
  }

  @Test
  void restoresBestWeightsAfterAnInterrupt() {
    EarlyStopping stopping = Callbacks.earlyStopping("loss", 5).restoreBestWeights(true);
    stopping.onTrainBegin(training);
    double[] losses = {3, 2, 2.5};
    for (int epoch = 0; epoch < losses.length; epoch++) {
      training.weight.values()[0] = epoch;
      stopping.onEpochEnd(training, epoch, logs("loss", losses[epoch]));
    }
    training.weight.values()[0] = 99; // within the fourth epoch
    stopping.onTrainEnd(training);
    assertEquals(1, training.weight.values()[0]);
    assertEquals(1, stopping.bestEpoch());
    assertEquals(-1, stopping.stoppedEpoch());
  }

  @Test
  void nanIsNotAnImprovement() {
    EarlyStopping stopping = Callbacks.earlyStopping("loss", 2);
    stopping.onTrainBegin(training);
    stopping.onEpochEnd(training, 0, logs("loss", Double.NaN));
    stopping.onEpochEnd(training, 1, logs("loss", 1));
    assertEquals(1, stopping.bestEpoch());
    stopping.onEpochEnd(training, 2, logs("loss", Double.NaN));
    assertFalse(training.stopped);
    stopping.onEpochEnd(training, 3, logs("loss", Double.NaN));
    assertTrue(training.stopped);
    assertEquals(3, stopping.stoppedEpoch());
  }

  @Test
  void unknownMonitorListsTheKnownNames() {
    EarlyStopping stopping = Callbacks.earlyStopping("val_loss", 2).startFromEpoch(3);
    stopping.onTrainBegin(training);
    Map<String, Double> logs = logs("loss", 1, "mae", 2);
    String message =
        assertThrows(IllegalStateException.class, () -> stopping.onEpochEnd(training, 0, logs))
            .getMessage();
    assertEquals(
        "EarlyStopping needs 'val_loss' in the logs, but they contain loss, mae. Values with val_"
            + " need validation data in fit.",
        message);
  }

  @Test
  void requiresAModeForOtherValues() {
    ReduceLrOnPlateau reduce = Callbacks.reduceLrOnPlateau("learning_rate");
    reduce.onTrainBegin(training);
    String message =
        assertThrows(
                IllegalStateException.class, () -> reduce.onEpochEnd(training, 0, logs("loss", 1)))
            .getMessage();
    assertEquals(
        "ReduceLrOnPlateau needs a mode to monitor 'learning_rate', which is neither the loss nor a"
            + " metric. Set mode(MIN) or mode(MAX).",
        message);
    reduce.mode(MonitorCallback.Mode.MAX).onEpochEnd(training, 0, logs("loss", 1));
  }

  @Test
  void rejectsInvalidOptions() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> Callbacks.earlyStopping("loss", -1));
    assertEquals("patience of EarlyStopping must be at least 0, but was -1.", error.getMessage());
    error =
        assertThrows(
            IllegalArgumentException.class, () -> Callbacks.earlyStopping("loss", 1).minDelta(-1));
    assertEquals(
        "minDelta of EarlyStopping must be finite and at least 0, but was -1.0.",
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Callbacks.reduceLrOnPlateau("loss", 1, 10));
    assertThrows(
        IllegalArgumentException.class, () -> Callbacks.reduceLrOnPlateau("loss").minLr(-1));
    assertThrows(IllegalArgumentException.class, () -> ProgressBar.of(3));
  }

  @Test
  void logsTheReducedRateFromTheNextEpochOn() {
    ReduceLrOnPlateau reduce = Callbacks.reduceLrOnPlateau("loss", 0.1, 1);
    reduce.onTrainBegin(training);
    for (double expected : new double[] {0.5, 0.5, 0.05}) {
      Map<String, Double> logs = logs("loss", 1);
      reduce.onEpochEnd(training, 0, logs);
      assertEquals(expected, logs.get("learning_rate"));
    }
  }

  @Test
  void schedulerSetsTheRateOfEachEpoch() {
    Callback scheduler =
        Callbacks.learningRateScheduler((epoch, rate) -> epoch < 2 ? rate : rate / 2);
    double[] expected = {0.5, 0.5, 0.25, 0.125};
    for (int epoch = 0; epoch < expected.length; epoch++) {
      scheduler.onEpochBegin(training, epoch);
      assertEquals(expected[epoch], training.optimizer.learningRate());
      Map<String, Double> logs = logs("loss", 1);
      scheduler.onEpochEnd(training, epoch, logs);
      assertEquals(expected[epoch], logs.get("learning_rate"));
    }
    Callback broken = Callbacks.learningRateScheduler((epoch, rate) -> Double.NaN);
    assertThrows(IllegalArgumentException.class, () -> broken.onEpochBegin(training, 0));
  }

  @Test
  void stopsTrainingIfTheLossIsNotFinite() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Callback callback = new TerminateOnNaN(new PrintStream(text, true, StandardCharsets.UTF_8));
    callback.onBatchEnd(training, 6, logs("loss", 1e30));
    assertFalse(training.stopped);
    callback.onBatchEnd(training, 7, logs("loss", Double.POSITIVE_INFINITY));
    assertTrue(training.stopped);
    assertEquals(
        "Batch 7: the loss is Infinity, training stops.",
        text.toString(StandardCharsets.UTF_8).trim());
  }

  @Test
  void writesTheLogAfterEveryEpochEvenWhenInterrupted(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("log.csv");
    Callback logger = Callbacks.csvLogger(file);
    logger.onTrainBegin(training);
    logger.onEpochEnd(training, 0, logs("loss", 0.5, "a,b", 1, "accuracy", 0.25));
    assertEquals("epoch,\"a,b\",accuracy,loss\n0,1.0,0.25,0.5\n", Files.readString(file));
    Thread.currentThread().interrupt();
    logger.onEpochEnd(training, 1, logs("loss", Double.NaN, "accuracy", 1e-5));
    assertTrue(Thread.interrupted());
    assertEquals(
        "epoch,\"a,b\",accuracy,loss\n0,1.0,0.25,0.5\n1,NA,1.0E-5,NaN\n", Files.readString(file));
    logger.onTrainEnd(training);

    logger.onTrainBegin(training);
    assertEquals("", Files.readString(file));
    logger.onTrainEnd(training);
  }

  @Test
  void appendsToALogWithTheSameColumns(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("log.csv");
    for (int run = 0; run < 2; run++) {
      Callback logger = Callbacks.csvLogger(file, true);
      logger.onTrainBegin(training);
      logger.onEpochEnd(training, run, logs("loss", 1));
      logger.onTrainEnd(training);
    }
    assertEquals("epoch,loss\n0,1.0\n1,1.0\n", Files.readString(file));

    Callback other = Callbacks.csvLogger(file, true);
    other.onTrainBegin(training);
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> other.onEpochEnd(training, 0, logs("loss", 1, "mae", 1)))
            .getMessage();
    other.onTrainEnd(training);
    assertEquals(
        "Lines must be appended to a file with the same columns, but "
            + file
            + " begins with 'epoch,loss' and this training run has 'epoch,loss,mae'. Choose another"
            + " file, or do not append.",
        message);
    assertEquals("epoch,loss\n0,1.0\n1,1.0\n", Files.readString(file));
  }

  @Test
  void namesALogThatCannotBeOpened(@TempDir Path folder) {
    Path file = folder.resolve("missing").resolve("log.csv");
    Callback logger = Callbacks.csvLogger(file);
    String message =
        assertThrows(UncheckedIOException.class, () -> logger.onTrainBegin(training)).getMessage();
    assertTrue(message.startsWith("The log " + file + " cannot be opened: "), message);
  }
}
