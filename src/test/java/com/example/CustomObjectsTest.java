package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Comparison;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.keras.CustomObjects;
import org.unroll.layers.core.Dense;
import org.unroll.losses.ElementwiseLoss;
import org.unroll.losses.Losses;
import org.unroll.losses.Reduction;
import org.unroll.metrics.MatchMetric;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.Constraint;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.optimizers.LearningRateSchedule;
import org.unroll.tuning.RandomSearch;

/** Classes of a user in files: registered ones are saved, others are refused before training. */
class CustomObjectsTest {
  private static final int ROWS = 6;

  @TempDir Path folder;

  /** y = γ ⊙ f(x), for an inner layer f; δ is not trained. */
  static final class Scaled extends Layer {
    final Layer inner;
    final double initial;
    private final Dense gate = dense(3);

    Scaled(Layer inner, double initial) {
      super("Scaled");
      this.inner = inner;
      this.initial = initial;
    }

    @Override
    protected List<Layer> innerLayers() {
      return List.of(inner, gate);
    }

    @Override
    public Shape checkInput(Shape input, Layer previous) {
      checkInner(gate, input);
      return checkInner(inner, input);
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      factory.inner(inner, input);
      factory.inner(gate, input);
      Shape width = Shape.of(3);
      factory.create("gamma", width, Initializers.constant(initial), null);
      factory.createNonTrainable("delta", width, Initializers.constant(0.25));
    }

    @Override
    public Pass newPass() {
      return new Pass() {
        private final Pass innerPass = inner.newPass();
        private final Pass gatePass = gate.newPass();
        private final float[] gamma = weight("gamma").values();
        private final float[] delta = weight("delta").values();
        private final Tensor output = new Tensor();
        private final Tensor gradientOfF = new Tensor();
        private final Tensor gradientOfGate = new Tensor();
        private Tensor f;
        private Tensor g;
        private float[] y = {};
        private float[] df = {};
        private float[] dg = {};

        @Override
        public Tensor forward(Tensor x, float[][] state, ForwardContext context) {
          f = innerPass.forward(x, null, context);
          g = gatePass.forward(x, null, context);
          y = atLeast(y, f.size());
          for (int i = 0; i < f.size(); i++) {
            y[i] =
                gamma[i % 3] * f.values()[f.offset() + i]
                    + g.values()[g.offset() + i]
                    + delta[i % 3];
          }
          return output.set(y, 0, x.rows(), f.shape(), x.mask());
        }

        @Override
        public Tensor backward(Tensor dy, Gradient[] gradients, boolean needed) {
          df = atLeast(df, dy.size());
          dg = atLeast(dg, dy.size());
          float[] gammaGradient = gradients[4].values();
          Arrays.fill(gammaGradient, 0);
          for (int i = 0; i < dy.size(); i++) {
            float d = dy.values()[dy.offset() + i];
            gammaGradient[i % 3] += d * f.values()[f.offset() + i];
            df[i] = d * gamma[i % 3];
            dg[i] = d;
          }
          gradientOfF.set(df, 0, dy.rows(), dy.shape(), null);
          gradientOfGate.set(dg, 0, dy.rows(), dy.shape(), null);
          innerPass.backward(gradientOfF, Arrays.copyOfRange(gradients, 0, 2), false);
          gatePass.backward(gradientOfGate, Arrays.copyOfRange(gradients, 2, 4), false);
          return null; // the first layer of the model
        }
      };
    }
  }

  /** The cell h_t = x_t·W + h_{t−1}·U of Keras's documentation. */
  static final class MinimalCell extends Cell {
    final int units;

    MinimalCell(int units) {
      super("MinimalCell");
      this.units = units;
    }

    @Override
    public MinimalCell copy() {
      return new MinimalCell(units);
    }

