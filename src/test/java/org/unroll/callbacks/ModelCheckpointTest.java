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

/** Compared with the files that Keras saves, from src/test/python/checkpoint_references.py. */
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
  void savesTheSameFilesAsKeras(JsonNode reference) {
    JsonNode epochs = references().get("epochs");
    int batches = references().get("batches").asInt();
    ModelCheckpoint checkpoint = checkpoint(reference);
    for (int run = 0; run < 2; run++) { // the second run must not depend on the first
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
  void createsMissingFolders() {
    ModelCheckpoint checkpoint =
        Callbacks.modelCheckpoint(folder.resolve("run {epoch}").resolve("model.keras"));
    checkpoint.onTrainBegin(training);
    checkpoint.onEpochBegin(training, 4);
    checkpoint.onEpochEnd(training, 4, logs("loss", 1));
    assertTrue(Files.isDirectory(folder.resolve("run 5")));
  }

  @Test
  void rejectsInvalidFileNames() {
    assertRejected("The name of a checkpoint must end in .keras, but was model.h5", "model.h5");
    assertRejected("must end in .keras, but was model.weights.h5", "model.weights.h5");
    assertRejected("but the file name was {epoch:g}.keras", "{epoch:g}.keras");
    assertRejected("but the file name was epoch}.keras", "epoch}.keras");
    assertRejected("but the file name was {epoch:02.keras", "{epoch:02.keras");
    assertThrows(
        IllegalArgumentException.class,
        () -> Callbacks.modelCheckpoint(Path.of("m.keras")).saveFreq(0));
  }

  private static void assertRejected(String message, String file) {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Callbacks.modelCheckpoint(Path.of(file)));
    assertTrue(error.getMessage().endsWith(message), error.getMessage());
  }

  @Test
  void namesAFieldWithoutAValue() {
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
                "must be one of epoch, loss, mae, but was 'val_loss'. Values with val_ need validation"
                    + " data in fit.";
            case "batch" -> "must be one of epoch, loss, mae, but was 'batch'.";
            default ->
                "The format d must be used for epoch or batch, without decimals, but the field was"
                    + " {loss:d}";
          };
      assertTrue(error.getMessage().endsWith(expected), error.getMessage());
    }
    assertEquals(List.of(), training.saved);
  }
}
