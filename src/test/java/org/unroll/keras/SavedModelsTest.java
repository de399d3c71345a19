package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.averagePooling1D;
import static org.unroll.layers.Layers.averagePooling2D;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.conv1DTranspose;
import static org.unroll.layers.Layers.conv2D;
import static org.unroll.layers.Layers.conv2DTranspose;
import static org.unroll.layers.Layers.convLstm1D;
import static org.unroll.layers.Layers.convLstm2D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gaussianNoise;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.globalAveragePooling2D;
import static org.unroll.layers.Layers.globalMaxPooling1D;
import static org.unroll.layers.Layers.globalMaxPooling2D;
import static org.unroll.layers.Layers.groupNormalization;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l1l2;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.maxPooling1D;
import static org.unroll.layers.Layers.maxPooling2D;
import static org.unroll.layers.Layers.permute;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.reshape;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.simpleRnnCell;
import static org.unroll.layers.Layers.spatialDropout1D;
import static org.unroll.layers.Layers.stackedRnnCells;
import static org.unroll.layers.Layers.timeDistributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.History;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.network.Constraints;
import org.unroll.network.Initializers;
import org.unroll.network.NetworkState;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.optimizers.Schedules;
import org.unroll.training.FitOptions;

/**
 * Exchanges models with Keras between the epochs of training. Unroll trains one epoch and saves;
 * Keras loads, predicts, trains one epoch and saves; Unroll loads, predicts and trains one epoch.
 * All losses must equal those of uninterrupted training. Files of weights are exchanged, too.
 *
 * <p>The exchange needs a Python with Keras 3: set {@code -Dunroll.python=…} or the environment
 * variable {@code UNROLL_PYTHON}. Otherwise, this part is skipped.
 */
class SavedModelsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 4;
  private static final double TOLERANCE = 1e-5;
  private static final double TOLERANCE_OF_LOSS = 1e-3;

  @TempDir Path folder;

  /** A model with its data. */
  private record Case(Sequential model, JsonNode x, boolean isInt, JsonNode y, Samples samples) {}

  private static Map<String, Supplier<Case>> cases() {
    Map<String, Supplier<Case>> cases = new LinkedHashMap<>();
    Map<String, Supplier<Optimizer>> optimizers = new LinkedHashMap<>();
    optimizers.put("sgd", () -> Optimizers.sgd(0.05));
    optimizers.put("sgd_nesterov", () -> Optimizers.sgd(0.01).momentum(0.9).nesterov(true));
    optimizers.put("rmsprop_centered", () -> Optimizers.rmsprop().centered(true).momentum(0.5));
    optimizers.put("adam_amsgrad", () -> Optimizers.adam(0.01).amsgrad(true).clipnorm(0.5));
    optimizers.put("adamw", () -> Optimizers.adamW(0.01));
    optimizers.put("nadam", () -> Optimizers.nadam(0.01));
    optimizers.put("adamax", () -> Optimizers.adamax(0.01));
    optimizers.put("adagrad", () -> Optimizers.adagrad(0.05).globalClipnorm(1));
    optimizers.put("adadelta", () -> Optimizers.adadelta(0.5));
    optimizers.put(
        "adam_exponential",
        () -> Optimizers.adam().learningRate(Schedules.exponentialDecay(0.02, 3, 0.8)));
    optimizers.put(
        "sgd_cosine",
        () ->
            Optimizers.sgd()
                .clipvalue(0.1)
                .learningRate(Schedules.cosineDecay(0.01, 20).alpha(0.1).warmup(0.05, 2)));
    optimizers.put(
        "sgd_polynomial",
        () -> Optimizers.sgd().learningRate(Schedules.polynomialDecay(0.1, 20).power(2)));
    optimizers.put(
        "sgd_piecewise",
        () ->
            Optimizers.sgd()
                .learningRate(
                    Schedules.piecewiseConstantDecay(
                        new long[] {2, 5}, new double[] {0.1, 0.05, 0.01})));
    optimizers.forEach((name, optimizer) -> cases.put(name, () -> regression(optimizer.get())));
    cases.put(
        "simple_rnn_stack",
        () ->
            series(
                Sequential.seeded(
                    3,
                    input(6, 3),
                    simpleRnn(5).returnSequences(true).recurrentRegularizer(l2(0.01)),
                    simpleRnn(4).activation("relu").useBias(false).goBackwards(true),
                    dense(2, "tanh").kernelRegularizer(l1l2(0.001, 0.002))),
                2));
    cases.put(
        "lstm_options",
        () ->
            series(
                Sequential.seeded(
                    4,
                    input(6, 3),
                    lstm(5)
                        .recurrentActivation("hard_sigmoid")
                        .unitForgetBias(false)
                        .kernelInitializer(Initializers.heNormal())
                        .biasInitializer(Initializers.constant(0.1))
                        .dropout(0)
                        .returnSequences(true),
                    gru(3).recurrentActivation("hard_sigmoid_keras2"),
                    dense(2, "hard_sigmoid_keras2")),
                2));
    cases.put(
        "gru_sequences",
        () ->
            series(
                Sequential.seeded(
                    5,
                    input(Shape.ANY, 3),
                    gru(4).resetAfter(false).returnSequences(true),
                    timeDistributed(dense(3, "relu")),
                    gru(3),
                    dense(2)),
                2));
    cases.put(
        "repeat_flatten",
        () ->
            series(
                Sequential.seeded(
                    6,
                    input(6, 3),
                    gru(4),
                    repeatVector(3),
                    lstm(4).returnSequences(true),
                    timeDistributed(dense(2)),
                    flatten(),
                    dense(2),
                    activation("sigmoid")),
                2));
    // Rates so small that nothing is dropped, so losses can be compared. The files still contain
    // the random generators of Keras.
    cases.put(
        "dropout",
        () ->
            series(
                Sequential.seeded(
                    11,
                    input(6, 3),
                    gru(4).dropout(1e-9).recurrentDropout(1e-9).returnSequences(true),
                    dropout(1e-9),
                    lstm(3).dropout(1e-9),
                    dense(2)),
                2));
    cases.put(
        "constraints",
        () ->
            series(
                Sequential.seeded(
                    11,
                    input(6, 3),
                    conv1D(4, 2)
                        .kernelConstraint(Constraints.maxNorm(0.5, 0, 1))
                        .biasConstraint(Constraints.nonNeg()),
                    lstm(3)
                        .kernelConstraint(Constraints.unitNorm())
                        .recurrentConstraint(Constraints.minMaxNorm(0.5, 0.75, 0.5, 1)),
                    dense(2).kernelConstraint(Constraints.maxNorm(0.5))),
                2));
    cases.put("frozen", SavedModelsTest::frozen);
    cases.put(
        "masked_both_ways",
        () ->
            series(
                Sequential.seeded(
                    10,
                    input(Shape.ANY, 3),
                    masking(0.5),
                    bidirectional(lstm(3).returnSequences(true)),
                    bidirectional(gru(4)).mergeMode(Bidirectional.MergeMode.SUM),
                    dense(2)),
                2));
    cases.put(
        "pooling",
        () ->
            series(
                Sequential.seeded(
                    11,
                    input(6, 3),
                    maxPooling1D(2).strides(1).padding("same"),
                    averagePooling1D(2),
                    gru(4).returnSequences(true),
                    globalAveragePooling1D().keepdims(true),
                    globalMaxPooling1D(),
                    dense(2)),
                2));
    cases.put(
        "cells",
        () ->
            series(
                Sequential.seeded(
                    11,
                    input(Shape.ANY, 3),
                    rnn(stackedRnnCells(lstmCell(4), lstmCell(3), gruCell(4).resetAfter(false)))
                        .returnSequences(true),
                    // With different names, because Keras cannot write cells of the same name to
                    // .h5.
                    bidirectional(rnn(simpleRnnCell(3).name("ahead")))
                        .backwardLayer(rnn(simpleRnnCell(3).name("back")).goBackwards(true)),
                    dense(2)),
                2));
    cases.put(
        "normalization",
        () ->
            series(
                Sequential.seeded(
                    12,
                    input(6, 3),
                    batchNormalization().momentum(0.8).gammaRegularizer(l2(0.01)),
                    gru(4).returnSequences(true),
                    layerNormalization().epsilon(0.01),
                    conv1D(6, 2).padding("causal").dilationRate(2).groups(2),
                    batchNormalization().scale(false),
                    gaussianNoise(0),
                    spatialDropout1D(0),
                    reshape(3, Shape.ANY),
                    permute(2, 1),
                    flatten(),
                    dense(2)),
                2));
    cases.put(
        "images",
        () ->
            series(
                Sequential.seeded(
                    13,
                    input(6, 3),
                    reshape(2, 3, 3, 1),
                    timeDistributed(conv2D(4, 2).padding("same").groups(1).activation("relu")),
                    timeDistributed(maxPooling2D(2, 1).strides(1).padding("same")),
                    convLstm2D(3, 2).padding("same"),
                    conv2DTranspose(4, 2).strides(2).outputPadding(1, 1),
                    groupNormalization(2),
                    averagePooling2D(2),
                    globalMaxPooling2D().keepdims(true),
                    conv2D(4, 1),
                    globalAveragePooling2D(),
                    dense(2)),
                2));
    cases.put(
        "signals",
        () ->
            series(
                Sequential.seeded(
                    14,
                    input(6, 3),
                    conv1DTranspose(2, 3).strides(2).padding("same").activation("tanh"),
                    reshape(3, 4, 2),
                    convLstm1D(3, 2).returnSequences(true).padding("same"),
                    groupNormalization(-1),
                    timeDistributed(globalAveragePooling1D()),
                    gru(3),
                    dense(2)),
                2));
    cases.put("embedding_softmax", SavedModelsTest::tokens);
    cases.put("stateful", SavedModelsTest::stateful);
    cases.put("ctc", SavedModelsTest::labels);
    return cases;
  }

  private static Case frozen() {
    var both = bidirectional(lstm(3).returnSequences(true));
    both.backwardLayer().trainable(false);
    Case frozen =
        series(
            Sequential.seeded(
                12,
                input(6, 3),
                simpleRnn(3).returnSequences(true).trainable(false),
                both,
                gru(4),
                dense(2).trainable(false)),
            2);
    frozen.model.compile(
        Optimizers.adam(0.01),
        Losses.mse(),
        Metrics.of("mae"),
        Metrics.weighted(Metrics.of("mae")));
    return frozen;
  }

  private static Case regression(Optimizer optimizer) {
    Case plain = series(Sequential.seeded(2, input(6, 3), lstm(4), dense(2)), 2);
    plain.model.compile(optimizer, Losses.huber(), Metrics.of("mae"), Metrics.of("rmse"));
    return plain;
  }

  /** Eleven sequences. The last steps of some are all 0.5, for Masking. */
  private static Case series(Sequential model, int outputs) {
    var random = new Random(7);
    double[][][] x = new double[11][6][3];
    double[][] y = new double[11][outputs];
    for (double[][] sample : x) {
      for (double[] step : sample) {
        for (int i = 0; i < step.length; i++) {
          step[i] = (float) random.nextGaussian();
        }
      }
    }
    for (int r = 0; r < x.length; r += 3) {
      for (int t = 4; t < 6; t++) {
        Arrays.fill(x[r][t], 0.5);
      }
    }
    for (double[] target : y) {
      for (int i = 0; i < target.length; i++) {
        target[i] = (float) random.nextGaussian();
      }
    }
    model.compile(Optimizers.rmsprop(0.01), Losses.mse(), "mae");
    Samples samples = Samples.of(x).targets(y).batchSize(BATCH);
    return new Case(model, JSON.valueToTree(x), false, JSON.valueToTree(y), samples);
  }

  /** All samples form one batch, so the states continue in the next epoch unless they are reset. */
  private static Case stateful() {
    Case plain =
        series(
            Sequential.seeded(
                5,
                input(6, 3).batchSize(11),
                bidirectional(gru(3).stateful(true).returnSequences(true)),
                lstm(4).stateful(true),
                dense(2)),
            2);
    return new Case(plain.model, plain.x, false, plain.y, plain.samples.batchSize(11));
  }

  /** Labels that are not aligned with the time steps. */
  private static Case labels() {
    var model = Sequential.seeded(8, input(6, 3), gru(4).returnSequences(true), dense(4, "linear"));
    Case plain = series(Sequential.seeded(2, input(6, 3), lstm(4), dense(2)), 2);
    int[][] y = new int[11][3];
    for (int r = 0; r < y.length; r++) {
      for (int i = 0; i < r % 4; i++) {
        y[r][i] = 1 + (r + i) % 3;
      }
    }
    model.compile(Optimizers.adam(0.01), Losses.ctc());
    Samples samples = plain.samples.targets(y);
    return new Case(model, plain.x, false, JSON.valueToTree(y), samples);
  }

  /** Models with multiple outputs. */
  private static Map<String, Sequential> severalOutputs() {
    Map<String, Sequential> models = new LinkedHashMap<>();
    models.put("lstm_state", Sequential.seeded(6, input(6, 3), lstm(4).returnState(true)));
    models.put(
        "gru_sequences_state",
        Sequential.seeded(
            6, input(Shape.ANY, 3), masking(0.5), gru(4).returnState(true).returnSequences(true)));
    models.put(
        "bidirectional_none",
        Sequential.seeded(
            6,
            input(6, 3),
            bidirectional(lstm(4).returnSequences(true)).mergeMode(Bidirectional.MergeMode.NONE)));
    models.put(
        "bidirectional_state",
        Sequential.seeded(6, input(6, 3), bidirectional(gru(4).returnState(true))));
    return models;
  }

  private static Case tokens() {
    var random = new Random(8);
    int[][] x = new int[11][6];
    double[][] y = new double[11][1];
    for (int r = 0; r < x.length; r++) {
      for (int i = 0; i < 6; i++) {
        x[r][i] = random.nextInt(20);
      }
      y[r][0] = random.nextInt(4);
    }
    Sequential model = Sequential.seeded(9, input(Shape.ANY), embedding(20, 5), gru(6), dense(4));
    model.compile(
        Optimizers.adam(0.01),
        Losses.sparseCategoricalCrossentropy().fromLogits(true),
        new Metric[] {Metrics.accuracy(), Metrics.sparseTopKCategoricalAccuracy(2)});
    Samples samples = Samples.of(x).targets(y).batchSize(BATCH);
    return new Case(model, JSON.valueToTree(x), true, JSON.valueToTree(y), samples);
  }

  private static double train(Sequential model, Samples samples) {
    resetStates(model);
    return model.fit(samples, FitOptions.epochs(1).verbose(0)).last("loss");
  }

  /** Files contain no states, so both sides must begin with zeros. */
  private static Sequential resetStates(Sequential model) {
    if (model.network().isStateful()) {
      model.resetStates();
    }
    return model;
  }

  /** Saving and loading between epochs does not change training. Needs no Python. */
  @Test
  void trainingContinuesBitForBitAfterLoading() {
    cases()
        .forEach(
            (name, supplier) -> {
              Case model = supplier.get();
              train(model.model, model.samples);
              Path file = folder.resolve(name + ".keras");
              model.model.save(file);
              Sequential loaded = Sequential.load(file);
              KerasFilesTest.assertSame(model.model, loaded);
              assertEquals(train(model.model, model.samples), train(loaded, model.samples), name);
              KerasFilesTest.assertSame(model.model, loaded);
            });
  }

  /** Returns the outputs of a model in the order of Keras. */
  private static List<double[]> outputs(Sequential model, Samples samples) {
    Predictions predictions = model.predict(samples);
    List<double[]> outputs = new ArrayList<>();
    List<String> names =
        List.copyOf(model.layers().get(model.layers().size() - 1).outputWidths().keySet());
    if (names.isEmpty()) {
      outputs.add(GoldenCase.flat(predictions.toArray()));
    } else {
      names.forEach(name -> outputs.add(GoldenCase.flat(predictions.output(name).toArray())));
    }
    if (model.layers().get(model.layers().size() - 1).returnState()) {
      NetworkState state = predictions.state();
      state.names().forEach(name -> outputs.add(GoldenCase.flat(state.get(name))));
    }
    return outputs;
  }

  @Test
  void savesAndLoadsModelsWithMultipleOutputs() {
    Case data = stateful();
    severalOutputs()
        .forEach(
            (name, model) -> {
              Path file = folder.resolve(name + ".keras");
              model.save(file);
              Sequential loaded = Sequential.load(file);
              KerasFilesTest.assertSame(model, loaded);
              List<double[]> expected = outputs(model, data.samples);
              List<double[]> actual = outputs(loaded, data.samples);
              assertTrue(expected.size() > 1, name);
              for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i), name);
              }
            });
  }

  /**
   * The random numbers of dropout depend on the number of the step, which the file contains. Three
   * epochs must equal one epoch, saving, loading, and two more epochs.
   */
  @Test
  void trainingWithDropoutContinuesBitForBitAfterLoading() {
    Samples samples = regression(Optimizers.sgd()).samples.shuffled(4);
    Sequential whole = withDropout();
    FitOptions three = FitOptions.epochs(3).seed(6).verbose(0);
    History expected = whole.fit(samples, three);
    Sequential first = withDropout();
    first.fit(samples, FitOptions.epochs(1).seed(6).verbose(0));
    Path file = folder.resolve("dropout.keras");
    first.save(file);
    Sequential loaded = Sequential.load(file);
    History rest = loaded.fit(samples, FitOptions.epochs(3).initialEpoch(1).seed(6).verbose(0));
    assertEquals(expected.get("loss").subList(1, 3), rest.get("loss"));
    KerasFilesTest.assertSame(whole, loaded);
  }

  private static Sequential withDropout() {
    Sequential model =
        Sequential.seeded(
            13,
            input(6, 3),
            gru(4).dropout(0.3).recurrentDropout(0.2).returnSequences(true),
            dropout(0.2),
            bidirectional(lstm(3).dropout(0.1)),
            dense(2));
    model.compile(Optimizers.adam(0.01), Losses.mse());
    return model;
  }

  @Test
  void trainingContinuesInKerasAndBack() throws Exception {
    String python = System.getProperty("unroll.python", System.getenv("UNROLL_PYTHON"));
    assumeTrue(
        python != null && !python.isBlank(),
        "no comparison with Keras: set -Dunroll.python=… to a Python with Keras 3");
    Map<String, Case> cases = new LinkedHashMap<>();
    for (Map.Entry<String, Supplier<Case>> entry : cases().entrySet()) {
      cases.put(entry.getKey(), write(entry.getKey(), entry.getValue().get()));
    }
    Case data = stateful();
    for (Map.Entry<String, Sequential> entry : severalOutputs().entrySet()) {
      entry.getValue().save(folder.resolve(entry.getKey() + ".keras"));
      ObjectNode json = JSON.createObjectNode();
      json.set("x", data.x);
      json.set("outputs", JSON.valueToTree(outputs(entry.getValue(), data.samples)));
      Files.writeString(folder.resolve(entry.getKey() + ".json"), json.toString());
    }
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(python, "src/test/python/check_saved_models.py", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit = process.waitFor();
    String output = Files.readString(log, StandardCharsets.UTF_8);
    System.out.println(output);
    assertEquals(0, exit, output);
    for (Map.Entry<String, Case> entry : cases.entrySet()) {
      checkReturned(entry.getKey(), entry.getValue());
    }
  }

  private Case write(String name, Case model) throws IOException {
    train(model.model, model.samples);
    model.model.save(folder.resolve(name + ".keras"));
    model.model.saveWeights(folder.resolve(name + ".weights.h5"));
    ObjectNode json = JSON.createObjectNode();
    json.set("x", model.x);
    json.put("x_kind", model.isInt ? "int" : "float");
    json.set("y", model.y);
    json.put("batch_size", model.samples.batchSize());
    json.put("h5", true);
    json.set("output", JSON.valueToTree(resetStates(model.model).predict(model.samples).toArray()));
    json.putArray("losses")
        .add(train(model.model, model.samples))
        .add(train(model.model, model.samples));
    Files.writeString(folder.resolve(name + ".json"), json.toString());
    return model;
  }

  private void checkReturned(String name, Case original) throws IOException {
    Path back = folder.resolve("back");
    JsonNode expected = JSON.readTree(back.resolve(name + ".json").toFile());
    double[] outputs = GoldenCase.flat(JSON.convertValue(expected.get("output"), double[][].class));
    assertEquals(List.of(), original.model.loadWeights(back.resolve(name + ".weights.h5")), name);
    double ofWeights = difference(outputs, resetStates(original.model), original.samples);
    assertTrue(ofWeights <= TOLERANCE, name + ".weights.h5: " + ofWeights);
    for (String extension : new String[] {".keras", ".h5"}) {
      Sequential model = Sequential.load(back.resolve(name + extension));
      double difference = difference(outputs, model, original.samples);
      assertTrue(difference <= TOLERANCE, name + extension + ": " + difference);
      double loss = expected.get("loss").asDouble();
      double actualLoss = train(model, original.samples);
      assertEquals(loss, actualLoss, TOLERANCE_OF_LOSS * Math.abs(loss), name + extension);
      System.out.printf(
          Locale.ROOT,
          "back %-24s output %.1e  loss %.6f (Keras %.6f)%n",
          name + extension,
          difference,
          actualLoss,
          loss);
    }
  }

  /** Returns the largest difference from outputs of Keras, relative to the largest of these. */
  private static double difference(double[] expected, Sequential model, Samples samples) {
    double[] actual = GoldenCase.flat(model.predict(samples).toArray());
    assertEquals(expected.length, actual.length);
    double largest = 1e-6;
    double difference = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    return difference / largest;
  }
}
