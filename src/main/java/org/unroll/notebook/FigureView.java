package org.unroll.notebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.FigureJson;
import org.unroll.plots.FigurePicture;
import org.unroll.plots.PlotStyle;
import tech.tablesaw.plotly.components.Figure;

/** How a figure looks: a picture that carries the interactive plot, or a line of text. */
final class FigureView {

  private FigureView() {}

  static MimeBundle of(Figure figure) {
    ObjectNode json = FigureJson.of(figure);
    int width = json.path("layout").path("width").asInt(PlotStyle.WIDTH);
    int height = json.path("layout").path("height").asInt(PlotStyle.HEIGHT);
    String text = FigureJson.text(json);
    String alt = FigureJson.alternativeText(json);
    json.put("alt", alt); // for figures.js, where the front end ignores the metadata
    byte[] png = FigurePicture.png(json, width, height);
    return MimeBundle.png(Base64.getEncoder().encodeToString(png), width, height, alt, text);
  }
}
