package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.unroll.text.TextVectorization;

/** Reads the reviews by rules of its own, and counts. */
class SyntheticReviewsTest {
  private static final int COUNT = 4000;
  private static final SyntheticReviews REVIEWS = SyntheticReviews.of(COUNT, 42);

  private static final String POLAR =
      "(good|great|moving|brilliant|clever|charming|funny|wonderful|thrilling|beautiful|"
          + "convincing|fresh|bad|dull|boring|awful|stupid|clumsy|tedious|terrible|predictable|ugly|"
          + "silly|stale)";
  private static final Set<String> GOOD =
      Set.of(
          "good",
          "great",
          "moving",
          "brilliant",
          "clever",
          "charming",
          "funny",
          "wonderful",
          "thrilling",
          "beautiful",
          "convincing",
          "fresh");
  private static final Pattern ANY = Pattern.compile("\\b" + POLAR + "\\b");
  private static final Pattern OF_THE_FILM =
      Pattern.compile(
          "\\bthe (acting|plot|story|music|script|ending|dialogue|camera work|cast|direction|film|"
              + "second half)\\b");
  private static final Pattern CINEMA =
      Pattern.compile("^the (popcorn|parking|weather|coffee|cinema itself|trailer|way home)\\b");
  private static final Pattern NEGATION =
      Pattern.compile("\\b(not|never|nobody|anything but|at no point)\\b");

  /** What a sentence says of the film: 1 or −1; 0 for one that says nothing of it. */
  private static int opinion(String sentence) {
    if (CINEMA.matcher(sentence).find() || !OF_THE_FILM.matcher(sentence).find()) {
      return 0;
    }
    List<String> words = ANY.matcher(sentence).results().map(result -> result.group()).toList();
    if (words.isEmpty()) {
      return 0;
    }
    if (words.size() == 1) {
      int said = GOOD.contains(words.get(0)) ? 1 : -1;
      return NEGATION.matcher(sentence).find() ? -said : said;
    }
    // Two: the reviewer's own stands behind "but" and "yet" and before "although" and "where".
    boolean ownFirst = sentence.contains("although") || sentence.contains("where i had");
    return GOOD.contains(words.get(ownFirst ? 0 : 1)) ? 1 : -1;
  }

  private static int verdict(String review, BiFunction<String, Integer, Integer> change) {
    int sum = 0;
    for (String sentence : Pattern.compile("\\. |\\.$").splitAsStream(review).toList()) {
      sum += change.apply(sentence, opinion(sentence));
    }
    return sum;
  }

  @Test
  void readByRulesEveryReviewHasItsLabel() {
    for (int i = 0; i < COUNT; i++) {
      String text = REVIEWS.texts().get(i);
      int verdict = verdict(text, (sentence, opinion) -> opinion);
      assertNotEquals(0, verdict, text);
      assertEquals(REVIEWS.labels()[i], verdict > 0 ? 1 : 0, text);
    }
  }

  /** A reader who does not see negations is wrong about plenty of reviews: they flip the label. */
  @Test
  void negationsFlipLabels() {
    int wrong = 0;
    for (int i = 0; i < COUNT; i++) {
      int blind =
          verdict(
              REVIEWS.texts().get(i),
              (sentence, opinion) -> {
                boolean negated =
                    ANY.matcher(sentence).results().count() == 1
                        && NEGATION.matcher(sentence).find();
                return negated ? -opinion : opinion;
              });
      if (blind > 0 != (REVIEWS.labels()[i] == 1)) {
        wrong++;
      }
    }
    assertTrue(wrong > COUNT / 10, wrong + " of " + COUNT);
  }

  /** Who only counts good and bad words is wrong about at least a quarter of the reviews. */
  @Test
  void countedWordsTellLittle() {
    int[] right = {0};
    for (int i = 0; i < COUNT; i++) {
      Matcher words = ANY.matcher(REVIEWS.texts().get(i));
      int sum = 0;
      while (words.find()) {
        sum += GOOD.contains(words.group()) ? 1 : -1;
      }
      right[0] += sum == 0 ? 0 : sum > 0 == (REVIEWS.labels()[i] == 1) ? 1 : -1;
    }
    // Right answers less wrong ones: up to half of all, that is up to 75 % right.
    assertTrue(right[0] > 0 && right[0] < COUNT / 2, right[0] + " of " + COUNT);
  }

  @Test
  void halfAreGoodAndLengthsAndWordsVary() {
    assertEquals(COUNT / 2, Arrays.stream(REVIEWS.labels()).sum());
    var words = TextVectorization.words().adapt(REVIEWS.texts());
    int size = words.vocabulary().size();
    assertTrue(size > 150 && size < 400, "vocabulary of " + size);
    var lengths = Arrays.stream(words.vectorize(REVIEWS.texts())).mapToInt(r -> r.length);
    var statistics = lengths.summaryStatistics();
    assertTrue(statistics.getMin() >= 10, statistics::toString);
    assertTrue(statistics.getMax() <= 200, statistics::toString);
    assertEquals(COUNT, Set.copyOf(REVIEWS.texts()).size(), "no review twice");
  }

  /** Every word stands in reviews of both labels, none nearly always in those of one. */
  @Test
  void noWordGivesTheLabelAway() {
    Map<String, int[]> counts = new TreeMap<>();
    for (int i = 0; i < COUNT; i++) {
      for (String word : new TreeSet<>(List.of(REVIEWS.texts().get(i).split("[ ,.]+")))) {
        counts.computeIfAbsent(word, w -> new int[2])[REVIEWS.labels()[i]]++;
      }
    }
    counts.forEach(
        (word, count) -> {
          double share = (double) count[1] / (count[0] + count[1]);
          assertTrue(share > 0.2 && share < 0.8, word + " " + Arrays.toString(count));
        });
  }

  @Test
  void theSeedDecidesAndFewerAreTheBeginningOfMore() {
    assertEquals(REVIEWS.texts().subList(0, 50), SyntheticReviews.of(50, 42).texts());
    assertNotEquals(REVIEWS.texts().get(0), SyntheticReviews.of(1, 43).texts().get(0));
    assertMessageContains("reviews=0", () -> SyntheticReviews.of(0, 1));
  }
}
