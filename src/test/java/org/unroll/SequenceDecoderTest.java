package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;

class SequenceDecoderTest {
  private static final int IDS = 4;
  private static final int START = 0;
  private static final int END = 3;
  private static final int LENGTH = 3;

  private static Model model(int targetSteps) {
    var source = Layers.input(Shape.ANY);
    var target = Layers.input(targetSteps);
    var encoder = Layers.gru(5).returnState(true).on(Layers.embedding(6, 4).on(source));
    var decoder =
        Layers.gru(5)
            .returnSequences(true)
            .on(Layers.embedding(IDS, 4).on(target), encoder.states());
    var model =
        Model.of(List.of(source, target), Layers.dense(IDS, "softmax").name("out").on(decoder));
    // Initial weights give almost equal probabilities.
    float[] kernel = model.weight("out/kernel").data;
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] *= 6;
    }
    return model;
  }

  private static final int[][] SOURCES = {{1, 2, 3}, {5, 4, 5}, {0, 0, 1}};

  /** The logarithm of the probability of a sequence, from one prediction of the whole sequence. */
  private static double score(Model model, int[] source, int[] ids) {
    int[] prefix = new int[LENGTH];
    System.arraycopy(ids, 0, prefix, 1, ids.length - 1);
    var data = Samples.of(List.of(new int[][] {source}, new int[][] {prefix}));
    double[][] probabilities = model.predict(data).getSequence(0);
    double sum = 0;
    for (int t = 0; t < ids.length; t++) {
      sum += Math.log(probabilities[t][ids[t]]);
    }
    return sum;
  }

  /** Returns all sequences that end with the end id or have the full length. */
  private static List<int[]> all() {
    List<int[]> all = new ArrayList<>();
    extend(new int[0], all);
    return all;
  }

  private static void extend(int[] ids, List<int[]> all) {
    if (ids.length == LENGTH || (ids.length > 0 && ids[ids.length - 1] == END)) {
      all.add(ids);
      return;
    }
    for (int id = 0; id < IDS; id++) {
      int[] longer = Arrays.copyOf(ids, ids.length + 1);
      longer[ids.length] = id;
      extend(longer, all);
    }
  }

  @Test
  void aWideBeamFindsTheMostProbableOfAllSequences() {
    for (int steps : new int[] {Shape.ANY, LENGTH}) {
      Model model = model(steps);
      int[][] found =
          SequenceDecoder.of(model, START, END).maxLength(LENGTH).beam(Samples.of(SOURCES), 64);
      for (int i = 0; i < SOURCES.length; i++) {
        int[] source = SOURCES[i];
        int[] best =
            all().stream()
                .max((a, b) -> Double.compare(score(model, source, a), score(model, source, b)))
                .orElseThrow();
        int length = best[best.length - 1] == END ? best.length - 1 : best.length;
        assertArrayEquals(Arrays.copyOf(best, length), found[i]);
      }
    }
  }

  @Test
  void greedyTakesTheMostProbableIdAtEachStep() {
    Model model = model(Shape.ANY);
    int[][] found =
        SequenceDecoder.of(model, START, END).maxLength(LENGTH).greedy(Samples.of(SOURCES));
    for (int i = 0; i < SOURCES.length; i++) {
      int[] ids = {};
      while (ids.length < LENGTH && (ids.length == 0 || ids[ids.length - 1] != END)) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        double best = Double.NEGATIVE_INFINITY;
        int bestId = 0;
        for (int id = 0; id < IDS; id++) {
          longer[ids.length] = id;
          double score = score(model, SOURCES[i], longer);
          if (score > best) {
            best = score;
            bestId = id;
          }
        }
        longer[ids.length] = bestId;
        ids = longer;
      }
      int length = ids[ids.length - 1] == END ? ids.length - 1 : ids.length;
      assertArrayEquals(Arrays.copyOf(ids, length), found[i]);
    }
  }

  @Test
  void drawsIdsWithTheirProbabilities() {
    Model model = model(Shape.ANY);
    int count = 4000;
    int[][] sources = new int[count][];
    Arrays.fill(sources, SOURCES[0]);
    var decoder = SequenceDecoder.of(model, START, END).maxLength(1);
    for (double temperature : new double[] {1, 0.5}) {
      int[][] found = decoder.sample(Samples.of(sources), temperature, 7);
      double sum = 0;
      double[] expected = new double[IDS];
      for (int id = 0; id < IDS; id++) {
        expected[id] = Math.exp(score(model, SOURCES[0], new int[] {id}) / temperature);
        sum += expected[id];
      }
      for (int id = 0; id < IDS; id++) {
        int drawn = id;
        double share =
            Arrays.stream(found).filter(s -> (s.length == 0 ? END : s[0]) == drawn).count()
                / (double) count;
        // Five standard deviations of a share.
        assertEquals(expected[id] / sum, share, 5 * Math.sqrt(0.25 / count));
      }
      assertArrayEquals(found, decoder.sample(Samples.of(sources), temperature, 7));
    }
  }

  @Test
  void rejectsOtherModelsAndIds() {
    var chain = Sequential.of(Layers.input(4, 3), Layers.gru(2), Layers.dense(3));
    var e =
        assertThrows(IllegalArgumentException.class, () -> SequenceDecoder.of(chain, START, END));
    assertTrue(e.getMessage().contains("it takes [(4, 3)] and returns (3,)"), e.getMessage());
    Model model = model(5);
    assertThrows(IllegalArgumentException.class, () -> SequenceDecoder.of(model, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> SequenceDecoder.of(model, 0, IDS));
    var decoder = SequenceDecoder.of(model, START, END);
    assertThrows(IllegalArgumentException.class, () -> decoder.maxLength(6));
    assertThrows(IllegalArgumentException.class, () -> decoder.beam(Samples.of(SOURCES), 0));
  }
}
