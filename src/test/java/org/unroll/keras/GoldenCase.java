package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

/**
 * One reference case computed with Keras: the configuration and weights of a model, its data, and
 * the results of Keras.
 */
final class GoldenCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode root;

  GoldenCase(Path file) throws IOException {
    this(JSON.readTree(file.toFile()));
  }

  GoldenCase(JsonNode root) {
    this.root = root;
  }

  boolean has(String field) {
    return root.hasNonNull(field);
  }

  JsonNode get(String field) {
    return root.get(field);
  }

  /** Creates the model with the weights of the case. */
  Sequential model() {
    Sequential model = KerasConfig.sequential(root.get("keras_config").toString());
    JsonNode weights = root.get("weights");
    var own = model.network().weights();
    if (own.size() != weights.size()) {
      throw new AssertionError(
          "The model must have "
              + weights.size()
              + " weights, but has "
              + model.weights().keySet());
    }
    for (int w = 0; w < own.size(); w++) {
      double[] values = doubles(weights.get(w));
      float[] target = own.get(w).values();
      if (target.length != values.length) {
        throw new AssertionError(
            weights.get(w).get("path") + " must have the shape " + own.get(w).shape());
      }
      for (int i = 0; i < values.length; i++) {
        target[i] = (float) values[i];
      }
    }
    return model;
  }

  /** Returns the inputs, with targets if the case has any. */
  Samples samples() {
    Samples samples = inputs();
    return has("y") ? withTargets(samples) : samples;
  }

  private Samples inputs() {
    JsonNode x = root.get("x");
    if (x.get("dtype").asText().equals("int")) {
      return Samples.of(integers(x));
    }
    return Samples.of(sampleShape(x), floats(x));
  }

  private Samples withTargets(Samples samples) {
    JsonNode y = root.get("y");
    return samples.targets(sampleShape(y), floats(y));
  }

  private static Shape sampleShape(JsonNode tensor) {
    int[] axes = new int[tensor.get("shape").size() - 1];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = tensor.get("shape").get(i + 1).asInt();
    }
    return Shape.of(axes);
  }

  private static float[] floats(JsonNode tensor) {
    double[] values = doubles(tensor);
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  static double[] doubles(JsonNode tensor) {
    JsonNode data = tensor.get("data");
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).asDouble();
    }
    return values;
  }

  static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static int[][] integers(JsonNode tensor) {
    double[][] rows = square(tensor);
    int[][] result = new int[rows.length][];
    for (int r = 0; r < rows.length; r++) {
      result[r] = new int[rows[r].length];
      for (int i = 0; i < rows[r].length; i++) {
        result[r][i] = (int) rows[r][i];
      }
    }
    return result;
  }

  static double[][] square(JsonNode tensor) {
    double[] flat = doubles(tensor);
    int rows = tensor.get("shape").get(0).asInt();
    int columns = tensor.get("shape").get(1).asInt();
    double[][] result = new double[rows][columns];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(flat, r * columns, result[r], 0, columns);
    }
    return result;
  }

  static double[][][] cube(JsonNode tensor) {
    double[] flat = doubles(tensor);
    JsonNode shape = tensor.get("shape");
    double[][][] result =
        new double[shape.get(0).asInt()][shape.get(1).asInt()][shape.get(2).asInt()];
    int at = 0;
    for (double[][] sample : result) {
      for (double[] step : sample) {
        System.arraycopy(flat, at, step, 0, step.length);
        at += step.length;
      }
    }
    return result;
  }
}
