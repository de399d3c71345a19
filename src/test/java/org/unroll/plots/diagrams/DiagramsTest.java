package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Checks every diagram as a drawing. */
class DiagramsTest {

  private static final List<String> CELLS =
      List.of(
          "SimpleRNN",
          "LSTM",
          "peephole",
          "coupled",
          "coupled peephole",
          "GRU",
          "GRU reset before",
          "MGU");

  /** The numbers of all values are at most this wide: −0.00. */
  static Recording recording(Layer layer) {
    double[][] x =
        IntStream.range(0, 12)
            .mapToObj(t -> new double[] {Math.sin(t), -1 - Math.cos(t)})
            .toArray(double[][]::new);
    return Sequential.seeded(1, input(12, 2), layer).record(Samples.of(new double[][][] {x}), 0);
  }

  private static Map<String, Diagram> diagrams() {
    Map<String, Diagram> diagrams = new LinkedHashMap<>();
    for (String name : CELLS) {
      CellDiagram cell = Plots.cell(name);
      diagrams.put(name, cell);
      cell.steps().forEach(step -> diagrams.put(name + ": " + step, cell.step(step)));
    }
    Recording lstm = recording(lstm(8).name("lstm"));
    Recording gru = recording(gru(8).name("gru"));
    for (int unit = 0; unit < 8; unit++) {
      diagrams.put("LSTM unit " + unit, Plots.cell("LSTM").values(lstm, "lstm", 5, unit));
      diagrams.put("GRU unit " + unit, Plots.cell("GRU").values(gru, "gru", 5, unit));
    }
    Map<String, Layer> others = new LinkedHashMap<>();
    others.put("SimpleRNN", simpleRnn(8));
    others.put("peephole", rnn(lstmVariantCell(8).peepholes(true)));
    others.put("coupled", rnn(lstmVariantCell(8).coupledGates(true)));
    others.put("coupled peephole", rnn(lstmVariantCell(8).peepholes(true).coupledGates(true)));
    others.put("GRU reset before", gru(8).resetAfter(false));
    others.put("MGU", rnn(minimalGatedUnitCell(8)));
    others.forEach(
        (name, layer) -> {
          Recording recording = recording(layer);
          String own = layer.name();
          diagrams.put(name + " mean", Plots.cell(name).values(recording, own, 5));
          diagrams.put(name + " unit 3", Plots.cell(name).values(recording, own, 5, 3));
          diagrams.put("unrolled " + name, Plots.unrolled(recording, own, 9, 12));
        });
    diagrams.put("unrolled LSTM", Plots.unrolled(lstm, "lstm", 9, 12));
    diagrams.put("unrolled GRU", Plots.unrolled(gru, "gru", 0, 5));
    diagrams.put("one step", Plots.unrolled(lstm, "lstm", 0, 1).unit(3));
    diagrams.put("backpropagation", Diagrams.backpropagation());
    diagrams.put("loop", Diagrams.loop());
    diagrams.put("task shapes", Diagrams.taskShapes());
    diagrams.put("colored text", coloredText());
    diagrams.put("LSTM over time", Plots.cell("LSTM").values(lstm, "lstm").mark(3, 9));
    diagrams.put("GRU over time", Plots.cell("GRU").values(gru, "gru").unit(2));
    return diagrams;
  }

  private static Diagram coloredText() {
    String text = "We saw “a_b” {x} — when\nMMMMMMMMMWWWWWWWWW mountains wore white…\n";
    double[] values = IntStream.range(0, text.length()).mapToDouble(Math::sin).toArray();
    return Plots.coloredText("Unit 3", text, values);
  }

