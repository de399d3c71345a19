package org.unroll.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.FakeTrainingContext.logs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the files that Keras saves, from src/test/python/checkpoint_references.py. */
class ModelCheckpointTest {
  @TempDir Path folder;

  private final FakeTrainingContext training = new FakeTrainingContext();

  private static JsonNode references() {
    try (InputStream in = ModelCheckpointTest.class.getResourceAsStream("checkpoints.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> cases() {
    List<JsonNode> cases = new ArrayList<>();
    references().get("cases").forEach(cases::add);
    return cases;
  }

  private ModelCheckpoint checkpoint(JsonNode reference) {
    JsonNode options = reference.get("options");
    ModelCheckpoint checkpoint =
        Callbacks.modelCheckpoint(
                folder.resolve(reference.get("file").asText()),
                options.path("monitor").asText("val_loss"))
            .saveBestOnly(options.path("save_best_only").asBoolean());
    if (options.has("mode")) {
      checkpoint.mode(
          MonitorCallback.Mode.valueOf(options.get("mode").asText().toUpperCase(Locale.ROOT)));
    }
    if (options.has("initial_value_threshold")) {
      checkpoint.initialValueThreshold(options.get("initial_value_threshold").asDouble());
    }
    if (options.has("save_freq")) {
      checkpoint.saveFreq(options.get("save_freq").asInt());
    }
    return checkpoint;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void savesWhatKerasSaves(JsonNode reference) {
    JsonNode epochs = references().get("epochs");
    int batches = references().get("batches").asInt();
    ModelCheckpoint checkpoint = checkpoint(reference);
    for (int run = 0; run < 2; run++) { // nothing is left over from one training to the next
      training.saved.clear();
      checkpoint.onTrainBegin(training);
      for (int epoch = 0; epoch < epochs.size(); epoch++) {
        Map<String, Double> logs = new LinkedHashMap<>();
        epochs
            .get(epoch)
            .properties()
            .forEach(e -> logs.put(e.getKey(), e.getValue().asDouble(Double.NaN)));
        checkpoint.onEpochBegin(training, epoch);
        for (int batch = 0; batch < batches; batch++) {
          double loss = logs.get("loss") + batches - batch;
          checkpoint.onBatchEnd(training, batch, logs("loss", loss, "mae", 1));
        }
        checkpoint.onEpochEnd(training, epoch, logs);
      }
      checkpoint.onTrainEnd(training);
      List<String> expected = new ArrayList<>();
      reference.get("saved").forEach(file -> expected.add(file.asText()));
      assertEquals(
          expected,
          training.saved.stream().map(file -> folder.relativize(file).toString()).toList());
    }
  }

  @Test
  void foldersAreMade() {
    ModelCheckpoint checkpoint =
        Callbacks.modelCheckpoint(folder.resolve("run {epoch}").resolve("model.keras"));
    checkpoint.onTrainBegin(training);
    checkpoint.onEpochBegin(training, 4);
    checkpoint.onEpochEnd(training, 4, logs("loss", 1));
    assertTrue(Files.isDirectory(folder.resolve("run 5")));
  }

  @Test
  void mistakesAreNamed() {
    refuses("ends in .keras. Received: model.h5", "model.h5");
    refuses("ends in .keras. Received: model.weights.h5", "model.weights.h5");
    refuses("Received: {epoch:g}.keras", "{epoch:g}.keras");
    refuses("Received: epoch}.keras", "epoch}.keras");
    refuses("Received: {epoch:02.keras", "{epoch:02.keras");
    assertThrows(
        IllegalArgumentException.class,
        () -> Callbacks.modelCheckpoint(Path.of("m.keras")).saveFreq(0));
  }

  private static void refuses(String message, String file) {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Callbacks.modelCheckpoint(Path.of(file)));
    assertTrue(error.getMessage().endsWith(message), error.getMessage());
  }

  @Test
  void aFieldWithoutAValueIsNamed() {
    for (String field : List.of("val_loss", "batch", "loss:d")) {
      Callback checkpoint = Callbacks.modelCheckpoint(folder.resolve("{" + field + "}.keras"));
      checkpoint.onTrainBegin(training);
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> checkpoint.onEpochEnd(training, 0, logs("loss", 0.5, "mae", 1)));
      String expected =
          switch (field) {
            case "val_loss" ->
                "the field 'val_loss', for which there is no value. There are: epoch, loss, mae."
                    + " Names with val_ need validation data in fit.";
            case "batch" ->
                "the field 'batch', for which there is no value. There are: epoch, loss, mae.";
            default -> "Received: {loss:d}";
          };
      assertTrue(error.getMessage().endsWith(expected), error.getMessage());
    }
    assertEquals(List.of(), training.saved);
  }
}
