package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.subtract;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.core.Dense;
import org.unroll.losses.Losses;
import org.unroll.network.ForwardContext;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.Node;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizers;

/** Models inside models. GoldenGraphsTest compares their values with Keras. */
class NestedModelsTest {
  private static Samples series(int rows, int steps, int features) {
    var random = new Random(3);
    double[][][] x = new double[rows][steps][features];
    double[][] y = new double[rows][1];
    for (int r = 0; r < rows; r++) {
      for (double[] step : x[r]) {
        for (int f = 0; f < features; f++) {
          step[f] = random.nextGaussian();
          y[r][0] += step[f] / steps;
        }
      }
    }
    return Samples.of(x).targets(y).batchSize(rows);
  }

  private static Model encoder() {
    Input x = input(Shape.ANY, 3);
    return Model.of(x, dense(2).on(gru(4).on(x))).name("encoder");
  }

  private static String message(Supplier<?> call) {
    return assertThrows(IllegalArgumentException.class, call::get).getMessage();
  }

  @Test
  void weightsAreThoseOfTheInnerModel() {
    Model encoder = encoder();
    Input x = input(5, 3);
    Model outer = Model.of(x, dense(1).on(encoder.on(x)));
    assertEquals(
        List.of(
            "encoder/gru/kernel",
            "encoder/gru/recurrent_kernel",
            "encoder/gru/bias",
            "encoder/dense/kernel",
            "encoder/dense/bias",
            "dense/kernel",
            "dense/bias"),
        List.copyOf(outer.weights().keySet()));
    assertSame(encoder.weight("gru/kernel").data, outer.weight("encoder/gru/kernel").data);
    assertSame(encoder.asLayer(), outer.layer("encoder"));
    // GRU: 3·(3·4 + 4·4 + 2·4) = 108, Dense: 4·2 + 2 = 10, and 2·1 + 1 = 3
    assertEquals(118, outer.layer("encoder").parameters());
    assertEquals(121, outer.parameters());
    float[] before = encoder.weight("gru/kernel").data.clone();
    outer.compile(Optimizers.sgd(0.1), Losses.mse());
    outer.fit(series(8, 5, 3), epochs(1).verbose(0));
    assertFalse(Arrays.equals(before, encoder.weight("gru/kernel").data));
  }

  @Test
  void freezesTheInnerModel() {
    Model encoder = encoder();
    Input x = input(5, 3);
    Model outer = Model.of(x, dense(1).on(encoder.on(x)));
    encoder.trainable(false);
    float[] before = encoder.weight("gru/kernel").data.clone();
    outer.compile(Optimizers.sgd(0.1), Losses.mse());
    outer.fit(series(8, 5, 3), epochs(1).verbose(0));
    assertArrayEquals(before, encoder.weight("gru/kernel").data);
    assertEquals(3, outer.summary().trainableParameters());
    outer.layer("encoder").trainable(true);
    assertEquals(7, outer.network().trainableWeights().size());
  }

  @Test
  void summaryHasOneRowForTheInnerModel() {
    Model encoder = encoder();
    Input left = input(5, 3);
    Input right = input(4, 3);
    Model outer =
        Model.of(
            List.of(left, right), dense(1).on(subtract().on(encoder.on(left), encoder.on(right))));
    List<Summary.Row> rows = outer.summary().rows();
    assertEquals(
        List.of("input_layer", "input_layer_1", "encoder", "subtract", "dense"),
        rows.stream().map(Summary.Row::name).toList());
    Summary.Row row = rows.get(2);
    assertEquals("Functional", row.type());
    assertEquals(Shape.of(2), row.outputShape());
    assertEquals(118, row.parameters());
    assertEquals(List.of("input_layer", "input_layer_1"), row.connectedTo());
    assertEquals(List.of("encoder", "encoder[1]"), rows.get(3).connectedTo());
    assertEquals(121, outer.summary().parameters());
  }

  @Test
  void innerReturnsAModelWithTheSameLayers() {
    Model encoder = encoder();
    Input x = input(5, 3);
    Model outer = Model.of(x, dense(1).on(encoder.on(x)));
    Model inner = outer.inner("encoder");
    assertEquals("encoder", inner.name());
    assertSame(encoder.layer("gru"), inner.layer("gru"));
    Samples data = series(3, 5, 3);
    assertArrayEquals(encoder.predict(data).get(2), inner.predict(data).get(2));
    assertTrue(message(() -> outer.inner("dense")).contains("Dense 'dense' is a single layer"));
  }

