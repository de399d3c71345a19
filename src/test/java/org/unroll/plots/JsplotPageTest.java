package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.HeatmapTrace;
import tech.tablesaw.plotly.traces.HistogramTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

/** jsplot's own pages, whose templates run on a later Pebble than jsplot asks for. */
class JsplotPageTest {
  @Test
  void figuresOfJsplotWriteTheirPages() {
    Layout layout = Layout.builder().title("Weather").height(300).width(400).build();
    double[] x = {1, 2, 3};
    Figure figure =
        new Figure(
            layout,
            ScatterTrace.builder(x, new double[] {4, 5, 6.5}).name("lines").build(),
            HistogramTrace.builder(x).build(),
            HeatmapTrace.builder(
                    new Object[] {"a", "b"}, new Object[] {"c"}, new double[][] {{1, 2}})
                .build());
    String page = figure.asJavascript("target");
    for (String part :
        new String[] {"Plotly.newPlot", "Weather", "lines", "6.5", "histogram", "heatmap"}) {
      assertTrue(page.contains(part), () -> part + " is missing in " + page);
    }
  }
}
