package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.forecasting.QuantileColumns;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.Table;

/** Draws forecasts and measured values. */
final class ForecastPlots {

  private ForecastPlots() {}

  static PlotFigure forecast(
      List<LocalDateTime> times, double[] truth, Map<String, double[]> forecasts, String quantity) {
    return forecast(times(times), "", truth, forecasts, quantity);
  }

  static PlotFigure forecast(Windows windows, Map<String, ? extends Model> models) {
    TargetForecasts known = TargetForecasts.ofOneValue(windows);
    Map<String, double[]> forecasts = new LinkedHashMap<>();
    models.forEach((name, model) -> forecasts.put(name, known.of(model)[0]));
    return forecast(known.x(), known.xTitle(), known.truth(0), forecasts, known.quantity());
  }

  static PlotFigure band(
      List<LocalDateTime> times,
      double[] truth,
      double[] forecast,
      double[] lower,
      double[] upper,
      String quantity) {
    return band(times(times), "", "band", truth, forecast, lower, upper, quantity);
  }

  static PlotFigure band(Windows windows, Model model, Windows validation, double coverage) {
    if (!(coverage > 0 && coverage < 1)) {
      throw new IllegalArgumentException(
          "coverage must be greater than 0 and less than 1, for example 0.8, but was "
              + coverage
              + ".");
    }
    TargetForecasts known = TargetForecasts.ofOneColumn(windows);
    double[][] errors = TargetForecasts.ofOneColumn(validation).errors(model);
    double[][] forecasts = known.of(model);
    boolean steps = forecasts.length > 1; // of the last window; otherwise one value per window
    int count = steps ? forecasts.length : windows.size();
    var forecast = new double[count];
    var truth = new double[count];
    var lower = new double[count];
    var upper = new double[count];
    for (int i = 0; i < count; i++) {
      int value = steps ? i : 0;
      int window = steps ? windows.size() - 1 : i;
      if (i == 0 || steps) {
        errors[value] = Arrays.stream(errors[value]).filter(Double::isFinite).sorted().toArray();
        if (errors[value].length == 0) {
          throw new IllegalArgumentException(
              "At least one validation window must have a finite error, but none has. Check the"
                  + " targets and the forecasts for NaN.");
        }
      }
      forecast[i] = forecasts[value][window];
      truth[i] = known.truth(value)[window];
      // The error is forecast − truth, so the truth is forecast − error.
      lower[i] = forecast[i] - Histograms.quantile(errors[value], (1 + coverage) / 2);
      upper[i] = forecast[i] - Histograms.quantile(errors[value], (1 - coverage) / 2);
    }
    String name =
        String.format(
            Locale.ROOT,
            "%.0f %% band, contains %.0f %% here",
            100 * coverage,
            100 * covered(truth, lower, upper));
    ArrayNode x = steps ? known.xOfSteps(windows.size() - 1) : known.x();
    return band(x, known.xTitle(), name, truth, forecast, lower, upper, known.quantity());
  }

  static PlotFigure bands(Table table) {
    QuantileColumns quantiles = QuantileColumns.of(table);
    if (table.isEmpty() || (quantiles.median() == null && quantiles.bands().isEmpty())) {
      throw new IllegalArgumentException(
          "The table must have rows, and the median or two quantiles around it such as q0.1 and"
              + " q0.9, but has "
              + table.rowCount()
              + " rows and the columns "
              + table.columnNames()
              + ".");
    }
    TimeSeries series = TimeSeries.of(table);
    String position = table.containsColumn("row") ? "row" : "ahead";
    boolean dated = series.isDated();
    ArrayNode x =
        dated
            ? PlotlyTrace.column(
                DateTimeColumn.create(
                    "time", IntStream.range(0, series.rows()).mapToObj(series::timeOf)))
            : table.containsColumn(position)
                ? PlotlyTrace.column(table.column(position))
                : PlotlyTrace.counted(table.rowCount());
    double[] truth = quantiles.truth();
    List<PlotlyTrace> curves = new ArrayList<>();
    for (QuantileColumns.Band band : quantiles.bands()) {
      String name = QuantileColumns.percent(band.coverage());
      if (truth != null) {
        double share = 100 * covered(truth, band.lower(), band.upper());
        name += String.format(Locale.ROOT, " band, contains %.0f %% here", share);
      }
      addBand(curves, x, name, band.lower(), band.upper());
    }
    addTruth(curves, x, truth);
    if (quantiles.median() != null) {
      curves.add(line("median", x, quantiles.median(), PlotStyle.color(0)));
    }
    if (truth != null && table.containsColumn("anomaly")) {
      addAnomalies(curves, x, truth, table.booleanColumn("anomaly"));
    }
    return figure(dated ? "" : position, quantiles.target(), curves);
  }

