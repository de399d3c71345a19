package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** A pair of axes and the traces that are drawn on them. */
record Subplot(String x, String y, Axis xAxis, Axis yAxis, List<Trace> traces, Rectangle2D area) {

  double x(double coordinate) {
    return area.getX() + xAxis.share(coordinate) * area.getWidth();
  }

  double y(double coordinate) {
    return area.getMaxY() - yAxis.share(coordinate) * area.getHeight();
  }

  double x(JsonNode value) {
    return x(xAxis.coordinate(value));
  }

  double y(JsonNode value) {
    return y(yAxis.coordinate(value));
  }
}