  @TestFactory
  Stream<DynamicTest> isLegible() {
    return diagrams().entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> assertLegible(entry.getValue().scene())));
  }

  static void assertLegible(Scene scene) {
    assertTrue(scene.width() <= 360, "letters are smaller on a phone");
    Rectangle2D page = new Rectangle2D.Double(0, 0, scene.width(), scene.height());
    List<Scene.Text> texts = scene.texts();
    for (int i = 0; i < texts.size(); i++) {
      Scene.Text text = texts.get(i);
      Rectangle2D bounds = text.bounds();
      assertTrue(page.contains(bounds), text + " is outside");
      for (MathText.Run run : text.runs()) {
        assertTrue(run.sizeOf(text.size()) >= 11, text + " is small");
      }
      for (Scene.Text other : texts.subList(i + 1, texts.size())) {
        assertFalse(bounds.intersects(other.bounds()), text + " overlaps " + other);
      }
      for (Scene.Figure figure :
          scene.figures().subList(box(scene, bounds), scene.figures().size())) {
        assertFree(text, bounds, figure);
      }
    }
  }

  /** Returns the index of the topmost box that contains a text and hides what is below it; or 0. */
  private static int box(Scene scene, Rectangle2D text) {
    return IntStream.range(0, scene.figures().size())
        .filter(i -> scene.figures().get(i).fill() != null && scene.figures().get(i).line() != null)
        .filter(i -> scene.figures().get(i).shape().getBounds2D().contains(text))
        .max()
        .orElse(0);
  }

  /** Asserts that a text is inside a box or outside, and that no line passes through it. */
  private static void assertFree(Scene.Text text, Rectangle2D bounds, Scene.Figure figure) {
    if (figure.line() == null) {
      return;
    }
    Shape line = new BasicStroke((float) figure.width()).createStrokedShape(figure.shape());
    // Letters in a box or circle may touch its edge a little more than labels may.
    double slack = figure.fill() == null ? 0 : 1;
    Rectangle2D inner =
        new Rectangle2D.Double(
            bounds.getX() + slack,
            bounds.getY() + slack,
            bounds.getWidth() - 2 * slack,
            bounds.getHeight() - 2 * slack);
    assertFalse(line.intersects(inner), text + " is crossed by " + line.getBounds2D());
  }

  @TestFactory
  Stream<DynamicTest> isWellFormedSvg() {
    return diagrams().entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> assertSvg(entry.getValue())));
  }

  static void assertSvg(Diagram diagram) throws Exception {
    String svg = diagram.svg(Theme.AUTOMATIC);
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)))
            .getDocumentElement();
    assertEquals("svg", root.getTagName());
    assertEquals(diagram.title(), root.getElementsByTagName("title").item(0).getTextContent());
    assertEquals(diagram.description(), root.getElementsByTagName("desc").item(0).getTextContent());
    assertTrue(root.getAttribute("viewBox").startsWith("0 0 "));
    assertTexts(diagram, root.getElementsByTagName("text"));
    for (Theme theme : Theme.values()) {
      String drawn = diagram.svg(theme);
      long lines = diagram.scene().figures().stream().filter(f -> f.fill() == null).count();
      assertEquals(lines, drawn.split("fill=\"none\"", -1).length - 1, "filled lines");
      assertTrue(drawn.contains(" text{white-space:pre}"));
      String scope = drawn.replaceAll("(?s).* class=\"(unroll-[0-9a-f]+)\".*", "$1");
      String rules = drawn.replaceAll("(?s).*<style>(.*)</style>.*", "$1");
      assertEquals(
          List.of(),
          Stream.of(rules.split("[{}]"))
              .filter(part -> part.startsWith(".") && !part.startsWith("." + scope + " "))
              .toList());
    }
    assertTrue(svg.contains("prefers-color-scheme:dark"));
    assertFalse(diagram.svg(Theme.LIGHT).contains("prefers-color-scheme"));
    assertFalse(diagram.svg(Theme.DARK).contains("#ffffff"));
    assertFalse(diagram.svg(Theme.LIGHT).contains("#111111"));
  }

  private static void assertTexts(Diagram diagram, NodeList texts) {
    assertEquals(diagram.scene().texts().size(), texts.getLength());
    for (int i = 0; i < texts.getLength(); i++) {
      Scene.Text text = diagram.scene().texts().get(i);
      String drawn =
          text.bold() || text.mono() ? text.text() : text.text().replaceAll("_|[{}]", "");
      assertEquals(drawn, texts.item(i).getTextContent());
    }
  }

  /** SVG within a page shares its style rules with the rest of the page. */
  @Test
  void drawingsInOnePageDoNotShareTheirRules() {
    Diagram lstm = Plots.cell("LSTM");
    List<String> scopes =
        Stream.of(
                lstm.svg(Theme.LIGHT),
                lstm.svg(Theme.DARK),
                lstm.svg(Theme.AUTOMATIC),
                Plots.cell("LSTM").step("input").svg(Theme.LIGHT),
                Plots.cell("LSTM").step("forget").svg(Theme.LIGHT),
                Plots.cell("GRU").svg(Theme.LIGHT))
            .map(svg -> svg.replaceAll("(?s).* class=\"(unroll-[0-9a-f]+)\".*", "$1"))
            .toList();

    assertEquals(scopes.size(), Set.copyOf(scopes).size(), scopes.toString());
  }

  /** Where wires with different values cross without a gap, they look connected. */
  @Test
  void crossingWiresHaveAGap() {
    int crossings = 0;
    for (String name : CELLS) {
      Sketch sketch = CellSketch.of(name).sketch();
      List<Scene.Figure> figures = Plots.cell(name).scene().figures();
      for (Sketch.Wire a : sketch.wires()) {
        for (Sketch.Wire b : sketch.wires()) {
          for (Point2D at : crossings(a, b)) {
            crossings++;
            boolean hasGap =
                figures.stream()
                    .filter(f -> f.shape() instanceof Rectangle2D && f.line() == null)
                    .anyMatch(f -> f.shape().contains(at));
            assertTrue(hasGap, name + ": " + a + " and " + b + " at " + at);
          }
        }
      }
    }
    assertEquals(10, crossings);
  }

  /** Returns where a horizontal line of one wire and a vertical one of another meet inside both. */
  private static List<Point2D> crossings(Sketch.Wire a, Sketch.Wire b) {
    List<Point2D> crossings = new ArrayList<>();
    for (int i = 1; i < a.points().size() && !a.from().equals(b.from()); i++) {
      for (int j = 1; j < b.points().size(); j++) {
        if (!isVertical(a.points(), i) && isVertical(b.points(), j)) {
          double x = b.points().get(j).getX();
          double y = a.points().get(i).getY();
          double[] across = range(a.points(), i, false);
          double[] down = range(b.points(), j, true);
          if (x > across[0] && x < across[1] && y > down[0] && y < down[1]) {
            crossings.add(new Point2D.Double(x, y));
          }
        }
      }
    }
    return crossings;
  }

  @Test
  void wiresBeginAndEndAtNodesAndOnlyAtThem() {
    for (String name : CELLS) {
      Sketch sketch = CellSketch.of(name).sketch();
      for (Sketch.Wire wire : sketch.wires()) {
        List<Point2D> points = wire.points();
        Sketch.Node target = sketch.nodes().get(wire.to());
        Point2D end = points.get(points.size() - 1);
        double dx = Math.abs(end.getX() - target.x());
        double dy = Math.abs(end.getY() - target.y());
        assertTrue(
            dx <= target.size().halfWidth() && dy <= target.size().halfHeight(), wire.toString());
        Sketch.Node source = sketch.nodes().get(wire.from());
        assertEquals(0, points.get(0).distance(source.x(), source.y()), wire.toString());
        for (int i = 1; i < points.size(); i++) {
          assertTrue(
              points.get(i).getX() == points.get(i - 1).getX()
                  || points.get(i).getY() == points.get(i - 1).getY(),
              wire + " must consist of horizontal and vertical lines");
        }
      }
    }
  }

  /** Where wires share a way, a reader could not see what it carries if their sources differ. */
  @Test
  void wiresOfDifferentValuesDoNotLieOnEachOther() {
    for (String name : CELLS) {
      Sketch sketch = CellSketch.of(name).sketch();
      for (Sketch.Wire a : sketch.wires()) {
        for (Sketch.Wire b : sketch.wires()) {
          boolean meet = a.from().equals(b.from());
          for (int i = 1; i < a.points().size() && !meet; i++) {
            for (int j = 1; j < b.points().size(); j++) {
              assertTrue(
                  shared(a.points(), i, b.points(), j) < 1e-9, name + ": " + a + " and " + b);
            }
          }
        }
      }
    }
  }

  /** Returns the length that two lines have in common. */
  private static double shared(List<Point2D> a, int i, List<Point2D> b, int j) {
    boolean sameX = isVertical(a, i) && isVertical(b, j) && a.get(i).getX() == b.get(j).getX();
    boolean sameY = !isVertical(a, i) && !isVertical(b, j) && a.get(i).getY() == b.get(j).getY();
    if (!sameX && !sameY) {
      return 0;
    }
    double[] first = range(a, i, sameX);
    double[] second = range(b, j, sameX);
    return Math.min(first[1], second[1]) - Math.max(first[0], second[0]);
  }

  private static boolean isVertical(List<Point2D> points, int i) {
    return points.get(i).getX() == points.get(i - 1).getX();
  }

  private static double[] range(List<Point2D> points, int i, boolean vertical) {
    Point2D p = points.get(i - 1);
    Point2D q = points.get(i);
    double from = vertical ? p.getY() : p.getX();
    double to = vertical ? q.getY() : q.getX();
    return new double[] {Math.min(from, to), Math.max(from, to)};
  }

  @Test
  void picturesAreLightAndDark() throws Exception {
    Diagram diagram = Plots.cell("LSTM");
    BufferedImage light = ImageIO.read(new ByteArrayInputStream(diagram.png(Theme.LIGHT)));
    BufferedImage dark = ImageIO.read(new ByteArrayInputStream(diagram.png(Theme.DARK)));

    assertEquals(diagram.width() * 3 / 2, light.getWidth());
    assertEquals(diagram.height() * 3 / 2, light.getHeight());
    assertEquals(0xFFFFFFFF, light.getRGB(2, 2));
    assertEquals(0xFF111111, dark.getRGB(2, 2));
    long different =
        IntStream.range(0, light.getWidth()).mapToObj(x -> light.getRGB(x, 300)).distinct().count();
    assertTrue(different > 10, "only " + different + " colors in the middle");
  }

  @Test
  void savesPictures(@TempDir Path folder) throws Exception {
    Diagram diagram = Diagrams.taskShapes();
    diagram.save(folder.resolve("shapes.svg")).save(folder.resolve("shapes.png"));

    assertEquals(diagram.svg(Theme.AUTOMATIC), Files.readString(folder.resolve("shapes.svg")));
    assertEquals(
        diagram.width() * 3 / 2, ImageIO.read(folder.resolve("shapes.png").toFile()).getWidth());
    assertNotEquals(diagram.svg(Theme.LIGHT), diagram.svg(Theme.DARK));
    assertThrows(IllegalArgumentException.class, () -> diagram.save(folder.resolve("shapes.gif")));
  }

  @Test
  void keepsTheColorsOfAPictureThatHasFewOfThem() {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    IntStream.range(0, 256).forEach(i -> image.setRGB(i % 16, i / 16, 0x010203 * i));
    BufferedImage indexed = PngPainter.withPalette(image);
    for (int i = 0; i < 256; i++) {
      assertEquals(image.getRGB(i % 16, i / 16), indexed.getRGB(i % 16, i / 16));
    }
  }

  @Test
  void replacesARareColorByTheNearestFrequentOne() {
    BufferedImage image = new BufferedImage(257, 2, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 256; x++) {
      image.setRGB(x, 0, x);
      image.setRGB(x, 1, x);
    }
    image.setRGB(256, 0, 0x0000ff);
    image.setRGB(256, 1, 0x0100ff);
    BufferedImage indexed = PngPainter.withPalette(image);
    assertEquals(0xff0000ff, indexed.getRGB(256, 1));
    assertEquals(0xff000007, indexed.getRGB(7, 1));
  }
}
