package org.unroll.plots.diagrams;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws a text whose characters have the colors of values, such as those of a unit of a character
 * model. The scale is symmetric about 0: negative values are orange, positive ones blue, and the
 * strongest color is the largest absolute value.
 */
public final class ColoredText {

  private static final double WIDTH = 360;
  private static final double MARGIN = 8;
  private static final double PITCH = 8;
  private static final int COLUMNS = (int) ((WIDTH - 2 * MARGIN) / PITCH);
  private static final double LINE = 20;
  private static final double LETTERS = 12;
  private static final double TOP = 30;

  /** The number of colors on each side of 0. */
  private static final int LEVELS = 12;

  private static final Ink[] COLORS = colors();

  private ColoredText() {}

  /**
   * A character at its place in the grid.
   *
   * @param letter empty at the end of a line of the text
   */
  private record Place(String letter, int line, int column, double value) {}

  /**
   * Draws the text.
   *
   * @hidden
   */
  public static Diagram of(String title, String text, double[] values) {
    int[] letters = text.codePoints().toArray();
    if (letters.length == 0 || letters.length != values.length) {
      throw new IllegalArgumentException(
          "A colored text must have one value for each character (code point), at least one, but"
              + " had "
              + letters.length
              + " characters and "
              + values.length
              + " values.");
    }
    double limit = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "The values of a colored text must be finite, but value "
                + i
                + " was "
                + values[i]
                + ".");
      }
      limit = Math.max(limit, Math.abs(values[i]));
    }
    List<Place> places = places(letters, values);
    int lines = places.get(places.size() - 1).line() + 1;
    Scene scene = new Scene(WIDTH, TOP + LINE * lines + 38);
    scene.bold(title, 6, 18, 0, 14, Ink.TEXT);
    draw(scene, places, limit);
    legend(scene, TOP + LINE * lines + 10, limit);
    String description =
        "The text \""
            + text
            + "\", each character colored by its value, from "
            + number(-limit)
            + " (orange) over 0 (no color) to "
            + number(limit)
            + " (blue).";
    return new Diagram(scene, title, description, "");
  }

  /** Breaks lines after spaces where possible. */
  private static List<Place> places(int[] letters, double[] values) {
    List<Place> places = new ArrayList<>();
    int line = 0;
    int column = 0;
    for (int i = 0; i < letters.length; i++) {
      boolean startsWord = i == 0 || Character.isWhitespace(letters[i - 1]);
      if (column == COLUMNS || (startsWord && column + wordAt(letters, i) > COLUMNS)) {
        line++;
        column = 0;
      }
      boolean ends = letters[i] == '\n';
      boolean isBlank = Character.isWhitespace(letters[i]) || Character.isISOControl(letters[i]);
      String letter = isBlank ? "" : Character.toString(letters[i]);
      places.add(new Place(ends ? "↵" : letter, line, column, values[i]));
      column++;
      if (ends && i + 1 < letters.length) {
        line++;
        column = 0;
      }
    }
    return places;
  }

  /** Returns the length of the word at a place; 1 for one that is longer than a line. */
  private static int wordAt(int[] letters, int from) {
    int to = from;
    while (to < letters.length && !Character.isWhitespace(letters[to])) {
      to++;
    }
    return to - from > COLUMNS ? 1 : to - from;
  }

  private static void draw(Scene scene, List<Place> places, double limit) {
    int from = 0;
    for (int i = 1; i <= places.size(); i++) {
      Place first = places.get(from);
      boolean continues =
          i < places.size()
              && places.get(i).line() == first.line()
              && level(places.get(i).value(), limit) == level(first.value(), limit);
      if (!continues) {
        int level = level(first.value(), limit);
        if (level != 0) {
          double width = PITCH * (i - from);
          scene.fill(box(left(first.column()), top(first.line()), width), color(level), null, 0);
        }
        from = i;
      }
    }
    for (Place place : places) {
      if (!place.letter().isEmpty()) {
        scene.letter(
            place.letter(), left(place.column()) + PITCH / 2, top(place.line()) + 14, LETTERS);
      }
    }
  }

  private static void legend(Scene scene, double y, double limit) {
    double width = 120.0 / (2 * LEVELS + 1);
    double left = (WIDTH - 120) / 2;
    for (int level = -LEVELS; level <= LEVELS; level++) {
      Rectangle2D box = new Rectangle2D.Double(left + width * (level + LEVELS), y, width + 0.2, 10);
      scene.fill(box, color(level), null, 0);
    }
    scene.text(number(-limit), left - 6, y + 9, 1, MathText.SMALLEST, Ink.SOFT);
    scene.text("0", WIDTH / 2, y + 23, 0.5, MathText.SMALLEST, Ink.SOFT);
    scene.text(number(limit), left + 126, y + 9, 0, MathText.SMALLEST, Ink.SOFT);
  }

  private static double left(int column) {
    return MARGIN + PITCH * column;
  }

  private static double top(int line) {
    return TOP + LINE * line;
  }

  private static Rectangle2D box(double x, double y, double width) {
    return new Rectangle2D.Double(x, y, width, LINE - 2);
  }

  private static int level(double value, double limit) {
    return limit == 0 ? 0 : (int) Math.round(LEVELS * value / limit);
  }

  private static Ink color(int level) {
    return COLORS[level + LEVELS];
  }

  /** The strongest colors leave the letters on them a contrast of at least 4.5. */
  private static Ink[] colors() {
    Ink[] colors = new Ink[2 * LEVELS + 1];
    for (int level = -LEVELS; level <= LEVELS; level++) {
      double share = (double) Math.abs(level) / LEVELS;
      Ink end = level < 0 ? Ink.RED : Ink.BLUE;
      colors[level + LEVELS] = end.over(Ink.PAGE, 0.62 * share, 0.52 * share);
    }
    return colors;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2g", value).replace('-', '−');
  }
}
