package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.clockworkCell;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.depthGatedLstmCells;
import static org.unroll.layers.Layers.dotProductAttention;
import static org.unroll.layers.Layers.gridLstmCell;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.mut1Cell;
import static org.unroll.layers.Layers.mut2Cell;
import static org.unroll.layers.Layers.mut3Cell;
import static org.unroll.layers.Layers.orderedQuantiles;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.slstmCell;
import static org.unroll.layers.Layers.stackedRnnCells;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.keras.files.PythonFile;
import org.unroll.layers.Layers;
import org.unroll.layers.cells.LstmVariantCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.WeightedMetric;
import org.unroll.network.Cell;
import org.unroll.network.Constraint;
import org.unroll.network.Constraints;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Node;
import org.unroll.optimizers.LearningRateSchedule;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.optimizers.Schedules;
import org.unroll.training.FitOptions;

/** The layers, cells and metrics that Keras does not have, in files. */
class OwnPartsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 8;

  @TempDir Path folder;

  private static final Map<String, Supplier<Model>> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("additive", () -> chain(additiveAttention(4)));
    MODELS.put("dot_product", () -> chain(dotProductAttention()));
    MODELS.put("peepholes", () -> chain(rnn(variant().peepholes(true))));
    MODELS.put("coupled_peepholes", () -> chain(rnn(variant().coupledGates(true).peepholes(true))));
    MODELS.put("no_input_gate", () -> chain(rnn(variant().inputGate(false).peepholes(true))));
    MODELS.put("no_forget_gate", () -> chain(rnn(variant().forgetGate(false))));
    MODELS.put("no_output_gate", () -> chain(rnn(variant().outputGate(false).useBias(false))));
    MODELS.put(
        "linear", () -> chain(rnn(variant().activation("linear").cellActivation("softsign"))));
    MODELS.put("minimal_gated_unit", () -> chain(rnn(minimalGatedUnitCell(3))));
    MODELS.put(
        "stacked",
        () -> chain(rnn(stackedRnnCells(variant(), gruCell(2), minimalGatedUnitCell(3)))));
    MODELS.put("bidirectional", () -> chain(bidirectional(rnn(minimalGatedUnitCell(3)))));
    MODELS.put(
        "full_gate_recurrence",
        () -> chain(rnn(variant().fullGateRecurrence(true).peepholes(false, true, true))));
    MODELS.put("mut1", () -> chain(rnn(mut1Cell(3))));
    MODELS.put("mut2", () -> chain(rnn(mut2Cell(3))));
    MODELS.put("mut3", () -> chain(rnn(mut3Cell(4))));
    MODELS.put("min_gru", () -> chain(rnn(minGruCell(4))));
    MODELS.put("min_lstm", () -> chain(rnn(minLstmCell(4).activation("tanh"))));
    MODELS.put("slstm", () -> chain(rnn(slstmCell(4).exponentialForgetGate(true))));
    MODELS.put("slstm_sigmoid", () -> chain(rnn(slstmCell(4))));
    MODELS.put("clockwork", () -> chain(rnn(clockworkCell(4, 1, 3))));
    MODELS.put("grid_lstm", () -> chain(rnn(gridLstmCell(4, 2))));
    MODELS.put("quantiles", () -> forecast(Losses.pinball(0.1, 0.5, 0.9), 6, orderedQuantiles(3)));
    MODELS.put("gaussian", () -> forecast(Losses.gaussianNll(), 4));
    MODELS.put("functional", OwnPartsTest::functional);
    MODELS.put("frozen", OwnPartsTest::frozen);
  }

  static List<String> names() {
    return List.copyOf(MODELS.keySet());
  }

  private static LstmVariantCell variant() {
    return lstmVariantCell(4)
        .biasInitializer(Initializers.randomNormal())
        .peepholeInitializer(Initializers.randomNormal(0, 0.5));
  }

  private static Model chain(Layer layer) {
    return compiled(Sequential.of(input(5, 3), masking(0), layer, dense(2, "sigmoid")));
  }

  private static Model forecast(Loss loss, int outputs, Layer... last) {
    var model = Sequential.of(input(5, 3), masking(0), gru(4), dense(outputs));
    for (Layer layer : last) {
      model.add(layer);
    }
    model.compile(Optimizers.adam(0.02), loss);
    return model;
  }

  private static Model frozen() {
    Model model = Sequential.of(input(5, 3), additiveAttention(4), dense(2, "sigmoid"));
    model.layers().get(0).trainable(false);
    return compiled(model);
  }

  /** A shared attention over an encoder with states, and two cells of a class that Keras lacks. */
  private static Model functional() {
    var source = input(5, 3);
    Node encoder = rnn(variant()).returnSequences(true).returnState(true).on(source);
    Node decoder =
        rnn(variant().peepholes(true)).returnSequences(true).on(source, encoder.states());
    Layer attention = additiveAttention(4).name("shared");
    Node both = concatenate().on(attention.on(encoder), attention.on(decoder));
    return compiled(Model.of(source, dense(2, "sigmoid").on(both)));
  }

  private static Model compiled(Model model) {
    model.compile(
        Optimizers.adam(0.02),
        Losses.mse(),
        Metrics.smape(),
        Metrics.weighted(Metrics.errorRate(0.3)));
    return model;
  }

  /** Sequences whose last steps are masked; one is masked as a whole. */
  private static final double[][][] X = new double[ROWS][5][3];

  private static final double[][] Y = new double[ROWS][2];

  static {
    var random = new Random(3);
    for (int r = 0; r < ROWS; r++) {
      for (int t = 0; t < 5 - r % 6; t++) {
        for (int f = 0; f < 3; f++) {
          X[r][t][f] = (float) random.nextGaussian();
        }
      }
      Y[r][0] = random.nextInt(2);
      Y[r][1] = random.nextInt(2);
    }
  }

  private static Samples samples() {
    return Samples.of(X).targets(Y).batchSize(ROWS);
  }

  private static double train(Model model) {
    return model.fit(samples(), FitOptions.epochs(1).verbose(0)).last("loss");
  }

  private static double[] predict(Model model) {
    return GoldenCase.flat(model.predict(samples()).toArray());
  }

  @ParameterizedTest
  @MethodSource("names")
  void trainingContinuesBitForBitAfterLoading(String name) {
    Model model = MODELS.get(name).get();
    train(model);
    Path file = folder.resolve(name + ".keras");
    model.save(file);
    Model loaded = Model.load(file);
    assertEquals(model.getClass(), loaded.getClass());
    assertEquals(1, loaded.optimizer().iterations());
    assertEquals(model.metrics(), loaded.metrics());
    assertArrayEquals(predict(model), predict(loaded));
    assertEquals(train(model), train(loaded));
    assertArrayEquals(predict(model), predict(loaded));
    if (model instanceof Sequential) { // in others, calls of a shared layer may be renumbered
      assertEquals(ModelConfigs.write(model).toString(), ModelConfigs.write(loaded).toString());
    }
    Path older = folder.resolve(name + ".h5");
    model.save(older);
    Model ofH5 = Model.load(older);
    assertArrayEquals(predict(model), predict(ofH5));
    assertEquals(train(model), train(ofH5));
    Path weights = folder.resolve(name + ".weights.h5");
    model.saveWeights(weights);
    Model other = MODELS.get(name).get();
    assertEquals(List.of(), other.loadWeights(weights));
    assertArrayEquals(predict(model), predict(other));
  }

  /** Not in MODELS, because Keras's stacks hide the states of other cells. */
  @Test
  void depthGatedCellsPredictTheSameAfterLoading() {
    Model model = chain(rnn(depthGatedLstmCells(3, 2)));
    train(model);
    Path file = folder.resolve("depth.keras");
    model.save(file);
    assertArrayEquals(predict(model), predict(Model.load(file)));
  }

  @Test
  void writesObjectsAsKerasWritesRegisteredOnes() {
    JsonNode node = ModelConfigs.write(MODELS.get("additive").get());
    JsonNode layer = node.path("config").path("layers").path(2);
    assertEquals("AttentionPooling", layer.path("class_name").asText());
    assertEquals("unroll>AttentionPooling", layer.path("registered_name").asText());
    assertTrue(layer.get("module").isNull());
    assertEquals(4, layer.path("config").path("units").asInt());
    assertEquals("attention_pooling", layer.path("config").path("name").asText());
    JsonNode metric = node.path("compile_config").path("weighted_metrics").path(0);
    assertEquals("unroll>ErrorRate", metric.path("registered_name").asText());
    assertEquals(0.3, metric.path("config").path("threshold").asDouble());
  }

  /** Builds an object with a public factory method of the library, with small arguments. */
  private static Object build(Method factory) throws ReflectiveOperationException {
    Object[] arguments = new Object[factory.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      Class<?> type = factory.getParameterTypes()[i];
      if (type == int.class) {
        arguments[i] = 2;
      } else if (type == long.class) {
        arguments[i] = 2L;
      } else if (type == double.class) {
        arguments[i] = (i + 1) / 4.0;
      } else if (type == int[].class) {
        arguments[i] = new int[] {1};
      } else if (type == long[].class) {
        arguments[i] = new long[] {1};
      } else if (type == double[].class) {
        arguments[i] = new double[] {0.1, 0.2};
      } else if (type == RecurrentLayer.class) {
        arguments[i] = gru(2);
      } else if (type == Cell.class) {
        arguments[i] = gruCell(2);
      } else if (type == Cell[].class) {
        arguments[i] = new Cell[] {gruCell(2)};
      } else if (type == Layer.class) {
        arguments[i] = dense(2);
      } else if (type == Layer[].class) {
        arguments[i] = new Layer[] {dense(2)};
      } else if (type == Loss.class) {
        arguments[i] = Losses.mse();
      } else if (type == Metric.class) {
        arguments[i] = Metrics.accuracy();
      } else {
        return null; // by name, or a reduction
      }
    }
    return factory.invoke(null, arguments);
  }

  /** Everything that the library creates has a format, and if Keras lacks it, a Python class. */
  @Test
  void everythingThatCanBeBuiltHasAFormat() throws Exception {
    var own = new TreeSet<String>();
    int built = 0;
    for (Class<?> factories :
        List.of(
            Layers.class,
            Losses.class,
            Metrics.class,
            Optimizers.class,
            Schedules.class,
            Initializers.class,
            Constraints.class)) {
      for (Method method : factories.getMethods()) {
        Object object = Modifier.isStatic(method.getModifiers()) ? build(method) : null;
        if (object == null) {
          continue;
        }
        built++;
        Format<?> format = null;
        if (object instanceof Layer layer) {
          format = LayerFormats.of(layer).config();
        } else if (object instanceof Loss loss) {
          LossFormats.write(loss);
        } else if (object instanceof Optimizer optimizer) {
          OptimizerFormats.write(optimizer);
        } else if (object instanceof LearningRateSchedule schedule) {
          ScheduleFormats.write(schedule);
        } else if (object instanceof Constraint constraint) {
          ConstraintFormats.write("constraint", constraint);
        } else if (object instanceof Initializer initializer) {
          InitializerFormats.write("initializer", initializer);
        } else if (object instanceof Metric metric && !(metric instanceof WeightedMetric)) {
          String name = Format.registeredName(MetricFormats.write(metric));
          own.addAll(name == null ? List.of() : List.of(name));
        }
        if (format != null && format.registeredName() != null) {
          own.add(format.registeredName());
        }
      }
    }
    assertTrue(built > 150, built + " objects");
    assertTrue(own.size() >= 5, own::toString);
    for (String name : own) {
      var file = new PythonFile();
      file.add(name.substring("unroll>".length()));
      assertTrue(file.toString().contains("class " + name.substring("unroll>".length()) + "("));
    }
  }

  @Test
  void pythonFileHasOnlyTheClassesOfTheModel() throws IOException {
    Path file = folder.resolve("classes.py");
    MODELS.get("peepholes").get().savePython(file);
    String text = Files.readString(file);
    assertTrue(text.contains("class LSTMVariantCell(GatedCell)"), text);
    assertTrue(text.indexOf("class GatedCell") < text.indexOf("class LSTMVariantCell"), text);
    assertFalse(text.contains("AttentionPooling"), text);
    Sequential plain = Sequential.of(input(3), dense(2));
    Path other = folder.resolve("plain.py");
    var error = assertThrows(IllegalArgumentException.class, () -> plain.savePython(other));
    assertTrue(error.getMessage().contains("Keras has all classes"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> plain.savePython(folder.resolve("a.txt")));
    assertFalse(Files.exists(other));
  }

  /** Keras loads each model with its Python file, predicts, trains a step, and saves it. */
  @Test
  void kerasContinuesWithThePythonFiles() throws Exception {
    String python = System.getProperty("unroll.python", System.getenv("UNROLL_PYTHON"));
    assumeTrue(
        python != null && !python.isBlank(),
        "no comparison with Keras: set -Dunroll.python=… to a Python with Keras 3");
    for (String name : names()) {
      Model model = MODELS.get(name).get();
      train(model);
      model.save(folder.resolve(name + ".keras"));
      model.save(folder.resolve(name + ".h5"));
      model.savePython(folder.resolve(name + "_classes.py"));
      ObjectNode reference = JSON.createObjectNode();
      reference.set("x", JSON.valueToTree(X));
      reference.set("y", JSON.valueToTree(Y));
      reference.set("output", JSON.valueToTree(predict(model)));
      reference.set("evaluation", JSON.valueToTree(model.evaluate(samples()).asMap()));
      reference.put("loss", train(model));
      reference.set("next", JSON.valueToTree(predict(model)));
      Files.writeString(folder.resolve(name + ".json"), reference.toString());
    }
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(python, "src/test/python/check_custom_objects.py", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit = process.waitFor();
    String output = Files.readString(log, StandardCharsets.UTF_8);
    System.out.println(output);
    assertEquals(0, exit, output);
    for (String name : names()) {
      Path saved = folder.resolve("back/" + name + ".json");
      double[] back = JSON.readValue(saved.toFile(), double[].class);
      Model loaded = Model.load(folder.resolve("back/" + name + ".keras"));
      assertEquals(2, loaded.optimizer().iterations());
      assertArrayEquals(back, predict(loaded), 1e-5, name);
    }
  }
}
