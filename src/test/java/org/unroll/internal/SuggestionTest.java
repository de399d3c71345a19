package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> NAMES = List.of("loss", "val_loss", "mae", "val_mae", "q");

  /** The examples of Wikipedia's articles on the Levenshtein and Damerau–Levenshtein distances. */
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "saturday, sunday, 3",
    "ca, abc, 3",
    "mea, mae, 1",
    "'', abc, 3"
  })
  void countsEdits(String a, String b, int edits) {
    assertEquals(edits, Suggestion.distance(a, b));
    assertEquals(edits, Suggestion.distance(b, a));
  }

  @ParameterizedTest
  @CsvSource({"val_los, val_loss", "vall_loss, val_loss", "mea, mae", "Loss, loss", "' mae', mae"})
  void suggestsTheMostSimilarName(String name, String expected) {
    assertEquals(" Did you mean '" + expected + "'?", Suggestion.of(name, NAMES));
  }

  @ParameterizedTest
  @CsvSource({"accuracy", "x", "p", "val_accuracy"})
  void suggestsNothingIfNoNameIsSimilar(String name) {
    assertEquals("", Suggestion.of(name, NAMES));
  }

  @Test
  void suggestsNothingWithoutNames() {
    assertEquals("", Suggestion.of("loss", List.of()));
  }
}
