package org.unroll.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens (words or characters) and their ids. Id 0 is padding and 1 is the unknown token; the known
 * tokens follow in their order from 2, as in Keras's {@code TextVectorization} and {@code
 * StringLookup} with {@code mask_token=""}.
 *
 * <p>An {@code Embedding} of these ids must have {@link #size()} rows. Immutable.
 */
public final class Vocabulary {
  /** The id of padding, whose token is the empty string. */
  public static final int PADDING = 0;

  /** The id of all tokens that are not in the vocabulary. */
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
   * Creates a vocabulary of these tokens, with ids from 2.
   *
   * @throws IllegalArgumentException if a token occurs twice, is empty or is {@code [UNK]}, which
   *     every vocabulary contains
   */
  public static Vocabulary of(List<String> tokens) {
    List<String> all = new ArrayList<>(List.of("", UNKNOWN_TOKEN));
    all.addAll(tokens);
    var vocabulary = new Vocabulary(all);
    for (int id = UNKNOWN + 1; id < all.size(); id++) {
      String token = all.get(id);
      if (token.isEmpty() || token.equals(UNKNOWN_TOKEN) || vocabulary.id(token) != id) {
        throw new IllegalArgumentException(
            "The tokens of a vocabulary must be distinct, not empty and not "
                + UNKNOWN_TOKEN
                + ", which it contains anyway, but token "
                + (id - UNKNOWN - 1)
                + " is '"
                + token
                + "'.");
      }
    }
    return vocabulary;
  }

  /** Returns the number of tokens, including padding and the unknown token. */
  public int size() {
    return tokens.size();
  }

  /**
   * Returns all tokens in the order of their ids. Token 0 is the empty string, and token 1 is
   * {@code [UNK]}.
   */
  public List<String> tokens() {
    return tokens;
  }

  /** Returns the id of a token, or {@link #UNKNOWN} if it is not in the vocabulary. */
  public int id(String token) {
    return ids.getOrDefault(token, UNKNOWN);
  }

  /**
   * Returns the token with an id.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String token(int id) {
    requireId(id);
    return tokens.get(id);
  }

  /**
   * Returns the one-hot vectors of ids, like {@code keras.ops.one_hot} or {@code to_categorical}.
   *
   * @return shape (ids, size)
   * @throws IllegalArgumentException if there is no token with an id
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
          "A token id of this vocabulary must be between 0 and "
              + (size() - 1)
              + ", but was "
              + id
              + ".");
    }
  }

  @Override
  public String toString() {
    return "vocabulary of " + size() + " tokens, including padding and the unknown token";
  }
}
