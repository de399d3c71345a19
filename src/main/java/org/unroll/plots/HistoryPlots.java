package org.unroll.plots;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.History;
import org.unroll.PlotProvider;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.components.Figure;

/**
 * Provides the plots of {@code history.plot()} and similar methods. It is public only because
 * {@link java.util.ServiceLoader} creates it.
 *
 * @hidden
 */
public final class HistoryPlots implements PlotProvider {

  @Override
  public Figure history(History history) {
    return history.epochs() == 0
        ? TrainingPlots.empty("Training history")
        : Plots.history(history.toTable());
  }

  @Override
  public Figure comparison(Map<String, History> histories) {
    Map<String, Table> tables = new LinkedHashMap<>();
    histories.forEach(
        (name, history) -> {
          // A model whose training stopped in its first epoch has no curve.
          if (history.epochs() > 0) {
            tables.put(name, history.toTable());
          }
        });
    return tables.isEmpty()
        ? TrainingPlots.empty("Training of each model")
        : Plots.comparison(tables);
  }

  @Override
  public Figure errorsByHorizon(double[] ahead, Map<String, double[]> errors, String target) {
    return ErrorPlots.byHorizon(ahead, errors, TargetForecasts.unit(target));
  }

  @Override
  public Figure forecasts(
      Column<?> x, double[] truth, Map<String, double[]> forecasts, String target) {
    boolean areRows = x instanceof IntColumn;
    return ForecastPlots.forecast(
        PlotlyTrace.column(x), areRows ? "row" : "", truth, forecasts, target);
  }
}
