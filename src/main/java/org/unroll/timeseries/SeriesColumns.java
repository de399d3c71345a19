package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unroll.data.Columns;
import org.unroll.internal.Suggestion;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The columns of a {@link TimeSeries}.
 *
 * @param inputs the columns that a model sees
 * @param leftOut the columns of the table that are not numeric, unless the inputs were selected
 * @param targets the columns to predict
 * @param known the columns whose future values are known
 */
record SeriesColumns(
    List<String> inputs, List<Column<?>> leftOut, List<String> targets, List<String> known) {

  /** Returns all numeric columns that are not times as inputs. */
  static SeriesColumns of(Table table, Timestamps times) {
    List<String> inputs = new ArrayList<>();
    List<Column<?>> leftOut = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (column instanceof NumericColumn<?> && !times.isIn(column)) {
        inputs.add(column.name());
      } else if (!times.isIn(column)) {
        leftOut.add(column);
      }
    }
    return new SeriesColumns(List.copyOf(inputs), List.copyOf(leftOut), List.of(), List.of());
  }

  SeriesColumns withInputs(Table table, String... names) {
    return new SeriesColumns(checked(table, names), List.of(), targets, known);
  }

  SeriesColumns withTargets(Table table, String... names) {
    return new SeriesColumns(inputs, leftOut, checked(table, names), known).requireUnknownTargets();
  }

  SeriesColumns withKnown(Table table, String... names) {
    return new SeriesColumns(inputs, leftOut, targets, checked(table, names))
        .requireUnknownTargets();
  }

  static List<String> checked(Table table, String... names) {
    if (names.length == 0 || Set.copyOf(Arrays.asList(names)).size() < names.length) {
      throw new IllegalArgumentException(
          "At least one column must be given, and no column twice, but the names were "
              + Arrays.toString(names)
              + ".");
    }
    return Columns.numeric(table, List.of(names)).stream().map(Column::name).toList();
  }

  private SeriesColumns requireUnknownTargets() {
    for (String name : known) {
      if (targets.contains(name)) {
        throw new IllegalArgumentException(
            "A column with known future values must not be a target, but '"
                + name
                + "' is both. Remove it from known(…) or from target(…).");
      }
    }
    return this;
  }

  /**
   * Returns the columns whose values are stored: the inputs, then the targets and the known columns
   * that are not among those before them.
   */
  List<String> stored() {
    Set<String> stored = new LinkedHashSet<>(inputs);
    stored.addAll(targets);
    stored.addAll(known);
    return List.copyOf(stored);
  }

  /**
   * Returns the stored columns of a table.
   *
   * @throws IllegalArgumentException if there is none, or if numbers were read as text
   */
  List<NumericColumn<?>> selected(Table table) {
    for (Column<?> column : leftOut) {
      if (Columns.holdsNumbers(column)) {
        throw Columns.notNumeric(column);
      }
    }
    List<String> names = stored();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The table '"
              + table.name()
              + "' must have a numeric column, but its columns are "
              + table.columnNames()
              + ".");
    }
    return Columns.numeric(table, names);
  }

  /** Returns the only target, for a method of the series that needs it. */
  String onlyTarget(String method) {
    if (targets.size() != 1) {
      throw new IllegalStateException(
          method
              + "(value) requires exactly one target, but the targets are "
              + targets
              + ". Name the column: "
              + method
              + "(column, value).");
    }
    return targets.get(0);
  }

  /** Returns the columns with known future values, at least one. */
  List<String> requireKnown() {
    if (known.isEmpty()) {
      throw new IllegalStateException(
          "The columns with known future values must be set first, with known(\"…\") of the series."
              + " The columns are: "
              + String.join(", ", inputs)
              + ".");
    }
    return known;
  }

  /** Returns the positions of columns among the stored columns. */
  int[] positions(List<String> names) {
    return names.stream().mapToInt(stored()::indexOf).toArray();
  }

  /**
   * Returns the position of a column among the stored columns.
   *
   * @throws IllegalArgumentException if the series has no such column
   */
  int position(String column) {
    int position = stored().indexOf(column);
    if (position < 0) {
      throw new IllegalArgumentException(
          "The series must have the column '"
              + column
              + "', but its columns are "
              + stored()
              + "."
              + Suggestion.of(column, stored()));
    }
    return position;
  }

  /** Returns remarks about possible problems of the times, and columns that are left out. */
  List<String> remarks(Table table, Timestamps times) {
    List<String> remarks = new ArrayList<>();
    times.remark().ifPresent(remarks::add);
    List<String> others =
        leftOut.stream()
            .filter(column -> column != times.readAsText())
            .map(Columns::described)
            .toList();
    if (!others.isEmpty()) {
      remarks.add(
          "Columns that are not numeric are left out: "
              + String.join(", ", others)
              + ". Convert those that the model should see to numbers, or select the columns with"
              + " columns(…).");
    }
    List<NumericColumn<?>> features = new ArrayList<>(Columns.numeric(table, inputs));
    features.removeIf(column -> targets.contains(column.name()));
    TimeParts.remark(features).ifPresent(remarks::add);
    return List.copyOf(remarks);
  }
}
