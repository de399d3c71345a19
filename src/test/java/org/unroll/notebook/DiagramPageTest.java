package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.network.Layer;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.Plots;
import org.unroll.plots.diagrams.Diagram;
import org.unroll.plots.diagrams.Diagrams;

/** Writes diagrams into a page, for src/test/browser to look at. */
class DiagramPageTest {

  private static Recording recording(Layer layer) {
    double[][] x =
        IntStream.range(0, 20)
            .mapToObj(t -> new double[] {3 * Math.sin(t), t % 7 == 3 ? 4 : 0})
            .toArray(double[][]::new);
    return Sequential.seeded(1, input(20, 2), layer).record(Samples.of(new double[][][] {x}), 0);
  }

  @Test
  void diagramsAreOnThePage() throws IOException {
    String text = "“Where is it?” she asked.\nNobody knew.";
    double[] values = IntStream.range(0, text.length()).mapToDouble(Math::cos).toArray();
    List<Diagram> diagrams =
        List.of(
            Plots.cell("LSTM").values(recording(lstm(4)), "lstm").unit(1).mark(3, 10),
            Plots.cell("GRU").values(recording(gru(4)), "gru"),
            Plots.cell("LSTM").values(recording(lstm(4)), "lstm", 3, 1),
            Plots.coloredText("Unit 3", text, values),
            Diagrams.taskShapes());
    StringBuilder page =
        new StringBuilder(
            """
            <!DOCTYPE html>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>Diagrams</title>
            """);
    diagrams.forEach(diagram -> page.append(Views.of(diagram).data().get(MimeBundle.HTML)));

    Path file = Path.of("target", "gallery", "diagrams.html");
    Files.createDirectories(file.getParent());
    Files.writeString(file, page);

    assertEquals(5, page.toString().split("<img ", -1).length - 1);
    assertEquals(2, page.toString().split("<script>", -1).length - 1);
  }
}
