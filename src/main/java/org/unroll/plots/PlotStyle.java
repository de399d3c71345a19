package org.unroll.plots;

import java.util.List;
import java.util.Locale;

/**
 * What all plots have in common, interactive or not: colours that people with any kind of colour
 * vision can tell apart, on a light and on a dark page, and one size.
 */
public final class PlotStyle {

  /**
   * Okabe and Ito's palette ("Color Universal Design", 2008) without its black and its yellow,
   * which vanish on a dark and on a light page.
   */
  static final List<String> PALETTE =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9");

  /** For what is no model of ours: measured values, baselines. Mid-grey shows on any page. */
  public static final String NEUTRAL = "#808080";

  /** From dark to light: Viridis, of matplotlib, which all can read, in grey too. */
  static final List<String> SEQUENTIAL =
      List.of(
          "#440154", "#482878", "#3E4989", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6ECE58",
          "#B5DE2B", "#FDE725");

  /** From the palette's blue over white to its red, for numbers of both signs. */
  static final List<String> DIVERGING =
      List.of("#00436A", "#0072B2", "#7FB8D8", "#F7F7F7", "#EAAE7F", "#D55E00", "#803800");

  /** From the best to the worst of many lines: ends that show on a dark and on a light page. */
  static final List<String> RANKING = List.of("#D55E00", "#C98B55", "#808080");

  /** For what is there or is not: events, masks. */
  static final List<String> PRESENCE = List.of("#F2F2F2", "#0072B2");

  static final String GRID = "rgba(128,128,128,0.25)";

  public static final String FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

  /** The size of a plot in the pixels of a page; the interactive one is as wide as its cell. */
  public static final int WIDTH = 760;

  public static final int HEIGHT = 400;

  private PlotStyle() {}

  /** The colour at a share from 0 to 1 of a scale. */
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

  /** The colour of the model or trace with this number, from 0. */
  public static String color(int number) {
    return PALETTE.get(number % PALETTE.size());
  }
}