    @Override
    public Map<String, Shape> stateShapes() {
      return Map.of("h", Shape.of(units));
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      factory.create("kernel", Shape.of(input.last(), units), Initializers.glorotUniform(), null);
      factory.create("recurrent_kernel", Shape.of(units, units), Initializers.orthogonal(), null);
    }

    @Override
    public CellPass newCellPass() {
      return new CellPass() {
        @Override
        public void forward(int k) {
          multiply(input(), k, weights().get(0), state(0), k + 1);
          multiplyAdd(state(0), k, weights().get(1), state(0), k + 1);
        }

        @Override
        public void backward(int k, Gradient[] gradients) {
          float[] dh = takeStateGradient(0);
          addWeightGradient(input(), k, dh, gradients[0]);
          addWeightGradient(state(0), k, dh, gradients[1]);
          addInputGradient(k, dh, weights().get(0));
          addStateGradient(0, dh, weights().get(1));
        }
      };
    }
  }

  record QuantileLoss(double q) implements ElementwiseLoss {
    @Override
    public String name() {
      return "quantile";
    }

    @Override
    public double loss(double prediction, double target) {
      return prediction < target ? q * (target - prediction) : (1 - q) * (prediction - target);
    }

    @Override
    public double slope(double prediction, double target) {
      return prediction < target ? -q : 1 - q;
    }
  }

  record WithinTolerance(double tolerance) implements MatchMetric {
    @Override
    public String name() {
      return "within";
    }

    @Override
    public boolean higherIsBetter() {
      return true;
    }

    @Override
    public double at(
        int outputs, float[] predictions, int predictionsOffset, float[] targets, int offset) {
      double sum = 0;
      for (int i = 0; i < outputs; i++) {
        sum +=
            Math.abs(predictions[predictionsOffset + i] - targets[offset + i]) <= tolerance ? 1 : 0;
      }
      return sum / outputs;
    }
  }

