package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.unroll.plots.drawing.FigureText;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.plotly.components.Config;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Font;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.HeatmapTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

class FigureJsonTest {

  private static ScatterTrace line(double... y) {
    double[] x = new double[y.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    return ScatterTrace.builder(x, y).mode(ScatterTrace.Mode.LINE).name("line").build();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("<>&\"'ab °{},:").ofMaxLength(10);
  }

  @Property(tries = 25)
  void titlesAndNamesComeThrough(@ForAll("texts") String title, @ForAll("texts") String name) {
    ScatterTrace trace =
        ScatterTrace.builder(new double[] {1}, new double[] {2}).name(name).build();
    JsonNode json = FigureJson.of(new Figure(Layout.builder("t", title, title).build(), trace));

    assertEquals(name, FigureText.plain(json.at("/data/0/name").asText()));
    assertEquals(title, FigureText.plain(json.at("/layout/xaxis/title/text").asText()));
    assertEquals(title, FigureText.plain(json.at("/layout/yaxis/title/text").asText()));
  }

  @Test
  void numbersAreNumbersAndWhatIsMissingIsNull() {
    JsonNode y = FigureJson.of(new Figure(line(1, 0.1, Double.NaN, -2e30))).at("/data/0/y");

    assertEquals("[1,0.1,null,-2.0E30]", y.toString());
  }

  @Test
  void missingCellsOfATableAreNull() {
    DoubleColumn y = DoubleColumn.create("y", 1, 2);
    y.appendMissing();
    DoubleColumn x = DoubleColumn.create("x", 1, 2, 3);

    JsonNode json = FigureJson.of(new Figure(ScatterTrace.builder(x, y).build()));

    assertEquals("[1,2,null]", json.at("/data/0/y").toString());
  }

  @Test
  void timesStayText() {
    DateTimeColumn x = DateTimeColumn.create("t", java.time.LocalDateTime.of(2009, 1, 1, 0, 10));

    JsonNode json =
        FigureJson.of(new Figure(ScatterTrace.builder(x, DoubleColumn.create("y", 1)).build()));

    assertEquals("[\"2009-01-01T00:10\"]", json.at("/data/0/x").toString());
  }

  @Test
  void matricesAreRowsOfNumbers() {
    HeatmapTrace heat =
        HeatmapTrace.builder(
                new Object[] {"a", "b"}, new Object[] {"c"}, new double[][] {{1, Double.NaN}})
            .build();

    assertEquals("[[1,null]]", FigureJson.of(new Figure(heat)).at("/data/0/z").toString());
  }

  @Test
  void theHouseStyleFillsInWhatTheFigureDoesNotSay() {
    Layout layout =
        Layout.builder("Title").width(300).titleFont(Font.builder().size(30).build()).build();
    Figure figure = new Figure(layout, line(1, 2));
    figure.setConfig(Config.builder().displayModeBar(false).build());

    JsonNode json = FigureJson.of(figure);

    assertEquals(300, json.at("/layout/width").asInt(), "said by the figure");
    assertEquals(30, json.at("/layout/title/font/size").asInt(), "said by the figure");
    assertEquals("left", json.at("/layout/title/xanchor").asText());
    assertEquals(PlotStyle.color(0), json.at("/layout/colorway/0").asText());
    assertEquals(PlotStyle.GRID, json.at("/layout/yaxis/gridcolor").asText());
    assertEquals(
        new ObjectMapper()
            .createObjectNode()
            .put("displayModeBar", false)
            .put("displaylogo", false)
            .put("typesetMath", false),
        json.get("config"));
  }

  @Test
  void aFigureWithoutALayoutHasTheStyleToo() {
    JsonNode json = FigureJson.of(new Figure(line(1, 2)));

    assertEquals(PlotStyle.HEIGHT, json.at("/layout/height").asInt());
    assertTrue(json.at("/layout/xaxis/automargin").asBoolean());
  }
}
