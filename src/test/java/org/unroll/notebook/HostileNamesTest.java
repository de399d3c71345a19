package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Comparison;
import org.unroll.History;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.audio.AudioClip;
import org.unroll.callbacks.LiveProgress;
import org.unroll.datasets.SoundScene;
import org.unroll.losses.Losses;
import org.unroll.network.Tensor;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.optimizers.Optimizers;
import org.unroll.plots.FigureJson;
import org.unroll.plots.PlotlyScript;
import org.unroll.plots.Plots;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import org.unroll.tuning.GridSearch;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.Objective;
import org.unroll.tuning.SearchListener;
import org.unroll.tuning.SearchProgress;
import org.unroll.tuning.SearchResult;
import org.unroll.tuning.Trial;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.BoxTrace;
import tech.tablesaw.plotly.traces.HistogramTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

/**
 * Names that look like formulas and markup are text in every view. Writes the page {@code
 * target/names/names.html}, which {@code src/test/browser/names.test.js} opens next to MathJax.
 */
class HostileNamesTest {

  private static final String NAME = "$a$ <b>q</b> \\(y\\) & $c$";

  @TempDir Path folder;

  private static Windows windows() {
    double[][] rows = new double[60][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = Math.sin(i);
    }
    return TimeSeries.of(rows, NAME).target(NAME).windows().lookback(4).delay(1).batchSize(8);
  }

  private static Table table() {
    return Table.create(
        NAME,
        DoubleColumn.create(NAME, 1, 2, 4),
        DoubleColumn.create("other", 2, 1, 3),
        StringColumn.create("text", NAME, "<img src=x onerror=hit()>", "<script>hit()</script>"));
  }

  private static LiveProgress progress(List<Object> shown) throws ReflectiveOperationException {
    Constructor<LiveProgress> constructor =
        LiveProgress.class.getDeclaredConstructor(Consumer.class, LongSupplier.class);
    constructor.setAccessible(true);
    return constructor.newInstance((Consumer<Object>) shown::add, (LongSupplier) System::nanoTime);
  }

  private SearchResult search(List<SearchProgress> shown) {
    return new GridSearch(Objective.max("value"))
        .directory(folder)
        .parallelTrials(1)
        .overwrite(true)
        .listener(
            new SearchListener() {
              @Override
              public void onTrialEnd(SearchProgress progress, Trial trial) {
                shown.add(progress);
              }
            })
        .search(
            hp -> {
              String choice = hp.Choice(NAME, NAME, "plain");
              return () -> choice.length();
            });
  }

  /** Something for every type that has a view. */
  private List<Object> values() throws ReflectiveOperationException, IOException {
    List<Object> values = new ArrayList<>();
    values.add(table());
    values.add(Rows.of(NAME, "other").add(NAME, 1));
    values.add(new SimpleMatrix(2, 2));
    values.add(new SimpleMatrix(2, 2).getMatrix());
    values.add(new Tensor());
    values.add(new double[][] {{1}});
    values.add(new double[] {1});
    Sequential model =
        Sequential.of(input(4, 1), gru(2).returnSequences(true), flatten(), dense(1));
    values.add(model);
    values.add(model.summary());
    model.compile(Optimizers.sgd(), Losses.mae());
    List<Object> shown = new ArrayList<>();
    LiveProgress live = progress(shown).title(NAME);
    History history = model.fit(windows().range(0, 40), epochs(2).verbose(0).callbacks(live));
    live.end();
    assertTrue(shown.contains(live));
    values.add(live);
    values.add(history);
    Comparison comparison = Comparison.of(NAME, simpleRnn(2), "GRU", gru(2)).epochs(1).verbose(0);
    values.add(comparison.on(windows().range(0, 40), windows().range(40)).run());
    values.add(comparison);
    Recording recording = model.record(windows().range(0, 40), 0);
    values.add(recording);
    String layer = NAME.replace("/", ""); // a slash would divide the path of its weights
    Sequential hostile = Sequential.of(input(4, 1), gru(2).name(layer), dense(1));
    values.add(Plots.unrolled(hostile.record(windows().range(0, 40), 0), layer, 0, 4));
    values.add(model.predict(windows().range(0, 40)));
    List<SearchProgress> searches = new ArrayList<>();
    SearchResult found = search(searches);
    values.add(searches.get(searches.size() - 1));
    values.add(found);
    HyperParameters best = found.bestHyperParameters(1).get(0);
    values.add(best);
    values.add(windows().describe());
    String name = '"' + NAME.replace("\"", "\"\"") + '"';
    Path file =
        Files.writeString(
            folder.resolve("names.csv"), "day;" + name + "\n2026-01-01;1\n2026-01-02;3\n");
    values.add(TimeTable.read(file));
    values.add(TimeTable.read(file).describe());
    values.add(new AudioClip(new double[] {0, 1}, 16_000));
    values.add(windows());
    AudioClip clip = new AudioClip(new double[] {0, 1}, 16_000);
    values.add(new SoundScene(clip, List.of(new SoundScene.Event(NAME, 0, 0.1, -3))));
    values.add(model.evaluate(windows().range(40)));
    values.add(gru(2));
    values.addAll(figures());
    return values;
  }

