package org.unroll.losses;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;
import static org.unroll.losses.Losses.ctc;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.reduced;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.CtcDecoder;
import org.unroll.Model;
import org.unroll.OutputLoss;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.metrics.Metrics;
import org.unroll.network.Tensor;
import org.unroll.training.References;

/** The CTC loss, compared with Keras, PyTorch and finite differences. */
class CtcTest {
  private static final int OFFSET = 3;

  private static JsonNode fixture;

  @BeforeAll
  static void readFixture() throws IOException {
    try (InputStream in = CtcTest.class.getResourceAsStream("ctc.json")) {
      fixture = new ObjectMapper().readTree(in);
    }
  }

  private static int[][] labels(JsonNode batch) {
    return new ObjectMapper().convertValue(batch.get("labels"), int[][].class);
  }

  private static float[] flat(int[][] labels) {
    float[] flat = new float[labels.length * labels[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = labels[i / labels[0].length][i % labels[0].length];
    }
    return flat;
  }

  /** Swaps the first two axes. */
  private static float[] swapped(float[] values, int first, int second) {
    int width = values.length / first / second;
    float[] swapped = new float[values.length];
    for (int i = 0; i < first * second; i++) {
      System.arraycopy(
          values, i * width, swapped, (i % second * first + i / second) * width, width);
    }
    return swapped;
  }

  @Test
  void lossesAndGradientsMatchKerasAndTorch() {
    int cases = 0;
    Loss.OverSequences computation = ctc().overSequences(); // with the buffers of cases before
    for (JsonNode batch : fixture.get("batches")) {
      int[][] labels = labels(batch);
      int rows = labels.length;
      int steps = batch.get("steps").asInt();
      Shape shape = Shape.of(steps, batch.get("classes").asInt());
      boolean[] mask = new boolean[steps * rows];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = i / rows < batch.get("lengths").get(i % rows).asInt();
      }
      float[] logits = swapped(References.floats(batch.get("logits")), rows, steps);
      Tensor predictions =
          new Tensor().set(References.shifted(logits, OFFSET), OFFSET, rows, shape, mask);
      float[] targets = flat(labels);
      for (String source : List.of("keras", "torch")) {
        float[] losses = References.floats(batch.get(source).get("losses"));
        for (int i = 0; i < rows; i++) {
          float[] one = new float[rows];
          one[i] = 1;
          double loss = computation.sum(predictions, targets, labels[0].length, one, null);
          assertEquals(losses[i], loss, 1e-5 * Math.max(1, losses[i]), source + " " + i);
        }
        float[] gradient = new float[logits.length];
        Arrays.fill(gradient, Float.NaN);
        computation.sum(predictions, targets, labels[0].length, null, gradient);
        float[] expected = References.floats(batch.get(source).get("gradient"));
        assertArrayEquals(expected, swapped(gradient, steps, rows), 1e-5f, source);
      }
      cases += rows;
    }
    assertTrue(cases >= 50, () -> "too few cases");
  }

  /** The model returns its inputs. */
  private static Sequential identity(int steps, int classes, Loss loss) {
    var model = Sequential.of(input(steps, classes), activation("linear"));
    model.compile(sgd(), loss);
    return model;
  }

  @Test
  void reductionsAndSampleWeightsMatchKeras() {
    JsonNode batch = fixture.get("batches").get(0);
    int steps = batch.get("steps").asInt();
    int classes = batch.get("classes").asInt();
    JsonNode weights = fixture.get("reductions").get("weights");
    Samples data =
        Samples.of(Shape.of(steps, classes), References.floats(batch.get("logits")))
            .targets(labels(batch))
            .weights(new ObjectMapper().convertValue(weights, double[].class));
    Set<Map.Entry<String, JsonNode>> losses = fixture.get("reductions").get("losses").properties();
    assertEquals(3, losses.size());
    for (Map.Entry<String, JsonNode> expected : losses) {
      String name = expected.getKey();
      Loss loss = reduced(ctc(), Reduction.valueOf(name.toUpperCase(Locale.ROOT)));
      double actual = identity(steps, classes, loss).evaluate(data).get("loss");
      double value = expected.getValue().asDouble();
      assertEquals(value, actual, 1e-5 * value, name);
    }
  }

