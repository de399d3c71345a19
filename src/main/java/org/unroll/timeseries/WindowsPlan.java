package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unroll.data.Columns;
import org.unroll.data.Shape;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * What windows do with the rows of a table, without the rows: everything that is needed to make an
 * input of other rows and a forecast in the units of the targets. It is public only because {@code
 * Forecaster} uses it.
 *
 * @param columns the columns that the model sees
 * @param targets the columns that it predicts
 * @param known the columns whose future values are the second input of the model; may be empty
 * @param lookback the rows that a window reaches back
 * @param step the distance between two input rows, and between two target steps
 * @param ahead the delay or the horizon
 * @param fromLastRow whether {@code ahead} is a horizon
 * @param targetSteps the number of target steps
 * @param filling the name of how gaps are filled: none, interpolate or forward
 * @param longestGap the longest gap that is filled
 * @param scaling the table of {@link TimeSeries#scaling()}
 * @param interval the usual distance between two rows, or null if the series is not dated
 * @param cycles the cycles whose columns are computed from the times
 * @hidden
 */
public record WindowsPlan(
    List<String> columns,
    List<String> targets,
    List<String> known,
    int lookback,
    int step,
    int ahead,
    boolean fromLastRow,
    int targetSteps,
    String filling,
    int longestGap,
    Table scaling,
    TemporalAmount interval,
    List<Cycle> cycles) {

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if they are not those of windows
   */
  public WindowsPlan {
    columns = List.copyOf(columns);
    targets = List.copyOf(targets);
    known = List.copyOf(known);
    cycles = List.copyOf(cycles);
    for (List<String> names : List.of(columns, targets)) {
      if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
        throw new IllegalArgumentException(
            "There must be at least one column and one target, and none twice, but the columns are "
                + columns
                + " and the targets "
                + targets
                + ".");
      }
    }
    if (known.stream().anyMatch(targets::contains) || new HashSet<>(known).size() < known.size()) {
      throw new IllegalArgumentException(
          "No known column must be a target, and none given twice, but the known columns are "
              + known
              + " and the targets "
              + targets
              + ".");
    }
    WindowPositions positions = positions(0, lookback, step, ahead, fromLastRow, targetSteps);
    positions.requireSteps();
    if (positions.span() == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A window must span less than 2^31 - 1 rows, but its settings are "
              + positions.settings()
              + ".");
    }
    int inputLag = longestLag(scaling, joined(List.of(columns, known)));
    if ((long) lookback + Math.max(inputLag, longestLag(scaling, targets)) >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "The lookback and a lag must together be less than 2^31 - 1 rows, but the lookback is "
              + lookback
              + " and the longest lag "
              + Math.max(inputLag, longestLag(scaling, targets))
              + ".");
    }
    if (!filling.equals(filling(Gaps.Filling.NONE))) {
      Gaps.REFUSED.filled(filling(filling), longestGap);
    }
  }

  /**
   * Returns the plan of windows.
   *
   * @param hasFuture whether the model sees {@link Windows#future()}
   * @throws IllegalStateException if it does and the series has no known columns
   */
  public static WindowsPlan of(Windows windows, boolean hasFuture) {
    TimeSeries series = windows.series();
    List<String> known = hasFuture ? series.columns().requireKnown() : List.of();
    WindowPositions positions = windows.positions();
    positions.requireLookback();
    LocalDateTime[] times =
        series.isDated()
            ? IntStream.range(0, series.rows())
                .mapToObj(series::timeOf)
                .toArray(LocalDateTime[]::new)
            : new LocalDateTime[0];
    return new WindowsPlan(
        series.columnNames(),
        series.targetNames(),
        known,
        positions.lookback(),
        positions.step(),
        positions.ahead(),
        positions.fromLastRow(),
        positions.targetSteps(),
        filling(series.gaps().filling()),
        series.gaps().longest(),
        series.scaling(),
        TimeIntervals.of(times).usual(),
        Stream.of(Cycle.values())
            .filter(
                cycle ->
                    joined(List.of(series.columnNames(), known)).stream()
                        .anyMatch(cycle.columns()::contains))
            .filter(cycle -> cycle.isIn(series.table()))
            .toList());
  }

  /** Returns the longest lag of the differences of some columns. */
  private static int longestLag(Table scaling, List<String> names) {
    Normalization normalization = Normalization.by(scaling);
    return names.stream()
        .mapToInt(name -> normalization.scale(name, new double[0]).lag())
        .max()
        .orElse(0);
  }

  /** Returns the columns whose past values are needed: the inputs, and differenced targets. */
  private List<String> pastColumns() {
    List<String> differenced =
        targets.stream().filter(target -> longestLag(scaling, List.of(target)) > 0).toList();
    return joined(List.of(columns, differenced));
  }

  private static List<String> joined(List<List<String>> names) {
    return names.stream().flatMap(List::stream).distinct().toList();
  }

  private static String filling(Gaps.Filling filling) {
    return switch (filling) {
      case NONE -> "none";
      case INTERPOLATE -> "interpolate";
      case FORWARD -> "forward";
    };
  }

  private static Gaps.Filling filling(String name) {
    return Stream.of(Gaps.Filling.values())
        .filter(filling -> filling(filling).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The filling of gaps must be none, interpolate or forward, but was '"
                        + name
                        + "'."));
  }

  private static WindowPositions positions(
      int rows, int lookback, int step, int ahead, boolean fromLastRow, int targetSteps) {
    WindowPositions some = WindowPositions.of(rows).lookback(lookback).step(step);
    return (fromLastRow ? some.horizon(ahead) : some.delay(ahead)).targetSteps(targetSteps);
  }

  /**
   * Returns the shapes of the inputs of a window: the past, and the known future if there is one.
   */
  public List<Shape> inputShapes() {
    Shape past = Shape.of(lookback / step, columns.size());
    return known.isEmpty() ? List.of(past) : List.of(past, Shape.of(targetSteps, known.size()));
  }

  /** Returns the shape of the targets of a window. */
  public Shape targetShape() {
    return NewestRows.shape(targetSteps, targets.size());
  }

  /** Returns the number of rows that a forecast needs. */
  public int rowsNeeded() {
    int inputs = lookback - step + 1 + longestLag(scaling, columns);
    return Math.max(Math.max(inputs, longestLag(scaling, targets)), interval == null ? 1 : 2);
  }

  /** Returns the number of rows after the newest one whose known values a forecast needs. */
  public int knownRowsNeeded() {
    return known.isEmpty() ? 0 : (fromLastRow ? 0 : step) + ahead + (targetSteps - 1) * step;
  }

  /**
   * Prepares a forecast from other rows.
   *
   * @param rows the newest rows in the order of time, with all columns that the model sees but
   *     those of the cycles, in any order
   * @throws IllegalArgumentException if a column is missing or not numeric, if there are too few
   *     rows, if they are not evenly spaced by the interval, or if a value is not finite
   */
  public NewestRows on(Table rows) {
    requireColumns(rows);
    if (rows.rowCount() < rowsNeeded()) {
      throw new IllegalArgumentException(
          "There must be at least the "
              + rowsNeeded()
              + " newest rows for a forecast (lookback "
              + lookback
              + ", step "
              + step
              + (longestLag(scaling, joined(List.of(columns, targets))) == 0
                  ? ""
                  : ", differences of lag "
                      + longestLag(scaling, joined(List.of(columns, targets))))
              + "), but there are "
              + rows.rowCount()
              + ".");
    }
    Table table = Table.create(rows.name(), rows.columns());
    for (String name : joined(List.of(targets, known))) {
      if (!pastColumns().contains(name)) { // its values in these rows are not needed
        if (table.containsColumn(name)) {
          table.removeColumns(name);
        }
        double[] unknown = new double[rows.rowCount()];
        Arrays.fill(unknown, Double.NaN);
        table.addColumns(DoubleColumn.create(name, unknown));
      }
    }
    Gaps gaps = Gaps.REFUSED.skip();
    TimeSeries past =
        TimeSeries.of(withCycles(table, columns))
            .columns(columns.toArray(String[]::new))
            .target(targets.toArray(String[]::new));
    TimeSeries series =
        (known.isEmpty() ? past : past.known(known.toArray(String[]::new)))
            .with(filling.equals("none") ? gaps : gaps.filled(filling(filling), longestGap))
            .normalizedBy(scaling);
    WindowPositions positions =
        positions(rows.rowCount(), lookback, step, ahead, fromLastRow, targetSteps);
    requireInterval(series, positions);
    return new NewestRows(series, positions);
  }

  /**
   * Returns the second input of a forecast, the normalized known values in the target rows.
   *
   * @param newest the newest rows
   * @param next the rows after the newest one, with the known columns but those of the cycles; null
   *     if all known columns are those of cycles
   * @throws IllegalArgumentException if a column, a row or a value is missing, or if the times do
   *     not continue those of the newest rows
   */
  public double[][] future(NewestRows newest, Table next) {
    if (next != null) {
      return newest.future(withCycles(next, known));
    }
    Table rows = withCycles(Table.create("next", newest.times()), known);
    return newest.known(rows, IntStream.range(0, targetSteps).toArray());
  }

  /** Returns the known columns that are not computed from times. */
  public List<String> knownWithoutCycles() {
    return known.stream()
        .filter(name -> cycles.stream().noneMatch(cycle -> cycle.columns().contains(name)))
        .toList();
  }

  /** Returns a table with the columns of cycles that are among some names and not in the table. */
  private Table withCycles(Table rows, List<String> names) {
    Table table = rows;
    for (Cycle cycle : cycles) {
      if (names.stream().anyMatch(n -> cycle.columns().contains(n) && !rows.containsColumn(n))) {
        Table without = Table.create(table.name(), table.columns());
        without.removeColumns(
            cycle.columns().stream().filter(without::containsColumn).toArray(String[]::new));
        table = Cycle.addTo(without, cycle);
      }
    }
    return table;
  }

  private List<String> missing(Table rows) {
    return pastColumns().stream().filter(column -> !rows.containsColumn(column)).toList();
  }

  private void requireColumns(Table rows) {
    List<String> missing = new ArrayList<>(missing(rows));
    cycles.forEach(cycle -> missing.removeAll(cycle.columns()));
    List<String> others =
        pastColumns().stream()
            .filter(rows::containsColumn)
            .map(rows::column)
            .filter(column -> !(column instanceof NumericColumn<?>))
            .map(Columns::described)
            .toList();
    if (!missing.isEmpty() || !others.isEmpty()) {
      throw new IllegalArgumentException(
          "The table must have the columns "
              + pastColumns()
              + " as numbers, but "
              + (missing.isEmpty() ? "" : missing + " are missing")
              + (missing.isEmpty() || others.isEmpty() ? "" : ", and ")
              + (others.isEmpty() ? "" : "these are not numeric: " + String.join(", ", others))
              + ". Its columns are "
              + rows.columnNames()
              + ".");
    }
  }

  private void requireInterval(TimeSeries series, WindowPositions positions) {
    if (interval == null) {
      return;
    }
    series.times().known();
    RowOrder.requireAscending(series.times());
    new NewestRows(series, positions).times();
    int first = Math.max(0, series.rows() - 1 - lookback - series.data().longestLag());
    TemporalAmount usual =
        TimeIntervals.of(
                IntStream.range(first, series.rows())
                    .mapToObj(series::timeOf)
                    .toArray(LocalDateTime[]::new))
            .usual();
    if (!interval.equals(usual)) {
      throw new IllegalArgumentException(
          "The rows must be "
              + interval
              + " apart, as those that the model was trained on, but are "
              + usual
              + " apart. Resample the table with Resampler.");
    }
  }
}