  private static Map<String, double[]> named(double... values) {
    Map<String, double[]> map = new LinkedHashMap<>();
    map.put(NAME, values);
    map.put("other", values.clone());
    return map;
  }

  private static List<Figure> figures() {
    double[][] matrix = {{1, 2, 3}, {3, 1, 2}, {2, 3, 1}};
    double[][] points = {{1, 2}, {2, 1}};
    List<String> labels = List.of(NAME, "b", "c");
    List<Figure> figures = new ArrayList<>();
    figures.add(Plots.lines(NAME, NAME, NAME, named(1, 3, 2)));
    figures.add(Plots.points(NAME, NAME, NAME, Map.of(NAME, points, "other", points)));
    figures.add(Plots.bars(NAME, NAME, Map.of(NAME, 3.0, "other", 2.0)));
    figures.add(Plots.bars(NAME, NAME, labels, named(1, 3, 2)));
    figures.add(Plots.means(NAME, NAME, named(1, 3, 2)));
    figures.add(Plots.histogram(NAME, NAME, named(1, 3, 2)));
    figures.add(Plots.heatMap(NAME, NAME, NAME, labels, labels, matrix));
    figures.add(Plots.heatMaps(NAME, NAME, Map.of(NAME, matrix)));
    figures.add(Plots.meanAbsoluteErrors(Map.of(NAME, 3.0), Map.of("other", 2.0), NAME));
    figures.add(Plots.correlation(table()));
    figures.add(Plots.errorDistribution(named(1, 3, 2), NAME));
    figures.add(Plots.gradientNorms(named(1, 3, 2)));
    figures.add(Plots.eigenvalues(Map.of(NAME, new SimpleMatrix(matrix))));
    figures.add(
        Plots.singularValues(
            Map.of(NAME, new SimpleMatrix(matrix), "other", new SimpleMatrix(matrix))));
    figures.add(Plots.attention(new double[] {0.2, 0.5, 0.3}, labels));
    figures.add(Plots.importance(Map.of(NAME, 0.6, "other", 0.4)));
    Sequential model = Sequential.of(input(4, 1), flatten(), dense(1));
    figures.add(Plots.forecast(windows().range(0, 40), Map.of(NAME, model)));
    // In titles, jsplot itself loses the backslashes.
    String title = NAME.replace("\\", "");
    Layout layout = Layout.builder(title, title, title).build();
    Object[] words = {NAME, "b", "b"};
    double[] numbers = {1, 3, 2};
    figures.add(new Figure(layout, ScatterTrace.builder(numbers, numbers).name(title).build()));
    figures.add(new Figure(layout, BarTrace.builder(words, numbers).build()));
    figures.add(new Figure(layout, BoxTrace.builder(words, numbers).build()));
    figures.add(new Figure(layout, HistogramTrace.builder(numbers).build()));
    return figures;
  }

  @Test
  void alternativeTextsContainTheNameAsItIs() {
    for (Figure figure : figures()) {
      String alt = FigureJson.alternativeText(FigureJson.of(figure));
      assertFalse(
          alt.replace(NAME, "")
              .replace(NAME.replace("\\", ""), "")
              .matches(".*(\\$a\\$|&amp;|&lt;).*"),
          alt);
    }
  }

  @Test
  void namesAreEscapedInEveryViewAndNothingIsAFormula() throws Exception {
    List<Object> values = values();
    Views.forEach(
        (type, view) ->
            assertTrue(values.stream().anyMatch(type::isInstance), "a value for " + type));
    StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n");
    page.append("<title>Names</title>\n<body style=\"background: white\">\n");
    for (Object value : values) {
      MimeBundle view = Views.of(value);
      page.append("<section>");
      if (view.data().containsKey(MimeBundle.HTML)) {
        String html = view.data().get(MimeBundle.HTML);
        assertTrue(html.startsWith("<div class=\"tex2jax_ignore mathjax_ignore\">"), html);
        assertFalse(Pattern.compile("<b>q|<script|<img src=x|& ").matcher(html).find(), html);
        page.append(html);
      } else if (view.data().containsKey(MimeBundle.PNG)) {
        String alt = (String) view.metadata().get(MimeBundle.PNG).get("alt");
        page.append("<img alt=\"").append(HtmlTable.escape(alt));
        page.append("\" src=\"data:image/png;base64,");
        page.append(view.data().get(MimeBundle.PNG)).append("\">");
      } else {
        page.append("<pre>").append(HtmlTable.escape(view.text())).append("</pre>");
      }
      page.append("</section>\n");
    }
    page.append(MimeBundle.html(PlotlyScript.html(), "").data().get(MimeBundle.HTML));
    page.append("\n</body>\n");
    Path file = Path.of("target", "names", "names.html");
    Files.createDirectories(file.getParent());
    Files.writeString(file, page);
  }
}
