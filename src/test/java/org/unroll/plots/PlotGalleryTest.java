package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unroll.plots.drawing.Drawing;

/** Checks that the static picture of every ready-made plot shows the colors of its traces. */
class PlotGalleryTest {

  @Test
  void galleryHasEveryPlot() {
    Set<String> plots =
        Arrays.stream(Plots.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> method.getReturnType() == PlotFigure.class)
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(plots, new TreeSet<>(PlotGallery.figures().keySet()));
  }

  @TestFactory
  Stream<DynamicTest> drawsEveryPlot() {
    return PlotGallery.figures().entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey(), () -> assertDrawn(FigureJson.of(entry.getValue().get()))));
  }

  private static void assertDrawn(ObjectNode json) throws Exception {
    assertTrue(Drawing.canDraw(json));
    assertFalse(json.at("/layout/title/text").asText().isEmpty());
    int height = json.at("/layout/height").asInt();
    byte[] png = FigurePicture.png(json, PlotStyle.WIDTH, height);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    Set<Integer> colors = new TreeSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colors.add(image.getRGB(x, y) & 0xFFFFFF);
      }
    }
    for (JsonNode trace : json.get("data")) {
      JsonNode line = trace.at("/line/color");
      JsonNode color = line.isTextual() ? line : trace.at("/marker/color");
      // Points are translucent, and the edges of a band are not drawn.
      boolean opaque =
          trace.at("/marker/opacity").asDouble(1) == 1 && trace.at("/line/width").asDouble(2) > 0;
      if (color.isTextual() && opaque) {
        int rgb = Color.decode(color.asText()).getRGB() & 0xFFFFFF;
        assertTrue(colors.contains(rgb), trace.get("name") + " in " + color);
      }
    }
    assertTrue(colors.size() > 8, "more than the background and the text");
  }
}
