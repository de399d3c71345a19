package org.unroll.plots;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/**
 * Ready-made plots, one call each: a jsplot figure that shows interactively and as a still picture,
 * and that can be changed, {@code Plots.lines(…).logY().height(300)}.
 *
 * <p>Maps are drawn in their own order, so give a {@code LinkedHashMap} where it matters; NaN is a
 * gap. In plots of training, a dashed line is what was seen in training and a solid one is the
 * validation; a model keeps its colour.
 *
 * <p>Every plot throws {@code IllegalArgumentException} where there is nothing to draw or where the
 * sizes of its data do not agree.
 */
public final class Plots {

  private Plots() {}

  // ---- Any numbers

  /**
   * Lines over 0, 1, 2, ….
   *
   * @param xTitle what x is, with its unit
   * @param yTitle what y is, with its unit
   * @param lines the values of each line by its name
   */
  public static PlotFigure lines(
      String title, String xTitle, String yTitle, Map<String, double[]> lines) {
    return LinePlots.lines(title, xTitle, yTitle, null, lines);
  }

  /**
   * Lines over numbers. For logarithmic axes: {@code lines(…).logX().logY()}.
   *
   * @param x ascending, one for each value of each line
   * @param lines the values of each line by its name
   */
  public static PlotFigure lines(
      String title, String xTitle, String yTitle, double[] x, Map<String, double[]> lines) {
    return LinePlots.lines(title, xTitle, yTitle, x, lines);
  }

  /**
   * Points, a colour for each group.
   *
   * @param groups rows {@code {x, y}} by the name of the group
   */
  public static PlotFigure points(
      String title, String xTitle, String yTitle, Map<String, double[][]> groups) {
    return LinePlots.points(title, xTitle, yTitle, groups);
  }

  /** A bar for each value, with its number. */
  public static PlotFigure bars(String title, String yTitle, Map<String, Double> values) {
    double[] heights = values.values().stream().mapToDouble(Double::doubleValue).toArray();
    return BarPlots.bars(title, yTitle, List.copyOf(values.keySet()), Map.of(yTitle, heights));
  }

  /**
   * Bars side by side.
   *
   * @param categories what stands below the bars
   * @param groups a value for each category, by the name of the group, which has one colour
   */
  public static PlotFigure bars(
      String title, String yTitle, List<String> categories, Map<String, double[]> groups) {
    return BarPlots.bars(title, yTitle, categories, groups);
  }

  /**
   * Means over several runs, with whiskers of a standard deviation (over n − 1) up and down; a
   * single run has none.
   *
   * @param runs the value of each run, by what is compared
   */
  public static PlotFigure means(String title, String yTitle, Map<String, double[]> runs) {
    double[][] values = runs.values().toArray(double[][]::new);
    return BarPlots.means(title, yTitle, List.copyOf(runs.keySet()), Map.of(yTitle, values));
  }

  /**
   * Means over several runs side by side, with whiskers of a standard deviation (over n − 1).
   *
   * @param categories what stands below the bars
   * @param groups {@code [category][run]}, by the name of the group
   */
  public static PlotFigure means(
      String title, String yTitle, List<String> categories, Map<String, double[][]> groups) {
    return BarPlots.means(title, yTitle, categories, groups);
  }

  /** How often values occur. Bins after Freedman and Diaconis (1981), 10 to 80 of them. */
  public static PlotFigure histogram(String title, String xTitle, double[] values) {
    return Histograms.histogram(title, xTitle, Map.of("count", values));
  }

  /** How often values of several samples occur, in bins that all share. */
  public static PlotFigure histogram(String title, String xTitle, Map<String, double[]> samples) {
    return Histograms.histogram(title, xTitle, samples);
  }

