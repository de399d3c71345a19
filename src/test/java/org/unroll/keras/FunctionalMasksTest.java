package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.training.References;

/** Functional chains with masks, computed with Keras (src/test/python/functional_masks.py). */
@Tag("both-compute-implementations")
class FunctionalMasksTest {
  static List<JsonNode> cases() {
    return References.read(FunctionalMasksTest.class, "functional_masks.json");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictsTheSameAsKeras(JsonNode node) {
    var golden = new GoldenCase(node);
    KerasFilesTest.assertPredicts(golden, golden.model());
  }

  @Test
  void rejectsAMaskOfAnotherValue() throws IOException {
    int rejected = 0;
    for (JsonNode node : cases()) {
      String config = node.get("keras_config").toString();
      if (config.contains("\"mask_value\":-1.0")) {
        String changed = config.replace("\"mask_value\":-1.0", "\"mask_value\":-2.0");
        var e = assertThrows(IllegalArgumentException.class, () -> KerasConfig.sequential(changed));
        assertTrue(e.getMessage().contains("called with a mask"), e.getMessage());
        rejected++;
      }
    }
    assertEquals(2, rejected);
  }
}
