package org.unroll.data;

import java.util.Arrays;

/**
 * How sequences of different lengths get one length, Keras's {@code pad_sequences}: short ones are
 * filled up with a value, long ones are cut.
 *
 * <pre>{@code
 * int[][] reviews = {{5, 2}, {7, 1, 4, 3}};
 * int[][] padded = SequencePadding.padSequences(reviews, SequencePadding.pre().maxlen(3)); // {0, 5, 2}, {1, 4, 3}
 * }</pre>
 *
 * <p>Defaults: the length of the longest sequence, filled and cut at the beginning, with 0. The
 * value says nothing by itself: an {@code Embedding} with {@code maskZero(true)} takes the token 0
 * for padding, and {@code masking(value)} steps whose features all have the value. Immutable.
 *
 * <p>Source: Keras 3, {@code keras.utils.pad_sequences}.
 */
public final class SequencePadding {
  private static final String PRE = "pre";
  private static final String POST = "post";

  private final boolean fillsBefore;
  private final boolean cutsBefore;
  private final int maxlen; // 0 for the longest
  private final double value;

  private SequencePadding(boolean fillsBefore, boolean cutsBefore, int maxlen, double value) {
    this.fillsBefore = fillsBefore;
    this.cutsBefore = cutsBefore;
    this.maxlen = maxlen;
    this.value = value;
  }

  /** Filled up at the beginning, Keras's default. */
  public static SequencePadding pre() {
    return new SequencePadding(true, true, 0, 0);
  }

  /** Filled up at the end. */
  public static SequencePadding post() {
    return new SequencePadding(false, true, 0, 0);
  }

  /** The length of all sequences; by default that of the longest. */
  public SequencePadding maxlen(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "A sequence has at least 1 time step. Received: maxlen=" + steps);
    }
    return new SequencePadding(fillsBefore, cutsBefore, steps, value);
  }

  /** Where long sequences are cut: {@code "pre"}, the default, keeps their end. */
  public SequencePadding truncating(String side) {
    if (!side.equals(PRE) && !side.equals(POST)) {
      throw new IllegalArgumentException(
          "truncating is \"pre\" or \"post\". Received: \"" + side + "\"");
    }
    return new SequencePadding(fillsBefore, side.equals(PRE), maxlen, value);
  }

  /** What short sequences are filled up with; 0 by default. */
  public SequencePadding value(double newValue) {
    return new SequencePadding(fillsBefore, cutsBefore, maxlen, newValue);
  }

  double value() {
    return value;
  }

  /** The common length of sequences of which this is the longest. */
  int length(int longest) {
    if (maxlen == 0 && longest == 0) {
      throw new IllegalArgumentException(
          "All sequences are empty; say how long they are to be with maxlen(…).");
    }
    return maxlen == 0 ? longest : maxlen;
  }

  /** The first step that is kept of a sequence. */
  int from(int steps, int length) {
    return cutsBefore ? Math.max(0, steps - length) : 0;
  }

  /** Where what is kept of a sequence begins. */
  int at(int steps, int length) {
    return fillsBefore ? Math.max(0, length - steps) : 0;
  }

  /** Token lists of one length, as {@link #pre()} makes them. */
  public static int[][] padSequences(int[][] sequences) {
    return padSequences(sequences, pre());
  }

  /**
   * Token lists of one length.
   *
   * @throws IllegalArgumentException if the value is no whole number, or all are empty
   */
  public static int[][] padSequences(int[][] sequences, SequencePadding padding) {
    int filler = (int) padding.value;
    if (filler != padding.value) {
      throw new IllegalArgumentException(
          "Token lists are filled up with a whole number. Received: value=" + padding.value);
    }
    int length = padding.length(Arrays.stream(sequences).mapToInt(s -> s.length).max().orElse(0));
    int[][] padded = new int[sequences.length][length];
    for (int i = 0; i < padded.length; i++) {
      Arrays.fill(padded[i], filler);
      padding.copy(sequences[i], sequences[i].length, padded[i], length);
    }
    return padded;
  }

  /** Series of one length, as {@link #pre()} makes them. */
  public static double[][] padSequences(double[][] sequences) {
    return padSequences(sequences, pre());
  }

  /** Series of one length. */
  public static double[][] padSequences(double[][] sequences, SequencePadding padding) {
    int length = padding.length(Arrays.stream(sequences).mapToInt(s -> s.length).max().orElse(0));
    double[][] padded = new double[sequences.length][length];
    for (int i = 0; i < padded.length; i++) {
      Arrays.fill(padded[i], padding.value);
      padding.copy(sequences[i], sequences[i].length, padded[i], length);
    }
    return padded;
  }

  /** Sequences of feature vectors of one length, as {@link #pre()} makes them. */
  public static double[][][] padSequences(double[][][] sequences) {
    return padSequences(sequences, pre());
  }

  /**
   * Sequences of feature vectors of one length; a step that is filled in has the value everywhere.
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

  /** Copies what is kept of a sequence to its place. */
  @SuppressWarnings("SuspiciousSystemArraycopy") // arrays of one type, whichever
  private void copy(Object sequence, int steps, Object padded, int length) {
    System.arraycopy(
        sequence, from(steps, length), padded, at(steps, length), Math.min(steps, length));
  }
}
