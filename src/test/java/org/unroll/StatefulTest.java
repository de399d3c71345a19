package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.training.FitOptions.epochs;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.network.NetworkState;
import org.unroll.network.Weight;

/** Stateful models, models that return their states, and steppers: results and error messages. */
@Tag("both-compute-implementations")
class StatefulTest {
  private static final int STEPS = 5;

  private static Samples data(int size) {
    var random = new SplittableRandom(size);
    double[][][] x = new double[size][STEPS][];
    for (double[][] sample : x) {
      for (int t = 0; t < STEPS; t++) {
        sample[t] = random.doubles(2, -1, 1).toArray();
      }
    }
    return Samples.of(x).targets(random.doubles(size).toArray());
  }

  private static Sequential stateful(int batchSize) {
    Sequential model =
        Sequential.of(
            input(STEPS, 2).batchSize(batchSize),
            bidirectional(gru(5).stateful(true).returnSequences(true).dropout(0.2)),
            lstm(7).stateful(true).recurrentDropout(0.2),
            dense(1));
    model.compile("adam", "mse", "mae");
    return model;
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  /** Returns losses, states and weights after a training run, for exact comparison. */
  private static List<Object> bits(int threads) {
    Sequential model = stateful(34);
    Dataset data = data(3 * 34).batchSize(34);
    History history =
        model.fit(data, epochs(2).validation(data.subset(0, 34)).threads(threads).verbose(0));
    NetworkState state = model.state();
    return List.of(
        history.get("loss"),
        history.get("val_mae"),
        state.names().stream().map(name -> Arrays.deepToString(state.get(name))).toList(),
        model.network().weights().stream().map(Weight::values).map(Arrays::toString).toList());
  }

  @Test
  void resultsAreIdenticalOnAnyNumberOfThreads() {
    List<Object> one = bits(1);
    assertEquals(one, bits(2));
    assertEquals(one, bits(4));
  }

  @Test
  void keepsStatesUntilTheyAreResetOrSet() {
    Sequential model = stateful(3);
    Dataset data = data(3).batchSize(3);
    double[][] first = model.predict(data).toArray();
    NetworkState afterOne = model.state();
    assertEquals(
        List.of("bidirectional/forward_h", "bidirectional/backward_h", "lstm/h", "lstm/c"),
        afterOne.names());
    double[][] second = model.predict(data).toArray();
    assertNotEquals(first[0][0], second[0][0]);
    model.state(afterOne);
    assertArrayEquals(second, model.predict(data).toArray());
    model.resetStates();
    assertArrayEquals(first, model.predict(data).toArray());
  }

  @Test
  void rejectsBatchesOfADifferentSize() {
    Sequential model = stateful(4);
    assertEquals(
        "The model is stateful and needs batches of at most 4 rows, but the prediction data has"
            + " batches of 8. Call batchSize(4) on the data.",
        error(() -> model.predict(data(8).batchSize(8))));
    assertEquals(
        "The model is stateful and needs batches of 4 rows, but the evaluation data has batches of 8."
            + " Call batchSize(4) on the data, or build the model with input(…).batchSize(8).",
        error(() -> model.evaluate(data(8).batchSize(8))));
    assertEquals(
        "The model is stateful and needs batches of 4 rows, but the last batch of the training data,"
            + " which has 3 samples, has 3. Use more samples, or build the model with"
            + " input(…).batchSize(3).",
        error(() -> model.fit(data(3).batchSize(4), epochs(1).verbose(0))));
    assertEquals(
        "The model is stateful and needs batches of 4 rows, but the last batch of the training data,"
            + " which has 10 samples, has 2. Leave these samples out with subset(0, 8).",
        error(() -> model.fit(data(10).batchSize(4), epochs(1).verbose(0))));
    assertEquals(
        "LSTM 'lstm' is stateful and keeps a state for each row of a batch, so the batch size must"
            + " be fixed. Set it with input(...).batchSize(rows).",
        error(() -> Sequential.of(input(STEPS, 2), lstm(2).stateful(true))));
    assertEquals(
        "batchSize must be at least 1, but was 0.", error(() -> input(STEPS, 2).batchSize(0)));
  }

  @Test
  void predictsBatchesWithFewerRows() {
    Dataset data = data(10);
    Sequential model = stateful(4);
    Sequential single = stateful(1);
    double[][] batches = model.predict(data.batchSize(4)).toArray(); // 4, 4 and 2 samples
    for (int row = 0; row < 4; row++) {
      single.resetStates();
      for (int i = row; i < 10; i += 4) {
        assertArrayEquals(
            single.predict(data.subset(i, i + 1)).toArray()[0], batches[i], 1e-6, "sample " + i);
      }
    }
    NetworkState kept = model.state();
    model.predict(data.subset(0, 1));
    for (String name : kept.names()) {
      for (int row = 1; row < 4; row++) {
        assertArrayEquals(kept.get(name)[row], model.state().get(name)[row]);
      }
    }
  }

  @Test
  void modelWithoutStatefulLayersAcceptsAnyBatchSize() {
    Sequential model = Sequential.of(input(STEPS, 2).batchSize(4), lstm(2), dense(1));
    assertArrayEquals(
        model.predict(data(10).batchSize(4)).toArray(),
        model.predict(data(10).batchSize(7)).toArray());
    assertEquals(
        "At least one layer of the model must be stateful, but none is. Set stateful(true) on a"
            + " recurrent layer.",
        assertThrows(IllegalStateException.class, model::resetStates).getMessage());
  }

  @Test
  void onlyTheLastLayerMayReturnSeveralOutputsAndSuchAModelCannotBeTrained() {
    assertEquals(
        "GRU 'gru' returns its states (returnState), but Dense 'dense' accepts only one input. Only"
            + " the last layer of a Sequential can return them. Build a Model, whose layers can read"
            + " states, or use the stepper() of the model.",
        error(() -> Sequential.of(input(STEPS, 2), gru(2).returnState(true), dense(1))));
    Sequential apart =
        Sequential.of(
            input(STEPS, 2), bidirectional(gru(1)).mergeMode(Bidirectional.MergeMode.NONE));
    apart.compile("sgd", "mse");
    assertEquals(
        "A model must have one output for training because a sample has one target, but"
            + " Bidirectional 'bidirectional' returns the outputs of its two directions separately"
            + " (MergeMode.NONE). Build the model without the additional outputs, or only call"
            + " predict.",
        error(() -> apart.fit(data(4), epochs(1).verbose(0))));
    assertEquals(
        "The name of the output must be one of [forward_gru, backward_gru], but was 'gru'.",
        error(() -> apart.predict(data(4)).output("gru")));
    assertEquals(
        "The last layer of the model must return its states, but does not. Set returnState(true)"
            + " on this layer, which must be recurrent, or predict with initial states.",
        assertThrows(IllegalStateException.class, () -> apart.predict(data(4)).state())
            .getMessage());
    assertEquals(
        "TimeDistributed 'time_distributed' cannot apply LSTM 'lstm' because 'lstm' is stateful. Put"
            + " it before or after 'time_distributed'.",
        error(
            () ->
                Sequential.of(
                    input(3, STEPS, 2).batchSize(2), timeDistributed(lstm(2).stateful(true)))));
    assertEquals(
        "Both layers of a Bidirectional must have the same stateful, but it is true for the forward"
            + " layer and false for the backward layer.",
        error(() -> bidirectional(gru(2).stateful(true)).backwardLayer(gru(2).goBackwards(true))));
  }

  @Test
  void comparisonUsesTheBatchSizeOfItsData() {
    Dataset data = data(8).batchSize(4);
    var result =
        Comparison.of("stateful", lstm(2).stateful(true)).on(data, data).epochs(1).verbose(0).run();
    assertEquals(4, result.model("stateful").network().input().batchSize());
  }

  @Test
  void rejectsStatesThatDoNotFit() {
    Sequential model = Sequential.of(input(STEPS, 2), lstm(2), dense(1));
    assertEquals(
        "The states must have the sizes of lstm/h (2), lstm/c (2), but were state_0 (2). Use the"
            + " same number of recurrent layers with the same units, or set the states by name.",
        error(() -> model.predict(data(1), NetworkState.of(new double[1][2]))));
    assertEquals(
        "The number of rows must be the number of sequences, which is 3, but the states have 1 rows."
            + " Choose rows with select(...), or use as many sequences as rows.",
        error(() -> model.predict(data(3), NetworkState.of(new double[1][2], new double[1][2]))));
    assertEquals(
        "There must be at least one state, and each must have at least one row, but the numbers of"
            + " rows are [1, 0].",
        error(() -> NetworkState.of(new double[1][2], new double[0][])));
    NetworkState state = model.stepper(2).state();
    assertEquals(
        "There is no state 'gru/h'. The states are [lstm/h, lstm/c].",
        error(() -> state.get("gru/h")));
    assertEquals(
        "Each row of the state 'lstm/c' must have 2 values, but row 1 has 3.",
        error(() -> state.set("lstm/c", new double[][] {{1, 2}, {1, 2, 3}})));
    assertEquals(
        "A model with initial states must not be stateful, but this model is. Call"
            + " state(initialState), then predict(data).",
        error(() -> stateful(3).predict(data(3).batchSize(3), state)));
  }

  @Test
  void stepperRejectsLayersThatNeedTheWholeSequence() {
    assertEquals(
        "Bidirectional 'bidirectional' needs the whole sequence, so this model cannot be run step"
            + " by step. Call predict, or build a model without it.",
        error(() -> Sequential.of(input(STEPS, 2), bidirectional(gru(2))).stepper()));
    assertEquals(
        "GRU 'gru' needs the whole sequence, so this model cannot be run step by step. Call"
            + " predict, or build a model without it.",
        error(() -> Sequential.of(input(STEPS, 2), gru(2).goBackwards(true)).stepper()));
    assertEquals(
        "Flatten 'flatten' needs the whole sequence, so this model cannot be run step by step. Call"
            + " predict, or build a model without it.",
        error(
            () ->
                Sequential.of(input(STEPS, 2), gru(2).returnSequences(true), flatten()).stepper()));
    assertEquals(
        "A model must have a recurrent layer to be run step by step, but its layers are [Dense"
            + " 'dense']. Call predict instead.",
        error(() -> Sequential.of(input(STEPS, 2), dense(2)).stepper()));
    Stepper stepper = Sequential.of(input(STEPS, 2), simpleRnn(2)).stepper();
    assertEquals(
        "The number of values per time step must be 2 for this model, but was 3 in row 0.",
        error(() -> stepper.step(1, 2, 3)));
    assertEquals(
        "All values must be finite and in the range of float, because the states would keep any"
            + " other value, but value 1 of row 0 was NaN.",
        error(() -> stepper.step(1, Double.NaN)));
    assertEquals(
        "The number of rows must be 1 for this stepper, but was 2.",
        error(() -> stepper.step(new double[2][2])));
  }

  /** Text generation: a stepper predicts the same next token as predict does for the whole text. */
  @Test
  void stepperAgreesWithPredict() {
    Sequential model =
        Sequential.of(
            input(Shape.ANY),
            embedding(9, 4),
            gru(6).returnSequences(true),
            lstm(5),
            dense(9, "softmax"));
    int[] text = {3, 8, 1, 1, 7};
    Stepper stepper = model.stepper();
    for (int t = 0; t < text.length; t++) {
      double[] next = stepper.step(text[t]);
      int[] soFar = Arrays.copyOf(text, t + 1);
      assertArrayEquals(model.predict(Samples.of(new int[][] {soFar})).get(0), next, 1e-6);
    }
    NetworkState saved = stepper.state();
    double[] a = stepper.step(2);
    double[] b = stepper.state(saved).step(2);
    assertArrayEquals(a, b);
    stepper.reset();
    assertArrayEquals(model.stepper().step(3), stepper.step(3));
  }
}
