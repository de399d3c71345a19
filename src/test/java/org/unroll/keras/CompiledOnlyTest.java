package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;

/**
 * Loads models that Keras compiled and saved before any training, so their optimizers have no slots
 * yet. Compares the training with Keras (src/test/python/compiled_only.py).
 */
class CompiledOnlyTest {
  @ParameterizedTest
  @ValueSource(strings = {"compiled_only.keras", "compiled_only.h5"})
  void trainsLikeKeras(String file) throws IOException, URISyntaxException {
    var json = new ObjectMapper();
    JsonNode keras;
    try (InputStream in = CompiledOnlyTest.class.getResourceAsStream("compiled_only.json")) {
      keras = json.readTree(in);
    }
    Samples samples =
        Samples.of(json.convertValue(keras.get("x"), double[][].class))
            .targets(json.convertValue(keras.get("y"), double[][].class))
            .batchSize(keras.get("batch_size").asInt());
    Sequential model = Sequential.load(Path.of(CompiledOnlyTest.class.getResource(file).toURI()));

    List<Double> losses = model.fit(samples, epochs(3).verbose(0)).get("loss");

    for (int epoch = 0; epoch < 3; epoch++) {
      assertEquals(keras.get("losses").get(epoch).asDouble(), losses.get(epoch), 1e-5);
    }
  }
}
