package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An axis of a figure, which maps the values of its traces to 0 … 1.
 *
 * <p>As in Plotly, its coordinates are the values, their decimal logarithms, milliseconds since
 * 1970, or the indices of the categories.
 */
final class Axis {

  private enum Kind {
    LINEAR,
    LOGARITHMIC,
    TIME,
    CATEGORIES
  }

  private static final double MARGIN = 0.055;

  private final JsonNode settings;
  private final boolean horizontal;
  private final List<String> categories;
  private final Kind kind;
  private double low;
  private double high;
  private final boolean reversed;

  /**
   * Creates an axis from the traces that are drawn along it.
   *
   * @param settings its settings in the layout
   * @param horizontal whether it is an x axis
   */
  Axis(JsonNode settings, boolean horizontal, List<Trace> traces) {
    this.settings = settings;
    this.horizontal = horizontal;
    this.kind = kind(settings, values(traces));
    Set<String> names = new LinkedHashSet<>();
    if (kind == Kind.CATEGORIES) {
      values(traces).forEach(array -> array.forEach(value -> names.add(value.asText())));
    }
    this.categories = List.copyOf(names);
    fit(traces);
    JsonNode range = settings.path("range");
    if (range.size() == 2) {
      low = kind == Kind.TIME ? time(range.path(0).asText()) : range.path(0).asDouble();
      high = kind == Kind.TIME ? time(range.path(1).asText()) : range.path(1).asDouble();
    }
    this.reversed = low > high || settings.path("autorange").asText().equals("reversed");
    if (low > high) {
      double swapped = low;
      low = high;
      high = swapped;
    }
    if (!(high > low)) {
      double half = low == 0 || kind == Kind.LOGARITHMIC ? 1 : Math.abs(low) * 0.1;
      low -= half;
      high += half;
    }
  }

  private List<JsonNode> values(List<Trace> traces) {
    return traces.stream().map(trace -> trace.values(horizontal)).toList();
  }

  private static Kind kind(JsonNode settings, List<JsonNode> arrays) {
    return switch (settings.path("type").asText()) {
      case "log" -> Kind.LOGARITHMIC;
      case "date" -> Kind.TIME;
      case "category" -> Kind.CATEGORIES;
      case "linear" -> Kind.LINEAR;
      default -> kind(arrays);
    };
  }

  private static Kind kind(List<JsonNode> arrays) {
    boolean times = false;
    for (JsonNode array : arrays) {
      for (JsonNode value : array) {
        if (value.isTextual() && Double.isNaN(time(value.asText()))) {
          return Kind.CATEGORIES;
        }
        times |= value.isTextual();
      }
    }
    return times ? Kind.TIME : Kind.LINEAR;
  }

  private void fit(List<Trace> traces) {
    low = Double.POSITIVE_INFINITY;
    high = Double.NEGATIVE_INFINITY;
    boolean padded = false;
    boolean fromZero = false;
    for (Trace trace : traces) {
      JsonNode values = trace.values(horizontal);
      double first = Double.POSITIVE_INFINITY;
      double last = Double.NEGATIVE_INFINITY;
      double[] spread = trace.isUpright() == horizontal ? new double[0] : trace.errors();
      for (int i = 0; i < values.size(); i++) {
        double error = i < spread.length && !Double.isNaN(spread[i]) ? spread[i] : 0;
        double at = coordinate(values.get(i));
        first = at < first ? at : first;
        last = at > last ? at : last;
        include(at);
        include(coordinate(values.get(i)) + error);
        include(coordinate(values.get(i)) - error);
      }
      if (trace.isHeatMap()) {
        double[] edges = edges(values);
        include(edges[0]);
        include(edges[edges.length - 1]);
      } else if (trace.isBar() && trace.isUpright() == horizontal) {
        double half = trace.barSlot(this) / 2;
        include(first - half);
        include(last + half);
      } else {
        padded |= !horizontal || trace.isMarked() || trace.isBar();
        fromZero |= trace.isBar();
      }
    }
    if (fromZero) {
      include(0);
    }
    if (low > high) { // nothing to draw
      low = 0;
      high = 1;
    }
    double span = high - low;
    if (padded) {
      low -= fromZero && low == 0 ? 0 : MARGIN * span;
      high += fromZero && high == 0 ? 0 : MARGIN * span;
    }
    String mode = settings.path("rangemode").asText();
    if (mode.equals("tozero") && kind == Kind.LINEAR) {
      low = low + (padded ? MARGIN * span : 0) >= 0 ? 0 : low;
    }
  }

