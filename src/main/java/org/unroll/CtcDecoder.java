package org.unroll;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.unroll.data.Shape;

/**
 * Finds the labels in the outputs of a model that was trained with {@link org.unroll.losses.Ctc}:
 * those of the most probable path, or with a beam search over sequences of labels.
 *
 * <p>The outputs are logits of shape (time, classes), in which class 0 is the blank.
 *
 * <pre>{@code
 * var reader = Sequential.of(input(20, 3), gru(16).returnSequences(true), dense(5));
 * Predictions logits = reader.predict(Samples.of(new double[2][20][3]));
 *
 * int[][] best = CtcDecoder.of(logits).greedy();
 * int[][] better = CtcDecoder.of(logits).lengths(20, 15).beam(10);
 * }</pre>
 *
 * <p>The results equal those of Keras's {@code ops.ctc_decode} on TensorFlow. Source of the beam
 * search: A. Graves, "Supervised Sequence Labelling with Recurrent Neural Networks" (2012), section
 * 7.5, and TensorFlow's {@code ctc_beam_search_decoder}.
 */
public final class CtcDecoder {
  private static final int BLANK = 0;
  private static final double LOG_ZERO = Double.NEGATIVE_INFINITY;

  private final Predictions logits;
  private int[] lengths;
  private boolean mergeRepeated = true;

  /**
   * A sequence of labels that a beam search found.
   *
   * @param labels the class numbers, without blanks
   * @param logProbability the natural logarithm of its probability: of the sum over its paths that
   *     the search has followed, so it is a lower bound if the width is small
   */
  public record Path(List<Integer> labels, double logProbability) {}

  private CtcDecoder(Predictions logits) {
    this.logits = logits;
    lengths = new int[logits.size()];
    Arrays.fill(lengths, logits.shape().axis(0));
  }

  /**
   * Creates a decoder.
   *
   * @param logits the outputs of a model, without a softmax
   * @throws IllegalArgumentException if their shape is not (time, classes)
   */
  public static CtcDecoder of(Predictions logits) {
    Shape shape = logits.shape();
    if (shape.rank() != 2) {
      throw new IllegalArgumentException(
          "The outputs must have the shape (time, classes), but have the shape "
              + shape
              + ". Set returnSequences(true) on the last recurrent layer.");
    }
    return new CtcDecoder(logits);
  }

  /**
   * Sets how many time steps of each sample are decoded, from the first one on; all by default. Set
   * it if the samples were padded at the end.
   *
   * @throws IllegalArgumentException if there is not one length for each sample, between 0 and the
   *     number of time steps
   */
  public CtcDecoder lengths(int... steps) {
    int all = logits.shape().axis(0);
    if (steps.length != logits.size() || Arrays.stream(steps).anyMatch(n -> n < 0 || n > all)) {
      throw new IllegalArgumentException(
          "There must be one length for each of the "
              + logits.size()
              + " samples, from 0 to "
              + all
              + " time steps, but the lengths were "
              + Arrays.toString(steps)
              + ".");
    }
    lengths = steps.clone();
    return this;
  }

  /**
   * Sets whether {@link #greedy} merges equal labels without a blank between them; true by default.
   */
  public CtcDecoder mergeRepeated(boolean merge) {
    mergeRepeated = merge;
    return this;
  }

  /** Returns for each sample the labels of the most probable path. */
  public int[][] greedy() {
    int[][] all = new int[logits.size()][];
    for (int sample = 0; sample < all.length; sample++) {
      int[] labels = new int[lengths[sample]];
      int count = 0;
      int last = BLANK;
      for (double[] step : steps(sample)) {
        int label = argmax(step);
        if (label != BLANK && !(mergeRepeated && label == last)) {
          labels[count++] = label;
        }
        last = label;
      }
      all[sample] = Arrays.copyOf(labels, count);
    }
    return all;
  }

