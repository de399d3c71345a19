package org.unroll.plots.diagrams;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of text with formulas. {@code h_t} and {@code h_{t−1}} have subscripts, and a letter
 * that stands alone is a variable, which is drawn in italics.
 */
final class MathText {

  /** A part of the text in one font. */
  record Run(String text, boolean italic, boolean subscript) {
    Font font(double size, boolean bold) {
      int style = (italic ? Font.ITALIC : Font.PLAIN) | (bold ? Font.BOLD : Font.PLAIN);
      return new Font(Font.SANS_SERIF, style, 1).deriveFont((float) sizeOf(size));
    }

    /** Returns the size of the letters in a text of the given size. */
    double sizeOf(double size) {
      return subscript ? Math.max(SMALLEST, size * 0.75) : size;
    }
  }

  /** The smallest letters, in units of the drawing. */
  static final double SMALLEST = 11;

  /** The share of the size by which subscripts are lower. */
  static final double DROP = 0.27;

  private static final FontRenderContext METRICS = new FontRenderContext(null, true, true);

  private MathText() {}

  static List<Run> parse(String text) {
    List<Run> runs = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf('_'); at >= 0; at = text.indexOf('_', from)) {
      letters(text.substring(from, at), false, runs);
      boolean isGroup = text.charAt(at + 1) == '{';
      int to = isGroup ? text.indexOf('}', at) : at + 2;
      letters(text.substring(isGroup ? at + 2 : at + 1, to), true, runs);
      from = isGroup ? to + 1 : to;
    }
    letters(text.substring(from), false, runs);
    return runs;
  }

  /** Adds the runs of a text without subscripts. */
  private static void letters(String text, boolean subscript, List<Run> runs) {
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isVariable(text, i)) {
        add(text.substring(from, i), false, subscript, runs);
        add(text.substring(i, i + 1), true, subscript, runs);
        from = i + 1;
      }
    }
    add(text.substring(from), false, subscript, runs);
  }

  private static void add(String text, boolean italic, boolean subscript, List<Run> runs) {
    if (!text.isEmpty()) {
      runs.add(new Run(text, italic, subscript));
    }
  }

  private static boolean isVariable(String text, int at) {
    return Character.isLetter(text.charAt(at))
        && "aAIσ".indexOf(text.charAt(at)) < 0
        && (at == 0 || !isWord(text.charAt(at - 1)))
        && (at + 1 == text.length() || !isWord(text.charAt(at + 1)));
  }

  private static boolean isWord(char letter) {
    return Character.isLetter(letter) || letter == '-';
  }

  static double width(Run run, double size, boolean bold) {
    return run.font(size, bold).getStringBounds(run.text(), METRICS).getWidth();
  }

  /** Returns the text as HTML. */
  static String html(String text) {
    StringBuilder html = new StringBuilder();
    for (Run run : parse(text)) {
      String inner = run.italic() ? "<i>" + escape(run.text()) + "</i>" : escape(run.text());
      html.append(run.subscript() ? "<sub>" + inner + "</sub>" : inner);
    }
    return html.toString();
  }

  /** Returns the text without braces, such as {@code h_t−1}. */
  static String plain(String text) {
    return text.replace("{", "").replace("}", "");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
