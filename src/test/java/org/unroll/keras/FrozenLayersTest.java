package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.lstm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.Sequential;
import org.unroll.Summary;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.losses.Losses;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * Frozen layers, in training and in the files that Keras wrote (src/test/python/frozen_files.py).
 */
@Tag("both-compute-implementations")
class FrozenLayersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static Path file(String name) throws URISyntaxException {
    return Path.of(FrozenLayersTest.class.getResource(name).toURI());
  }

  private static double train(Sequential model, Samples samples) {
    return model.fit(samples, FitOptions.epochs(1).verbose(0)).last("loss");
  }

  @ParameterizedTest
  @CsvSource({"parts,keras", "parts,h5", "first,keras", "first,h5", "norm,keras", "norm,h5"})
  void trainsLoadedModelsLikeKeras(String name, String format) throws Exception {
    JsonNode expected;
    try (InputStream in = FrozenLayersTest.class.getResourceAsStream("frozen_" + name + ".json")) {
      expected = JSON.readTree(in);
    }
    Sequential model = Sequential.load(file("frozen_" + name + "." + format));
    Samples samples =
        Samples.of(JSON.convertValue(expected.get("x"), double[][][].class))
            .targets(JSON.convertValue(expected.get("y"), double[][].class))
            .batchSize(4);
    double[][] output = JSON.convertValue(expected.get("output"), double[][].class);
    for (int i = 0; i < output.length; i++) {
      assertArrayEquals(output[i], model.predict(samples).toArray()[i], 1e-5);
    }
    Summary summary = model.summary();
    assertEquals(expected.get("trainable").asInt(), summary.trainableParameters());
    assertEquals(expected.get("not_trainable").asInt(), summary.nonTrainableParameters());
    Path again = folder.resolve("again.keras");
    model.save(again);
    Sequential loaded = Sequential.load(again);
    KerasFilesTest.assertSame(model, loaded);
    for (int epoch = 0; epoch < 2; epoch++) {
      double loss = expected.get("losses").get(epoch).asDouble();
      assertEquals(loss, train(model, samples), 1e-4 * loss);
    }
    train(loaded, samples);
    train(loaded, samples);
    KerasFilesTest.assertSame(model, loaded);
  }

  private static Samples samples() {
    double[][][] x = new double[9][4][2];
    double[][] y = new double[9][1];
    for (int i = 0; i < x.length; i++) {
      x[i][i % 4][0] = 1;
      x[i][0][1] = i;
      y[i][0] = i % 3;
    }
    return Samples.of(x).targets(y).batchSize(4);
  }

  private static Sequential model() {
    return Sequential.of(
        input(4, 2),
        bidirectional(lstm(2).returnSequences(true)),
        gru(3).kernelRegularizer(l2(0.1)),
        dense(1));
  }

  private static void compile(Sequential model) {
    model.compile(Optimizers.adam(0.1), Losses.mse());
  }

  @Test
  void trainsOnlyTheWeightsThatAreNotFrozen() {
    Sequential model = model();
    model.layer("gru").trainable(false);
    var both = (Bidirectional) model.layer("bidirectional");
    both.forwardLayer().trainable(false);
    compile(model);
    List<float[]> before =
        model.network().weights().stream().map(weight -> weight.values().clone()).toList();
    train(model, samples());
    assertEquals(2 * 5, model.optimizer().slots().size(), "momentum and velocity");
    for (int w = 0; w < before.size(); w++) {
      String path = model.network().weightPaths().get(w);
      boolean frozen = path.startsWith("gru/") || path.contains("forward");
      float[] after = model.network().weights().get(w).values();
      assertEquals(frozen, Arrays.equals(before.get(w), after), path);
      assertEquals(!frozen, model.network().weights().get(w).trainable(), path);
    }
    // As in Keras, only trainable weights are penalized.
    assertEquals(model.evaluate(samples()).get("loss"), meanSquare(model), 1e-6);

    model.layer("bidirectional").trainable(true);
    assertTrue(both.forwardLayer().trainable(), "unfrozen with the outer layer");
  }

  private static double meanSquare(Sequential model) {
    double[][] output = model.predict(samples()).toArray();
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += Math.pow(output[i][0] - i % 3, 2) / output.length;
    }
    return sum;
  }

  /** Freezing the layers below does not change the update of a trainable layer. */
  @Test
  void freezingDoesNotChangeTheGradientsOfLaterLayers() {
    Sequential whole = model();
    whole.compile(Optimizers.sgd(0.1), Losses.mse());
    Sequential frozen = model();
    frozen.layers().subList(0, 2).forEach(layer -> layer.trainable(false));
    frozen.compile(Optimizers.sgd(0.1), Losses.mse());
    Samples oneBatch = samples().batchSize(9);
    train(whole, oneBatch);
    train(frozen, oneBatch);
    assertArrayEquals(whole.weight("dense/kernel").data, frozen.weight("dense/kernel").data);
    assertArrayEquals(model().weight("gru/kernel").data, frozen.weight("gru/kernel").data);
  }

  @Test
  void freezingTakesEffectWithTheNextCompile() {
    Sequential model = model();
    compile(model);
    model.layer("dense").trainable(false);
    for (var call :
        List.<Executable>of(
            () -> train(model, samples()), () -> model.save(folder.resolve("a.keras")))) {
      var error = assertThrows(IllegalStateException.class, call);
      assertEquals(
          "Layers must be frozen or unfrozen before compile, but these weights were changed after"
              + " it: [dense/kernel, dense/bias]. Call compile again, with a new optimizer.",
          error.getMessage());
    }
    compile(model);
    train(model, samples());
    assertFalse(model.layer("dense").trainable());
  }

  @Test
  void readsAModelThatIsFrozenAsAWhole() throws IOException {
    Path file = folder.resolve("a.keras");
    Sequential model = model();
    model.layers().forEach(layer -> layer.trainable(false));
    model.save(file);
    assertEquals(0, Sequential.load(file).summary().trainableParameters());
    String config = ModelConfigs.write(model()).toString();
    Sequential read =
        KerasConfig.sequential(
            config.replace("\"name\":\"sequential\",\"trainable\":true", "\"trainable\":false"));
    assertEquals(0, read.summary().trainableParameters());
  }

  @Test
  void freezingALayerInACallbackIsAnErrorThatNamesTheWeight() {
    for (boolean freeze : new boolean[] {true, false}) {
      Sequential model = Sequential.of(input(2), dense(2).name("first"), dense(1));
      model.layer("first").trainable(freeze);
      model.compile(Optimizers.adam(), Losses.of("mse"));
      Callback changes =
          new Callback() {
            @Override
            public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
              model.layer("first").trainable(!freeze);
            }
          };
      Samples samples = Samples.of(new double[8][2]).targets(new double[8]).batchSize(4);
      String message =
          assertThrows(
                  IllegalStateException.class,
                  () -> model.fit(samples, FitOptions.epochs(1).verbose(0).callbacks(changes)))
              .getMessage();
      assertTrue(
          message.contains(
              "these weights were changed after it: [first/kernel, first/bias]. Call compile again"),
          message);
    }
  }
}
