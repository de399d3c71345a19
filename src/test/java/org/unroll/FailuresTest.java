package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ejml.data.FMatrixRMaj;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.CallbackFailure;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;

/**
 * A failure at any place and on any thread ends {@code fit}, {@code evaluate} and {@code predict}
 * with its cause, and the next call gives the result that it gives without the failure.
 */
@Tag("both-compute-implementations")
@Timeout(120)
class FailuresTest {
  private static final int BATCHES = 3; // of 24 samples in 3 or more slices

  private static final List<String> ON_THE_CALLER =
      List.of(
          "train order",
          "train forBatch",
          "validation forBatch",
          "prepareBackward",
          "newPass",
          "result",
          "allocate",
          "beginStep",
          "onTrainBegin",
          "onEpochBegin",
          "onBatchEnd",
          "onEpochEnd",
          "onTrainEnd");

  private static final class SimilarToThreadDeath extends Error {
    private static final long serialVersionUID = 1L;
  }

  static List<Throwable> causes() {
    return List.of(
        new IllegalStateException("a user's mistake"),
        new OutOfMemoryError("injected"),
        new StackOverflowError(),
        new SimilarToThreadDeath(),
        new InterruptedException("from a language without checked exceptions"));
  }

  static Stream<Arguments> places() {
    List<Arguments> places = new ArrayList<>();
    for (Throwable cause : causes()) {
      for (int calls : new int[] {0, 1}) {
        for (String place : ON_THE_CALLER) {
          if (calls == 0 || !place.startsWith("onTrain")) { // which are called once
            places.add(Arguments.of(place, calls, false, cause));
          }
        }
        for (boolean onHelper : new boolean[] {false, true}) {
          Faults.ON_ALL_THREADS.forEach(
              place -> places.add(Arguments.of(place, calls, onHelper, cause)));
        }
      }
    }
    return places.stream();
  }

  private final Faults faults = new Faults();

