package org.unroll.data;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The rule by which sequences of different lengths are brought to one length: short sequences are
 * padded with a value, and long ones are truncated.
 *
 * <pre>{@code
 * int[][] reviews = {{5, 2}, {7, 1, 4, 3}};
 * int[][] padded = SequencePadding.padSequences(reviews, SequencePadding.pre().maxlen(3)); // {0, 5, 2}, {1, 4, 3}
 * }</pre>
 *
 * <p>Defaults: the length of the longest sequence, padding and truncation at the beginning, and the
 * value 0. Padding is not masked by itself: an {@code Embedding} with {@code maskZero(true)} masks
 * the token 0, and {@code masking(value)} masks time steps whose features all equal the value.
 * Immutable.
 *
 * <p>Source: Keras 3, {@code keras.utils.pad_sequences}.
 */
public final class SequencePadding implements Serializable {
  private static final long serialVersionUID = 1;

  private static final String PRE = "pre";
  private static final String POST = "post";

  private final boolean fillsBefore;
  private final boolean cutsBefore;
  private final int maxlen; // 0 for the length of the longest sequence
  private final double value;

  private SequencePadding(boolean fillsBefore, boolean cutsBefore, int maxlen, double value) {
    this.fillsBefore = fillsBefore;
    this.cutsBefore = cutsBefore;
    this.maxlen = maxlen;
    this.value = value;
  }

  /** Returns padding at the beginning, the default in Keras. */
  public static SequencePadding pre() {
    return new SequencePadding(true, true, 0, 0);
  }

  /** Returns padding at the end. */
  public static SequencePadding post() {
    return new SequencePadding(false, true, 0, 0);
  }

  /**
   * Sets the length of all sequences; the length of the longest sequence by default.
   *
   * @throws IllegalArgumentException if {@code steps} is below 1
   */
  public SequencePadding maxlen(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "maxlen must be at least 1 time step, but was " + steps + ".");
    }
    return new SequencePadding(fillsBefore, cutsBefore, steps, value);
  }

  /**
   * Sets the side at which long sequences are truncated: {@code "pre"}, the default, keeps their
   * end; {@code "post"} keeps their beginning.
   *
   * @throws IllegalArgumentException if {@code side} is neither
   */
  public SequencePadding truncating(String side) {
    if (!side.equals(PRE) && !side.equals(POST)) {
      throw new IllegalArgumentException(
          "truncating must be \"pre\" or \"post\", but was \"" + side + "\".");
    }
    return new SequencePadding(fillsBefore, side.equals(PRE), maxlen, value);
  }

  /** Sets the value with which short sequences are padded; 0 by default. */
  public SequencePadding value(double newValue) {
    return new SequencePadding(fillsBefore, cutsBefore, maxlen, newValue);
  }

  double value() {
    return value;
  }

  /** Returns the common length of sequences, given the length of the longest. */
  int length(int longest) {
    if (maxlen == 0 && longest == 0) {
      throw new IllegalArgumentException(
          "At least one sequence must not be empty, or maxlen(…) must set the length.");
    }
    return maxlen == 0 ? longest : maxlen;
  }

  /** Returns the first time step of a sequence that is kept. */
  int from(int steps, int length) {
    return cutsBefore ? Math.max(0, steps - length) : 0;
  }

  /** Returns the position at which the kept part of a sequence begins. */
  int at(int steps, int length) {
    return fillsBefore ? Math.max(0, length - steps) : 0;
  }

  /** Returns token lists of one length, padded as by {@link #pre()}. */
  public static int[][] padSequences(int[][] sequences) {
    return padSequences(sequences, pre());
  }

  /**
   * Returns token lists of one length.
   *
   * @throws IllegalArgumentException if the padding value is not an integer, or all lists are empty
   *     and no {@link #maxlen} is set
   */
  public static int[][] padSequences(int[][] sequences, SequencePadding padding) {
    int filler = (int) padding.value;
    if (filler != padding.value) {
      throw new IllegalArgumentException(
          "value must be an integer to pad token lists, but was " + padding.value + ".");
    }
    int length = padding.length(Arrays.stream(sequences).mapToInt(s -> s.length).max().orElse(0));
    int[][] padded = new int[sequences.length][length];
    for (int i = 0; i < padded.length; i++) {
      Arrays.fill(padded[i], filler);
      padding.copy(sequences[i], sequences[i].length, padded[i], length);
    }
    return padded;
  }

  /** Returns number sequences of one length, padded as by {@link #pre()}. */
  public static double[][] padSequences(double[][] sequences) {
    return padSequences(sequences, pre());
  }

  /**
   * Returns number sequences of one length.
   *
   * @throws IllegalArgumentException if all sequences are empty and no {@link #maxlen} is set
   */
  public static double[][] padSequences(double[][] sequences, SequencePadding padding) {
    int length = padding.length(Arrays.stream(sequences).mapToInt(s -> s.length).max().orElse(0));
    double[][] padded = new double[sequences.length][length];
    for (int i = 0; i < padded.length; i++) {
      Arrays.fill(padded[i], padding.value);
      padding.copy(sequences[i], sequences[i].length, padded[i], length);
    }
    return padded;
  }

  /** Returns sequences of feature vectors of one length, padded as by {@link #pre()}. */
  public static double[][][] padSequences(double[][][] sequences) {
    return padSequences(sequences, pre());
  }

  /**
   * Returns sequences of feature vectors of one length. All features of a padded time step have the
   * padding value.
   *
   * @throws IllegalArgumentException if the vectors differ in length, or all sequences are empty
   */
  public static double[][][] padSequences(double[][][] sequences, SequencePadding padding) {
    int length = padding.length(Arrays.stream(sequences).mapToInt(s -> s.length).max().orElse(0));
    int features = Ragged.of("sequences", sequences).width();
    double[][][] padded = new double[sequences.length][length][features];
    for (int i = 0; i < padded.length; i++) {
      double[][] sequence = sequences[i];
      for (double[] step : padded[i]) {
        Arrays.fill(step, padding.value);
      }
      int from = padding.from(sequence.length, length);
      int at = padding.at(sequence.length, length);
      for (int t = 0; t < Math.min(sequence.length, length); t++) {
        padded[i][at + t] = sequence[from + t].clone();
      }
    }
    return padded;
  }

  /** Copies the kept part of a sequence to its position. */
  @SuppressWarnings("SuspiciousSystemArraycopy") // both arrays have the same type
  private void copy(Object sequence, int steps, Object padded, int length) {
    System.arraycopy(
        sequence, from(steps, length), padded, at(steps, length), Math.min(steps, length));
  }
}
