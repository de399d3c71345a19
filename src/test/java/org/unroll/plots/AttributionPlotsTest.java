package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.input;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.forecasting.IntegratedGradients;
import org.unroll.timeseries.TimeSeries;

class AttributionPlotsTest {
  /** Two windows, {1, 2} {3, 4} and {3, 4} {−5, 6}, with the weights 1, 10, 100 and 1000. */
  @Test
  void attributionsAreDrawnByColumnAndLag() {
    var windows =
        TimeSeries.of(new double[][] {{1, 2}, {3, 4}, {-5, 6}, {7, 8}}, "a", "b")
            .target("b")
            .windows()
            .lookback(2);
    Sequential model = Sequential.of(input(2, 2), flatten(), dense(1).name("y"));
    model.weight("y/kernel").set(4, 1, true, 1, 10, 100, 1000);
    var why = IntegratedGradients.of(model, windows, 0);

    JsonNode second = FigureJson.of(Plots.attributions(why, 1));
    JsonNode means = FigureJson.of(Plots.attributions(why));

    assertEquals("[[3,-500],[40,6000]]", rounded(second));
    assertEquals("[[2,400],[30,5000]]", rounded(means));
    assertEquals("[\"−1\",\"0\"]", second.at("/layout/xaxis/ticktext").toString());
    assertEquals("[\"a\",\"b\"]", second.at("/layout/yaxis/ticktext").toString());
    assertEquals("Attributions to b", second.at("/layout/title/text").asText());
    assertEquals(-6000, second.at("/data/0/zmin").asDouble(), 1e-2);
    assertEquals(6000, second.at("/data/0/zmax").asDouble(), 1e-2);
    assertEquals(0, means.at("/data/0/zmin").asDouble());
  }

  private static String rounded(JsonNode figure) {
    StringBuilder text = new StringBuilder("[");
    for (JsonNode row : figure.at("/data/0/z")) {
      text.append(text.length() == 1 ? "[" : ",[");
      String separator = "";
      for (JsonNode value : row) {
        text.append(separator).append(Math.round(value.asDouble()));
        separator = ",";
      }
      text.append(']');
    }
    return text.append(']').toString();
  }
}
