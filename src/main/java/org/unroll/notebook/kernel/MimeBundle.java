package org.unroll.notebook.kernel;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One value in several formats, of which a front end shows the richest it can: Jupyter's MIME
 * bundle. Every bundle has {@code text/plain}, which is all that a terminal prints.
 *
 * @param data a content for each MIME type, binary ones in Base64
 * @param metadata hints for a MIME type, such as the width or the alternative text of an image
 */
public record MimeBundle(Map<String, String> data, Map<String, Map<String, Object>> metadata) {

  static final String TEXT = "text/plain";
  public static final String HTML = "text/html";
  public static final String PNG = "image/png";

  public static MimeBundle text(String text) {
    return new MimeBundle(Map.of(TEXT, text), Map.of());
  }

  public static MimeBundle html(String html, String text) {
    var data = new LinkedHashMap<String, String>();
    data.put(HTML, html);
    data.put(TEXT, text);
    return new MimeBundle(data, Map.of());
  }

  /** A picture, {@code width} by {@code height} pixels of the page. */
  public static MimeBundle png(String base64, int width, int height, String text) {
    var data = new LinkedHashMap<String, String>();
    data.put(PNG, base64);
    data.put(TEXT, text);
    return new MimeBundle(data, Map.of(PNG, Map.of("width", width, "height", height)));
  }

  public MimeBundle withText(String text) {
    var changed = new LinkedHashMap<>(data);
    changed.put(TEXT, text);
    return new MimeBundle(changed, metadata);
  }

  /**
   * Adds a hint about the content of one MIME type. Front ends know {@code width} and {@code
   * height} of images; nbconvert also takes {@code alt}, the text for readers who cannot see them.
   */
  public MimeBundle withMetadata(String mime, String key, Object value) {
    var hints = new LinkedHashMap<>(metadata.getOrDefault(mime, Map.of()));
    hints.put(key, value);
    var changed = new LinkedHashMap<>(metadata);
    changed.put(mime, hints);
    return new MimeBundle(data, changed);
  }

  public String text() {
    return data.get(TEXT);
  }
}
