package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unroll.plots.Plots;

class ColoredTextTest {

  private static List<Scene.Text> letters(Diagram diagram) {
    return diagram.scene().texts().stream().filter(Scene.Text::mono).toList();
  }

  /** Returns the color below a letter; that of the page if there is none. */
  private static Ink below(Diagram diagram, Scene.Text letter) {
    return diagram.scene().figures().stream()
        .filter(figure -> figure.shape().contains(letter.x(), letter.y()))
        .map(Scene.Figure::fill)
        .findFirst()
        .orElse(Ink.PAGE);
  }

  @Test
  void valuesOfOppositeSignHaveColorsOfTheSameStrength() {
    Diagram diagram = Plots.coloredText("Signs", "abcde", -2, -1, 0, 1, 2);

    List<Ink> inks = letters(diagram).stream().map(letter -> below(diagram, letter)).toList();

    assertEquals(
        List.of(
            Ink.RED.over(Ink.PAGE, 0.62, 0.52),
            Ink.RED.over(Ink.PAGE, 0.31, 0.26),
            Ink.PAGE,
            Ink.BLUE.over(Ink.PAGE, 0.31, 0.26),
            Ink.BLUE.over(Ink.PAGE, 0.62, 0.52)),
        inks);
    List<String> scale =
        diagram.scene().texts().stream()
            .filter(text -> !text.mono() && !text.bold())
            .map(Scene.Text::text)
            .toList();
    assertEquals(List.of("−2.0", "0", "2.0"), scale);
  }

  /** The contrast of WCAG 2, computed from its definition. */
  @Test
  void lettersAreLegibleOnTheStrongestColors() {
    for (Ink end : List.of(Ink.RED, Ink.BLUE)) {
      Ink strongest = end.over(Ink.PAGE, 0.62, 0.52);
      assertTrue(contrast(Ink.TEXT.light(), strongest.light()) >= 4.5, "light " + end);
      assertTrue(contrast(Ink.TEXT.dark(), strongest.dark()) >= 4.5, "dark " + end);
    }
  }

  private static double contrast(int a, int b) {
    double first = luminance(a);
    double second = luminance(b);
    return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
  }

  private static double luminance(int color) {
    double[] linear =
        Stream.of(color >> 16, color >> 8, color)
            .mapToDouble(channel -> (channel & 0xFF) / 255.0)
            .map(c -> c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4))
            .toArray();
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  @Test
  void linesBreakBetweenWordsAndAtTheEndOfALine() {
    String text = "a".repeat(40) + " bcdef\ng";
    Diagram diagram = Plots.coloredText("Lines", text, new double[text.length()]);

    List<Double> tops = letters(diagram).stream().map(Scene.Text::y).distinct().toList();
    List<String> second =
        letters(diagram).stream()
            .filter(letter -> letter.y() == tops.get(1))
            .map(Scene.Text::text)
            .toList();

    assertEquals(3, tops.size());
    assertEquals(List.of("b", "c", "d", "e", "f", "↵"), second);
  }

  @Test
  void charactersOutsideTheBasicPlaneHaveOneValue() {
    Diagram diagram = Plots.coloredText("Emoji", "\uD83D\uDE00x", 1, 0.5);

    assertEquals(
        List.of("\uD83D\uDE00", "x"), letters(diagram).stream().map(Scene.Text::text).toList());
    Rectangle2D first = diagram.scene().figures().get(0).shape().getBounds2D();
    assertTrue(first.contains(letters(diagram).get(0).x(), letters(diagram).get(0).y()));
  }

  @Test
  void valuesMustBeFiniteAndOneForEachCharacter() {
    String few =
        assertThrows(IllegalArgumentException.class, () -> Plots.coloredText("Few", "abc", 1, 2))
            .getMessage();
    String infinite =
        assertThrows(
                IllegalArgumentException.class, () -> Plots.coloredText("NaN", "ab", 1, Double.NaN))
            .getMessage();

    assertEquals(
        "A colored text must have one value for each character (code point), at least one, but had"
            + " 3 characters and 2 values.",
        few);
    assertEquals("The values of a colored text must be finite, but value 1 was NaN.", infinite);
    assertThrows(IllegalArgumentException.class, () -> Plots.coloredText("None", ""));
  }
}
