package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.Sequences;
import org.unroll.data.Shape;
import org.unroll.text.NGramModel;
import org.unroll.text.Sampler;
import org.unroll.text.TextVectorization;

class TextGeneratorTest {
  private static final List<String> TEXTS =
      List.of("Well, the cat sat.", "Well, the dog ran!", "The dog sat.");
  private static final TextVectorization LETTERS = TextVectorization.characters().adapt(TEXTS);
  private static final TextVectorization WORDS =
      TextVectorization.wordsAndPunctuation().adapt(TEXTS);

  private static Sequential model(TextVectorization vectorization) {
    int size = vectorization.vocabulary().size();
    return Sequential.seeded(
        3,
        input(Shape.ANY),
        embedding(size, 6),
        gru(12).returnSequences(true),
        dense(size, "softmax"));
  }

  @Test
  void greedyTextEqualsRepeatedPredictionsOfTheWholeText() {
    for (TextVectorization vectorization : List.of(LETTERS, WORDS)) {
      Sequential model = model(vectorization);
      String prompt = "Well, the";
      List<Integer> ids = new ArrayList<>();
      for (int id : vectorization.vectorize(prompt)) {
        ids.add(id);
      }
      for (int i = 0; i < 12; i++) {
        int[] all = ids.stream().mapToInt(Integer::intValue).toArray();
        double[][] p = model.predict(Sequences.of(new int[][] {all})).getSequence(0);
        double[] next = p[all.length - 1];
        int best = 2; // neither padding nor unknown
        for (int id = 3; id < next.length; id++) {
          best = next[id] > next[best] ? id : best;
        }
        ids.add(best);
      }
      String expected = vectorization.decode(ids.stream().mapToInt(Integer::intValue).toArray());
      var generator = TextGenerator.of(model, vectorization).sampler(Sampler.greedy());
      assertEquals(expected, generator.generate(prompt, 12));
    }
  }

  @Test
  void sameSeedGivesTheSameText() {
    var generator = TextGenerator.of(model(LETTERS), LETTERS).seed(5);
    String text = generator.generate("The ", 40);
    assertEquals(44, text.length());
    assertFalse(text.contains("[UNK]"));
    assertEquals(text, generator.generate("The ", 40));
    assertNotEquals(text, generator.seed(6).generate("The ", 40));
    assertEquals(text, generator.seed(6).seed(5).generate("The ", 40));
  }

  @Test
  void nGramsOfFullLengthRepeatTheOnlyText() {
    // The text occurs twice, because all counts of 1 are discounted to 0 if there are no others.
    String text = "a b c, d (e) f.";
    var one = TextVectorization.wordsAndPunctuation().adapt(List.of(text));
    var model = NGramModel.of(3, one.vocabulary().size(), one.vectorize(List.of(text, text)));
    var generator = TextGenerator.of(model, one).sampler(Sampler.greedy()).end(".");
    assertEquals("a b c, d (e) f.", generator.generate("a", 50));
    assertEquals("a b c, d", generator.generate("a", 4));
    assertEquals("a  b", generator.generate("a  b", 0), "the prompt is not changed");
    assertTrue(
        generator.seed(1).sampler(Sampler.random()).generate("zzz a", 9).startsWith("zzz a"));
  }

  @Test
  void rejectsPromptsAndModelsThatDoNotFit() {
    var generator = TextGenerator.of(model(WORDS), WORDS);
    assertMessageContains(
        "The prompt must contain at least one token", () -> generator.generate(" ", 3));
    assertMessageContains("count must not be negative", () -> generator.generate("The", -1));
    assertMessageContains("but \"mouse\" is not", () -> generator.end("mouse"));
    assertMessageContains(
        "one output for each of the " + LETTERS.vocabulary().size() + " tokens",
        () -> TextGenerator.of(model(WORDS), LETTERS));
  }
}
