package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.layers.Layers;
import org.unroll.layers.core.Dense;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.losses.Losses;
import org.unroll.metrics.Auc;
import org.unroll.metrics.Metrics;
import org.unroll.metrics.Precision;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.optimizers.LearningRateSchedule;
import org.unroll.optimizers.Optimizers;
import org.unroll.optimizers.Schedules;

/** Reads and writes configurations that Keras 3.15's {@code serialize} functions returned. */
class FormatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode json(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'class_name': 'AUC', 'config': {'name': 'auc', 'dtype': 'float32', 'num_thresholds': 200,"
            + " 'curve': 'PR', 'summation_method': 'interpolation', 'multi_label': false,"
            + " 'num_labels': null, 'label_weights': null, 'from_logits': false}}",
        "{'class_name': 'Precision', 'config': {'name': 'precision', 'dtype': 'float32',"
            + " 'thresholds': 0.3, 'top_k': null, 'class_id': null}}",
        "{'class_name': 'F1Score', 'config': {'name': 'f1_score', 'dtype': 'float32',"
            + " 'average': 'macro', 'threshold': 0.4}}",
        "{'class_name': 'R2Score', 'config': {'name': 'r2_score', 'dtype': 'float32',"
            + " 'class_aggregation': 'uniform_average', 'num_regressors': 0}}",
        "{'class_name': 'SparseTopKCategoricalAccuracy', 'config': {'name': 'top3', 'dtype':"
            + " 'float32', 'k': 3}}",
        "{'class_name': 'BinaryAccuracy', 'config': {'name': 'binary_accuracy', 'dtype': 'float32',"
            + " 'threshold': 0.2}}",
        "{'class_name': 'MeanAbsoluteError', 'config': {'name': 'error', 'dtype': 'float32'}}",
        "{'class_name': 'LogCoshError', 'config': {'name': 'logcosh', 'dtype': 'float32'}}",
        "{'class_name': 'KLDivergence', 'config': {'name': 'kl', 'dtype': 'float32'}}",
        "{'class_name': 'RootMeanSquaredError', 'config': {'name': 'rmse', 'dtype': 'float32'}}"
      })
  void writesTheMetricsThatItReads(String text) throws JsonProcessingException {
    JsonNode keras = json(text);
    JsonNode written = MetricFormats.write(MetricFormats.read(keras));
    assertEquals("keras.metrics", written.get("module").asText());
    assertEquals(keras.get("class_name"), written.get("class_name"));
    // Each argument that is written must have the value that Keras wrote.
    for (var argument : written.get("config").properties()) {
      JsonNode expected = keras.get("config").path(argument.getKey());
      assertEquals(
          expected.isMissingNode() ? NullNode.instance : expected,
          argument.getValue(),
          argument.getKey());
    }
  }

  @Test
  void writesMetricsWithoutArgumentsByName() throws JsonProcessingException {
    for (String name : List.of("mae", "accuracy", "mean_squared_error", "kl_divergence")) {
      assertEquals(name, MetricFormats.write(MetricFormats.read(json("'" + name + "'"))).asText());
    }
    // Keras has no metric of this name.
    JsonNode rmse = MetricFormats.write(Metrics.of("rmse"));
    assertEquals("RootMeanSquaredError", rmse.get("class_name").asText());
    assertEquals("rmse", rmse.get("config").get("name").asText());
    assertEquals(
        new Precision("p", 0.5, null, null),
        MetricFormats.read(
            json("{'class_name': 'Precision', 'config': {'name': 'p', 'thresholds': [0.5]}}")));
    assertEquals(Metrics.of("auc"), MetricFormats.read(MetricFormats.write(Metrics.of("auc"))));
    assertEquals(200, ((Auc) Metrics.of("auc")).numThresholds());
  }

  @Test
  void rejectsUnsupportedOptionsOfMetrics() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            MetricFormats.read(
                json(
                    "{'class_name': 'Precision', 'config': {'name': 'p', 'thresholds': [0.1, 0.5]}}")));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            MetricFormats.read(
                json("{'class_name': 'F1Score', 'config': {'name': 'f', 'average': null}}")));
    assertThrows(
        IllegalArgumentException.class,
        () -> MetricFormats.read(json("{'class_name': 'MeanIoU', 'config': {'name': 'm'}}")));
  }

  @Test
  void writesLossesWithArgumentsAsObjects() throws JsonProcessingException {
    JsonNode keras =
        json(
            "{'module': 'keras.losses', 'class_name': 'BinaryCrossentropy', 'config': {'name':"
                + " 'binary_crossentropy', 'reduction': 'sum_over_batch_size', 'from_logits': true,"
                + " 'label_smoothing': 0.1, 'axis': -1}, 'registered_name': null}");
    var loss = Losses.binaryCrossentropy().fromLogits(true).labelSmoothing(0.1);
    assertEquals(loss, LossFormats.read(keras));
    assertEquals(loss, LossFormats.read(LossFormats.write(loss)));
    assertEquals(Losses.huber(0.5), LossFormats.read(LossFormats.write(Losses.huber(0.5))));
    assertEquals("mean_absolute_error", LossFormats.write(Losses.mae()).asText());
    assertEquals(Losses.mae(), LossFormats.read(json("'mae'")));
  }

  static List<LearningRateSchedule> schedules() {
    return List.of(
        Schedules.exponentialDecay(0.1, 10, 0.9).staircase(true),
        Schedules.inverseTimeDecay(0.1, 10, 0.9),
        Schedules.polynomialDecay(0.1, 10).end(0.01).power(2).cycle(true),
        Schedules.cosineDecay(0.1, 10).alpha(0.2),
        Schedules.cosineDecay(0.1, 10).warmup(0.5, 3),
        Schedules.cosineDecayRestarts(0.1, 10).tMul(3).mMul(0.5).alpha(0.1));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void readsTheSchedulesThatItWrites(LearningRateSchedule schedule) {
    var optimizer =
        OptimizerFormats.read(OptimizerFormats.write(Optimizers.adam().learningRate(schedule)));
    assertEquals(schedule, optimizer.schedule());
  }

  static List<Initializer> initializers() {
    return List.of(
        Initializers.zeros(),
        Initializers.ones(),
        Initializers.constant(0.3),
        Initializers.identity(2),
        Initializers.randomUniform(-0.1, 0.2),
        Initializers.randomNormal(0.1, 0.2),
        Initializers.truncatedNormal(),
        Initializers.glorotUniform(),
        Initializers.lecunNormal(),
        Initializers.orthogonal(0.5),
        new Initializers.VarianceScaling(
            3, Initializers.Fan.OUT, Initializers.Distribution.UNTRUNCATED_NORMAL));
  }

  @ParameterizedTest
  @MethodSource("initializers")
  void readsTheInitializersThatItWrites(Initializer initializer) {
    var model =
        Sequential.of(Layers.input(4, 4), Layers.simpleRnn(4).kernelInitializer(initializer));
    JsonNode layer = LayerFormats.write(model.layers().get(0));
    var read = (SimpleRnn) LayerFormats.read(layer);
    assertEquals(initializer, read.kernelInitializer());
  }

  /** Reads the initializer as Keras's Dense writes it, with axes that only other layers use. */
  @Test
  void readsVarianceScaling() throws JsonProcessingException {
    String layer =
        "{'class_name': 'Dense', 'config': {'name': 'd', 'units': 3, 'kernel_initializer':"
            + " {'module': 'keras.initializers', 'class_name': 'VarianceScaling', 'config':"
            + " {'seed': 3, 'scale': 0.1, 'mode': 'fan_avg', 'distribution': 'uniform',"
            + " 'input_axes': null, 'output_axes': null}, 'registered_name': null}}}";
    assertEquals(
        new Initializers.VarianceScaling(
            0.1, Initializers.Fan.AVERAGE, Initializers.Distribution.UNIFORM),
        ((Dense) LayerFormats.read(json(layer))).kernelInitializer());
  }

  @Test
  void rejectsCustomInitializersAndSchedules() {
    var model =
        Sequential.of(
            Layers.input(4, 3),
            Layers.lstm(2).name("mine").biasInitializer((values, shape, random) -> {}));
    var e = assertThrows(IllegalArgumentException.class, () -> ModelConfigs.write(model));
    assertTrue(e.getMessage().contains("LSTM 'mine'"), e.getMessage());
    assertTrue(e.getMessage().contains("bias_initializer"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class,
            () -> OptimizerFormats.write(Optimizers.sgd().learningRate(step -> 0.1)));
    assertTrue(e.getMessage().contains("schedule"), e.getMessage());
  }

  @Test
  void convertsNamesByTheRulesOfKeras() {
    assertEquals("simple_rnn", Config.snakeCase("SimpleRNN"));
    assertEquals("conv_lstm2d", Config.snakeCase("ConvLSTM2D"));
    assertEquals("max_pooling1d", Config.snakeCase("MaxPooling1D"));
    assertEquals("stacked_rnn_cells", Config.snakeCase("StackedRNNCells"));
    assertEquals("GlorotUniform", Config.camelCase("glorot_uniform"));
  }
}
