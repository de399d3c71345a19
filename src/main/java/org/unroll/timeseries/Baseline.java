package org.unroll.timeseries;

/**
 * A forecast that needs no network, and that a network has to beat: the last value, the value a
 * season before, or {@link Ridge} regression. Predictions and errors are normalized as the series
 * is; {@link TimeSeries#denormalizeError(double)} gives the error in the target's units.
 *
 * <pre>{@code
 * double degrees = series.denormalizeError(Baseline.lastValue().mae(val));
 * }</pre>
 */
public interface Baseline {
  /**
   * The prediction for one window.
   *
   * @param sample the number of the window, 0 … size−1
   * @return normalized, in the order of {@link Windows#targetShape()}
   */
  double[] predict(Windows windows, int sample);

  /** The predictions for all windows, in natural order. */
  default double[][] predict(Windows windows) {
    double[][] predictions = new double[windows.size()][];
    for (int sample = 0; sample < predictions.length; sample++) {
      predictions[sample] = predict(windows, sample);
    }
    return predictions;
  }

  /** The mean of |prediction − target| over all windows and all their targets, normalized. */
  default double mae(Windows windows) {
    double sum = 0;
    for (int sample = 0; sample < windows.size(); sample++) {
      double[] target = windows.target(sample);
      double[] prediction = predict(windows, sample);
      for (int i = 0; i < target.length; i++) {
        sum += Math.abs(prediction[i] - target[i]);
      }
    }
    return sum / windows.size() / windows.targetShape().size();
  }

  /** Predicts that the target stays what it is in the last row that a window sees. */
  static Baseline lastValue() {
    return (windows, sample) -> {
      double[] prediction = new double[windows.targetShape().size()];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        prediction[i] = windows.value(windows.lastRow(sample), columns[i % columns.length]);
      }
      return prediction;
    };
  }

  /**
   * Predicts the value a season before: that of the latest row which lies a whole number of periods
   * before the target and not after the last row that the window sees. For rows of 10 minutes,
   * {@code seasonal(144)} is the same time on the last day known. The row may lie before the
   * window. Where the series skips gaps and the value is missing, the season before it counts.
   *
   * @param period the season's length in rows, at least 1
   * @throws IllegalArgumentException if the period is below 1; when predicting, if the row would
   *     lie before the start of the series
   */
  static Baseline seasonal(int period) {
    if (period < 1) {
      throw new IllegalArgumentException(
          "A season lasts at least 1 row. Received: period=" + period);
    }
    return (windows, sample) -> {
      double[] prediction = new double[windows.targetShape().size()];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        int target = windows.targetRow(sample) + i / columns.length * windows.step();
        int beyond = target - windows.lastRow(sample);
        int column = columns[i % columns.length];
        int row = target - (beyond + period - 1) / period * period;
        while (row >= 0 && Double.isNaN(windows.value(row, column))) {
          row -= period;
        }
        if (row < 0) {
          throw new IllegalArgumentException(
              "There is no value a season of "
                  + period
                  + " rows before row "
                  + target
                  + ", the target of window "
                  + sample
                  + ". Use a range that starts later.");
        }
        prediction[i] = windows.value(row, column);
      }
      return prediction;
    };
  }
}
