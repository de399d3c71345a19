package org.unroll.notebook;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.diagrams.Diagram;
import org.unroll.plots.diagrams.Theme;

/**
 * The view of a diagram: its SVG with the caption below it, and a PNG for documents without SVG.
 * The SVG is embedded as an image because front ends remove SVG from the HTML of untrusted
 * notebooks.
 */
final class DiagramView {

  /** The SVG takes light or dark from its image, and the image from the theme of the editor. */
  private static final String STYLE =
      "<style>[data-jp-theme-light=true] .unroll-diagram,.vscode-light .unroll-diagram"
          + "{color-scheme:light}"
          + "[data-jp-theme-light=false] .unroll-diagram,.vscode-dark .unroll-diagram"
          + "{color-scheme:dark}</style>";

  private DiagramView() {}

  static MimeBundle of(Diagram diagram) {
    String alt = HtmlTable.escape(diagram.title() + ". " + diagram.description());
    String html =
        "%s<img class=\"unroll-diagram\" width=\"%d\" style=\"max-width:100%%;height:auto\""
                .formatted(STYLE, diagram.width())
            + " alt=\""
            + alt
            + "\" src=\"data:image/svg+xml;base64,"
            + base64(diagram.svg(Theme.AUTOMATIC).getBytes(StandardCharsets.UTF_8))
            + "\">";
    if (!diagram.caption().isEmpty()) {
      html += "<p style=\"max-width:" + diagram.width() + "px\">" + diagram.captionHtml() + "</p>";
    }
    if (!diagram.script().isEmpty()) {
      html = "<div>" + html + "</div><script>" + diagram.script() + "</script>";
    }
    MimeBundle svg = MimeBundle.html(html, diagram.toString());
    Map<String, String> data = new LinkedHashMap<>(svg.data());
    data.put(MimeBundle.PNG, base64(diagram.png(Theme.LIGHT)));
    Map<String, Object> size = Map.of("width", diagram.width(), "alt", diagram.title());
    return new MimeBundle(data, Map.of(MimeBundle.PNG, size));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
