package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.network.Input;
import org.unroll.network.NetworkState;

/** Several calls at once on one model give the right results or throw an exception. */
@Tag("both-compute-implementations")
@Timeout(60)
class ConcurrentUseTest {
  private static final int ROWS = 40;

  @TempDir Path folder;

  private final Samples data = samples();

  private static Samples samples() {
    var random = new SplittableRandom(3);
    double[][][] x = new double[ROWS][5][2];
    double[] y = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      for (double[] step : x[i]) {
        Arrays.setAll(step, j -> random.nextGaussian());
      }
      y[i] = x[i][4][0];
    }
    return Samples.of(x).targets(y).batchSize(8);
  }

  private static Sequential model(boolean stateful) {
    Input input = input(5, 2);
    if (stateful) {
      input.batchSize(8);
    }
    Sequential model = Sequential.of(input, gru(6).stateful(stateful), dense(1));
    model.compile(adam(), mse());
    return model;
  }

  /** Blocks training in the first batch until it is released. */
  private static final class Gate extends Callback {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      reached.countDown();
      try {
        assertTrue(released.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void everyOtherCallIsRejectedDuringFit() throws Exception {
    Sequential model = model(false);
    Stepper stepper = model.stepper();
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("fit", () -> model.fit(data, epochs(1).verbose(0)));
    calls.put("compile", () -> model.compile(adam(), mse()));
    calls.put("predict", () -> model.predict(data));
    calls.put("evaluate", () -> model.evaluate(data));
    calls.put("record", () -> model.record(data, 0));
    calls.put("recordGradients", () -> model.recordGradients(data, 0));
    calls.put("save", () -> model.save(folder.resolve("model.keras")));
    calls.put("step", () -> stepper.step(1, 2));
    requireRejected(model, calls);

    Sequential undisturbed = model(false);
    undisturbed.fit(data, epochs(2).verbose(0));
    assertArrayEquals(undisturbed.predict(data).toArray(), model.predict(data).toArray());
    stepper.step(1, 2);
  }

  @Test
  void statesAreNotChangedDuringFit() throws Exception {
    Sequential model = model(true);
    NetworkState state = model.state();
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("resetStates", model::resetStates);
    calls.put("state", () -> model.state(state));
    calls.put("predict", () -> model.predict(data));
    requireRejected(model, calls);
  }

  private void requireRejected(Sequential model, Map<String, Executable> calls) throws Exception {
    var gate = new Gate();
    ExecutorService other = Executors.newSingleThreadExecutor(task -> new Thread(task, "trainer"));
    try {
      Future<History> training =
          other.submit(() -> model.fit(data, epochs(2).verbose(0).callbacks(gate)));
      assertTrue(gate.reached.await(30, TimeUnit.SECONDS));
      History running = model.history();
      calls.forEach(
          (call, body) -> {
            String message = assertThrows(IllegalStateException.class, body, call).getMessage();
            assertTrue(
                message.startsWith(
                    call
                        + " must not be called while another call changes the model, but fit is"
                        + " running in thread 'trainer'."),
                message);
          });
      assertEquals(running, model.history());
      gate.released.countDown();
      training.get();
    } finally {
      gate.released.countDown();
      other.shutdown();
    }
  }

  @Test
  void fitIsRejectedDuringAPrediction() throws Exception {
    Sequential model = model(false);
    var reached = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    var slow =
        (Dataset)
            Proxy.newProxyInstance(
                Dataset.class.getClassLoader(),
                new Class<?>[] {Dataset.class},
                (proxy, method, arguments) -> {
                  if (method.getName().endsWith("Parts")) {
                    return List.of(proxy);
                  }
                  if (method.getName().equals("forBatch")) {
                    reached.countDown();
                    assertTrue(released.await(30, TimeUnit.SECONDS));
                  }
                  return method.invoke(data, arguments);
                });
    ExecutorService other = Executors.newSingleThreadExecutor(task -> new Thread(task, "reader"));
    try {
      Future<?> prediction = other.submit(() -> model.predict(slow));
      assertTrue(reached.await(30, TimeUnit.SECONDS));
      String message =
          assertThrows(IllegalStateException.class, () -> model.fit(data, epochs(1).verbose(0)))
              .getMessage();
      assertEquals(
          "fit must be the only call that uses the model, but predict is running in thread 'reader'."
              + " Wait until it has returned, or use a second model, for example Sequential.load of"
              + " a saved one.",
          message);
      released.countDown();
      prediction.get();
      model.fit(data, epochs(1).verbose(0));
    } finally {
      released.countDown();
      other.shutdown();
    }
  }

  @Test
  void callbacksUseTheModelThatTheyTrain() {
    for (boolean stateful : new boolean[] {false, true}) {
      Sequential model = model(stateful);
      Path file = folder.resolve("epoch.keras");
      List<Double> errors = new ArrayList<>();
      Callback user =
          new Callback() {
            @Override
            public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
              model.save(file);
              training.save(file);
              if (stateful) {
                model.resetStates();
              }
              double expected = model.predict(data).get(3)[0];
              if (stateful) {
                model.resetStates();
              }
              assertEquals(expected, Sequential.load(file).predict(data).get(3)[0]);
              errors.add(model.evaluate(data).get("loss"));
              model.record(data, 0);
              model.recordGradients(data, 0);
              String message =
                  assertThrows(
                          IllegalStateException.class, () -> model.fit(data, epochs(1).verbose(0)))
                      .getMessage();
              assertTrue(message.contains("the same thread runs fit"), message);
            }
          };
      model.fit(data, epochs(2).verbose(0).callbacks(user));
      assertEquals(2, errors.size());
    }
  }

  @Test
  void callsThatReadRunAtTheSameTime() throws Exception {
    Sequential model = model(false);
    double[][] outputs = model.predict(data).toArray();
    double loss = model.evaluate(data).get("loss");
    double[][] recorded = model.record(data, 1).get("gru", "h");
    double[][] gradients = model.recordGradients(data, 1).get("gru", "dh");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int kind = i % 4;
        calls.add(
            () -> {
              switch (kind) {
                case 0 -> assertArrayEquals(outputs, model.predict(data).toArray());
                case 1 -> assertEquals(loss, model.evaluate(data).get("loss"));
                case 2 -> assertArrayEquals(recorded, model.record(data, 1).get("gru", "h"));
                default ->
                    assertArrayEquals(gradients, model.recordGradients(data, 1).get("gru", "dh"));
              }
              return null;
            });
      }
      for (Future<Void> result : threads.invokeAll(calls)) {
        result.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void freezingALayerDuringFitIsAnError() {
    Sequential model = model(false);
    Callback freezing =
        new Callback() {
          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            model.layer("gru").trainable(batch != 1);
          }
        };
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> model.fit(data, epochs(1).verbose(0).callbacks(freezing)))
            .getMessage();
    assertEquals(
        "Layers must be frozen or unfrozen before compile, but these weights were changed after it:"
            + " [gru/kernel, gru/recurrent_kernel, gru/bias]. Call compile again, with a new"
            + " optimizer.",
        message);
    assertEquals(2, model.optimizer().iterations());
  }
}
