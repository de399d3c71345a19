package org.unroll.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * An n-gram language model: the probability of a token depends on the n − 1 tokens before it. It is
 * the baseline that a recurrent language model must beat.
 *
 * <p>The probabilities are those of interpolated Kneser–Ney smoothing. With h for the tokens
 * before, h′ for h without its first token, and V ids:
 *
 * <pre>
 *   P(w | h) = max(c(h w) − D, 0) / C(h) + D · N(h) / C(h) · P(w | h′)
 *   P(w | no token) is interpolated in the same way with 1 / V
 * </pre>
 *
 * <p>For n tokens, c(h w) is how often h w occurs. For fewer, it is the number of different tokens
 * that precede h w. C(h) is the sum of c(h w) over all w, and N(h) is the number of different w
 * after h. The discount of each length is D = n₁ / (n₁ + 2·n₂), where n₁ and n₂ are the numbers of
 * token sequences of this length with c = 1 and c = 2, or 0.5 if n₁ = 0. If h never occurs, P(w |
 * h) is P(w | h′). Every id has a positive probability, and the sum over all ids is 1.
 *
 * <pre>{@code
 * import org.unroll.text.*;
 *
 * var texts = List.of("^the cat sat.", "^the dog sat.", "^a cat ran.");
 * var letters = TextVectorization.characters().adapt(texts);
 * var trigrams = NGramModel.of(3, letters.vocabulary().size(), letters.vectorize(texts));
 * double perplexity = trigrams.perplexity(letters.vectorize("^the cat ran."));
 * double[] next = trigrams.probabilities(letters.vectorize("^the ca")); // most probable: "t"
 * }</pre>
 *
 * <p>The first token of a sequence is given and not predicted, as with a network whose inputs are
 * the tokens of a sequence and whose targets are the tokens after them. To include the first word
 * of a sentence, begin each sentence with a special token. The beginning of a sequence is part of
 * the context. Immutable.
 *
 * <p>Sources: S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language
 * modeling" (Computer Speech and Language 13, 1999), with one discount for each length instead of
 * the three of their modified variant; R. Kneser and H. Ney, "Improved backing-off for M-gram
 * language modeling" (ICASSP 1995).
 */
public final class NGramModel {
  /** Stands before the first token of a sequence. */
  private static final int BEGINNING = -1;

  private final int order;
  private final int size;
  private final Context empty = new Context();
  private final double[] discounts; // by the length of the context

  /** The tokens that follow a context, and the contexts that are longer by one token before it. */
  private static final class Context {
    final Map<Integer, Context> longer = new HashMap<>(2);
    final Map<Integer, Integer> counts = new HashMap<>(2);
    long total;

    /** Returns whether the token follows this context for the first time. */
    boolean add(int token) {
      total++;
      return counts.merge(token, 1, Integer::sum) == 1;
    }
  }

  private NGramModel(int order, int size) {
    this.order = order;
    this.size = size;
    discounts = new double[order];
  }

  /**
   * Counts the n-grams of sequences of token ids.
   *
   * @param order n, the number of tokens of the longest n-grams: 1 for single tokens, 2 for pairs
   * @param size the number of ids, {@link Vocabulary#size()}
   * @param sequences token ids from 0 to {@code size} − 1
   * @throws IllegalArgumentException if {@code order} is below 1, an id is out of range, or no
   *     sequence has two tokens
   */
  public static NGramModel of(int order, int size, int[]... sequences) {
    if (order < 1 || size < 1) {
      throw new IllegalArgumentException(
          "order and size must be at least 1, but were " + order + " and " + size + ".");
    }
    var model = new NGramModel(order, size);
    model.requireTargets(sequences);
    for (int[] sequence : sequences) {
      for (int t = 1; t < sequence.length; t++) {
        model.count(sequence, t);
      }
    }
    long[] once = new long[order];
    long[] twice = new long[order];
    countRare(model.empty, 0, once, twice);
    for (int length = 0; length < order; length++) {
      model.discounts[length] =
          once[length] == 0 ? 0.5 : (double) once[length] / (once[length] + 2 * twice[length]);
    }
    return model;
  }

  /** Counts a token in its longest context, and in shorter ones if what precedes it is new. */
  private void count(int[] sequence, int t) {
    var contexts = new Context[order];
    contexts[0] = empty;
    for (int length = 1; length < order; length++) {
      int previous = t >= length ? sequence[t - length] : BEGINNING;
      contexts[length] =
          contexts[length - 1].longer.computeIfAbsent(previous, key -> new Context());
    }
    int length = order - 1;
    while (contexts[length].add(sequence[t]) && length > 0) {
      length--;
    }
  }

