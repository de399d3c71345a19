package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gaussianNoise;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.spatialDropout1D;
import static org.unroll.layers.Layers.stackedRnnCells;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.training.FitOptions.epochs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.CompiledOutput;
import org.unroll.training.Predictor;
import org.unroll.training.Trainer;

/** The same seed gives the same bits in every run and on any number of threads. */
@Tag("both-compute-implementations")
class TrainingBitsTest {
  private static final int STEPS = 7;

  /** The layers of a model, and whether its inputs are token ids. */
  private enum Stack {
    GRU_WITH_DROPOUT(false) {
      @Override
      Layer[] layers() {
        return new Layer[] {input(STEPS, 3), gru(9).dropout(0.2).recurrentDropout(0.3), dense(1)};
      }
    },
    STACKED_LSTM(false) {
      @Override
      Layer[] layers() {
        return new Layer[] {
          input(STEPS, 3),
          masking(0),
          lstm(5).returnSequences(true).kernelRegularizer(l2(0.01)),
          dropout(0.4),
          bidirectional(lstm(3)),
          dense(1)
        };
      }
    },
    CELLS(false) {
      @Override
      Layer[] layers() {
        return new Layer[] {
          input(STEPS, 3),
          masking(0),
          rnn(stackedRnnCells(
                  lstmVariantCell(5).peepholes(true).dropout(0.2), minimalGatedUnitCell(4)))
              .returnSequences(true),
          bidirectional(rnn(gruCell(3).recurrentDropout(0.3))),
          dense(1)
        };
      }
    },
    MASKED_TOKENS(true) {
      @Override
      Layer[] layers() {
        return new Layer[] {
          input(Shape.ANY),
          embedding(20, 6).maskZero(true),
          gru(7).resetAfter(false).returnSequences(true).dropout(0.3),
          timeDistributed(dropout(0.2)),
          simpleRnn(5).recurrentDropout(0.3),
          dense(1, "sigmoid")
        };
      }
    },
    STATISTICS_OF_BATCHES(false) {
      @Override
      Layer[] layers() {
        return new Layer[] {
          input(STEPS, 3),
          masking(0),
          batchNormalization(),
          gru(5).returnSequences(true).dropout(0.2),
          batchNormalization().momentum(0.8),
          gaussianNoise(0.1),
          conv1D(4, 3),
          spatialDropout1D(0.3),
          globalAveragePooling1D(),
          layerNormalization(),
          dense(1)
        };
      }
    };

    final boolean tokens;

    Stack(boolean tokens) {
      this.tokens = tokens;
    }

    abstract Layer[] layers();
  }

  record Case(Stack stack, int samples, int batchSize) {}

  static Stream<Case> cases() {
    return Arrays.stream(Stack.values())
        .flatMap(
            stack ->
                Stream.of(
                    new Case(stack, 61, 17), new Case(stack, 150, 129), new Case(stack, 5, 1)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultDoesNotDependOnThreads(Case which) {
    Run one = train(which, 1, 3);
    for (int threads : new int[] {2, 4}) {
      Run more = train(which, threads, 3);
      assertArrayEquals(one.weights, more.weights, threads + " threads");
      assertEquals(one.losses, more.losses, threads + " threads");
      assertEquals(one.evaluation, more.evaluation, threads + " threads");
      assertArrayEquals(one.predictions, more.predictions, threads + " threads");
    }
  }

  @Test
  void resultDependsOnTheSeed() {
    var which = new Case(Stack.GRU_WITH_DROPOUT, 61, 17);
    Run first = train(which, 2, 3);
    assertArrayEquals(first.weights, train(which, 2, 3).weights);
    assertNotEquals(first.losses, train(which, 2, 4).losses, "another dropout seed");
  }

  /** The results of a training run. */
  private record Run(
      float[] weights, List<Double> losses, List<Double> evaluation, float[] predictions) {}

  private static Run train(Case which, int threads, long seed) {
    Sequential model = Sequential.of(which.stack.layers());
    model.compile("adam", "mse", "mae");
    Dataset data = data(which.stack.tokens, which.samples).batchSize(which.batchSize).shuffled(8);
    Dataset longer = data(which.stack.tokens, 13).batchSize(5);
    History history =
        model.fit(data, epochs(2).validation(longer).seed(seed).threads(threads).verbose(0));
    var losses = new ArrayList<Double>();
    history.names().forEach(name -> losses.addAll(history.get(name)));
    var trainer =
        new Trainer(
            model.network(),
            Optimizers.sgd(),
            List.of(new CompiledOutput(model.loss(), null, 1, Map.of())));
    return new Run(
        flat(model.network().weights()),
        losses,
        List.copyOf(trainer.evaluate(data, threads, List.of()).values()),
        new Predictor(model.network()).predict(data, threads)[0]);
  }

  private static float[] flat(List<Weight> weights) {
    int size = weights.stream().mapToInt(Weight::size).sum();
    float[] all = new float[size];
    int at = 0;
    for (Weight weight : weights) {
      System.arraycopy(weight.values(), 0, all, at, weight.size());
      at += weight.size();
    }
    return all;
  }

  private static Samples data(boolean tokens, int size) {
    var random = new SplittableRandom(size);
    double[] y = random.doubles(size).toArray();
    if (tokens) {
      int[][] x = new int[size][];
      for (int i = 0; i < size; i++) {
        x[i] = random.ints(STEPS, 0, 20).map(id -> id < 8 ? 0 : id).toArray();
      }
      return Samples.of(x).targets(y);
    }
    double[][][] x = new double[size][STEPS][];
    for (double[][] sample : x) {
      for (int t = 0; t < STEPS; t++) {
        sample[t] = random.nextInt(4) == 0 ? new double[3] : random.doubles(3, -1, 1).toArray();
      }
    }
    return Samples.of(x).targets(y);
  }
}