  /**
   * A matrix as colours: from blue over white to red around 0 where it has values of both signs,
   * else from dark to light. {@code heatMap(…).colorRange(-1, 1)} fixes what they stand for.
   *
   * @param values {@code [row][column]}, the first row on top
   */
  public static PlotFigure heatMap(String title, String xTitle, String yTitle, double[][] values) {
    return HeatMaps.heatMap(title, xTitle, yTitle, (List<String>) null, null, values);
  }

  /**
   * A matrix as colours, with labels.
   *
   * @param columns what stands below each column
   * @param rows what stands beside each row
   * @param values {@code [row][column]}, the first row on top
   */
  public static PlotFigure heatMap(
      String title,
      String xTitle,
      String yTitle,
      List<String> columns,
      List<String> rows,
      double[][] values) {
    return HeatMaps.heatMap(title, xTitle, yTitle, columns, rows, values);
  }

  /**
   * A function of two numbers as colours.
   *
   * @param x ascending
   * @param y ascending, from the bottom
   * @param values {@code [index of y][index of x]}
   */
  public static PlotFigure heatMap(
      String title, String xTitle, String yTitle, double[] x, double[] y, double[][] values) {
    return HeatMaps.heatMap(title, xTitle, yTitle, x, y, values);
  }

  /**
   * Heat maps one below the other over one x axis, with colours of their own.
   *
   * @param panels {@code [row][column]} by name, all with as many columns
   */
  public static PlotFigure heatMaps(String title, String xTitle, Map<String, double[][]> panels) {
    return HeatMaps.heatMaps(title, xTitle, panels);
  }

  // ---- Training

  /**
   * The curves of one training: a panel for the loss and one for each metric.
   *
   * @param history a row for each epoch: the column {@code epoch}, then columns by Keras's names,
   *     say {@code loss, mae, val_loss, val_mae}; a file of a CSV logger will do
   */
  public static PlotFigure history(Table history) {
    return TrainingPlots.history(history);
  }

  /**
   * The curves of several trainings in one plot, a colour for each, with a panel for each metric.
   *
   * @param histories a table as for {@link #history} by the model's name
   * @param metrics what to compare, say {@code loss} or {@code mae}; none for all that were
   *     recorded
   */
  public static PlotFigure comparison(Map<String, Table> histories, String... metrics) {
    return TrainingPlots.comparison(histories, metrics);
  }

  /**
   * The mean absolute error of each model beside those of the baselines, the best first.
   *
   * @param models error by model; may be empty where there are baselines
   * @param baselines error by baseline, drawn in grey; may be empty
   * @param unit the unit of the errors, say {@code °C}
   */
  public static PlotFigure meanAbsoluteErrors(
      Map<String, Double> models, Map<String, Double> baselines, String unit) {
    return BarPlots.meanAbsoluteErrors(models, baselines, unit);
  }

  // ---- Series and forecasts

  /**
   * The columns of a table over time, a panel each, with one zoom and one slider for all. A column
   * of more than 2,000 rows is drawn as the smallest and the largest value of each of 1,000
   * stretches, so that no peak is lost and the notebook stays small.
   *
   * @param table has a column of dates with times, else the row number stands for the time
   * @param columns names of number columns; none for all of them
   */
  public static PlotFigure series(Table table, String... columns) {
    return SeriesPlots.series(table, columns);
  }

  /**
   * Pearson's correlation of each pair of columns, over the rows in which both have a number.
   *
   * @param columns names of number columns; none for all of them
   */
  public static PlotFigure correlation(Table table, String... columns) {
    return HeatMaps.correlation(table, columns);
  }

  /**
   * Forecasts beside what came true.
   *
   * @param times when, one for each value
   * @param truth the measured values; NaN is a gap
   * @param forecasts the forecast values by the name of the model
   * @param quantity the title of the axis with its unit, say {@code T (°C)}
   */
  public static PlotFigure forecast(
      List<LocalDateTime> times, double[] truth, Map<String, double[]> forecasts, String quantity) {
    return ForecastPlots.forecast(times, truth, forecasts, quantity);
  }

