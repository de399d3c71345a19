package org.unroll.notebook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a page needs to draw figures: {@code figures.js} with Plotly inside, packed by gzip to a
 * third of its size, as an output that a notebook stores once.
 *
 * <p>Plotly is the release 2.35.3 of npm's {@code plotly.js-cartesian-dist-min} (MIT licence, in
 * {@code plotly-LICENSE.txt}), as no repository of Maven artifacts has this small build. The whole
 * of Plotly would fill a notebook of 2 MB by itself, and versions from 3 on no longer read what
 * jsplot writes.
 */
final class PlotlyScript {

  static final String VERSION = "2.35.3";

  private PlotlyScript() {}

  static String html() {
    String plotly =
        Base64.getEncoder().encodeToString(read("plotly-cartesian-" + VERSION + ".min.js.gz"));
    String figures = new String(read("figures.js"), StandardCharsets.UTF_8);
    return "<script>\n" + figures.replace("@PLOTLY@", plotly) + "</script>";
  }

  static byte[] read(String resource) {
    try (InputStream in = PlotlyScript.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "The library's jar lacks org/unroll/notebook/"
                + resource
                + ": it was not built by Maven.");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
