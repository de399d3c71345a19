package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class PlotlyScriptTest {

  /** Of plotly-cartesian.min.js in release 4.1.1. */
  private static final String SHA_256 =
      "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a";

  @Test
  void thePageGetsTheReleasedPlotly() throws Exception {
    Matcher packed = Pattern.compile("'([A-Za-z0-9+/=]{1000,})'").matcher(PlotlyScript.html());
    assertTrue(packed.find());
    byte[] gzip = Base64.getDecoder().decode(packed.group(1));
    byte[] script = new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();

    byte[] sum = MessageDigest.getInstance("SHA-256").digest(script);

    assertEquals(SHA_256, HexFormat.of().formatHex(sum));
    assertFalse(packed.find(), "once");
  }

  @Test
  void theOutputIsOneSmallScriptThatNeedsNoNetwork() {
    String html = PlotlyScript.html();

    assertTrue(html.length() < 650_000, "a notebook has 2 MB in all: " + html.length());
    assertEquals(html.length() - "</script>".length(), html.indexOf("</script"));
    assertFalse(Pattern.compile("https?://|require\\(").matcher(html).find());
  }
}
