package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.Views;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.BoxTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

class FigurePictureTest {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;

  private static BufferedImage picture(Figure figure) throws Exception {
    return ImageIO.read(
        new ByteArrayInputStream(FigurePicture.png(FigureJson.of(figure), WIDTH, HEIGHT)));
  }

  private static boolean has(BufferedImage image, int column, String color) {
    int rgb = Color.decode(color).getRGB();
    return IntStream.range(0, image.getHeight()).anyMatch(y -> image.getRGB(column, y) == rgb);
  }

  private static long columnsWith(BufferedImage image, String color) {
    return IntStream.range(0, image.getWidth()).filter(x -> has(image, x, color)).count();
  }

  private static double[] flat(int size, double value) {
    double[] values = new double[size];
    java.util.Arrays.fill(values, value);
    return values;
  }

  @Test
  void turnedLabelsBesideALegendAreNotCutOff() throws Exception {
    Figure figure =
        Plots.meanAbsoluteErrors(
            Map.of("GRU", 2.09, "LSTM", 2.14, "SimpleRNN", 2.19),
            Map.of("ridge regression", 2.13, "last value", 2.57, "same time of day", 3.55),
            "°C");
    BufferedImage image = picture(figure);
    int last = image.getHeight() - 1;
    assertTrue(
        IntStream.range(0, image.getWidth())
            .allMatch(x -> image.getRGB(x, last) == image.getRGB(0, 0)));
  }

  @Test
  void everyLineIsDrawnInItsColour() throws Exception {
    List<LocalDateTime> times =
        IntStream.range(0, 50)
            .mapToObj(h -> LocalDateTime.of(2020, 2, 28, 0, 0).plusHours(h))
            .toList();
    Map<String, double[]> forecasts = new LinkedHashMap<>();
    forecasts.put("GRU", flat(50, 2));
    forecasts.put("LSTM", flat(50, 3));

    BufferedImage image = picture(Plots.forecast(times, flat(50, 1), forecasts, "T (°C)"));

    assertEquals(WIDTH * 3 / 2, image.getWidth());
    assertEquals(HEIGHT * 3 / 2, image.getHeight());
    for (String color : List.of(PlotStyle.NEUTRAL, PlotStyle.color(1), PlotStyle.color(2))) {
      assertTrue(columnsWith(image, color) > WIDTH / 2, "the line in " + color);
    }
  }

  @Test
  void aMissingValueIsAGap() throws Exception {
    double[] x = IntStream.range(0, 100).asDoubleStream().toArray();
    double[] y = flat(100, 1);
    long whole =
        columnsWith(
            picture(new Figure(ScatterTrace.builder(x, y).mode(ScatterTrace.Mode.LINE).build())),
            PlotStyle.color(0));
    for (int i = 40; i < 60; i++) {
      y[i] = Double.NaN;
    }

    long broken =
        columnsWith(
            picture(new Figure(ScatterTrace.builder(x, y).mode(ScatterTrace.Mode.LINE).build())),
            PlotStyle.color(0));

    // 99 steps between 100 points, of which 21 touch a missing one.
    assertEquals(78.0 / 99, (double) broken / whole, 0.02);
  }

  @Test
  void barsOfModelsAndBaselinesAreDrawn() throws Exception {
    BufferedImage image =
        picture(Plots.meanAbsoluteErrors(Map.of("GRU", 2.35), Map.of("last value", 2.57), "°C"));

    assertTrue(columnsWith(image, PlotStyle.color(2)) > 50);
    assertTrue(columnsWith(image, PlotStyle.NEUTRAL) > 50);
  }