  /** As one layer after the other. */
  @Test
  void aModelInASequentialIsOneOfItsLayers() {
    Input x = input(5, 3);
    Model residual = Model.of(x, add().on(x, dense(3).name("change").on(x))).name("residual");
    Sequential chain = Sequential.of();
    chain.add(input(5, 3)).add(residual.asLayer()).add(gru(4)).add(dense(1));
    assertEquals(
        List.of("residual", "gru", "dense"), chain.layers().stream().map(Layer::name).toList());
    Input y = input(5, 3);
    Layer change = residual.layer("change");
    Node rest = chain.layer("dense").on(chain.layer("gru").on(add().on(y, change.on(y))));
    Samples data = series(4, 5, 3);
    assertArrayEquals(Model.of(y, rest).predict(data).get(3), chain.predict(data).get(3));
  }

  @Test
  void aSequentialReturnsTheStatesOfItsLastLayer() {
    Sequential inner = Sequential.of(input(5, 3), dense(3), lstm(2).returnState(true));
    Input x = input(5, 3);
    List<Node> outputs = inner.on(x).outputs();
    assertEquals(List.of(Shape.of(2), Shape.of(2), Shape.of(2)), shapes(outputs));
    Predictions all = Model.of(x, outputs).predict(series(2, 5, 3));
    assertEquals(
        List.of("sequential", "sequential_1", "sequential_2"), List.copyOf(all.outputs().keySet()));
    assertArrayEquals(all.output("sequential").get(1), all.output("sequential_1").get(1)); // h
  }

  private static List<Shape> shapes(List<Node> nodes) {
    return nodes.stream().map(Node::shape).toList();
  }

  @Test
  void statesOfInnerLayersAreKeptAndReset() {
    Input x = input(5, 3).batchSize(2);
    Model inner = Model.of(x, gru(2).stateful(true).on(x)).name("inner");
    Input y = input(5, 3).batchSize(2);
    Model outer = Model.of(y, dense(1).on(inner.on(y)));
    Samples data = series(2, 5, 3);
    double[] first = outer.predict(data).get(0);
    assertEquals(List.of("inner/gru/h"), outer.state().names());
    assertNotEquals(first[0], outer.predict(data).get(0)[0]);
    outer.resetStates();
    assertArrayEquals(first, outer.predict(data).get(0));
  }

  @Test
  void stepsThroughInnerModels() {
    Input x = input(Shape.ANY, 3);
    Model inner = Model.of(x, dense(2).on(gru(4).returnSequences(true).on(x))).name("inner");
    Sequential chain = Sequential.of(input(Shape.ANY, 3), inner.asLayer(), lstm(3), dense(1));
    double[][][] steps = {{{1, 2, 3}, {0, -1, 2}, {4, 1, 0}}};
    Stepper stepper = chain.stepper();
    double[] last = {};
    for (double[] step : steps[0]) {
      last = stepper.step(step);
    }
    assertEquals(List.of("inner/gru/h", "lstm/h", "lstm/c"), stepper.state().names());
    assertArrayEquals(chain.predict(Samples.of(steps)).get(0), last, 1e-6);
  }

  @Test
  void recordsInnerLayersByTheirPaths() {
    Model encoder = encoder();
    Input x = input(5, 3);
    Model outer = Model.of(x, dense(1).on(encoder.on(x)));
    Recording recording = outer.record(series(2, 5, 3), 0);
    assertEquals(List.of("encoder/gru", "encoder/dense", "dense"), recording.layers());
    assertEquals(5, recording.get("encoder/gru", "h").length);
  }

  /** Two layers that were the first of their models have the same position. */
  @Test
  void dropoutOfInnerAndOuterLayersDiffers() {
    Input x = input(50);
    Model inner = Model.of(x, dropout(0.5).on(x));
    Input y = input(50);
    Node outer = activation("linear").on(dropout(0.5).on(y));
    var pass = Model.of(y, subtract().on(inner.on(y), outer)).network().newPass();
    float[] ones = new float[50];
    Arrays.fill(ones, 1f);
    Tensor difference =
        pass.forward(
            new Tensor().set(ones, 0, 1, Shape.of(50), null),
            new ForwardContext().training(1, 1, 0));
    int different = 0;
    for (int i = 0; i < 50; i++) {
      different += difference.values()[difference.offset() + i] == 0 ? 0 : 1;
    }
    assertTrue(different > 10, different + " of 50");
  }

