package org.unroll.plots.diagrams;

/** The page that the colors of a diagram are chosen for. */
public enum Theme {
  /** A light page. */
  LIGHT,
  /** A dark page. */
  DARK,
  /** In SVG, what the reader prefers; in PNG, a light page. */
  AUTOMATIC
}
