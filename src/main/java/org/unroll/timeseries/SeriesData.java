package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unroll.timeseries.Scaling.Scale;
import tech.tablesaw.api.NumericColumn;

/**
 * The values of a {@link TimeSeries}, with gaps filled, normalized and stored row by row.
 *
 * @param values rows × columns, row-major, in the order of {@link SeriesColumns#stored()}
 * @param names the names of the columns
 * @param columns the number of columns
 * @param scales the scale of each column
 * @param levels each differenced target column before the differences, see {@link Scale}; null for
 *     other columns
 * @param raw each target column in its own units with gaps filled; null for other columns
 * @param missingInputs the rows in which an input is still missing
 * @param missingTargets the rows in which a target is still missing
 * @param missingKnown the rows in which a known column is still missing
 */
record SeriesData(
    float[] values,
    List<String> names,
    int columns,
    List<Scale> scales,
    double[][] levels,
    double[][] raw,
    BitSet missingInputs,
    BitSet missingTargets,
    BitSet missingKnown) {

  /**
   * Reads the columns of a series in the order select, fill, normalize.
   *
   * @param normalization the normalization, or null for none
   * @throws IllegalArgumentException if a value is missing and must not be, or is not finite
   */
  static SeriesData read(
      List<NumericColumn<?>> selected,
      SeriesColumns columns,
      Gaps gaps,
      Timestamps times,
      Normalization normalization) {
    int count = selected.size();
    int rows = selected.get(0).size();
    long size = (long) rows * count;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A series must not have more than 2^31 - 9 values, but has "
              + rows
              + " rows of "
              + count
              + " columns. Use fewer rows or columns.");
    }
    float[] values = new float[(int) size];
    List<Scale> scales = new ArrayList<>();
    double[][] levels = new double[count][];
    double[][] raw = new double[count][];
    BitSet missingInputs = new BitSet();
    BitSet missingTargets = new BitSet();
    BitSet missingKnown = new BitSet();
    // Arrays of columns that are not kept are used again: new memory takes longer than the numbers.
    double[] anyColumn = new double[rows];
    double[] anyLevel = new double[rows];
    for (int j = 0; j < count; j++) {
      String name = selected.get(j).name();
      boolean isTarget = columns.targets().contains(name);
      boolean isInput = j < columns.inputs().size();
      boolean isKnown = columns.known().contains(name);
      double[] column = isTarget ? new double[rows] : anyColumn;
      gaps.fill(selected.get(j), times, column);
      for (int i = 0; i < rows; i++) {
        if (Double.isInfinite(column[i])) {
          throw new IllegalArgumentException(
              "Every value must be finite and within the range of a float, but was "
                  + column[i]
                  + times.place(name, i)
                  + ".");
        }
      }
      Scale scale = normalization == null ? Scale.IDENTITY : normalization.scale(name, column);
      if (isKnown && scale.isDifferenced()) {
        throw new IllegalArgumentException(
            "A column with known future values must not be differenced, but '"
                + name
                + "' is. Scale it otherwise: normalizedOn(from, to, Scaling.standard(), \""
                + name
                + "\").");
      }
      scales.add(scale);
      boolean keepsLevel = isTarget && scale.isDifferenced();
      double[] level = keepsLevel ? new double[rows] : anyLevel;
      scale.levels(name, column, level);
      double[] normalized = scale.forward(level);
      levels[j] = keepsLevel ? level : null;
      for (int i = 0; i < rows; i++) {
        values[i * count + j] = (float) normalized[i];
        if (isInput && Double.isNaN(normalized[i])) {
          missingInputs.set(i);
        }
        if (Double.isNaN(column[i])) {
          if (isTarget) {
            missingTargets.set(i);
          }
          if (isKnown) {
            missingKnown.set(i);
          }
        } else if (Float.isInfinite(values[i * count + j])) {
          throw new IllegalArgumentException(
              "Every value must be finite and within the range of a float, but was "
                  + column[i]
                  + times.place(name, i)
                  + ".");
        }
      }
      raw[j] = isTarget ? column : null;
    }
    return new SeriesData(
        values,
        selected.stream().map(NumericColumn::name).toList(),
        count,
        scales,
        levels,
        raw,
        missingInputs,
        missingTargets,
        missingKnown);
  }

  /** Returns the longest lag of the differences of a column, or 0. */
  int longestLag() {
    return scales.stream().mapToInt(Scale::lag).max().orElse(0);
  }

  /** Returns the lags of the differenced columns, as text such as "'y' of lag 12". */
  String lags() {
    return IntStream.range(0, columns)
        .filter(column -> scales.get(column).isDifferenced())
        .mapToObj(column -> "'" + names.get(column) + "' of lag " + scales.get(column).lag())
        .collect(Collectors.joining(", "));
  }

  /** Returns a target in a row, normalized but not differenced. */
  double level(int row, int column) {
    return levels[column] == null ? values[row * columns + column] : levels[column][row];
  }

  /**
   * Returns the first output of the window that begins in a row that cannot be converted back
   * because the value from which it is the change is missing, or −1 if there is none.
   */
  int withoutBase(WindowPositions positions, int first, int... targets) {
    for (int output = 0; output < positions.targetSteps() * targets.length; output++) {
      int column = targets[output % targets.length];
      if (levels[column] != null) {
        int base = baseRow(positions, first, output, targets);
        if (base < 0 || Double.isNaN(levels[column][base])) {
          return output;
        }
      }
    }
    return -1;
  }

  /** Returns the row from which an output with differences is the change. It may be negative. */
  int baseRow(WindowPositions positions, int first, int output, int... targets) {
    int lag = scales.get(targets[output % targets.length]).lag();
    return positions.baseRow(first, output / targets.length, lag);
  }

  /** Returns what is subtracted from the level of a target: that from which it is the change. */
  private double base(WindowPositions positions, int first, int output, int... targets) {
    int column = targets[output % targets.length];
    if (levels[column] == null) {
      return 0;
    }
    Scale scale = scales.get(column);
    int base = baseRow(positions, first, output, targets);
    int row = positions.targetRow(first) + output / targets.length * positions.step();
    int lags = (row - base) / scale.lag();
    return levels[column][base] + lags * scale.drift();
  }

  /**
   * Returns the normalized target of a window for a level of it.
   *
   * @param first the first row of the window
   * @param output the index of the value in the order of {@link Windows#targetShape()}
   * @param targets the positions of the targets among the columns
   */
  double ofLevel(WindowPositions positions, int first, int output, double level, int... targets) {
    return level - base(positions, first, output, targets);
  }

  /** Returns a normalized target of a window. */
  double target(WindowPositions positions, int first, int output, int... targets) {
    int row = positions.targetRow(first) + output / targets.length * positions.step();
    double level = level(row, targets[output % targets.length]);
    return ofLevel(positions, first, output, level, targets);
  }

  /** Returns a normalized target of a window in its own units. */
  double inverse(WindowPositions positions, int first, int output, double value, int... targets) {
    Scale scale = scales.get(targets[output % targets.length]);
    return scale.inverse(value + base(positions, first, output, targets));
  }
}
