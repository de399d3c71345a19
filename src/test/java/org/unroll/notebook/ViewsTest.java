package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.training.FitOptions.epochs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Comparison;
import org.unroll.History;
import org.unroll.Model;
import org.unroll.OutputLoss;
import org.unroll.Sequential;
import org.unroll.audio.AudioClip;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.Tensor;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.optimizers.Optimizers;
import org.unroll.plots.FigureJson;
import org.unroll.plots.Plots;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class ViewsTest {

  private static Windows windows() {
    double[][] rows = new double[40][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = Math.sin(i);
    }
    return TimeSeries.of(rows, "<T>")
        .target("<T>")
        .windows()
        .lookback(4)
        .step(1)
        .delay(1)
        .batchSize(8);
  }

  @Test
  void showsTrainingRunAsTablesAndCurves() {
    Sequential model = Sequential.of(input(4, 1), flatten(), dense(1));
    model.compile(Optimizers.sgd(), Losses.mae());
    History history =
        model.fit(windows().range(0, 30), epochs(2).verbose(0).validation(windows().range(30)));

    assertTrue(html(model).contains("<td style=\"white-space:nowrap;text-align:right\">5</td>"));
    assertEquals(html(model.summary()), html(model));
    assertEquals(model.summary().toString(), Views.of(model).text());
    assertTrue(html(history).contains("val_loss"));
    assertEquals(history.toString(), Views.of(history).text());
    assertTrue(
        Views.of(history.plot()).text().contains("training (2 points), validation (2 points)"));
    assertTrue(html(model.predict(windows().range(0, 30))).contains("prediction"));
    assertEquals(
        model.evaluate(windows().range(30)).toString(),
        Views.of(model.evaluate(windows().range(30))).text());
  }

  /** Names of logs as in Keras: loss, then loss and metrics of each output. */
  @Test
  void showsModelWithTwoOutputs() {
    var x = input(3);
    var hidden = dense(2).name("<hidden>").on(x);
    Model model =
        Model.of(x, List.of(dense(1).name("level").on(hidden), dense(2).name("kind").on(hidden)));
    model.compile(
        Optimizers.sgd(), OutputLoss.of(Losses.mse()).metrics("mae"), OutputLoss.of(Losses.mae()));
    Samples samples =
        Samples.of(new double[][] {{1, 2, 3}, {0, 1, 0}, {4, 1, 1}, {2, 2, 2}})
            .targets(List.of(new double[4][1], new double[4][2]));
    List<String> lines = new ArrayList<>();
    History history =
        model.fit(
            samples,
            epochs(2)
                .verbose(0)
                .validation(samples)
                .callbacks(
                    new Callback() {
                      @Override
                      public void onEpochEnd(
                          TrainingContext training, int epoch, Map<String, Double> logs) {
                        lines.add(String.join(" ", logs.keySet()));
                      }
                    }));

    String names = "kind_loss level_loss level_mae loss";
    for (String line : lines) {
      List<String> seen = new ArrayList<>(List.of(line.split(" ", -1)));
      seen.removeIf(name -> name.startsWith("val_"));
      Collections.sort(seen);
      assertEquals(names, String.join(" ", seen));
    }
    for (String name : names.split(" ", -1)) {
      assertTrue(html(history).contains("val_" + name), html(history));
    }
    String summary = html(model);
    assertTrue(summary.contains("&lt;hidden&gt;") && !summary.contains("<hidden>"), summary);
    String curves = Views.of(history.plot()).text();
    assertTrue(curves.contains("training (2 points), validation (2 points)"), curves);
    String diagram = FigureJson.of(Plots.model(model)).toString();
    for (String layer : List.of("level", "kind")) {
      assertTrue(diagram.contains(layer), diagram);
    }
    assertTrue(html(model.predict(samples)).contains("kind_1"));
    assertTrue(html(model.predict(samples).output("kind")).contains("prediction_1"));
  }

  @Test
  void showsAudioClipAsPlayer() {
    var clip = new AudioClip(new double[] {0, 1, -1, 0.5}, 16_000);
    // Written by Python's module wave and encoded in Base64.
    String wav = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQgAAAAAAP9/AYAAQA==";
    String player =
        "<audio controls title=\"Audio clip, 0.00 s at 16,000 Hz\" src=\"data:audio/wav;base64,"
            + wav
            + "\"></audio>";
    assertTrue(html(clip).contains(player), html(clip));
    assertEquals("Audio clip, 0.00 s at 16,000 Hz", Views.of(clip).text());
  }

  @Test
  void showsComparisonAsTableAndCurves() {
    Comparison.Result runs =
        Comparison.of("<RNN>", simpleRnn(2), "GRU", gru(2))
            .on(windows().range(0, 30), windows().range(30))
            .epochs(1)
            .verbose(0)
            .run();

    assertTrue(html(runs).contains("&lt;RNN&gt;"), html(runs));
    assertEquals(runs.toString(), Views.of(runs).text());
    assertTrue(Views.of(runs.plot()).text().contains("<RNN>, validation (1 points)"));
  }

  @Test
  void showsFirstAndLastWindow() {
    var description = windows().range(0, 30).describe();

    String html = html(description);

    assertTrue(html.contains("first window") && html.contains("last window"), html);
    assertTrue(html.contains("&lt;T&gt;"), html);
    assertEquals(description.toString(), Views.of(description).text());
    assertEquals(description.toString(), Views.of(windows().range(0, 30)).text());
    assertFalse(html.contains("Note:"), html);
  }

  @Test
  void showsRemarksOnWindows() {
    Table table =
        Table.create(
            DoubleColumn.create("x", 1, 2, 3), StringColumn.create("place", "<roof>", "a", "b"));

    String html = html(TimeSeries.of(table).target("x").windows().lookback(1).describe());

    assertTrue(html.contains("<div>Note: Columns that are not numeric are left out: "), html);
    assertTrue(html.contains("(row 0 contains &#39;&lt;roof&gt;&#39;)"), html);
  }

  @Test
  void showsWhatWasFoundInAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("logger.csv");
    Files.writeString(file, "Zeit;T <b>\n31.12.2025 23:00;1,5\n01.01.2026 00:00;-999\n");
    TimeTable table = TimeTable.read(file);

    String html = html(table);

    assertTrue(html.contains("separator &#39;;&#39;, decimal sign &#39;,&#39;"), html);
    assertTrue(html.contains(">local date time<") && html.contains(">dd.MM.yyyy HH:mm<"), html);
    assertTrue(html.contains("T &lt;b&gt;") && html.contains("<div>Note: The value -999"), html);
    assertEquals(table.toString(), Views.of(table.describe()).text());
  }

  @Test
  void showsComparisonBeforeAndAfterItsRun() {
    Comparison comparison = Comparison.of("RNN", simpleRnn(2), "GRU", gru(2)).epochs(1).verbose(0);
    assertEquals(
        "Comparison of RNN, GRU: 1 epoch, loss mean_absolute_error;"
            + " no data, call on(train, validation)",
        Views.of(comparison).text());

    Comparison.Result runs = comparison.on(windows().range(0, 30), windows().range(30)).run();

    assertEquals(html(runs), html(comparison));
    assertSame(runs, comparison.result());
  }

  @Test
  void listsRecordedQuantities() {
    Sequential model = Sequential.of(input(4, 1), gru(3), dense(1));

    String html = html(model.record(windows().range(0, 30), 0));

    assertTrue(html.contains("gru") && html.contains("quantity"), html);
  }

  @Test
  void showsArraysAndTensorsAsMatrices() {
    assertEquals(
        "double[][], 2 × 2\n            1            2\n          0.5             ",
        Views.of(new double[][] {{1, 2}, {0.5}}).text());
    assertEquals("double[], 1 × 1\n         0.25", Views.of(new double[] {0.25}).text());
    // Two rows of 2 time steps × 2 values, time first: the first row is 1 2 and 5 6.
    Tensor tensor =
        new Tensor().set(new float[] {9, 1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, Shape.of(2, 2), null);
    assertEquals(
        "Tensor, 2 × (2, 2), its first row, 2 × 2\n"
            + "            1            2\n            5            6",
        Views.of(tensor).text());
    assertTrue(html(tensor).contains("<table"), html(tensor));
    assertEquals("Tensor, 0 × ()", Views.of(new Tensor()).text());
    assertEquals("double[][], 0 × 0", Views.of(new double[0][]).text());
  }

  @Test
  void showsOtherValuesAsText() {
    assertEquals("<b>", Views.of("<b>").text());
    assertEquals("null", Views.of(null).text());
    assertEquals(1, Views.of("<b>").data().size());
  }

  @Test
  void printsTextWithoutKernelAndNothingAtStartIfVectorsAreOn() {
    var printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Notebook.start();
      Notebook.show(windows().range(0, 30).describe());
    } finally {
      System.setOut(out);
    }

    assertEquals(
        windows().range(0, 30).describe().toString(),
        printed.toString(StandardCharsets.UTF_8).stripTrailing().replace("\r\n", "\n"));
  }

  private static String html(Object value) {
    return Views.of(value).data().get(MimeBundle.HTML);
  }
}
