package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.Sequential;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.network.Layer;

/** Which Keras configurations are read, and which are rejected with which message. */
class KerasConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A configuration written by Keras 3.15, without the arguments that no test needs. */
  private static final String MODEL =
      """
      {"name": "forecast", "trainable": true, "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 3], "dtype": "float32",
          "sparse": false, "ragged": false, "name": "input_layer", "optional": false}},
        {"class_name": "LSTM", "config": {"name": "memory", "trainable": true,
          "dtype": {"class_name": "DTypePolicy", "config": {"name": "float32"}},
          "return_sequences": false, "return_state": false, "go_backwards": true,
          "stateful": false, "unroll": false, "zero_output_for_mask": false, "units": 2,
          "activation": "tanh", "recurrent_activation": "hard_sigmoid", "use_bias": true,
          "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}},
          "recurrent_initializer": {"class_name": "Orthogonal",
            "config": {"seed": null, "gain": 1.0}},
          "bias_initializer": {"class_name": "Zeros", "config": {}},
          "unit_forget_bias": true, "kernel_regularizer": null, "recurrent_regularizer": null,
          "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null,
          "recurrent_constraint": null, "bias_constraint": null, "dropout": 0.25,
          "recurrent_dropout": 0.0, "seed": null}}],
       "build_input_shape": [null, 4, 3]}
      """;

  private static ObjectNode model() throws JsonProcessingException {
    return (ObjectNode) JSON.readTree(MODEL);
  }

  private static ObjectNode lstm(ObjectNode model) {
    return (ObjectNode) model.get("layers").get(1);
  }

  private static String rejection(Consumer<ObjectNode> change) throws JsonProcessingException {
    ObjectNode model = model();
    change.accept(model);
    return assertThrows(
            IllegalArgumentException.class, () -> KerasConfig.sequential(model.toString()))
        .getMessage();
  }

  @Test
  void readsALayerWithItsArguments() throws JsonProcessingException {
    String wrapped = "{\"class_name\": \"Sequential\", \"config\": " + MODEL + "}";
    for (String json : List.of(MODEL, wrapped)) {
      Sequential model = KerasConfig.sequential(json);
      assertEquals("forecast", model.name());
      assertEquals(Shape.of(4, 3), model.network().inputShape());
      Lstm layer = (Lstm) model.layer("memory");
      assertEquals(2, layer.units());
      assertEquals(0.25, layer.dropout());
      assertTrue(layer.goBackwards());
    }
    ObjectNode unnamed = model();
    ((ArrayNode) unnamed.get("layers")).remove(0);
    Layer layer = KerasConfig.sequential(unnamed.toString()).layer("memory");
    assertEquals(Shape.of(4, 3), layer.inputShape(), "from build_input_shape");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          time_major | true | the first axis must be the batch.
          lora_rank | 0 | there are no adapters.
          peephole | false | this library has no such option.
          quantization_config | {"bits":8} | weights must be float32.
          peephole | true | this library has no such option.
          """)
  void namesTheUnsupportedOption(String option, String value, String reason)
      throws JsonProcessingException {
    String message =
        rejection(
            model -> {
              try {
                ((ObjectNode) lstm(model).get("config")).set(option, JSON.readTree(value));
              } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
              }
            });
    assertEquals(
        "LSTM 'memory' has " + option + "=" + value + ", which is not supported: " + reason,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"class_name":"RadialConstraint"} | LSTM 'memory' has kernel_constraint=RadialConstraint, \
          which is not supported: a constraint must be MaxNorm, NonNeg, UnitNorm or MinMaxNorm.
          {"class_name":"MaxNorm","config":{"max_value":-1}} | kernel_constraint MaxNorm of LSTM \
          'memory': maxValue must be finite and at least 0.0, but was -1.0.
          {"class_name":"UnitNorm","config":{"axis":0.5}} | kernel_constraint UnitNorm of LSTM \
          'memory': The argument 'axis' of kernel_constraint UnitNorm of LSTM 'memory' must be a \
          whole number, or a list of whole numbers, but was 0.5.
          {"class_name":"UnitNorm","config":{"axis":2}} | LSTMCell 'lstm_cell' has a constraint on \
          its weight 'kernel' that cannot be applied: the axes must be different axes of the \
          weight, which has the shape (3, 8), but were [2].
          {"class_name":"NonNeg","config":{"axis":1}} | kernel_constraint NonNeg of LSTM 'memory' \
          has axis=1, which is not supported: this library has no such option.
          """)
  void rejectsUnsupportedConstraints(String value, String message) throws JsonProcessingException {
    JsonNode constraint = JSON.readTree(value);
    assertEquals(
        message,
        rejection(
            model ->
                ((ObjectNode) lstm(model).get("config")).set("kernel_constraint", constraint)));
  }

  @Test
  void rejectsConfigurationsOfUnsupportedModels() throws JsonProcessingException {
    assertEquals(
        "LSTM 'memory' has dtype=mixed_float16, which is not supported: weights must be float32.",
        rejection(
            model ->
                ((ObjectNode) lstm(model).get("config").get("dtype").get("config"))
                    .put("name", "mixed_float16")));
    assertTrue(
        rejection(model -> lstm(model).put("class_name", "ConvLSTM3D"))
            .startsWith(
                "The layer ConvLSTM3D 'memory' is of a type that is not supported. Supported:"
                    + " [InputLayer, Dense, Embedding, Dropout,"));
    assertEquals(
        "The batch axis of InputLayer 'input_layer' must be null or at least 1, but the shape was"
            + " [0,4,3].",
        rejection(
            model ->
                ((ObjectNode) model.get("layers").get(0).get("config"))
                    .putArray("batch_shape")
                    .add(0)
                    .add(4)
                    .add(3)));
    assertEquals(
        "LSTM 'memory' is stateful and keeps a state for each row of a batch, so the batch size"
            + " must be fixed. Set it with input(...).batchSize(rows).",
        rejection(model -> ((ObjectNode) lstm(model).get("config")).put("stateful", true)));
    assertEquals(
        "LSTM 'memory' has kernel_initializer=Fourier, which is not supported: this library has"
            + " no such initializer.",
        rejection(
            model ->
                ((ObjectNode) lstm(model).get("config").get("kernel_initializer"))
                    .put("class_name", "Fourier")));
    assertEquals(
        "LSTM 'memory' has bias_regularizer=OrthogonalRegularizer, which is not supported: a"
            + " regularizer must be L1, L2 or L1L2.",
        rejection(
            model ->
                ((ObjectNode) lstm(model).get("config"))
                    .putObject("bias_regularizer")
                    .put("class_name", "OrthogonalRegularizer")));
  }

  @Test
  void rejectsArgumentsOfTheWrongType() throws JsonProcessingException {
    assertEquals(
        "The argument 'units' of LSTM 'memory' must be a whole number, but was 2.5.",
        rejection(model -> ((ObjectNode) lstm(model).get("config")).put("units", 2.5)));
    assertEquals(
        "The argument 'dropout' of LSTM 'memory' must be a number, but was \"half\".",
        rejection(model -> ((ObjectNode) lstm(model).get("config")).put("dropout", "half")));
    assertEquals(
        "The argument 'use_bias' of LSTM 'memory' must be true or false, but was \"yes\".",
        rejection(model -> ((ObjectNode) lstm(model).get("config")).put("use_bias", "yes")));
    assertEquals(
        "LSTM 'memory' must have the argument 'units', but has none.",
        rejection(model -> ((ObjectNode) lstm(model).get("config")).remove("units")));
    assertTrue(
        rejection(model -> ((ObjectNode) lstm(model).get("config")).put("activation", "tann"))
            .startsWith("The activation must be one of the known names, but was 'tann'."));
  }

  @Test
  void rejectsTextThatIsNotAModel() {
    for (String text : List.of("", "{}", "[]", "null", "{\"layers\": []}", "{\"layers\": 3}")) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> KerasConfig.sequential(text), text);
      assertTrue(error.getMessage().contains("must have a list 'layers'"), error.getMessage());
    }
    var cut =
        assertThrows(
            IllegalArgumentException.class, () -> KerasConfig.sequential("{\"layers\": ["));
    assertTrue(
        cut.getMessage().startsWith("A Keras configuration must be JSON: "), cut.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> KerasConfig.sequential("{\"class_name\": \"Functional\", \"config\": {}}"));
  }

  @Test
  void rejectsUnsupportedOptimizersAndLosses() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.optimizer("{\"class_name\": \"Adam\", \"config\": {\"decay\": 0}}"));
    assertEquals(
        "the optimizer Adam has decay=0, which is not supported: this library has no such option.",
        error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> KerasConfig.optimizer("{\"class_name\": \"Muon\", \"config\": {}}"));
    error =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.loss("{\"class_name\": \"Dice\", \"config\": {\"axis\": -1}}"));
    assertEquals(
        "the loss Dice has axis=-1, which is not supported: the loss is computed over the whole"
            + " batch.",
        error.getMessage());
    assertEquals("mean_squared_error", KerasConfig.loss("\"mse\"").name());
  }
}
