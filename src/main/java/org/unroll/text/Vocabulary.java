package org.unroll.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens (words or characters) and their numbers: 0 is padding, 1 stands for every token that is
 * not known, and the known ones follow in their order from 2, as in Keras's {@code
 * TextVectorization} and {@code StringLookup} with {@code mask_token=""}.
 *
 * <p>An {@code Embedding} for it has {@link #size()} rows. Immutable.
 */
public final class Vocabulary {
  /** The number of padding, whose token is the empty text. */
  public static final int PADDING = 0;

  /** The number of every token that is not known. */
  public static final int UNKNOWN = 1;

  private static final String UNKNOWN_TOKEN = "[UNK]";

  private final List<String> tokens;
  private final Map<String, Integer> ids = new HashMap<>();

  private Vocabulary(List<String> tokens) {
    this.tokens = List.copyOf(tokens);
    for (int id = UNKNOWN + 1; id < tokens.size(); id++) {
      ids.putIfAbsent(tokens.get(id), id);
    }
  }

  /**
   * A vocabulary of these tokens, numbered from 2.
   *
   * @throws IllegalArgumentException if one occurs twice, or is empty or {@code [UNK]}, which the
   *     vocabulary has anyway
   */
  public static Vocabulary of(List<String> tokens) {
    List<String> all = new ArrayList<>(List.of("", UNKNOWN_TOKEN));
    all.addAll(tokens);
    var vocabulary = new Vocabulary(all);
    for (int id = UNKNOWN + 1; id < all.size(); id++) {
      String token = all.get(id);
      if (token.isEmpty() || token.equals(UNKNOWN_TOKEN) || vocabulary.id(token) != id) {
        throw new IllegalArgumentException(
            "The tokens of a vocabulary differ, and none is empty or "
                + UNKNOWN_TOKEN
                + ", which it has anyway. Received: '"
                + token
                + "' as token "
                + (id - UNKNOWN - 1)
                + ".");
      }
    }
    return vocabulary;
  }

  /** The number of tokens, padding and the unknown one counted. */
  public int size() {
    return tokens.size();
  }

  /** All tokens by their numbers; number 0 is the empty text, 1 is {@code [UNK]}. */
  public List<String> tokens() {
    return tokens;
  }

  /** The number of a token, {@link #UNKNOWN} for one that is not known. */
  public int id(String token) {
    return ids.getOrDefault(token, UNKNOWN);
  }

  /**
   * The token with a number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String token(int id) {
    requireId(id);
    return tokens.get(id);
  }

  /**
   * A vector for each number, 1 at its place and 0 elsewhere: {@code keras.ops.one_hot}, or {@code
   * to_categorical}.
   *
   * @return shape (ids, size)
   * @throws IllegalArgumentException if a number has no token
   */
  public double[][] oneHot(int[] ids) {
    double[][] vectors = new double[ids.length][size()];
    for (int i = 0; i < ids.length; i++) {
      requireId(ids[i]);
      vectors[i][ids[i]] = 1;
    }
    return vectors;
  }

  private void requireId(int id) {
    if (id < 0 || id >= size()) {
      throw new IllegalArgumentException(
          "The tokens of this vocabulary have the numbers 0 to "
              + (size() - 1)
              + ". Received: "
              + id);
    }
  }

  @Override
  public String toString() {
    return "vocabulary of " + size() + " tokens, padding and unknown ones counted";
  }
}
