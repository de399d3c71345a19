package org.unroll.forecasting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.unroll.Model;
import org.unroll.timeseries.Cycle;
import org.unroll.timeseries.WindowsPlan;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Writes and reads what a forecaster knows in addition to its model. */
final class ForecasterJson {
  /** The version of the format. */
  private static final int VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private ForecasterJson() {}

  static byte[] write(WindowsPlan plan, ForecastOutput output) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION);
    json.set("columns", JSON.valueToTree(plan.columns()));
    json.set("targets", JSON.valueToTree(plan.targets()));
    json.set("known", JSON.valueToTree(plan.known()));
    json.put("lookback", plan.lookback());
    json.put("step", plan.step());
    json.put(plan.fromLastRow() ? "horizon" : "delay", plan.ahead());
    json.put("target_steps", plan.targetSteps());
    json.put("filling", plan.filling());
    json.put("longest_gap", plan.longestGap());
    json.put("interval", plan.interval() == null ? null : plan.interval().toString());
    json.set(
        "cycles",
        JSON.valueToTree(
            plan.cycles().stream().map(cycle -> cycle.name().toLowerCase(Locale.ROOT)).toList()));
    ObjectNode scaling = json.putObject("scaling");
    for (Column<?> column : plan.scaling().columns()) {
      ArrayNode values = scaling.putArray(column.name());
      for (int row = 0; row < column.size(); row++) {
        Object value = column.isMissing(row) ? null : column.get(row);
        values.add(JSON.<JsonNode>valueToTree(value));
      }
    }
    json.put("gaussian", output.gaussian());
    json.set("levels", JSON.valueToTree(output.levels()));
    if (output.margins() != null) {
      ObjectNode margins = json.putObject("conformal");
      margins.set("coverages", JSON.valueToTree(output.margins().coverages()));
      margins.set("margins", JSON.valueToTree(output.margins().margins()));
    }
    return JSON.writeValueAsBytes(json);
  }

  /**
   * Reads a forecaster.
   *
   * @throws IOException if the text is not JSON
   * @throws IllegalArgumentException if a value is missing or not as required
   */
  static Forecaster read(Model model, byte[] bytes) throws IOException {
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IOException("its forecaster must be JSON: " + e.getOriginalMessage(), e);
    }
    if (integer(json, "version") != VERSION) {
      throw new IllegalArgumentException(
          "The version of the forecaster must be "
              + VERSION
              + ", but is "
              + json.get("version")
              + ". Use a newer version of this library.");
    }
    boolean horizon = json.has("horizon");
    JsonNode margins = json.path("conformal");
    var plan =
        new WindowsPlan(
            list(json, "columns", ForecasterJson::text),
            list(json, "targets", ForecasterJson::text),
            json.has("known") ? list(json, "known", ForecasterJson::text) : List.of(),
            integer(json, "lookback"),
            integer(json, "step"),
            integer(json, horizon ? "horizon" : "delay"),
            horizon,
            integer(json, "target_steps"),
            text(required(json, "filling")),
            integer(json, "longest_gap"),
            scaling(required(json, "scaling")),
            interval(json.path("interval")),
            list(json, "cycles", ForecasterJson::cycle));
    var output =
        new ForecastOutput(
            list(json, "levels", ForecasterJson::number),
            json.path("gaussian").asBoolean(),
            margins.isMissingNode()
                ? null
                : new ConformalMargins(
                    list(margins, "coverages", ForecasterJson::number),
                    list(margins, "margins", row -> list(row, ForecasterJson::number))));
    return new Forecaster(model, plan, output);
  }

  private static Table scaling(JsonNode json) {
    Table table = Table.create("scaling");
    json.properties()
        .forEach(
            column -> {
              boolean isText = column.getValue().path(0).isTextual();
              List<?> values =
                  list(column.getValue(), isText ? ForecasterJson::text : ForecasterJson::orNaN);
              table.addColumns(
                  isText
                      ? StringColumn.create(
                          column.getKey(), values.stream().map(String::valueOf).toList())
                      : DoubleColumn.create(
                          column.getKey(),
                          values.stream().mapToDouble(value -> (Double) value).toArray()));
            });
    return table;
  }

  private static TemporalAmount interval(JsonNode json) {
    if (json.isNull() || json.isMissingNode()) {
      return null;
    }
    try {
      String text = text(json);
      return text.startsWith("PT") ? Duration.parse(text) : Period.parse(text);
    } catch (DateTimeException e) {
      throw wrong("interval", "a duration such as PT1H or P1M", json, e);
    }
  }

  private static Cycle cycle(JsonNode json) {
    try {
      return Cycle.valueOf(text(json).toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong("cycles", "day, week or year", json, e);
    }
  }

  private static JsonNode required(JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "The forecaster must contain '" + name + "', but has none.");
    }
    return value;
  }

  private static int integer(JsonNode json, String name) {
    JsonNode value = required(json, name);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw wrong(name, "a whole number", value, null);
    }
    return value.intValue();
  }

  private static double number(JsonNode json) {
    if (!json.isNumber()) {
      throw wrong("numbers", "numbers", json, null);
    }
    return json.doubleValue();
  }

  /** Returns a number, or NaN for null. */
  private static double orNaN(JsonNode json) {
    return json.isNull() ? Double.NaN : number(json);
  }

  private static String text(JsonNode json) {
    if (!json.isTextual()) {
      throw wrong("names", "texts", json, null);
    }
    return json.textValue();
  }

  private static <T> List<T> list(JsonNode json, String name, Function<JsonNode, T> element) {
    return list(required(json, name), element);
  }

  private static <T> List<T> list(JsonNode json, Function<JsonNode, T> element) {
    if (!(json instanceof ArrayNode)) {
      throw wrong("lists", "lists", json, null);
    }
    List<T> list = new ArrayList<>();
    json.forEach(each -> list.add(element.apply(each)));
    return list;
  }

  private static IllegalArgumentException wrong(
      String name, String wanted, JsonNode value, Exception cause) {
    String text = value.toString();
    return new IllegalArgumentException(
        "In the forecaster, "
            + name
            + " must be "
            + wanted
            + ", but there is "
            + text.substring(0, Math.min(100, text.length()))
            + ".",
        cause);
  }
}
