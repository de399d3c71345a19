package org.unroll.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unroll.ConfusionMatrix;
import org.unroll.ThresholdCurves;

class ClassificationPlotsTest {
  private static final ThresholdCurves CURVES =
      ThresholdCurves.of(new int[] {0, 0, 1, 1}, new double[] {0.1, 0.4, 0.35, 0.8});

  @Test
  void drawsCountsWithTruthDownwards() {
    var matrix = ConfusionMatrix.of(List.of("cat", "cat", "dog"), List.of("cat", "dog", "dog"));
    JsonNode json = FigureJson.of(Plots.confusionMatrix(matrix));

    int[][] counts = {{1, 1}, {0, 1}};
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        assertEquals(counts[i][j], json.at("/data/0/z/" + i + "/" + j).asDouble());
      }
    }
    assertEquals("truth", json.at("/layout/yaxis/title/text").asText());
    assertEquals("predicted", json.at("/layout/xaxis/title/text").asText());
    assertEquals("[\"cat\",\"dog\"]", json.at("/layout/xaxis/ticktext").toString());
    assertEquals(4, json.at("/layout/annotations").size());
    assertEquals("0", json.at("/layout/annotations/2/text").asText());
  }

  @Test
  void drawsCurvesWithTheirAreas() {
    JsonNode roc = FigureJson.of(Plots.roc(Map.of("GRU", CURVES)));
    assertEquals("GRU (AUC 0.750)", roc.at("/data/0/name").asText());
    assertEquals("[0,0,0.5,0.5,1]", roc.at("/data/0/x").toString().replace(".0", ""));
    assertEquals("[0,0.5,0.5,1,1]", roc.at("/data/0/y").toString().replace(".0", ""));
    assertEquals("[0,1]", roc.at("/data/1/y").toString().replace(".0", ""));
    assertEquals("true positive rate", roc.at("/layout/yaxis/title/text").asText());

    JsonNode precision = FigureJson.of(Plots.precisionRecall(Map.of("GRU", CURVES)));
    assertEquals("GRU (average precision 0.833)", precision.at("/data/0/name").asText());
    assertEquals("[0,0.5,0.5,1,1]", precision.at("/data/0/x").toString().replace(".0", ""));
    assertEquals("[0.5,0.5]", precision.at("/data/1/y").toString());
    assertEquals("precision", precision.at("/layout/yaxis/title/text").asText());
  }
}
