package org.unroll.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws the next token from the probabilities that a language model predicts.
 *
 * <p>The probabilities p are changed in this order, as in Hugging Face Transformers:
 *
 * <ol>
 *   <li>{@link #without}: the probabilities of excluded tokens become 0.
 *   <li>{@link #temperature}: p becomes p^(1/T), divided by the sum. This is the softmax of logits
 *       divided by T. A temperature below 1 makes probable tokens more probable.
 *   <li>{@link #topK}: only the k most probable tokens are kept. Tokens as probable as the last of
 *       them are kept too.
 *   <li>{@link #topP}, nucleus sampling: only the smallest set of most probable tokens whose
 *       probabilities, after the steps before, sum to at least p is kept. Of equally probable
 *       tokens, those with lower ids come first.
 * </ol>
 *
 * <pre>{@code
 * import org.unroll.text.*;
 *
 * var sampler = Sampler.random().temperature(0.8).topK(40).topP(0.95);
 * int id = sampler.draw(new double[] {0.1, 0.6, 0.3}, new java.util.Random(7));
 * int best = Sampler.greedy().draw(new double[] {0.1, 0.6, 0.3}, new java.util.Random(7)); // 1
 * }</pre>
 *
 * <p>Immutable: each setting returns a new object. Defaults: temperature 1, all tokens.
 *
 * <p>Sources: A. Fan, M. Lewis and Y. Dauphin, "Hierarchical neural story generation" (ACL 2018)
 * for top-k; A. Holtzman et al., "The curious case of neural text degeneration" (ICLR 2020) for
 * top-p.
 */
public final class Sampler {
  /** The sum of a model's probabilities may differ from 1 by this much, due to rounding. */
  private static final double TOLERANCE = 1e-3;

  private final boolean greedy;
  private final double temperature;
  private final int k;
  private final double p;
  private final int[] excluded;

  private Sampler(boolean greedy, double temperature, int k, double p, int[] excluded) {
    this.greedy = greedy;
    this.temperature = temperature;
    this.k = k;
    this.p = p;
    this.excluded = excluded;
  }

  /** Creates a sampler that draws tokens with their probabilities. */
  public static Sampler random() {
    return new Sampler(false, 1, Integer.MAX_VALUE, 1, new int[0]);
  }

  /**
   * Creates a sampler that always takes the most probable token, and of equally probable ones that
   * with the lowest id.
   */
  public static Sampler greedy() {
    return new Sampler(true, 1, Integer.MAX_VALUE, 1, new int[0]);
  }

  /**
   * Sets the temperature; 1 by default.
   *
   * @throws IllegalArgumentException if it is not a positive number
   * @throws IllegalStateException if this sampler is greedy
   */
  public Sampler temperature(double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "The temperature must be a positive number, but was "
              + value
              + "."
              + (value == 0 ? " For the most probable token, use Sampler.greedy()." : ""));
    }
    requireRandom("temperature");
    return new Sampler(false, value, k, p, excluded);
  }

  /**
   * Sets how many of the most probable tokens are kept; all by default.
   *
   * @param count if it is greater than the number of tokens, all are kept
   * @throws IllegalArgumentException if {@code count} is below 1
   * @throws IllegalStateException if this sampler is greedy
   */
  public Sampler topK(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("topK must be at least 1, but was " + count + ".");
    }
    requireRandom("topK");
    return new Sampler(false, temperature, count, p, excluded);
  }

  /**
   * Sets the probability that the most probable tokens must have together; 1, all tokens, by
   * default. The token that reaches the sum is kept, so there is always at least one.
   *
   * @throws IllegalArgumentException unless 0 &lt; {@code sum} ≤ 1
   * @throws IllegalStateException if this sampler is greedy
   */
  public Sampler topP(double sum) {
    if (!(sum > 0 && sum <= 1)) {
      throw new IllegalArgumentException(
          "topP must be greater than 0 and at most 1, but was " + sum + ".");
    }
    requireRandom("topP");
    return new Sampler(false, temperature, k, sum, excluded);
  }

  private void requireRandom(String setting) {
    if (greedy) {
      throw new IllegalStateException(
          setting
              + " must be set on a random sampler, because a greedy one always takes the most"
              + " probable token. Use Sampler.random().");
    }
  }

  /**
   * Adds tokens that are never drawn, for example {@link Vocabulary#UNKNOWN}; none by default.
   *
   * @throws IllegalArgumentException if an id is negative
   */
  public Sampler without(int... ids) {
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException(
            "The id of an excluded token must not be negative, but was " + id + ".");
      }
    }
    int[] all = IntStream.concat(Arrays.stream(excluded), Arrays.stream(ids)).distinct().toArray();
    return new Sampler(greedy, temperature, k, p, all);
  }

  /**
   * Draws a token.
   *
   * @param probabilities the probability of each token, for example the output of a model whose
   *     last activation is {@code softmax}
   * @param random the source of the draw. A greedy sampler does not use it; otherwise, each draw
   *     takes one {@code nextDouble()}
   * @return the id of the token
   * @throws IllegalArgumentException as {@link #distribution} does
   */
  public int draw(double[] probabilities, RandomGenerator random) {
    double[] q = distribution(probabilities);
    if (greedy) {
      return mostProbable(q);
    }
    double left = random.nextDouble();
    int drawn = -1;
    for (int id = 0; id < q.length && left >= 0; id++) {
      if (q[id] > 0) { // rounding must not select an impossible token
        drawn = id;
        left -= q[id];
      }
    }
    return drawn;
  }

  /**
   * Returns the probabilities with which {@link #draw} takes each token.
   *
   * @param probabilities the probability of each token
   * @return probabilities with sum 1; those of the tokens that are not kept are 0
   * @throws IllegalArgumentException if a value is negative or not a number, the sum is not 1, an
   *     excluded token does not exist, or all tokens with a positive probability are excluded
   */
  public double[] distribution(double[] probabilities) {
    requireProbabilities(probabilities);
    double[] q = probabilities.clone();
    for (int id : excluded) {
      if (id >= q.length) {
        throw new IllegalArgumentException(
            "The excluded tokens must be from 0 to "
                + (q.length - 1)
                + ", but "
                + id
                + " is excluded.");
      }
      q[id] = 0;
    }
    double largest = Arrays.stream(q).max().orElseThrow();
    if (largest == 0) {
      throw new IllegalArgumentException(
          "At least one token with a positive probability must remain, but without "
              + Arrays.toString(excluded)
              + " there is none.");
    }
    if (greedy) {
      int best = mostProbable(q);
      Arrays.fill(q, 0);
      q[best] = 1;
      return q;
    }
    // Divided by the largest, which stays 1 at any temperature.
    Arrays.setAll(q, id -> Math.pow(q[id] / largest, 1 / temperature));
    if (k < q.length) {
      double last = Arrays.stream(q).sorted().toArray()[q.length - k];
      Arrays.setAll(q, id -> q[id] < last ? 0 : q[id]);
    }
    if (p < 1) {
      keepNucleus(q);
    }
    double sum = Arrays.stream(q).sum();
    Arrays.setAll(q, id -> q[id] / sum);
    return q;
  }

  private void keepNucleus(double[] q) {
    int[] order =
        IntStream.range(0, q.length)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -q[id]))
            .mapToInt(Integer::intValue)
            .toArray();
    double enough = p * Arrays.stream(q).sum();
    double before = 0;
    for (int id : order) {
      double own = q[id];
      if (before >= enough) {
        q[id] = 0;
      }
      before += own;
    }
  }

  private static int mostProbable(double[] q) {
    int best = 0;
    for (int id = 1; id < q.length; id++) {
      if (q[id] > q[best]) {
        best = id;
      }
    }
    return best;
  }

  private static void requireProbabilities(double[] values) {
    double sum = 0;
    for (int id = 0; id < values.length; id++) {
      if (!(values[id] >= 0)) {
        throw new IllegalArgumentException(
            "Probabilities must not be negative, but that of token "
                + id
                + " was "
                + values[id]
                + ". The last activation of the model must be softmax.");
      }
      sum += values[id];
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) {
      throw new IllegalArgumentException(
          "The probabilities of all tokens must sum to 1, but the sum of "
              + values.length
              + " values was "
              + sum
              + ". The last activation of the model must be softmax.");
    }
  }

  @Override
  public String toString() {
    return (greedy
            ? "greedy sampler"
            : "random sampler, temperature "
                + temperature
                + (k == Integer.MAX_VALUE ? "" : ", topK " + k)
                + (p == 1 ? "" : ", topP " + p))
        + (excluded.length == 0 ? "" : ", without " + Arrays.toString(excluded));
  }
}
