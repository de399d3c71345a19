package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.rnn;

import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.plots.Plots;

class CellTimelineTest {

  /** Returns the corners of a line or an area. */
  private static List<double[]> points(Shape shape) {
    List<double[]> points = new ArrayList<>();
    double[] at = new double[6];
    for (PathIterator i = shape.getPathIterator(null); !i.isDone(); i.next()) {
      if (i.currentSegment(at) != PathIterator.SEG_CLOSE) {
        points.add(new double[] {at[0], at[1]});
      }
    }
    return points;
  }

  /** The line of a gate is at its share of the height of the plot. */
  @Test
  void lineOfAGateFollowsTheRecordedUnit() {
    Recording recording = DiagramsTest.recording(lstm(8).name("lstm"));
    Diagram diagram = Plots.cell("LSTM").values(recording, "lstm").unit(3);
    Ink forget = CellSketch.of("LSTM").sketch().nodes().get("f").ink();

    Shape line =
        diagram.scene().figures().stream()
            .filter(figure -> forget.equals(figure.line()))
            .findFirst()
            .orElseThrow()
            .shape();

    double[][] f = recording.get("lstm", "f");
    List<double[]> points = points(line);
    assertEquals(12, points.size());
    // From the baseline of the first symbol, the plot begins 7 units below and is 28 high.
    double bottom = 46 + 17 + 29;
    for (int t = 0; t < 12; t++) {
      assertEquals(10 + 160 * t / 11.0, points.get(t)[0], 1e-9);
      assertEquals(bottom - 28 * f[t][3], points.get(t)[1], 1e-9);
    }
  }

  @Test
  void coupledForgetGateIsOneMinusTheInputGate() {
    Recording recording = DiagramsTest.recording(rnn(lstmVariantCell(8).coupledGates(true)));
    double[][] i = recording.get("rnn", "i");
    double least = 1;
    for (double[] step : i) {
      least = Math.min(least, 1 - step[0]);
    }

    String description = Plots.cell("coupled LSTM").values(recording, "rnn").unit(0).description();

    assertTrue(
        description.contains(String.format(Locale.ROOT, "f_t from %.2f to", least)), description);
  }

  /** The slider itself is tested in a browser, by src/test/browser. */
  @Test
  void scriptHasTheValuesOfEachStep() {
    Recording recording = DiagramsTest.recording(gru(8).name("gru"));
    String script = Plots.cell("GRU").values(recording, "gru").unit(5).mark(7).script();

    for (double[] z : recording.get("gru", "z")) {
      assertTrue(script.contains(String.format(Locale.ROOT, "\"%.2f\"", z[5])), script);
    }
    assertTrue(script.contains("value: 7}"), script);
    assertFalse(script.contains("</"), "a tag could end the script");
    assertEquals("", Plots.cell("GRU").script());
  }

  @Test
  void arguments() {
    Recording recording = DiagramsTest.recording(gru(8).name("gru"));
    CellTimeline timeline = Plots.cell("GRU").values(recording, "gru");
    Recording longer =
        Sequential.of(input(501, 2), gru(2)).record(Samples.of(new double[1][501][2]), 0);

    assertEquals(
        "The marked time steps must be from 0 to 11, but one was 12.",
        assertThrows(IllegalArgumentException.class, () -> timeline.mark(3, 12)).getMessage());
    assertEquals(
        "unit must be from 0 to 7, but was 8.",
        assertThrows(IllegalArgumentException.class, () -> timeline.unit(8)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Plots.cell("LSTM").values(recording, "gru"));
    String tooLong =
        assertThrows(IllegalArgumentException.class, () -> Plots.cell("GRU").values(longer, "gru"))
            .getMessage();
    assertTrue(tooLong.startsWith("A slider over time must have at most 500 steps"), tooLong);
  }
}
