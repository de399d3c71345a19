package org.unroll.plots;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.timeseries.Windows;
import tech.tablesaw.plotly.traces.Trace;

/** Draws the errors of forecasts: their distribution, by forecast step and by hour of the day. */
final class ErrorPlots {

  private static final int HOURS = 24;

  private ErrorPlots() {}

  static PlotFigure distribution(Map<String, double[]> errors, String unit) {
    return Histograms.histogram(
        "Forecast − truth", unit.isEmpty() ? "error" : "error (" + unit + ")", errors);
  }

  static PlotFigure distribution(Windows windows, Map<String, ? extends Model> models) {
    TargetForecasts known = TargetForecasts.ofOneColumn(windows);
    Map<String, double[]> errors = new LinkedHashMap<>();
    known
        .errors(models)
        .forEach(
            (name, values) ->
                errors.put(name, Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray()));
    return distribution(errors, known.unit());
  }

  static PlotFigure byHorizon(Windows windows, Map<String, ? extends Model> models) {
    TargetForecasts known = TargetForecasts.ofOneColumn(windows);
    if (known.width() < 2) {
      throw new IllegalArgumentException(
          "The windows must have at least two target steps, but have one. Set targetSteps(n).");
    }
    Map<String, double[]> errors = new LinkedHashMap<>();
    known
        .errors(models)
        .forEach(
            (name, values) ->
                errors.put(
                    name, Arrays.stream(values).mapToDouble(ErrorPlots::meanAbsolute).toArray()));
    double[] steps = IntStream.rangeClosed(1, known.width()).asDoubleStream().toArray();
    return byHorizon(steps, errors, known.unit());
  }

  static PlotFigure byHorizon(double[] steps, Map<String, double[]> errors, String unit) {
    return fromZero(LinePlots.lines("Error by horizon", "steps ahead", mae(unit), steps, errors));
  }

  static PlotFigure byHour(Windows windows, Map<String, ? extends Model> models) {
    TargetForecasts known = TargetForecasts.ofOneValue(windows);
    List<LocalDateTime> times = known.times();
    Map<String, double[]> errors = new LinkedHashMap<>();
    known.errors(models).forEach((name, values) -> errors.put(name, values[0]));
    return byHour(times, errors, known.unit());
  }

  static PlotFigure byHour(List<LocalDateTime> times, Map<String, double[]> errors, String unit) {
    Map<String, double[]> means = new LinkedHashMap<>();
    errors.forEach(
        (name, values) -> {
          if (values.length != times.size()) {
            throw new IllegalArgumentException(
                "The number of errors of '"
                    + name
                    + "' must be "
                    + times.size()
                    + ", one per time, but was "
                    + values.length
                    + ".");
          }
          double[] byHour = new double[HOURS];
          Arrays.setAll(
              byHour,
              hour ->
                  meanAbsolute(
                      IntStream.range(0, values.length)
                          .filter(i -> times.get(i) != null && times.get(i).getHour() == hour)
                          .mapToDouble(i -> values[i])
                          .toArray()));
          means.put(name, byHour);
        });
    PlotFigure figure =
        LinePlots.lines("Error by hour of the day", "hour of the day", mae(unit), null, means);
    figure
        .settings()
        .withObject("/xaxis")
        .put("tickmode", "linear")
        .put("tick0", 0)
        .put("dtick", 3);
    return fromZero(figure);
  }

  private static PlotFigure fromZero(PlotFigure figure) {
    for (Trace trace : figure.getTraces()) {
      ((PlotlyTrace) trace).with("{mode: 'lines+markers'}");
    }
    figure.settings().withObject("/yaxis").put("rangemode", "tozero");
    return figure;
  }

  private static String mae(String unit) {
    return unit.isEmpty() ? "MAE" : "MAE (" + unit + ")";
  }

  /** Returns the mean of the finite errors, or NaN if there are none. */
  private static double meanAbsolute(double[] errors) {
    return Arrays.stream(errors)
        .filter(e -> !Double.isNaN(e))
        .map(Math::abs)
        .average()
        .orElse(Double.NaN);
  }
}
