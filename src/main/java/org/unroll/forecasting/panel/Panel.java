package org.unroll.forecasting.panel;

import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.unroll.data.Columns;
import org.unroll.internal.Suggestion;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Many time series in one table, such as the daily sales of many stores, from which one model is
 * trained on the windows of all of them.
 *
 * <pre>{@code
 * import java.time.LocalDate;
 * import org.unroll.forecasting.panel.*;
 * import tech.tablesaw.api.*;
 *
 * LocalDate monday = LocalDate.of(2024, 1, 1);
 * Table sales = Table.create("sales", StringColumn.create("store"), DateColumn.create("day"),
 *     DoubleColumn.create("sales"), DoubleColumn.create("price"));
 * for (int day = 0; day < 60; day++) {
 *   for (String store : List.of("north", "south")) {
 *     sales.stringColumn(0).append(store);
 *     sales.dateColumn(1).append(monday.plusDays(day));
 *     sales.doubleColumn(2).append(100 + day % 7);
 *     sales.doubleColumn(3).append(day % 10 == 0 ? 8 : 10);
 *   }
 * }
 * Panel panel = Panel.of(sales).series("store").time("day").target("sales").known("price");
 * LocalDate border = monday.plusDays(45);
 * PanelWindows stores = panel.normalizedBefore(border).windows().lookback(7).targetSteps(2);
 * PanelWindows past = stores.before(border);
 * PanelWindows later = stores.from(border);
 * int count = past.size(); // 74: 37 of each store
 * }</pre>
 *
 * <p><b>Rows.</b> The rows may be in any order and are sorted by time within each series. Series
 * may begin and end at different times. The interval between two rows is found, the most frequent
 * distance of consecutive times, or set with {@link #every}. Times of months are counted in months.
 * A time that is missing within a series is a gap, like a cell that is missing: no value is filled
 * in, and windows that would see or predict it are left out. {@link #describe()} counts them.
 * Repeated times and times that are not on the grid of intervals from the first time of their
 * series are errors.
 *
 * <p><b>Columns.</b> A model sees the targets, the {@linkplain #past past} columns and the
 * {@linkplain #known known} columns of the input rows, in this order. It also sees the known
 * columns of the target rows, such as prices and holidays that are set in advance, and the
 * {@linkplain #fixed fixed} features of the series, as a second and third input of a {@code Model}.
 *
 * <p><b>Normalization</b> with {@link #normalizedBefore} is z = (x − mean) / std for each series
 * and column, with the population standard deviation of the rows before a time. A column that is
 * constant there has std 1, as in scikit-learn's {@code StandardScaler}. A series with fewer than
 * two values there is an error. Numeric fixed features are normalized over the series by the same
 * rule. {@link PanelWindows#normalizedPerWindow()} normalizes each window by its own input.
 *
 * <p>Immutable: each setting returns a new panel over the same table, and the order of the settings
 * does not matter. The values are read when they are first needed; the table must not be changed in
 * the meantime.
 */
public final class Panel {
  private final Table table;
  private final Roles roles;
  private final TemporalAmount interval;
  private final Temporal trainingEnd;

  /** The rows of the normalization of a fold of a backtest, or null. */
  private final PanelSelection.Bounds fold;

  private PanelData data;

  /** The names of the columns by their use. */
  private record Roles(
      List<String> series,
      List<String> time,
      List<String> target,
      List<String> past,
      List<String> known,
      List<String> fixed) {}

  private Panel(Table table, Roles roles, TemporalAmount interval, Temporal trainingEnd) {
    this(table, roles, interval, trainingEnd, null);
  }

  private Panel(
      Table table,
      Roles roles,
      TemporalAmount interval,
      Temporal trainingEnd,
      PanelSelection.Bounds fold) {
    this.table = table;
    this.roles = roles;
    this.interval = interval;
    this.trainingEnd = trainingEnd;
    this.fold = fold;
    List<String> all = new ArrayList<>();
    List.of(roles.series, roles.time, roles.target, roles.past, roles.known).forEach(all::addAll);
    requireDistinct(all);
    requireDistinct(roles.fixed);
    for (String name : roles.fixed) {
      if (all.contains(name) && !roles.series.contains(name)) {
        throw new IllegalArgumentException(
            "A fixed column must have no other use, but '"
                + name
                + "' is also one of "
                + all
                + ".");
      }
    }
  }

  private static void requireDistinct(List<String> names) {
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException(
          "A column must be named only once, but the columns are " + names + ".");
    }
  }

  /**
   * Creates a panel. Set at least {@link #series}, {@link #time} and {@link #target} next.
   *
   * @throws IllegalArgumentException if the table has no rows
   */
  public static Panel of(Table table) {
    if (table.rowCount() == 0) {
      throw new IllegalArgumentException(
          "A panel must have rows, but the table '" + table.name() + "' has none.");
    }
    List<String> none = List.of();
    return new Panel(table, new Roles(none, none, none, none, none, none), null, null);
  }

  /**
   * Sets the columns that name the series of a row. The name of a series with several columns is
   * their text joined by " / ", such as {@code CA_1 / FOODS}.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public Panel series(String... names) {
    return with(
        new Roles(existing(names), roles.time, roles.target, roles.past, roles.known, roles.fixed));
  }

  /**
   * Sets the column of the times: dates, dates with times, instants, or text or numbers that {@link
   * TimeSeries#of(Table)} reads as times.
   *
   * @throws IllegalArgumentException if there is no such column. When the values are needed: if a
   *     time is missing, repeated within a series or not on the grid of its series
   */
  public Panel time(String name) {
    return with(
        new Roles(
            roles.series, existing(name), roles.target, roles.past, roles.known, roles.fixed));
  }

  /**
   * Sets the columns to predict, which a model also sees in the input rows.
   *
   * @throws IllegalArgumentException if a column is missing or not numeric
   */
  public Panel target(String... names) {
    return with(
        new Roles(roles.series, roles.time, numeric(names), roles.past, roles.known, roles.fixed));
  }

  /**
   * Sets more columns that a model sees in the input rows only, such as measured weather.
   *
   * @throws IllegalArgumentException if a column is missing or not numeric
   */
  public Panel past(String... names) {
    return with(
        new Roles(
            roles.series, roles.time, roles.target, numeric(names), roles.known, roles.fixed));
  }

  /**
   * Sets the columns that a model sees in the input rows and in the target rows, because they are
   * known when a forecast is made, such as prices and holidays.
   *
   * @throws IllegalArgumentException if a column is missing or not numeric
   */
  public Panel known(String... names) {
    return with(
        new Roles(roles.series, roles.time, roles.target, roles.past, numeric(names), roles.fixed));
  }

  /**
   * Sets the columns that describe the series and do not change in time, such as a region. A
   * numeric column is one feature. Any other column is one-hot encoded: one feature of 0 or 1 for
   * each of its different texts, in alphabetical order. For an embedding of the series, name the
   * column of {@link #series} here, too; a dense layer without bias on one-hot features is an
   * embedding.
   *
   * @throws IllegalArgumentException if a column is missing. When the values are needed: if it is
   *     not the same in all rows of a series
   */
  public Panel fixed(String... names) {
    return with(
        new Roles(
            roles.series, roles.time, roles.target, roles.past, roles.known, existing(names)));
  }

  private Panel with(Roles newRoles) {
    return new Panel(table, newRoles, interval, trainingEnd);
  }

  private List<String> existing(String... names) {
    for (String name : names) {
      if (!table.containsColumn(name)) {
        throw new IllegalArgumentException(
            "The table must have a column '"
                + name
                + "', but its columns are "
                + table.columnNames()
                + "."
                + Suggestion.of(name, table.columnNames()));
      }
    }
    return List.of(names);
  }

  private List<String> numeric(String... names) {
    return Columns.numeric(table, List.of(names)).stream().map(Column::name).toList();
  }

  /**
   * Sets the interval between two rows of a series. By default, it is detected from the times.
   *
   * @param length a {@link java.time.Duration} of at least a millisecond, or a {@link
   *     java.time.Period} of months or of days
   */
  public Panel every(TemporalAmount length) {
    return new Panel(table, roles, length, trainingEnd);
  }

  /**
   * Normalizes each column of each series with its mean and standard deviation in the rows before a
   * time, usually the end of the training range.
   *
   * @param time a time as in {@link TimeSeries#rowAt}
   */
  public Panel normalizedBefore(Temporal time) {
    return new Panel(table, roles, interval, time);
  }

  /**
   * Creates windows over all rows of all series. Their lookback must be set next.
   *
   * @throws IllegalStateException if the column of the series, of the times or the target is not
   *     set
   * @throws IllegalArgumentException if times or values are invalid, see the methods that set them
   */
  public PanelWindows windows() {
    return new PanelWindows(this);
  }

  /** Returns the names of the series, in the order of their first rows in the table. */
  public List<String> names() {
    return List.copyOf(data().grid().names());
  }

  /** Returns the interval between two rows, a {@code Duration} or a {@code Period} of months. */
  public TemporalAmount interval() {
    return data().grid().interval();
  }

  /**
   * Returns one of the series, for a {@linkplain org.unroll.timeseries.Baseline baseline} or a
   * separate model: the columns that a model sees, with a row without values for each missing time,
   * and windows that skip gaps. It is normalized as in this panel.
   *
   * @throws IllegalArgumentException if there is no such series
   */
  public TimeSeries timeSeries(String name) {
    PanelGrid grid = data().grid();
    int series = grid.names().indexOf(name);
    if (series < 0) {
      throw new IllegalArgumentException(
          "The panel must have the series '"
              + name
              + "', but has "
              + grid.names().size()
              + " series, such as '"
              + grid.names().get(0)
              + "'."
              + Suggestion.of(name, grid.names()));
    }
    return timeSeries(series);
  }

  TimeSeries timeSeries(int series) {
    PanelGrid grid = data().grid();
    List<Column<?>> columns = new ArrayList<>();
    columns.add(grid.time());
    columns.addAll(Columns.numeric(table, columnNames()));
    List<Column<?>> copies = new ArrayList<>();
    for (Column<?> column : columns) {
      Column<?> copy = column.emptyCopy();
      for (int row = grid.start(series); row < grid.start(series + 1); row++) {
        int place = grid.tableRow(row);
        if (place < 0) {
          copy.appendMissing();
        } else {
          copy.appendObj(column.get(place));
        }
      }
      copies.add(copy);
    }
    TimeSeries one =
        TimeSeries.of(Table.create(grid.names().get(series), copies))
            .columns(columnNames().toArray(String[]::new))
            .target(roles.target.toArray(String[]::new))
            .skippingGaps();
    if (!roles.known.isEmpty()) {
      one = one.known(roles.known.toArray(String[]::new));
    }
    return trainingEnd == null ? one : one.normalizedBy(scaling(series, series + 1));
  }

  /**
   * Returns this panel as it is known at the end of a range: if it is normalized, the means and
   * standard deviations are those of these rows.
   */
  Panel knownAt(PanelSelection.Bounds rows) {
    return trainingEnd == null ? this : new Panel(table, roles, interval, trainingEnd, rows);
  }

  /**
   * Returns the normalization as a table, one row for each series and column, with {@code series},
   * {@code column}, {@code mean} and {@code std}.
   */
  public Table scaling() {
    return scaling(0, names().size());
  }

  private Table scaling(int from, int to) {
    PanelData all = data();
    List<String> names = columnNames();
    StringColumn series = StringColumn.create("series");
    StringColumn column = StringColumn.create("column");
    for (String name : all.grid().names().subList(from, to)) {
      for (String each : names) {
        series.append(name);
        column.append(each);
      }
    }
    int first = from * names.size();
    int end = to * names.size();
    return Table.create(
        "scaling",
        series,
        column,
        DoubleColumn.create("mean", Arrays.copyOfRange(all.mean(), first, end)),
        DoubleColumn.create("std", Arrays.copyOfRange(all.std(), first, end)));
  }

  /**
   * Returns one row for each series: its name, the number of rows from its first to its last time,
   * how many of their times are missing in the table, and in how many rows a column is missing,
   * missing times included.
   */
  public Table describe() {
    PanelData all = data();
    PanelGrid grid = all.grid();
    int series = grid.names().size();
    int[] rows = new int[series];
    int[] absent = new int[series];
    int[] incomplete = new int[series];
    for (int s = 0; s < series; s++) {
      rows[s] = grid.start(s + 1) - grid.start(s);
      for (int row = grid.start(s); row < grid.start(s + 1); row++) {
        absent[s] += grid.tableRow(row) < 0 ? 1 : 0;
        incomplete[s] += all.missingInputs().get(row) ? 1 : 0;
      }
    }
    return Table.create(
        "panel",
        StringColumn.create("series", grid.names()),
        IntColumn.create("rows", rows),
        IntColumn.create("missing times", absent),
        IntColumn.create("incomplete rows", incomplete));
  }

  /** Returns the names of the columns that a model sees in the input rows, in this order. */
  public List<String> columnNames() {
    List<String> names = new ArrayList<>(roles.target);
    names.addAll(roles.past);
    names.addAll(roles.known);
    return List.copyOf(names);
  }

  /** Returns the names of the columns to predict. */
  public List<String> targetNames() {
    return roles.target;
  }

  /** Returns the names of the columns that a model sees in the target rows. */
  public List<String> knownNames() {
    return roles.known;
  }

  /** Returns the names of the fixed features, such as {@code area} and {@code region=north}. */
  public List<String> fixedNames() {
    return data().fixed().names();
  }

  /**
   * Returns the value in the table of a numeric column for a row of the grid, NaN if missing.
   *
   * @hidden
   */
  public IntToDoubleFunction raw(String name) {
    NumericColumn<?> column = Columns.numeric(table, List.of(name)).get(0);
    PanelGrid grid = data().grid();
    return row -> grid.tableRow(row) < 0 ? Double.NaN : Columns.value(column, grid.tableRow(row));
  }

  synchronized PanelData data() {
    if (data == null) {
      requireSet("series", roles.series);
      requireSet("time", roles.time);
      requireSet("target", roles.target);
      PanelGrid grid =
          fold == null
              ? new PanelGrid(table, roles.series, roles.time.get(0), interval)
              : fold.grid();
      data =
          PanelData.read(
              table,
              grid,
              columnNames(),
              roles.target.size(),
              roles.known.size(),
              roles.fixed,
              training(grid));
    }
    return data;
  }

  private PanelData.Training training(PanelGrid grid) {
    if (trainingEnd == null) {
      return null;
    }
    return fold == null
        ? new PanelData.Training(
            new PanelSelection.Bounds(grid, null, grid.positionOf(trainingEnd)), trainingEnd)
        : new PanelData.Training(fold, null);
  }

  private void requireSet(String setting, List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalStateException(
          "The "
              + setting
              + " of a panel must be set first, with "
              + setting
              + "(\"…\"). The columns are: "
              + String.join(", ", table.columnNames())
              + ".");
    }
  }

  @Override
  public String toString() {
    return "Panel " + roles;
  }
}
