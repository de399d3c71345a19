package org.unroll.notebook;

import java.util.ArrayList;
import java.util.List;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.Numbers;
import org.unroll.plots.PlotStyle;
import org.unroll.tuning.Objective;
import org.unroll.tuning.SearchProgress;
import org.unroll.tuning.Trial;

/**
 * Renders a hyperparameter search while it is in progress and after it has ended: what is done and
 * left, the best trials so far, and a chart of the best score after each trial.
 */
final class SearchView {

  private static final int BEST = 5;

  private SearchView() {}

  static MimeBundle of(SearchProgress progress) {
    var html = new StringBuilder("<div>");
    html.append(HtmlTable.escape(progress.status())).append("</div>");
    if (progress.running() > 0 && progress.planned() > 0) {
      html.append("<progress style=\"width:100%;max-width:45em\" max=\"")
          .append(progress.planned())
          .append("\" value=\"")
          .append(progress.trials().size())
          .append("\"></progress>");
    }
    if (progress.best() != null) {
      HtmlTable table =
          new HtmlTable("")
              .column("trial", "", true)
              .column(progress.objective().name(), "", true)
              .column("hyperparameters", "", false);
      for (Trial trial : progress.bestTrials(BEST)) {
        table.row(
            List.of(
                Integer.toString(trial.number()), Numbers.format(trial.score()), values(trial)));
      }
      html.append(table.html()).append(chart(progress));
    }
    return MimeBundle.html(html.toString(), progress.toString());
  }

  private static String values(Trial trial) {
    List<String> values = new ArrayList<>();
    trial
        .values()
        .forEach(
            (name, value) ->
                values.add(
                    name
                        + " "
                        + (value instanceof Double number ? Numbers.format(number) : value)));
    return String.join(", ", values);
  }

  /** Returns the best score so far, over the number of completed trials. */
  private static String chart(SearchProgress progress) {
    Objective objective = progress.objective();
    List<Trial> trials = progress.trials();
    double[] x = new double[trials.size()];
    double[] best = new double[trials.size()];
    double bestSoFar = Double.NaN;
    for (int i = 0; i < best.length; i++) {
      x[i] = i + 1.0;
      double score = trials.get(i).score();
      bestSoFar = objective.isBetter(score, bestSoFar) ? score : bestSoFar;
      best[i] = bestSoFar;
    }
    return new CurveChart("best " + objective.name() + " so far", "trials")
        .curve(PlotStyle.color(1), false, x, best)
        .html();
  }
}