  private static void countRare(Context context, int length, long[] once, long[] twice) {
    for (int count : context.counts.values()) {
      once[length] += count == 1 ? 1 : 0;
      twice[length] += count == 2 ? 1 : 0;
    }
    context.longer.values().forEach(longer -> countRare(longer, length + 1, once, twice));
  }

  private void requireTargets(int[]... sequences) {
    boolean found = false;
    for (int i = 0; i < sequences.length; i++) {
      for (int t = 0; t < sequences[i].length; t++) {
        int id = sequences[i][t];
        if (id < 0 || id >= size) {
          throw new IllegalArgumentException(
              "A token id must be from 0 to "
                  + (size - 1)
                  + ", but was "
                  + id
                  + " at position "
                  + t
                  + " of sequence "
                  + i
                  + ".");
        }
      }
      found |= sequences[i].length > 1;
    }
    if (!found) {
      throw new IllegalArgumentException(
          "At least one sequence must have two tokens or more, because the first token is not"
              + " predicted, but there are "
              + sequences.length
              + " shorter sequences.");
    }
  }

  /** Returns n, the number of tokens of the longest n-grams. */
  public int order() {
    return order;
  }

  /** Returns the number of ids. */
  public int size() {
    return size;
  }

  /**
   * Returns the probability of each id after these tokens.
   *
   * @param context the tokens since the beginning of the sequence, of which the last n − 1 count
   * @throws IllegalArgumentException if an id is out of range
   */
  public double[] probabilities(int... context) {
    requireContext(context);
    double[] p = new double[size];
    Arrays.fill(p, 1.0 / size);
    Context node = empty;
    for (int length = 0; node != null; length++) {
      double discount = discounts[length];
      double weight = discount * node.counts.size() / node.total;
      Arrays.setAll(p, id -> p[id] * weight);
      double total = node.total;
      node.counts.forEach((id, count) -> p[id] += Math.max(count - discount, 0) / total);
      node = longer(node, context, context.length, length);
    }
    return p;
  }

  private void requireContext(int... context) {
    if (context.length > 0) {
      // A single token is a context, too.
      requireTargets(context, new int[2]);
    }
  }

  /** Returns the context that is longer by one token; null if it never occurred. */
  private Context longer(Context context, int[] sequence, int t, int length) {
    int previous = t > length ? sequence[t - length - 1] : BEGINNING;
    return length + 1 < order ? context.longer.get(previous) : null;
  }

  /**
   * Returns the natural logarithm of the probability of a token.
   *
   * @param context the tokens since the beginning of the sequence, of which the last n − 1 count
   * @throws IllegalArgumentException if an id is out of range
   */
  public double logProbability(int[] context, int token) {
    requireContext(context);
    requireContext(token);
    int[] sequence = Arrays.copyOf(context, context.length + 1);
    sequence[context.length] = token;
    return logProbability(sequence, context.length, token);
  }

  private double logProbability(int[] sequence, int t, int token) {
    double p = 1.0 / size;
    Context node = empty;
    for (int length = 0; node != null; length++) {
      double discount = discounts[length];
      double seen = Math.max(node.counts.getOrDefault(token, 0) - discount, 0);
      p = (seen + discount * node.counts.size() * p) / node.total;
      node = longer(node, sequence, t, length);
    }
    return Math.log(p);
  }

  /**
   * Returns the sum of the natural logarithms of the probabilities of all tokens but the first.
   *
   * @throws IllegalArgumentException if an id is out of range, or there are fewer than two tokens
   */
  public double logProbability(int... sequence) {
    requireTargets(sequence, new int[0]);
    double sum = 0;
    for (int t = 1; t < sequence.length; t++) {
      sum += logProbability(sequence, t, sequence[t]);
    }
    return sum;
  }

  /**
   * Returns the perplexity exp(−mean of log P) over all tokens but the first of each sequence. The
   * perplexity of a network on the same tokens is the exponential of its {@code
   * sparseCategoricalCrossentropy()}: {@code Math.exp(model.evaluate(data).get("loss"))}, if the
   * model has no regularizers and the sequences are not padded.
   *
   * @throws IllegalArgumentException if an id is out of range, or no sequence has two tokens
   */
  public double perplexity(int[]... sequences) {
    requireTargets(sequences);
    double sum = 0;
    long count = 0;
    for (int[] sequence : sequences) {
      for (int t = 1; t < sequence.length; t++) {
        sum += logProbability(sequence, t, sequence[t]);
        count++;
      }
    }
    return Math.exp(-sum / count);
  }

  @Override
  public String toString() {
    return order + "-gram model of " + size + " ids";
  }
}
