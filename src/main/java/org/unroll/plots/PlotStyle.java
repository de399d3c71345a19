package org.unroll.plots;

import java.util.List;
import java.util.Locale;

/**
 * The style of all plots, interactive or static: one size, and colors that are distinguishable with
 * any kind of color vision on light and on dark pages. It is public only because the notebook views
 * use it.
 *
 * @hidden
 */
public final class PlotStyle {

  /**
   * Okabe and Ito's palette ("Color Universal Design", 2008) without black and yellow, which are
   * invisible on a dark or a light page.
   */
  static final List<String> PALETTE =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9");

  /** Middle gray for measured values and baselines; it is visible on any page. */
  public static final String NEUTRAL = "#808080";

  /** From dark to light: matplotlib's Viridis, which is also readable in grayscale. */
  static final List<String> SEQUENTIAL =
      List.of(
          "#440154", "#482878", "#3E4989", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6ECE58",
          "#B5DE2B", "#FDE725");

  /** From the palette's blue through white to its red, for numbers of both signs. */
  static final List<String> DIVERGING =
      List.of("#00436A", "#0072B2", "#7FB8D8", "#F7F7F7", "#EAAE7F", "#D55E00", "#803800");

  /** From the best to the worst of many lines; both ends are visible on dark and on light pages. */
  static final List<String> RANKING = List.of("#D55E00", "#C98B55", "#808080");

  /** For values that are 0 or 1, such as events and masks. */
  static final List<String> PRESENCE = List.of("#F2F2F2", "#0072B2");

  /** The grid lines, which are visible on any page. */
  static final String GRID = "rgba(128,128,128,0.25)";

  /** The fonts, in order of preference, as in CSS. */
  public static final String FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

  /** The width of a static picture in CSS pixels; the interactive plot is as wide as its cell. */
  public static final int WIDTH = 760;

  /** The default height in CSS pixels. */
  public static final int HEIGHT = 400;

  private PlotStyle() {}

  /** Returns the color at a share from 0 to 1 of a scale. */
  static String onScale(List<String> scale, double share) {
    int stop = (int) Math.min(scale.size() - 2.0, share * (scale.size() - 1));
    double part = share * (scale.size() - 1) - stop;
    int from = Integer.parseInt(scale.get(stop).substring(1), 16);
    int to = Integer.parseInt(scale.get(stop + 1).substring(1), 16);
    StringBuilder color = new StringBuilder("#");
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = (from >> shift) & 0xFF;
      int b = (to >> shift) & 0xFF;
      color.append(String.format(Locale.ROOT, "%02X", Math.round(a + part * (b - a))));
    }
    return color.toString();
  }

  /** Returns the color of the model or trace with this index, from 0. */
  public static String color(int number) {
    return PALETTE.get(number % PALETTE.size());
  }
}
