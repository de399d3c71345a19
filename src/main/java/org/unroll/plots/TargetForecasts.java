package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.Table;

/** The measured targets of windows and the forecasts of models, in the units of the targets. */
final class TargetForecasts {

  private final Windows windows;
  private final List<String> targets;

  TargetForecasts(Windows windows) {
    this.windows = windows;
    this.targets = windows.series().targetNames();
  }

  /** Returns the forecasts for windows with one target column and one or several target steps. */
  static TargetForecasts ofOneColumn(Windows windows) {
    TargetForecasts forecasts = new TargetForecasts(windows);
    if (forecasts.targets.size() != 1) {
      throw new IllegalArgumentException(
          "The windows must have one target column because each column has its unit, but the target columns are "
              + forecasts.targets
              + ".");
    }
    return forecasts;
  }

  /** Returns the forecasts for windows with one target value. */
  static TargetForecasts ofOneValue(Windows windows) {
    if (windows.targetShape().size() != 1) {
      throw new IllegalArgumentException(
          "The windows must have one target value, but their targets have the shape "
              + windows.targetShape()
              + ". Draw one of the values with forecast(times, truth, forecasts, quantity).");
    }
    return new TargetForecasts(windows);
  }

  /** Returns the name of the target column, which by convention ends with its unit. */
  String quantity() {
    return targets.get(0);
  }

  /** Returns the text in the last parentheses of the target's name, or an empty text. */
  String unit() {
    return unit(quantity());
  }

  /** Returns the text in the last parentheses of a name, or an empty text. */
  static String unit(String name) {
    int open = name.lastIndexOf('(');
    return open >= 0 && name.endsWith(")") ? name.substring(open + 1, name.length() - 1) : "";
  }

  /** Returns the number of target values of a window. */
  int width() {
    return windows.targetShape().size();
  }

  /** Returns the measured values of each window. */
  double[] truth(int value) {
    return values(windows.targets())[value];
  }

  /** Returns the forecasts of a model, {@code [value][window]}. */
  double[][] of(Model model) {
    return values(windows.forecasts(model.predict(windows).toArray()));
  }

  /** Returns the last columns of a table of windows, which may begin with a column of times. */
  private double[][] values(Table table) {
    int first = table.columnCount() - width();
    return IntStream.range(first, table.columnCount())
        .mapToObj(column -> table.numberColumn(column).asDoubleArray())
        .toArray(double[][]::new);
  }

  /** Returns forecast − truth of each model, {@code [value][window]}. */
  Map<String, double[][]> errors(Map<String, ? extends Model> models) {
    LinePlots.requireSome(models, "model");
    Map<String, double[][]> errors = new LinkedHashMap<>();
    models.forEach((name, model) -> errors.put(name, errors(model)));
    return errors;
  }

  double[][] errors(Model model) {
    double[][] errors = of(model);
    for (int k = 0; k < errors.length; k++) {
      double[] truth = truth(k);
      double[] values = errors[k];
      Arrays.setAll(values, w -> values[w] - truth[w]);
    }
    return errors;
  }

  boolean isDated() {
    return windows.series().isDated();
  }

  /** Returns the time of the (first) target of each window, null if it is missing. */
  List<LocalDateTime> times() {
    if (!isDated()) {
      throw new IllegalArgumentException(
          "The series must have times, but has none. Without them, use errorByHour(times, errors, unit).");
    }
    List<LocalDateTime> times = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      times.add(windows.series().timeOf(windows.targetRow(i)));
    }
    return times;
  }

  /** Returns the times, or the row numbers if there are no times. */
  ArrayNode x() {
    return isDated()
        ? PlotlyTrace.column(DateTimeColumn.create("time", times()))
        : PlotlyTrace.numbers(
            IntStream.range(0, windows.size()).mapToDouble(windows::targetRow).toArray());
  }

  /** Returns the times or row numbers of the target steps of one window. */
  ArrayNode xOfSteps(int window) {
    int[] rows =
        IntStream.range(0, windows.targetShape().size())
            .map(step -> windows.targetRow(window, step))
            .toArray();
    return isDated()
        ? PlotlyTrace.column(
            DateTimeColumn.create("time", IntStream.of(rows).mapToObj(windows.series()::timeOf)))
        : PlotlyTrace.numbers(Arrays.stream(rows).asDoubleStream().toArray());
  }

  String xTitle() {
    return isDated() ? "" : "row";
  }
}
