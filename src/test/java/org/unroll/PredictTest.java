package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.training.Predictor;

/** Predictions depend on the sample and the weights only. */
@Tag("both-compute-implementations")
class PredictTest {
  private static final int SAMPLES = 101;
  private static final int STEPS = 30;

  private static Sequential sequences() {
    return Sequential.of(
        input(STEPS, 5),
        gru(33).returnSequences(true).dropout(0.3),
        bidirectional(lstm(20).returnSequences(true)),
        gru(7).resetAfter(false).goBackwards(true).recurrentDropout(0.2),
        dropout(0.5),
        dense(19, "softmax"));
  }

  private static double[][][] windows() {
    var random = new SplittableRandom(7);
    var x = new double[SAMPLES][STEPS][5];
    for (double[][] window : x) {
      for (double[] step : window) {
        for (int j = 0; j < step.length; j++) {
          step[j] = random.nextGaussian();
        }
      }
    }
    return x;
  }

  private static int[][] ids() {
    var random = new SplittableRandom(8);
    var ids = new int[SAMPLES][STEPS];
    for (int[] sample : ids) {
      for (int t = 0; t < sample.length; t++) {
        sample[t] = random.nextInt(20);
      }
    }
    return ids;
  }

  @Test
  void interruptCancelsPredictionAndEvaluation() {
    Sequential model = Sequential.of(input(STEPS, 5), gru(3), dense(1));
    model.compile("sgd", "mae");
    Samples data = Samples.of(windows()).targets(new double[SAMPLES]);
    double[] before = model.predict(data).get(0);

    Thread.currentThread().interrupt();
    var predicting = assertThrows(CancellationException.class, () -> model.predict(data));
    assertTrue(Thread.currentThread().isInterrupted(), "the interrupt flag stays set");
    var evaluating = assertThrows(CancellationException.class, () -> model.evaluate(data));
    assertTrue(Thread.interrupted(), "the interrupt flag stays set");

    assertTrue(predicting.getMessage().startsWith("predict was interrupted"));
    assertTrue(evaluating.getMessage().startsWith("evaluate was interrupted"));
    assertArrayEquals(before, model.predict(data).get(0));
  }

  @Test
  void doesNotDependOnBatchSizeAndThreads() {
    Sequential model = sequences();
    Samples data = Samples.of(windows());
    float[] expected = new Predictor(model.network()).predict(data, 1)[0];
    for (int batchSize : new int[] {1, 7, 32, 1000}) {
      for (int threads : new int[] {1, 2, 3}) {
        var predictor = new Predictor(model.network());
        assertArrayEquals(expected, predictor.predict(data.batchSize(batchSize), threads)[0]);
        assertArrayEquals(
            expected, predictor.predict(data.batchSize(batchSize), threads)[0], "again");
      }
    }
  }

  @Test
  void predictOneGivesTheSameBits() {
    Sequential model = sequences();
    double[][][] x = windows();
    double[][] expected = model.predict(Samples.of(x)).toArray();
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(expected[i], model.predictOne(x[i]));
    }

    Sequential tokens =
        Sequential.of(input(STEPS), embedding(20, 6).maskZero(true), simpleRnn(9), dense(1));
    int[][] ids = ids();
    expected = tokens.predict(Samples.of(ids)).toArray();
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(expected[i], tokens.predictOne(ids[i]));
    }

    Sequential features = Sequential.of(input(5), dense(4, "gelu"), dense(2));
    expected = features.predict(Samples.of(x[0])).toArray();
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(expected[i], features.predictOne(x[0][i]));
    }
  }

  @Test
  void usesChangedWeights() {
    Sequential model = Sequential.of(input(1), dense(1));
    model.weight("dense/kernel").set(0, 0, 2f);
    assertEquals(6, model.predictOne(new double[] {3})[0]);
    model.weight("dense/kernel").set(0, 0, 5f);
    assertEquals(15, model.predictOne(new double[] {3})[0]);
  }

  @Test
  void rejectsInvalidSamples() {
    Sequential model = sequences();
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> model.predictOne(new double[STEPS + 1][5]));
    assertEquals(
        "The model needs samples of shape (30, 5), but the samples of the prediction data have shape"
            + " (31, 5). Change input(…) of the model or the lookback, step and columns of the"
            + " data.",
        error.getMessage());
    var x = new double[STEPS][5];
    x[2][4] = Double.NaN;
    error = assertThrows(IllegalArgumentException.class, () -> model.predictOne(x));
    assertEquals(
        "The inputs must be finite numbers within the range of a float, but contain NaN at sample 0,"
            + " time step 2, feature 4. Remove or replace such values first.",
        error.getMessage());
  }

  @Test
  void invalidTokenIdIsReportedAndTheModelStaysUsable() {
    Sequential model = Sequential.of(input(STEPS), embedding(20, 6), gru(9), dense(1));
    int[][] ids = ids();
    double[][] expected = model.predict(Samples.of(ids)).toArray();
    ids[90][3] = 20;
    Samples bad = Samples.of(ids).batchSize(8);
    var error = assertThrows(IllegalArgumentException.class, () -> model.predict(bad));
    assertTrue(error.getMessage().contains("sample 90 has 20 at time step 3."), error.getMessage());
    ids[90][3] = ids()[90][3];
    assertArrayEquals(expected, model.predict(Samples.of(ids)).toArray());
  }

  @Test
  void severalThreadsCanPredictAtTheSameTime() throws Exception {
    Sequential model = sequences();
    Samples data = Samples.of(windows());
    double[][] expected = model.predict(data).toArray();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Collection<Callable<double[][]>> calls = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        calls.add(() -> model.predict(data).toArray());
      }
      List<Future<double[][]>> results = threads.invokeAll(calls);
      for (Future<double[][]> result : results) {
        assertArrayEquals(expected, result.get());
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void modelsShareTheThreadsOfTheirPredictions() {
    Samples data = Samples.of(windows());
    List<Predictor> predictors = new ArrayList<>();
    Set<Thread> threads = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      predictors.add(new Predictor(sequences().network()));
      predictors.get(i).predict(data, 9); // a number that no other test uses
      threads.addAll(Thread.getAllStackTraces().keySet());
    }
    threads.removeIf(thread -> !thread.getName().equals("unroll-worker-8"));
    assertEquals(1, threads.size());
  }
}
