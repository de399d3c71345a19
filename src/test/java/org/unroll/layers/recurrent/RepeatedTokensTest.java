package org.unroll.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.clockworkCell;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.mut1Cell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.stackedRnnCells;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.ejml.data.FMatrixRMaj;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.History;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.core.Embedding;
import org.unroll.network.DistinctRows;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * A recurrent layer after an embedding multiplies each different vector by its kernel once. A model
 * that reads the same vectors as its input cannot do that, and must give the same results.
 */
@Tag("both-compute-implementations")
class RepeatedTokensTest {
  private static final int ROWS = 37;
  private static final int TIMESTEPS = 30;
  private static final int WORDS = 7;
  private static final int MANY_WORDS = 300; // more than are projected at a time
  private static final int WIDTH = 5;

  private final Map<String, Supplier<Layer>> layers = new LinkedHashMap<>();

  RepeatedTokensTest() {
    layers.put("SimpleRNN", () -> simpleRnn(4));
    layers.put("SimpleRNN without bias", () -> simpleRnn(4).useBias(false).goBackwards(true));
    layers.put("LSTM", () -> lstm(9).returnSequences(true));
    layers.put("backward LSTM", () -> lstm(9).returnSequences(true).goBackwards(true));
    layers.put("GRU", () -> gru(9));
    layers.put("GRU, reset before", () -> gru(9).resetAfter(false).returnSequences(true));
    layers.put("bidirectional", () -> bidirectional(lstm(4).returnSequences(true)));
    layers.put("recurrent dropout of 0", () -> gru(4).dropout(0).recurrentDropout(0));
    layers.put("peepholes", () -> rnn(lstmVariantCell(4).peepholes(true)));
    layers.put("MGU", () -> rnn(minimalGatedUnitCell(4)));
    layers.put("MUT1, which reads its input", () -> rnn(mut1Cell(WIDTH)));
    layers.put("minGRU", () -> rnn(minGruCell(4)).returnSequences(true));
    layers.put("clockwork", () -> rnn(clockworkCell(4, 1, 2)));
    layers.put("stacked cells", () -> rnn(stackedRnnCells(gruCell(4), gruCell(3))));
    // More steps than a prediction computes at once.
    layers.put("wide", () -> lstm(130).returnSequences(true));
    layers.put("wide and backward", () -> bidirectional(gru(130).returnSequences(true)));
  }

