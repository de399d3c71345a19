package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.network.Layer;

/** Checks the equations, the descriptions and the colors of the cells. */
class CellTextTest {

  @Test
  void captionOfAStepHasItsEquation() {
    CellDiagram forget = CellDiagram.of("LSTM").step("forget");

    assertTrue(forget.caption().endsWith("f_t = σ(x_t·W_f + h_t−1·U_f + b_f)"), forget.caption());
    assertTrue(forget.captionHtml().contains("<i>h</i><sub><i>t</i></sub><sub>−1</sub>"));
    assertEquals(List.of("forget", "input", "update", "output"), CellDiagram.of("LSTM").steps());
  }

  /** The equations are those of the Javadoc of the cells, and of notebooks 03 and 04. */
  @Test
  void captionsHaveTheEquationsOfTheCells() {
    String read = "(x_t·W_G + h_t−1·U_G + b_G)";
    String candidate = "g_t = tanh(x_t·W_c + h_t−1·U_c + b_c)";
    String output = "h_t = o_t ⊙ tanh(c_t)";
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("SimpleRNN", "h_t = tanh(x_t·W + h_t−1·U + b)");
    expected.put(
        "LSTM",
        "f_t = σF; i_t = σI; "
            + candidate
            + "; c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t; o_t = σO; "
            + output);
    expected.put(
        "peephole LSTM",
        "f_t = σ(x_t·W_f + h_t−1·U_f + p_f ⊙ c_t−1 + b_f);"
            + " i_t = σ(x_t·W_i + h_t−1·U_i + p_i ⊙ c_t−1 + b_i); "
            + candidate
            + "; c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t;"
            + " o_t = σ(x_t·W_o + h_t−1·U_o + p_o ⊙ c_t + b_o); "
            + output);
    expected.put(
        "coupled LSTM",
        "i_t = σI; "
            + candidate
            + "; f_t = 1 − i_t; c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t; o_t = σO; "
            + output);
    expected.put(
        "coupled peephole LSTM",
        "i_t = σ(x_t·W_i + h_t−1·U_i + p_i ⊙ c_t−1 + b_i); "
            + candidate
            + "; f_t = 1 − i_t; c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t;"
            + " o_t = σ(x_t·W_o + h_t−1·U_o + p_o ⊙ c_t + b_o); "
            + output);
    expected.put(
        "GRU",
        "z_t = σ(x_t·W_z + h_t−1·U_z + b_z + b′_z); r_t = σ(x_t·W_r + h_t−1·U_r + b_r + b′_r);"
            + " g_t = tanh(x_t·W_h + b_h + r_t ⊙ (h_t−1·U_h + b′_h));"
            + " h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ g_t");
    expected.put(
        "GRU reset before",
        "z_t = σ(x_t·W_z + h_t−1·U_z + b_z); r_t = σ(x_t·W_r + h_t−1·U_r + b_r);"
            + " g_t = tanh(x_t·W_h + (r_t ⊙ h_t−1)·U_h + b_h);"
            + " h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ g_t");
    expected.put(
        "MGU",
        "f_t = σF; g_t = tanh(x_t·W_h + (f_t ⊙ h_t−1)·U_h + b_h);"
            + " h_t = (1 − f_t) ⊙ h_t−1 + f_t ⊙ g_t");
    expected.forEach(
        (name, equations) ->
            assertEquals(
                equations
                    .replace("σF", "σ" + read.replace('G', 'f'))
                    .replace("σI", "σ" + read.replace('G', 'i'))
                    .replace("σO", "σ" + read.replace('G', 'o')),
                CellDiagram.of(name).caption(),
                name));
  }

  @Test
  void cellWithoutBiasesHasEquationsWithoutThem() {
    Map<Layer, String> expected =
        Map.of(
            simpleRnn(2).useBias(false), "h_t = tanh(x_t·W + h_t−1·U)",
            gru(2).useBias(false), "g_t = tanh(x_t·W_h + r_t ⊙ (h_t−1·U_h))",
            lstm(2).useBias(false), "f_t = σ(x_t·W_f + h_t−1·U_f);");
    expected.forEach(
        (layer, equation) -> {
          CellDiagram drawn = CellDiagram.of(Sequential.of(input(3, 2), layer), layer.name());
          assertTrue(drawn.caption().contains(equation), drawn.caption());
          assertFalse(drawn.caption().contains("b"), drawn.caption());
        });
  }

  @Test
  void descriptionsNameWhatTheLayersRead() {
    String reads = " read the input and the previous output.";
    assertTrue(CellDiagram.of("LSTM").description().endsWith("layers f, i, g and o" + reads));
    assertTrue(
        CellDiagram.of("peephole LSTM")
            .description()
            .endsWith(
                "The gate o also reads the new cell state, and f and i read the previous one."));
    assertTrue(
        CellDiagram.of("coupled LSTM")
            .description()
            .endsWith(
                " layers i, g and o" + reads + " The forget gate is 1 minus the input gate."));
    assertTrue(
        CellDiagram.of("coupled peephole LSTM")
            .description()
            .contains("The gate o also reads the new cell state, and i reads the previous one."));
    assertTrue(
        CellDiagram.of("GRU")
            .description()
            .contains("z times the previous state, plus 1 minus z times g"));
    assertTrue(
        CellDiagram.of("MGU")
            .description()
            .contains("1 minus f times the previous state, plus f times g"));
  }

  /** Gates with the same role have the same color, and those with different roles do not. */
  @Test
  void colorsFollowTheRoles() {
    Ink keep = ink("LSTM", "f");
    assertEquals(keep, ink("GRU", "z"));
    Ink write = ink("LSTM", "i");
    assertEquals(write, ink("MGU", "f"));
    Ink candidate = ink("LSTM", "g");
    for (String cell : List.of("GRU", "GRU reset before", "MGU", "coupled")) {
      assertEquals(candidate, ink(cell, "g"));
    }
    assertEquals(candidate, ink("SimpleRNN", "h"));
    assertEquals(
        5, Stream.of(keep, write, candidate, ink("LSTM", "o"), ink("GRU", "r")).distinct().count());
    assertTrue(CellDiagram.of("GRU").step("update").caption().contains("z = 1 keeps the state"));
    assertTrue(CellDiagram.of("MGU").step("forget").caption().contains("f = 1 replaces the state"));
  }

  private static Ink ink(String cell, String layer) {
    return CellSketch.of(cell).sketch().nodes().get(layer).ink();
  }
}
