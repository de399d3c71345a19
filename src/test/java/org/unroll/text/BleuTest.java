package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with sacreBLEU; the expected values are from {@code src/test/python/bleu.py}. */
class BleuTest {
  @Test
  void agreesWithSacreBleu() throws IOException {
    var json = new ObjectMapper();
    JsonNode cases = json.readTree(new File("src/test/resources/org/unroll/text/bleu.json"));
    assertEquals(25, cases.size());
    for (JsonNode expected : cases) {
      List<List<String>> translations =
          json.convertValue(expected.get("translations"), new TypeReference<>() {});
      List<List<List<String>>> references =
          json.convertValue(expected.get("references"), new TypeReference<>() {});
      Bleu bleu = Bleu.of(translations, references);
      assertEquals(expected.get("score").asDouble(), bleu.score(), 1e-9);
      assertEquals(expected.get("brevityPenalty").asDouble(), bleu.brevityPenalty(), 1e-12);
      for (int n = 0; n < 4; n++) {
        assertEquals(expected.get("precisions").get(n).asDouble(), bleu.precisions().get(n), 1e-12);
      }
    }
  }

  @Test
  void equalsTheHandCalculation() {
    // 5 of 6 words, 3 of 5 pairs, 1 of 4 triples and no sequence of four words are correct.
    Bleu bleu =
        Bleu.of(
            List.of(List.of("the", "cat", "is", "on", "the", "mat")),
            List.of(List.of(List.of("the", "cat", "sat", "on", "the", "mat"))));
    assertEquals(List.of(5.0 / 6, 3.0 / 5, 1.0 / 4, 0.0), bleu.precisions());
    assertEquals("BLEU 0.0 (precisions 83.3/60.0/25.0/0.0 %, brevity penalty 1.000)", bleu + "");
  }

  @Test
  void rejectsMissingReferences() {
    List<String> text = List.of("a");
    assertMessageContains(
        "translation 0 has none", () -> Bleu.of(List.of(text), List.of(List.of())));
    assertMessageContains(
        "2 translations and references for 1",
        () -> Bleu.of(List.of(text, text), List.of(List.of(text))));
    assertMessageContains("0 translations", () -> Bleu.of(List.of(), List.of()));
  }
}
