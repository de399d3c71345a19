package org.unroll.tuning;

import java.util.ArrayList;
import java.util.List;
import org.unroll.timeseries.Windows;

/**
 * Folds of a time series, in which the past is trained on and the time behind it scored on, from
 * origins that move on (Tashman, "Out-of-sample tests of forecasting accuracy", 2000). Shuffled
 * folds would let a model see the future.
 *
 * <p>Of the n rows of the windows' range, the last k · m are scored on, k being the number of folds
 * and m = {@code testSize}, ⌊n / (k + 1)⌋ by default. Fold i = 0, …, k − 1 trains on the rows
 * before o = n − (k − i) m, less {@code gap} rows, and scores on o … o + m − 1. These are the folds
 * of scikit-learn's {@code TimeSeriesSplit}. No window of one part sees or predicts a row of the
 * other.
 *
 * <pre>
 * k = 3, n = 8:   0 1 | 2 3
 *                 0 1   2 3 | 4 5
 *                 0 1   2 3   4 5 | 6 7
 * </pre>
 *
 * <p>Normalize the series on rows that every fold trains on, at most the first n − k · m, or the
 * scores know the future by its mean.
 */
public final class RollingOrigin {
  private final int folds;
  private int testSize;
  private int gap;
  private int maxTrainSize = Integer.MAX_VALUE;

  private RollingOrigin(int folds) {
    this.folds = folds;
  }

  /** This number of folds, at least 1. */
  public static RollingOrigin folds(int count) {
    return new RollingOrigin(Tuner.atLeastOne("folds", count));
  }

  /** Sets the number of rows that each fold scores on. */
  public RollingOrigin testSize(int rows) {
    testSize = Tuner.atLeastOne("testSize", rows);
    return this;
  }

  /** Sets the number of rows left out before the origin; 0 by default. */
  public RollingOrigin gap(int rows) {
    gap = Tuner.atLeast("gap", 0, rows);
    return this;
  }

  /** Sets the largest number of rows to train on, the latest; all by default. */
  public RollingOrigin maxTrainSize(int rows) {
    maxTrainSize = Tuner.atLeastOne("maxTrainSize", rows);
    return this;
  }

  /**
   * The folds of all rows of the windows' series.
   *
   * @throws IllegalArgumentException if the rows are too few
   */
  public List<Fold<Windows>> split(Windows windows) {
    return split(windows, 0, windows.series().rows());
  }

  /** The folds of the rows {@code from} … {@code to} − 1. */
  public List<Fold<Windows>> split(Windows windows, int from, int to) {
    int rows = to - from;
    int size = testSize == 0 ? rows / (folds + 1) : testSize;
    List<Fold<Windows>> all = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      int origin = to - (folds - fold) * size;
      int end = origin - gap;
      if (size < 1 || end <= from) {
        throw new IllegalArgumentException(
            "Fold "
                + fold
                + " has no rows to train on: "
                + folds
                + " folds that score on "
                + size
                + " rows each, with a gap of "
                + gap
                + ", in "
                + rows
                + " rows. Use fewer folds or more rows.");
      }
      int begin = (int) Math.max(from, (long) end - maxTrainSize);
      all.add(new Fold<>(windows.range(begin, end), windows.range(origin, origin + size)));
    }
    return all;
  }
}