  static List<String> names() {
    return List.copyOf(new RepeatedTokensTest().layers.keySet());
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheResultsOfTheSameVectorsAsInput(String name) {
    check(layers.get(name), WORDS, false);
    check(layers.get(name), WORDS, true);
    check(layers.get(name), MANY_WORDS, false);
  }

  private static void check(Supplier<Layer> layer, int vocabulary, boolean masked) {
    Sequential words =
        Sequential.seeded(
            1,
            input(TIMESTEPS),
            embedding(vocabulary, WIDTH).maskZero(masked).name("embedding"),
            layer.get(),
            dense(2));
    Sequential vectors =
        masked
            ? Sequential.seeded(1, input(TIMESTEPS, WIDTH), masking(0), layer.get(), dense(2))
            : Sequential.seeded(1, input(TIMESTEPS, WIDTH), layer.get(), dense(2));
    FMatrixRMaj table = words.weights().get("embedding/embeddings");
    List<FMatrixRMaj> ofWords = List.copyOf(words.weights().values());
    List<FMatrixRMaj> ofVectors = List.copyOf(vectors.weights().values());
    assertEquals(ofVectors.size() + 1, ofWords.size());
    for (int w = 0; w < ofVectors.size(); w++) {
      ofVectors.get(w).setTo(ofWords.get(w + 1));
    }
    var random = new SplittableRandom(3);
    int[][] tokens = new int[ROWS][TIMESTEPS];
    double[][][] x = new double[ROWS][TIMESTEPS][WIDTH];
    for (int[] row : tokens) {
      Arrays.setAll(row, t -> random.nextInt(vocabulary));
    }
    lookUp(tokens, table, masked, x);
    Predictions predictions = words.predict(Samples.of(tokens).batchSize(16));
    float[] predicted = predictions.matrix().data;
    assertArrayEquals(vectors.predict(Samples.of(x).batchSize(16)).matrix().data, predicted);

    float[] targets = new float[predicted.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = predicted[i] + (float) random.nextGaussian();
    }
    for (Sequential model : List.of(words, vectors)) {
      model.compile(Optimizers.sgd(1), "mse");
    }
    words.trainOnBatch(Samples.of(tokens).targets(predictions.shape(), targets).batchSize(ROWS));
    vectors.trainOnBatch(Samples.of(x).targets(predictions.shape(), targets).batchSize(ROWS));
    for (int w = 0; w < ofVectors.size(); w++) {
      assertArrayEquals(
          ofVectors.get(w).data, ofWords.get(w + 1).data, 2e-6f, "weight " + w + " after a step");
    }

    // What a prediction keeps of the weights must not be used with others.
    for (int w = 0; w < ofVectors.size(); w++) {
      ofVectors.get(w).setTo(ofWords.get(w + 1));
    }
    lookUp(tokens, table, masked, x);
    assertArrayEquals(
        vectors.predict(Samples.of(x).batchSize(16)).matrix().data,
        words.predict(Samples.of(tokens).batchSize(16)).matrix().data);
  }

  private static void lookUp(int[][] tokens, FMatrixRMaj table, boolean masked, double[][][] x) {
    for (int r = 0; r < ROWS; r++) {
      for (int t = 0; t < TIMESTEPS; t++) {
        int token = tokens[r][t];
        for (int i = 0; i < WIDTH && !(masked && token == 0); i++) {
          x[r][t][i] = table.get(token, i);
        }
      }
    }
  }

  /** The weights change between two validations, which read the same samples. */
  @Test
  void validatesEachEpochWithTheNewWeights() {
    var random = new SplittableRandom(4);
    int[][] tokens = new int[ROWS][TIMESTEPS];
    float[] targets = new float[ROWS];
    for (int r = 0; r < ROWS; r++) {
      Arrays.setAll(tokens[r], t -> random.nextInt(WORDS));
      targets[r] = random.nextInt(2);
    }
    Samples samples = Samples.of(tokens).targets(Shape.of(1), targets).batchSize(16);
    Sequential model =
        Sequential.seeded(1, input(TIMESTEPS), embedding(WORDS, WIDTH), gru(9), dense(1));
    model.compile(Optimizers.sgd(0.5), "mse");
    for (int epoch = 0; epoch < 3; epoch++) {
      History history = model.fit(samples, FitOptions.epochs(2).validation(samples).verbose(0));
      assertEquals(model.evaluate(samples).get("loss"), history.last("val_loss"));
    }
  }

  /** A callback changes the kernel before the second of two batches of the same samples. */
  @Test
  void readsWeightsThatACallbackChanges() {
    int[][] tokens = new int[2 * ROWS][TIMESTEPS];
    var random = new SplittableRandom(5);
    for (int r = 0; r < ROWS; r++) {
      Arrays.setAll(tokens[r], t -> random.nextInt(WORDS));
      tokens[ROWS + r] = tokens[r].clone();
    }
    Samples both = Samples.of(tokens).batchSize(ROWS);
    Samples first = Samples.of(Arrays.copyOf(tokens, ROWS)).batchSize(ROWS);
    Sequential model =
        Sequential.seeded(
            1, input(TIMESTEPS), embedding(WORDS, WIDTH), gru(9).name("gru"), dense(1));
    float[] before = model.predict(first).matrix().data;
    float[] predicted =
        model
            .predict(
                both,
                lambdaCallback()
                    .onPredictBatchBegin(
                        (context, batch) -> {
                          if (batch == 1) {
                            model.weights().get("gru/kernel").setTo(newKernel());
                          }
                        }))
            .matrix()
            .data;
    assertArrayEquals(before, Arrays.copyOf(predicted, ROWS));
    float[] after = model.predict(first).matrix().data;
    assertArrayEquals(after, Arrays.copyOfRange(predicted, ROWS, 2 * ROWS));
    assertFalse(Arrays.equals(before, after));
  }

  private static FMatrixRMaj newKernel() {
    FMatrixRMaj kernel = new FMatrixRMaj(WIDTH, 27);
    Arrays.fill(kernel.data, 0.1f);
    return kernel;
  }

  /** Slices whose rows repeat and slices whose rows differ take turns in one pass. */
  @Test
  void findsTheDifferentRowsOfEachSlice() {
    Embedding layer = embedding(500, 2);
    new Network(List.of(input(Shape.ANY), layer), 1);
    Pass pass = layer.newPass();
    for (int round = 0; round < 3; round++) {
      check(pass, layer, 3, 5, i -> 7 * (i % 3));
      check(pass, layer, 2, 4, i -> i);
      check(pass, layer, 4, 9, i -> i % 18);
      check(pass, layer, 1, 1, i -> 3);
    }
  }

  private static void check(
      Pass pass, Embedding layer, int rows, int timesteps, IntUnaryOperator tokens) {
    int positions = rows * timesteps;
    int[] ids = IntStream.range(0, positions).map(tokens).toArray(); // of row r at step t: r·T + t
    float[] values = new float[positions];
    for (int i = 0; i < positions; i++) {
      values[i] = ids[i];
    }
    Tensor input = new Tensor().set(values, 0, rows, Shape.of(timesteps), null);
    Tensor output = pass.forward(input, null, new ForwardContext().inference(0));
    long different = Arrays.stream(ids).distinct().count();
    DistinctRows distinct = output.tableRows().distinct();
    if (2 * different > positions) {
      assertNull(distinct);
      return;
    }
    assertEquals(different, distinct.count());
    float[] table = layer.weights().get(0).values();
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < timesteps; t++) {
        int number = distinct.numbers()[t * rows + r];
        for (int j = 0; j < 2; j++) {
          float expected = table[2 * ids[r * timesteps + t] + j];
          assertEquals(expected, distinct.values()[2 * number + j]);
          assertEquals(expected, output.values()[2 * (t * rows + r) + j]);
        }
      }
    }
  }
}
