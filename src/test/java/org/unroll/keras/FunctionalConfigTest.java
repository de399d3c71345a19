package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.Sequential;

/** Configurations of Functional models, in the forms of Keras 2 and 3, damaged or unusual. */
class FunctionalConfigTest {
  private static final String A = "['a', 0, 0]";
  private static final String INPUT = layer("InputLayer", "a", "'batch_shape': [null, 3]");

  private static String layer(String type, String name, String config, String... calls) {
    return ("{'class_name': '%s', 'name': '%s', 'config': {'name': '%s', %s},"
            + " 'inbound_nodes': [%s]}")
        .formatted(type, name, name, config, String.join(", ", calls));
  }

  /** Returns a Dense layer of 3 units that is called once for each tensor, as in Keras 3. */
  private static String dense(String name, String... tensors) {
    String[] calls = new String[tensors.length];
    for (int i = 0; i < calls.length; i++) {
      calls[i] = "{'args': [" + tensor(tensors[i]) + "], 'kwargs': {}}";
    }
    return layer("Dense", name, "'units': 3", calls);
  }

  private static String tensor(String history) {
    return "{'class_name': '__keras_tensor__', 'config': {'keras_history': " + history + "}}";
  }

  private static String json(String inputs, String outputs, String... layers) {
    return ("{'class_name': 'Functional', 'config': {'name': 'm', 'layers': ["
            + String.join(", ", layers)
            + "], 'input_layers': "
            + inputs
            + ", 'output_layers': "
            + outputs
            + "}}")
        .replace('\'', '"');
  }

