package org.unroll.plots;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unroll.plots.drawing.FigureText;
import tech.tablesaw.plotly.components.Figure;

/**
 * Converts a jsplot figure to Plotly's figure JSON ({@code data}, {@code layout}, {@code config})
 * and adds the library's style where the figure has no setting.
 *
 * <p>jsplot writes JavaScript only. Its object literals are JSON with bare names, single quotes and
 * trailing commas, which a lenient reader accepts. Numbers that jsplot writes as text become
 * numbers, and missing ones {@code null}, which Plotly draws as a gap. Event handlers are code and
 * are left out.
 *
 * @hidden
 */
public final class FigureJson {

  private static final ObjectMapper READER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  /** The text chunk of a PNG is Latin-1, so everything else is escaped. */
  private static final ObjectMapper WRITER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final ObjectNode STYLE =
      parse(
          """
          {
            font: {family: "%s", size: 13},
            colorway: %s,
            height: %d,
            margin: {l: 64, r: 24, t: 56, b: 56},
            legend: {tracegroupgap: 4},
            hoverlabel: {namelength: -1},
            paper_bgcolor: 'rgba(0,0,0,0)',
            plot_bgcolor: 'rgba(0,0,0,0)',
            title: {x: 0.01, xanchor: 'left', font: {size: 16}}
          }
          """
              .formatted(PlotStyle.FONTS, READER.valueToTree(PlotStyle.PALETTE), PlotStyle.HEIGHT));

  private static final ObjectNode AXIS_STYLE =
      parse(
          """
          {
            gridcolor: '%s', linecolor: '%s', tickcolor: '%s', zeroline: false, showline: true,
            ticks: 'outside', automargin: true, exponentformat: 'power',
            title: {standoff: 8, font: {size: 13}}
          }
          """
              .formatted(PlotStyle.GRID, PlotStyle.NEUTRAL, PlotStyle.NEUTRAL));

  /** Bars show their value with three digits, enough to compare models. */
  static final ObjectNode BAR_STYLE =
      parse("{texttemplate: '%{value:.3g}', textposition: 'outside', cliponaxis: false}");

  private FigureJson() {}

  /** Returns the figure as Plotly's JSON. */
  public static ObjectNode of(Figure figure) {
    ObjectNode json = READER.createObjectNode();
    ArrayNode traces = json.putArray("data");
    for (int i = 0; i < figure.getTraces().length; i++) {
      traces.add(
          figure.getTraces()[i] instanceof PlotlyTrace own
              ? own.json().deepCopy()
              : trace(parse(figure.getTraces()[i].asJavascript(i))));
    }
    ObjectNode layout =
        figure.getLayout() == null
            ? READER.createObjectNode()
            : parse(figure.getLayout().asJavascript());
    json.set("layout", layout);
    if (figure instanceof PlotFigure plot) {
      titles(layout);
      merge(layout, plot.settings());
    }
    style(layout, traces);
    ObjectNode config =
        figure.getConfig() == null
            ? READER.createObjectNode()
            : parse(figure.getConfig().asJavascript());
    config.properties().removeIf(entry -> entry.getValue().isNull());
    merge(config, parse("{displaylogo: false, typesetMath: false}"));
    json.set("config", config);
    return json;
  }

  static String write(ObjectNode json) {
    try {
      return WRITER.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A figure cannot be written as JSON: " + e.getMessage(), e);
    }
  }

