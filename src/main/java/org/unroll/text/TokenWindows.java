package org.unroll.text;

import java.util.Arrays;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/**
 * Windows over one long list of tokens, for a language model: what is seen are {@code length}
 * tokens, and the target of each of them is the token that follows it, so that a model that returns
 * sequences learns to tell the next token at every step (many to many).
 *
 * <pre>{@code
 * var tokens = TokenWindows.of(new int[] {5, 3, 8, 2, 9}, 3).batchSize(64);
 * // 2 windows: {5, 3, 8} with targets {3, 8, 2}, and {3, 8, 2} with targets {8, 2, 9}
 * }</pre>
 *
 * <p>A window begins {@link #stride} tokens behind the one before, 1 by default; with a stride of
 * its length each token is a target once. The windows know nothing of each other: a model begins
 * each of them with a state of zeros. Nothing is copied but the tokens, once. By default the
 * batches have 32 windows, in order. Immutable.
 */
public final class TokenWindows implements Dataset {
  /** The whole numbers that a float holds exactly end here. */
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
   * Windows of a length over these tokens.
   *
   * @throws IllegalArgumentException if the length is below 1, there are not at least {@code length
   *     + 1} tokens, or one of them is negative or above 16,777,216
   */
  public static TokenWindows of(int[] tokens, int length) {
    if (length < 1 || length >= tokens.length) {
      throw new IllegalArgumentException(
          "A window has at least 1 token, and one token must follow it. Received: length="
              + length
              + " and "
              + tokens.length
              + " tokens.");
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] > MAX_TOKEN) {
        throw new IllegalArgumentException(
            "A token is a number from 0 to "
                + MAX_TOKEN
                + ". Received: "
                + tokens[i]
                + " as token "
                + i
                + ".");
      }
    }
    return new TokenWindows(tokens.clone(), length, 1, Batching.DEFAULT);
  }

  /** How many tokens behind the last window the next one begins; 1 by default. */
  public TokenWindows stride(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("A stride is at least 1. Received: stride=" + count);
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

  /** The tokens of a window, for a look at it. */
  public int[] window(int sample) {
    if (sample < 0 || sample >= size()) {
      throw new IndexOutOfBoundsException(
          "There are windows 0 to " + (size() - 1) + ". Received: " + sample);
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
        + " behind the last, in batches of "
        + batchSize();
  }
}
