package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.PlotGallery;
import org.unroll.plots.PlotlyScript;

/** Writes every ready-made plot into a light and a dark page, for src/test/browser to look at. */
class GalleryPageTest {

  @ParameterizedTest
  @CsvSource({"light,white,black", "dark,#111111,white"})
  void everyPlotIsOnThePage(String theme, String paper, String ink) throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            <!DOCTYPE html>
            <meta charset="utf-8">
            <title>Plots</title>
            <body style="background: %s; color: %s">
            """
                .formatted(paper, ink));
    PlotGallery.figures()
        .forEach(
            (name, figure) -> {
              String png = FigureView.of(figure.get()).data().get(MimeBundle.PNG);
              page.append("<h2>").append(name).append("</h2>\n");
              page.append("<img alt='' src=\"data:image/png;base64,").append(png).append("\">\n");
            });
    page.append(PlotlyScript.html()).append("\n</body>\n");

    Path file = Path.of("target", "gallery", theme + ".html");
    Files.createDirectories(file.getParent());
    Files.writeString(file, page);

    assertEquals(
        PlotGallery.figures().size(),
        page.toString().lines().filter(line -> line.startsWith("<img ")).count());
  }
}
