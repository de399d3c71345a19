package org.unroll.timeseries;

import java.io.Serializable;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.unroll.data.Shape;

/**
 * The arithmetic of window positions: which rows a window covers, for the settings that {@link
 * Windows} documents.
 *
 * @param lookback the number of rows that a window reaches back, or 0 if it is not set yet
 * @param step the distance between two input rows, and between two target steps
 * @param ahead the delay or the horizon
 * @param fromLastRow whether {@code ahead} is a horizon, measured from the last input row
 * @param targetSteps the number of target steps
 * @param from the first row of the range
 * @param to the end of the range, exclusive
 * @hidden
 */
public record WindowPositions(
    int lookback, int step, int ahead, boolean fromLastRow, int targetSteps, int from, int to)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** Returns the default settings for a series of this many rows. */
  public static WindowPositions of(int rows) {
    return new WindowPositions(0, 1, 1, true, 1, 0, rows);
  }

  /** Returns these settings with another lookback. */
  public WindowPositions lookback(int rows) {
    requireAtLeast("lookback", 1, rows);
    return new WindowPositions(rows, step, ahead, fromLastRow, targetSteps, from, to);
  }

  /** Returns these settings with another step. */
  public WindowPositions step(int rows) {
    requireAtLeast("step", 1, rows);
    return new WindowPositions(lookback, rows, ahead, fromLastRow, targetSteps, from, to);
  }

  WindowPositions delay(int rows) {
    requireAtLeast("delay", 0, rows);
    return new WindowPositions(lookback, step, rows, false, targetSteps, from, to);
  }

  /** Returns these settings with a horizon. */
  public WindowPositions horizon(int rows) {
    requireAtLeast("horizon", 1, rows);
    return new WindowPositions(lookback, step, rows, true, targetSteps, from, to);
  }

  /** Returns these settings with another number of target steps. */
  public WindowPositions targetSteps(int count) {
    requireAtLeast("targetSteps", 1, count);
    return new WindowPositions(lookback, step, ahead, fromLastRow, count, from, to);
  }

  WindowPositions range(int newFrom, int newTo) {
    return new WindowPositions(lookback, step, ahead, fromLastRow, targetSteps, newFrom, newTo);
  }

  static void checkRange(int from, int to, int rows) {
    if (from < 0 || to > rows || from >= to) {
      throw new IllegalArgumentException(
          "A range of rows must satisfy 0 <= from < to <= "
              + rows
              + ", the number of rows, but was from="
              + from
              + ", to="
              + to
              + ".");
    }
  }

  /**
   * Checks the index of a window.
   *
   * @throws IndexOutOfBoundsException if there is no such window
   */
  public static void checkSample(int sample, int size) {
    if (sample < 0 || sample >= size) {
      throw new IndexOutOfBoundsException(
          "The index of a window must be between 0 and "
              + (size - 1)
              + ", but was "
              + sample
              + ".");
    }
  }

  /**
   * Checks the index of a target.
   *
   * @throws IndexOutOfBoundsException if there is no such target
   */
  static void checkOutput(int output, Shape targets) {
    if (output < 0 || output >= targets.size()) {
      throw new IndexOutOfBoundsException(
          "The index of an output must be between 0 and "
              + (targets.size() - 1)
              + ", as the targets of a window have the shape "
              + targets
              + ", but was "
              + output
              + ". With quantiles, pass the index of their target, output / levels, or use"
              + " forecasts(predictions, levels…).");
    }
  }

  static void requireAtLeast(String name, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ", but was " + value + ".");
    }
  }

  /**
   * Checks that the lookback is set.
   *
   * @throws IllegalStateException if it is not
   */
  public void requireLookback() {
    if (lookback == 0) {
      throw new IllegalStateException(
          "The lookback of the windows must be set first, with lookback(…).");
    }
  }

  /**
   * Checks that the settings fit together and that the range has room for a window.
   *
   * @param rows the number of rows of the series
   * @throws IllegalArgumentException otherwise
   */
  public void requireFit(int rows) {
    requireSteps();
    if (span() > to - from) {
      throw new IllegalArgumentException(
          "A window must fit into the rows. It spans "
              + span()
              + " rows, from its first input row to its last target ("
              + settings()
              + "), but "
              + (to - from == rows ? "the series" : "the range " + from + " … " + (to - 1))
              + " has "
              + (to - from)
              + " rows. Use a smaller lookback or more rows.");
    }
  }

  /**
   * Checks that the lookback is a multiple of the step.
   *
   * @throws IllegalArgumentException otherwise
   */
  void requireSteps() {
    if (step > lookback || lookback % step != 0) {
      int below = lookback / step * step;
      throw new IllegalArgumentException(
          "lookback must be a multiple of step, but lookback="
              + lookback
              + " and step="
              + step
              + ". The nearest valid lookback is "
              + (below == 0 ? "" : below + " or ")
              + (below + step)
              + ".");
    }
  }

  /** Returns the lookback, step, delay or horizon and target steps as text. */
  public String settings() {
    return "lookback "
        + lookback
        + ", step "
        + step
        + (fromLastRow ? ", horizon " : ", delay ")
        + ahead
        + (targetSteps == 1 ? "" : ", target steps " + targetSteps);
  }

  /** Returns the number of input rows of a window. */
  public int inputRows() {
    requireLookback();
    return lookback / step;
  }

  /** Returns the number of rows from the first input row to the last target, both included. */
  public int span() {
    requireLookback();
    long toLast = (fromLastRow ? 0L : step) + ahead + (targetSteps - 1L) * step;
    long span = lookback - step + toLast + 1;
    return (int) Math.min(span, Integer.MAX_VALUE);
  }

  /** Returns the number of windows in the range. */
  int count() {
    return to - from - span() + 1;
  }

  /** Returns the last input row of the window that begins in a row. */
  public int lastRow(int first) {
    return first + lookback - step;
  }

  /** Returns the row of the first target of the window that begins in a row. */
  public int targetRow(int first) {
    return lastRow(first) + rowsToTarget();
  }

  /**
   * Returns how many windows have all their targets before the first target of a window.
   *
   * @param firstRows returns the first row of each window
   */
  int trainingSize(int window, IntUnaryOperator firstRows) {
    int first = targetRow(firstRows.applyAsInt(window));
    int reach = (targetSteps - 1) * step;
    int size = window;
    while (size > 0 && targetRow(firstRows.applyAsInt(size - 1)) + reach >= first) {
      size--;
    }
    return size;
  }

  /** Returns the first row of the window whose last input row is a row. */
  public int firstRow(int last) {
    return last - lookback + step;
  }

  /**
   * Returns the row from which the change of a target is predicted: the latest one that is a whole
   * number of lags before the target and not after the last input row. It may be negative.
   *
   * @param first the first row of the window
   * @param targetStep the target step, counted from 0
   * @param lag at least 1
   */
  int baseRow(int first, int targetStep, int lag) {
    long beyond = rowsToTarget() + (long) targetStep * step;
    return (int) (lastRow(first) + beyond - (beyond + lag - 1) / lag * lag);
  }

  /** Returns the number of rows from the earliest row of {@link #baseRow} to the last input row. */
  int baseRows(int lag) {
    return IntStream.range(0, targetSteps)
        .map(step -> lastRow(0) - baseRow(0, step, lag) + 1)
        .max()
        .orElseThrow();
  }

  /** Returns the first row of the latest window whose input ends with the range. */
  int firstRowOfLastInput() {
    requireLookback();
    return firstRow(to - 1);
  }

  private int rowsToTarget() {
    return fromLastRow ? ahead : step + ahead;
  }

  /** Returns, for each target step, the number of rows from the last input row to the target. */
  public int[] rowsAhead() {
    return IntStream.range(0, targetSteps).map(k -> rowsToTarget() + k * step).toArray();
  }

  /**
   * Returns the first rows of every n-th window of the range, without the windows that contain a
   * missing value.
   *
   * @param every the number of rows from one window to the next
   * @param data the values of the series
   * @param missingTargets the rows in which a target is missing
   * @param rows the number of rows of the series
   * @param targets the positions of the targets among the columns
   * @throws IllegalArgumentException if there is no such window
   */
  int[] starts(int every, SeriesData data, BitSet missingTargets, int rows, int... targets) {
    BitSet missingAhead = (BitSet) missingTargets.clone();
    missingAhead.or(data.missingKnown());
    int[] inputs = missingUpTo(data.missingInputs(), rows);
    int[] ahead = missingUpTo(missingAhead, rows);
    int[] starts =
        IntStream.iterate(
                from, first -> first >= from && first <= to - span(), first -> first + every)
            .filter(
                first -> {
                  int target = targetRow(first);
                  return inputs[first + lookback] == inputs[first]
                      && ahead[target + targetSteps * step] == ahead[target]
                      && data.withoutBase(this, first, targets) < 0;
                })
            .toArray();
    if (starts.length == 0) {
      throw new IllegalArgumentException(
          "At least one window must have no missing value, but every window of "
              + settings()
              + " in rows "
              + from
              + " … "
              + (to - 1)
              + " has one. "
              + (data.longestLag() == 0
                  ? "Fill longer gaps, or use smaller windows."
                  : "The first rows have no differences: "
                      + data.lags()
                      + ". Use more rows, smaller windows or a smaller lag, or fill longer gaps."));
    }
    return starts;
  }

  /** Returns, at index row + step, how many of the rows row, row − step, … are missing. */
  private int[] missingUpTo(BitSet missing, int rows) {
    int[] counts = new int[rows + step];
    for (int row = 0; row < rows; row++) {
      counts[row + step] = counts[row] + (missing.get(row) ? 1 : 0);
    }
    return counts;
  }
}
