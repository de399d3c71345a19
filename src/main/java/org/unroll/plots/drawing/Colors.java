package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the colors of a figure: CSS colors, or numbers on a color scale. */
final class Colors {

  static final Color INK = new Color(0x333333);
  static final Color FAINT = new Color(0xE3E3E3);
  static final Color AXIS = new Color(0x808080);
  private static final Pattern RGB =
      Pattern.compile("rgba?\\((\\d+), *(\\d+), *(\\d+)(?:, *([\\d.]+))?\\)");

  private Colors() {}

  /**
   * Returns the color, or the alternative if the text is neither {@code #rrggbb} nor {@code
   * rgba(…)}.
   */
  static Color of(String text, Color otherwise) {
    if (text.matches("#[0-9A-Fa-f]{6}")) {
      return Color.decode(text);
    }
    Matcher rgb = RGB.matcher(text);
    if (!rgb.matches()) {
      return otherwise;
    }
    double alpha = rgb.group(4) == null ? 1 : Double.parseDouble(rgb.group(4));
    return new Color(
        Integer.parseInt(rgb.group(1)),
        Integer.parseInt(rgb.group(2)),
        Integer.parseInt(rgb.group(3)),
        (int) Math.round(255 * alpha));
  }

  /** Returns the color at a share from 0 to 1 of a scale of {@code [share, color]} stops. */
  static Color onScale(JsonNode stops, double share) {
    double at = Math.min(1, Math.max(0, share));
    for (int i = 1; i < stops.size(); i++) {
      double from = stops.get(i - 1).path(0).asDouble();
      double to = stops.get(i).path(0).asDouble();
      if (at <= to) {
        Color a = of(stops.get(i - 1).path(1).asText(), AXIS);
        Color b = of(stops.get(i).path(1).asText(), AXIS);
        double t = to == from ? 1 : (at - from) / (to - from);
        return new Color(
            mix(a.getRed(), b.getRed(), t),
            mix(a.getGreen(), b.getGreen(), t),
            mix(a.getBlue(), b.getBlue(), t));
      }
    }
    // Plotly's named scales are not supported here.
    int gray = (int) Math.round(255 * (1 - at));
    return new Color(gray, gray, gray);
  }

  private static int mix(int a, int b, double t) {
    return (int) Math.round(a + t * (b - a));
  }
}
