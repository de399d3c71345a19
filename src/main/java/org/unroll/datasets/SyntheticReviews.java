package org.unroll.datasets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Film reviews that nobody wrote: made by a small grammar, for exercises in which the order of
 * words matters. They stand in where the real ones of {@link Imdb} are absent, and say nothing
 * about how people write.
 *
 * <p>A review holds one, three or five opinions of the reviewer on the film; its label is 1 (good)
 * if more of them are good than bad, else 0. Half of the reviews are good. An opinion says what it
 * means plainly ("the acting was moving"), or negates the opposite ("the acting was never dull"),
 * or sets it against what was expected or what others thought ("i expected the acting to be dull,
 * but it was moving"). Between them stands what has no bearing on the label: where the film plays,
 * how long it is, and how good or bad the popcorn was. So a model that counts words but does not
 * see their order can tell little.
 */
public final class SyntheticReviews {
  private static final String[] GOOD = {
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
    "fresh"
  };
  private static final String[] BAD = {
    "bad",
    "dull",
    "boring",
    "awful",
    "stupid",
    "clumsy",
    "tedious",
    "terrible",
    "predictable",
    "ugly",
    "silly",
    "stale"
  };
  private static final String[] ASPECTS = {
    "acting",
    "plot",
    "story",
    "music",
    "script",
    "ending",
    "dialogue",
    "camera work",
    "cast",
    "direction",
    "film",
    "second half"
  };
  private static final String[] OTHERS = {
    "my brother",
    "my neighbour",
    "the critic of our paper",
    "everybody in the office",
    "my aunt",
    "the man beside me"
  };
  private static final String[] SURROUNDINGS = {
    "popcorn", "parking", "weather", "coffee", "cinema itself", "trailer before it", "way home"
  };
  private static final String[] ADVERBS = {"", "", "very ", "really ", "quite ", "simply "};
  private static final String[] NEGATIONS = {
    "the %s was not %s",
    "the %s was never %s",
    "i would not call the %s %s",
    "nobody could say that the %s was %s",
    "the %s was anything but %s",
    "at no point did i find the %s %s"
  };

  /** Of another's or an earlier opinion, then the reviewer's own. */
  private static final String[] CONTRASTS = {
    "i expected the %1$s to be %2$s, but it was %3$s",
    "%4$s called the %1$s %2$s, but i found it %3$s",
    "they say that the %1$s is %2$s, yet to me it was %3$s",
    "i found the %1$s %3$s, although %4$s had called it %2$s",
    "the %1$s was %3$s, where i had been told that it would be %2$s",
    "the %1$s was not %2$s but %3$s"
  };

  private static final String[] PLACES = {
    "lisbon",
    "a village in wales",
    "chicago",
    "the alps",
    "a small harbour town",
    "the desert",
    "an old hotel",
    "a submarine",
    "prague",
    "a school in the suburbs"
  };
  private static final String[] PEOPLE = {
    "a clockmaker", "two sisters", "a retired judge", "a young nurse", "three thieves",
    "a lighthouse keeper", "a jazz pianist", "a family of bakers", "a lost astronaut", "a spy"
  };
  private static final String[] DEEDS = {
    "looked for a letter that was never sent",
    "crossed the border at night",
    "inherited a house with a locked room",
    "took the last train of the year",
    "tried to win back an old friend",
    "kept a secret for thirty years",
    "robbed the wrong bank",
    "learnt to sail in one summer"
  };
  private static final String[] DAYS = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
  };
  private static final String[] NUMBERS = {"two", "three", "four", "five", "six", "seven"};

  private final List<String> texts;
  private final int[] labels;

  private SyntheticReviews(List<String> texts, int[] labels) {
    this.texts = texts;
    this.labels = labels;
  }

  /**
   * Reviews, of each two that follow each other one good and one bad.
   *
   * @param reviews at least 1. Fewer reviews are the beginning of more.
   * @param seed the same seed makes the same reviews, on every machine and JDK
   */
  public static SyntheticReviews of(int reviews, long seed) {
    if (reviews < 1) {
      throw new IllegalArgumentException(
          "There is at least 1 review. Received: reviews=" + reviews);
    }
    var random = new Random(seed);
    List<String> texts = new ArrayList<>();
    int[] labels = new int[reviews];
    boolean good = false;
    for (int i = 0; i < reviews; i++) {
      good = i % 2 == 0 ? random.nextBoolean() : !good;
      texts.add(new SyntheticReviews.Writer(random).review(good));
      labels[i] = good ? 1 : 0;
    }
    return new SyntheticReviews(Collections.unmodifiableList(texts), labels);
  }

  /** The reviews, each in lower case with commas and full stops. */
  public List<String> texts() {
    return texts;
  }

  /** Their labels: 1 for good, 0 for bad. */
  public int[] labels() {
    return labels.clone();
  }

  /** One review in the making. */
  private record Writer(Random random) {
    String review(boolean good) {
      List<String> sentences = new ArrayList<>();
      int opinions = 1 + 2 * random.nextInt(3);
      // Of several, one may differ; which one is left to the order.
      boolean differing = opinions > 1 && random.nextInt(3) == 0;
      for (int i = 0; i < opinions; i++) {
        sentences.add(opinion(good != (differing && i == 0)));
      }
      int fillers = 2 + random.nextInt(6);
      for (int i = 0; i < fillers; i++) {
        sentences.add(filler());
      }
      Collections.shuffle(sentences, random);
      return String.join(". ", sentences) + ".";
    }

    private String opinion(boolean good) {
      String aspect = any(ASPECTS);
      String own = any(ADVERBS) + any(good ? GOOD : BAD);
      String opposite = any(good ? BAD : GOOD);
      int form = random.nextInt(20);
      if (form < 11) {
        return "the " + aspect + " was " + own;
      }
      if (form < 15) {
        return String.format(any(NEGATIONS), aspect, opposite);
      }
      return String.format(any(CONTRASTS), aspect, opposite, own, any(OTHERS));
    }

    private String filler() {
      return switch (random.nextInt(7)) {
        case 0 -> "it is set in " + any(PLACES);
        case 1 -> "it is about " + any(PEOPLE) + " who " + any(DEEDS);
        case 2 -> "we saw it on a " + any(DAYS) + " with " + any(NUMBERS) + " friends";
        case 3 -> "it runs for " + any(NUMBERS) + " hours with a break in the middle";
        case 4 ->
            "the "
                + any(SURROUNDINGS)
                + " was "
                + any(ADVERBS)
                + any(random.nextBoolean() ? GOOD : BAD);
        case 5 -> "the main part is played by somebody from " + any(PLACES);
        default -> any(OTHERS) + " has seen it " + any(NUMBERS) + " times";
      };
    }

    private String any(String[] choices) {
      return choices[random.nextInt(choices.length)];
    }
  }

  @Override
  public String toString() {
    return texts.size() + " synthetic reviews";
  }
}
