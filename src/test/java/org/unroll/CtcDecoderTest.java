package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.training.References;

/** Decoders of CTC outputs, compared with Keras on TensorFlow and with all paths. */
class CtcDecoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Predictions predictions(int steps, int classes, float[] logits) {
    return new Predictions(Shape.of(steps, classes), logits, Map.of(), null);
  }

  private static int[] withoutPadding(JsonNode labels) {
    return Arrays.stream(JSON.convertValue(labels, int[].class)).filter(id -> id >= 0).toArray();
  }

  @Test
  void decodesAsKeras() throws IOException {
    JsonNode all;
    try (InputStream in = Losses.class.getResourceAsStream("ctc.json")) {
      all = JSON.readTree(in).get("decoded");
    }
    assertEquals(14, all.size());
    for (JsonNode expected : all) {
      Predictions logits =
          predictions(
              expected.get("steps").asInt(),
              expected.get("classes").asInt(),
              References.floats(expected.get("logits")));
      int[] lengths = JSON.convertValue(expected.get("lengths"), int[].class);
      var decoder = CtcDecoder.of(logits).lengths(lengths);
      int width = expected.get("width").asInt();
      int count = expected.get("paths").asInt();
      int[][] greedy = decoder.greedy();
      int[][] kept = CtcDecoder.of(logits).lengths(lengths).mergeRepeated(false).greedy();
      int[][] beam = decoder.beam(width);
      List<List<CtcDecoder.Path>> paths = decoder.paths(width, count);
      for (int i = 0; i < logits.size(); i++) {
        assertArrayEquals(withoutPadding(expected.get("greedy").get(i)), greedy[i]);
        assertArrayEquals(withoutPadding(expected.get("greedy_kept").get(i)), kept[i]);
        assertArrayEquals(withoutPadding(expected.get("beam").get(0).get(i)), beam[i]);
        assertEquals(count, paths.get(i).size());
        for (int p = 0; p < count; p++) {
          CtcDecoder.Path path = paths.get(i).get(p);
          int[] labels = withoutPadding(expected.get("beam").get(p).get(i));
          assertEquals(Arrays.stream(labels).boxed().toList(), path.labels());
          double score = expected.get("scores").get(i).get(p).asDouble();
          assertEquals(score, path.logProbability(), 1e-4);
        }
      }
    }
  }

  /** Adds the probabilities of all paths that begin with the given classes, by their labels. */
  private static void addPaths(
      float[] logits, int classes, int[] path, int step, double log, Map<String, Double> sums) {
    if (step == path.length) {
      List<Integer> labels = new ArrayList<>();
      for (int t = 0; t < step; t++) {
        if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) {
          labels.add(path[t]);
        }
      }
      sums.merge(labels.toString(), Math.exp(log), Double::sum);
      return;
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp(logits[step * classes + k]);
    }
    for (int k = 0; k < classes; k++) {
      path[step] = k;
      double next = log + logits[step * classes + k] - Math.log(sum);
      addPaths(logits, classes, path, step + 1, next, sums);
    }
  }

  /**
   * A beam without a limit finds all label sequences with their probabilities; so does the loss.
   */
  @Test
  void probabilitiesAreSumsOverAllPaths() {
    Random random = new Random(3);
    for (int steps = 1; steps <= 5; steps++) {
      float[] logits = new float[steps * 3];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) random.nextGaussian();
      }
      Map<String, Double> sums = new TreeMap<>();
      addPaths(logits, 3, new int[steps], 0, 0, sums);
      Map<String, Double> found = new TreeMap<>();
      double last = 0;
      for (CtcDecoder.Path path :
          CtcDecoder.of(predictions(steps, 3, logits)).paths(1000, sums.size()).get(0)) {
        assertEquals(true, path.logProbability() <= last);
        last = path.logProbability();
        found.put(path.labels().toString(), Math.exp(path.logProbability()));
        float[] targets = new float[steps + 1];
        for (int i = 0; i < path.labels().size(); i++) {
          targets[i] = path.labels().get(i);
        }
        double loss = Losses.ctc().sum(steps, 3, logits, 0, targets, null, null);
        assertEquals(-path.logProbability(), loss, 1e-9);
      }
      assertEquals(sums.keySet(), found.keySet());
      sums.forEach((labels, sum) -> assertEquals(sum, found.get(labels), 1e-9, labels));
    }
  }

  @Test
  void labelErrorRateCountsEdits() {
    // One deletion, one insertion and one replacement among 6 labels.
    int[][] labels = {{1, 2, 3}, {2, 0, 0}, {3, 1, 0}};
    assertEquals(0.5, CtcDecoder.labelErrorRate(new int[][] {{1, 3}, {2, 2}, {3, 2}}, labels));
    assertEquals(0, CtcDecoder.labelErrorRate(new int[][] {{1, 2, 3}, {2}, {3, 1}}, labels));
    assertEquals(
        Double.NaN, CtcDecoder.labelErrorRate(new int[][] {{}}, new int[][] {{0, 0}}), "no labels");
  }

  private static String error(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }

  @Test
  void rejectsWrongArguments() {
    var decoder = CtcDecoder.of(predictions(2, 3, new float[6]));
    assertEquals(
        "There must be one length for each of the 1 samples, from 0 to 2 time steps, but the lengths"
            + " were [3].",
        error(() -> decoder.lengths(3)));
    assertEquals(
        "The width must be at least the number of label sequences to return, which must be at least"
            + " 1, but they were 2 and 3.",
        error(() -> decoder.paths(2, 3)));
    assertEquals(
        "Sample 0 must have at least as many label sequences as are returned, but has 5 in 2 time"
            + " steps instead of 9. Return fewer of them.",
        error(() -> decoder.paths(9, 9)));
    assertEquals(
        "The outputs must have the shape (time, classes), but have the shape (6,). Set"
            + " returnSequences(true) on the last recurrent layer.",
        error(() -> CtcDecoder.of(new Predictions(Shape.of(6), new float[6], Map.of(), null))));
    var nan = CtcDecoder.of(predictions(2, 3, new float[] {0, 0, 0, Float.NaN, 0, 0}));
    assertEquals(
        "The outputs must be finite, but one was NaN in sample 0, time step 1. Check the training of"
            + " the model.",
        error(nan::greedy));
    assertEquals(
        "There must be as many decoded as true label sequences, but there were 1 and 2.",
        error(() -> CtcDecoder.labelErrorRate(new int[1][1], new int[2][1])));
  }
}
