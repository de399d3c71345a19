package org.unroll.notebook;

import java.util.List;

/**
 * What all plots have in common, interactive or not: colours that people with any kind of colour
 * vision can tell apart, on a light and on a dark page, and one size.
 */
final class PlotStyle {

  /**
   * Okabe and Ito's palette ("Color Universal Design", 2008) without its black and its yellow,
   * which vanish on a dark and on a light page.
   */
  static final List<String> PALETTE =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9");

  /** For what is no model of ours: measured values, baselines. Mid-grey shows on any page. */
  static final String NEUTRAL = "#808080";

  static final String GRID = "rgba(128,128,128,0.25)";

  static final String FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

  /** The size of a plot in the pixels of a page; the interactive one is as wide as its cell. */
  static final int WIDTH = 760;

  static final int HEIGHT = 400;

  private PlotStyle() {}

  /** The colour of the model or trace with this number, from 0. */
  static String color(int number) {
    return PALETTE.get(number % PALETTE.size());
  }
}
