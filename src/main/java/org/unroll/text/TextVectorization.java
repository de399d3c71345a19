package org.unroll.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.unroll.data.Sequences;

/**
 * Converts texts to lists of token ids, like Keras's {@code TextVectorization}: standardize, split
 * into words or characters, look up in a vocabulary. {@link #adapt} builds the vocabulary from
 * texts, the most frequent tokens first. Tokens of equal frequency are in descending order of their
 * UTF-8 bytes.
 *
 * <pre>{@code
 * var words = TextVectorization.words().maxTokens(10_000).adapt(List.of("A good film.", "Not good!"));
 * int[] ids = words.vectorize("A good one"); // {6, 2, 1}: "one" is not in the vocabulary
 * String text = words.decode(ids); // "a good [UNK]"
 * }</pre>
 *
 * <p>The lists are as long as their texts. Pass them to {@link Sequences}, which pads them, or set
 * {@link #outputSequenceLength} to give all of them the same length. Immutable: each setting
 * returns a new object.
 *
 * <p>Source: Keras 3, {@code keras.layers.TextVectorization} with {@code ragged=True} and output
 * mode {@code "int"}.
 */
public final class TextVectorization {
  private static final String WHITESPACE = "whitespace";
  private static final String CHARACTER = "character";
  private static final String PUNCTUATED = "punctuated";
  private static final List<String> STANDARDIZATIONS =
      List.of("lower_and_strip_punctuation", "lower", "strip_punctuation", "none");
  private static final Pattern PUNCTUATION =
      Pattern.compile("[!\"#$%&()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~']");
  private static final Pattern BLANKS = Pattern.compile("[ \\t\\n\\x0B\\f\\r]+");

  private final String standardize;
  private final String split;
  private final int maxTokens; // 0 for no limit
  private final int minCount;
  private final int length; // 0 for the length of the text
  private final Vocabulary vocabulary; // null before adapt or vocabulary

  private TextVectorization(
      String standardize,
      String split,
      int maxTokens,
      int minCount,
      int length,
      Vocabulary vocabulary) {
    this.standardize = standardize;
    this.split = split;
    this.maxTokens = maxTokens;
    this.minCount = minCount;
    this.length = length;
    this.vocabulary = vocabulary;
  }

  /**
   * Creates a vectorization of words: lower case, without punctuation, split at white space. These
   * are Keras's defaults. As in Keras, only the letters A to Z are converted to lower case, and
   * only ASCII punctuation and white space are recognized.
   */
  public static TextVectorization words() {
    return new TextVectorization(STANDARDIZATIONS.get(0), WHITESPACE, 0, 1, 0, null);
  }

  /**
   * Creates a vectorization of characters (Unicode code points) of the unchanged text: {@code
   * split="character"}, {@code standardize=None}.
   */
  public static TextVectorization characters() {
    return new TextVectorization("none", CHARACTER, 0, 1, 0, null);
  }

  /**
   * Creates a vectorization of words and punctuation marks, for language models: each mark is a
   * token, and the case is kept. {@link #decode} puts spaces in the usual places, so that ordinary
   * text with single spaces is restored.
   *
   * <pre>{@code
   * import org.unroll.text.*;
   *
   * var marks = TextVectorization.wordsAndPunctuation().adapt(List.of("Well, it's 5:30 (a.m.)."));
   * List<String> tokens = marks.tokens("Well, it's 5:30."); // Well | , | it's | 5:30 | .
   * String restored = marks.decode(marks.vectorize("Well, it's 5:30.")); // the same text
   * }</pre>
   *
   * <p>A word consists of letters and digits and may contain apostrophes and hyphens. A number may
   * contain points, commas and colons. Any other code point that is not white space is a token. A
   * straight quotation mark opens and closes in turn; all other marks that are not recognized as
   * opening or closing are written between spaces.
   */
  public static TextVectorization wordsAndPunctuation() {
    return new TextVectorization("none", PUNCTUATED, 0, 1, 0, null);
  }

  /**
   * Sets how a text is standardized before it is split: {@code "lower_and_strip_punctuation"},
   * {@code "lower"}, {@code "strip_punctuation"} or {@code "none"}, Keras's {@code None}.
   *
   * @throws IllegalArgumentException for any other name
   * @throws IllegalStateException if there is already a vocabulary
   */
  public TextVectorization standardize(String name) {
    if (!STANDARDIZATIONS.contains(name)) {
      throw new IllegalArgumentException(
          "standardize must be one of " + STANDARDIZATIONS + ", but was \"" + name + "\".");
    }
    requireNoVocabulary("standardize");
    return new TextVectorization(name, split, maxTokens, minCount, length, null);
  }

  /**
   * Sets the maximum size of the vocabulary, including padding and the unknown token. Less frequent
   * tokens are unknown. No limit by default.
   *
   * @param count at least 3
   * @throws IllegalArgumentException if {@code count} is below 3
   * @throws IllegalStateException if there is already a vocabulary
   */
  public TextVectorization maxTokens(int count) {
    if (count < 3) {
      throw new IllegalArgumentException(
          "maxTokens must be at least 3 (padding, the unknown token and one known token), but was "
              + count
              + ".");
    }
    requireNoVocabulary("maxTokens");
    return new TextVectorization(standardize, split, count, minCount, length, null);
  }

