package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.Model;
import org.unroll.data.Samples;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;

/** The JSON of models inside models, also of Keras 2 and invalid. */
class NestedConfigsTest {
  private static String input(String name, int width) {
    return """
        {"class_name": "InputLayer", "name": "%s", "inbound_nodes": [],
         "config": {"name": "%s", "batch_shape": [null, %d], "dtype": "float32"}}"""
        .formatted(name, name, width);
  }

  private static String dense(String name, int units, String calls) {
    return """
        {"class_name": "Dense", "name": "%s", "inbound_nodes": [%s],
         "config": {"name": "%s", "units": %d}}"""
        .formatted(name, calls, name, units);
  }

  private static String model(String name, String layers, String in, String out, String calls) {
    return """
        {"class_name": "Functional", "name": "%s", "inbound_nodes": [%s],
         "config": {"name": "%s", "layers": [%s], "input_layers": [%s], "output_layers": [%s]}}"""
        .formatted(name, calls, name, layers, in, out);
  }

  /** A call in the format of Keras 3. */
  private static String call(String layer, int call) {
    return """
        {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 2],
          "keras_history": ["%s", %d, 0]}}], "kwargs": {}}"""
        .formatted(layer, call);
  }

  private static String inner(String calls) {
    String layers = input("x", 2) + ", " + dense("d", 2, call("x", 0));
    return model("inner", layers, "[\"x\", 0, 0]", "[\"d\", 0, 0]", calls);
  }

  private static String outer(String layers, String out) {
    return model("outer", input("y", 2) + ", " + layers, "[\"y\", 0, 0]", out, "");
  }

  private static String message(String json) {
    return assertThrows(IllegalArgumentException.class, () -> KerasConfig.model(json)).getMessage();
  }

  private static double[] predict(Model model) {
    return model.predict(Samples.of(new double[][] {{1, -2}})).get(0);
  }

  /** The model d(d(y)) in three notations. */
  @Test
  void countsTheCallsOfInnerModelsAsKerasDoes() {
    // Keras 3: from 0 in calls, from 1 in outputs
    String keras3 = outer(inner(call("y", 0) + ", " + call("inner", 0)), "[\"inner\", 2, 0]");
    // Keras 2: from 1
    String keras2 =
        outer(inner("[[\"y\", 0, 0, {}]], [[\"inner\", 1, 0, {}]]"), "[\"inner\", 2, 0]");
    // one call
    String once = outer(inner("[[\"y\", 0, 0, {}]]"), "[\"inner\", 1, 0]");
    Model model = KerasConfig.model(keras3);
    assertEquals(2, model.network().steps().size());
    assertInstanceOf(ModelLayer.class, model.layer("inner"));
    double[] expected = predict(model);
    assertArrayEquals(expected, predict(KerasConfig.model(keras2)));
    assertEquals(1, KerasConfig.model(once).network().steps().size());
    Model inner = KerasConfig.model(keras3).inner("inner");
    double[] first = predict(inner);
    assertArrayEquals(expected, inner.predict(Samples.of(new double[][] {first})).get(0), 1e-6);
  }

  @Test
  void aSequentialInsideHasNoFurtherCall() {
    String stack =
        """
        {"class_name": "Sequential", "name": "stack", "inbound_nodes": [%s],
         "config": {"name": "stack", "layers": [%s, %s]}}"""
            .formatted(call("y", 0), input("x", 2), dense("d", 3, ""));
    Model model = KerasConfig.model(outer(stack, "[\"stack\", 0, 0]"));
    assertEquals(List.of("stack/d/kernel", "stack/d/bias"), List.copyOf(model.weights().keySet()));
  }

  @Test
  void layersWithTheSameNumberAreShared() {
    String shared =
        dense("s", 2, call("y", 0))
            .replace(
                "\"class_name\": \"Dense\"", "\"class_name\": \"Dense\", \"shared_object_id\": 7");
    String other =
        inner(call("s", 0))
            .replace(
                "\"class_name\": \"Dense\"", "\"class_name\": \"Dense\", \"shared_object_id\": 7");
    Model model = KerasConfig.model(outer(shared + ", " + other, "[\"inner\", 1, 0]"));
    assertEquals(1, model.network().layers().size());
    assertEquals(2, model.weights().size());
  }

  @Test
  void namesTheModelThatIsWrong() {
    String wrong = inner(call("y", 0)).replace("\"units\": 2", "\"units\": -1");
    assertTrue(
        message(outer(wrong, "[\"inner\", 1, 0]")).startsWith("Inside 'inner': units must be"));
    String cycle = inner(call("y", 0)).replace(call("x", 0), call("d", 0));
    assertEquals(
        "Inside 'inner': A model must have no cycle, but the layer 'd' depends on its own output"
            + " through 'd'.",
        message(outer(cycle, "[\"inner\", 1, 0]")));
    assertEquals(
        "A model must have no cycle, but the layer 'inner' depends on its own output through"
            + " 'inner'.",
        message(outer(inner(call("inner", 0)), "[\"inner\", 1, 0]")));
    String two = inner(call("y", 0));
    assertTrue(
        message(
                outer(
                    two.replace("\"batch_shape\": [null, 2]", "\"batch_shape\": [null, 5]"),
                    "[\"inner\", 1, 0]"))
            .startsWith("Functional 'inner' needs one input (batch, 5), but InputLayer 'y'"));
    assertTrue(
        message(outer(inner(call("y", 0)), "[\"inner\", 3, 0]")).contains("number of its calls"));
  }

  /** Each model contains the one before and has its name. */
  @Test
  void nestedVeryDeeply() {
    var json = new StringBuilder();
    String begin =
        "{\"class_name\": \"Functional\", \"name\": \"m\", \"inbound_nodes\": [], \"config\": {\"name\":"
            + " \"m\", \"layers\": [";
    String end = "], \"input_layers\": [], \"output_layers\": []}}";
    json.append(begin.repeat(100_000)).append(input("x", 2)).append(end.repeat(100_000));
    assertTrue(message(json.toString()).startsWith("A Keras configuration must be JSON:"));
    String less = begin.repeat(300) + input("x", 2) + end.repeat(300);
    assertTrue(message(less).startsWith("Each of the 'input_layers' of a Functional"));
  }

  @Test
  void modelsThatCallEachOtherTooOften() {
    String json = inner("%s");
    for (int depth = 0; depth < 20; depth++) {
      String layers = input("x", 2) + ", " + json.formatted(call("x", 0) + ", " + call("inner", 0));
      json = model("inner", layers, "[\"x\", 0, 0]", "[\"inner\", 2, 0]", "%s");
    }
    assertTrue(message(json.formatted("")).contains("at most 100000 times"));
  }

  @Test
  void layersAreListedAsInKeras() {
    String stack = inner(call("y", 0));
    Model model =
        KerasConfig.model(
            outer(stack + ", " + dense("last", 1, call("inner", 0)), "[\"last\", 0, 0]"));
    assertEquals(List.of("inner", "last"), model.layers().stream().map(Layer::name).toList());
    assertEquals(
        List.of("inner/d", "last"),
        model.network().layers().stream().map(model.network()::path).toList());
  }
}
