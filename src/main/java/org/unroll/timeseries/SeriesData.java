package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.unroll.timeseries.Scaling.Scale;
import tech.tablesaw.api.NumericColumn;

/**
 * The values of a {@link TimeSeries}, with gaps filled, normalized and stored row by row.
 *
 * @param values rows × columns, row-major, in the order of {@link SeriesColumns#stored()}
 * @param columns the number of columns
 * @param scales the scale of each column
 * @param raw each target column in its own units with gaps filled; null for other columns
 * @param missingInputs the rows in which an input is still missing
 * @param missingTargets the rows in which a target is still missing
 * @param missingKnown the rows in which a known column is still missing
 */
record SeriesData(
    float[] values,
    int columns,
    List<Scale> scales,
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
    double[][] raw = new double[count][];
    BitSet missingInputs = new BitSet();
    BitSet missingTargets = new BitSet();
    BitSet missingKnown = new BitSet();
    for (int j = 0; j < count; j++) {
      String name = selected.get(j).name();
      boolean isTarget = columns.targets().contains(name);
      boolean isInput = j < columns.inputs().size();
      boolean isKnown = columns.known().contains(name);
      double[] column = gaps.fill(selected.get(j), times);
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
      scales.add(scale);
      double[] normalized = scale.forward(name, column);
      for (int i = 0; i < rows; i++) {
        values[i * count + j] = (float) normalized[i];
        if (Double.isNaN(column[i])) {
          if (isInput) {
            missingInputs.set(i);
          }
          if (isTarget) {
            missingTargets.set(i);
          }
          if (isKnown) {
            missingKnown.set(i);
          }
        } else if (!Float.isFinite(values[i * count + j])) {
          throw new IllegalArgumentException(
              "Every value must be finite and within the range of a float, but was "
                  + column[i]
                  + times.place(name, i)
                  + ".");
        }
      }
      raw[j] = isTarget ? column : null;
    }
    return new SeriesData(values, count, scales, raw, missingInputs, missingTargets, missingKnown);
  }
}