  private void include(double coordinate) {
    if (Double.isFinite(coordinate)) {
      low = Math.min(low, coordinate);
      high = Math.max(high, coordinate);
    }
  }

  /** Returns the coordinate of a value of a trace, or NaN for a gap. */
  double coordinate(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return Double.NaN;
    }
    return switch (kind) {
      case LINEAR -> value.asDouble(Double.NaN);
      case LOGARITHMIC -> value.asDouble() > 0 ? Math.log10(value.asDouble()) : Double.NaN;
      case TIME -> value.isNumber() ? value.asDouble() : time(value.asText());
      case CATEGORIES ->
          value.isNumber() && !categories.contains(value.asText())
              ? value.asDouble()
              : categories.indexOf(value.asText());
    };
  }

  /**
   * Returns the coordinate of 0, where bars begin; on a logarithmic axis it is far below all
   * values.
   */
  double zero() {
    return kind == Kind.LOGARITHMIC ? low : 0;
  }

  /** Returns the edges of the cells of a heat map from their centers or edges. */
  double[] edges(JsonNode centers) {
    int n = centers.size();
    double[] edges = new double[n + 1];
    for (int i = 0; i <= n; i++) {
      double before = coordinate(centers.path(Math.max(0, i - 1)));
      double after = coordinate(centers.path(Math.min(n - 1, i)));
      edges[i] = (before + after) / 2;
    }
    double first = n > 1 ? edges[1] - coordinate(centers.path(0)) : 0.5;
    double last = n > 1 ? coordinate(centers.path(n - 1)) - edges[n - 1] : 0.5;
    edges[0] = coordinate(centers.path(0)) - first;
    edges[n] = coordinate(centers.path(n - 1)) + last;
    return edges;
  }

  /** Returns the position of a coordinate, from 0 at the left or the bottom to 1. */
  double share(double coordinate) {
    double share = (coordinate - low) / (high - low);
    return reversed ? 1 - share : share;
  }

  /** Returns the length of the axis in units of its coordinates. */
  double length() {
    return high - low;
  }

  /** Extends the axis around its middle. */
  void lengthen(double length) {
    double middle = (low + high) / 2;
    low = middle - length / 2;
    high = middle + length / 2;
  }

  boolean isCategories() {
    return kind == Kind.CATEGORIES;
  }

  /** Returns the ticks, at most about {@code most}. */
  List<Ticks.Tick> ticks(int most) {
    JsonNode at = settings.path("tickvals");
    List<Ticks.Tick> ticks = new ArrayList<>();
    if (at.isArray()) {
      for (int i = 0; i < at.size(); i++) {
        String text = settings.path("ticktext").path(i).asText(at.get(i).asText());
        ticks.add(new Ticks.Tick(coordinate(at.get(i)), FigureText.plain(text)));
      }
    } else if (kind == Kind.CATEGORIES) {
      for (int i = 0; i < categories.size(); i++) {
        ticks.add(new Ticks.Tick(i, FigureText.plain(categories.get(i))));
      }
    } else if (settings.path("dtick").isValueNode()
        && kind == Kind.LINEAR
        && length() / settings.path("dtick").asDouble(1) <= 2.0 * most) {
      ticks =
          Ticks.multiples(
              low, high, settings.path("tick0").asDouble(), settings.path("dtick").asDouble(1));
    } else {
      ticks =
          switch (kind) {
            case LOGARITHMIC -> Ticks.logarithmic(low, high, most);
            case TIME -> Ticks.times(low, high, most);
            default -> Ticks.linear(low, high, most);
          };
    }
    ticks.removeIf(tick -> !(tick.at() >= low - 1e-9 && tick.at() <= high + 1e-9));
    return ticks;
  }

  boolean showsLabels() {
    return settings.path("showticklabels").asBoolean(true) && isVisible();
  }

  boolean showsGrid() {
    return settings.path("showgrid").asBoolean(true) && isVisible();
  }

  boolean isVisible() {
    return settings.path("visible").asBoolean(true);
  }

  String title() {
    return isVisible() ? FigureText.plain(settings.path("title").path("text").asText()) : "";
  }

  JsonNode settings() {
    return settings;
  }

  /** Returns the milliseconds of a date or a time in Plotly's format, or NaN. */
  private static double time(String iso) {
    if (iso.length() < 10 || !Character.isDigit(iso.charAt(0))) {
      return Double.NaN;
    }
    try {
      return Ticks.millis(
          iso.length() == 10
              ? LocalDate.parse(iso).atStartOfDay()
              : LocalDateTime.parse(iso.replace(' ', 'T')));
    } catch (DateTimeParseException e) {
      return Double.NaN;
    }
  }
}
