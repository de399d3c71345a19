package org.unroll.forecasting.panel;

import java.time.LocalDateTime;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.unroll.forecasting.panel.PanelSelection.Bounds;
import org.unroll.forecasting.panel.PanelSelection.Part;
import org.unroll.timeseries.WindowPositions;
import org.unroll.timeseries.Windows;

/**
 * The division of {@link PanelWindows} in time, the same for all series. It is public only because
 * {@code Backtest} uses it.
 *
 * <p>Rows are those of the grid of the panel. Distances are in rows from the time of the first
 * forecast, where the first row of a series at or after this time has the distance 0.
 *
 * @hidden
 */
public final class PanelFolds {
  private final PanelWindows windows;
  private final PanelData data;
  private final long start;

  /**
   * Creates the division.
   *
   * @param first the time of the first target of the first forecast
   * @throws IllegalArgumentException if all times of the panel are before it, or if the windows
   *     have no targets
   */
  public PanelFolds(PanelWindows windows, Temporal first) {
    if (windows.targetShape() == null) {
      throw new IllegalArgumentException(
          "The windows of a backtest must have targets, but these are the latest windows. Leave out"
              + " latest().");
    }
    this.windows = windows;
    data = windows.panel().data();
    start = data.grid().positionOf(first);
  }

  /** Returns the series of a row. */
  public int seriesOf(int row) {
    return data.grid().seriesOf(row);
  }

  /** Returns the time of a row. */
  public LocalDateTime timeOf(int row) {
    return data.grid().timeOf(row);
  }

  /** Returns the distance of a row from the first forecast. */
  public int distance(int row) {
    return (int) (row - data.grid().rowAt(seriesOf(row), start));
  }

  /**
   * Returns the rows of the first targets of all forecasts, series by series: those of windows
   * whose inputs and known columns are not missing, and whose rows are all in the range.
   *
   * @param every the number of rows from one forecast to the next
   */
  public int[] forecasts(int every) {
    PanelSelection selection = windows.selection();
    WindowPositions positions = selection.positions();
    Bounds bounds = selection.bounds(data.grid());
    int lead = positions.targetRow(0);
    IntStream.Builder rows = IntStream.builder();
    for (int s = 0; s < data.grid().names().size(); s++) {
      long row = data.grid().rowAt(s, start);
      long earliest = bounds.from(s) + (long) lead;
      if (row < earliest) {
        row += (earliest - row + every - 1) / every * every;
      }
      for (; row - lead + positions.span() <= bounds.to(s); row += every) {
        if (selection.canBePredicted(data, (int) row - lead)) {
          rows.add((int) row);
        }
      }
    }
    return rows.build().toArray();
  }

  private Part part(Integer from, int to) {
    PanelGrid grid = data.grid();
    return new Part(
        from == null ? null : Long.valueOf(grid.after(start, from)), grid.after(start, to));
  }

  /**
   * Returns the series that have a window in a range of distances.
   *
   * @param from the first distance, or null for no bound
   * @param to the end, exclusive
   * @throws IllegalArgumentException if there is no window
   */
  public BitSet seriesWithin(Integer from, int to) {
    PanelWindows past = windows.within(part(from, to));
    BitSet series = new BitSet();
    for (int i = 0; i < past.size(); i++) {
      series.set(past.seriesOf(i));
    }
    return series;
  }

  /**
   * Returns values of a column of a series in its own units, in a range of distances.
   *
   * @param from the first distance, or null for no bound
   * @param to the end, exclusive
   */
  public double[] values(String column, int series, Integer from, int to) {
    Bounds bounds = windows.selection().within(part(from, to)).bounds(data.grid());
    return IntStream.range(bounds.from(series), bounds.to(series))
        .mapToDouble(windows.panel().raw(column))
        .toArray();
  }

  /**
   * Returns a fold.
   *
   * @param from the first distance of the rows to fit on, or null for no bound
   * @param to the end of these rows, exclusive
   * @param rows the rows of the first targets of the forecasts
   */
  public Fold fold(Integer from, int to, int... rows) {
    PanelWindows past = windows.within(part(from, to));
    Panel panel = windows.panel().knownAt(past.selection().bounds(data.grid()));
    int lead = windows.positions().targetRow(0);
    int[] firstRows = Arrays.stream(rows).map(row -> row - lead).toArray();
    return new Fold(past.over(panel), windows.beginningIn(firstRows).over(panel), rows);
  }

  /**
   * The windows of a fold, normalized on the rows to fit on.
   *
   * @param past the windows to fit on
   * @param future the windows to predict, whose targets may be missing
   * @param rows the rows of their first targets
   */
  public record Fold(PanelWindows past, PanelWindows future, int[] rows) {
    private Windows windows(int series) {
      WindowPositions positions = past.positions();
      Windows one =
          past.panel()
              .timeSeries(series)
              .windows()
              .step(positions.step())
              .horizon(positions.ahead())
              .targetSteps(positions.targetSteps())
              .lookback(positions.lookback()) // last, because windows are searched from now on
              .batchSize(past.batchSize());
      Long seed = past.batching().seed();
      return seed == null ? one : one.shuffled(seed);
    }

    /** Returns the series to fit on. */
    public int[] series() {
      return IntStream.range(0, past.size()).map(past::seriesOf).distinct().toArray();
    }

    /** Returns the windows of a series to fit on. */
    public Windows past(int series) {
      PanelGrid grid = past.panel().data().grid();
      Bounds bounds = past.selection().bounds(grid);
      int start = grid.start(series);
      return windows(series).range(bounds.from(series) - start, bounds.to(series) - start);
    }

    /**
     * Returns the windows to predict of a series.
     *
     * @param from the position of its first forecast among all of the fold
     * @param to the end of its forecasts, exclusive
     * @param every the number of rows from one forecast to the next
     */
    public Windows future(int from, int to, int every) {
      PanelGrid grid = past.panel().data().grid();
      int series = grid.seriesOf(rows[from]);
      WindowPositions positions = past.positions();
      int first = rows[from] - positions.targetRow(0) - grid.start(series);
      int last = rows[to - 1] - positions.targetRow(0) - grid.start(series);
      return windows(series)
          .withUnknownTargets()
          .range(first, last + positions.span())
          .every(every);
    }
  }
}
