package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Compares with PyTorch; the expected values are from {@code src/test/python/language_models.py}.
 */
class SamplerTest {
  private static final double[] P = {0.1, 0.4, 0.2, 0.3};

  @Test
  void distributionsEqualThoseOfHuggingFaceTransformers() throws IOException {
    var json = new ObjectMapper();
    JsonNode cases =
        json.readTree(new File("src/test/resources/org/unroll/text/language_models.json"))
            .get("samplers");
    assertEquals(13, cases.size());
    for (JsonNode expected : cases) {
      var sampler = Sampler.random().temperature(expected.get("temperature").asDouble());
      if (!expected.get("k").isNull()) {
        sampler = sampler.topK(expected.get("k").asInt());
      }
      if (!expected.get("p").isNull()) {
        sampler = sampler.topP(expected.get("p").asDouble());
      }
      double[] p = json.convertValue(expected.get("probabilities"), double[].class);
      assertArrayEquals(
          json.convertValue(expected.get("expected"), double[].class),
          sampler.distribution(p),
          1e-12,
          sampler.toString());
    }
  }

  @Test
  void temperatureComesBeforeTopKAndTopP() {
    // Squared: 0.01, 0.16, 0.04, 0.09 of 0.30. Of the best three, 0.16 / 0.29 = 0.55.
    var sampler = Sampler.random().topP(0.56).topK(3).temperature(0.5);
    assertArrayEquals(new double[] {0, 0.64, 0, 0.36}, sampler.distribution(P), 1e-12);
    assertArrayEquals(
        new double[] {0, 1, 0, 0}, sampler.topP(0.55).distribution(P), 1e-12, "0.55 < 0.5517");
  }

  @Test
  void keepsTheTokenThatCrossesTopP() {
    var sampler = Sampler.random();
    assertArrayEquals(
        new double[] {0, 0.4 / 0.7, 0, 0.3 / 0.7}, sampler.topP(0.41).distribution(P), 1e-12);
    assertArrayEquals(new double[] {0, 1, 0, 0}, sampler.topP(0.4).distribution(P), 1e-12);
    assertArrayEquals(P, sampler.topP(1).topK(4).distribution(P), 1e-12);
    assertArrayEquals(P, sampler.topK(9).distribution(P), 1e-12);
  }

  @Test
  void equallyProbableTokensAreKeptByTopKAndOrderedByIdInTopP() {
    double[] ties = {0.25, 0.25, 0.25, 0.25};
    assertArrayEquals(ties, Sampler.random().topK(1).distribution(ties), 1e-12);
    assertArrayEquals(
        new double[] {0.5, 0.5, 0, 0}, Sampler.random().topP(0.5).distribution(ties), 1e-12);
    assertEquals(0, Sampler.greedy().draw(ties, new Random(1)));
    assertEquals(2, Sampler.greedy().without(0).without(1).draw(ties, new Random(1)));
  }

  @Test
  void drawsFollowTheDistributionAndTheSeed() {
    var sampler = Sampler.random().temperature(0.5).without(3);
    int count = 20_000;
    double[] shares = new double[4];
    var first = new Random(5);
    var second = new Random(5);
    for (int i = 0; i < count; i++) {
      int id = sampler.draw(P, first);
      assertEquals(id, sampler.draw(P, second));
      shares[id] += 1.0 / count;
    }
    // Five standard deviations of a share.
    double[] expected = {0.01 / 0.21, 0.16 / 0.21, 0.04 / 0.21, 0};
    assertArrayEquals(expected, shares, 5 * Math.sqrt(0.25 / count));
    assertEquals(0, shares[3]);
  }

  @Test
  void roundingNeverSelectsImpossibleTokens() {
    RandomGenerator almostOne =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return -1;
          }
        };
    double third = 1.0 / 3;
    assertEquals(2, Sampler.random().draw(new double[] {third, third, third, 0, 0}, almostOne));
    RandomGenerator zero = () -> 0;
    assertEquals(1, Sampler.random().draw(new double[] {0, 0.5, 0.5}, zero));
  }

  @Test
  void rejectsWrongSettingsAndValues() {
    var random = Sampler.random();
    assertMessageContains(
        "The temperature must be a positive number, but was 0.0. For the most probable token, use"
            + " Sampler.greedy().",
        () -> random.temperature(0));
    assertMessageContains("but was -1.0.", () -> random.temperature(-1));
    assertMessageContains("but was NaN.", () -> random.temperature(Double.NaN));
    assertMessageContains("topK must be at least 1, but was 0.", () -> random.topK(0));
    assertMessageContains("at most 1, but was 1.1.", () -> random.topP(1.1));
    assertMessageContains("greater than 0 and at most 1, but was 0.0.", () -> random.topP(0));
    assertThrows(IllegalStateException.class, () -> Sampler.greedy().topK(2));
    assertMessageContains(
        "that of token 1 was -0.5. The last activation of the model must be softmax.",
        () -> random.distribution(new double[] {1.5, -0.5}));
    assertMessageContains(
        "that of token 0 was NaN", () -> random.distribution(new double[] {Double.NaN, 1}));
    assertMessageContains(
        "the sum of 2 values was 3.0", () -> random.distribution(new double[] {1, 2}));
    assertMessageContains(
        "without [0] there is none", () -> random.without(0).distribution(new double[] {1, 0}));
    assertMessageContains("but 4 is excluded", () -> random.without(4).distribution(P));
    assertMessageContains("must not be negative, but was -1", () -> random.without(-1));
  }
}
