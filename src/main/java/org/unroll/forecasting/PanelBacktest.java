package org.unroll.forecasting;

import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import org.unroll.data.Fingerprint;
import org.unroll.forecasting.panel.PanelFolds;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.columns.Column;

/** The windows of many series in a {@link Backtest}. */
final class PanelBacktest implements BacktestData<PanelBacktest.Fitted> {
  private final PanelWindows windows;
  private final PanelFolds folds;
  private final Temporal first;

  /**
   * Creates the windows.
   *
   * @param first the time of the first target of the first forecast
   * @throws IllegalArgumentException as {@link Backtest#on(PanelWindows, Temporal)} does
   */
  PanelBacktest(PanelWindows windows, Temporal first) {
    this.windows = windows;
    this.first = first;
    folds = new PanelFolds(windows, first);
    folds.seriesWithin(null, 1 - ahead()[0]);
  }

  /**
   * A method that is fitted on all series, or on each.
   *
   * @param global predicts all windows; null if there is a method for each series
   * @param bySeries predicts the windows of a series
   */
  record Fitted(Function<PanelWindows, double[][]> global, Map<Integer, PointForecasts> bySeries) {}

  @Override
  public List<String> targets() {
    return windows.panel().targetNames();
  }

  @Override
  public int[] ahead() {
    return windows.positions().rowsAhead();
  }

  @Override
  public int rowsOfForecast() {
    return windows.positions().targetSteps() * windows.positions().step();
  }

  @Override
  public String start() {
    return first.toString();
  }

  @Override
  public int[] forecasts(int every) {
    return folds.forecasts(every);
  }

  @Override
  public int distance(int row) {
    return folds.distance(row);
  }

  @Override
  public int seriesOf(int row) {
    return folds.seriesOf(row);
  }

  @Override
  public BacktestFold fold(int number, Integer from, int to, int[] rows, int season) {
    BitSet fitted = folds.seriesWithin(from, to);
    int[] kept = Arrays.stream(rows).filter(row -> fitted.get(seriesOf(row))).toArray();
    List<double[]> scales = new ArrayList<>();
    int earliest = 0;
    for (int i = 0; i < kept.length; i++) {
      int series = seriesOf(kept[i]);
      boolean same = i > 0 && seriesOf(kept[i - 1]) == series;
      scales.add(same ? scales.get(i - 1) : scales(series, from, to, season));
      earliest = distance(kept[i]) < distance(kept[earliest]) ? i : earliest;
    }
    return new BacktestFold(
        number, from, to, kept, kept.length == 0 ? 0 : kept[earliest], List.copyOf(scales));
  }

  private double[] scales(int series, Integer from, int to, int season) {
    return targets().stream()
        .mapToDouble(
            target -> Baseline.seasonalError(folds.values(target, series, from, to), season))
        .toArray();
  }

  /** The windows are found when the fold is created, and constant columns are no error. */
  @Override
  public void requireFit(BacktestFold fold) {}

  @Override
  public Known<Fitted> knownAt(BacktestFold fold, int every) {
    return new PanelKnown(folds.fold(fold.from(), fold.to(), fold.rows()), every);
  }

  @Override
  public IntToDoubleFunction truth(String target) {
    return windows.panel().raw(target);
  }

  @Override
  public List<Column<?>> series(int... rows) {
    List<String> names = windows.panel().names();
    return List.of(
        StringColumn.create(
            "series", Arrays.stream(rows).mapToObj(row -> names.get(seriesOf(row)))));
  }

  @Override
  public List<Column<?>> times(int... rows) {
    return List.of(DateTimeColumn.create("time", Arrays.stream(rows).mapToObj(folds::timeOf)));
  }

  /** The windows of a fold. */
  private final class PanelKnown implements Known<Fitted> {
    private final PanelFolds.Fold fold;
    private final int every;

    PanelKnown(PanelFolds.Fold fold, int every) {
      this.fold = fold;
      this.every = every;
    }

    @Override
    public Fitted fit(ForecastMethod method, UnaryOperator<FitOptions> shown) {
      if (method instanceof GlobalMethod global) {
        return new Fitted(global.fit(fold.past(), shown), Map.of());
      }
      Map<Integer, PointForecasts> fitted = new LinkedHashMap<>();
      Arrays.stream(fold.series())
          .forEach(s -> fitted.put(s, NetworkMethod.OfSeries.fit(method, fold.past(s), shown)));
      return new Fitted(null, fitted);
    }

    @Override
    public double[][] predict(Fitted fitted, String name) {
      int targets = targets().size();
      int width = ahead().length * targets;
      int[] rows = fold.rows();
      if (fitted.global() != null) {
        PanelWindows future = fold.future();
        return new MethodOutput(name, width, rows.length)
            .inUnits(
                fitted.global().apply(future),
                (i, k, value) -> future.denormalized(i, k % targets, value),
                (i, k) -> place(rows[i]));
      }
      double[][] forecasts = new double[rows.length][];
      for (int from = 0, to; from < rows.length; from = to) {
        int series = seriesOf(rows[from]);
        to = from + 1;
        while (to < rows.length && seriesOf(rows[to]) == series) {
          to++;
        }
        Windows future = fold.future(from, to, every);
        double[][] ofSeries =
            new SeriesBacktest.SeriesKnown(null, future)
                .predict(fitted.bySeries().get(series), name);
        System.arraycopy(ofSeries, 0, forecasts, from, to - from);
      }
      return forecasts;
    }

    private String place(int row) {
      return "the forecast of '"
          + windows.panel().names().get(seriesOf(row))
          + "' from "
          + folds.timeOf(row)
          + " on";
    }

    @Override
    public Map<String, String> identity() {
      Map<String, String> identity = new LinkedHashMap<>();
      identity.put("the past", Fingerprint.of(fold.past()));
      identity.put("the settings of the past", fold.past().toString());
      identity.put("the windows to predict", Fingerprint.of(fold.future()));
      identity.put("the time of the first forecast", String.valueOf(folds.timeOf(fold.rows()[0])));
      identity.put("the columns", windows.panel().toString());
      identity.put("the values", checksum());
      return identity;
    }

    /** Returns a checksum, in their own units, of all values that the forecasts depend on. */
    private String checksum() {
      int last = Arrays.stream(fold.rows()).map(folds::distance).max().orElseThrow();
      int[] ahead = ahead();
      ValuesChecksum checksum = new ValuesChecksum();
      List<String> names = windows.panel().names();
      for (int s = 0; s < names.size(); s++) {
        for (String column : windows.panel().columnNames()) {
          boolean known = windows.panel().knownNames().contains(column);
          int end = last - ahead[0] + 1 + (known ? ahead[ahead.length - 1] : 0);
          checksum.update(names.get(s) + " " + column, folds.values(column, s, null, end));
        }
      }
      return checksum.toString();
    }
  }
}
