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
}
