package org.unroll.notebook.kernel;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One value in several formats, of which a front end shows the richest that it supports: Jupyter's
 * MIME bundle. Every bundle has {@code text/plain}, the only format that a terminal prints.
 *
 * @param data a content for each MIME type, binary ones in Base64
 * @param metadata hints for a MIME type, such as the width or the alternative text of an image
 */
public record MimeBundle(Map<String, String> data, Map<String, Map<String, Object>> metadata) {

  static final String TEXT = "text/plain";

  /** The MIME type of HTML. */
  public static final String HTML = "text/html";

  /** The MIME type of PNG pictures. */
  public static final String PNG = "image/png";

  /** Returns plain text only. */
  public static MimeBundle text(String text) {
    return new MimeBundle(Map.of(TEXT, text), Map.of());
  }

  /**
   * HTML in which no text is a formula. Jupyter typesets what is between dollar signs in any HTML;
   * MathJax skips elements of these classes, version 2 the first and versions 3 and 4 the second.
   */
  public static MimeBundle html(String html, String text) {
    var data = new LinkedHashMap<String, String>();
    data.put(HTML, "<div class=\"tex2jax_ignore mathjax_ignore\">" + html + "</div>");
    data.put(TEXT, text);
    return new MimeBundle(data, Map.of());
  }

  /** A picture, {@code width} by {@code height} pixels of the page, with an alternative text. */
  public static MimeBundle png(String base64, int width, int height, String alt, String text) {
    var data = new LinkedHashMap<String, String>();
    data.put(PNG, base64);
    data.put(TEXT, text);
    return new MimeBundle(data, Map.of(PNG, Map.of("width", width, "height", height, "alt", alt)));
  }

  /** Returns a copy with another plain text. */
  public MimeBundle withText(String text) {
    var changed = new LinkedHashMap<>(data);
    changed.put(TEXT, text);
    return new MimeBundle(changed, metadata);
  }

  /** Returns the plain text. */
  public String text() {
    return data.get(TEXT);
  }
}
