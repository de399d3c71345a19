package org.unroll.plots;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.unroll.ConfusionMatrix;
import org.unroll.ThresholdCurves;
import tech.tablesaw.api.Table;

/** Draws how well classes are predicted. */
final class ClassificationPlots {

  private ClassificationPlots() {}

  static PlotFigure confusionMatrix(ConfusionMatrix matrix) {
    int[][] counts = matrix.counts();
    double[][] values = new double[counts.length][counts.length];
    double most = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        values[i][j] = counts[i][j];
        most = Math.max(most, counts[i][j]);
      }
    }
    PlotFigure figure =
        HeatMaps.heatMap(
                "Confusion matrix",
                "predicted",
                "truth",
                matrix.classes(),
                matrix.classes(),
                values)
            .colorRange(0, most);
    double dark = 0.6 * most; // the scale goes from dark to light
    return counts.length <= HeatMaps.NUMBERED
        ? HeatMaps.numbered(figure, values, "%.0f", value -> value < dark)
        : figure;
  }

  static PlotFigure roc(Map<String, ThresholdCurves> models) {
    return curves("ROC curve", models, "AUC", ThresholdCurves::rocAuc, ThresholdCurves::roc, false);
  }

  static PlotFigure precisionRecall(Map<String, ThresholdCurves> models) {
    return curves(
        "Precision and recall",
        models,
        "average precision",
        ThresholdCurves::averagePrecision,
        ThresholdCurves::precisionRecall,
        true);
  }

  /** Draws the second and third column of each table, and what a random guess reaches. */
  private static PlotFigure curves(
      String title,
      Map<String, ThresholdCurves> models,
      String area,
      ToDoubleFunction<ThresholdCurves> areas,
      Function<ThresholdCurves, Table> tables,
      boolean steps) {
    LinePlots.requireSome(models, "model");
    List<String> colors = LayerColors.of(models.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    Table table = null;
    double chance = 0;
    for (Map.Entry<String, ThresholdCurves> model : models.entrySet()) {
      table = tables.apply(model.getValue());
      chance = model.getValue().positives();
      String name =
          String.format(
              Locale.ROOT,
              "%s (%s %.3f)",
              model.getKey(),
              area,
              areas.applyAsDouble(model.getValue()));
      traces.add(
          PlotlyTrace.line(
              name,
              PlotlyTrace.column(table.column(1)),
              PlotlyTrace.column(table.column(2)),
              colors.get(traces.size())));
    }
    double[] guess = steps ? new double[] {chance, chance} : new double[] {0, 1};
    PlotlyTrace random =
        PlotlyTrace.line(
            "random guess",
            PlotlyTrace.numbers(new double[] {0, 1}),
            PlotlyTrace.numbers(guess),
            PlotStyle.NEUTRAL);
    traces.add(random.with("{line: {dash: 'dot', width: 1}}"));
    return Subplots.figure(title, table.column(1).name(), table.column(2).name(), traces)
        .xRange(-0.02, 1.02)
        .yRange(-0.02, 1.02);
  }
}
