package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Compares with exact fractions; the expected values are from {@code
 * src/test/python/language_models.py}.
 */
class NGramModelTest {
  @Test
  void agreesWithCountsOfSets() throws IOException {
    var json = new ObjectMapper();
    JsonNode cases =
        json.readTree(new File("src/test/resources/org/unroll/text/language_models.json"))
            .get("models");
    assertEquals(4, cases.size());
    for (JsonNode expected : cases) {
      int[][] sequences = json.convertValue(expected.get("sequences"), int[][].class);
      int[][] held = json.convertValue(expected.get("held"), int[][].class);
      int[][] contexts = json.convertValue(expected.get("contexts"), int[][].class);
      double[][] probabilities = json.convertValue(expected.get("probabilities"), double[][].class);
      var model =
          NGramModel.of(expected.get("order").asInt(), expected.get("size").asInt(), sequences);
      for (int i = 0; i < contexts.length; i++) {
        assertArrayEquals(probabilities[i], model.probabilities(contexts[i]), 1e-12);
        for (int id = 0; id < model.size(); id++) {
          assertEquals(
              Math.log(probabilities[i][id]), model.logProbability(contexts[i], id), 1e-11);
        }
      }
      double perplexity = expected.get("perplexity").asDouble();
      assertEquals(perplexity, model.perplexity(held), 1e-9 * perplexity);
      double sum = Arrays.stream(held).mapToDouble(model::logProbability).sum();
      int targets = Arrays.stream(held).mapToInt(sequence -> sequence.length - 1).sum();
      assertEquals(perplexity, Math.exp(-sum / targets), 1e-9 * perplexity);
    }
  }

  @Test
  void bigramsEqualTheHandCalculation() {
    // Predicted: 1 2, 2 1, 1 2, 2 3. Raw counts: 12 twice, 21 once, 23 once: D = 2 / (2 + 2) = 1/2.
    // Predecessors: of 2 one, of 1 one, of 3 one: D = 3 / 3 = 1, so single tokens are uniform: 1/4.
    var model = NGramModel.of(2, 4, new int[] {1, 2, 1, 2, 3});
    assertArrayEquals(new double[] {0.0625, 0.0625, 0.8125, 0.0625}, model.probabilities(1), 1e-15);
    assertArrayEquals(new double[] {0.125, 0.375, 0.125, 0.375}, model.probabilities(2), 1e-15);
    assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, model.probabilities(3), 1e-15);
    assertEquals(Math.sqrt(1 / (0.8125 * 0.375)), model.perplexity(new int[] {1, 2, 1}), 1e-12);
  }

  @Test
  void probabilitiesSumToOneInAnyContext() {
    var random = new Random(4);
    for (int round = 0; round < 60; round++) {
      int size = 1 + random.nextInt(12);
      int order = 1 + random.nextInt(5);
      int[][] sequences = new int[1 + random.nextInt(6)][];
      Arrays.setAll(sequences, i -> random.ints(2 + random.nextInt(20), 0, size).toArray());
      var model = NGramModel.of(order, size, sequences);
      for (int length = 0; length < 7; length++) {
        double[] p = model.probabilities(random.ints(length, 0, size).toArray());
        assertEquals(1, Arrays.stream(p).sum(), 1e-12);
        assertTrue(Arrays.stream(p).allMatch(value -> value > 0), Arrays.toString(p));
      }
    }
  }

  @Test
  void rejectsWrongArguments() {
    assertMessageContains(
        "order and size must be at least 1, but were 0 and 3.",
        () -> NGramModel.of(0, 3, new int[] {1, 2}));
    assertMessageContains(
        "A token id must be from 0 to 2, but was 3 at position 1 of sequence 1.",
        () -> NGramModel.of(2, 3, new int[] {1, 2}, new int[] {0, 3}));
    assertMessageContains(
        "there are 1 shorter sequences", () -> NGramModel.of(2, 3, new int[] {1}));
    var model = NGramModel.of(2, 3, new int[] {1, 2});
    assertMessageContains("from 0 to 2, but was -1", () -> model.probabilities(-1));
    assertMessageContains("from 0 to 2, but was 3", () -> model.logProbability(new int[0], 3));
    assertMessageContains("At least one sequence", () -> model.perplexity());
  }
}
