package org.unroll.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads cases that the scripts in src/test/python computed with Keras. */
public final class References {
  private References() {}

  /** Reads the cases of src/test/python/training_references.py. */
  public static List<JsonNode> read(String file) {
    return read(References.class, file);
  }

  /** Reads the cases in a file next to a test. */
  public static List<JsonNode> read(Class<?> test, String file) {
    try (InputStream in = test.getResourceAsStream(file)) {
      List<JsonNode> cases = new ArrayList<>();
      new ObjectMapper().readTree(in).forEach(cases::add);
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the configuration of the object of a case as Keras writes it.
   *
   * @param kind the key of its class name
   */
  public static String config(JsonNode reference, String kind) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode node = json.createObjectNode().put("class_name", reference.get(kind).asText());
    ObjectNode config = node.putObject("config").put("name", "given");
    config.setAll((ObjectNode) reference.get("options"));
    JsonNode schedule = reference.path("schedule");
    if (schedule.isObject()) {
      config
          .putObject("learning_rate")
          .put("class_name", schedule.get("name").asText())
          .set("config", schedule.get("config"));
    }
    return node.toString();
  }

  public static float[] floats(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    float[] values = new float[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) node.get(i).asDouble();
    }
    return values;
  }

  /**
   * Returns the values after {@code offset} NaNs, so that a test fails if the offset is ignored.
   */
  public static float[] shifted(float[] values, int offset) {
    float[] copy = new float[values.length + offset];
    java.util.Arrays.fill(copy, 0, offset, Float.NaN);
    System.arraycopy(values, 0, copy, offset, values.length);
    return copy;
  }
}
