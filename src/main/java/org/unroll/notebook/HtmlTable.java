package org.unroll.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Builds an HTML table that needs no style sheet. It takes the colors of the page, aligns numbers
 * to the right, and scrolls if it is too large. All text is escaped.
 */
final class HtmlTable {

  private record Heading(String name, String type, boolean number) {}

  private final String caption;
  private final List<Heading> headings = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  HtmlTable(String caption) {
    this.caption = caption;
  }

  /** Adds a column; its type is printed in small letters below its name and may be empty. */
  HtmlTable column(String name, String type, boolean number) {
    headings.add(new Heading(name, type, number));
    return this;
  }

  HtmlTable row(List<String> cells) {
    if (cells.size() != headings.size()) {
      throw new IllegalArgumentException(
          "The number of cells must be "
              + headings.size()
              + ", one per column, but was "
              + cells.size()
              + ".");
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  String html() {
    var html = new StringBuilder();
    if (!caption.isEmpty()) {
      html.append("<div>").append(escape(caption)).append("</div>");
    }
    html.append("<div style=\"overflow:auto;max-height:28em\">");
    html.append("<table style=\"width:auto;margin:0\"><thead><tr>");
    for (Heading heading : headings) {
      html.append("<th style=\"white-space:nowrap;").append(align(heading)).append("\">");
      html.append(escape(heading.name()));
      if (!heading.type().isEmpty()) {
        html.append("<br><small style=\"font-weight:normal;opacity:0.65\">")
            .append(escape(heading.type()))
            .append("</small>");
      }
      html.append("</th>");
    }
    html.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      html.append("<tr>");
      for (int c = 0; c < row.size(); c++) {
        html.append("<td style=\"white-space:nowrap;").append(align(headings.get(c))).append("\">");
        html.append(escape(row.get(c))).append("</td>");
      }
      html.append("</tr>");
    }
    return html.append("</tbody></table></div>").toString();
  }

  private static String align(Heading heading) {
    return heading.number() ? "text-align:right" : "text-align:left";
  }

  /** Returns one line for each note. */
  static String notes(List<String> notes) {
    return notes.stream()
        .map(note -> "<div>Note: " + escape(note) + "</div>")
        .collect(Collectors.joining());
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
