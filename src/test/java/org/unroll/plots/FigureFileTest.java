package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.w3c.dom.Document;
import tech.tablesaw.plotly.components.Figure;

class FigureFileTest {
  @TempDir Path folder;

  private static PlotFigure figure() {
    return Plots.lines(
        "Loss < 1", "epoch", "loss", Map.of("training", new double[] {1, 0.5, 0.25}));
  }

  @Test
  void savesPng() throws Exception {
    Path file = folder.resolve("loss.PNG");
    figure().width(400).height(200).save(file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertEquals(2.0, image.getWidth() / (double) image.getHeight());
  }

  /** The SVG is well-formed, has the size, the texts, and the color of the line. */
  @Test
  void savesSvg() throws Exception {
    Path file = folder.resolve("loss.svg");
    figure().width(400).height(200).save(file);
    byte[] content = Files.readAllBytes(file);
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document svg = factory.newDocumentBuilder().parse(new ByteArrayInputStream(content));
    assertEquals("svg", svg.getDocumentElement().getTagName());
    assertEquals("400", svg.getDocumentElement().getAttribute("width"));
    assertTrue(svg.getDocumentElement().getTextContent().contains("Loss < 1"));
    String text = new String(content, StandardCharsets.UTF_8);
    assertTrue(text.contains("rgb(0,114,178)"), "the color of the first line");
    for (var entry : PlotGallery.figures().entrySet()) {
      Path every = folder.resolve(entry.getKey() + ".svg");
      PlotFigure.save(entry.getValue().get(), every);
      assertTrue(Files.size(every) > 2_000, entry.getKey());
    }
  }

  @Test
  void savesPageThatNeedsNoNetwork() throws Exception {
    Path file = folder.resolve("loss.html");
    figure().save(file);
    String page = Files.readString(file);
    assertTrue(page.contains("<title>Loss &lt; 1</title>"));
    assertTrue(page.contains("src=\"data:image/png;base64,"));
    assertTrue(page.contains("<script>"));
    assertFalse(page.matches("(?s).*<(script|link)[^>]* (src|href)=.*"));
  }

  @Test
  void rejectsOtherNamesAndMissingFolders() {
    assertEquals(
        "The name of a figure's file must end in .png, .svg or .html, but was loss.pdf.",
        assertThrows(IllegalArgumentException.class, () -> figure().save(Path.of("loss.pdf")))
            .getMessage());
    assertThrows(UncheckedIOException.class, () -> figure().save(folder.resolve("none/loss.png")));
  }

  @Test
  @ResourceLock(Resources.SYSTEM_OUT)
  void showNamesThePageWhereThereIsNoBrowser() throws Exception {
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      figure().show();
    } finally {
      System.setOut(console);
    }
    String text = printed.toString(StandardCharsets.UTF_8).strip();
    String start = "There is no browser. The figure is in ";
    assertTrue(text.startsWith(start), text);
    Path page = Path.of(text.substring(start.length()));
    assertTrue(Files.size(page) > 100_000);
    Files.delete(page);
  }

  /** A callback stops training within the first epoch: there is a figure, without a curve. */
  @Test
  void historyWithoutAnEpochHasAFigure() {
    var model = Sequential.of(input(1), dense(1));
    model.compile("sgd", "mse");
    assertThrows(
        IllegalStateException.class,
        () ->
            model.fit(
                Samples.of(new double[2][1]).targets(new double[2]),
                epochs(2)
                    .verbose(0)
                    .callbacks(
                        new Callback() {
                          @Override
                          public void onBatchEnd(
                              TrainingContext training, int batch, Map<String, Double> logs) {
                            throw new IllegalStateException("stop");
                          }
                        })));
    Figure figure = model.history().plot();
    assertTrue(figure.toString().contains("no epoch has finished"), figure.toString());
    PlotFigure.save(figure, folder.resolve("history.png"));
    PlotFigure.save(figure, folder.resolve("history.svg"));
  }
}
