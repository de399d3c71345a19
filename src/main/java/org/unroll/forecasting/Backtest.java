package org.unroll.forecasting;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.unroll.callbacks.LiveProgress;
import org.unroll.data.Columns;
import org.unroll.data.Fingerprint;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.timeseries.WindowsDescription;
import tech.tablesaw.api.NumericColumn;

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
 * <p>The results are reproducible if the methods are, such as networks with a fixed seed.
 */
public final class Backtest {
  private final Map<String, ForecastMethod> methods = new LinkedHashMap<>();
  private Windows windows;
  private int first;
  private Integer every;
  private Integer foldRows;
  private boolean refits = true;
  private int rolling = Integer.MAX_VALUE;
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
    WindowsDescription range = newWindows.describe();
    int ahead = newWindows.targetRow(0) - newWindows.lastRow(0);
    int steps = newWindows.targetShape().size() / newWindows.series().targetNames().size();
    int span = newWindows.targetRow(0, steps - 1) - newWindows.firstRow(0) + 1;
    int earliest = range.from() + span + ahead - 1;
    if (firstForecastRow < earliest || firstForecastRow >= range.to()) {
      throw new IllegalArgumentException(
          "The first forecast must be after at least one window of "
              + span
              + " rows to fit on, in the rows "
              + earliest
              + " … "
              + (range.to() - 1)
              + ", but was in row "
              + firstForecastRow
              + ".");
    }
    windows = newWindows;
    first = firstForecastRow;
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
    if (windows == null) {
      throw new IllegalStateException(
          "A backtest must have windows before it runs. Call on(windows, firstForecastRow) before"
              + " run().");
    }
    List<BacktestFold> folds = folds();
    BacktestResult result = new BacktestResult(windows, List.copyOf(methods.keySet()));
    last = result;
    Optional<LiveProgress> live = LiveProgress.open(verbose).map(LiveProgress::severalRuns);
    try (BacktestFolder files = new BacktestFolder(folder)) {
      run(folds, result, files, live);
    } finally {
      live.ifPresent(LiveProgress::end);
    }
    return result;
  }

  private void run(
      List<BacktestFold> folds,
      BacktestResult result,
      BacktestFolder files,
      Optional<LiveProgress> live) {
    Map<String, PointForecasts> fitted = new LinkedHashMap<>();
    if (refits) {
      folds.forEach(fold -> fold.past(windows)); // errors in the data come before the first fit
    }
    for (BacktestFold fold : folds) {
      if (refits) {
        fitted.clear();
      }
      result.add(fold);
      Windows past = fold.past(windows);
      Windows future = fold.toPredict(windows, everyRows());
      Map<String, String> identity = identity(past, future);
      for (Map.Entry<String, ForecastMethod> method : methods.entrySet()) {
        String name = method.getKey();
        identity.put("the method", name);
        double[][] forecasts = files.read(fold.number(), name, identity);
        if (forecasts == null) {
          try {
            if (!fitted.containsKey(name)) {
              String title = name + ", fold " + (fold.number() + 1) + " of " + folds.size();
              fitted.put(
                  name,
                  method.getValue() instanceof NetworkMethod network
                      ? network.fit(past, title, live, verbose)
                      : method.getValue().fit(past));
            }
            if (Thread.currentThread().isInterrupted()) {
              return;
            }
            forecasts = inUnits(future, fitted.get(name).predict(future), name);
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

  /**
   * Returns the result of the last {@link #run}, even if it was interrupted or failed; null before
   * the first run. In a notebook, an interrupted cell assigns no variable.
   */
  public BacktestResult result() {
    return last;
  }

  private int everyRows() {
    int steps = windows.targetShape().size() / windows.series().targetNames().size();
    return every != null ? every : windows.targetRow(0, steps) - windows.targetRow(0);
  }

  /** Returns the folds that contain a forecast. */
  List<BacktestFold> folds() {
    WindowsDescription range = windows.describe();
    int rows = foldRows == null ? range.to() - first : foldRows;
    if (foldRows != null && rows % everyRows() != 0) {
      throw new IllegalArgumentException(
          "A fold must be a multiple of the "
              + everyRows()
              + " rows from one forecast to the next, but has "
              + rows
              + " rows. Change refitEvery or every.");
    }
    int lead = windows.targetRow(0) - windows.firstRow(0);
    int ahead = windows.targetRow(0) - windows.lastRow(0);
    Windows all =
        windows.withUnknownTargets().every(1).range(first - lead, range.to()).every(everyRows());
    Map<Integer, List<Integer>> byFold = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      int row = all.targetRow(i);
      byFold.computeIfAbsent((row - first) / rows, f -> new ArrayList<>()).add(row);
    }
    List<BacktestFold> folds = new ArrayList<>();
    byFold.forEach(
        (number, targets) -> {
          int end = first + (refits ? number * rows : 0) - ahead + 1;
          int from = (int) Math.max(range.from(), (long) end - rolling);
          int[] firstTargets = targets.stream().mapToInt(Integer::intValue).toArray();
          folds.add(new BacktestFold(number, from, end, firstTargets, scales(from, end)));
        });
    return folds;
  }

  /** Returns the mean absolute seasonal difference of each target, which scales MASE. */
  private double[] scales(int from, int to) {
    TimeSeries series = windows.series();
    return Columns.numeric(series.table(), series.targetNames()).stream()
        .mapToDouble(column -> ForecastMetrics.seasonalError(values(column, from, to), season))
        .toArray();
  }

  private static double[] values(NumericColumn<?> column, int from, int to) {
    return IntStream.range(from, to).mapToDouble(row -> Columns.value(column, row)).toArray();
  }

  /** Returns what identifies the forecasts of a fold, except for the method. */
  private static Map<String, String> identity(Windows past, Windows future) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("the past", Fingerprint.of(past));
    identity.put("the settings of the past", past.describe().settings());
    identity.put("the first row of the past", String.valueOf(past.firstRow(0)));
    identity.put("the windows to predict", Fingerprint.of(future));
    identity.put("the settings of the forecasts", future.describe().settings());
    identity.put("the row of the first forecast", String.valueOf(future.targetRow(0)));
    identity.put("the known columns", future.series().knownNames().toString());
    identity.put("the values", checksum(future));
    return identity;
  }

  /**
   * Returns a checksum, in their own units, of all values that the forecasts of a fold depend on.
   */
  private static String checksum(Windows future) {
    TimeSeries series = future.series();
    int last = future.size() - 1;
    int steps = future.targetShape().size() / series.targetNames().size();
    Set<String> seen = new LinkedHashSet<>(series.columnNames());
    seen.addAll(series.targetNames());
    CRC32 checksum = new CRC32();
    update(checksum, series, List.copyOf(seen), future.lastRow(last) + 1);
    update(checksum, series, series.knownNames(), future.targetRow(last, steps - 1) + 1);
    return "%08x".formatted(checksum.getValue());
  }

  private static void update(CRC32 checksum, TimeSeries series, List<String> names, int rows) {
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES);
    for (NumericColumn<?> column : Columns.numeric(series.table(), names)) {
      checksum.update(column.name().getBytes(StandardCharsets.UTF_8));
      for (double value : values(column, 0, rows)) {
        checksum.update(bytes.putDouble(0, value).array());
      }
    }
  }

  /** Returns predictions in the units of the targets. */
  private static double[][] inUnits(Windows future, double[][] predictions, String name) {
    int width = future.targetShape().size();
    boolean fits =
        predictions.length == future.size()
            && Arrays.stream(predictions).allMatch(row -> row.length == width);
    if (!fits) {
      throw new IllegalArgumentException(
          "A method must return "
              + width
              + " values for each of the "
              + future.size()
              + " windows, but '"
              + name
              + "' returned "
              + predictions.length
              + " rows"
              + (predictions.length == 0 ? "" : ", the first with " + predictions[0].length)
              + ".");
    }
    double[][] forecasts = new double[predictions.length][width];
    for (int i = 0; i < forecasts.length; i++) {
      for (int k = 0; k < width; k++) {
        forecasts[i][k] = future.denormalize(i, k, predictions[i][k]);
        if (!Double.isFinite(forecasts[i][k])) {
          throw new IllegalArgumentException(
              "A method must predict finite values, but '"
                  + name
                  + "' predicted "
                  + predictions[i][k]
                  + " for row "
                  + future.targetRow(i, k / future.series().targetNames().size())
                  + ".");
        }
      }
    }
    return forecasts;
  }

  /** Returns the methods and settings as text. */
  @Override
  public String toString() {
    return "Backtest of "
        + String.join(", ", methods.keySet())
        + (windows == null
            ? "; no data, call on(windows, firstForecastRow)"
            : ": "
                + folds().size()
                + " folds, a forecast every "
                + everyRows()
                + " rows from row "
                + first
                + " on");
  }
}
