package org.unroll.plots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Draws the frequencies of values, in bins that all samples share. The width of the bins is
 * 2·IQR/∛n of all values (Freedman and Diaconis, 1981); their number is limited to 10 … 80.
 */
final class Histograms {

  private static final int FEWEST = 10;
  private static final int MOST = 80;

  private Histograms() {}

  static PlotFigure histogram(String title, String xTitle, Map<String, double[]> samples) {
    LinePlots.requireSome(samples, "sample");
    double[] all =
        samples.values().stream()
            .flatMapToDouble(Arrays::stream)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (all.length == 0) {
      throw new IllegalArgumentException(
          "A histogram needs at least one finite number, but there is none in "
              + samples.keySet()
              + ".");
    }
    double[] edges = edges(all);
    double[] middles = new double[edges.length - 1];
    Arrays.setAll(middles, i -> (edges[i] + edges[i + 1]) / 2);
    boolean single = samples.size() == 1;
    List<String> colors = LayerColors.of(samples.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    samples.forEach(
        (name, values) -> {
          double[] counts = counts(edges, values);
          String color = colors.get(traces.size());
          if (single) {
            traces.add(
                PlotlyTrace.bars(
                    name, PlotlyTrace.numbers(middles), PlotlyTrace.numbers(counts), color));
          } else {
            // Outlines stay visible where bars would hide each other.
            double[] outline = Arrays.copyOf(counts, counts.length + 1);
            traces.add(
                PlotlyTrace.line(
                        name, PlotlyTrace.numbers(edges), PlotlyTrace.numbers(outline), color)
                    .with("{line: {shape: 'hv'}}"));
          }
        });
    PlotFigure figure = Subplots.figure(title, xTitle, "count", traces);
    figure.settings().put("bargap", 0.04).put("showlegend", !single);
    figure.settings().withObject("/yaxis").put("rangemode", "tozero");
    return figure;
  }

  /** Returns the edges of the bins for sorted values; the last bin includes its upper edge. */
  static double[] edges(double[] sorted) {
    double least = sorted[0];
    double span = sorted[sorted.length - 1] - least;
    double width = 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / Math.cbrt(sorted.length);
    int bins = width > 0 ? (int) Math.min(MOST, Math.max(FEWEST, Math.ceil(span / width))) : FEWEST;
    double from = span > 0 ? least : least - 0.5;
    double step = (span > 0 ? span : 1) / bins;
    double[] edges = new double[bins + 1];
    Arrays.setAll(edges, i -> from + i * step);
    return edges;
  }

  private static double[] counts(double[] edges, double[] values) {
    double[] counts = new double[edges.length - 1];
    double step = edges[1] - edges[0];
    for (double value : values) {
      if (Double.isFinite(value)) {
        counts[(int) Math.min(counts.length - 1, Math.max(0, (value - edges[0]) / step))]++;
      }
    }
    return counts;
  }

  /** Returns a quantile of sorted values by linear interpolation, as NumPy does by default. */
  static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
