package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.training.FitOptions.epochs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.unroll.Comparison;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.TimeSeries;
import org.unroll.data.Windows;
import org.unroll.training.Losses;
import org.unroll.training.Optimizers;

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
  void aTrainingRunShowsAsTablesAndCurves() {
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

  @Test
  void aComparisonShowsAsItsTableAndCurves() {
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
  void windowsShowTheirEnds() {
    var description = windows().range(0, 30).describe();

    String html = html(description);

    assertTrue(html.contains("first window") && html.contains("last window"), html);
    assertTrue(html.contains("&lt;T&gt;"), html);
    assertEquals(description.toString(), Views.of(description).text());
    assertEquals(description.toString(), Views.of(windows().range(0, 30)).text());
  }

  @Test
  void whatHasNoViewIsText() {
    assertEquals("<b>", Views.of("<b>").text());
    assertEquals("null", Views.of(null).text());
    assertEquals(1, Views.of("<b>").data().size());
  }

  @Test
  void withoutAKernelShowPrintsAndStartDoesNothing() {
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