  private static String error(Samples data) {
    Shape shape = data.inputShape();
    var model = identity(shape.axis(0), shape.last(), ctc());
    return assertThrows(IllegalArgumentException.class, () -> model.evaluate(data)).getMessage();
  }

  @Test
  void rejectsLabelsThatNeedMoreTimeStepsThanThereAre() {
    assertEquals(10, fixture.get("impossible").size());
    for (JsonNode impossible : fixture.get("impossible")) {
      int steps = impossible.get("steps").asInt();
      int[] labels = new ObjectMapper().convertValue(impossible.get("labels"), int[].class);
      Samples data =
          Samples.of(Shape.of(steps, 4), new float[2 * steps * 4])
              .targets(new int[][] {new int[labels.length], labels});
      assertEquals(
          "ctc needs a time step for each label and one more between equal labels, so the "
              + labels.length
              + " labels "
              + Arrays.toString(labels)
              + " need at least "
              + impossible.get("needed")
              + " time steps, but the output had "
              + steps
              + ". Use longer sequences, less pooling, or shorter labels than those in sample 1.",
          error(data));
    }
  }

  @Test
  void rejectsOtherTargets() {
    Samples data = Samples.of(new double[2][6][4]);
    assertEquals(
        "A target of ctc must be a class number between 0 and 3 because the model has 4 outputs, but"
            + " was 4.0 in sample 1.",
        error(data.targets(new int[][] {{1, 2}, {1, 4}})));
    assertEquals(
        "A target of ctc must be a class number between 0 and 3 because the model has 4 outputs, but"
            + " was -1.0 in sample 0.",
        error(data.targets(new int[][] {{1, -1}, {1, 3}})));
    assertEquals(
        "ctc needs labels from 1 on, padded with 0 only at the end because 0 is the blank, but they"
            + " were [0, 2, 3] in sample 1.",
        error(data.targets(new int[][] {{1, 3, 0}, {0, 2, 3}})));
    assertTrue(
        error(data.targets(new double[2][6][4])).contains("targets of the evaluation data have"));
    assertEquals(
        "ctc needs one weight per sample, but the weights of the evaluation data have shape (6,).",
        error(data.targets(new int[2][3]).weights(new double[2][6])));
  }

