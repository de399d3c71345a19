package org.unroll.tuning;

import java.util.ArrayList;
import java.util.List;
import org.unroll.timeseries.Windows;

/**
 * Splits a time series into folds: each fold trains on the past and validates on the time after it,
 * from a moving origin (Tashman, "Out-of-sample tests of forecasting accuracy", 2000). Shuffled
 * folds would let a model see the future.
 *
 * <p>With n rows, k folds and m = {@code testSize} (by default ⌊n / (k + 1)⌋), fold i = 0, …, k − 1
 * has the origin o = n − (k − i) m. It trains on the rows before o − {@code gap} and validates on
 * the rows o … o + m − 1. These are the folds of scikit-learn's {@code TimeSeriesSplit}. Training
 * windows and validation windows have no rows in common.
 *
 * <pre>
 * k = 3, n = 8:   0 1 | 2 3
 *                 0 1   2 3 | 4 5
 *                 0 1   2 3   4 5 | 6 7
 * </pre>
 *
 * <p>Normalize the series on rows that all folds train on, which are at most the first n − k · m.
 * Otherwise, the mean and deviation contain information about the future.
 */
public final class RollingOrigin {
  private final int folds;
  private int testSize;
  private int gap;
  private int maxTrainSize = Integer.MAX_VALUE;

  private RollingOrigin(int folds) {
    this.folds = folds;
  }

  /**
   * Returns a splitter for this number of folds.
   *
   * @param count the number of folds, at least 1
   */
  public static RollingOrigin folds(int count) {
    return new RollingOrigin(Tuner.atLeastOne("folds", count));
  }

  /** Sets the number of validation rows of each fold; ⌊n / (k + 1)⌋ by default. */
  public RollingOrigin testSize(int rows) {
    testSize = Tuner.atLeastOne("testSize", rows);
    return this;
  }

  /** Sets the number of rows between training and validation rows; 0 by default. */
  public RollingOrigin gap(int rows) {
    gap = Tuner.atLeast("gap", 0, rows);
    return this;
  }

  /** Sets the maximum number of training rows, which are the latest; all by default. */
  public RollingOrigin maxTrainSize(int rows) {
    maxTrainSize = Tuner.atLeastOne("maxTrainSize", rows);
    return this;
  }

  /**
   * Splits all rows of the windows' series.
   *
   * @throws IllegalArgumentException if there are too few rows
   */
  public List<Fold<Windows>> split(Windows windows) {
    return split(windows, 0, windows.series().rows());
  }

  /**
   * Splits a range of rows.
   *
   * @param windows the windows
   * @param from the first row
   * @param to the row after the last one
   * @throws IllegalArgumentException if there are too few rows
   */
  public List<Fold<Windows>> split(Windows windows, int from, int to) {
    int rows = to - from;
    int size = testSize == 0 ? rows / (folds + 1) : testSize;
    List<Fold<Windows>> all = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      int origin = to - (folds - fold) * size;
      int end = origin - gap;
      if (size < 1 || end <= from) {
        throw new IllegalArgumentException(
            "Each fold must have rows to train on, but fold "
                + fold
                + " has none. Received: "
                + rows
                + " rows, "
                + folds
                + " folds with "
                + size
                + " validation rows each, and a gap of "
                + gap
                + ". Use fewer folds or more rows.");
      }
      int begin = (int) Math.max(from, (long) end - maxTrainSize);
      all.add(new Fold<>(windows.range(begin, end), windows.range(origin, origin + size)));
    }
    return all;
  }
}
