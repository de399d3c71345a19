package org.unroll.plots;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The script that draws figures in a page: {@code figures.js} with Plotly inside, as an output that
 * a notebook stores once.
 *
 * <p>Plotly (MIT license, in {@code plotly-LICENSE.txt}) is the bundle {@code
 * plotly.js-cartesian-dist-min} 4.1.1 from npm, compressed to a third of its size; no WebJar
 * contains it. The tests compare it with the release. To replace it, run {@code npm pack
 * plotly.js-cartesian-dist-min@VERSION}, unpack the archive and compress {@code
 * plotly-cartesian.min.js} with {@code zopfli --i15}. Then raise the version in {@code figures.js},
 * in the tests and in {@code src/test/browser/package.json}.
 */
public final class PlotlyScript {

  private PlotlyScript() {}

  /**
   * Returns the script as HTML.
   *
   * @hidden
   */
  public static String html() {
    String plotly = Base64.getEncoder().encodeToString(read("plotly-cartesian.min.js.gz"));
    String figures = new String(read("figures.js"), StandardCharsets.UTF_8);
    return "<script>\n" + figures.replace("@PLOTLY@", plotly) + "</script>";
  }

  static byte[] read(String resource) {
    try (InputStream in = PlotlyScript.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "The library's jar lacks org/unroll/plots/"
                + resource
                + ": it was not built by Maven.");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