  private static Samples samples(int size, long seed) {
    var random = new SplittableRandom(seed);
    double[][][] x = new double[size][4][3];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      for (double[] step : x[i]) {
        Arrays.setAll(step, j -> random.nextGaussian());
      }
      y[i] = x[i][0][0] - x[i][3][2];
    }
    return Samples.of(x).targets(y).batchSize(24);
  }

  private Sequential model(boolean inParts) {
    var layers = new ArrayList<Layer>(List.of(input(4, 3), gru(5)));
    if (inParts) {
      layers.add(batchNormalization());
    }
    layers.add(faults.layer());
    layers.add(dense(1));
    Sequential model = Sequential.of(layers.toArray(Layer[]::new));
    model.compile(faults.optimizer(), faults.loss(), faults.metric());
    return model;
  }

  private FitOptions options() {
    return epochs(2)
        .verbose(0)
        .threads(3)
        .validation(faults.data(samples(48, 2).batchSize(24), "validation"))
        .callbacks(faults.callback());
  }

  /** Returns what is suppressed in a failure, without notes on the callback that has thrown it. */
  private static List<Throwable> suppressed(Throwable failure) {
    return Arrays.stream(failure.getSuppressed())
        .filter(later -> !(later instanceof CallbackFailure))
        .toList();
  }

  private static float[][] weights(Sequential model) {
    return model.weights().values().stream()
        .map(matrix -> matrix.data.clone())
        .toArray(float[][]::new);
  }

  private static void set(Sequential model, float[][] values) {
    int next = 0;
    for (FMatrixRMaj matrix : model.weights().values()) {
      System.arraycopy(values[next], 0, matrix.data, 0, values[next].length);
      next++;
    }
  }

  private static float[][] slots(Sequential model) {
    return model.optimizer().slots().stream()
        .map(slot -> slot.values().clone())
        .toArray(float[][]::new);
  }

  /** The twin has the weights and the optimizer of the model, and has never failed. */
  private Sequential twin(Sequential model, boolean inParts) {
    Sequential twin = model(inParts);
    set(twin, weights(model));
    twin.optimizer().build(twin.network().trainableWeights());
    float[][] slots = slots(model);
    for (int i = 0; i < slots.length; i++) {
      float[] values = twin.optimizer().slots().get(i).values();
      System.arraycopy(slots[i], 0, values, 0, values.length);
    }
    twin.optimizer().iterations(model.optimizer().iterations());
    return twin;
  }

  @ParameterizedTest
  @MethodSource("places")
  void fitEndsWithTheCauseAndTheNextFitIsRight(
      String place, int calls, boolean onHelper, Throwable cause) {
    for (boolean inParts : new boolean[] {false, true}) {
      Sequential model = model(inParts);
      Dataset data = faults.data(samples(24 * BATCHES, 1), "train");
      faults.arm(place, calls, onHelper, cause);
      assertSame(cause, assertThrows(Throwable.class, () -> model.fit(data, options())));
      assertTrue(faults.happened());
      assertEquals(List.of(), suppressed(cause));

      Sequential twin = twin(model, inParts);
      History expected = twin.fit(data, options());
      History received = model.fit(data, options());
      assertEquals(expected.get("loss"), received.get("loss"));
      assertEquals(expected.get("val_loss"), received.get("val_loss"));
      assertArrayEquals(weights(twin), weights(model));
      assertArrayEquals(slots(twin), slots(model));
    }
  }

  @ParameterizedTest
  @MethodSource("causes")
  void evaluateAndPredictEndWithTheCauseAndTheNextCallIsRight(Throwable cause) {
    Sequential model = model(false);
    Dataset data = faults.data(samples(24 * BATCHES, 1), "train");
    Evaluation loss = model.evaluate(data);
    double[][] outputs = model.predict(data).toArray();
    for (boolean onHelper : new boolean[] {false, true}) {
      for (String place : List.of("train input", "forward", "train target", "loss", "metric")) {
        for (int calls : new int[] {0, 1, 2}) {
          faults.arm(place, calls, onHelper, cause);
          assertSame(cause, assertThrows(Throwable.class, () -> evaluate(model, data)), place);
          assertTrue(faults.happened());
          assertEquals(loss.toString(), model.evaluate(data).toString());
          if (calls < 2 && (place.equals("train input") || place.equals("forward"))) {
            faults.arm(place, calls, onHelper, cause);
            assertSame(cause, assertThrows(Throwable.class, () -> predict(model, data)), place);
            assertTrue(faults.happened());
            assertArrayEquals(outputs, model.predict(data).toArray());
          }
        }
      }
    }
  }

  /** On three threads even where there are fewer processors. */
  private static void evaluate(Sequential model, Dataset data) {
    withThreads(() -> model.evaluate(data));
  }

  private static void predict(Sequential model, Dataset data) {
    withThreads(() -> model.predict(data));
  }

  private static void withThreads(Runnable call) {
    String before = System.getProperty("unroll.threads");
    System.setProperty("unroll.threads", "3");
    try {
      call.run();
    } finally {
      if (before == null) {
        System.clearProperty("unroll.threads");
      } else {
        System.setProperty("unroll.threads", before);
      }
    }
  }

  /** Fails in the middle of training and again at its end. */
  @Test
  void laterFailuresOfCallbacksAreSuppressed() {
    var first = new SimilarToThreadDeath();
    var later = new AssertionError("later");
    List<String> ended = new ArrayList<>();
    Callback failing =
        new Callback() {
          @Override
          public void onEpochBegin(TrainingContext training, int epoch) {
            throw first;
          }

          @Override
          public void onTrainEnd(TrainingContext training) {
            throw later;
          }
        };
    Callback same =
        new Callback() {
          @Override
          public void onTrainEnd(TrainingContext training) {
            throw first;
          }
        };
    Callback last =
        new Callback() {
          @Override
          public void onTrainEnd(TrainingContext training) {
            ended.add("last");
          }
        };
    FitOptions options = epochs(1).verbose(0).callbacks(failing, same, last);
    assertSame(
        first,
        assertThrows(SimilarToThreadDeath.class, () -> model(false).fit(samples(24, 1), options)));
    assertEquals(List.of(later), suppressed(first));
    assertEquals(List.of("last"), ended);
  }

  @Test
  void failedBatchLeavesTheStatesOfAStatefulModel() {
    Sequential model =
        Sequential.of(input(4, 3).batchSize(24), gru(5).stateful(true), faults.layer(), dense(1));
    model.compile(faults.optimizer(), faults.loss());
    Dataset data = faults.data(samples(24 * BATCHES, 1), "train");
    model.predict(data);
    double[][] before = model.state().get("gru/h");
    var cause = new OutOfMemoryError("injected");
    faults.arm("forward", 0, false, cause);
    assertSame(cause, assertThrows(OutOfMemoryError.class, () -> model.predict(data)));
    assertArrayEquals(before, model.state().get("gru/h"));
    faults.arm("loss", 0, false, cause);
    assertSame(
        cause, assertThrows(OutOfMemoryError.class, () -> model.fit(data, epochs(1).verbose(0))));
    assertArrayEquals(before, model.state().get("gru/h"));
    model.weight("dense/bias").data[0] = Float.POSITIVE_INFINITY;
    assertThrows(NonFiniteLossException.class, () -> model.fit(data, epochs(1).verbose(0)));
    assertArrayEquals(before, model.state().get("gru/h"));
  }

  @Test
  void modelIsUsableAfterACallThatOverflowedTheStack() {
    Sequential model = model(false);
    Samples data = samples(24, 1);
    double[][] expected = model.predict(data).toArray();
    for (int round = 0; round < 10; round++) {
      assertThrows(StackOverflowError.class, () -> predictDeeper(model, data));
      assertArrayEquals(expected, model.predict(data).toArray());
    }
    model.fit(data, epochs(1).verbose(0));
  }

  /** Predicts at any depth of the stack. */
  @SuppressWarnings("InfiniteRecursion") // until the stack overflows
  private static int predictDeeper(Sequential model, Samples data) {
    model.predict(data);
    return 1 + predictDeeper(model, data);
  }

  @Test
  void stepperRequiresKnownStatesAfterAFailure() {
    Sequential model = Sequential.of(input(4, 3), gru(5), faults.layer(), dense(1));
    Stepper stepper = model.stepper();
    double[] first = stepper.step(1, 2, 3);
    var state = stepper.state();
    double[] second = stepper.step(4, 5, 6);
    stepper.state(state);
    var cause = new StackOverflowError();
    faults.arm("forward", 0, false, cause);
    assertSame(cause, assertThrows(StackOverflowError.class, () -> stepper.step(4, 5, 6)));
    String message =
        assertThrows(IllegalStateException.class, () -> stepper.step(4, 5, 6)).getMessage();
    assertTrue(message.contains("Call reset() or state(newState)"), message);
    assertArrayEquals(second, stepper.state(state).step(4, 5, 6));
    stepper.reset();
    assertArrayEquals(first, stepper.step(1, 2, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"input", "target", "weight"})
  void messageNamesTheSampleThatIsNotFinite(String part) {
    Dataset custom =
        new Dataset() {
          @Override
          public int size() {
            return 3;
          }

          @Override
          public Shape inputShape() {
            return Shape.of(1);
          }

          @Override
          public Shape targetShape() {
            return Shape.of(1);
          }

          @Override
          public Shape weightShape() {
            return Shape.of(1);
          }

          @Override
          public void copyInput(int sample, float[] slice, int row, int rows) {
            slice[row] = value("input", sample);
          }

          @Override
          public void copyTarget(int sample, float[] target, int offset) {
            target[offset] = value("target", sample);
          }

          @Override
          public void copyWeights(int sample, float[] weights, int offset) {
            weights[offset] = value("weight", sample);
          }

          private float value(String current, int sample) {
            return current.equals(part) && sample == 2 ? Float.NaN : 1;
          }
        };
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile(Optimizers.sgd(), Losses.mse());
    String message =
        assertThrows(NonFiniteLossException.class, () -> model.fit(custom, epochs(1).verbose(0)))
            .getMessage();
    assertTrue(
        message.contains("Data must be finite, but the " + part + " of sample 2 contains"),
        message);
    assertFalse(message.contains("learning rate"), message);
  }
}
