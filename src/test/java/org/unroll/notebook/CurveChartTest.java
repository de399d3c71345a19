package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class CurveChartTest {

  /** Returns the elements with a name; throws if the chart is not well-formed XML. */
  private static List<Element> elements(CurveChart chart, String name) throws Exception {
    NodeList nodes =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)))
            .getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static List<String> texts(CurveChart chart) throws Exception {
    return elements(chart, "text").stream().map(Element::getTextContent).toList();
  }

  private static List<String> lines(CurveChart chart) throws Exception {
    return elements(chart, "path").stream()
        .filter(path -> path.getAttribute("stroke").startsWith("#"))
        .map(path -> path.getAttribute("d"))
        .toList();
  }

  @Test
  void drawsLineAcrossThePlotWithRoundTicks() throws Exception {
    CurveChart chart =
        new CurveChart("a < b", "epoch")
            .curve("#123456", true, new double[] {1, 2, 3}, new double[] {0.3, 0.1, 0.2});

    // The plot area is 58 to 360 pixels across and 22 to 146 down.
    assertEquals(List.of("M58.0 22.0L209.0 146.0L360.0 84.0"), lines(chart));
    assertEquals(
        List.of("a < b", "0.1", "0.15", "0.2", "0.25", "0.3", "1", "2", "3", "epoch"),
        texts(chart));
  }

  @Test
  void leavesGapsForNonFiniteValues() throws Exception {
    double[] y = {1, 2, Double.NaN, Double.POSITIVE_INFINITY, 2, 1};
    CurveChart chart =
        new CurveChart("", "").curve("#123456", false, new double[] {0, 1, 2, 3, 4, 5}, y);

    String line = lines(chart).get(0);
    assertEquals(2, line.chars().filter(c -> c == 'M').count(), line);
    assertEquals(2, line.chars().filter(c -> c == 'L').count(), line);
  }

  @Test
  void drawsSinglePointAsDotAndNoDataAsEmptyPlot() throws Exception {
    CurveChart chart = new CurveChart("loss", "epoch");
    assertEquals(List.of(), lines(chart));
    chart.curve("#123456", false, new double[] {1}, new double[] {0});
    assertEquals(1, elements(chart, "circle").size());
    chart.curve("#123456", false, new double[] {1}, new double[] {Double.NaN});
    assertFalse(chart.svg().contains("NaN"));
  }

  @Test
  void staysSmallWithManyPoints() {
    double[] x = IntStream.range(0, 100_000).asDoubleStream().toArray();
    double[] y = IntStream.range(0, 100_000).mapToDouble(Math::sin).toArray();
    int size = new CurveChart("", "").curve("#123456", false, x, y).html().length();

    assertTrue(size < 5_000, size + " characters");
  }
}
