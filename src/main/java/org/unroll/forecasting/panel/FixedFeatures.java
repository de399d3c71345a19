package org.unroll.forecasting.panel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.data.Columns;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The features of the series of a {@link Panel} that do not change in time.
 *
 * @param columns the features column by column
 */
record FixedFeatures(List<Feature> columns) {
  /**
   * A column.
   *
   * @param name the name of the column
   * @param categories the different texts in order, or null for numbers
   * @param values the number, or the position of the category, of each series; −1 for a category of
   *     series without rows in the range
   */
  record Feature(String name, List<String> categories, double[] values) {
    int width() {
      return categories == null ? 1 : categories.size();
    }
  }

  /**
   * Reads the columns.
   *
   * @param rows the categories, means and deviations are those of the series that have rows in this
   *     range; null for all series
   * @param normalized whether numbers are normalized
   */
  static FixedFeatures read(
      Table table,
      List<String> names,
      PanelGrid grid,
      PanelSelection.Bounds rows,
      boolean normalized) {
    List<Feature> features = new ArrayList<>();
    int[] begun =
        IntStream.range(0, grid.names().size())
            .filter(s -> rows == null || rows.from(s) < rows.to(s))
            .toArray();
    for (String name : names) {
      Column<?> column = table.column(name);
      int[] places =
          IntStream.range(0, grid.names().size()).map(s -> place(column, grid, s)).toArray();
      if (column instanceof NumericColumn<?> numbers) {
        double[] values =
            Arrays.stream(places).mapToDouble(row -> Columns.value(numbers, row)).toArray();
        features.add(new Feature(name, null, normalized ? standardized(values, begun) : values));
      } else {
        List<String> texts = Arrays.stream(places).mapToObj(column::getUnformattedString).toList();
        List<String> categories =
            Arrays.stream(begun).mapToObj(texts::get).distinct().sorted().toList();
        Map<String, Integer> positions = new HashMap<>();
        categories.forEach(category -> positions.put(category, positions.size()));
        features.add(
            new Feature(
                name,
                categories,
                texts.stream().mapToDouble(text -> positions.getOrDefault(text, -1)).toArray()));
      }
    }
    return new FixedFeatures(List.copyOf(features));
  }

  /** Returns the table row of the value of a series, after checking that it is the same in all. */
  private static int place(Column<?> column, PanelGrid grid, int series) {
    int first = grid.tableRow(grid.start(series));
    for (int row = grid.start(series); row < grid.start(series + 1); row++) {
      int place = grid.tableRow(row);
      if (place >= 0 && (column.isMissing(place) || !column.get(place).equals(column.get(first)))) {
        throw new IllegalArgumentException(
            "A fixed column must have the same value in all rows of a series, but '"
                + column.name()
                + "' of "
                + grid.place(row)
                + " is "
                + (column.isMissing(place) ? "missing" : column.getUnformattedString(place))
                + (place == first
                    ? ""
                    : " after "
                        + (column.isMissing(first) ? "none" : column.getUnformattedString(first)))
                + ". Use past(…) or known(…) for columns that change.");
      }
    }
    return first;
  }

  private static double[] standardized(double[] values, int... begun) {
    double[] known = Arrays.stream(begun).mapToDouble(s -> values[s]).toArray();
    if (known.length == 0) {
      return values;
    }
    if (Arrays.stream(known).allMatch(value -> value == known[0])) {
      // the computed mean may differ by a rounding error
      return Arrays.stream(values).map(value -> value - known[0]).toArray();
    }
    double mean = Arrays.stream(known).sum() / known.length;
    double squares = Arrays.stream(known).map(value -> (value - mean) * (value - mean)).sum();
    double std = Math.sqrt(squares / known.length);
    return Arrays.stream(values).map(value -> (value - mean) / std).toArray();
  }

  int width() {
    return columns.stream().mapToInt(Feature::width).sum();
  }

  /** Returns the names of the features: of a column, or of a column and a category. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (Feature feature : columns) {
      if (feature.categories() == null) {
        names.add(feature.name());
      } else {
        feature.categories().forEach(category -> names.add(feature.name() + "=" + category));
      }
    }
    return names;
  }

  /** Writes the features of a series. */
  void copy(int series, float[] to, int offset) {
    int at = offset;
    for (Feature feature : columns) {
      if (feature.categories() == null) {
        to[at] = (float) feature.values()[series];
      } else {
        Arrays.fill(to, at, at + feature.width(), 0);
        int category = (int) feature.values()[series];
        if (category >= 0) {
          to[at + category] = 1;
        }
      }
      at += feature.width();
    }
  }
}
