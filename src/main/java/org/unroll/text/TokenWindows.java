package org.unroll.text;

import java.io.Serializable;
import java.util.Arrays;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/**
 * Windows over a long list of tokens, for training a language model (many to many): the input is
 * {@code length} tokens, and the target of each of them is the token that follows it.
 *
 * <pre>{@code
 * var tokens = TokenWindows.of(new int[] {5, 3, 8, 2, 9}, 3).batchSize(64);
 * // 2 windows: {5, 3, 8} with targets {3, 8, 2}, and {3, 8, 2} with targets {8, 2, 9}
 * }</pre>
 *
 * <p>Each window begins {@link #stride} tokens after the previous one; the default is 1. With a
 * stride equal to the length, each token is a target once. A model begins every window with a zero
 * state. Only the tokens are stored, not the windows. Defaults: batches of 32 windows, in order.
 * Immutable.
 */
public final class TokenWindows implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  /** All integers up to this one can be represented exactly as floats. */
  private static final int MAX_TOKEN = 1 << 24;

  private final int[] tokens;
  private final int length;
  private final int stride;
  private final Batching batching;

  private TokenWindows(int[] tokens, int length, int stride, Batching batching) {
    this.tokens = tokens;
    this.length = length;
    this.stride = stride;
    this.batching = batching;
  }

  /**
   * Creates windows of a length over these tokens.
   *
   * @throws IllegalArgumentException if {@code length} is below 1, there are fewer than {@code
   *     length + 1} tokens, or a token is negative or above 16,777,216
   */
  public static TokenWindows of(int[] tokens, int length) {
    if (length < 1 || length >= tokens.length) {
      throw new IllegalArgumentException(
          "A window must have at least 1 token and be followed by another one, but length="
              + length
              + " and there are "
              + tokens.length
              + " tokens.");
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] > MAX_TOKEN) {
        throw new IllegalArgumentException(
            "A token must be between 0 and "
                + MAX_TOKEN
                + ", but token "
                + i
                + " is "
                + tokens[i]
                + ".");
      }
    }
    return new TokenWindows(tokens.clone(), length, 1, Batching.DEFAULT);
  }

  /**
   * Cuts a long text into neighboring rows of equal length, for training with {@code
   * truncatedBackpropagation} on stretches of the rows. All rows are one batch. The last tokens,
   * fewer than {@code count}, that would make the rows unequal are not used, as in the language
   * model of PyTorch's examples.
   *
   * <pre>{@code
   * var twoRows = TokenWindows.rows(new int[] {5, 3, 8, 2, 9, 4}, 2);
   * // {5, 3} with targets {3, 8}, and {8, 2} with targets {2, 9}
   * }</pre>
   *
   * @param count the number of rows, at least 1
   * @throws IllegalArgumentException if {@code count} is below 1, there are fewer than {@code count
   *     + 1} tokens, or a token is negative or above 16,777,216
   */
  public static TokenWindows rows(int[] tokens, int count) {
    if (count < 1 || count >= tokens.length) {
      throw new IllegalArgumentException(
          "The number of rows must be at least 1 and less than the number of tokens, which is "
              + tokens.length
              + ", but was "
              + count
              + ".");
    }
    int length = (tokens.length - 1) / count;
    return of(Arrays.copyOf(tokens, count * length + 1), length).stride(length).batchSize(count);
  }

  /**
   * Sets how many tokens after the previous window a window begins; 1 by default.
   *
   * @throws IllegalArgumentException if {@code count} is below 1
   */
  public TokenWindows stride(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("stride must be at least 1, but was " + count + ".");
    }
    return new TokenWindows(tokens, length, count, batching);
  }

  @Override
  public TokenWindows batchSize(int size) {
    return new TokenWindows(tokens, length, stride, batching.withSize(size));
  }

  @Override
  public TokenWindows shuffled(long seed) {
    return new TokenWindows(tokens, length, stride, batching.withSeed(seed));
  }

  @Override
  public int size() {
    return (tokens.length - 1 - length) / stride + 1;
  }

  @Override
  public Shape inputShape() {
    return Shape.of(length);
  }

  @Override
  public Shape targetShape() {
    return Shape.of(length);
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    return batching.order(size(), epoch);
  }

  /**
   * Returns how many windows have all their targets before those of the window {@code validation}.
   */
  @Override
  public int trainingSize(int validation) {
    return Math.max(0, validation - (length - 1) / stride);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    copy(sample * stride, slice, row * length);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    copy(sample * stride + 1, target, offset);
  }

  private void copy(int from, float[] to, int offset) {
    for (int t = 0; t < length; t++) {
      to[offset + t] = (float) tokens[from + t];
    }
  }

  /**
   * Returns the input tokens of a window.
   *
   * @throws IndexOutOfBoundsException if there is no such window
   */
  public int[] window(int sample) {
    if (sample < 0 || sample >= size()) {
      throw new IndexOutOfBoundsException(
          "The index of a window must be between 0 and "
              + (size() - 1)
              + ", but was "
              + sample
              + ".");
    }
    return Arrays.copyOfRange(tokens, sample * stride, sample * stride + length);
  }

  @Override
  public String toString() {
    return size()
        + " windows of "
        + length
        + " tokens, each "
        + stride
        + " after the previous one, in batches of "
        + batchSize();
  }
}