  @Test
  void inputsMustFitTheModel() {
    Model encoder = encoder();
    Input x = input(5, 2);
    assertEquals(
        "Functional 'encoder' needs one input (batch, None, 3), but InputLayer 'input_layer'"
            + " returns (batch, 5, 2). Apply the model to one node for each of its inputs, with the"
            + " shape of this input. Path from the input: input_layer (5, 2) → encoder.",
        message(() -> encoder.on(x)));
    assertTrue(message(() -> encoder.on(x, x)).contains("needs one input (batch, None, 3), but"));
    assertTrue(message(() -> encoder.on()).contains("Functional 'encoder' must be applied to"));
  }

  @Test
  void errorsInsideNameThePath() {
    Input fixed = input(Shape.ANY, 3);
    Model convolution = Model.of(fixed, conv1D(2, 4).on(fixed)).name("convolution");
    Input z = input(Shape.ANY, 3);
    Model middle = Model.of(z, convolution.on(z)).name("middle");
    Input w = input(3, 3);
    String message = message(() -> middle.on(w));
    assertTrue(
        message.startsWith("Inside 'middle/convolution': Conv1D 'conv1d' with padding=valid needs"),
        message);
    Input v = input(Shape.ANY, 3);
    Model outer = Model.of(v, middle.on(v));
    Samples shortSeries = series(2, 3, 3);
    String late = message(() -> outer.predict(shortSeries));
    assertTrue(
        late.contains("Inside 'middle/convolution': Conv1D 'conv1d' with padding=valid needs"),
        late);
  }

  @Test
  void modelsThatCannotBeLayers() {
    Input x = input(4, 3);
    Model two = Model.of(x, List.of(dense(1).on(x), dense(2).on(x)));
    assertEquals(
        "A model in a Sequential must have one input and one output, but Functional 'functional'"
            + " has 1 and 2. Apply it with on(...) and build a Model.",
        message(() -> Sequential.of(input(4, 3), two.asLayer(), dense(1))));
    ModelLayer first = encoder().asLayer();
    ModelLayer second = encoder().asLayer();
    Input y = input(5, 3);
    assertEquals(
        "The names of the layers in a model must be unique, but two layers are named 'encoder'.",
        message(() -> Model.of(y, add().on(first.on(y), second.on(y)))));
    assertThrows(IllegalStateException.class, () -> Sequential.of().on(y));
  }

