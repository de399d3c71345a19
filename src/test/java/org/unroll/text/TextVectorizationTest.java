package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares with Keras's layer; the expected values are from {@code
 * src/test/python/text_vectorization.py}.
 */
class TextVectorizationTest {
  @TestFactory
  Stream<DynamicTest> agreesWithKeras() throws IOException {
    var json = new ObjectMapper();
    JsonNode root = json.readTree(new File("src/test/resources/text_vectorization.json"));
    List<String> texts = List.of(json.convertValue(root.get("texts"), String[].class));
    List<String> unseen = List.of(json.convertValue(root.get("unseen"), String[].class));
    JsonNode cases = root.get("cases");
    assertEquals(9, cases.size());
    return IntStream.range(0, cases.size())
        .mapToObj(cases::get)
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected.get("settings").toString(),
                    () -> {
                      var adapted = with(expected.get("settings")).adapt(texts);
                      assertEquals(
                          Arrays.asList(
                              json.convertValue(expected.get("vocabulary"), String[].class)),
                          adapted.vocabulary().tokens());
                      assertArrayEquals(
                          json.convertValue(expected.get("ids"), int[][].class),
                          adapted.vectorize(
                              Stream.concat(texts.stream(), unseen.stream()).toList()));
                    }));
  }

  private static TextVectorization with(JsonNode settings) {
    var result =
        settings.path("split").asText().equals("character")
            ? TextVectorization.characters()
            : TextVectorization.words();
    if (settings.has("standardize")) {
      String name = settings.get("standardize").textValue();
      result = result.standardize(name == null ? "none" : name);
    }
    if (settings.has("max_tokens")) {
      result = result.maxTokens(settings.get("max_tokens").asInt());
    }
    if (settings.has("output_sequence_length")) {
      result = result.outputSequenceLength(settings.get("output_sequence_length").asInt());
    }
    return result;
  }

  @Test
  void decodesIds() {
    var words = TextVectorization.words().adapt(List.of("A good film.", "Not good!"));
    assertEquals("not good", words.decode(words.outputSequenceLength(4).vectorize("Not, good?")));
    assertEquals("a [UNK]", words.decode(words.vectorize("a bad")));
    var characters = TextVectorization.characters().adapt(List.of("Good 😀 film"));
    String text = "good film 😀";
    assertEquals(text.replace("g", "[UNK]"), characters.decode(characters.vectorize(text)));
    assertMessageContains(
        "A token id of this vocabulary must be between 0 and 5, but was 6.",
        () -> words.decode(new int[] {6}));
  }

  @Test
  void rejectsInvalidSettingsAndTheirOrder() {
    var adapted = TextVectorization.words().adapt(List.of("a"));
    assertThrows(IllegalStateException.class, () -> adapted.maxTokens(5));
    assertThrows(IllegalStateException.class, () -> adapted.standardize("lower"));
    assertThrows(IllegalStateException.class, () -> TextVectorization.words().vectorize("a"));
    assertMessageContains(
        "maxTokens must be at least 3 (padding, the unknown token and one known token), but was 2.",
        () -> TextVectorization.words().maxTokens(2));
    assertMessageContains(
        "standardize must be one of [lower_and_strip_punctuation, lower, strip_punctuation, none], but"
            + " was \"upper\".",
        () -> TextVectorization.words().standardize("upper"));
    assertMessageContains(
        "outputSequenceLength must be at least 1, but was 0.",
        () -> TextVectorization.words().outputSequenceLength(0));
    assertMessageContains(
        "The texts must contain at least one token for the vocabulary, but contain none.",
        () -> TextVectorization.words().adapt(List.of("", " ! ")));
  }

  @Test
  void vocabularyIdsStartAtTwo() {
    Vocabulary vocabulary = Vocabulary.of(List.of("b", "a"));
    assertEquals(List.of("", "[UNK]", "b", "a"), vocabulary.tokens());
    assertEquals(3, vocabulary.id("a"));
    assertEquals(Vocabulary.UNKNOWN, vocabulary.id("c"));
    assertEquals(Vocabulary.UNKNOWN, vocabulary.id(""));
    assertEquals("b", vocabulary.token(2));
    assertArrayEquals(
        new double[][] {{0, 0, 0, 1}, {1, 0, 0, 0}}, vocabulary.oneHot(new int[] {3, 0}));
    assertMessageContains(
        "The tokens of a vocabulary must be distinct, not empty and not [UNK], which it contains"
            + " anyway, but token 1 is 'b'.",
        () -> Vocabulary.of(List.of("b", "b")));
    assertMessageContains("but token 0 is ''.", () -> Vocabulary.of(List.of("")));
    assertMessageContains("but token 0 is '[UNK]'.", () -> Vocabulary.of(List.of("[UNK]")));
    assertMessageContains(
        "must be between 0 and 3, but was -1.", () -> vocabulary.oneHot(new int[] {-1}));
  }

  @Test
  void keepsPunctuationAsTokensAndRestoresText() {
    var words = TextVectorization.wordsAndPunctuation();
    assertEquals(
        List.of(
            "Tom's", "e-mail", ",", "\"", "at", "5:30", "\"", ",", "cost", "$", "1,000.50", "!"),
        words.tokens("Tom's e-mail, \"at 5:30\", cost $1,000.50!"));
    List<String> texts =
        List.of(
            "Tom's e-mail, \"at 5:30\", cost $1,000.50!",
            "\"Is it (really) so?\" she said. \"Yes...\"",
            "„Ärger“ – naïve “quotes” of 50% [sic]; see: B2B.",
            "I don’t know the boys’ room.");
    var adapted = words.adapt(texts);
    for (String text : texts.subList(0, 2)) {
      assertEquals(text, adapted.decode(adapted.vectorize(text)));
    }
    assertEquals(texts.get(3), adapted.decode(adapted.vectorize(texts.get(3))));
    assertEquals(
        List.of("well", ",", "tom"), words.standardize("lower").tokens("Well, Tom"), "lower case");
    assertEquals("[UNK], Tom's", adapted.decode(adapted.vectorize("Bob, Tom's")));
  }

  @Test
  void tokensOfJoinedTokensAreTheSameForAnyText() {
    var random = new Random(8);
    String letters = "aB3 .,:;'’\"-()[]“”„%$é\u0301 \n😀…!?&";
    int[] alphabet = letters.codePoints().toArray();
    for (int round = 0; round < 3000; round++) {
      int[] points =
          random.ints(random.nextInt(15), 0, alphabet.length).map(i -> alphabet[i]).toArray();
      String text = new String(points, 0, points.length);
      var words = TextVectorization.wordsAndPunctuation();
      List<String> tokens = words.tokens(text);
      assertEquals(tokens, words.tokens(words.join(tokens)), text);
      for (int count = 0; count < tokens.size(); count++) {
        String part = words.join(tokens.subList(0, count));
        assertEquals(part, words.join(tokens).substring(0, part.length()), text);
      }
      var characters = TextVectorization.characters();
      assertEquals(text, characters.join(characters.tokens(text)));
      if (!text.isBlank()) {
        var adapted = characters.adapt(List.of(text));
        assertEquals(text, adapted.decode(adapted.vectorize(text)));
        adapted = words.adapt(List.of(text));
        assertEquals(words.join(tokens), adapted.decode(adapted.vectorize(text)));
      }
    }
  }

  @Test
  void rareTokensAreUnknown() {
    var words = TextVectorization.words().minCount(2);
    assertEquals(
        List.of("", "[UNK]", "a", "c"),
        words.adapt(List.of("a b c", "a c d a")).vocabulary().tokens());
    assertEquals(
        List.of("", "[UNK]", "a"),
        words.maxTokens(3).adapt(List.of("a b c", "a c d a")).vocabulary().tokens());
    assertMessageContains(
        "At least one token must occur minCount=2 times, but the most frequent one occurs 1 times.",
        () -> words.adapt(List.of("a b")));
    assertMessageContains("minCount must be at least 1, but was 0.", () -> words.minCount(0));
  }
}