  /**
   * Returns for each sample the most probable labels that a beam search finds.
   *
   * @param width the number of label sequences that are kept at each time step
   * @throws IllegalArgumentException if {@code width} is less than 1
   */
  public int[][] beam(int width) {
    return paths(width, 1).stream()
        .map(paths -> paths.get(0).labels().stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /**
   * Returns for each sample the most probable label sequences that a beam search finds, the best
   * one first.
   *
   * @param width the number of label sequences that are kept at each time step; Keras's default is
   *     100
   * @param count the number of label sequences to return
   * @throws IllegalArgumentException if {@code count} is not between 1 and {@code width}, or the
   *     time steps of a sample have fewer label sequences
   */
  public List<List<Path>> paths(int width, int count) {
    if (count < 1 || count > width) {
      throw new IllegalArgumentException(
          "The width must be at least the number of label sequences to return, which must be at"
              + " least 1, but they were "
              + width
              + " and "
              + count
              + ".");
    }
    List<List<Path>> all = new ArrayList<>();
    for (int sample = 0; sample < logits.size(); sample++) {
      List<Prefix> beam = List.of(new Prefix());
      for (double[] step : steps(sample)) {
        beam = extended(beam, logSoftmax(step), width);
      }
      if (beam.size() < count) {
        throw new IllegalArgumentException(
            "Sample "
                + sample
                + " must have at least as many label sequences as are returned, but has "
                + beam.size()
                + " in "
                + lengths[sample]
                + " time steps instead of "
                + count
                + ". Return fewer of them.");
      }
      all.add(
          sorted(beam).stream()
              .limit(count)
              .map(prefix -> new Path(prefix.labels(), prefix.total))
              .toList());
    }
    return all;
  }

  /**
   * Returns the label error rate: the number of labels to insert, delete or replace in the decoded
   * sequences, divided by the number of the true labels. It is 0 if all are right, and NaN if there
   * are no true labels.
   *
   * @param decoded the decoded labels of each sample
   * @param labels the true labels of each sample; zeros at the end are padding
   * @throws IllegalArgumentException if the numbers of samples differ
   */
  public static double labelErrorRate(int[][] decoded, int[][] labels) {
    if (decoded.length != labels.length) {
      throw new IllegalArgumentException(
          "There must be as many decoded as true label sequences, but there were "
              + decoded.length
              + " and "
              + labels.length
              + ".");
    }
    double errors = 0;
    int total = 0;
    for (int sample = 0; sample < labels.length; sample++) {
      int length = labels[sample].length;
      while (length > 0 && labels[sample][length - 1] == BLANK) {
        length--;
      }
      errors += editDistance(decoded[sample], Arrays.copyOf(labels[sample], length));
      total += length;
    }
    return errors / total;
  }

  private static int editDistance(int[] a, int[] b) {
    int[] row = new int[b.length + 1]; // the distances of the first labels of a from those of b
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length];
  }

  /** Returns the logits of the time steps of a sample that are decoded. */
  private double[][] steps(int sample) {
    double[][] steps = Arrays.copyOf(logits.getSequence(sample), lengths[sample]);
    for (int t = 0; t < steps.length; t++) {
      for (double logit : steps[t]) {
        if (!Double.isFinite(logit)) {
          throw new IllegalArgumentException(
              "The outputs must be finite, but one was "
                  + logit
                  + " in sample "
                  + sample
                  + ", time step "
                  + t
                  + ". Check the training of the model.");
        }
      }
    }
    return steps;
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static double[] logSoftmax(double[] values) {
    double max = values[argmax(values)];
    double sum = Arrays.stream(values).map(value -> Math.exp(value - max)).sum();
    return Arrays.stream(values).map(value -> value - max - Math.log(sum)).toArray();
  }

  /**
   * Returns the best label sequences after one more time step.
   *
   * <p>As in TensorFlow, the sequences grow in the order of their probability. A sequence does not
   * grow if it has left the beam before its turn and would not return to it from its parent.
   */
  private static List<Prefix> extended(List<Prefix> beam, double[] logProbabilities, int width) {
    var best = new PriorityQueue<>(Comparator.<Prefix>comparingDouble(prefix -> prefix.nextTotal));
    for (Prefix prefix : beam) {
      prefix.stay(logProbabilities);
      best.add(prefix);
    }
    for (Prefix prefix : sorted(beam)) {
      for (int label = 1; label < logProbabilities.length; label++) {
        Prefix child = prefix.children.get(label);
        double score = logProbabilities[label] + prefix.before(label);
        boolean isNew = child == null || !child.kept;
        double least = best.size() < width ? LOG_ZERO : best.element().nextTotal;
        if (isNew && score > least) {
          if (best.size() == width) {
            best.remove().kept = false;
          }
          best.add(prefix.grow(label, score));
        } else if (isNew && child != null) {
          child.total = LOG_ZERO;
          child.blank = LOG_ZERO;
        }
      }
    }
    best.forEach(Prefix::advance);
    return List.copyOf(best);
  }

  private static List<Prefix> sorted(List<Prefix> beam) {
    return beam.stream().sorted(Comparator.comparingDouble(prefix -> -prefix.total)).toList();
  }

  /**
   * A sequence of labels, as a node of the tree of all sequences so far. Its paths are those of the
   * time steps so far. All probabilities are logarithms.
   */
  private static final class Prefix {
    private final Prefix parent; // without the last label; null if there are no labels
    private final int label; // the last one
    private final Map<Integer, Prefix> children = new HashMap<>();
    private boolean kept; // whether it is in the beam
    private double total = LOG_ZERO; // of all paths
    private double blank = LOG_ZERO; // of the paths that end with a blank
    private double ending = LOG_ZERO; // of the paths that end with the label
    private double nextTotal; // after the next time step
    private double nextBlank;
    private double nextEnding;

    /** Creates the empty sequence before the first time step. */
    Prefix() {
      this(null, BLANK);
      kept = true;
      total = 0;
      blank = 0;
    }

    private Prefix(Prefix parent, int label) {
      this.parent = parent;
      this.label = label;
    }

    /** Returns the probability of the paths that can be continued with a new label. */
    double before(int next) {
      return next == label ? blank : total;
    }

    /** Computes the paths of the next time step that have these labels. */
    void stay(double[] logProbabilities) {
      nextBlank = total + logProbabilities[BLANK];
      nextEnding = LOG_ZERO;
      if (parent != null) {
        double grown = parent.kept ? parent.before(label) : LOG_ZERO;
        nextEnding = logSum(ending, grown) + logProbabilities[label];
      }
      nextTotal = logSum(nextBlank, nextEnding);
    }

    /** Returns the sequence with one more label, which enters the beam. */
    Prefix grow(int next, double score) {
      Prefix child = children.computeIfAbsent(next, id -> new Prefix(this, id));
      child.kept = true;
      child.nextBlank = LOG_ZERO;
      child.nextEnding = score;
      child.nextTotal = score;
      return child;
    }

    void advance() {
      total = nextTotal;
      blank = nextBlank;
      ending = nextEnding;
    }

    List<Integer> labels() {
      List<Integer> labels = new ArrayList<>();
      for (Prefix prefix = this; prefix.parent != null; prefix = prefix.parent) {
        labels.add(prefix.label);
      }
      Collections.reverse(labels);
      return List.copyOf(labels);
    }

    private static double logSum(double a, double b) {
      double max = Math.max(a, b);
      return max == LOG_ZERO ? max : max + Math.log1p(Math.exp(Math.min(a, b) - max));
    }
  }
}
