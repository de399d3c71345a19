package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares all activations of Keras 3.15 with Keras (src/test/python/activations.py), on every
 * implementation.
 */
class ActivationsTest {
  private static final int WIDTH = 6;

  /**
   * Where Keras's formula subtracts or multiplies infinite numbers, or loses all digits: x + √(x² +
   * 4) overflows below −1e19.
   */
  private static final Map<String, Set<Float>> BETTER_THAN_KERAS =
      Map.of(
          "squareplus",
          Set.of(Float.NEGATIVE_INFINITY, 3e38f, 1e20f, -3e38f, -1e20f, -100f),
          "sparsemax",
          Set.of(Float.POSITIVE_INFINITY, 3e38f, 1e20f, -3e38f, -1e20f));

  private static JsonNode reference() throws IOException {
    Path file = Path.of("src/test/resources/org/unroll/compute/activations.json");
    return new ObjectMapper().readTree(file.toFile());
  }

  static List<Kernels> implementations() {
    return AllKernels.implementations();
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = array.get(i);
      values[i] =
          Float.parseFloat(
              switch (value.asText()) {
                case "inf" -> "Infinity";
                case "-inf" -> "-Infinity";
                case "nan" -> "NaN";
                default -> value.asText();
              });
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void valuesAndGradientsAgreeWithKeras(Kernels kernels) throws IOException {
    JsonNode reference = reference();
    for (Map.Entry<String, JsonNode> named : reference.get("cases").properties()) {
      Activation f = Activation.of(named.getKey());
      float[] x = floats(reference.get("x"));
      float[] expected = floats(named.getValue().get("y"));
      int rows = x.length / WIDTH;
      int width = f.outputs(WIDTH);
      float[] y = new float[rows * width];
      Matrix in = new Matrix().set(x, 0, rows, WIDTH);
      Matrix out = new Matrix().set(y, 0, rows, width);
      kernels.activate(f, in, out);
      assertClose(named.getKey(), expected, y);

      float[] factors = floats(reference.get("factors"));
      float[] gradient = new float[x.length];
      if (f == Activation.GLU) {
        Matrix given = new Matrix().set(factors, 0, rows, width, WIDTH);
        kernels.gluBackward(in, given, new Matrix().set(gradient, 0, rows, WIDTH));
      } else {
        gradient = factors;
        Matrix needed = f.derivativeNeedsInput() ? in : null;
        kernels.activateBackward(f, needed, out, new Matrix().set(gradient, 0, rows, WIDTH));
      }
      assertClose(
          named.getKey() + " backwards", floats(named.getValue().get("gradient")), gradient);
    }
  }

  private static void assertClose(String what, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      double tolerance = 3e-6 * (1 + Math.abs(expected[i]));
      assertEquals(expected[i], actual[i], tolerance, what + " at " + i);
    }
  }

  /** Infinite, huge and tiny inputs, and both zeros. */
  @ParameterizedTest
  @MethodSource("implementations")
  void valuesAtTheEndsOfTheRangeAgreeWithKeras(Kernels kernels) throws IOException {
    JsonNode reference = reference();
    float[] x = floats(reference.get("special"));
    for (Map.Entry<String, JsonNode> named : reference.get("cases").properties()) {
      if (!named.getValue().has("special")) {
        continue;
      }
      Activation f = Activation.of(named.getKey());
      float[] expected = floats(named.getValue().get("special"));
      for (int copies : new int[] {1, 40}) { // fewer and more than fill a vector
        for (int i = 0; i < x.length; i++) {
          Set<Float> exempt = BETTER_THAN_KERAS.getOrDefault(named.getKey(), Set.of());
          if (exempt.contains(x[i])) {
            continue;
          }
          float[] values = new float[copies];
          Arrays.fill(values, x[i]);
          Matrix view = new Matrix().set(values, 0, copies, 1);
          kernels.activate(f, view, view);
          for (float value : values) {
            String what = kernels.description() + ": " + named.getKey() + "(" + x[i] + ")";
            boolean finite = Float.isFinite(expected[i]);
            double tolerance = finite ? 1e-6 * (1 + Math.abs(expected[i])) : 1e-30;
            assertEquals(expected[i], value, tolerance, what);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void notANumberStaysNotANumber(Kernels kernels) {
    for (Activation f : Activation.values()) {
      float[] x = new float[2 * 40];
      Arrays.fill(x, Float.NaN);
      float[] y = new float[f.outputs(2) * 40];
      kernels.activate(f, new Matrix().set(x, 0, 40, 2), new Matrix().set(y, 0, 40, f.outputs(2)));
      for (float value : y) {
        assertTrue(Float.isNaN(value), f + " of NaN was " + value);
      }
    }
  }

  @Test
  void thresholdIsRefusedBecauseItNeedsArguments() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Activation.of("threshold")).getMessage();
    assertTrue(message.contains("must not need arguments"), message);
  }
}
