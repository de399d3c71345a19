package org.unroll.datasets;

import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;

/**
 * Tasks of any length that measure how long a network remembers, after S. Hochreiter and J.
 * Schmidhuber, "Long short-term memory" (Neural Computation 9, 1997). The target depends only on
 * time steps in the distant past; those in between are irrelevant.
 *
 * <p>A task is solved when 99 % of new sequences are answered correctly, as defined for each task.
 * The same seed generates the same sequences on every machine and JDK, and fewer sequences are the
 * beginning of more. Use another seed for test sequences.
 *
 * <pre>{@code
 * Samples sums = SequenceTasks.adding(100, 1000, 42); // inputs (100, 2), targets (1)
 * }</pre>
 */
public final class SequenceTasks {
  /**
   * The largest absolute error of a correct answer to {@link #adding}: 0.04 of the range of the
   * target, as in Hochreiter and Schmidhuber, whose target is scaled to 0 … 1.
   */
  public static final double ADDING_TOLERANCE = 0.08;

  private static final int E = 0;
  private static final int B = 1;
  private static final int X = 6;
  private static final int ORDER_SYMBOLS = 8;

  private static final int COPY_ALPHABET = 8;
  private static final int BLANK = 8;
  private static final int GO = 9;

  private SequenceTasks() {}

  /**
   * The adding problem: the target is the sum of the two numbers that are marked. Each time step
   * has a number, uniform on [0, 1), and a marker, which is 1 at two steps and 0 at all others. One
   * marked step is in the first half of the sequence (steps 0 … ⌊length/2⌋−1) and one in the
   * second, each uniform in its half.
   *
   * <p>Inputs have the shape (length, 2), targets the shape (1). The loss is the mean squared
   * error; always answering 1 has a loss of 1/6 (0.167). An answer is correct if its error is less
   * than {@link #ADDING_TOLERANCE}.
   *
   * <p>This is the form of Le, Jaitly and Hinton (arXiv:1504.00941) with the markers of Arjovsky,
   * Shah and Bengio (arXiv:1511.06464). The original of 1997 (experiment 4) draws from [−1, 1], has
   * markers of −1 at both ends and lengths that vary by a tenth, and scales the target to 0.5 + (a
   * + b)/4.
   *
   * @param length the number of time steps, at least 2
   * @param samples the number of sequences, at least 1
   * @param seed the seed of the sequences
   * @throws IllegalArgumentException if {@code length} or {@code samples} is too small
   */
  public static Samples adding(int length, int samples, long seed) {
    check("length", length, 2, samples);
    var random = new SplitMix64(seed);
    double[][][] inputs = new double[samples][length][2];
    double[] targets = new double[samples];
    int half = length / 2;
    for (int i = 0; i < samples; i++) {
      for (int t = 0; t < length; t++) {
        inputs[i][t][0] = random.nextDouble();
      }
      for (int marked : new int[] {below(half, random), half + below(length - half, random)}) {
        inputs[i][marked][1] = 1;
        targets[i] += inputs[i][marked][0];
      }
    }
    return Samples.of(inputs).targets(targets);
  }

  /**
   * Temporal order (experiment 6a): the target is the order of two signals. A sequence begins with
   * the symbol E and ends with B. One signal, X or Y, is in its second tenth (steps ⌊length/10⌋ …
   * ⌊length/5⌋−1) and one in its sixth (⌊length/2⌋ … ⌊6·length/10⌋−1). All other symbols are drawn
   * from a, b, c, d and are irrelevant. All draws are uniform.
   *
   * <p>Inputs have the shape (length, 8): the one-hot symbol in the order E, B, a, b, c, d, X, Y.
   * Targets have the shape (1): class 0 for XX, 1 for XY, 2 for YX, 3 for YY. The loss is sparse
   * categorical cross-entropy; guessing has an accuracy of 0.25 and a loss of ln 4 (1.386). An
   * answer is correct if its class is.
   *
   * <p>In the original the length varies from 100 to 110; here it is constant.
   *
   * @param length the number of time steps, at least 10
   * @param samples the number of sequences, at least 1
   * @param seed the seed of the sequences
   * @throws IllegalArgumentException if {@code length} or {@code samples} is too small
   */
  public static Samples temporalOrder(int length, int samples, long seed) {
    check("length", length, 10, samples);
    var random = new SplitMix64(seed);
    double[][][] inputs = new double[samples][length][ORDER_SYMBOLS];
    int[] targets = new int[samples];
    for (int i = 0; i < samples; i++) {
      int first = between(length / 10, length / 5, random);
      int second = between(length / 2, (int) (6L * length / 10), random);
      for (int t = 0; t < length; t++) {
        int symbol;
        if (t == 0) {
          symbol = E;
        } else if (t == length - 1) {
          symbol = B;
        } else if (t == first || t == second) {
          int signal = below(2, random);
          targets[i] = 2 * targets[i] + signal;
          symbol = X + signal;
        } else {
          symbol = B + 1 + below(4, random);
        }
        inputs[i][t][symbol] = 1;
      }
    }
    return Samples.of(inputs).targets(targets);
  }

  /**
   * Copying: a list of symbols must be repeated after a delay. A sequence consists of {@code
   * symbols} uniform symbols out of 8, {@code delay} − 1 blanks, a go signal and {@code symbols}
   * blanks. The target is blank up to and including the go signal, followed by the list in its
   * order.
   *
   * <p>Inputs have the shape (delay + 2·symbols, 10): one-hot, the 8 symbols, the blank, the go
   * signal. Targets have the shape (delay + 2·symbols): classes 0 … 7 for the symbols and 8 for the
   * blank, so a model has 9 outputs per time step. The loss is sparse categorical cross-entropy;
   * answering blanks and then guessing has a loss of symbols · ln 8 / (delay + 2·symbols). A
   * sequence is correct if all symbols after the go signal are.
   *
   * <p>This is the form of Arjovsky, Shah and Bengio (arXiv:1511.06464), who use 10 symbols; the
   * idea is from the paper of 1997.
   *
   * @param symbols the number of symbols to copy, at least 1
   * @param delay the number of time steps from the last symbol to the go signal, at least 1
   * @param samples the number of sequences, at least 1
   * @param seed the seed of the sequences
   * @throws IllegalArgumentException if {@code symbols}, {@code delay} or {@code samples} is below
   *     1
   */
  public static Samples copy(int symbols, int delay, int samples, long seed) {
    check("symbols", symbols, 1, samples);
    check("delay", delay, 1, samples);
    var random = new SplitMix64(seed);
    int length = Math.addExact(delay, 2 * symbols);
    double[][][] inputs = new double[samples][length][COPY_ALPHABET + 2];
    int[][] targets = new int[samples][length];
    for (int i = 0; i < samples; i++) {
      for (int t = 0; t < length; t++) {
        int symbol = BLANK;
        if (t < symbols) {
          symbol = below(COPY_ALPHABET, random);
          targets[i][symbols + delay + t] = symbol;
        } else if (t == symbols + delay - 1) {
          symbol = GO;
        }
        inputs[i][t][symbol] = 1;
        if (t < symbols + delay) {
          targets[i][t] = BLANK;
        }
      }
    }
    return Samples.of(inputs).targets(targets);
  }

  private static int below(int bound, SplitMix64 random) {
    return (int) (random.nextDouble() * bound);
  }

  private static int between(int from, int to, SplitMix64 random) {
    return from + below(to - from, random);
  }

  private static void check(String name, int value, int least, int samples) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ", but was " + value + ".");
    }
    if (samples < 1) {
      throw new IllegalArgumentException("samples must be at least 1, but was " + samples + ".");
    }
  }
}