  @Test
  void thePictureCarriesTheFigure() throws Exception {
    ObjectNode json =
        FigureJson.of(
            new Figure(
                Layout.builder("°C ≤ 3").build(),
                ScatterTrace.builder(new double[] {1, 2}, new double[] {3, 4}).build()));
    byte[] png = FigurePicture.png(json, WIDTH, HEIGHT);

    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(png)));
    IIOMetadataNode root =
        (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
    IIOMetadataNode chunk = (IIOMetadataNode) root.getElementsByTagName("zTXtEntry").item(0);

    assertEquals("unroll-figure", chunk.getAttribute("keyword"));
    assertEquals(FigureJson.write(json), chunk.getAttribute("text"));
    assertTrue(chunk.getAttribute("text").chars().allMatch(c -> c < 128), "ASCII only");
  }

  @Test
  void aFigureThatCannotBeDrawnHereStillCarriesItself() {
    Figure box = new Figure(BoxTrace.builder(new Object[] {"a", "a"}, new double[] {1, 2}).build());
    Layout logarithmic =
        Layout.builder("log").yAxis(Axis.builder().type(Axis.Type.LOG).build()).build();
    Figure negative =
        new Figure(
            logarithmic, ScatterTrace.builder(new double[] {1, 2}, new double[] {-1, 0}).build());

    for (Figure figure : List.of(box, negative)) {
      MimeBundle view = Views.of(figure);
      assertTrue(view.data().get(MimeBundle.PNG).length() > 1000);
    }
  }

  /** The colours in the middle of each cell of a 2 × 2 heat map, from the picture. */
  @Test
  void theCellsOfAHeatMapHaveTheColoursOfTheirNumbers() throws Exception {
    BufferedImage image =
        picture(Plots.heatMap("", "", "", new double[][] {{0, 1}, {Double.NaN, 0}}));

    String least = PlotStyle.SEQUENTIAL.get(0);
    String most = PlotStyle.SEQUENTIAL.get(PlotStyle.SEQUENTIAL.size() - 1);
    int left = image.getWidth() / 4;
    int right = image.getWidth() * 3 / 4;
    int top = image.getHeight() / 4;
    int bottom = image.getHeight() * 3 / 4;
    assertEquals(Color.decode(least).getRGB(), image.getRGB(left, top));
    assertEquals(Color.decode(most).getRGB(), image.getRGB(right, top));
    assertEquals(Color.WHITE.getRGB(), image.getRGB(left, bottom) | 0xFF1C1C1C, "a gap");
    assertEquals(Color.decode(least).getRGB(), image.getRGB(right, bottom));
  }

  /** On a logarithmic axis 1, 10 and 100 are equally far from each other. */
  @Test
  void aLogarithmicAxisIsOne() throws Exception {
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put("1", flat(2, 1));
    lines.put("10", flat(2, 10));
    lines.put("100", flat(2, 100));

    BufferedImage image = picture(Plots.lines("", "", "", lines).logY());

    int[] at = new int[3];
    for (int i = 0; i < 3; i++) {
      int rgb = Color.decode(PlotStyle.color(i)).getRGB();
      int middle = image.getWidth() / 2;
      at[i] =
          IntStream.range(0, image.getHeight())
              .filter(y -> image.getRGB(middle, y) == rgb)
              .findFirst()
              .orElseThrow();
    }
    assertTrue(at[0] > at[1] && at[1] > at[2], "upwards");
    assertEquals(at[0] - at[1], at[1] - at[2], 2);
  }

  /** The unit circle is as wide as high. */
  @Test
  void axesOfTheComplexPlaneHaveOneScale() throws Exception {
    BufferedImage image =
        picture(
            Plots.eigenvalues(Map.of("U", new SimpleMatrix(new double[][] {{0, -0.5}, {0.5, 0}}))));

    int dot = Color.decode(PlotStyle.color(0)).getRGB();
    int[] rows =
        IntStream.range(0, image.getHeight())
            .filter(y -> IntStream.range(0, 750).anyMatch(x -> near(image.getRGB(x, y), dot)))
            .toArray();
    int[] circle =
        IntStream.range(0, image.getWidth() * 3 / 4)
            .filter(
                x ->
                    IntStream.range(60, image.getHeight() - 120)
                        .anyMatch(y -> image.getRGB(x, y) == 0xFF808080))
            .toArray();
    // The eigenvalues ± 0.5 i are as far apart as the radius of the circle.
    double apart = rows[rows.length - 1] - rows[0];
    // The axis line at the left is grey as well, so the circle is measured from its right end.
    double right = circle[circle.length - 1];
    double centre =
        IntStream.range(0, 750)
            .filter(
                x ->
                    IntStream.range(0, image.getHeight())
                        .anyMatch(y -> near(image.getRGB(x, y), dot)))
            .average()
            .orElseThrow();
    assertEquals(right - centre, apart - 10, 8);
  }

  private static boolean near(int rgb, int other) {
    Color a = new Color(rgb);
    Color b = new Color(other);
    return Math.abs(a.getRed() - b.getRed())
            + Math.abs(a.getGreen() - b.getGreen())
            + Math.abs(a.getBlue() - b.getBlue())
        < 160;
  }
}
