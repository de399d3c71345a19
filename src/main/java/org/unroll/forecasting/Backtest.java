package org.unroll.forecasting;

import java.nio.file.Path;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.unroll.callbacks.LiveProgress;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * Evaluates forecasting methods as they would have been used: at many past times, each method is
 * fitted on the earlier rows and predicts the following ones (Tashman, "Out-of-sample tests of
 * forecasting accuracy", 2000).
 *
 * <pre>{@code
 * import org.unroll.forecasting.Backtest;
 *
 * var hours = TimeSeries.of(jena).target("T (degC)").normalizedOn(0, 5_000).windows();
 * var result =
 *     Backtest.of("last value", past -> Baseline.lastValue()::predict)
 *         .and("ridge", past -> Ridge.fit(past, 1.0)::predict)
 *         .every(24)
 *         .refitEvery(24 * 7)
 *         .season(24)
 *         .on(hours.lookback(48).targetSteps(24).range(0, 6_000), 5_500)
 *         .run();
 * result.table();
 * }</pre>
 *
 * <p><b>Folds.</b> The first target of the first forecast is in the row {@code firstForecastRow} of
 * {@link #on}; the following forecasts begin {@link #every} rows later each, as long as all their
 * target rows are in the range of the windows. The forecasts between two fits are a fold. A fold is
 * fitted on the rows from the start of the range, or on the latest rows with {@link #rolling}, up
 * to the last input row of its first forecast. A forecast whose inputs have a missing value is left
 * out; missing true values do not enter the metrics.
 *
 * <p><b>No leakage.</b> If the series is normalized, the means and standard deviations are computed
 * from the rows of each fit instead of those that the series was normalized on. Gaps that are
 * filled from later values, as by {@link TimeSeries#interpolated()}, throw an exception. A method
 * must use no rows after those of its fit, and no target of the windows that it predicts.
 *
 * <p><b>Many series.</b> In a backtest {@linkplain #on(PanelWindows, Temporal) of a panel}, the
 * folds of all series begin at the same times. A {@link GlobalMethod} is fitted on the past of all
 * series together, and any other method on that of each series. A fold contains the series that
 * have a window in the rows of its fit; a series that begins later enters in a later fold. Numeric
 * fixed features are normalized over all series of the panel. For the daily sales of two stores:
 *
 * <pre>{@code
 * import java.time.LocalDate;
 * import org.unroll.forecasting.*;
 * import org.unroll.forecasting.panel.*;
 * import tech.tablesaw.api.*;
 *
 * Table sales = Table.create("sales", StringColumn.create("store"), DateColumn.create("day"),
 *     DoubleColumn.create("sales"));
 * for (int day = 0; day < 60; day++) {
 *   for (String store : List.of("north", "south")) {
 *     sales.stringColumn(0).append(store);
 *     sales.dateColumn(1).append(LocalDate.of(2024, 1, 1).plusDays(day));
 *     sales.doubleColumn(2).append(100 + day % 7);
 *   }
 * }
 * LocalDate border = LocalDate.of(2024, 2, 5);
 * PanelWindows stores = Panel.of(sales).series("store").time("day").target("sales")
 *     .normalizedBefore(border).windows().lookback(14);
 * ForecastMethod global = GlobalMethod.network(past -> {
 *   var model = Sequential.of(input(14, 1), gru(4), dense(1));
 *   model.compile(adam(), mae());
 *   return model;
 * }, () -> epochs(1));
 * BacktestResult errors = Backtest.of("global", global)
 *     .and("last week", past -> Baseline.seasonal(7)::predict)
 *     .refitEvery(7).season(7).on(stores, border).run();
 * errors.bySeries();
 * }</pre>
 *
 * <p>The results are reproducible if the methods are, such as networks with a fixed seed.
 */
public final class Backtest {
  private final Map<String, ForecastMethod> methods = new LinkedHashMap<>();
  private BacktestData<?> data;
  private Integer every;
  private Integer foldRows;
  private boolean refits = true;
  private Integer rolling;
  private int season = 1;
  private Path folder;
  private Integer verbose;
  private BacktestResult last;

  private Backtest() {}

  /**
   * Creates a backtest of one method. Add others with {@link #and}.
   *
   * @throws IllegalArgumentException as {@link #and} does
   */
  public static Backtest of(String name, ForecastMethod method) {
    return new Backtest().and(name, method);
  }

  /**
   * Creates a backtest of several methods by name.
   *
   * @throws IllegalArgumentException as {@link #and} does
   */
  public static Backtest of(Map<String, ? extends ForecastMethod> methods) {
    Backtest backtest = new Backtest();
    methods.forEach(backtest::and);
    return backtest;
  }

  /**
   * Adds a method.
   *
   * @throws IllegalArgumentException if another method or another column of the result has the
   *     name, even if it differs in case
   */
  public Backtest and(String name, ForecastMethod method) {
    boolean taken = // columns of a table and files of some systems do not distinguish case
        Stream.concat(BacktestResult.COLUMNS.stream(), methods.keySet().stream())
            .anyMatch(name::equalsIgnoreCase);
    if (taken) {
      throw new IllegalArgumentException(
          "The methods of a backtest must have different names in lower case, and none of "
              + BacktestResult.COLUMNS
              + ", but was '"
              + name
              + "'. Rename it.");
    }
    methods.put(name, method);
    return this;
  }

  /**
   * Sets the windows to forecast, and where the forecasts begin.
   *
   * @param newWindows the windows over the past and the time of the forecasts, with their lookback,
   *     horizon and batches. Their range limits all rows that are used.
   * @param firstForecastRow the row of the first target of the first forecast
   * @throws IllegalArgumentException if the row is not in the range, or there are no rows before it
   */
  public Backtest on(Windows newWindows, int firstForecastRow) {
    data = new SeriesBacktest(newWindows, firstForecastRow);
    return this;
  }

  /**
   * Sets the windows of many series to forecast, and when the forecasts begin. All series are cut
   * at the same times.
   *
   * @param newWindows the windows over the past and the time of the forecasts, with their lookback,
   *     horizon and batches. Their range limits all rows that are used.
   * @param firstForecast the time of the first target of the first forecast, as in {@link
   *     org.unroll.timeseries.TimeSeries#rowAt}
   * @throws IllegalArgumentException if all times are before it, or if no series has a window
   *     before it
   */
  public Backtest on(PanelWindows newWindows, Temporal firstForecast) {
    data = new PanelBacktest(newWindows, firstForecast);
    return this;
  }

  /**
   * Sets the number of rows from one forecast to the next. The default is the number of rows of a
   * forecast, so that each row is predicted once.
   */
  public Backtest every(int rows) {
    every = requireAtLeastOne("every", rows);
    return this;
  }

  /**
   * Sets the number of rows after which all methods are fitted again, a multiple of {@link #every}.
   * By default, they are fitted once, before the first forecast, and there is one fold.
   */
  public Backtest refitEvery(int rows) {
    foldRows = requireAtLeastOne("refitEvery", rows);
    refits = true;
    return this;
  }

  /**
   * Sets the number of rows of a fold, a multiple of {@link #every}, but fits the methods only
   * once, before the first forecast.
   */
  public Backtest withoutRefitting(int rows) {
    foldRows = requireAtLeastOne("withoutRefitting", rows);
    refits = false;
    return this;
  }

  /** Fits on this number of the latest rows instead of on all rows before a fold. */
  public Backtest rolling(int rows) {
    rolling = requireAtLeastOne("rolling", rows);
    return this;
  }

  /**
   * Sets the length of a season in rows, by which MASE is scaled: with 24 for rows of an hour, an
   * error of 1 is the mean difference to the day before in the rows of the fit. The default is 1,
   * the difference to the row before.
   */
  public Backtest season(int rows) {
    season = requireAtLeastOne("season", rows);
    return this;
  }

  /**
   * Keeps the forecasts of each fold and method in a folder. A later run of the same backtest,
   * possibly with more methods, reads them instead of computing them again. The data, the windows
   * and the folds are compared; the methods are known by their names only, so choose another folder
   * if a method changes.
   */
  public Backtest folder(Path newFolder) {
    folder = newFolder;
    return this;
  }

  /**
   * Sets how the progress of networks is shown; see {@link
   * org.unroll.training.FitOptions#verbose(int)}.
   */
  public Backtest verbose(int level) {
    verbose = level;
    return this;
  }

  private static int requireAtLeastOne(String name, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException(name + " must be at least 1 row, but was " + rows + ".");
    }
    return rows;
  }

  /**
   * Runs the backtest, fold by fold. An interrupt stops it after the current batch of a network or
   * the current method; the result contains what was completed.
   *
   * @throws IllegalStateException before {@link #on}, or if the folder contains another backtest
   * @throws IllegalArgumentException if the settings contradict each other, or if a method returns
   *     the wrong number of predictions or one that is not finite
   */
  public BacktestResult run() {
    if (data == null) {
      throw new IllegalStateException(
          "A backtest must have windows before it runs. Call on(windows, firstForecastRow) before"
              + " run().");
    }
    return run(data);
  }

  private <F> BacktestResult run(BacktestData<F> of) {
    requireMethods(of);
    List<BacktestFold> folds = folds();
    BacktestResult result = new BacktestResult(of, List.copyOf(methods.keySet()));
    last = result;
    Optional<LiveProgress> live = LiveProgress.open(verbose).map(LiveProgress::severalRuns);
    try (BacktestFolder files = new BacktestFolder(folder)) {
      run(of, folds, result, files, live);
    } finally {
      live.ifPresent(LiveProgress::end);
    }
    return result;
  }

  private void requireMethods(BacktestData<?> of) {
    methods.forEach(
        (name, method) -> {
          if (method instanceof GlobalMethod && !(of instanceof PanelBacktest)) {
            throw new IllegalArgumentException(
                "A global method must be fitted on a panel, but '"
                    + name
                    + "' is used with windows of one series. Call on(PanelWindows, Temporal), or use"
                    + " a ForecastMethod.");
          }
        });
  }

  private <F> void run(
      BacktestData<F> of,
      List<BacktestFold> folds,
      BacktestResult result,
      BacktestFolder files,
      Optional<LiveProgress> live) {
    Map<String, F> fitted = new LinkedHashMap<>();
    if (refits) {
      folds.forEach(of::requireFit); // errors in the data come before the first fit
    }
    for (BacktestFold fold : folds) {
      if (refits) {
        fitted.clear();
      }
      result.add(fold);
      BacktestData.Known<F> known = of.knownAt(fold, everyRows());
      Map<String, String> identity = known.identity();
      for (Map.Entry<String, ForecastMethod> method : methods.entrySet()) {
        String name = method.getKey();
        identity.put("the method", name);
        double[][] forecasts = files.read(fold.number(), name, identity);
        if (forecasts == null) {
          try {
            if (!fitted.containsKey(name)) {
              String title = name + ", fold " + (fold.number() + 1) + " of " + folds.size();
              fitted.put(
                  name, known.fit(method.getValue(), options -> shown(options, title, live)));
            }
            if (Thread.currentThread().isInterrupted()) {
              return;
            }
            forecasts = known.predict(fitted.get(name), name);
          } catch (CancellationException e) {
            if (Thread.currentThread().isInterrupted()) {
              return;
            }
            throw e;
          }
          files.write(fold.number(), name, identity, forecasts);
        }
        fold.forecasts().put(name, forecasts);
      }
    }
  }

  private FitOptions shown(FitOptions options, String title, Optional<LiveProgress> live) {
    FitOptions fit = options.title(title);
    live.ifPresent(display -> fit.progress(display.title(title)));
    return verbose == null ? fit : fit.verbose(verbose);
  }

  /**
   * Returns the result of the last {@link #run}, even if it was interrupted or failed; null before
   * the first run. In a notebook, an interrupted cell assigns no variable.
   */
  public BacktestResult result() {
    return last;
  }

  private int everyRows() {
    return every != null ? every : data.rowsOfForecast();
  }

  /** Returns the folds that contain a forecast. */
  List<BacktestFold> folds() {
    int rows = foldRows == null ? Integer.MAX_VALUE : foldRows;
    if (foldRows != null && rows % everyRows() != 0) {
      throw new IllegalArgumentException(
          "A fold must be a multiple of the "
              + everyRows()
              + " rows from one forecast to the next, but has "
              + rows
              + " rows. Change refitEvery or every.");
    }
    Map<Integer, List<Integer>> byFold = new TreeMap<>();
    for (int row : data.forecasts(everyRows())) {
      byFold.computeIfAbsent(data.distance(row) / rows, f -> new ArrayList<>()).add(row);
    }
    List<BacktestFold> folds = new ArrayList<>();
    byFold.forEach(
        (number, targets) -> {
          int end = (refits ? number * rows : 0) - data.ahead()[0] + 1;
          Integer from = rolling == null ? null : Integer.valueOf(end - rolling);
          int[] firstTargets = targets.stream().mapToInt(Integer::intValue).toArray();
          BacktestFold fold = data.fold(number, from, end, firstTargets, season);
          if (fold.rows().length > 0) {
            folds.add(fold);
          }
        });
    if (folds.isEmpty()) {
      throw new IllegalArgumentException(
          "At least one forecast from "
              + data.start()
              + " on must have no missing input, but none has. Begin the forecasts earlier, or use a"
              + " smaller lookback.");
    }
    return folds;
  }

  /** Returns the methods and settings as text. */
  @Override
  public String toString() {
    return "Backtest of "
        + String.join(", ", methods.keySet())
        + (data == null
            ? "; no data, call on(windows, firstForecastRow)"
            : ": "
                + folds().size()
                + " folds, a forecast every "
                + everyRows()
                + " rows from "
                + data.start()
                + " on");
  }
}