  /**
   * The forecasts of models beside what came true, in the target's own unit.
   *
   * @param windows windows with one target; a range of some days, rather than all there are
   * @param models by name, as from a comparison: {@code forecast(days, runs.models())}
   */
  public static PlotFigure forecast(Windows windows, Map<String, Sequential> models) {
    return ForecastPlots.forecast(windows, models);
  }

  /**
   * A forecast in a band.
   *
   * @param lower the lower edge of the band, one for each time
   * @param upper the upper edge
   */
  public static PlotFigure forecastBand(
      List<LocalDateTime> times,
      double[] truth,
      double[] forecast,
      double[] lower,
      double[] upper,
      String quantity) {
    return ForecastPlots.band(times, truth, forecast, lower, upper, quantity);
  }

  /**
   * The forecast of a model in a band that comes from its errors on the validation data: with a
   * coverage of 0.8 it reaches from the forecast minus the 90 % quantile of forecast − truth to the
   * forecast minus its 10 % quantile. It holds that share of the truth in future where errors stay
   * as they were; the legend says what it holds here.
   *
   * @param windows windows with one target value, to be drawn
   * @param validation windows that the model was not trained on
   * @param coverage the share of the validation errors within the band, between 0 and 1
   */
  public static PlotFigure forecastBand(
      Windows windows, Sequential model, Windows validation, double coverage) {
    return ForecastPlots.band(windows, model, validation, coverage);
  }

  /**
   * How often each error occurs.
   *
   * @param errors forecast − truth by model
   * @param unit the unit of the errors; may be empty
   */
  public static PlotFigure errorDistribution(Map<String, double[]> errors, String unit) {
    return ErrorPlots.distribution(errors, unit);
  }

  /** How often each error, forecast − truth, of models occurs, over all target steps. */
  public static PlotFigure errorDistribution(Windows windows, Map<String, Sequential> models) {
    return ErrorPlots.distribution(windows, models);
  }

  /**
   * The mean absolute error of models over the steps ahead.
   *
   * @param windows windows with several target steps of one column
   */
  public static PlotFigure errorByHorizon(Windows windows, Map<String, Sequential> models) {
    return ErrorPlots.byHorizon(windows, models);
  }

  /**
   * The mean absolute error of models over the hour of the day of the target.
   *
   * @param windows windows with one target value, of a series with dates and times
   */
  public static PlotFigure errorByHour(Windows windows, Map<String, Sequential> models) {
    return ErrorPlots.byHour(windows, models);
  }

  /**
   * The mean absolute error over the hour of the day.
   *
   * @param errors forecast − truth by model, one for each time
   * @param unit the unit of the errors; may be empty
   */
  public static PlotFigure errorByHour(
      List<LocalDateTime> times, Map<String, double[]> errors, String unit) {
    return ErrorPlots.byHour(times, errors, unit);
  }

  // ---- Inside the layers

  /**
   * The gates and states of a recurrent layer, units over time steps. Gates have colours from 0 to
   * 1, states around 0.
   *
   * @param recording from {@link Sequential#record}
   * @param layer its name
   * @param quantities their letters, see {@link org.unroll.network.Recorder}; none for all gates
   *     and states
   */
  public static PlotFigure gates(Recording recording, String layer, String... quantities) {
    return CellPlots.gates(recording, layer, null, quantities);
  }

  /**
   * The gates and states of a recurrent layer, units over labelled time steps.
   *
   * @param steps a word or a character for each time step; of more than 60 some are left out
   */
  public static PlotFigure gates(
      Recording recording, String layer, List<String> steps, String... quantities) {
    return CellPlots.gates(recording, layer, steps, quantities);
  }

  /**
   * How much attention each word got.
   *
   * @param recording of a model with one layer that has attention weights
   * @param words one for each time step
   */
  public static PlotFigure attention(Recording recording, List<String> words) {
    return CellPlots.attention(recording, words);
  }

