package org.unroll.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The keys of random streams. */
class ForwardContextTest {
  @Test
  void randomStreamsOfAllLayersAreDistinct() {
    Set<Long> keys = new HashSet<>();
    ForwardContext context = new ForwardContext().training(5, 1, 0);
    for (int layer = 0; layer < 200; layer++) {
      for (int stream = 0; stream < 16; stream++) {
        assertTrue(keys.add(context.randomKey(layer, stream, 0)));
      }
    }
    var error = assertThrows(IllegalArgumentException.class, () -> context.randomKey(0, 16, 0));
    assertEquals(
        "The number of a random stream must be from 0 to 15, but was 16.", error.getMessage());
  }
}
