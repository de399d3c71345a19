package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.callbacks.BackupAndRestore;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Sequences;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.text.TokenWindows;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/**
 * Training on stretches of time steps, compared with PyTorch
 * (src/test/python/truncated_backpropagation.py) and with stateful models.
 */
@Tag("both-compute-implementations")
class TruncatedBackpropagationTest {
  private static final double TOLERANCE = 1e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<JsonNode> cases() {
    return References.read(TruncatedBackpropagationTest.class, "truncated_backpropagation.json")
        .stream();
  }

  private static RecurrentLayer<?> layer(String kind) {
    return switch (kind) {
      case "lstm" -> lstm(3);
      case "gru" -> gru(3);
      default -> simpleRnn(3);
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void weightsAndLossesAgreeWithPyTorch(JsonNode expected) {
    List<Layer> stack = new ArrayList<>(List.of(input(Shape.ANY, 2)));
    if (expected.get("masked").asBoolean()) {
      stack.add(masking(0));
    }
    expected.get("kinds").forEach(kind -> stack.add(layer(kind.asText()).returnSequences(true)));
    stack.add(dense(1));
    Sequential model = Sequential.of(stack.toArray(Layer[]::new));
    model.compile(sgd(0.3), mse());
    List<Weight> weights = model.network().weights();
    for (int w = 0; w < weights.size(); w++) {
      float[] values = References.floats(expected.get("before").get(w));
      System.arraycopy(values, 0, weights.get(w).values(), 0, weights.get(w).size());
    }
    Samples samples =
        Samples.of(JSON.convertValue(expected.get("x"), double[][][].class))
            .targets(JSON.convertValue(expected.get("y"), double[][].class))
            .batchSize(4);
    if (!expected.get("w").isNull()) {
      samples = samples.weights(JSON.convertValue(expected.get("w"), double[][].class));
    }
    assertEquals(
        expected.get("whole_loss").asDouble(), model.evaluate(samples).get("loss"), TOLERANCE);
    int stretch = expected.get("stretch").asInt();
    History history = model.fit(samples, quiet(2).truncatedBackpropagation(stretch));
    for (int epoch = 0; epoch < 2; epoch++) {
      assertEquals(
          expected.get("losses").get(epoch).asDouble(), history.get("loss").get(epoch), TOLERANCE);
    }
    for (int w = 0; w < weights.size(); w++) {
      float[] values = References.floats(expected.get("after").get(w));
      assertArrayEquals(values, weights.get(w).values(), (float) TOLERANCE, "weight " + w);
    }
  }

  static FitOptions quiet(int epochs) {
    return epochs(epochs).verbose(0);
  }

  static Samples samples(int rows, int timesteps, int width) {
    var random = new Random(5);
    double[][][] x = new double[rows][timesteps][width];
    double[][] y = new double[rows][timesteps];
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < timesteps; t++) {
        y[r][t] = random.nextGaussian();
        for (int i = 0; i < width; i++) {
          x[r][t][i] = random.nextGaussian();
        }
      }
    }
    return Samples.of(x).targets(y);
  }

  private static List<float[]> weights(Model model) {
    return model.network().weights().stream().map(weight -> weight.values().clone()).toList();
  }

