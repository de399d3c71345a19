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

/** Against Keras's layer: {@code src/test/python/text_vectorization.py}. */
class TextVectorizationTest {
  @TestFactory
  Stream<DynamicTest> asKeras() throws IOException {
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
  void decodedToText() {
    var words = TextVectorization.words().adapt(List.of("A good film.", "Not good!"));
    assertEquals("not good", words.decode(words.outputSequenceLength(4).vectorize("Not, good?")));
    assertEquals("a [UNK]", words.decode(words.vectorize("a bad")));
    var characters = TextVectorization.characters().adapt(List.of("Good 😀 film"));
    String text = "good film 😀";
    assertEquals(text.replace("g", "[UNK]"), characters.decode(characters.vectorize(text)));
    assertMessageContains(
        "have the numbers 0 to 5. Received: 6", () -> words.decode(new int[] {6}));
  }

  @Test
  void theOrderOfSettingsIsChecked() {
    var adapted = TextVectorization.words().adapt(List.of("a"));
    assertThrows(IllegalStateException.class, () -> adapted.maxTokens(5));
    assertThrows(IllegalStateException.class, () -> adapted.standardize("lower"));
    assertThrows(IllegalStateException.class, () -> TextVectorization.words().vectorize("a"));
    assertMessageContains("maxTokens=2", () -> TextVectorization.words().maxTokens(2));
    assertMessageContains(
        "Received: \"upper\"", () -> TextVectorization.words().standardize("upper"));
    assertMessageContains(
        "outputSequenceLength=0", () -> TextVectorization.words().outputSequenceLength(0));
    assertMessageContains(
        "hold no token", () -> TextVectorization.words().adapt(List.of("", " ! ")));
  }

  @Test
  void vocabulariesAreNumberedFromTwo() {
    Vocabulary vocabulary = Vocabulary.of(List.of("b", "a"));
    assertEquals(List.of("", "[UNK]", "b", "a"), vocabulary.tokens());
    assertEquals(3, vocabulary.id("a"));
    assertEquals(Vocabulary.UNKNOWN, vocabulary.id("c"));
    assertEquals(Vocabulary.UNKNOWN, vocabulary.id(""));
    assertEquals("b", vocabulary.token(2));
    assertArrayEquals(
        new double[][] {{0, 0, 0, 1}, {1, 0, 0, 0}}, vocabulary.oneHot(new int[] {3, 0}));
    assertMessageContains("Received: 'b' as token 1", () -> Vocabulary.of(List.of("b", "b")));
    assertMessageContains("Received: '' as token 0", () -> Vocabulary.of(List.of("")));
    assertMessageContains("Received: '[UNK]' as token 0", () -> Vocabulary.of(List.of("[UNK]")));
    assertMessageContains("0 to 3. Received: -1", () -> vocabulary.oneHot(new int[] {-1}));
  }
}