  private static void addAnomalies(
      List<PlotlyTrace> curves, ArrayNode x, double[] truth, BooleanColumn anomaly) {
    ArrayNode at = PlotlyTrace.counted(0);
    for (int i = 0; i < truth.length; i++) {
      if (anomaly.isMissing(i) || !anomaly.get(i)) {
        truth[i] = Double.NaN;
      } else {
        at.add(x.get(i));
      }
    }
    double[] values = Arrays.stream(truth).filter(value -> !Double.isNaN(value)).toArray();
    curves.add(PlotlyTrace.points("anomaly", at, PlotlyTrace.numbers(values), PlotStyle.color(1)));
  }

  private static void addBand(
      List<PlotlyTrace> curves, ArrayNode x, String name, double[] lower, double[] upper) {
    PlotlyTrace below = line("lower edge of the band", x, lower, PlotStyle.color(0));
    below.with("{line: {width: 0}, showlegend: false, hoverinfo: 'skip'}");
    PlotlyTrace above = line(name, x, upper, PlotStyle.color(0));
    above.with(
        "{line: {width: 0}, fill: 'tonexty', fillcolor: 'rgba(0,114,178,0.25)',"
            + " hoverinfo: 'skip'}");
    curves.add(below);
    curves.add(above);
  }

  /** Returns the share of the measured values within the band. */
  private static double covered(double[] truth, double[] lower, double[] upper) {
    int inside = 0;
    int known = 0;
    for (int i = 0; i < truth.length; i++) {
      known += Double.isNaN(truth[i]) ? 0 : 1;
      inside += truth[i] >= lower[i] && truth[i] <= upper[i] ? 1 : 0;
    }
    return inside / (double) known;
  }

  private static PlotFigure band(
      ArrayNode x,
      String xTitle,
      String name,
      double[] truth,
      double[] forecast,
      double[] lower,
      double[] upper,
      String quantity) {
    List<PlotlyTrace> curves = new ArrayList<>();
    addBand(curves, x, name, lower, upper);
    addTruth(curves, x, truth);
    curves.add(line("forecast", x, forecast, PlotStyle.color(0)));
    return figure(xTitle, quantity, curves);
  }

  static PlotFigure forecast(
      ArrayNode x,
      String xTitle,
      double[] truth,
      Map<String, double[]> forecasts,
      String quantity) {
    List<PlotlyTrace> curves = new ArrayList<>();
    addTruth(curves, x, truth);
    int first = curves.size();
    List<String> colors = LayerColors.of(forecasts.keySet());
    forecasts.forEach(
        (name, values) -> curves.add(line(name, x, values, colors.get(curves.size() - first))));
    return figure(xTitle, quantity, curves);
  }

  /** Adds the measured values, if they are known. */
  private static void addTruth(List<PlotlyTrace> curves, ArrayNode x, double[] truth) {
    if (truth != null) {
      // Wide, because the forecasts are drawn over it and would hide it.
      curves.add(line("truth", x, truth, PlotStyle.NEUTRAL).with("{line: {width: 4}}"));
    }
  }

  private static PlotFigure figure(String xTitle, String quantity, List<PlotlyTrace> curves) {
    boolean measured =
        curves.stream().anyMatch(curve -> curve.json().path("name").asText().equals("truth"));
    String title = measured ? "Forecast and truth" : "Forecast";
    PlotFigure figure = Subplots.figure(title, xTitle, quantity, curves);
    figure.settings().put("hovermode", "x");
    return figure;
  }

  private static PlotlyTrace line(String name, ArrayNode x, double[] values, String color) {
    if (values.length != x.size()) {
      throw new IllegalArgumentException(
          "The number of values of '"
              + name
              + "' must be "
              + x.size()
              + ", one per time, but was "
              + values.length
              + ".");
    }
    PlotlyTrace line = PlotlyTrace.line(name, x, PlotlyTrace.numbers(values), color);
    return values.length == 1 ? line.with("{mode: 'lines+markers'}") : line;
  }

  private static ArrayNode times(List<LocalDateTime> times) {
    return PlotlyTrace.texts(times.stream().map(LocalDateTime::toString).toList());
  }
}
