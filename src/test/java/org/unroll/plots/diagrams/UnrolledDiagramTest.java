package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.unroll.Model;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.plots.Plots;

/** Compares unrolled layers with the values of recordings. */
class UnrolledDiagramTest {

  @Test
  void showsTheValuesOfTheRecording() {
    Recording recording = DiagramsTest.recording(lstm(4).name("lstm"));
    Diagram diagram = Plots.unrolled(recording, "lstm", 7, 9).unit(2);
    List<String> texts = diagram.scene().texts().stream().map(Scene.Text::text).toList();

    for (String state : List.of("c", "h")) {
      for (int step = 6; step <= 8; step++) {
        assertFollowedBy(texts, state + "_{" + step + "}", recording.get("lstm", state)[step][2]);
      }
    }
    for (String gate : List.of("f", "i", "o")) {
      double value = recording.get("lstm", gate)[7][2];
      assertFollowedBy(texts, gate + "_t", value);
      assertTrue(diagram.description().contains(" " + gate + " = " + rounded(value)));
    }
    assertTrue(texts.contains("LSTM, unit 2"), texts.toString());
    assertFalse(diagram.caption().contains("means"), diagram.caption());
    assertTrue(Plots.unrolled(recording, "lstm", 7, 9).caption().contains("means over the units"));
  }

  @Test
  void namesTheCellAndShowsAllItsGates() {
    assertTexts(DiagramsTest.recording(simpleRnn(2).name("a")), "a", "SimpleRNN, mean of 2 units");
    assertTexts(DiagramsTest.recording(rnn(minimalGatedUnitCell(2)).name("a")), "a", "f_t");
    Recording coupled =
        DiagramsTest.recording(rnn(lstmVariantCell(2).coupledGates(true)).name("a"));
    List<String> texts = texts(Plots.unrolled(coupled, "a", 3, 4).unit(0));
    assertTrue(texts.contains("Coupled LSTM, unit 0"), texts.toString());
    assertFollowedBy(texts, "f_t", 1 - coupled.get("a", "i")[3][0]);
    Recording variant = DiagramsTest.recording(rnn(lstmVariantCell(2).inputGate(false)).name("a"));
    assertTexts(variant, "a", "LSTMVariantCell, mean of 2 units");
    assertTexts(variant, "a", "o_t");
  }

  private static void assertTexts(Recording recording, String layer, String text) {
    List<String> texts = texts(Plots.unrolled(recording, layer, 3, 4));
    assertTrue(texts.contains(text), text + " in " + texts);
  }

  private static List<String> texts(Diagram diagram) {
    return diagram.scene().texts().stream().map(Scene.Text::text).toList();
  }

  @Test
  void beginsWithTheStateThatTheLayerBeginsWith() {
    var x = input(12, 2);
    var encoded = lstm(2).name("encoder").returnState(true).on(x);
    var decoded = lstm(2).name("decoder").on(x, encoded.states());
    Recording recording =
        Model.of(List.of(x), List.of(decoded)).record(Samples.of(new double[1][12][2]), 0);
    Recording started = DiagramsTest.recording(lstm(2).name("lstm"));

    assertFollowedBy(texts(Plots.unrolled(started, "lstm", 0, 2)), "start", 0);
    double h = recording.get("encoder", "h")[11][1];
    assertFollowedBy(texts(Plots.unrolled(recording, "decoder", 0, 2).unit(1)), "start", h);
    assertTrue(Plots.unrolled(started, "lstm", 0, 2).caption().contains("Steps count from 0"));
    assertFalse(Plots.unrolled(started, "lstm", 1, 2).caption().contains("Steps count from 0"));
  }