  @Test
  void rejectsMetrics() {
    var model = Sequential.of(input(6, 4), activation("linear"));
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> model.compile(sgd(), ctc(), Metrics.of("accuracy")));
    assertTrue(e.getMessage().contains("ctc has targets of another length"), e.getMessage());
    assertTrue(e.getMessage().contains("[accuracy]"), e.getMessage());
  }

  /** A masked time step must not count, wherever it is. */
  @Test
  void skipsMaskedTimeSteps() {
    double[][] sequence = {{1, 2, -1}, {0.5, -1, 2}, {2, 0.1, 0.3}};
    double[][] blanks = {sequence[0], {0, 0, 0}, sequence[1], sequence[2], {0, 0, 0}};
    int[][] labels = {{1, 2}};
    double expected =
        identity(3, 3, ctc())
            .evaluate(Samples.of(new double[][][] {sequence}).targets(labels))
            .get("loss");
    var masked = Sequential.of(input(5, 3), masking(0));
    masked.compile(sgd(), ctc());
    var data = Samples.of(new double[][][] {blanks}).targets(labels);
    assertEquals(expected, masked.evaluate(data).get("loss"), 1e-12);
  }

  @Test
  void trainingFollowsFiniteDifferences() {
    var x = input(6, 3);
    var shared = gru(4).returnSequences(true).on(masking(0).on(x));
    var model =
        Model.of(x, List.of(dense(4).name("letters").on(shared), gru(1).name("count").on(shared)));
    Random random = new Random(5);
    double[][][] inputs = new double[6][6][3];
    for (int i = 0; i < 6; i++) {
      for (int t = 0; t < 6 - i / 2; t++) {
        Arrays.setAll(inputs[i][t], j -> random.nextGaussian());
      }
    }
    int[][] labels = {{1, 1, 2}, {3, 0, 0}, {0, 0, 0}, {2, 3, 1}, {1, 2, 0}, {3, 3, 0}};
    Samples data =
        Samples.of(inputs)
            .targets(List.of(labels, new double[] {3, 1, 0, 3, 2, 2}))
            .weights(new double[] {1, 2, 0.5, 1, 0, 1})
            .batchSize(6);
    OutputLoss[] losses = {
      OutputLoss.of("letters", ctc()).weight(0.5), OutputLoss.of("count", mse())
    };
    model.compile(sgd(1), losses);
    Map<String, float[]> gradients = new TreeMap<>();
    model.weights().forEach((name, weight) -> gradients.put(name, weight.data.clone()));
    model.fit(data, epochs(1).threads(2).verbose(0));
    model
        .weights()
        .forEach(
            (name, weight) -> {
              float[] gradient = gradients.get(name);
              for (int i = 0; i < gradient.length; i++) {
                float before = gradient[i];
                gradient[i] = before - weight.data[i];
                weight.data[i] = before;
              }
            });
    double step = 0.01;
    gradients.forEach(
        (name, gradient) -> {
          float[] weight = model.weight(name).data;
          for (int i = 0; i < weight.length; i++) {
            float before = weight[i];
            weight[i] = (float) (before + step);
            double above = model.evaluate(data).get("loss");
            weight[i] = (float) (before - step);
            double below = model.evaluate(data).get("loss");
            weight[i] = before;
            double expected = (above - below) / 2 / step;
            double tolerance = 3e-4 * Math.max(1, Math.abs(expected));
            assertEquals(expected, gradient[i], tolerance, name + " " + i);
          }
        });
  }

  /** Letters of random widths at random places, as in handwriting. */
  private static Samples lines(int count, int[][] labels, long seed) {
    Random random = new Random(seed);
    double[][][] inputs = new double[count][16][3];
    for (int i = 0; i < count; i++) {
      int t = random.nextInt(3);
      for (int n = 0; n < labels[i].length && t < 13; n++) {
        labels[i][n] = 1 + random.nextInt(3);
        for (int width = 1 + random.nextInt(3); width > 0; width--) {
          inputs[i][t++][labels[i][n] - 1] = 1;
        }
        t += 1 + random.nextInt(2);
      }
      for (double[] step : inputs[i]) {
        for (int j = 0; j < 3; j++) {
          step[j] += 0.1 * random.nextGaussian();
        }
      }
    }
    return Samples.of(inputs).targets(labels);
  }

  @Test
  void learnsToReadUnalignedLabels(@TempDir Path folder) {
    int[][] labels = new int[96][4];
    int[][] unseen = new int[32][4];
    Samples train = lines(96, labels, 1).batchSize(16).shuffled(1);
    Samples test = lines(32, unseen, 2);
    var model = Sequential.of(input(16, 3), gru(12).returnSequences(true), dense(4));
    model.compile(adam(0.02), ctc());
    double before = model.evaluate(test).get("loss");
    model.fit(train, epochs(40).verbose(0));
    double after = model.evaluate(test).get("loss");
    assertTrue(after < before / 10, () -> before + " → " + after);

    Path file = folder.resolve("reader.keras");
    model.save(file);
    var loaded = Sequential.load(file);
    assertEquals(after, loaded.evaluate(test).get("loss"));
    int[][] read = CtcDecoder.of(loaded.predict(test)).greedy();
    double rate = CtcDecoder.labelErrorRate(read, unseen);
    assertTrue(rate < 0.05, () -> "label error rate " + rate);
  }

  @Test
  void hasTheNamesOfKeras() {
    assertEquals(ctc(), Losses.of("CTC"));
    assertEquals(ctc(), Losses.of("ctc"));
  }
}
