package org.unroll.datasets;

import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;

/**
 * Tasks of any length that tell how long a network remembers, after S. Hochreiter and J.
 * Schmidhuber, "Long short-term memory" (Neural Computation 9, 1997): nothing but what stands far
 * back decides the target, and what lies between says nothing.
 *
 * <p>A task is solved when 99 % of new sequences come out right; what right means stands with each
 * task. The same seed makes the same sequences, on every machine and JDK; fewer sequences are the
 * beginning of more. Sequences of another seed are new ones, to test on.
 */
public final class SequenceTasks {
  /**
   * How far off an answer to {@link #adding} may be and still be right: 0.04 of the range of the
   * target, as with Hochreiter and Schmidhuber, whose target is scaled to 0 … 1.
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
   * The adding problem: the sum of the two numbers that are marked. Each time step is a number,
   * uniform on [0, 1), and a marker that is 1 at two steps and 0 at all others; one of the two lies
   * in the first half of the sequence (steps 0 … ⌊length/2⌋−1), one in the second, each anywhere in
   * it with the same probability.
   *
   * <p>Inputs (length, 2), target (1): the sum. To be trained with the mean squared error; always
   * to answer 1 gives 1/6 (0.167). An answer is right when it is off by less than {@link
   * #ADDING_TOLERANCE}.
   *
   * <p>This is the form of Le, Jaitly and Hinton (arXiv:1504.00941) with the markers of Arjovsky,
   * Shah and Bengio (arXiv:1511.06464). The original of 1997 (experiment 4) draws from [−1, 1], has
   * markers of −1 at both ends and lengths that vary by a tenth, and scales the target to 0.5 + (a
   * + b)/4.
   *
   * @param length time steps, at least 2
   * @param samples the number of sequences, at least 1
   */
  public static Samples adding(int length, int samples, long seed) {
    check("The adding problem", "length", length, 2, samples);
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
   * Temporal order (experiment 6a): in which order two signals came. A sequence begins with the
   * symbol E and ends with B; one signal, X or Y, stands somewhere in its second tenth (steps
   * ⌊length/10⌋ … ⌊length/5⌋−1), one in its sixth (⌊length/2⌋ … ⌊6·length/10⌋−1); all else is drawn
   * from a, b, c, d and says nothing. All draws are uniform.
   *
   * <p>Inputs (length, 8): the symbol one-hot, in the order E, B, a, b, c, d, X, Y. Target (1): the
   * class, 0 for XX, 1 for XY, 2 for YX, 3 for YY. To be trained with sparse categorical
   * cross-entropy; a guess gives an accuracy of 0.25 and a loss of ln 4 (1.386). An answer is right
   * when its class is.
   *
   * <p>In the original the length varies from 100 to 110; here it is as given.
   *
   * @param length time steps, at least 10
   * @param samples the number of sequences, at least 1
   */
  public static Samples temporalOrder(int length, int samples, long seed) {
    check("The temporal order task", "length", length, 10, samples);
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
   * Copying: a list of symbols has to be said again after a pause. A sequence is {@code symbols}
   * symbols out of 8, uniform; {@code delay} − 1 blanks; a sign to begin; {@code symbols} blanks.
   * The target is blank up to and with the sign, and then the list in its order.
   *
   * <p>Inputs (delay + 2·symbols, 10): one-hot, the 8 symbols, then the blank, then the sign.
   * Targets (delay + 2·symbols): the classes 0 … 7 for the symbols, 8 for the blank; so a model has
   * 9 outputs at each time step. To be trained with sparse categorical cross-entropy; to answer
   * blanks, and then to guess, gives a loss of symbols · ln 8 / (delay + 2·symbols). A sequence is
   * right when all symbols after the sign are.
   *
   * <p>This is the form of Arjovsky, Shah and Bengio (arXiv:1511.06464), who have 10 symbols; the
   * idea is that of 1997.
   *
   * @param symbols how many symbols are to be copied, at least 1
   * @param delay time steps from the last symbol to the sign, at least 1
   * @param samples the number of sequences, at least 1
   */
  public static Samples copy(int symbols, int delay, int samples, long seed) {
    check("The copy task", "symbols", symbols, 1, samples);
    check("The copy task", "delay", delay, 1, samples);
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

  private static void check(String task, String what, int value, int least, int samples) {
    if (value < least) {
      throw new IllegalArgumentException(
          task
              + " needs a "
              + what
              + " of at least "
              + least
              + ". Received: "
              + what
              + "="
              + value);
    }
    if (samples < 1) {
      throw new IllegalArgumentException(
          task + " needs at least 1 sequence. Received: samples=" + samples);
    }
  }
}
