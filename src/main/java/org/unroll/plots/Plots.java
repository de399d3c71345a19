package org.unroll.plots;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.unroll.ConfusionMatrix;
import org.unroll.Model;
import org.unroll.Recording;
import org.unroll.ThresholdCurves;
import org.unroll.forecasting.IntegratedGradients;
import org.unroll.plots.diagrams.CellDiagram;
import org.unroll.plots.diagrams.ColoredText;
import org.unroll.plots.diagrams.Diagram;
import org.unroll.plots.diagrams.UnrolledDiagram;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/**
 * Ready-made plots, one call each. Each returns a jsplot figure, which is shown interactively and
 * as a static picture. {@link PlotFigure} documents how to change it.
 *
 * <p>Maps are drawn in their iteration order; pass a {@code LinkedHashMap} if the order matters.
 * NaN is a gap. In plots of training, a dashed line shows training values and a solid line
 * validation values; both have the color of their model.
 *
 * <p>Every plot throws {@code IllegalArgumentException} if there is nothing to draw or if the sizes
 * of its data do not agree.
 *
 * <p>Any other plot can be built from the traces of jsplot; {@link org.unroll.plots} has an
 * example. Cells and layers are drawn as {@link Diagram}s, which are not changed in this way.
 */
public final class Plots {

  private Plots() {}

  /**
   * Draws lines over 0, 1, 2, ….
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
   * Draws lines over numbers. For logarithmic axes, use {@code lines(…).logX().logY()}.
   *
   * @param x ascending, one for each value of each line
   * @param lines the values of each line by its name
   */
  public static PlotFigure lines(
      String title, String xTitle, String yTitle, double[] x, Map<String, double[]> lines) {
    return LinePlots.lines(title, xTitle, yTitle, x, lines);
  }

  /**
   * Draws points, with one color per group.
   *
   * @param groups rows {@code {x, y}} by the name of the group
   */
  public static PlotFigure points(
      String title, String xTitle, String yTitle, Map<String, double[][]> groups) {
    return LinePlots.points(title, xTitle, yTitle, groups);
  }

  /** Draws one bar per value, labeled with the value. */
  public static PlotFigure bars(String title, String yTitle, Map<String, Double> values) {
    double[] heights = values.values().stream().mapToDouble(Double::doubleValue).toArray();
    return BarPlots.bars(title, yTitle, List.copyOf(values.keySet()), Map.of(yTitle, heights));
  }

  /**
   * Draws groups of bars next to each other.
   *
   * @param categories the labels below the bars
   * @param groups the values of each group, one per category, by the name of the group; each group
   *     has one color
   */
  public static PlotFigure bars(
      String title, String yTitle, List<String> categories, Map<String, double[]> groups) {
    return BarPlots.bars(title, yTitle, categories, groups);
  }

  /**
   * Draws means over several runs, with whiskers of one standard deviation (over n − 1) in both
   * directions. A single run has no whiskers.
   *
   * @param runs the values of all runs, by the name of what is compared
   */
  public static PlotFigure means(String title, String yTitle, Map<String, double[]> runs) {
    double[][] values = runs.values().toArray(double[][]::new);
    return BarPlots.means(title, yTitle, List.copyOf(runs.keySet()), Map.of(yTitle, values));
  }

  /**
   * Draws groups of means over several runs, with whiskers of one standard deviation (over n − 1).
   *
   * @param categories the labels below the bars
   * @param groups {@code [category][run]}, by the name of the group
   */
  public static PlotFigure means(
      String title, String yTitle, List<String> categories, Map<String, double[][]> groups) {
    return BarPlots.means(title, yTitle, categories, groups);
  }

  /** Draws the frequencies of values in 10 to 80 bins (rule of Freedman and Diaconis, 1981). */
  public static PlotFigure histogram(String title, String xTitle, double[] values) {
    return Histograms.histogram(title, xTitle, Map.of("count", values));
  }

  /** Draws the frequencies of the values of several samples, which share their bins. */
  public static PlotFigure histogram(String title, String xTitle, Map<String, double[]> samples) {
    return Histograms.histogram(title, xTitle, samples);
  }

  /**
   * Draws a matrix as colors: from blue through white (0) to red if it has values of both signs,
   * otherwise from dark to light. {@code heatMap(…).colorRange(-1, 1)} sets the range.
   *
   * @param values {@code [row][column]}, the first row on top
   */
  public static PlotFigure heatMap(String title, String xTitle, String yTitle, double[][] values) {
    return HeatMaps.heatMap(title, xTitle, yTitle, (List<String>) null, null, values);
  }

