package org.unroll.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.unroll.notebook.drawing.Letters;
import tech.tablesaw.plotly.components.Figure;

/** How a figure looks: a picture that carries the interactive plot, or a line of text. */
final class FigureView {

  private FigureView() {}

  static MimeBundle of(Figure figure) {
    ObjectNode json = FigureJson.of(figure);
    int width = json.path("layout").path("width").asInt(PlotStyle.WIDTH);
    int height = json.path("layout").path("height").asInt(PlotStyle.HEIGHT);
    byte[] png = FigurePicture.png(json, width, height);
    return MimeBundle.png(Base64.getEncoder().encodeToString(png), width, height, text(json));
  }

  /** The figure in a line of text: its title, its traces and how many points they have. */
  static String text(Figure figure) {
    return text(FigureJson.of(figure));
  }

  private static String text(ObjectNode json) {
    String title = Letters.plain(json.path("layout").path("title").path("text").asText());
    List<String> traces = new ArrayList<>();
    for (JsonNode trace : json.path("data")) {
      String name = Letters.plain(trace.path("name").asText());
      int points = Math.max(trace.path("y").size(), trace.path("z").size());
      traces.add(
          (name.isEmpty() ? trace.path("type").asText("unnamed") : name)
              + " ("
              + points
              + " points)");
    }
    return (title.isEmpty() ? "Figure" : "Figure \"" + title + "\"")
        + ": "
        + String.join(", ", traces);
  }
}
