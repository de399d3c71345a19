package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Desktop;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.unroll.callbacks.LiveView;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.plots.drawing.FigureText;
import tech.tablesaw.plotly.components.Figure;

/** Saves figures as pictures and pages, and shows them in a program. */
final class FigureFile {

  private FigureFile() {}

  static void save(Figure figure, Path file) {
    ObjectNode json = FigureJson.of(figure);
    String name = file.toString().toLowerCase(Locale.ROOT);
    int width = json.path("layout").path("width").asInt(PlotStyle.WIDTH);
    int height = json.path("layout").path("height").asInt(PlotStyle.HEIGHT);
    byte[] content;
    if (name.endsWith(".png")) {
      FigurePicture.requireDrawable(json);
      content = FigurePicture.png(json, width, height);
    } else if (name.endsWith(".svg")) {
      FigurePicture.requireDrawable(json);
      content = FigurePicture.svg(json, width, height);
    } else if (name.endsWith(".html")) {
      content = page(json, width, height).getBytes(StandardCharsets.UTF_8);
    } else {
      throw new IllegalArgumentException(
          "The name of a figure's file must end in .png, .svg or .html, but was " + file + ".");
    }
    try {
      AtomicFile.write(file, out -> out.write(content));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The figure cannot be saved to " + file + ": " + Failures.reason(e), e);
    }
  }

  /** Returns a page with the picture, in whose place the script draws the interactive plot. */
  private static String page(ObjectNode json, int width, int height) {
    String alt = FigureJson.alternativeText(json);
    json.put("alt", alt);
    String title = FigureText.plain(json.at("/layout/title/text").asText("Figure"));
    return """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8">
        <title>%s</title>
        <body>
        <img alt="%s" width="%d" height="%d" src="data:image/png;base64,%s">
        %s
        </body>
        </html>
        """
        .formatted(
            FigureJson.escape(title),
            FigureJson.escape(alt).replace("\"", "&quot;"),
            width,
            height,
            Base64.getEncoder().encodeToString(FigurePicture.png(json, width, height)),
            PlotlyScript.html());
  }

  static void show(Figure figure) {
    Optional<Consumer<Object>> cell = LiveView.find().flatMap(LiveView::open);
    if (cell.isPresent()) {
      cell.get().accept(figure);
      return;
    }
    try {
      Path file = Files.createTempFile("unroll-", ".html");
      save(figure, file);
      if (!GraphicsEnvironment.isHeadless()
          && Desktop.isDesktopSupported()
          && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE)) {
        Desktop.getDesktop().browse(file.toUri());
      } else {
        System.out.println("There is no browser. The figure is in " + file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The figure cannot be shown: " + Failures.reason(e), e);
    }
  }
}
