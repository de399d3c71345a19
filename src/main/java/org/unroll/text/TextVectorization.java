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
 * Turns texts into lists of token numbers, as Keras's {@code TextVectorization} does: standardize,
 * split into words or characters, look up. The vocabulary is learnt from texts with {@link #adapt}:
 * the most frequent tokens first, equally frequent ones in falling order of their UTF-8 bytes.
 *
 * <pre>{@code
 * var words = TextVectorization.words().maxTokens(10_000).adapt(List.of("A good film.", "Not good!"));
 * int[] ids = words.vectorize("A good one"); // {6, 2, 1}: "one" is not known
 * String text = words.decode(ids); // "a good [UNK]"
 * }</pre>
 *
 * <p>Lists are as long as their texts, to be given to {@link Sequences}, which pads them; with
 * {@link #outputSequenceLength} all have that length. Immutable: each setting returns a new object.
 *
 * <p>Source: Keras 3, {@code keras.layers.TextVectorization} with {@code ragged=True}, output mode
 * {@code "int"}.
 */
public final class TextVectorization {
  private static final String WHITESPACE = "whitespace";
  private static final String CHARACTER = "character";
  private static final List<String> STANDARDIZATIONS =
      List.of("lower_and_strip_punctuation", "lower", "strip_punctuation", "none");
  private static final Pattern PUNCTUATION =
      Pattern.compile("[!\"#$%&()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~']");
  private static final Pattern BLANKS = Pattern.compile("[ \\t\\n\\x0B\\f\\r]+");

  private final String standardize;
  private final String split;
  private final int maxTokens; // 0 for no limit
  private final int length; // 0 for that of the text
  private final Vocabulary vocabulary; // null until it is learnt

  private TextVectorization(
      String standardize, String split, int maxTokens, int length, Vocabulary vocabulary) {
    this.standardize = standardize;
    this.split = split;
    this.maxTokens = maxTokens;
    this.length = length;
    this.vocabulary = vocabulary;
  }

  /**
   * Words: lower case, without punctuation, split at white space. These are Keras's defaults; as
   * there, only the letters A to Z get lower case, and only ASCII punctuation and white space
   * count.
   */
  public static TextVectorization words() {
    return new TextVectorization(STANDARDIZATIONS.get(0), WHITESPACE, 0, 0, null);
  }

  /**
   * Characters (Unicode code points), of the text as it is: {@code split="character"}, {@code
   * standardize=None}.
   */
  public static TextVectorization characters() {
    return new TextVectorization("none", CHARACTER, 0, 0, null);
  }

  /**
   * What is done to a text first: {@code "lower_and_strip_punctuation"}, {@code "lower"}, {@code
   * "strip_punctuation"} or {@code "none"}, Keras's {@code None}.
   */
  public TextVectorization standardize(String name) {
    if (!STANDARDIZATIONS.contains(name)) {
      throw new IllegalArgumentException(
          "standardize is one of " + STANDARDIZATIONS + ". Received: \"" + name + "\"");
    }
    requireNoVocabulary("standardize");
    return new TextVectorization(name, split, maxTokens, length, null);
  }

  /**
   * The greatest size of the vocabulary, padding and the unknown token counted; the less frequent
   * tokens are then unknown. No limit by default.
   */
  public TextVectorization maxTokens(int count) {
    if (count < 3) {
      throw new IllegalArgumentException(
          "A vocabulary has at least 3 tokens: padding, the unknown one, and one that is known."
              + " Received: maxTokens="
              + count);
    }
    requireNoVocabulary("maxTokens");
    return new TextVectorization(standardize, split, count, length, null);
  }

  /** All lists get this length: cut at the end, or filled up at the end with 0. */
  public TextVectorization outputSequenceLength(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "A list has at least 1 token. Received: outputSequenceLength=" + steps);
    }
    return new TextVectorization(standardize, split, maxTokens, steps, vocabulary);
  }

  private void requireNoVocabulary(String setting) {
    if (vocabulary != null) {
      throw new IllegalStateException(
          setting + " decides what the vocabulary is: set it before adapt(…) or vocabulary(…).");
    }
  }

  /**
   * With the vocabulary of these texts.
   *
   * @throws IllegalArgumentException if they hold no token
   */
  public TextVectorization adapt(Iterable<String> texts) {
    Map<String, Integer> counts = new HashMap<>();
    for (String text : texts) {
      for (String token : tokens(text)) {
        counts.merge(token, 1, Integer::sum);
      }
    }
    if (counts.isEmpty()) {
      throw new IllegalArgumentException("The texts hold no token to make a vocabulary of.");
    }
    Comparator<Map.Entry<String, Integer>> rare = Map.Entry.comparingByValue();
    Comparator<String> bytes =
        Comparator.comparing(
            token -> token.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    List<String> tokens =
        counts.entrySet().stream()
            .sorted(rare.thenComparing(Map.Entry::getKey, bytes).reversed())
            .map(Map.Entry::getKey)
            .limit(maxTokens == 0 ? Integer.MAX_VALUE : maxTokens - 2)
            .toList();
    return vocabulary(Vocabulary.of(tokens));
  }

  /** With a vocabulary that is there already. */
  public TextVectorization vocabulary(Vocabulary known) {
    return new TextVectorization(standardize, split, maxTokens, length, known);
  }

  /**
   * The vocabulary.
   *
   * @throws IllegalStateException if none was learnt or given
   */
  public Vocabulary vocabulary() {
    if (vocabulary == null) {
      throw new IllegalStateException(
          "There is no vocabulary yet: learn it from texts with adapt(…), or give one with"
              + " vocabulary(…).");
    }
    return vocabulary;
  }

  /** The tokens of a text, known or not. */
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

  /** The token numbers of a text. */
  public int[] vectorize(String text) {
    int[] ids = tokens(text).stream().mapToInt(vocabulary()::id).toArray();
    return length == 0 ? ids : Arrays.copyOf(ids, length);
  }

  /** The token numbers of each text. */
  public int[][] vectorize(List<String> texts) {
    return texts.stream().map(this::vectorize).toArray(int[][]::new);
  }

  /**
   * The tokens of these numbers as one text, words with blanks between them; padding is left out.
   *
   * @throws IllegalArgumentException if a number has no token
   */
  public String decode(int[] ids) {
    List<String> tokens =
        Arrays.stream(ids)
            .filter(id -> id != Vocabulary.PADDING)
            .mapToObj(vocabulary()::token)
            .toList();
    return String.join(split.equals(CHARACTER) ? "" : " ", tokens);
  }

  @Override
  public String toString() {
    return (split.equals(CHARACTER) ? "characters" : "words")
        + ", standardize "
        + standardize
        + ", "
        + (vocabulary == null ? "no vocabulary yet" : vocabulary);
  }
}
