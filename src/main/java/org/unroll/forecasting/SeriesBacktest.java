package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.unroll.data.Columns;
import org.unroll.data.Fingerprint;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.timeseries.WindowsDescription;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.columns.Column;

/** The windows of one series in a {@link Backtest}. */
final class SeriesBacktest implements BacktestData<PointForecasts> {
  private final Windows windows;
  private final TimeSeries series;
  private final WindowsDescription range;
  private final int first;
  private final int steps;

  /**
   * Creates the windows.
   *
   * @param first the row of the first target of the first forecast
   * @throws IllegalArgumentException as {@link Backtest#on(Windows, int)} does
   */
  SeriesBacktest(Windows windows, int first) {
    this.windows = windows;
    this.first = first;
    series = windows.series();
    range = windows.describe();
    steps = windows.targetShape().size() / series.targetNames().size();
    int span = windows.targetRow(0, steps - 1) - windows.firstRow(0) + 1;
    int earliest = range.from() + span + ahead()[0] - 1;
    if (first < earliest || first >= range.to()) {
      throw new IllegalArgumentException(
          "The first forecast must be after at least one window of "
              + span
              + " rows to fit on, in the rows "
              + earliest
              + " … "
              + (range.to() - 1)
              + ", but was in row "
              + first
              + ".");
    }
  }

  @Override
  public List<String> targets() {
    return series.targetNames();
  }

  @Override
  public int[] ahead() {
    int last = windows.lastRow(0);
    return IntStream.range(0, steps).map(step -> windows.targetRow(0, step) - last).toArray();
  }

  @Override
  public int rowsOfForecast() {
    return windows.targetRow(0, steps) - windows.targetRow(0);
  }

  @Override
  public String start() {
    return "row " + first;
  }

  private int lead() {
    return windows.targetRow(0) - windows.firstRow(0);
  }

  @Override
  public int[] forecasts(int every) {
    Windows all =
        windows.withUnknownTargets().every(1).range(first - lead(), range.to()).every(every);
    return IntStream.range(0, all.size()).map(all::targetRow).toArray();
  }

  @Override
  public int distance(int row) {
    return row - first;
  }

  @Override
  public int seriesOf(int row) {
    return 0;
  }

  @Override
  public BacktestFold fold(int number, Integer from, int to, int[] rows, int season) {
    double[] scales = new double[targets().size()];
    BacktestFold fold =
        new BacktestFold(number, from, to, rows, rows[0], Collections.nCopies(rows.length, scales));
    Arrays.setAll(scales, j -> scale(targets().get(j), from(fold), to(fold), season));
    return fold;
  }

  private double scale(String target, int from, int to, int season) {
    double[] training = IntStream.range(from, to).mapToDouble(truth(target)).toArray();
    double scale = Baseline.seasonalError(training, season);
    if (Double.isNaN(scale)) {
      throw new IllegalArgumentException(
          "There must be values before a forecast and a season of "
              + season
              + " rows earlier, but there are none in "
              + training.length
              + " rows. Begin the forecasts later, or choose another season.");
    }
    return scale;
  }

  /** Returns the first row that a fold is fitted on. */
  int from(BacktestFold fold) {
    return fold.from() == null ? range.from() : Math.max(range.from(), first + fold.from());
  }

  /** Returns the end of the rows that a fold is fitted on. */
  int to(BacktestFold fold) {
    return first + fold.to();
  }

  @Override
  public void requireFit(BacktestFold fold) {
    windows.requireKnownAt(from(fold), to(fold));
  }

  @Override
  public SeriesKnown knownAt(BacktestFold fold, int every) {
    int[] rows = fold.rows();
    Windows known = windows.knownAt(from(fold), to(fold));
    int reach = windows.targetRow(0, steps - 1) - windows.targetRow(0);
    return new SeriesKnown(
        known.range(from(fold), to(fold)),
        known
            .withUnknownTargets()
            .range(rows[0] - lead(), rows[rows.length - 1] + reach + 1)
            .every(every));
  }

  @Override
  public IntToDoubleFunction truth(String target) {
    NumericColumn<?> column = Columns.numeric(series.table(), List.of(target)).get(0);
    return row -> Columns.value(column, row);
  }

  @Override
  public List<Column<?>> series(int... rows) {
    return List.of();
  }

  @Override
  public List<Column<?>> times(int... rows) {
    List<Column<?>> times = new ArrayList<>(List.of(IntColumn.create("row", rows)));
    if (series.isDated()) {
      times.add(DateTimeColumn.create("time", Arrays.stream(rows).mapToObj(series::timeOf)));
    }
    return times;
  }

  /**
   * The windows of a fold.
   *
   * @param past the windows to fit on
   * @param future the windows to predict
   */
  record SeriesKnown(Windows past, Windows future) implements Known<PointForecasts> {
    @Override
    public PointForecasts fit(ForecastMethod method, UnaryOperator<FitOptions> shown) {
      return NetworkMethod.OfSeries.fit(method, past, shown);
    }

    @Override
    public double[][] predict(PointForecasts fitted, String name) {
      int targets = future.series().targetNames().size();
      return new MethodOutput(name, future.targetShape().size(), future.size())
          .inUnits(
              fitted.predict(future),
              future::denormalize,
              (i, k) -> "row " + future.targetRow(i, k / targets));
    }

    @Override
    public Map<String, String> identity() {
      Map<String, String> identity = new LinkedHashMap<>();
      identity.put("the past", Fingerprint.of(past));
      identity.put("the settings of the past", past.describe().settings());
      identity.put("the first row of the past", String.valueOf(past.firstRow(0)));
      identity.put("the windows to predict", Fingerprint.of(future));
      identity.put("the settings of the forecasts", future.describe().settings());
      identity.put("the row of the first forecast", String.valueOf(future.targetRow(0)));
      identity.put("the known columns", future.series().knownNames().toString());
      identity.put("the values", checksum());
      return identity;
    }

    /** Returns a checksum, in their own units, of all values that the forecasts depend on. */
    private String checksum() {
      TimeSeries series = future.series();
      int last = future.size() - 1;
      int steps = future.targetShape().size() / series.targetNames().size();
      Set<String> seen = new LinkedHashSet<>(series.columnNames());
      seen.addAll(series.targetNames());
      ValuesChecksum checksum = new ValuesChecksum();
      update(checksum, List.copyOf(seen), future.lastRow(last) + 1);
      update(checksum, series.knownNames(), future.targetRow(last, steps - 1) + 1);
      return checksum.toString();
    }

    private void update(ValuesChecksum checksum, List<String> names, int rows) {
      for (NumericColumn<?> column : Columns.numeric(future.series().table(), names)) {
        checksum.update(
            column.name(),
            IntStream.range(0, rows).mapToDouble(row -> Columns.value(column, row)).toArray());
      }
    }
  }
}