  /**
   * Sets how often a token must occur in the texts to be in the vocabulary; 1 by default. Less
   * frequent tokens are unknown.
   *
   * @throws IllegalArgumentException if {@code count} is below 1
   * @throws IllegalStateException if there is already a vocabulary
   */
  public TextVectorization minCount(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("minCount must be at least 1, but was " + count + ".");
    }
    requireNoVocabulary("minCount");
    return new TextVectorization(standardize, split, maxTokens, count, length, null);
  }

  /**
   * Sets the length of all lists. Longer lists are truncated at the end, and shorter ones padded at
   * the end with 0.
   *
   * @throws IllegalArgumentException if {@code steps} is below 1
   */
  public TextVectorization outputSequenceLength(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "outputSequenceLength must be at least 1, but was " + steps + ".");
    }
    return new TextVectorization(standardize, split, maxTokens, minCount, steps, vocabulary);
  }

  private void requireNoVocabulary(String setting) {
    if (vocabulary != null) {
      throw new IllegalStateException(
          setting
              + " must be set before adapt(…) or vocabulary(…), because it changes the vocabulary.");
    }
  }

  /**
   * Returns a copy with a vocabulary built from these texts.
   *
   * @throws IllegalArgumentException if the texts contain no token that is frequent enough
   */
  public TextVectorization adapt(Iterable<String> texts) {
    Map<String, Integer> counts = new HashMap<>();
    for (String text : texts) {
      for (String token : tokens(text)) {
        counts.merge(token, 1, Integer::sum);
      }
    }
    int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    if (most < minCount) {
      throw new IllegalArgumentException(
          counts.isEmpty()
              ? "The texts must contain at least one token for the vocabulary, but contain none."
              : "At least one token must occur minCount="
                  + minCount
                  + " times, but the most frequent one occurs "
                  + most
                  + " times.");
    }
    Comparator<Map.Entry<String, Integer>> rare = Map.Entry.comparingByValue();
    Comparator<String> bytes =
        Comparator.comparing(
            token -> token.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    List<String> tokens =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= minCount)
            .sorted(rare.thenComparing(Map.Entry::getKey, bytes).reversed())
            .map(Map.Entry::getKey)
            .limit(maxTokens == 0 ? Integer.MAX_VALUE : maxTokens - 2)
            .toList();
    return vocabulary(Vocabulary.of(tokens));
  }

  /** Returns a copy with an existing vocabulary. */
  public TextVectorization vocabulary(Vocabulary known) {
    return new TextVectorization(standardize, split, maxTokens, minCount, length, known);
  }

  /**
   * Returns the vocabulary.
   *
   * @throws IllegalStateException if there is none yet
   */
  public Vocabulary vocabulary() {
    if (vocabulary == null) {
      throw new IllegalStateException(
          "The vocabulary must be built first with adapt(…), or set with vocabulary(…).");
    }
    return vocabulary;
  }

  /** Returns the tokens of a text, including unknown ones. */
  public List<String> tokens(String text) {
    String standard = text;
    if (standardize.startsWith("lower")) {
      standard = lower(standard);
    }
    if (standardize.endsWith("strip_punctuation")) {
      standard = PUNCTUATION.matcher(standard).replaceAll("");
    }
    if (split.equals(CHARACTER)) {
      return standard.codePoints().mapToObj(Character::toString).toList();
    }
    if (split.equals(PUNCTUATED)) {
      return Words.split(standard);
    }
    return BLANKS.splitAsStream(standard).filter(token -> !token.isEmpty()).toList();
  }

  private static String lower(String text) {
    var lower = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower.setCharAt(i, (char) (c - 'A' + 'a'));
      }
    }
    return lower.toString();
  }

  /** Returns the token ids of a text. */
  public int[] vectorize(String text) {
    int[] ids = tokens(text).stream().mapToInt(vocabulary()::id).toArray();
    return length == 0 ? ids : Arrays.copyOf(ids, length);
  }

  /** Returns the token ids of each text. */
  public int[][] vectorize(List<String> texts) {
    return texts.stream().map(this::vectorize).toArray(int[][]::new);
  }

  /**
   * Returns the tokens with these ids as one text. Words are separated by spaces, except around
   * punctuation, and padding is left out.
   *
   * @throws IllegalArgumentException if there is no token with an id
   */
  public String decode(int[] ids) {
    return join(
        Arrays.stream(ids)
            .filter(id -> id != Vocabulary.PADDING)
            .mapToObj(vocabulary()::token)
            .toList());
  }

  /**
   * Returns tokens as one text, the inverse of {@link #tokens}. The text of the first tokens does
   * not depend on those that follow.
   */
  public String join(List<String> tokens) {
    return split.equals(PUNCTUATED)
        ? Words.join(tokens)
        : String.join(split.equals(CHARACTER) ? "" : " ", tokens);
  }

  @Override
  public String toString() {
    return switch (split) {
          case CHARACTER -> "characters";
          case PUNCTUATED -> "words and punctuation";
          default -> "words";
        }
        + ", standardize "
        + standardize
        + ", "
        + (vocabulary == null ? "no vocabulary yet" : vocabulary);
  }
}
