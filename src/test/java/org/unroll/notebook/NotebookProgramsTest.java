package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.reshape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Checks that the programs and files shown in notebooks run and match their originals. */
class NotebookProgramsTest {
  private static final Path NOTEBOOKS = Path.of("notebooks");
  private static final Path DATA = Path.of("data");

  private static String cell(String notebook, String id) throws IOException {
    JsonNode cells = new ObjectMapper().readTree(NOTEBOOKS.resolve(notebook).toFile()).get("cells");
    JsonNode cell =
        StreamSupport.stream(cells.spliterator(), false)
            .filter(each -> each.get("id").asText().equals(id))
            .findFirst()
            .orElseThrow();
    StringBuilder text = new StringBuilder();
    cell.get("source").forEach(line -> text.append(line.asText()));
    return text.toString();
  }

  /** Returns the text between two markers. */
  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Test
  @Tag("working-copy")
  void programOfNotebook10Forecasts(@TempDir Path folder) throws Exception {
    Path source = NOTEBOOKS.resolve("ClassroomForecast.java");
    Path model = folder.resolve("classroom.keras");
    Sequential.seeded(1, input(48, 8), gru(2), dense(24), reshape(12, 2)).save(model);
    String[] names = {
      "CO2 (ppm)",
      "T (degC)",
      "RH (%)",
      "T outside (degC)",
      "day sin",
      "day cos",
      "week sin",
      "week cos"
    };
    Path scaling = folder.resolve("scaling.csv");
    Table.create(
            StringColumn.create("column", names),
            DoubleColumn.create("mean", new double[8]),
            DoubleColumn.create("std", DoubleStream.generate(() -> 1).limit(8).toArray()))
        .write()
        .csv(scaling.toFile());

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                source.toString(),
                model.toString(),
                scaling.toString(),
                DATA.resolve("classroom_air.csv").toString())
            .redirectError(folder.resolve("errors.txt").toFile())
            .start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertEquals(0, process.waitFor(), () -> errors(folder));
    assertEquals(12, lines.size());
    // The last row of the file is on 27 March, after 23:30.
    assertTrue(lines.get(0).matches("2026-03-28T00:00  -?\\d+ ppm  -?\\d\\.\\d °C"), lines.get(0));
    assertTrue(lines.get(11).startsWith("2026-03-28T05:30  "), lines.get(11));
  }

  private static String errors(Path folder) {
    try {
      return Files.readString(folder.resolve("errors.txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  @Tag("working-copy")
  void pythonInNotebook09MatchesTheScripts() throws IOException {
    String notebook = "09-bring-a-keras-model.ipynb";
    for (String[] shown :
        new String[][] {{"python", "jena_gru.py"}, {"again-text", "jena_gru_again.py"}}) {
      String script = Files.readString(Path.of("src/test/python", shown[1]));
      assertEquals(script, between(cell(notebook, shown[0]), "```python\n", "```"));
    }
  }

  @Test
  void shippedModelPredictsAsInKeras() {
    Table weather = JenaClimate.load(DATA.resolve("jena_synthetic_sample.csv"));
    Windows windows =
        TimeSeries.of(weather)
            .columns("p (mbar)", "T (degC)", "rh (%)", "wv (m/s)")
            .target("T (degC)")
            .normalizedOn(0, 2880)
            .windows()
            .lookback(144)
            .step(6)
            .horizon(36)
            .range(2880, 3600);
    double[] keras =
        Table.read()
            .csv(DATA.resolve("jena_gru_predictions.csv").toFile())
            .doubleColumn("prediction")
            .asDoubleArray();
    double[][] ours = Sequential.load(DATA.resolve("jena_gru.keras")).predict(windows).toArray();
    assertEquals(720 - 174, keras.length);
    assertArrayEquals(keras, Stream.of(ours).mapToDouble(row -> row[0]).toArray(), 1e-5);
  }
}
