package org.unroll.data;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sequences of different lengths in a single array. The factories copy and validate the values;
 * their argument {@code what} is the name of the data in error messages.
 *
 * @param starts the first time step of each sequence, followed by the total number of time steps
 * @param scalar whether a time step is a single number rather than a vector
 * @param width the number of values of a time step
 * @param values the values, time step after time step
 */
record Ragged(int[] starts, boolean scalar, int width, float[] values) implements Serializable {
  private static final long serialVersionUID = 1;

  /** Returns the number of sequences. */
  int count() {
    return starts.length - 1;
  }

  /** Returns the number of time steps of a sequence. */
  int steps(int sequence) {
    return starts[sequence + 1] - starts[sequence];
  }

  /** Returns the number of time steps of the longest sequence. */
  int longest() {
    int longest = 0;
    for (int i = 0; i < count(); i++) {
      longest = Math.max(longest, steps(i));
    }
    return longest;
  }

  /** Returns the shape of a sequence that is padded to a length. */
  Shape shape(int length) {
    return scalar ? Shape.of(length) : Shape.of(length, width);
  }

  /** Creates sequences of integers. */
  static Ragged of(String what, int[][] sequences) {
    int[] starts = starts(what, Arrays.stream(sequences).mapToInt(s -> s.length).toArray());
    float[] values = new float[starts[sequences.length]];
    for (int i = 0; i < sequences.length; i++) {
      for (int t = 0; t < sequences[i].length; t++) {
        values[starts[i] + t] = (float) Block.exact(what, sequences[i][t], i, t);
      }
    }
    return new Ragged(starts, true, 1, values);
  }

  /** Creates sequences of feature vectors. */
  static Ragged of(String what, double[][][] sequences) {
    int[] starts = starts(what, Arrays.stream(sequences).mapToInt(s -> s.length).toArray());
    int width = 0;
    for (int i = 0; i < sequences.length && width == 0; i++) {
      width = sequences[i].length == 0 ? 0 : sequences[i][0].length;
    }
    if (width == 0) {
      throw new IllegalArgumentException(
          "The " + what + " must have at least one time step with at least one value.");
    }
    float[] values = new float[Math.multiplyExact(starts[sequences.length], width)];
    for (int i = 0; i < sequences.length; i++) {
      for (int t = 0; t < sequences[i].length; t++) {
        double[] step = sequences[i][t];
        if (step.length != width) {
          throw new IllegalArgumentException(
              "All time steps of the "
                  + what
                  + " must have the same number of values, but sample "
                  + i
                  + ", time step "
                  + t
                  + " has "
                  + step.length
                  + " and the first time step has "
                  + width
                  + ".");
        }
        for (int j = 0; j < width; j++) {
          float value = (float) step[j];
          if (!Float.isFinite(value)) {
            throw Block.notFinite(what, step[j], Block.IN_STEPS.of(i, t, j));
          }
          values[(starts[i] + t) * width + j] = value;
        }
      }
    }
    return new Ragged(starts, false, width, values);
  }

  private static int[] starts(String what, int[] lengths) {
    if (lengths.length == 0) {
      throw new IllegalArgumentException(
          "The " + what + " must contain at least one sequence, but there are none.");
    }
    int[] starts = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = Math.addExact(starts[i], lengths[i]);
    }
    return starts;
  }

  /**
   * Writes one sequence, padded or truncated to a length.
   *
   * @param to the array to which time step t is written, starting at {@code offset + t · rows ·
   *     width}
   */
  void copy(
      int sequence,
      SequencePadding padding,
      int length,
      float value,
      float[] to,
      int offset,
      int rows) {
    int steps = steps(sequence);
    int at = padding.at(steps, length);
    int kept = Math.min(steps, length);
    int from = (starts[sequence] + padding.from(steps, length)) * width;
    for (int t = 0; t < length; t++) {
      int place = offset + t * rows * width;
      if (t < at || t >= at + kept) {
        Arrays.fill(to, place, place + width, value);
      } else {
        System.arraycopy(values, from + (t - at) * width, to, place, width);
      }
    }
  }
}
