package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.callbacks.Callbacks.learningRateScheduler;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.callbacks.Callbacks.reduceLrOnPlateau;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.MonitorCallback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.compute.Activation;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metrics;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Wherever a name is looked up, a misspelt one is refused with a suggestion. */
class MisspeltNamesTest {
  private static final Dataset DATA =
      Samples.of(new double[][] {{0}, {1}, {2}, {3}}).targets(new double[] {0, 1, 2, 3});

  private static Sequential model() {
    var model = Sequential.of(input(1), dense(1));
    model.compile("sgd", "mse", "mae");
    return model;
  }

  static Stream<Arguments> lookups() {
    Table table = Table.create(DoubleColumn.create("power", 1.0, 2.0, 3.0));
    return Stream.of(
        Arguments.of("mean_squared_error", (Executable) () -> Losses.of("mean_square_error")),
        Arguments.of("accuracy", (Executable) () -> Metrics.of("acuracy")),
        Arguments.of("adamw", (Executable) () -> Optimizers.of("admaw")),
        Arguments.of("sigmoid", (Executable) () -> Activation.of("sigmiod")),
        Arguments.of("power", (Executable) () -> TimeSeries.of(table).target("powr")),
        Arguments.of("power", (Executable) () -> TimeSeries.of(table).columns("Powr")),
        Arguments.of("dense", (Executable) () -> model().layer("dens")),
        Arguments.of("dense/kernel", (Executable) () -> model().weight("dense/kernal")),
        Arguments.of("mae", (Executable) () -> model().evaluate(DATA).get("mea")),
        Arguments.of(
            "loss", (Executable) () -> model().fit(DATA, epochs(1).verbose(0)).get("lss")));
  }

  @ParameterizedTest
  @MethodSource("lookups")
  void suggestionIsInTheMessage(String meant, Executable lookup) {
    String message = assertThrows(IllegalArgumentException.class, lookup).getMessage();
    assertTrue(message.contains("Did you mean '" + meant + "'?"), message);
  }

  /** Reports an error if training begins. */
  private static final class Untouched extends Callback {
    @Override
    public void onTrainBegin(TrainingContext training) {
      throw new AssertionError("training began");
    }
  }

  static Stream<Callback> misspelt() {
    return Stream.of(
        earlyStopping("val_los", 2),
        reduceLrOnPlateau("val_los"),
        modelCheckpoint(Path.of("target", "never.keras"), "val_los").saveBestOnly(true));
  }

  @ParameterizedTest
  @MethodSource("misspelt")
  void misspeltMonitorIsRefusedBeforeTraining(Callback callback) {
    String message =
        assertThrows(
                IllegalStateException.class,
                () ->
                    model()
                        .fit(
                            DATA,
                            epochs(1)
                                .validation(DATA)
                                .callbacks(callback, new Untouched())
                                .verbose(0)))
            .getMessage();
    assertTrue(message.contains("needs 'val_los' in the logs"), message);
    assertTrue(message.contains("they contain loss, mae, val_loss, val_mae"), message);
    assertTrue(message.contains(". Did you mean 'val_loss'?"), message);
  }

  @Test
  void monitorOfValidationIsRefusedWithoutValidationData() {
    String message =
        assertThrows(
                IllegalStateException.class,
                () ->
                    model()
                        .fit(
                            DATA,
                            epochs(1)
                                .callbacks(earlyStopping("val_loss", 2), new Untouched())
                                .verbose(0)))
            .getMessage();
    assertTrue(message.contains("Values with val_ need validation data in fit."), message);
  }

  @Test
  void misspeltFieldOfACheckpointIsRefusedBeforeTraining() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    model()
                        .fit(
                            DATA,
                            epochs(1)
                                .callbacks(
                                    modelCheckpoint(Path.of("target", "{los:.2f}.keras")),
                                    new Untouched())
                                .verbose(0)))
            .getMessage();
    assertTrue(message.contains("Did you mean 'loss'?"), message);
  }

  /** Values that a callback before has added, and those of a custom callback, can be monitored. */
  @Test
  void valuesOfOtherCallbacksCanBeMonitored() {
    var custom =
        new Callback() {
          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            logs.put("seconds", 1.0);
          }
        };
    History history =
        model()
            .fit(
                DATA,
                epochs(2)
                    .callbacks(
                        learningRateScheduler((epoch, rate) -> rate),
                        earlyStopping("learning_rate", 5).mode(MonitorCallback.Mode.MIN),
                        custom,
                        earlyStopping("seconds", 5).mode(MonitorCallback.Mode.MIN))
                    .verbose(0));
    assertEquals(2, history.epochs());
  }
}
