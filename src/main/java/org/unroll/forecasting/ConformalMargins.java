package org.unroll.forecasting;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.timeseries.QuantileLevels;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Margins that give the forecasts of a model the nominal coverage, one for each target step and
 * coverage, in the units of the target (split conformal prediction, see {@link Conformal}).
 *
 * <pre>
 * var calibration = QuantileForecasts.of(val, model.predict(val).toArray(), 0.1, 0.5, 0.9);
 * var forecasts = QuantileForecasts.of(test, model.predict(test).toArray(), 0.1, 0.5, 0.9);
 * var margins = ConformalMargins.of(calibration, 0.8);
 * Table coverage = margins.correct(forecasts).byHorizon();
 * </pre>
 *
 * <p>For a coverage c, the quantiles of the levels (1 − c) / 2 and (1 + c) / 2 are moved outwards
 * by the margin, or inwards if it is negative. If the forecasts do not have these levels, they are
 * computed from the level 0.5, which is the forecast of a model without quantiles.
 *
 * <p>The guarantee holds for calibration and new data that are exchangeable. If errors grow over
 * time, use {@link AdaptiveConformal#correct}. Each coverage has its own margins, so corrected
 * intervals may cross those of another coverage; nothing is changed to prevent this.
 *
 * @param coverages the nominal coverages in increasing order
 * @param margins {@code [step][coverage]}
 */
public record ConformalMargins(List<Double> coverages, List<List<Double>> margins) {
  /**
   * Creates margins from their values.
   *
   * @throws IllegalArgumentException if a coverage is not between 0 and 1, the coverages do not
   *     increase, or there is not one finite margin for each step and coverage
   */
  public ConformalMargins {
    coverages = List.copyOf(coverages);
    margins = margins.stream().map(List::copyOf).toList();
    requireCoverages(coverages.stream().mapToDouble(Double::doubleValue).toArray());
    int count = coverages.size();
    boolean valid =
        !margins.isEmpty()
            && margins.stream()
                .allMatch(row -> row.size() == count && row.stream().allMatch(Double::isFinite));
    if (!valid) {
      throw new IllegalArgumentException(
          "There must be a finite margin for each target step and each of the coverages "
              + coverages
              + ", but the margins are "
              + margins
              + ".");
    }
  }

  /**
   * Computes margins from forecasts of data that the model was not trained on. Targets that were
   * not measured are left out, even if the series fills them.
   *
   * @param calibration the forecasts; at least 4 measured values of each step for a coverage of
   *     0.8, and 19 for 0.95
   * @param coverages the shares of values that the intervals must contain, between 0 and 1 and
   *     increasing
   * @throws IllegalArgumentException if the forecasts have neither the levels of a coverage nor the
   *     level 0.5, or if there are too few windows
   */
  public static ConformalMargins of(QuantileForecasts calibration, double... coverages) {
    requireCoverages(coverages);
    List<List<Double>> margins =
        IntStream.range(0, calibration.steps())
            .mapToObj(
                step ->
                    Arrays.stream(coverages)
                        .mapToObj(coverage -> margin(calibration, step, coverage))
                        .toList())
            .toList();
    return new ConformalMargins(Arrays.stream(coverages).boxed().toList(), margins);
  }

  /** Returns the margin of a target step, from the windows whose target was measured. */
  private static double margin(QuantileForecasts calibration, int step, double coverage) {
    double[] truth = calibration.truth(step);
    int[] measured =
        IntStream.range(0, truth.length).filter(i -> !Double.isNaN(truth[i])).toArray();
    double[] lower = calibration.quantiles(step, end(calibration, coverage, -1));
    double[] upper = calibration.quantiles(step, end(calibration, coverage, 1));
    return Conformal.ofIntervals(
            values(truth, measured), values(lower, measured), values(upper, measured), coverage)
        .margin();
  }

  private static double[] values(double[] all, int... indices) {
    return Arrays.stream(indices).mapToDouble(i -> all[i]).toArray();
  }

  /**
   * Returns forecasts with intervals of these coverages: the levels (1 − c) / 2 and (1 + c) / 2 of
   * each coverage c, and the level 0.5 if the forecasts have it.
   *
   * @param forecasts forecasts of other windows with the same levels and target steps
   * @throws IllegalArgumentException if the number of target steps differs, or the levels are
   *     missing
   */
  public QuantileForecasts correct(QuantileForecasts forecasts) {
    requireSteps(forecasts.steps());
    double[] levels = forecasts.levels();
    double[] newLevels = levels(levels);
    double[][][] values =
        new double[forecasts.steps()][newLevels.length][forecasts.windows().size()];
    for (int step = 0; step < values.length; step++) {
      for (int window = 0; window < forecasts.windows().size(); window++) {
        double[] corrected = correct(step, levels, forecasts.at(window, step));
        for (int k = 0; k < corrected.length; k++) {
          values[step][k][window] = corrected[k];
        }
      }
    }
    return forecasts.with(newLevels, values);
  }

  void requireSteps(int steps) {
    if (steps != margins.size()) {
      throw new IllegalArgumentException(
          "The forecasts must have the "
              + margins.size()
              + " target steps of the margins, but have "
              + steps
              + ".");
    }
  }

  /** Returns the margins with one row per target step, counted from 1. */
  public Table table() {
    Table table =
        Table.create(
            "margins",
            IntColumn.create("step", IntStream.rangeClosed(1, margins.size()).toArray()));
    for (int k = 0; k < coverages.size(); k++) {
      int column = k;
      table.addColumns(
          DoubleColumn.create(
              QuantileColumns.percent(coverages.get(k)),
              margins.stream().mapToDouble(row -> row.get(column)).toArray()));
    }
    return table;
  }

  /** Returns the quantiles of one value with the margins, in the order of {@link #levels}. */
  double[] correct(int step, double[] levels, double... quantiles) {
    double[] row = margins.get(step).stream().mapToDouble(Double::doubleValue).toArray();
    return widened(coverageArray(), row, levels, quantiles);
  }

  double[] levels(double... levels) {
    return levels(coverageArray(), levels);
  }

  private double[] coverageArray() {
    return coverages.stream().mapToDouble(Double::doubleValue).toArray();
  }

  // ---- Shared with AdaptiveConformal

  static void requireCoverages(double... coverages) {
    for (int i = 0; i < coverages.length; i++) {
      ForecastMetrics.requireCoverage(coverages[i]);
    }
    boolean increasing =
        IntStream.range(1, coverages.length).allMatch(i -> coverages[i] > coverages[i - 1]);
    if (coverages.length == 0 || !increasing) {
      throw new IllegalArgumentException(
          "There must be at least one coverage, and coverages must increase, such as 0.8, 0.95, but"
              + " were "
              + Arrays.toString(coverages)
              + ".");
    }
  }

  /**
   * Returns the level from which the lower (−1) or the upper (1) end of an interval is computed.
   *
   * @throws IllegalArgumentException if there is none
   */
  static double end(QuantileForecasts forecasts, double coverage, int side) {
    return end(forecasts.levels(), coverage, side);
  }

  private static double end(double[] levels, double coverage, int side) {
    double level = level(coverage, side);
    if (QuantileForecasts.indexOf(levels, level) >= 0
        && QuantileForecasts.indexOf(levels, 1 - level) >= 0) {
      return level;
    }
    if (QuantileForecasts.indexOf(levels, 0.5) < 0) {
      throw new IllegalArgumentException(
          "For a coverage of "
              + coverage
              + ", the forecasts must have the levels "
              + level(coverage, -1)
              + " and "
              + level(coverage, 1)
              + " or the level 0.5, but have "
              + Arrays.toString(levels)
              + ".");
    }
    return 0.5;
  }

  private static double level(double coverage, int side) {
    return QuantileLevels.rounded((1 + side * coverage) / 2);
  }

  /**
   * Returns the levels of corrected forecasts.
   *
   * @throws IllegalArgumentException if there is no level for an end of a coverage
   */
  static double[] levels(double[] coverages, double... levels) {
    for (double coverage : coverages) {
      end(levels, coverage, -1);
    }
    IntStream lower = IntStream.range(0, coverages.length).map(k -> coverages.length - 1 - k);
    double[] below = lower.mapToDouble(k -> level(coverages[k], -1)).toArray();
    double[] above = Arrays.stream(coverages).map(c -> level(c, 1)).toArray();
    boolean median = QuantileForecasts.indexOf(levels, 0.5) >= 0;
    int middle = median ? 1 : 0;
    double[] all = Arrays.copyOf(below, 2 * coverages.length + middle);
    if (median) {
      all[below.length] = 0.5;
    }
    System.arraycopy(above, 0, all, below.length + middle, above.length);
    return all;
  }

  /** Returns the quantiles of one value, each end of an interval moved by its margin. */
  static double[] widened(
      double[] coverages, double[] margins, double[] levels, double... quantiles) {
    int count = coverages.length;
    int median = QuantileForecasts.indexOf(levels, 0.5);
    double[] corrected = new double[2 * count + (median < 0 ? 0 : 1)];
    for (int k = 0; k < count; k++) {
      int lower = QuantileForecasts.indexOf(levels, end(levels, coverages[k], -1));
      int upper = QuantileForecasts.indexOf(levels, end(levels, coverages[k], 1));
      corrected[count - 1 - k] = quantiles[lower] - margins[k];
      corrected[corrected.length - count + k] = quantiles[upper] + margins[k];
    }
    if (median >= 0) {
      corrected[count] = quantiles[median];
    }
    return corrected;
  }
}
