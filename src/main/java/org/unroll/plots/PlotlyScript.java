package org.unroll.plots;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;

/**
 * What a page needs to draw figures: {@code figures.js} with Plotly inside, packed by gzip to a
 * third of its size, as an output that a notebook stores once.
 *
 * <p>Plotly (MIT licence, in {@code plotly-LICENSE.txt}) is the build {@code plotly-cartesian} that
 * Maven takes from a WebJar. The whole of Plotly would fill a notebook of 2 MB by itself, and
 * versions from 3 on no longer read what jsplot writes.
 */
public final class PlotlyScript {

  private PlotlyScript() {}

  public static String html() {
    String plotly = Base64.getEncoder().encodeToString(gzip(read("plotly-cartesian.min.js")));
    String figures = new String(read("figures.js"), StandardCharsets.UTF_8);
    return "<script>\n" + figures.replace("@PLOTLY@", plotly) + "</script>";
  }

  private static byte[] gzip(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
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