  private static void assertRejected(String message, String outputs, String... layers) {
    String json = json(A, outputs, layers);
    var e = assertThrows(IllegalArgumentException.class, () -> KerasConfig.model(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void readsLayersInAnyOrder() {
    Model model =
        KerasConfig.model(
            json(
                A,
                "[['c', 0, 0], ['b', 1, 0]]",
                dense("c", "['b', 1, 0]"),
                dense("b", A, "['b', 0, 0]"),
                INPUT));
    assertEquals(2, model.layers().size());
    assertEquals(List.of("c", "b"), model.network().outputNames());
    assertEquals(3, model.network().steps().size());
  }

  @Test
  void readsAChainAsSequential() {
    String chain = json("[" + A + "]", "{'y': ['b', 0, 0]}", dense("b", A), INPUT);
    assertInstanceOf(Sequential.class, KerasConfig.model(chain));
  }

  @Test
  void readsInputsAndOutputsByName() {
    String z = layer("InputLayer", "z", "'batch_shape': [null, 3]");
    String outputs = "{'second': ['c', 0, 0], 'first': ['b', 0, 0]}";
    String[] layers = {INPUT, z, dense("b", A), dense("c", "['z', 0, 0]")};
    Model model = KerasConfig.model(json("{'z': ['z', 0, 0], 'a': " + A + "}", outputs, layers));
    assertEquals(List.of("b", "c"), model.network().outputNames());
    assertEquals("a", model.network().input().name());
  }

  @Test
  void readsTheStatesOfKeras2() {
    String series = layer("InputLayer", "a", "'batch_input_shape': [null, 5, 3]");
    String lstm = "'units': 2, 'return_state': %s, 'recurrent_activation': 'sigmoid'";
    String encoder = layer("LSTM", "e", lstm.formatted(true), "[['a', 0, 0, {}]]");
    String decoder =
        layer(
            "LSTM",
            "d",
            lstm.formatted(false),
            "[['a', 0, 0, {}], ['e', 0, 1, {}], ['e', 0, 2, {}]]");
    Model model =
        KerasConfig.model(json("[['a', 0, 0]]", "[['d', 0, 0]]", series, encoder, decoder));
    assertEquals(3, model.network().steps().get(1).inputs().size());
  }

  @Test
  void rejectsCycles() {
    String b = dense("b", "['c', 0, 0]");
    String c = dense("c", "['b', 0, 0]");
    assertRejected("no cycle, but the layer 'c'", "['b', 0, 0]", INPUT, b, c);
    assertRejected("the layer 'b' depends on its own", "['b', 0, 0]", dense("b", "['b', 0, 0]"));
  }

  @Test
  void rejectsWhatIsMissing() {
    String b = dense("b", A);
    assertRejected(
        "input of the layer 'b' must be", "['b', 0, 0]", INPUT, dense("b", "['x', 0, 0]"));
    assertRejected("number of its calls is 1", "['b', 1, 0]", INPUT, b);
    assertRejected("['b', -1, 0]", "['b', -1, 0]", INPUT, b);
    assertRejected("Dense 'b', which has 1, but was ['b', 0, 1]", "['b', 0, 1]", INPUT, b);
    assertRejected("no layer of this name", "['x', 0, 0]", INPUT, b);
    assertRejected("'output_layers' of a Functional model must be", "[]", INPUT, b);
    assertRejected("'output_layers' of a Functional model must be", "3", INPUT, b);
    assertRejected(
        "connected to an output of the model, but 'c' is not",
        "['b', 0, 0]",
        INPUT,
        b,
        dense("c", A));
    assertRejected("'a', 0, 0]", "['b', 0, 0]", b);
    String none = layer("Dense", "b", "'units': 3", "{'args': [], 'kwargs': {}}");
    assertRejected("'b' must be called with an input", "['b', 0, 0]", INPUT, none);
  }

  @Test
  void rejectsWrongShapesWithThePath() {
    String gru = layer("GRU", "g", "'units': 2", "{'args': [" + tensor("['b', 0, 0]") + "]}");
    String two = "[['g', 0, 0], ['b', 0, 0]]";
    assertRejected("a (3,) → b (3,) → g", two, INPUT, dense("b", A), gru);
    String join = "{'args': [[" + tensor(A) + ", " + tensor("['s', 0, 0]") + "]]}";
    String small = layer("Dense", "s", "'units': 2", "{'args': [" + tensor(A) + "]}");
    assertRejected("Add 'j'", "['j', 0, 0]", INPUT, small, layer("Add", "j", "'x': null", join));
  }

  @Test
  void rejectsNamesThatAreUsedTwice() {
    assertRejected("two layers are named 'b'", "['b', 0, 0]", INPUT, dense("b", A), dense("b", A));
  }

  @Test
  void rejectsArgumentsOfCallsThatAreNotSupported() {
    for (String argument : List.of("'training': true", "'mystery': 3", "'attention_mask': " + A)) {
      String call = "{'args': [" + tensor(A) + "], 'kwargs': {" + argument + "}}";
      String name = argument.substring(1, argument.indexOf(':') - 1);
      String b = layer("Dense", "b", "'units': 3", call);
      assertRejected("layer 'b' is called with " + name + "=", "['b', 0, 0]", INPUT, b);
    }
  }

  @Test
  void rejectsOperations() {
    String add =
        "{'module': 'keras.src.ops.numpy', 'class_name': 'Sin', 'config': {'name': 's'}, 'name': 's',"
            + " 'inbound_nodes': [{'args': ["
            + tensor(A)
            + "]}]}";
    assertRejected("operation Sin 's'", "['b', 0, 0]", INPUT, add, dense("b", "['s', 0, 0]"));
  }

  /** As many as fit into a file, which has at most 4 MiB of configuration. */
  @Test
  void readsManyCallsInTime() {
    int count = 100_000;
    String calls =
        IntStream.range(0, count - 1)
            .mapToObj(i -> "[['b', " + i + ", 0]]")
            .collect(Collectors.joining(", "));
    String b = layer("Activation", "b", "'activation': 'tanh'", "[['a', 0, 0]]", calls);
    String json = json(A, "['b', " + (count - 1) + ", 0]", INPUT, b);
    Model model = assertTimeout(Duration.ofSeconds(20), () -> KerasConfig.model(json));
    assertEquals(count, model.network().steps().size());
    String wide = "['b', 0, 0]" + ", ['b', 0, 0]".repeat(count);
    String json2 =
        json(A, "[" + wide + "]", INPUT, layer("Dense", "b", "'units': 1", "[['a', 0, 0]]"));
    assertTimeout(Duration.ofSeconds(20), () -> KerasConfig.model(json2));
  }
}