  /**
   * Draws a matrix as colors, with labels.
   *
   * @param columns the label below each column
   * @param rows the label of each row
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
   * Draws a function of two numbers as colors.
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
   * Draws heat maps below each other over one x axis, each with a separate color scale.
   *
   * @param panels {@code [row][column]} by name, all with the same number of columns
   */
  public static PlotFigure heatMaps(String title, String xTitle, Map<String, double[][]> panels) {
    return HeatMaps.heatMaps(title, xTitle, panels);
  }

  // ---- Training

  /**
   * Draws the curves of one training run: one panel for the loss and one for each metric.
   *
   * @param history one row per epoch: the column {@code epoch}, then columns with Keras's names,
   *     such as {@code loss, mae, val_loss, val_mae}; the table of a CSV logger's file has this
   *     form
   */
  public static PlotFigure history(Table history) {
    return TrainingPlots.history(history);
  }

  /**
   * Draws the curves of several training runs in one plot, with one color per run and one panel per
   * metric.
   *
   * @param histories a table as for {@link #history} for each model, by the name of the model
   * @param metrics the metrics to compare, such as {@code loss} or {@code mae}; all recorded
   *     metrics if empty
   */
  public static PlotFigure comparison(Map<String, Table> histories, String... metrics) {
    return TrainingPlots.comparison(histories, metrics);
  }

  /**
   * Draws the mean absolute errors of models and baselines, the best first.
   *
   * @param models the error by model; may be empty if there are baselines
   * @param baselines the error by baseline, drawn in gray; may be empty
   * @param unit the unit of the errors, such as {@code °C}
   */
  public static PlotFigure meanAbsoluteErrors(
      Map<String, Double> models, Map<String, Double> baselines, String unit) {
    return BarPlots.meanAbsoluteErrors(models, baselines, unit);
  }

  // ---- Series and forecasts

  /**
   * Draws the columns of a table over time, one panel each, with a shared zoom and slider. A column
   * of more than 2,000 rows is drawn as the smallest and the largest value of each of 1,000
   * intervals, so that every peak is visible and the notebook stays small.
   *
   * @param table a table; without a date-time column, the x axis is the row number
   * @param columns the names of number columns; all number columns if empty
   */
  public static PlotFigure series(Table table, String... columns) {
    return SeriesPlots.series(table, columns);
  }

  /**
   * Draws Pearson's correlation coefficient of each pair of columns, computed over the rows in
   * which both have a value.
   *
   * @param columns the names of number columns; all number columns if empty
   */
  public static PlotFigure correlation(Table table, String... columns) {
    return HeatMaps.correlation(table, columns);
  }

  /**
   * Draws forecasts and the measured values.
   *
   * @param times one time per value
   * @param truth the measured values; NaN is a gap; may be null
   * @param forecasts the forecast values, by the name of the model
   * @param quantity the title of the axis with its unit, such as {@code T (°C)}
   */
  public static PlotFigure forecast(
      List<LocalDateTime> times, double[] truth, Map<String, double[]> forecasts, String quantity) {
    return ForecastPlots.forecast(times, truth, forecasts, quantity);
  }

  /**
   * Draws the forecasts of models and the measured values, in the unit of the target.
   *
   * @param windows windows with one target value; a range of several days is easier to read than
   *     all windows
   * @param models the models by name, for example those of a comparison: {@code forecast(days,
   *     runs.models())}
   */
  public static PlotFigure forecast(Windows windows, Map<String, ? extends Model> models) {
    return ForecastPlots.forecast(windows, models);
  }

  /**
   * Draws the forecasts of a table: nested bands between pairs of quantiles, the median, the
   * measured values if it has them, and marks where its column {@code anomaly} is true.
   *
   * @param forecasts as from {@link org.unroll.forecasting.QuantileForecasts#ofWindow}
   */
  public static PlotFigure forecastBands(Table forecasts) {
    return ForecastPlots.bands(forecasts);
  }

  /**
   * Draws a forecast with a band from {@code lower} to {@code upper}.
   *
   * @param truth the measured values, or null if they are not known yet
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
   * Draws the forecast of a model with a band computed from its errors on the validation data. With
   * a coverage of 0.8, the band reaches from the forecast minus the 90 % quantile of forecast −
   * truth to the forecast minus its 10 % quantile. It contains that share of future values if the
   * distribution of the errors does not change. The legend shows the share of the drawn values that
   * it contains. With several target steps, it draws those of the last window.
   *
   * @param windows the windows to draw, with one target column
   * @param validation windows that the model was not trained on
   * @param coverage the share of the validation errors within the band, between 0 and 1
   */
  public static PlotFigure forecastBand(
      Windows windows, Model model, Windows validation, double coverage) {
    return ForecastPlots.band(windows, model, validation, coverage);
  }

