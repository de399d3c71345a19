package org.unroll.forecasting;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.unroll.data.Columns;
import org.unroll.timeseries.QuantileLevels;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Quantiles of one target column for all windows and target steps, in the target's own units, with
 * the measured values. Point forecasts have the single level 0.5.
 *
 * <pre>
 * var forecasts = QuantileForecasts.of(test, model.predict(test).toArray(), 0.1, 0.5, 0.9);
 * Table errors = forecasts.byHorizon();
 * Plots.forecastBands(forecasts.ofWindow(0));
 * </pre>
 *
 * <p>{@link ConformalMargins} and {@link AdaptiveConformal#correct} change the quantiles so that
 * their intervals contain a given share of the measured values. Immutable.
 */
public final class QuantileForecasts {
  private final Windows windows;
  private final double[] levels;

  /** The measured values, {@code [step][window]}. */
  private final double[][] truth;

  /** The quantiles, {@code [step][level][window]}. */
  private final double[][][] values;

  private QuantileForecasts(
      Windows windows, double[] levels, double[][] truth, double[][][] values) {
    this.windows = windows;
    this.levels = levels;
    this.truth = truth;
    this.values = values;
  }

  /**
   * Creates forecasts from the predictions of a model.
   *
   * @param windows windows with one target column
   * @param predictions normalized, one row per window in natural order, its columns step by step,
   *     the levels innermost: {@code model.predict(windows).toArray()}
   * @param levels the levels of the quantiles, greater than 0, less than 1 and increasing; 0.5 for
   *     point forecasts
   * @throws IllegalArgumentException if there are several target columns, if the number of rows or
   *     of values in a row is wrong, or if the levels are not as required
   */
  public static QuantileForecasts of(Windows windows, double[][] predictions, double... levels) {
    QuantileLevels.require(levels);
    if (windows.series().targetNames().size() != 1) {
      throw new IllegalArgumentException(
          "The windows must have one target column because each column has its unit, but the target"
              + " columns are "
              + windows.series().targetNames()
              + ".");
    }
    int steps = windows.targetShape().size();
    double[][] columns = last(windows.forecasts(predictions, levels), steps * levels.length);
    double[][][] values = new double[steps][][];
    for (int k = 0; k < steps; k++) {
      values[k] = Arrays.copyOfRange(columns, k * levels.length, (k + 1) * levels.length);
    }
    return new QuantileForecasts(windows, levels.clone(), measured(windows, steps), values);
  }

  /**
   * Creates forecasts from the predictions of a model that was trained with {@code gaussianNll}.
   *
   * @param windows windows with one target column
   * @param predictions normalized, one row per window in natural order: for each step the mean and
   *     the logarithm of the standard deviation
   * @param levels the levels of the quantiles to compute
   * @throws IllegalArgumentException as for {@link #of}
   */
  public static QuantileForecasts ofGaussian(
      Windows windows, double[][] predictions, double... levels) {
    return of(windows, gaussianQuantiles(predictions, levels), levels);
  }

  /**
   * Returns the quantiles of Gaussian predictions, μ + e^s · Φ⁻¹(level).
   *
   * @param predictions the mean μ and the logarithm s of the standard deviation of each value
   * @param levels the levels, greater than 0, less than 1 and increasing
   * @return one row per prediction, the levels innermost
   * @throws IllegalArgumentException if a row has an odd number of values, or if the levels are not
   *     as required
   */
  public static double[][] gaussianQuantiles(double[][] predictions, double... levels) {
    QuantileLevels.require(levels);
    var normal = new NormalDistribution(null, 0, 1);
    double[] z = Arrays.stream(levels).map(normal::inverseCumulativeProbability).toArray();
    double[][] quantiles = new double[predictions.length][];
    for (int i = 0; i < quantiles.length; i++) {
      double[] row = predictions[i];
      if (row.length % 2 != 0) {
        throw new IllegalArgumentException(
            "A Gaussian prediction must have two values per target, the mean and the logarithm of"
                + " the standard deviation, but has "
                + row.length
                + " in row "
                + i
                + ".");
      }
      quantiles[i] = new double[row.length / 2 * z.length];
      for (int k = 0; k < quantiles[i].length; k++) {
        int of = k / z.length * 2;
        quantiles[i][k] = row[of] + Math.exp(row[of + 1]) * z[k % z.length];
      }
    }
    return quantiles;
  }

  /** Returns the values of the target in the table, without those that fill a gap. */
  private static double[][] measured(Windows windows, int steps) {
    TimeSeries series = windows.series();
    NumericColumn<?> target = Columns.numeric(series.table(), series.targetNames()).get(0);
    double[][] truth = new double[steps][windows.size()];
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < truth[step].length; i++) {
        truth[step][i] = Columns.value(target, windows.targetRow(i, step));
      }
    }
    return truth;
  }

  private static double[][] last(Table table, int count) {
    return IntStream.range(table.columnCount() - count, table.columnCount())
        .mapToObj(column -> table.doubleColumn(column).asDoubleArray())
        .toArray(double[][]::new);
  }

  /** Returns the same forecasts with other quantiles, {@code [step][level][window]}. */
  QuantileForecasts with(double[] newLevels, double[][][] newValues) {
    return new QuantileForecasts(windows, newLevels, truth, newValues);
  }

  /** Returns the windows of the forecasts. */
  public Windows windows() {
    return windows;
  }

  /** Returns the levels of the quantiles. */
  public double[] levels() {
    return levels.clone();
  }

  /** Returns the number of target steps. */
  public int steps() {
    return truth.length;
  }

  /** Returns the number of rows from the last input row to a target step. */
  int ahead(int step) {
    return windows.targetRow(0, step) - windows.lastRow(0);
  }

  /**
   * Returns the measured values, one per window; NaN where the target was not measured.
   *
   * @param step the target step, counted from 0
   */
  public double[] truth(int step) {
    return truth[step].clone();
  }

  /**
   * Returns quantiles, one per window.
   *
   * @param step the target step, counted from 0
   * @param level one of the levels
   * @throws IllegalArgumentException if there is no such level
   */
  public double[] quantiles(int step, double level) {
    int index = indexOf(levels, level);
    if (index < 0) {
      throw new IllegalArgumentException(
          "The level must be one of " + Arrays.toString(levels) + ", but was " + level + ".");
    }
    return values[step][index].clone();
  }

  /** Returns the quantiles of all levels for one window and step. */
  double[] at(int window, int step) {
    return Arrays.stream(values[step]).mapToDouble(level -> level[window]).toArray();
  }

  /** Returns the index of a level, or −1. */
  static int indexOf(double[] levels, double level) {
    return IntStream.range(0, levels.length)
        .filter(k -> Math.abs(levels[k] - level) < 1e-9)
        .findFirst()
        .orElse(-1);
  }

  /**
   * Returns all forecasts as a table with one row per window and target step: {@code time} (or
   * {@code row} without timestamps), {@code ahead}, the number of rows from the last input row, the
   * measured value in a column with the name of the target, and the quantiles in columns named as
   * in {@code T (degC) q0.1}.
   */
  public Table table() {
    int steps = steps();
    int[] all = IntStream.range(0, windows.size() * steps).toArray();
    return rows(
        Arrays.stream(all).map(i -> i / steps).toArray(),
        Arrays.stream(all).map(i -> i % steps).toArray());
  }

  /**
   * Returns the rows of one target step in the layout of {@link #table()}.
   *
   * @param step the target step, counted from 0
   */
  public Table ofStep(int step) {
    int[] samples = IntStream.range(0, windows.size()).toArray();
    return rows(samples, Arrays.stream(samples).map(i -> step).toArray());
  }

  /**
   * Returns the rows of one window in the layout of {@link #table()}.
   *
   * @param window the index of the window, counted from 0
   */
  public Table ofWindow(int window) {
    int[] steps = IntStream.range(0, steps()).toArray();
    return rows(Arrays.stream(steps).map(k -> window).toArray(), steps);
  }

  private Table rows(int[] samples, int[] steps) {
    int count = samples.length;
    int[] rows =
        IntStream.range(0, count).map(i -> windows.targetRow(samples[i], steps[i])).toArray();
    Table table = Table.create("forecasts");
    if (windows.series().isDated()) {
      table.addColumns(
          DateTimeColumn.create(
              "time",
              Arrays.stream(rows)
                  .mapToObj(windows.series()::timeOf)
                  .toArray(LocalDateTime[]::new)));
    } else {
      table.addColumns(IntColumn.create("row", rows));
    }
    table.addColumns(IntColumn.create("ahead", Arrays.stream(steps).map(this::ahead).toArray()));
    String target = windows.series().targetNames().get(0);
    table.addColumns(column(target, count, i -> truth[steps[i]][samples[i]]));
    for (int k = 0; k < levels.length; k++) {
      int level = k;
      String name = target + QuantileLevels.suffix(levels[k]);
      table.addColumns(column(name, count, i -> values[steps[i]][level][samples[i]]));
    }
    return table;
  }

  private static DoubleColumn column(String name, int count, IntToDoubleFunction value) {
    return DoubleColumn.create(name, IntStream.range(0, count).mapToDouble(value).toArray());
  }

  /**
   * Returns the metrics of {@link ForecastMetrics#by} for each target step.
   *
   * @param weights one weight per window, or none for equal weights
   * @throws IllegalArgumentException if the number of weights is wrong
   */
  public Table byHorizon(double... weights) {
    int steps = steps();
    double[] each =
        IntStream.range(0, weights.length * steps).mapToDouble(i -> weights[i / steps]).toArray();
    return ForecastMetrics.weightedBy(table(), each, "ahead");
  }

  /**
   * Scores the measured values of one target step against the band of a coverage, which should be
   * conformal: see {@link ConformalMargins} and {@link AdaptiveConformal#correct}.
   *
   * <pre>
   * s = (y − middle of the band) / half of its width
   * </pre>
   *
   * <p>A value at an edge of the band has the score 1 or −1. A value outside is an anomaly. If the
   * values are exchangeable with those of the calibration, at most the share 1 − coverage of them
   * is marked. In an unbounded band the score is 0, and outside an empty one it is infinite.
   *
   * <pre>
   * Table scores = margins.correct(forecasts).anomalies(0, 0.95);
   * Plots.forecastBands(scores); // marks the anomalies
   * </pre>
   *
   * @param step the target step, counted from 0
   * @param coverage the coverage of a band of these forecasts
   * @return the table of {@link #ofStep} with the columns {@code score} and {@code anomaly}, which
   *     are missing where the value was not measured
   * @throws IllegalArgumentException if the forecasts have no such band
   */
  public Table anomalies(int step, double coverage) {
    double[] lower = quantiles(step, QuantileLevels.rounded((1 - coverage) / 2));
    double[] upper = quantiles(step, QuantileLevels.rounded((1 + coverage) / 2));
    double[] y = truth[step];
    double[] scores = new double[y.length];
    Boolean[] anomalies = new Boolean[y.length];
    for (int i = 0; i < y.length; i++) {
      if (Double.isNaN(y[i])) { // not measured
        scores[i] = Double.NaN;
        continue;
      }
      anomalies[i] = y[i] < lower[i] || y[i] > upper[i];
      double half = (upper[i] - lower[i]) / 2;
      double distance = y[i] - (lower[i] + half);
      scores[i] =
          half > 0
              ? Double.isInfinite(half) ? 0 : distance / half
              : anomalies[i] ? Math.copySign(Double.POSITIVE_INFINITY, y[i] - lower[i]) : 0;
    }
    return ofStep(step)
        .addColumns(
            DoubleColumn.create("score", scores), BooleanColumn.create("anomaly", anomalies));
  }
}
