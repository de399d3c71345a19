package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.Plots;
import org.unroll.plots.diagrams.CellDiagram;
import org.unroll.plots.diagrams.Theme;

class DiagramViewTest {

  @Test
  void diagramIsAnImageWithACaptionAndAPictureForOtherDocuments() throws Exception {
    CellDiagram diagram = Plots.cell("LSTM").step("forget");
    MimeBundle bundle = Views.of(diagram);
    String html = bundle.data().get(MimeBundle.HTML);
    String source = html.replaceAll("(?s).*src=\"data:image/svg\\+xml;base64,([^\"]*)\".*", "$1");

    assertEquals(
        diagram.svg(Theme.AUTOMATIC),
        new String(Base64.getDecoder().decode(source), StandardCharsets.UTF_8));
    assertTrue(html.contains("alt=\"LSTM: forget. Diagram of the LSTM cell."), html);
    assertTrue(html.contains("<sub><i>f</i></sub>"), html);
    for (String light : List.of("[data-jp-theme-light=true]", ".vscode-light")) {
      assertTrue(html.matches("(?s).*\\Q" + light + "\\E [^}]*\\{color-scheme:light}.*"), html);
    }
    assertFalse(html.contains("<svg"), "front ends remove it from untrusted notebooks");
    byte[] png = Base64.getDecoder().decode(bundle.data().get(MimeBundle.PNG));
    assertEquals(diagram.width() * 3 / 2, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
    assertTrue(bundle.text().startsWith("LSTM: forget\n"), bundle.text());
  }
}