  @Test
  void timeDistributedAppliesAModelToEachTimeStep() {
    Input frame = input(4, 3);
    Model cnn = Model.of(frame, dense(2).on(conv1D(2, 4).on(frame))).name("cnn");
    Input video = input(5, 4, 3);
    Model outer = Model.of(video, timeDistributed(cnn.asLayer()).on(video));
    assertEquals(
        List.of(
            "time_distributed/cnn/conv1d/kernel",
            "time_distributed/cnn/conv1d/bias",
            "time_distributed/cnn/dense/kernel",
            "time_distributed/cnn/dense/bias"),
        List.copyOf(outer.weights().keySet()));
    Summary.Row row = outer.summary().rows().get(1);
    assertEquals("TimeDistributed", row.type());
    assertEquals(Shape.of(5, 1, 2), row.outputShape());
    assertEquals(4 * 3 * 2 + 2 + 2 * 2 + 2, row.parameters());
    var pass = outer.network().newPass();
    var cnnPass = cnn.network().newPass();
    float[] frames = new float[5 * 4 * 3];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = (float) Math.sin(i);
    }
    var context = new ForwardContext().inference(0);
    // The first axis of a sample comes before the rows, of which there is one.
    Tensor all = pass.forward(new Tensor().set(frames, 0, 1, video.shape(), null), context);
    for (int t = 0; t < 5; t++) {
      Tensor step = new Tensor().set(frames, 12 * t, 1, frame.shape(), null);
      Tensor alone = cnnPass.forward(step, context);
      for (int i = 0; i < 2; i++) {
        assertEquals(
            alone.values()[alone.offset() + i], all.values()[all.offset() + 2 * t + i], 1e-6);
      }
    }
  }

  private static void assertRefused(Model inner, String reason) {
    Input x = input(2, 3).batchSize(4);
    assertTrue(
        message(() -> timeDistributed(inner.asLayer()).on(x))
            .startsWith(
                "TimeDistributed 'time_distributed' cannot apply Functional 'inner' because 'inner'"
                    + " "
                    + reason),
        reason);
  }

  @Test
  void modelsThatTimeDistributedCannotApply() {
    Input x = input(3);
    assertRefused(
        Model.of(x, batchNormalization().on(x)).name("inner"),
        "computes statistics of the whole batch");
    assertRefused(
        Model.of(x, List.of(dense(1).on(x), dense(2).on(x))).name("inner"), "returns 2 outputs");
    Dense penalized = dense(1);
    penalized.setActivityRegularizer(l2(0.1));
    assertRefused(Model.of(x, penalized.on(x)).name("inner"), "has an activityRegularizer");
  }

  /** Batch normalization has one mean for the whole batch, but inside it sees one time step. */
  @Test
  void batchNormalizationInsideTimeDistributedMustStayFrozen() {
    Input x = input(3);
    Model inner = Model.of(x, batchNormalization().on(x)).name("inner");
    inner.trainable(false);
    Sequential outer =
        Sequential.of(input(5, 3), timeDistributed(inner.asLayer()), gru(2), dense(1));
    outer.compile(Optimizers.sgd(0.1), Losses.mse());
    outer.fit(series(4, 5, 3), epochs(1).verbose(0));
    inner.trainable(true);
    assertTrue(
        compileMessage(outer)
            .contains("computes statistics of the whole batch unless it is frozen"),
        compileMessage(outer));
  }

  private static String compileMessage(Model model) {
    return message(
        () -> {
          model.compile(Optimizers.sgd(0.1), Losses.mse());
          return model;
        });
  }

  @Test
  void aLayerInsideTimeDistributedHasNoOtherPlace() {
    Input x = input(3);
    Model inner = Model.of(x, dense(3).name("shared").on(x)).name("inner");
    Input y = input(5, 3);
    Node twice = inner.layer("shared").on(timeDistributed(inner.asLayer()).on(y));
    assertTrue(
        message(() -> Model.of(y, twice)).contains("and also applied directly"),
        message(() -> Model.of(y, twice)));
    Node wrappers = timeDistributed(inner.asLayer()).on(timeDistributed(inner.asLayer()).on(y));
    assertTrue(
        message(() -> Model.of(y, wrappers)).contains("must be in one place of a model"),
        message(() -> Model.of(y, wrappers)));
  }

  /** Each time step has its own mask, which differs from that of a layer outside. */
  @Test
  void dropoutInsideTimeDistributedDiffersBetweenStepsAndLayers() {
    Input x = input(40);
    Model inner = Model.of(x, dropout(0.5).on(x)).name("inner");
    Input y = input(2, 40);
    Node both = concatenate().on(timeDistributed(inner.asLayer()).on(y), dropout(0.5).on(y));
    var pass = Model.of(y, both).network().newPass();
    float[] ones = new float[80];
    Arrays.fill(ones, 1f);
    Tensor out =
        pass.forward(
            new Tensor().set(ones, 0, 1, Shape.of(2, 40), null),
            new ForwardContext().training(1, 1, 0));
    int[] different = new int[3];
    for (int i = 0; i < 40; i++) {
      float[] v = out.values();
      int at = out.offset() + i;
      different[0] += v[at] == v[at + 40] ? 0 : 1; // inside and outside
      different[1] += v[at] == v[at + 80] ? 0 : 1; // the time steps inside
      different[2] += v[at + 80] == v[at + 120] ? 0 : 1;
    }
    for (int count : different) {
      assertTrue(count > 8, Arrays.toString(different) + " of 40");
    }
  }

  /** Each model applies the one before it twice. */
  @Test
  void modelsThatMultiplyHaveALimit() {
    Input x = input(2);
    Model model = Model.of(x, dense(2).on(x));
    for (int depth = 0; depth < 16; depth++) {
      Input y = input(2);
      model = Model.of(y, model.on(model.on(y)));
    }
    assertEquals(1 << 16, model.network().steps().size());
    Model last = model;
    Input y = input(2);
    Node twice = last.on(last.on(y));
    assertEquals(
        "A model must apply its layers and those of inner models at most 100000 times, but applies"
            + " them more often. Apply the inner models less often.",
        message(() -> Model.of(y, twice)));
  }

  @Test
  void modelsCanBeNestedDeeply(@TempDir Path folder) {
    Input x = input(2);
    Model model = Model.of(x, dense(2).on(x));
    Samples data = Samples.of(new double[][] {{1, 2}, {3, 4}});
    double[] expected = model.predict(data).get(1);
    for (int depth = 0; depth < 60; depth++) {
      Input y = input(2);
      model = depth % 2 == 0 ? Sequential.of(y, model.asLayer()) : Model.of(y, model.on(y));
    }
    assertArrayEquals(expected, model.predict(data).get(1));
    Path file = folder.resolve("deep.keras");
    model.save(file);
    assertArrayEquals(expected, Model.load(file).predict(data).get(1));
  }
}
