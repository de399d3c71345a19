package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.MonitorCallback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;

/** Callbacks written by a user. */
class CustomCallbackTest {
  /** The callback of the example in the Javadoc of {@link Callback}, with a clock for the test. */
  static final class TimeLimit extends Callback {
    private final double limit;
    private final LongSupplier nanoTime;
    private double before;
    private long begin;

    TimeLimit(double seconds, LongSupplier nanoTime) {
      limit = seconds;
      this.nanoTime = nanoTime;
    }

    private double seconds() {
      return before + (nanoTime.getAsLong() - begin) / 1e9;
    }

    @Override
    public void onTrainBegin(TrainingContext training) {
      before = 0;
      begin = nanoTime.getAsLong();
    }

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      if (seconds() > limit) {
        training.stop();
      }
    }

    @Override
    public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
      logs.put("seconds", seconds());
    }

    @Override
    public void writeState(DataOutput out) throws IOException {
      out.writeDouble(seconds());
    }

    @Override
    public void readState(DataInput in) throws IOException {
      before = in.readDouble();
    }
  }

  /** Notes the epochs in which a value has improved. */
  static final class Improvements extends MonitorCallback<Improvements> {
    final List<Integer> epochs = new ArrayList<>();
    private double best;

    Improvements(String monitor) {
      super(monitor, 0);
    }

    @Override
    protected Improvements self() {
      return this;
    }

    @Override
    public void onTrainBegin(TrainingContext training) {
      epochs.clear();
      best = Double.NaN;
    }

    @Override
    public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
      double value = monitored(logs);
      if (improves(training, value, best)) {
        epochs.add(epoch);
        best = value;
      }
    }
  }

  private static final Samples DATA =
      Samples.of(new double[12][1]).targets(new double[12]).batchSize(4);

  private long now = 7_000_000_000L;

  private static Sequential model() {
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile("sgd", "mse");
    return model;
  }

  /** Lets every batch take a second. */
  private Callback oneSecondPerBatch() {
    return new Callback() {
      @Override
      public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
        now += 1_000_000_000L;
      }
    };
  }

  @Test
  void stopsTrainingAndAddsToTheLogs() {
    var limit = new TimeLimit(4.5, () -> now);
    History history = model().fit(DATA, epochs(9).verbose(0).callbacks(oneSecondPerBatch(), limit));
    // Three batches in the first epoch; the second one is stopped after its second batch.
    assertEquals(List.of(3.0, 5.0), history.get("seconds"));
  }

  @Test
  void keepsItsStateInABackup(@TempDir Path folder) {
    var failing =
        new Callback() {
          private boolean done;

          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            if (training.optimizer().iterations() == 8 && !done) {
              done = true;
              throw new IllegalStateException("power failure");
            }
          }
        };
    var limit = new TimeLimit(100, () -> now);
    var options =
        epochs(4)
            .verbose(0)
            .callbacks(
                oneSecondPerBatch(), limit, failing, backupAndRestore(folder.resolve("backup")));
    assertThrows(IllegalStateException.class, () -> model().fit(DATA, options));
    now += 1_000_000_000_000L; // the time until the program is started again
    History history = model().fit(DATA, options);
    // The backup after two epochs has 6 seconds; the two batches after it are trained again.
    assertEquals(List.of(3.0, 6.0, 9.0, 12.0), history.get("seconds"));
  }

  @Test
  void monitorCallbackUsesTheModeOfItsOptions() {
    var scores =
        new Callback() {
          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            logs.put("score", List.of(1.0, 1.05, 3.0, 2.0, 4.0).get(epoch));
          }
        };
    var improvements = new Improvements("score").mode(MonitorCallback.Mode.MAX).minDelta(0.1);
    model().fit(DATA, epochs(5).verbose(0).callbacks(scores, improvements));
    assertEquals(List.of(0, 2, 4), improvements.epochs);
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> model().fit(DATA, epochs(1).verbose(0).callbacks(new Improvements("val_loss"))));
    assertTrue(
        error.getMessage().startsWith("Improvements needs 'val_loss' in the logs"),
        error.getMessage());
  }
}
