package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.internal.Suggestion;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.selection.Selection;

/** Draws the columns of a table over time. */
final class SeriesPlots {

  private SeriesPlots() {}

  static PlotFigure series(Table table, String... columns) {
    List<String> names =
        columns.length > 0
            ? Arrays.asList(columns)
            : table.columns().stream()
                .filter(NumericColumn.class::isInstance)
                .map(Column::name)
                .toList();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The table must have a column of numbers, but its columns are "
              + table.columnNames()
              + ".");
    }
    TimeSeries series = table.rowCount() == 0 ? null : TimeSeries.of(table);
    DateTimeColumn time =
        series == null || !series.isDated()
            ? null
            : DateTimeColumn.create(
                "time", IntStream.range(0, series.rows()).mapToObj(series::timeOf).toList());
    List<Subplots.Panel> panels = new ArrayList<>();
    for (String name : names) {
      double[] values = numbers(table, name);
      int[] rows = Thinning.rows(values);
      ArrayNode x =
          time != null
              ? PlotlyTrace.column(time.where(Selection.with(rows)))
              : PlotlyTrace.numbers(Arrays.stream(rows).asDoubleStream().toArray());
      ArrayNode y = PlotlyTrace.numbers(Arrays.stream(rows).mapToDouble(r -> values[r]).toArray());
      PlotlyTrace line = PlotlyTrace.line(name, x, y, PlotStyle.color(panels.size()));
      line.with("{showlegend: false, line: {width: 1.5}}");
      if (rows.length == 1) {
        line.with("{mode: 'lines+markers'}");
      }
      panels.add(new Subplots.Panel(name, Subplots.height(names.size()), List.of(line)));
    }
    ObjectNode axis = Subplots.axis(time == null ? "row" : "");
    axis.putObject("rangeslider").put("thickness", 0.06);
    PlotFigure figure = Subplots.figure(table.name() == null ? "" : table.name(), axis, panels);
    figure.settings().put("hovermode", "x").put("showlegend", false);
    return figure;
  }

  static double[] numbers(Table table, String name) {
    if (!table.containsColumn(name)) {
      throw new IllegalArgumentException(
          "The table must have the column '"
              + name
              + "', but its columns are "
              + table.columnNames()
              + "."
              + Suggestion.of(name, table.columnNames()));
    }
    if (table.column(name) instanceof NumericColumn<?> numbers) {
      return numbers.asDoubleArray();
    }
    throw new IllegalArgumentException(
        "Column '"
            + name
            + "' must contain numbers, but its type is "
            + table.column(name).type().name()
            + ".");
  }
}