  private static final Initializer ALTERNATING =
      (values, shape, random) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = i % 2 == 0 ? 0.1f : -0.1f;
        }
      };

  private static final Constraint CLIP =
      (values, shape) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Math.max(-1, Math.min(1, values[i]));
        }
      };

  /** A schedule, as an example of a class with an argument. */
  record Warmup(double rate) implements LearningRateSchedule {
    @Override
    public double at(long step) {
      return rate * Math.min(1, (step + 1) / 4.0);
    }
  }

  private static void register() {
    CustomObjects.register(
        "acme>Scaled",
        Scaled.class,
        layer -> Map.of("inner", layer.inner, "initial", layer.initial),
        config -> new Scaled(config.get("inner", Layer.class), config.number("initial")));
    CustomObjects.register(
        "acme>MinimalCell",
        MinimalCell.class,
        cell -> Map.of("units", cell.units),
        config -> new MinimalCell(config.integer("units")));
    CustomObjects.register(
        "acme>QuantileLoss",
        QuantileLoss.class,
        loss -> Map.of("q", loss.q()),
        config -> new QuantileLoss(config.number("q")));
    CustomObjects.register(
        "acme>WithinTolerance",
        WithinTolerance.class,
        metric -> Map.of("tolerance", metric.tolerance()),
        config -> new WithinTolerance(config.number("tolerance")));
    CustomObjects.register(
        "acme>Warmup",
        Warmup.class,
        warmup -> Map.of("rate", warmup.rate()),
        config -> new Warmup(config.number("rate")));
    CustomObjects.register("acme>Alternating", ALTERNATING);
    CustomObjects.register("acme>Clip", CLIP);
  }

  private static Model model() {
    Model model =
        Sequential.of(
            input(4, 2),
            new Scaled(dense(3, "tanh").kernelInitializer(ALTERNATING), 0.5),
            rnn(new MinimalCell(3)),
            dense(1).kernelConstraint(CLIP));
    model.compile(
        adam().learningRate(new Warmup(0.05)),
        Losses.reduced(new QuantileLoss(0.9), Reduction.SUM),
        new WithinTolerance(0.3));
    return model;
  }

  private static final double[][][] X = new double[ROWS][4][2];
  private static final double[][] Y = new double[ROWS][1];

  static {
    var random = new Random(5);
    for (double[][] x : X) {
      for (double[] step : x) {
        Arrays.setAll(step, i -> (float) random.nextGaussian());
      }
    }
    for (double[] y : Y) {
      y[0] = (float) random.nextGaussian();
    }
  }

  private static Samples samples() {
    return Samples.of(X).targets(Y).batchSize(ROWS);
  }

  private static double train(Model model) {
    return model.fit(samples(), epochs(1).verbose(0)).last("loss");
  }

  private static double[] predict(Model model) {
    var predictions = model.predict(samples());
    double[] all = new double[ROWS];
    Arrays.setAll(all, i -> predictions.get(i)[0]);
    return all;
  }

  @Test
  void registeredClassesAreSavedAndTrainingContinues() {
    register();
    Model model = model();
    train(model);
    Path file = folder.resolve("model.keras");
    model.save(file);
    Model loaded = Model.load(file);
    Scaled scaled = (Scaled) loaded.layers().get(0);
    assertEquals(0.5, scaled.initial);
    assertEquals(model.layers().get(0).name(), scaled.name());
    assertEquals(model.loss(), loaded.loss());
    assertEquals(model.metrics(), loaded.metrics());
    assertEquals(new Warmup(0.05), loaded.optimizer().schedule());
    assertArrayEquals(predict(model), predict(loaded));
    assertEquals(train(model), train(loaded));
    assertArrayEquals(predict(model), predict(loaded));
    Path weights = folder.resolve("model.weights.h5");
    model.saveWeights(weights);
    Model other = model();
    assertEquals(List.of(), other.loadWeights(weights));
    assertArrayEquals(predict(model), predict(other));
  }

  @Test
  void registeredClassesAreCheckpointedAndTuned() {
    register();
    Path best = folder.resolve("best.keras");
    Model model = model();
    model.fit(samples(), epochs(2).verbose(0).callbacks(modelCheckpoint(best, "loss")));
    assertArrayEquals(predict(model), predict(Model.load(best)));
    var search = new RandomSearch(hp -> model(), "loss", 1);
    var result =
        search
            .directory(folder.resolve("search"))
            .search(samples(), samples(), () -> epochs(1).verbose(0));
    assertEquals(1, result.bestModels(1).size());
  }

  /** A loss that is never registered. */
  record Unregistered() implements ElementwiseLoss {
    @Override
    public String name() {
      return "unregistered";
    }

    @Override
    public double loss(double prediction, double target) {
      return Math.abs(prediction - target);
    }

    @Override
    public double slope(double prediction, double target) {
      return Math.signum(prediction - target);
    }
  }

  private static final String REFUSED =
      "The loss 'unregistered' cannot be saved: it must be a loss of Keras, or registered. Register"
          + " it with CustomObjects.register(\"package>Unregistered\", Unregistered.class, …), or"
          + " leave it out.";

  private static Model unsavable() {
    Model model = Sequential.of(input(2), dense(1));
    model.compile(sgd(), new Unregistered());
    return model;
  }

  private static Samples plain() {
    return Samples.of(new double[8][2]).targets(new double[8]).batchSize(4);
  }

  @Test
  void unregisteredClassesAreRefusedBeforeTraining() throws IOException {
    Model model = unsavable();
    Path file = folder.resolve("model.keras");
    var options = epochs(3).verbose(0).callbacks(modelCheckpoint(file, "loss"));
    var error = assertThrows(IllegalArgumentException.class, () -> model.fit(plain(), options));
    assertEquals(
        "The ModelCheckpoint " + file + " saves the model. " + REFUSED, error.getMessage());
    assertEquals(0, model.optimizer().iterations());
    assertEquals(1, model.fit(plain(), epochs(1).verbose(0)).epochs()); // nothing is saved
    Files.writeString(file, "before");
    error = assertThrows(IllegalArgumentException.class, () -> model.save(file));
    assertEquals(file + ": " + REFUSED, error.getMessage());
    assertEquals("before", Files.readString(file));
  }

  @Test
  void searchRefusesUnregisteredClassesBeforeTraining() {
    var built = new AtomicInteger();
    var search =
        new RandomSearch(
            hp -> {
              built.incrementAndGet();
              return unsavable();
            },
            "loss",
            2);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                search
                    .directory(folder.resolve("search"))
                    .search(plain(), plain(), () -> epochs(1).verbose(0)));
    assertTrue(error.getMessage().contains(REFUSED), error.getMessage());
    assertEquals(1, built.get());
  }

  @Test
  void comparisonRefusesUnregisteredClassesBeforeItTrainsTheFirstModel() {
    var comparison =
        Comparison.of("small", dense(1), "large", dense(1))
            .on(plain(), plain())
            .loss(new Unregistered())
            .verbose(0)
            .callbacks(
                name ->
                    name.equals("small")
                        ? List.of()
                        : List.of(modelCheckpoint(folder.resolve("large.keras"), "loss")));
    var error = assertThrows(IllegalArgumentException.class, comparison::run);
    assertTrue(error.getMessage().contains(REFUSED), error.getMessage());
    assertEquals(null, comparison.result());
  }

  private static String message(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }

  @Test
  void reportsWrongRegistrations() {
    register();
    assertTrue(message(() -> CustomObjects.register("Clip", CLIP)).contains("package>Name"));
    assertTrue(
        message(() -> CustomObjects.register("unroll>Clip", CLIP)).contains("package of your own"));
    assertTrue(
        message(() -> CustomObjects.register("acme>D", dense(1))).contains("register(name, class"));
    Initializer unknown = (values, shape, random) -> {};
    Model model = Sequential.of(input(2), dense(1).kernelInitializer(unknown));
    String given = message(() -> model.save(folder.resolve("a.keras")));
    assertTrue(given.contains("CustomObjects.register(\"package>Name\", object)"), given);
  }

  /** A class whose configuration has an argument that the function does not read. */
  record Wrong(double a) implements ElementwiseLoss {
    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public double loss(double prediction, double target) {
      return 0;
    }

    @Override
    public double slope(double prediction, double target) {
      return 0;
    }
  }

  private void saveWrong(Path file, Map<String, ?> config) {
    CustomObjects.register(
        "acme>Wrong", Wrong.class, loss -> config, c -> new Wrong(c.number("a")));
    Model model = Sequential.of(input(2), dense(1));
    model.compile(sgd(), new Wrong(1));
    model.save(file);
  }

  @Test
  void reportsWrongConfigurations() {
    Path file = folder.resolve("wrong.keras");
    saveWrong(file, Map.of("a", 1, "b", 2));
    String unread = message(() -> Model.load(file));
    assertTrue(unread.contains("b=2"), unread);
    saveWrong(file, Map.of());
    String missing = message(() -> Model.load(file));
    assertTrue(missing.contains("must have the argument 'a'"), missing);
    saveWrong(file, Map.of("a", "text"));
    assertTrue(message(() -> Model.load(file)).contains("must be a number"));
    String type = message(() -> saveWrong(file, Map.of("a", new Object())));
    assertTrue(type.contains("The argument 'a' of acme>Wrong must be a number"), type);
    CustomObjects.register("acme>Wrong2", Wrong.class, loss -> Map.of(), c -> new Wrong(1));
    String renamed = message(() -> Model.load(file));
    assertTrue(renamed.contains("'acme>Wrong' is not"), renamed);
  }

  /** A layer that creates its weights in an order that Keras does not have. */
  @Test
  void reportsWeightsInAnOrderThatKerasDoesNotHave() {
    class Late extends MinimalLayer {
      @Override
      protected void createWeights(Shape input, WeightFactory factory) {
        factory.createNonTrainable("mean", input, Initializers.zeros());
        factory.create("scale", input, Initializers.ones(), null);
      }
    }

    CustomObjects.register("acme>Late", Late.class, layer -> Map.of(), config -> new Late());
    Model model = Sequential.of(input(2), new Late(), dense(1));
    String late = message(() -> model.save(folder.resolve("late.keras")));
    assertTrue(late.contains("'scale' follows one that is not"), late);
  }

  abstract static class MinimalLayer extends Layer {
    MinimalLayer() {
      super("Late");
    }

    @Override
    public Shape checkInput(Shape input, Layer previous) {
      return input;
    }

    @Override
    public Pass newPass() {
      throw new AssertionError("not computed");
    }
  }

  private static final Map<String, String> EQUATIONS =
      Map.of(
          "Scaled.call",
          "return self.gamma * self.inner(inputs) + self.dense(inputs) + self.delta",
          "MinimalCell.call",
          "h = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel);"
              + " return h, [h]",
          "QuantileLoss.call",
          "e = y_true - y_pred; return ops.mean(ops.maximum(self.q * e, (self.q - 1) * e), axis=-1)",
          "Alternating.__call__",
          "return ops.ones(shape) * 0.1",
          "Clip.__call__",
          "return ops.clip(value, -1, 1)",
          "Warmup.__call__",
          "return self.rate * ops.minimum(1.0, (ops.cast(step, 'float32') + 1) / 4)");

  /** The stubs name what must be written, and are complete once it is. */
  @Test
  void pythonFileHasStubsOfTheClasses() throws Exception {
    register();
    Model model = model();
    model.compile(
        adam().learningRate(new Warmup(0.05)),
        Losses.reduced(new QuantileLoss(0.9), Reduction.SUM));
    train(model);
    Path file = folder.resolve("user_classes.py");
    model.savePython(file);
    String text = Files.readString(file);
    assertTrue(
        text.contains("def __init__(self, inner, initial, **kwargs):")
            || text.contains("def __init__(self, initial, inner, **kwargs):"),
        text);
    assertTrue(
        text.contains("self.gamma = self.add_weight(shape=(3,), name=\"gamma\", trainable=True)"),
        text);
    assertTrue(
        text.contains("self.delta = self.add_weight(shape=(3,), name=\"delta\", trainable=False)"),
        text);
    assertFalse(text.contains("class Dense"), text);
    for (Map.Entry<String, String> entry : EQUATIONS.entrySet()) {
      String line = "raise NotImplementedError(\"" + entry.getKey() + " must be written";
      int at = text.indexOf(line);
      assertTrue(at > 0, () -> entry.getKey() + " in " + file);
      text = text.substring(0, at) + entry.getValue() + text.substring(text.indexOf('\n', at));
    }
    // Inner layers that are not arguments are attributes, too.
    text =
        text.replace(
            "        self.supports_masking = True\n",
            "        self.supports_masking = True\n        self.dense = keras.layers.Dense(3)\n");
    String python = System.getProperty("unroll.python", System.getenv("UNROLL_PYTHON"));
    assumeTrue(
        python != null && !python.isBlank(),
        "no comparison with Keras: set -Dunroll.python=… to a Python with Keras 3");
    Files.writeString(file, text);
    model.save(folder.resolve("user.keras"));
    String reference =
        "{\"x\": %s, \"y\": %s, \"output\": %s, \"loss\": %s, \"next\": %s}"
            .formatted(
                Arrays.deepToString(X),
                Arrays.deepToString(Y),
                Arrays.toString(predict(model)),
                train(model),
                Arrays.toString(predict(model)));
    Files.writeString(folder.resolve("user.json"), reference);
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
    Model back = Model.load(folder.resolve("back/user.keras"));
    assertEquals(2, back.optimizer().iterations());
    assertArrayEquals(predict(model), predict(back), 1e-4);
  }
}
