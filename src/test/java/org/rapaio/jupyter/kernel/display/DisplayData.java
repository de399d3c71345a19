package org.rapaio.jupyter.kernel.display;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stands for the class of this name in rapaio-jupyter-kernel 3.0.1: what the adapter uses of it.
 */
public class DisplayData {

  private final Map<String, Object> data = new HashMap<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();

  private String id;

  protected DisplayData() {}

  public static DisplayData fromText(String text) {
    return withType("text/plain", text);
  }

  public static DisplayData withType(String mimeType, String content) {
    DisplayData displayData = new DisplayData();
    displayData.putData(mimeType, content);
    return displayData;
  }

  public void putData(String mimeType, Object content) {
    data.put(mimeType, content);
  }

  public void putMetaData(String key, Object value) {
    metadata.put(key, value);
  }

  public void setDisplayId(String newId) {
    id = newId;
  }

  public String id() {
    return id;
  }

  public Map<String, Object> data() {
    return data;
  }

  public Map<String, Object> metadata() {
    return metadata;
  }
}