  /**
   * Draws the distribution of forecast errors.
   *
   * @param errors forecast − truth, by model
   * @param unit the unit of the errors; may be empty
   */
  public static PlotFigure errorDistribution(Map<String, double[]> errors, String unit) {
    return ErrorPlots.distribution(errors, unit);
  }

  /** Draws the distribution of the errors (forecast − truth) of models over all target steps. */
  public static PlotFigure errorDistribution(Windows windows, Map<String, ? extends Model> models) {
    return ErrorPlots.distribution(windows, models);
  }

  /** Draws the mean absolute error of models by forecast step, for one target column. */
  public static PlotFigure errorByHorizon(Windows windows, Map<String, ? extends Model> models) {
    return ErrorPlots.byHorizon(windows, models);
  }

  /** Draws the mean absolute error of models by hour of the day, for one target value. */
  public static PlotFigure errorByHour(Windows windows, Map<String, ? extends Model> models) {
    return ErrorPlots.byHour(windows, models);
  }

  /**
   * Draws the mean absolute error by hour of the day.
   *
   * @param errors forecast − truth by model, one value per time
   * @param unit the unit of the errors; may be empty
   */
  public static PlotFigure errorByHour(
      List<LocalDateTime> times, Map<String, double[]> errors, String unit) {
    return ErrorPlots.byHour(times, errors, unit);
  }

  /** Draws the mean absolute attributions of all windows in the units of the target. */
  public static PlotFigure attributions(IntegratedGradients gradients) {
    return HeatMaps.attributions(gradients.table(), false);
  }

  /** Draws the attributions of one window in the units of the target, with colors around 0. */
  public static PlotFigure attributions(IntegratedGradients gradients, int sample) {
    return HeatMaps.attributions(gradients.table(sample), true);
  }

  // ---- Inside the layers

  /**
   * Draws the gates and states of a recurrent layer, units over time steps. The color scale of
   * gates is 0 to 1; that of states is centered on 0.
   *
   * @param recording a recording from {@link Model#record}
   * @param layer the name of the layer
   * @param quantities the names of gates and states, see {@link org.unroll.Recording}; all if empty
   */
  public static PlotFigure gates(Recording recording, String layer, String... quantities) {
    return CellPlots.gates(recording, layer, null, quantities);
  }

  /**
   * Draws the gates and states of a recurrent layer, units over labeled time steps.
   *
   * @param steps one word or character per time step; if there are more than 60, some labels are
   *     left out
   */
  public static PlotFigure gates(
      Recording recording, String layer, List<String> steps, String... quantities) {
    return CellPlots.gates(recording, layer, steps, quantities);
  }

  /**
   * Draws the attention weight of each word.
   *
   * @param recording a recording of a model with one layer that has attention weights
   * @param words one word per time step
   */
  public static PlotFigure attention(Recording recording, List<String> words) {
    return CellPlots.attention(recording, words);
  }

  /** Draws the attention weight of each word. */
  public static PlotFigure attention(double[] weights, List<String> words) {
    return CellPlots.attention(weights, words);
  }

  /**
   * Draws how the gradient of the loss vanishes or explodes backward through time, on a logarithmic
   * axis.
   *
   * @param norms for each layer, the norm of the gradient with respect to the state at the last
   *     time step, at the one before, and so on
   */
  public static PlotFigure gradientNorms(Map<String, double[]> norms) {
    return CellPlots.gradientNorms(norms);
  }

  /**
   * Draws the eigenvalues of the recurrent kernel of a layer, one color per gate, with the unit
   * circle. The legend contains the spectral radii.
   */
  public static PlotFigure eigenvalues(Model model, String layer) {
    return WeightSpectra.eigenvalues(WeightSpectra.recurrentBlocks(model, layer));
  }

  /** Draws the eigenvalues of square matrices in the complex plane, with the unit circle. */
  public static PlotFigure eigenvalues(Map<String, SimpleMatrix> matrices) {
    return WeightSpectra.eigenvalues(matrices);
  }

  /**
   * Draws the singular values of the recurrent kernel of a layer for each gate, the largest first.
   */
  public static PlotFigure singularValues(Model model, String layer) {
    return WeightSpectra.singularValues(WeightSpectra.recurrentBlocks(model, layer));
  }

