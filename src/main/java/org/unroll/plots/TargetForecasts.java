package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.Sequential;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.Table;

/** What came true in windows and what models said, in the targets' own units. */
final class TargetForecasts {

  private final Windows windows;
  private final List<String> targets;

  TargetForecasts(Windows windows) {
    this.windows = windows;
    this.targets = windows.series().targetNames();
  }

  /** Of windows with one target column, at one step or several. */
  static TargetForecasts ofOneColumn(Windows windows) {
    TargetForecasts forecasts = new TargetForecasts(windows);
    if (forecasts.targets.size() != 1) {
      throw new IllegalArgumentException(
          "Errors are drawn of one target column, as each has its own unit. Received: windows of "
              + forecasts.targets
              + ".");
    }
    return forecasts;
  }

  /** Of windows with one target value. */
  static TargetForecasts ofOneValue(Windows windows) {
    if (windows.targetShape().size() != 1) {
      throw new IllegalArgumentException(
          "A forecast is drawn of windows with one target value. Received: targets of shape "
              + windows.targetShape()
              + ". Draw one of them with forecast(times, truth, forecasts, quantity).");
    }
    return new TargetForecasts(windows);
  }

  /** The name of the target column, which ends in its unit by convention. */
  String quantity() {
    return targets.get(0);
  }

  /** What stands in the last brackets of the target's name; empty if there are none. */
  String unit() {
    int open = quantity().lastIndexOf('(');
    return open >= 0 && quantity().endsWith(")")
        ? quantity().substring(open + 1, quantity().length() - 1)
        : "";
  }

  /** The number of target values of a window. */
  int width() {
    return windows.targetShape().size();
  }

  /** The values that came true, for each window. */
  double[] truth(int value) {
    return values(windows.targets())[value];
  }

  /** What a model forecasts, {@code [value][window]}. */
  double[][] of(Sequential model) {
    return values(windows.forecasts(model.predict(windows).toArray()));
  }

  /** The last columns of a table of windows, before which there may be one of times. */
  private double[][] values(Table table) {
    int first = table.columnCount() - width();
    return IntStream.range(first, table.columnCount())
        .mapToObj(column -> table.numberColumn(column).asDoubleArray())
        .toArray(double[][]::new);
  }

  /** Forecast minus truth of each model, {@code [value][window]}. */
  Map<String, double[][]> errors(Map<String, Sequential> models) {
    LinePlots.requireSome(models, "model");
    Map<String, double[][]> errors = new LinkedHashMap<>();
    models.forEach((name, model) -> errors.put(name, errors(model)));
    return errors;
  }

  double[][] errors(Sequential model) {
    double[][] errors = of(model);
    for (int k = 0; k < errors.length; k++) {
      double[] truth = truth(k);
      double[] own = errors[k];
      Arrays.setAll(own, w -> own[w] - truth[w]);
    }
    return errors;
  }

  boolean isDated() {
    return windows.series().timestamps() instanceof DateTimeColumn;
  }

  /** When the (first) target of each window was measured. */
  List<LocalDateTime> times() {
    if (!isDated()) {
      throw new IllegalArgumentException(
          "Hours are known of a series with dates and times. Received: a series without.");
    }
    return ((DateTimeColumn) windows.targets().column(0)).asList();
  }

  /** Times, or rows where there are none. */
  ArrayNode x() {
    return isDated()
        ? PlotlyTrace.column(windows.targets().column(0))
        : PlotlyTrace.numbers(
            IntStream.range(0, windows.size()).mapToDouble(windows::targetRow).toArray());
  }

  String xTitle() {
    return isDated() ? "" : "row";
  }
}
