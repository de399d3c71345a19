package org.unroll.notebook;

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
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.HeatmapTrace;
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
    for (String color : List.of(PlotStyle.NEUTRAL, PlotStyle.color(0), PlotStyle.color(1))) {
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

    assertTrue(columnsWith(image, PlotStyle.color(0)) > 50);
    assertTrue(columnsWith(image, PlotStyle.NEUTRAL) > 50);
  }

  @Test
  void aBarIsLabelledWithThreeDigits() {
    ObjectNode json =
        FigureJson.of(Plots.meanAbsoluteErrors(Map.of("GRU", 2.0703292991960884), Map.of(), "°C"));
    CategoryChart chart = (CategoryChart) FigureCharts.of(json).get(0);

    assertEquals("%{value:.3g}", json.at("/data/0/texttemplate").asText());
    assertEquals(2.07, chart.getSeries("models").getYData()[0]);
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
    Figure heat =
        new Figure(
            HeatmapTrace.builder(new Object[] {"a"}, new Object[] {"b"}, new double[][] {{1}})
                .build());
    Layout logarithmic =
        Layout.builder("log").yAxis(Axis.builder().type(Axis.Type.LOG).build()).build();
    Figure negative =
        new Figure(
            logarithmic, ScatterTrace.builder(new double[] {1, 2}, new double[] {-1, 0}).build());

    for (Figure figure : List.of(heat, negative)) {
      MimeBundle view = Views.of(figure);
      assertTrue(view.data().get(MimeBundle.PNG).length() > 1000);
    }
  }
}