  private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int w = 0; w < expected.size(); w++) {
      assertArrayEquals(expected.get(w), actual.get(w), "weight " + w);
    }
  }

  /** A model with masks, dropout, statistics of the batch and a penalty. */
  private static Sequential dropoutModel() {
    Sequential model =
        Sequential.seeded(
            3,
            input(Shape.ANY, 3),
            masking(0),
            gru(5).returnSequences(true).dropout(0.2).recurrentDropout(0.2),
            batchNormalization(),
            dropout(0.3),
            rnn(minGruCell(4)).returnSequences(true),
            dense(1).kernelRegularizer(l2(0.01)));
    model.compile(adam(0.01).clipnorm(1), mse(), "mae");
    return model;
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 14, 1000})
  void oneStretchIsPlainTrainingToTheBit(int steps) {
    Samples samples = samples(10, 13, 3).batchSize(4).shuffled(1);
    Sequential plain = dropoutModel();
    History expected = plain.fit(samples, quiet(2));
    Sequential model = dropoutModel();
    History actual = model.fit(samples, quiet(2).truncatedBackpropagation(steps));
    assertSameBits(weights(plain), weights(model));
    assertEquals(expected.get("loss"), actual.get("loss"));
    assertEquals(expected.get("mae"), actual.get("mae"));
  }

  @Test
  void numberOfThreadsDoesNotChangeABit() {
    List<float[]> expected = null;
    for (int threads : new int[] {1, 2, 4}) {
      Sequential model = dropoutModel();
      model.fit(
          samples(21, 11, 3).batchSize(21).shuffled(1),
          quiet(2).threads(threads).truncatedBackpropagation(4));
      expected = expected == null ? weights(model) : expected;
      assertSameBits(expected, weights(model));
    }
  }

  /** The loop that users of Keras write: a stateful model, trained on one stretch after another. */
  @Test
  void isTheLoopOverStretchesOfAStatefulModel() {
    int[] text = new int[4 * 12 + 1];
    for (int i = 0; i < text.length; i++) {
      text[i] = (i * i + i / 3) % 7;
    }
    Layer[][] layers = new Layer[2][];
    for (int i = 0; i < 2; i++) {
      layers[i] =
          new Layer[] {
            i == 0 ? input(Shape.ANY) : input(Shape.ANY).batchSize(4),
            embedding(7, 3),
            lstm(5).returnSequences(true).stateful(i == 1),
            dense(7, "softmax")
          };
    }
    Sequential model = Sequential.seeded(2, layers[0]);
    model.compile(adam(0.02), sparseCategoricalCrossentropy());
    model.fit(TokenWindows.rows(text, 4), quiet(3).truncatedBackpropagation(5));
    Sequential stateful = Sequential.seeded(2, layers[1]);
    stateful.compile(adam(0.02), sparseCategoricalCrossentropy());
    for (int epoch = 0; epoch < 3; epoch++) {
      stateful.resetStates();
      for (int t = 0; t < 12; t += 5) {
        int length = Math.min(5, 12 - t);
        int[][] x = new int[4][length];
        int[][] y = new int[4][length];
        for (int r = 0; r < 4; r++) {
          System.arraycopy(text, r * 12 + t, x[r], 0, length);
          System.arraycopy(text, r * 12 + t + 1, y[r], 0, length);
        }
        stateful.trainOnBatch(Samples.of(x).targets(y));
      }
    }
    assertSameBits(weights(stateful), weights(model));
  }

  /** With a learning rate of 0, the loss of all stretches is that of the whole sequences. */
  @Test
  void lossOfStretchesIsThatOfWholeSequences() {
    double[][][] ragged = new double[7][][];
    double[][][] targets = new double[7][][];
    var random = new Random(8);
    for (int i = 0; i < ragged.length; i++) {
      ragged[i] = new double[3 + 2 * i][2];
      targets[i] = new double[3 + 2 * i][1];
      for (int t = 0; t < ragged[i].length; t++) {
        ragged[i][t][0] = random.nextGaussian();
        ragged[i][t][1] = 1;
        targets[i][t][0] = random.nextGaussian();
      }
    }
    Dataset data = Sequences.of(ragged).targets(targets).perBatch().batchSize(3);
    Sequential model =
        Sequential.of(
            input(Shape.ANY, 2),
            masking(0),
            lstm(4).returnSequences(true).kernelRegularizer(l2(0.1)),
            gru(3).returnSequences(true),
            dense(1));
    model.compile(sgd(0), mse(), "mae");
    Evaluation expected = model.evaluate(data);
    for (int steps : new int[] {1, 4, 100}) {
      History history = model.fit(data, quiet(1).validation(data).truncatedBackpropagation(steps));
      for (String name : List.of("loss", "mae")) {
        assertEquals(expected.get(name), history.get(name).get(0), 1e-6, name + " of " + steps);
        assertEquals(expected.get(name), history.get("val_" + name).get(0), 1e-9);
      }
    }
  }

  @Test
  void lossesOfSeveralOutputsAreThoseOfWholeSequences() {
    var left = input(9, 2).name("left");
    var right = input(9, 2).name("right");
    var one = gru(3).returnSequences(true).on(left);
    var two = lstm(3).returnSequences(true).on(masking(0).on(right));
    var sum = dense(1).name("sum").on(add().on(one, two));
    var joined = dense(2).name("joined").on(concatenate().on(one, two));
    Model model = Model.of(List.of(left, right), List.of(sum, joined));
    model.compile(
        sgd(0), OutputLoss.of("sum", mse()).weight(0.5), OutputLoss.of("joined", mse()).weight(2));
    double[][][] x = new double[5][9][2];
    double[][][] y = new double[5][9][2];
    double[][] z = new double[5][9];
    var random = new Random(3);
    for (int i = 0; i < 5 * 9; i++) {
      x[i / 9][i % 9] = new double[] {random.nextGaussian(), random.nextGaussian()};
      y[i / 9][i % 9] = new double[] {random.nextGaussian(), random.nextGaussian()};
      z[i / 9][i % 9] = random.nextGaussian();
    }
    x[2][6] = new double[2]; // within a stretch: add does not pass the mask on
    Dataset data = Samples.of(List.of(x, x)).targets(List.of(z, y)).batchSize(3);
    Evaluation expected = model.evaluate(data);
    History history = model.fit(data, quiet(1).truncatedBackpropagation(4));
    for (String name : List.of("loss", "sum_loss", "joined_loss")) {
      assertEquals(expected.get(name), history.get(name).get(0), 1e-6, name);
    }
  }

  @Test
  void stretchInWhichNothingCountsMakesNoStep() {
    double[][][] x = new double[2][8][1];
    double[][] y = new double[2][8];
    double[][] w = new double[2][8];
    for (int r = 0; r < 2; r++) {
      for (int t = 0; t < 5; t++) {
        x[r][t][0] = 1 + r;
        w[r][t] = 1;
      }
    }
    Samples masked = Samples.of(x).targets(y);
    Sequential model =
        Sequential.of(input(8, 1), masking(0), gru(2).returnSequences(true), dense(1));
    var optimizer = adam();
    model.compile(optimizer, mse());
    model.fit(masked, quiet(1).truncatedBackpropagation(2));
    assertEquals(3, optimizer.iterations()); // steps 0 to 1, 2 to 3, and 4 of the third stretch
    Sequential weighted = Sequential.of(input(8, 1), gru(2).returnSequences(true), dense(1));
    var second = adam();
    weighted.compile(second, mse());
    weighted.fit(masked.weights(w), quiet(1).truncatedBackpropagation(2));
    assertEquals(3, second.iterations());
  }

  /** Records the batches, and fails or interrupts once. */
  private static final class Watch extends Callback {
    private final List<Integer> batches = new ArrayList<>();
    private final int failAt;

    Watch(int failAt) {
      this.failAt = failAt;
    }

    @Override
    public void onTrainBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      batches.add(batch);
      if (batches.size() == failAt) {
        throw new IllegalStateException("power failure");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void resumedRunEndsWithTheSameBits(int saveFreq, @TempDir Path folder) {
    Samples samples = samples(10, 9, 3).batchSize(4).shuffled(1);
    Sequential undisturbed = dropoutModel();
    var watch = new Watch(-1);
    undisturbed.fit(samples, quiet(3).truncatedBackpropagation(4).callbacks(watch));
    assertEquals(List.of(0, 1, 2, 0, 1, 2, 0, 1, 2), watch.batches);
    BackupAndRestore backup = backupAndRestore(folder.resolve("backup"));
    if (saveFreq > 0) {
      backup.saveFreq(saveFreq);
    }
    FitOptions failing = quiet(3).truncatedBackpropagation(4).callbacks(backup, new Watch(5));
    assertThrows(IllegalStateException.class, () -> dropoutModel().fit(samples, failing));
    FitOptions other = quiet(3).truncatedBackpropagation(3).callbacks(backup, new Watch(-1));
    String refused =
        assertThrows(RuntimeException.class, () -> dropoutModel().fit(samples, other)).getMessage();
    assertTrue(refused.contains("truncatedBackpropagation"), refused);
    Sequential resumed = dropoutModel();
    var rest = new Watch(-1);
    resumed.fit(samples, quiet(3).truncatedBackpropagation(4).callbacks(backup, rest));
    assertEquals(saveFreq == 0 ? 6 : 5, rest.batches.size());
    assertSameBits(weights(undisturbed), weights(resumed));
  }

  @Test
  void interruptEndsTrainingAfterAStretch() {
    Sequential model = Sequential.of(input(20, 1), gru(2).returnSequences(true), dense(1));
    var optimizer = sgd();
    model.compile(optimizer, mse());
    Callback interrupting =
        new Callback() {
          @Override
          public void onTrainBatchBegin(TrainingContext training, int batch) {
            if (batch == 1) {
              Thread.currentThread().interrupt();
            }
          }
        };
    model.fit(
        samples(6, 20, 1).batchSize(2),
        quiet(1).truncatedBackpropagation(4).callbacks(interrupting));
    assertTrue(Thread.interrupted());
    assertEquals(5 + 1, optimizer.iterations());
  }
}
