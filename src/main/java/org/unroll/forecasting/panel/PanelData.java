package org.unroll.forecasting.panel;

import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.unroll.data.Columns;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * The values of a {@link Panel}, normalized and stored row by row.
 *
 * @param grid the rows
 * @param values rows × columns, row-major, NaN if missing: the targets, past and known columns
 * @param mean the mean that was subtracted, series by series and column by column
 * @param std the standard deviation by which was divided, in the same order
 * @param fixed the features of the series
 * @param missingInputs the rows in which a column is missing
 * @param missingTargets the rows in which a target is missing
 * @param missingKnown the rows in which a known column is missing
 */
record PanelData(
    PanelGrid grid,
    float[] values,
    double[] mean,
    double[] std,
    FixedFeatures fixed,
    BitSet missingInputs,
    BitSet missingTargets,
    BitSet missingKnown) {

  /**
   * The rows from which means and deviations are computed.
   *
   * @param rows the rows of each series
   * @param end the time before which each series must have two values of each column, or null if it
   *     may have fewer: a column without values is not normalized
   */
  record Training(PanelSelection.Bounds rows, Temporal end) {}

  /**
   * Reads the columns.
   *
   * @param targets the number of targets, which are the first columns
   * @param known the number of known columns, which are the last
   * @param training the rows of the means and deviations; null for no normalization
   */
  static PanelData read(
      Table table,
      PanelGrid grid,
      List<String> names,
      int targets,
      int known,
      List<String> fixed,
      Training training) {
    int width = names.size();
    int series = grid.names().size();
    if ((long) grid.rows() * width > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A panel must not have more than 2^31 - 9 values, but has "
              + grid.rows()
              + " rows of "
              + width
              + " columns with the rows of missing times. Use fewer series or columns.");
    }
    float[] values = new float[grid.rows() * width];
    double[] means = new double[series * width];
    double[] stds = new double[series * width];
    BitSet missingInputs = new BitSet();
    BitSet missingTargets = new BitSet();
    BitSet missingKnown = new BitSet();
    List<NumericColumn<?>> columns = Columns.numeric(table, names);
    for (int s = 0; s < series; s++) {
      int start = grid.start(s);
      double[] column = new double[grid.start(s + 1) - start];
      int from = training == null ? 0 : training.rows().from(s) - start;
      int to = training == null ? 0 : training.rows().to(s) - start;
      for (int j = 0; j < width; j++) {
        for (int i = 0; i < column.length; i++) {
          int place = grid.tableRow(start + i);
          column[i] = place < 0 ? Double.NaN : Columns.value(columns.get(j), place);
        }
        double mean = 0;
        double std = 1;
        if (training != null) {
          double[] present =
              Arrays.stream(column, from, to).filter(value -> !Double.isNaN(value)).toArray();
          if (training.end() != null) {
            requireTraining(present, names.get(j), grid.names().get(s), training.end());
          }
          mean = present.length == 0 ? 0 : mean(present);
          std = present.length == 0 ? 1 : std(present, mean);
        }
        means[s * width + j] = mean;
        stds[s * width + j] = std;
        for (int i = 0; i < column.length; i++) {
          int row = start + i;
          float value = (float) ((column[i] - mean) / std);
          values[row * width + j] = value;
          if (Double.isNaN(column[i])) {
            missingInputs.set(row);
            if (j < targets) {
              missingTargets.set(row);
            } else if (j >= width - known) {
              missingKnown.set(row);
            }
          } else if (!Float.isFinite(value)) {
            throw new IllegalArgumentException(
                "Every value must be finite and within the range of a float, but column '"
                    + names.get(j)
                    + "' of "
                    + grid.place(row)
                    + " is "
                    + column[i]
                    + ".");
          }
        }
      }
    }
    return new PanelData(
        grid,
        values,
        means,
        stds,
        FixedFeatures.read(table, fixed, grid, training != null),
        missingInputs,
        missingTargets,
        missingKnown);
  }

  private static void requireTraining(
      double[] present, String column, String series, Temporal end) {
    if (present.length < 2) {
      throw new IllegalArgumentException(
          "Every series must have at least two values of each column before the end of the training"
              + " range, "
              + end
              + ", in order to be normalized, but series '"
              + series
              + "' has "
              + present.length
              + " of '"
              + column
              + "'. Leave out its rows, use a later end, or normalize each window with"
              + " normalizedPerWindow().");
    }
  }

  private static double mean(double[] present) {
    return Arrays.stream(present).sum() / present.length;
  }

  /** Returns the population standard deviation, or 1 if all values are the same. */
  private static double std(double[] present, double mean) {
    if (Arrays.stream(present).allMatch(value -> value == present[0])) {
      return 1;
    }
    double squares = 0;
    for (double value : present) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / present.length);
  }
}
