package org.unroll.forecasting.series;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.unroll.forecasting.PointForecasts;
import org.unroll.timeseries.Windows;
import org.unroll.timeseries.WindowsDescription;

/** A model for each target of a series, see {@link SeriesModel#method}. */
record SeriesForecasts(int firstRow, List<String> targets, List<? extends SeriesModel> models)
    implements PointForecasts {

  static SeriesForecasts fit(Windows past, Function<double[], ? extends SeriesModel> fit) {
    List<String> targets = past.series().targetNames();
    WindowsDescription rows = past.describe();
    int from = rows.from();
    int to = rows.to();
    return new SeriesForecasts(
        from,
        targets,
        targets.stream()
            .map(target -> fit.apply(Arrays.copyOfRange(past.series().levels(target), from, to)))
            .toList());
  }

  private static int steps(Windows windows) {
    return windows.targetShape().size() / windows.series().targetNames().size();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the targets are not those of the fit, or if a window has
   *     too few rows before its target
   */
  @Override
  public double[][] predict(Windows windows) {
    if (!windows.series().targetNames().equals(targets)) {
      throw new IllegalArgumentException(
          "The windows must have the targets of the fit, "
              + targets
              + ", but have "
              + windows.series().targetNames()
              + ".");
    }
    int steps = steps(windows);
    int last = windows.lastRow(0);
    int[] ahead = IntStream.range(0, steps).map(k -> windows.targetRow(0, k) - last).toArray();
    int end = windows.lastRow(windows.size() - 1) + 1;
    requireState(windows, last >= firstRow, 0);
    double[][] predictions = new double[windows.size()][steps * targets.size()];
    for (int j = 0; j < targets.size(); j++) {
      double[] values = Arrays.copyOfRange(windows.series().levels(targets.get(j)), firstRow, end);
      double[][] forecasts = models.get(j).forecasts(values, ahead);
      for (int sample = 0; sample < predictions.length; sample++) {
        for (int k = 0; k < steps; k++) {
          double forecast = forecasts[windows.lastRow(sample) - firstRow][k];
          requireState(windows, !Double.isNaN(forecast), sample);
          int output = k * targets.size() + j;
          predictions[sample][output] = windows.ofLevel(sample, output, forecast);
        }
      }
    }
    return predictions;
  }

  private void requireState(Windows windows, boolean isKnown, int sample) {
    if (!isKnown) {
      throw new IllegalArgumentException(
          "The last input row of a window must be in or after the rows of the fit, with enough"
              + " values before it, but window "
              + sample
              + " ends in row "
              + windows.lastRow(sample)
              + ", and the fit begins in row "
              + firstRow
              + ". Use a range that starts later.");
    }
  }
}