  /** Reads the object literal of a JavaScript assignment such as {@code var layout = {...};}. */
  static ObjectNode parse(String javascript) {
    int start = javascript.indexOf('{');
    int end = javascript.lastIndexOf('}');
    try {
      return (ObjectNode) READER.readTree(javascript.substring(start, end + 1));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The figure must consist of object literals, but one cannot be read: "
              + e.getOriginalMessage()
              + " in "
              + javascript.strip().lines().findFirst().orElse(""),
          e);
    }
  }

  private static ObjectNode trace(ObjectNode trace) {
    for (Map.Entry<String, JsonNode> field : trace.properties()) {
      if (field.getValue() instanceof ArrayNode values) {
        field.setValue(values(values));
      }
    }
    unquote(trace, "name");
    if (trace.path("type").asText().equals("bar")) {
      merge(trace, BAR_STYLE);
    }
    return trace;
  }

  /** jsplot escapes for HTML, of which Plotly reads {@literal < > &} and not the quotes. */
  private static void unquote(ObjectNode object, String field) {
    if (object.path(field).isTextual()) {
      String text = object.get(field).textValue();
      object.put(field, text.replace("&quot;", "\"").replace("&#39;", "'"));
    }
  }

  /** Text that is a number becomes one, if all of it is; missing values become null. */
  private static ArrayNode values(ArrayNode values) {
    ArrayNode numbers = READER.createArrayNode();
    for (JsonNode value : values) {
      if (value instanceof ArrayNode row) {
        numbers.add(values(row));
        continue;
      }
      String text = value.asText();
      if (text.isEmpty() || text.equals("null") || text.equals("NaN")) {
        numbers.addNull();
        continue;
      }
      try {
        double number = Double.parseDouble(text);
        if (Double.isInfinite(number)) {
          numbers.addNull();
        } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
          numbers.add((long) number);
        } else {
          numbers.add(number);
        }
      } catch (NumberFormatException e) {
        return texts(values);
      }
    }
    return numbers;
  }

  /** jsplot escapes names and titles, but not what comes from a column of a table. */
  private static ArrayNode texts(ArrayNode values) {
    ArrayNode texts = READER.createArrayNode();
    for (JsonNode value : values) {
      texts.add(
          value.isTextual() ? READER.getNodeFactory().textNode(escape(value.textValue())) : value);
    }
    return texts;
  }

  private static void style(ObjectNode layout, ArrayNode traces) {
    titles(layout);
    merge(layout, STYLE);
    // Plotly names the axes x, y, x2, y2 … in the traces and xaxis, yaxis, xaxis2 … in the layout.
    for (String letter : new String[] {"x", "y"}) {
      layout.withObject("/" + letter + "axis");
      for (JsonNode trace : traces) {
        String id = trace.path(letter + "axis").asText(letter);
        layout.withObject("/" + letter + "axis" + id.substring(1));
      }
    }
    for (Map.Entry<String, JsonNode> field : layout.properties()) {
      if (field.getKey().matches("[xy]axis\\d*")) {
        merge((ObjectNode) field.getValue(), AXIS_STYLE);
      }
    }
  }

  private static void titles(ObjectNode layout) {
    unquote(layout, "title");
    titleAsObject(layout);
    for (Map.Entry<String, JsonNode> field : layout.properties()) {
      if (field.getValue() instanceof ObjectNode axis && field.getKey().matches("[xy]axis\\d*")) {
        unquote(axis, "title");
        titleAsObject(axis);
      }
    }
  }

  /** Plotly reads tags and a few entities in its texts; this leaves none. */
  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /**
   * Converts jsplot's titles, which are texts with a separate font as in old versions of Plotly, to
   * objects. jsplot writes an empty title if there is none.
   */
  private static void titleAsObject(ObjectNode owner) {
    JsonNode title = owner.path("title");
    if (title.isTextual() && title.textValue().isEmpty()) {
      owner.remove("title");
    } else if (title.isTextual()) {
      ObjectNode object = owner.putObject("title").put("text", title.textValue());
      JsonNode font = owner.remove("titlefont");
      if (font != null) {
        object.set("font", font);
      }
    }
  }

  /** Adds the settings that {@code target} lacks. */
  static void merge(ObjectNode target, ObjectNode defaults) {
    for (Map.Entry<String, JsonNode> field : defaults.properties()) {
      JsonNode present = target.get(field.getKey());
      if (present == null) {
        target.set(field.getKey(), field.getValue().deepCopy());
      } else if (present instanceof ObjectNode inner
          && field.getValue() instanceof ObjectNode more) {
        merge(inner, more);
      }
    }
  }

  /** The figure in a line of text: its title, its traces and how many points they have. */
  public static String text(Figure figure) {
    return text(of(figure));
  }

  /** The same of a figure that has been written as JSON. */
  public static String text(ObjectNode json) {
    String title = FigureText.plain(json.path("layout").path("title").path("text").asText());
    List<String> traces = new ArrayList<>();
    for (JsonNode trace : json.path("data")) {
      String name = FigureText.plain(trace.path("name").asText());
      int points = Math.max(trace.path("y").size(), trace.path("z").size());
      traces.add(
          (name.isEmpty() ? trace.path("type").asText("unnamed") : name)
              + " ("
              + points
              + " points)");
    }
    return (title.isEmpty() ? "Figure" : "Figure \"" + title + "\"")
        + ": "
        + String.join(", ", traces);
  }

  /** The figure for readers who cannot see it: the same, and the titles of the axes. */
  public static String alternativeText(ObjectNode json) {
    StringBuilder text = new StringBuilder(text(json));
    for (Map.Entry<String, JsonNode> field : json.path("layout").properties()) {
      String title = FigureText.plain(field.getValue().path("title").path("text").asText());
      if (field.getKey().matches("[xy]axis\\d*") && !title.isEmpty()) {
        text.append("; ").append(field.getKey().charAt(0)).append(" axis: ").append(title);
      }
    }
    return text.toString();
  }
}
