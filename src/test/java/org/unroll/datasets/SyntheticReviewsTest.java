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

/** Determines the labels of the reviews by independent rules, and counts words. */
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

  /** Returns the opinion of a sentence on the film: 1 or −1, or 0 if it has none. */
  private static int opinion(String sentence) {
    if (CINEMA.matcher(sentence).find() || !OF_THE_FILM.matcher(sentence).find()) {
      return 0;
    }
    List<String> words = ANY.matcher(sentence).results().map(result -> result.group()).toList();
    if (words.isEmpty()) {
      return 0;
    }
    if (words.size() == 1) {
      int stated = GOOD.contains(words.get(0)) ? 1 : -1;
      return NEGATION.matcher(sentence).find() ? -stated : stated;
    }
    // Of two, the reviewer's own follows "but" and "yet" and precedes "although" and "where".
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
  void labelsFollowFromTheOpinions() {
    for (int i = 0; i < COUNT; i++) {
      String text = REVIEWS.texts().get(i);
      int verdict = verdict(text, (sentence, opinion) -> opinion);
      assertNotEquals(0, verdict, text);
      assertEquals(REVIEWS.labels()[i], verdict > 0 ? 1 : 0, text);
    }
  }

  /** Ignoring negations gives the wrong label for more than a tenth of the reviews. */
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

  /**
   * Counting positive and negative words gives the wrong label for at least a quarter of the
   * reviews.
   */
  @Test
  void countingWordsPredictsLittle() {
    int balance = 0;
    for (int i = 0; i < COUNT; i++) {
      Matcher words = ANY.matcher(REVIEWS.texts().get(i));
      int sum = 0;
      while (words.find()) {
        sum += GOOD.contains(words.group()) ? 1 : -1;
      }
      balance += sum == 0 ? 0 : sum > 0 == (REVIEWS.labels()[i] == 1) ? 1 : -1;
    }
    // Correct answers minus wrong ones: less than half of all reviews means less than 75 % correct.
    assertTrue(balance > 0 && balance < COUNT / 2, balance + " of " + COUNT);
  }

  @Test
  void halfOfTheReviewsArePositiveAndAllDiffer() {
    assertEquals(COUNT / 2, Arrays.stream(REVIEWS.labels()).sum());
    var words = TextVectorization.words().adapt(REVIEWS.texts());
    int size = words.vocabulary().size();
    assertTrue(size > 150 && size < 400, "vocabulary of " + size);
    var lengths = Arrays.stream(words.vectorize(REVIEWS.texts())).mapToInt(r -> r.length);
    var statistics = lengths.summaryStatistics();
    assertTrue(statistics.getMin() >= 10, statistics::toString);
    assertTrue(statistics.getMax() <= 200, statistics::toString);
    assertEquals(COUNT, Set.copyOf(REVIEWS.texts()).size(), "reviews must be distinct");
  }

  /** Every word occurs in reviews of both labels, and none almost only in those of one label. */
  @Test
  void noWordRevealsTheLabel() {
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
  void reviewsDependOnlyOnTheSeed() {
    assertEquals(REVIEWS.texts().subList(0, 50), SyntheticReviews.of(50, 42).texts());
    assertNotEquals(REVIEWS.texts().get(0), SyntheticReviews.of(1, 43).texts().get(0));
    assertMessageContains(
        "reviews must be at least 1, but was 0.", () -> SyntheticReviews.of(0, 1));
  }
}