  /** How much attention each word got. */
  public static PlotFigure attention(double[] weights, List<String> words) {
    return CellPlots.attention(weights, words);
  }

  /**
   * How the gradient of the loss fades or explodes on its way back in time, on a logarithmic axis.
   *
   * @param norms by layer: the norm of the gradient of the state at the last step, at the one
   *     before, and so on
   */
  public static PlotFigure gradientNorms(Map<String, double[]> norms) {
    return CellPlots.gradientNorms(norms);
  }

  /**
   * The eigenvalues of the recurrent kernel of a layer, a colour for each gate, with the unit
   * circle; the legend has the spectral radii.
   */
  public static PlotFigure eigenvalues(Sequential model, String layer) {
    return WeightSpectra.eigenvalues(WeightSpectra.recurrentBlocks(model, layer));
  }

  /** The eigenvalues of square matrices in the complex plane, with the unit circle. */
  public static PlotFigure eigenvalues(Map<String, SimpleMatrix> matrices) {
    return WeightSpectra.eigenvalues(matrices);
  }

  /** The singular values of the recurrent kernel of a layer, for each gate, the largest first. */
  public static PlotFigure singularValues(Sequential model, String layer) {
    return WeightSpectra.singularValues(WeightSpectra.recurrentBlocks(model, layer));
  }

  /** The singular values of matrices, the largest first. */
  public static PlotFigure singularValues(Map<String, SimpleMatrix> matrices) {
    return WeightSpectra.singularValues(matrices);
  }

  /** The layers of a model as boxes: names, types, output shapes, parameters. */
  public static PlotFigure model(Sequential model) {
    return ModelDiagram.of(model.summary(), String.valueOf(model.network().inputShape()));
  }

  // ---- Sound

  /**
   * What sounds when: the spectrogram, and below it what was there and what a model heard, over one
   * time axis.
   *
   * @param spectrogram {@code [frame][band]}, the lowest band first
   * @param secondsPerFrame from one frame to the next
   * @param truth {@code [frame][class]}, 0 or 1
   * @param prediction {@code [frame][class]}, probabilities, or 0 and 1
   */
  public static PlotFigure eventRolls(
      double[][] spectrogram,
      double secondsPerFrame,
      List<String> classes,
      double[][] truth,
      double[][] prediction) {
    return EventRolls.of(spectrogram, secondsPerFrame, classes, truth, prediction);
  }

  // ---- Tuning

  /**
   * The best score that a search had after each trial, and all scores.
   *
   * @param searches a row for each trial in order, by the name of the search
   * @param objective the column of the score; a missing one is a trial that failed
   * @param maximize whether more is better
   */
  public static PlotFigure bestSoFar(
      Map<String, Table> searches, String objective, boolean maximize) {
    return TuningPlots.bestSoFar(searches, objective, maximize);
  }

  /**
   * A line for each trial across its hyperparameters, the better the redder, the best one thick.
   * Positive numbers that differ by a factor of 100 or more stand on a logarithmic axis.
   *
   * @param trials a row for each trial
   * @param objective the column of the score
   * @param maximize whether more is better
   * @param hyperParameters columns of numbers, texts or booleans; none for all but the objective
   *     and {@link org.unroll.tuning.SearchResult#BOOKKEEPING}
   */
  public static PlotFigure parallelCoordinates(
      Table trials, String objective, boolean maximize, String... hyperParameters) {
    return TuningPlots.parallelCoordinates(trials, objective, maximize, hyperParameters);
  }

  /**
   * The scores of the trials over each hyperparameter.
   *
   * @param hyperParameters as for {@link #parallelCoordinates}
   */
  public static PlotFigure slices(Table trials, String objective, String... hyperParameters) {
    return TuningPlots.slices(trials, objective, hyperParameters);
  }

  /** How much each hyperparameter mattered, the most important on top. */
  public static PlotFigure importance(Map<String, Double> importances) {
    return BarPlots.ranking("Importance of hyperparameters", "importance", importances);
  }
}
