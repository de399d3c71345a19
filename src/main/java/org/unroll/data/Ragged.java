package org.unroll.data;

import java.util.Arrays;

/**
 * Sequences of different lengths, one behind the other in a single array. The factories copy and
 * check what users give; {@code what} names the thing in their messages.
 *
 * @param starts the first time step of each sequence, and behind them the number of all steps
 * @param scalar whether a time step is one number, not a vector
 * @param width the number of values of a time step
 * @param values the values, step by step
 */
record Ragged(int[] starts, boolean scalar, int width, float[] values) {
  /** The number of sequences. */
  int count() {
    return starts.length - 1;
  }

  /** The number of time steps of a sequence. */
  int steps(int sequence) {
    return starts[sequence + 1] - starts[sequence];
  }

  /** The number of time steps of the longest sequence. */
  int longest() {
    int longest = 0;
    for (int i = 0; i < count(); i++) {
      longest = Math.max(longest, steps(i));
    }
    return longest;
  }

  /** The shape of a sequence that is padded to this length. */
  Shape shape(int length) {
    return scalar ? Shape.of(length) : Shape.of(length, width);
  }

  /** Sequences of whole numbers. */
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

  /** Sequences of feature vectors. */
  static Ragged of(String what, double[][][] sequences) {
    int[] starts = starts(what, Arrays.stream(sequences).mapToInt(s -> s.length).toArray());
    int width = 0;
    for (int i = 0; i < sequences.length && width == 0; i++) {
      width = sequences[i].length == 0 ? 0 : sequences[i][0].length;
    }
    if (width == 0) {
      throw new IllegalArgumentException(
          "The " + what + " have no time step, or time steps without values.");
    }
    float[] values = new float[Math.multiplyExact(starts[sequences.length], width)];
    for (int i = 0; i < sequences.length; i++) {
      for (int t = 0; t < sequences[i].length; t++) {
        double[] step = sequences[i][t];
        if (step.length != width) {
          throw new IllegalArgumentException(
              "All time steps of the "
                  + what
                  + " have as many values. Received: sample "
                  + i
                  + ", time step "
                  + t
                  + " with "
                  + step.length
                  + ", the first with "
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
      throw new IllegalArgumentException("The " + what + " are empty: at least one is needed.");
    }
    int[] starts = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = Math.addExact(starts[i], lengths[i]);
    }
    return starts;
  }

  /**
   * Writes one sequence, padded to a length.
   *
   * @param to where time step t of row r goes, at {@code offset + (t · rows + row) · width}
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
