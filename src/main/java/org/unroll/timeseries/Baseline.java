package org.unroll.timeseries;

import java.util.stream.IntStream;

/**
 * A simple forecast to compare a network with: the last value, the value one season earlier, a
 * drift, a moving average, or {@link Ridge} regression. Predictions and errors are normalized like
 * the series; {@link TimeSeries#denormalizeError(double)} converts an error to the units of the
 * target.
 *
 * <pre>{@code
 * double degrees = series.denormalizeError(Baseline.lastValue().mae(val));
 * }</pre>
 *
 * <p>Implement {@link #predict(Windows, int)} for your own baseline.
 */
public interface Baseline {
  /**
   * Returns the prediction for one window.
   *
   * @param windows the windows
   * @param sample the index of the window, 0 … size−1
   * @return normalized, in the order of {@link Windows#targetShape()}
   */
  double[] predict(Windows windows, int sample);

  /** Returns the predictions for all windows, in natural order. */
  default double[][] predict(Windows windows) {
    double[][] predictions = new double[windows.size()][];
    for (int sample = 0; sample < predictions.length; sample++) {
      predictions[sample] = predict(windows, sample);
    }
    return predictions;
  }

  /**
   * Returns the mean of |prediction − target| over all windows and all their targets, normalized.
   */
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

  /**
   * Returns a baseline that predicts the value of the target in the last input row.
   *
   * @throws IllegalArgumentException in predictions, if the value is missing, which is possible if
   *     the series skips gaps and the target is not an input
   */
  static Baseline lastValue() {
    return (windows, sample) -> {
      double[] prediction = new double[windows.targetShape().size()];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        double last = value(windows, windows.lastRow(sample), columns[i % columns.length]);
        prediction[i] = windows.ofLevel(sample, i, last);
      }
      return prediction;
    };
  }

  /**
   * Returns a baseline that continues the straight line from the first to the last input row of the
   * window. The forecast h rows after the last row is
   *
   * <pre>y(last) + h · (y(last) − y(first)) / (last − first)</pre>
   *
   * @throws IllegalArgumentException in predictions, if the window has a single input row, or if
   *     one of the two values is missing
   */
  static Baseline drift() {
    return (windows, sample) -> {
      int first = windows.firstRow(sample);
      int last = windows.lastRow(sample);
      if (first == last) {
        throw new IllegalArgumentException(
            "A window must have at least 2 input rows for a drift, but its lookback is one step."
                + " Use a larger lookback.");
      }
      double[] prediction = new double[windows.targetShape().size()];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        int column = columns[i % columns.length];
        double value = value(windows, last, column);
        double slope = (value - value(windows, first, column)) / (last - first);
        int beyond = windows.targetRow(sample, i / columns.length) - last;
        prediction[i] = windows.ofLevel(sample, i, value + slope * beyond);
      }
      return prediction;
    };
  }

  /**
   * Returns a baseline that predicts the mean of the last values: those of {@code rows} rows, the
   * last of which is the last input row. The rows may be before the window. Missing values are not
   * part of the mean.
   *
   * @param rows the number of rows, at least 1
   * @throws IllegalArgumentException if rows is below 1; in predictions, if the rows begin before
   *     the series, or if all their values are missing
   */
  static Baseline movingAverage(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, but was " + rows + ".");
    }
    return (windows, sample) -> {
      int last = windows.lastRow(sample);
      if (last + 1 < rows) {
        throw new IllegalArgumentException(
            "A moving average of "
                + rows
                + " rows must have as many rows up to the last input row, but that of window "
                + sample
                + " is row "
                + last
                + ". Use a range that starts later.");
      }
      double[] prediction = new double[windows.targetShape().size()];
      double[] means = new double[prediction.length];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        int column = columns[i % columns.length];
        means[i] =
            i < columns.length
                ? IntStream.rangeClosed(last - rows + 1, last)
                    .mapToDouble(row -> windows.level(row, column))
                    .filter(value -> !Double.isNaN(value))
                    .average()
                    .orElseGet(() -> value(windows, last, column))
                : means[i - columns.length];
        prediction[i] = windows.ofLevel(sample, i, means[i]);
      }
      return prediction;
    };
  }

  /**
   * Returns a baseline that predicts the value one season earlier: that of the latest row that is a
   * whole number of periods before the target and not after the last input row. For rows of 10
   * minutes, {@code seasonal(144)} is the same time on the last known day. The row may be before
   * the window. If the series skips gaps and the value is missing, the season before is used.
   *
   * @param period the length of a season in rows, at least 1
   * @throws IllegalArgumentException if the period is below 1; in predictions, if the row would be
   *     before the start of the series
   */
  static Baseline seasonal(int period) {
    if (period < 1) {
      throw new IllegalArgumentException("period must be at least 1 row, but was " + period + ".");
    }
    return (windows, sample) -> {
      double[] prediction = new double[windows.targetShape().size()];
      int[] columns = windows.targetPositions();
      for (int i = 0; i < prediction.length; i++) {
        int target = windows.targetRow(sample) + i / columns.length * windows.step();
        int beyond = target - windows.lastRow(sample);
        int column = columns[i % columns.length];
        int row = target - (beyond + period - 1) / period * period;
        while (row >= 0 && Double.isNaN(windows.level(row, column))) {
          row -= period;
        }
        if (row < 0) {
          throw new IllegalArgumentException(
              "The series must have a value at least one season of "
                  + period
                  + " rows before row "
                  + target
                  + ", the target of window "
                  + sample
                  + ", but has none. Use a range that starts later.");
        }
        prediction[i] = windows.ofLevel(sample, i, windows.level(row, column));
      }
      return prediction;
    };
  }

  /**
   * Returns the mean absolute error of the seasonal forecast within some values, the mean of |yₜ −
   * yₜ₋ₘ|, by which MASE is scaled. Pairs with a missing value, NaN, are left out.
   *
   * @param values the values of the training range, in their order
   * @param period m, the length of a season in rows, at least 1
   * @return NaN if there is no pair; 0 if the values of all pairs are equal
   */
  static double seasonalError(double[] values, int period) {
    if (period < 1) {
      throw new IllegalArgumentException("period must be at least 1 row, but was " + period + ".");
    }
    return IntStream.range(period, values.length)
        .mapToDouble(t -> Math.abs(values[t] - values[t - period]))
        .filter(difference -> !Double.isNaN(difference))
        .average()
        .orElse(Double.NaN);
  }

  /** Returns the normalized value of a target in a row, which must not be missing. */
  private static double value(Windows windows, int row, int column) {
    double value = windows.level(row, column);
    if (Double.isNaN(value)) {
      TimeSeries series = windows.series();
      int target = IntStream.of(windows.targetPositions()).boxed().toList().indexOf(column);
      throw new IllegalArgumentException(
          "A baseline needs a value"
              + series.times().place(series.targetNames().get(target), row)
              + ", but it is missing. Fill the gap, or make the target an input, so that windows"
              + " with this gap are left out.");
    }
    return value;
  }
}