  @Test
  void showsNoGatesOfAMaskedStep() {
    Sequential model = Sequential.of(input(3, 1), masking(0), gru(2).name("gru"));
    Recording recording = model.record(Samples.of(new double[][][] {{{1}, {0}, {2}}}), 0);
    Diagram diagram = Plots.unrolled(recording, "gru", 0, 3);

    assertEquals(1, texts(diagram).stream().filter("masked"::equals).count());
    assertEquals(2, texts(diagram).stream().filter("z_t"::equals).count());
    assertTrue(diagram.description().contains("Step 1, masked: h = "), diagram.description());
  }

  private static void assertFollowedBy(List<String> texts, String symbol, double value) {
    String signed = rounded(value);
    boolean found =
        IntStream.range(1, texts.size())
            .anyMatch(i -> texts.get(i - 1).equals(symbol) && texts.get(i).equals(signed));
    assertTrue(found, symbol + " = " + signed + " in " + texts);
  }

  private static String rounded(double value) {
    String rounded = String.valueOf(Math.round(Math.abs(value) * 100));
    String digits = "0".repeat(Math.max(0, 3 - rounded.length())) + rounded;
    int point = digits.length() - 2;
    String text = digits.substring(0, point) + "." + digits.substring(point);
    return value < 0 && !text.equals("0.00") ? "−" + text : text;
  }

  @Test
  void rejectsStepsThatItCannotDraw() {
    Recording recording = DiagramsTest.recording(lstm(4).name("lstm"));

    for (int[] steps : new int[][] {{5, 5}, {5, 13}, {-1, 3}}) {
      assertEquals(
          "The time steps from (inclusive) to (exclusive) must be 1 to 12 steps among the recorded"
              + " ones, 0 to 12, but were "
              + steps[0]
              + " to "
              + steps[1]
              + ".",
          message(() -> Plots.unrolled(recording, "lstm", steps[0], steps[1])));
    }
    assertTrue(message(() -> Plots.unrolled(recording, "gru", 5, 6)).contains("'gru'"));
    assertEquals(
        "unit must be from 0 to 3, but was -1.",
        message(() -> Plots.unrolled(recording, "lstm", 5, 6).unit(-1)));
    Recording backward = DiagramsTest.recording(lstm(4).name("lstm").goBackwards(true));
    assertEquals(
        "The unrolled layer must be a recurrent layer that reads from the first step to the last,"
            + " but LSTM 'lstm' has goBackwards(true).",
        message(() -> Plots.unrolled(backward, "lstm", 5, 6)));
    Recording plain = DiagramsTest.recording(timeDistributed(dense(2)).name("dense"));
    assertTrue(message(() -> Plots.unrolled(plain, "dense", 5, 6)).contains(" is not."));
  }

  private static String message(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  /** The names of layers are drawn as they are, and long ones are shortened. */
  @TestFactory
  Stream<DynamicTest> namesOfLayersAreNotFormulas() {
    String name40 = "encoder_of_the_long_sequence_of_words_01";
    return Stream.of("simple_rnn", "x", "h_t", "a_{b", "a_", "<&\"'>", name40)
        .map(name -> dynamicTest(name, () -> assertNamed(name)));
  }

  private static void assertNamed(String name) throws Exception {
    Recording recording = DiagramsTest.recording(simpleRnn(2).name(name));
    for (Diagram diagram :
        List.of(Plots.unrolled(recording, name, 3, 5), Plots.unrolled(recording, name, 3, 10))) {
      DiagramsTest.assertLegible(diagram.scene());
      DiagramsTest.assertSvg(diagram);
      Scene.Text heading = diagram.scene().texts().get(0);
      assertTrue(heading.runs().stream().noneMatch(run -> run.italic() || run.subscript()));
      assertTrue(heading.text().startsWith("'" + (name.length() < 40 ? name + "'" : "encoder_")));
      assertTrue(heading.text().contains("at steps 3 to "), heading.text());
      assertTrue(diagram.title().startsWith("'" + name + "' at steps 3 to "), diagram.title());
      assertTrue(diagram.png(Theme.DARK).length > 1000);
    }
  }
}