  /** Draws the singular values of matrices, the largest first. */
  public static PlotFigure singularValues(Map<String, SimpleMatrix> matrices) {
    return WeightSpectra.singularValues(matrices);
  }

  /** Draws a cell: SimpleRNN, (coupled) (peephole) LSTM, GRU, GRU reset before, or MGU. */
  public static CellDiagram cell(String name) {
    return CellDiagram.of(name);
  }

  /** Draws the cell of a layer, without the biases if it has none. */
  public static CellDiagram cell(Model model, String layer) {
    return CellDiagram.of(model, layer);
  }

  /** Draws a forward layer over 1 to 12 steps of a recording, {@code to} being exclusive. */
  public static UnrolledDiagram unrolled(Recording recording, String layer, int from, int to) {
    return UnrolledDiagram.of(recording, layer, from, to);
  }

  /**
   * Draws a text with characters in the colors of values, such as the state of one unit of a
   * character model after each character. Negative values are orange and positive ones blue; the
   * strongest color is the largest absolute value.
   *
   * @param values one finite value for each character (code point) of the text
   * @throws IllegalArgumentException if there is no character, or not one finite value for each
   */
  public static Diagram coloredText(String title, String text, double... values) {
    return ColoredText.of(title, text, values);
  }

  /** Draws the layers of a model as boxes with names, types, output shapes and parameters. */
  public static PlotFigure model(Model model) {
    return ModelDiagram.of(model.summary(), String.valueOf(model.network().inputShape()));
  }

  /**
   * Draws a spectrogram and, below it over the same time axis, the true and the predicted sound
   * events.
   *
   * @param spectrogram {@code [frame][band]}, the lowest band first
   * @param secondsPerFrame the time from one frame to the next, in seconds
   * @param truth {@code [frame][class]}, 0 or 1
   * @param prediction {@code [frame][class]}, probabilities or 0 and 1
   */
  public static PlotFigure eventRolls(
      double[][] spectrogram,
      double secondsPerFrame,
      List<String> classes,
      double[][] truth,
      double[][] prediction) {
    return EventRolls.of(spectrogram, secondsPerFrame, classes, truth, prediction);
  }

  /**
   * Draws the best score of a search after each trial, and the scores of all trials.
   *
   * @param searches a table with one row per trial, in order, by the name of the search
   * @param objective the column of the score; a missing score is a failed trial
   * @param maximize whether larger scores are better
   */
  public static PlotFigure bestSoFar(
      Map<String, Table> searches, String objective, boolean maximize) {
    return TuningPlots.bestSoFar(searches, objective, maximize);
  }

  /**
   * Draws one line per trial across its hyperparameters. Better trials are redder, and the best one
   * is thick. Positive numbers that differ by a factor of 100 or more have a logarithmic axis.
   *
   * @param trials a table with one row per trial
   * @param objective the column of the score
   * @param maximize whether larger scores are better
   * @param hyperParameters columns of numbers, texts or booleans; if empty, all columns but the
   *     objective and {@link org.unroll.tuning.SearchResult#BOOKKEEPING}
   */
  public static PlotFigure parallelCoordinates(
      Table trials, String objective, boolean maximize, String... hyperParameters) {
    return TuningPlots.parallelCoordinates(trials, objective, maximize, hyperParameters);
  }

  /**
   * Draws the scores of the trials over each hyperparameter.
   *
   * @param hyperParameters as for {@link #parallelCoordinates}
   */
  public static PlotFigure slices(Table trials, String objective, String... hyperParameters) {
    return TuningPlots.slices(trials, objective, hyperParameters);
  }

  /** Draws the importance of each hyperparameter, the most important at the top. */
  public static PlotFigure importance(Map<String, Double> importances) {
    return BarPlots.ranking("Importance of hyperparameters", "importance", importances);
  }

  /** Draws how often samples of each class were predicted as each class. */
  public static PlotFigure confusionMatrix(ConfusionMatrix matrix) {
    return ClassificationPlots.confusionMatrix(matrix);
  }

  /** Draws the ROC curves of models by name, with the areas under them in the legend. */
  public static PlotFigure roc(Map<String, ThresholdCurves> models) {
    return ClassificationPlots.roc(models);
  }

  /** Draws precision over recall of models by name, with the average precisions in the legend. */
  public static PlotFigure precisionRecall(Map<String, ThresholdCurves> models) {
    return ClassificationPlots.precisionRecall(models);
  }
}
