package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.losses.Loss;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Tensor;
import org.unroll.training.FitOptions;

/**
 * Compares outputs, losses, gradients and whole training runs with Keras 3.15. The system property
 * {@code unroll.goldens} sets the folder of the cases written by src/test/python/goldens.py; by
 * default it is the copy in the test resources. Other layers have the cases written by
 * src/test/python/layer_goldens.py.
 */
@Tag("both-compute-implementations")
class GoldenCellsTest {
  private static final double TOLERANCE = 1e-5;
  private static final double TOLERANCE_AFTER_TRAINING = 1e-4;

  static List<Path> cases() throws IOException {
    String cells = System.getProperty("unroll.goldens", "src/test/resources/goldens/cells");
    var cases = new ArrayList<Path>();
    for (String folder : List.of(cells, "src/test/resources/goldens/layers")) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        files.filter(file -> file.toString().endsWith(".json")).sorted().forEach(cases::add);
      }
    }
    return cases;
  }

  @Test
  void findsTheCases() throws IOException {
    assertTrue(cases().size() >= 100, () -> "too few cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithKeras(Path file) throws IOException {
    var golden = new GoldenCase(file);
    Sequential model = golden.model();
    Samples samples = golden.samples();
    assertClose(
        "output",
        GoldenCase.doubles(golden.get("output")),
        flat(model.predict(samples).toArray()),
        TOLERANCE);
    if (golden.has("loss")) {
      checkLossAndGradients(golden, model, samples);
    }
    if (golden.has("fit")) {
      checkTraining(golden, samples);
    }
  }

  private static void checkLossAndGradients(GoldenCase golden, Sequential model, Samples samples) {
    Loss loss = KerasConfig.loss(golden.get("loss").get("name").toString());
    int rows = samples.size();
    float[] x = new float[rows * samples.inputShape().size()];
    int targetSize = samples.targetShape().size();
    float[] y = new float[rows * targetSize];
    for (int r = 0; r < rows; r++) {
      samples.copyInput(r, x, r, rows);
      samples.copyTarget(r, y, r * targetSize);
    }
    var pass = model.network().newPass();
    model.network().prepareBackward();
    Tensor output =
        pass.forward(
            new Tensor().set(x, 0, rows, samples.inputShape(), null),
            new ForwardContext().inference(0));
    Loss onLogits =
        model.network().outputActivation() == null
            ? null
            : loss.onLogits(model.network().outputActivation());
    Tensor scored = onLogits == null ? output : pass.logits();
    Loss scoring = onLogits == null ? loss : onLogits;
    int outputs = output.shape().last();
    int positions = output.size() / outputs;
    float[] gradient = new float[output.size()];
    float[] targets = timeMajor(y, rows, output.timesteps(), targetSize / output.timesteps());
    double sum =
        scoring.sum(positions, outputs, scored.values(), scored.offset(), targets, null, gradient);
    double expectedLoss = golden.get("loss").get("value").asDouble();
    assertEquals(
        expectedLoss, sum / positions, TOLERANCE * Math.max(1e-3, Math.abs(expectedLoss)), "loss");
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= positions;
    }
    Gradient[] gradients = model.network().newGradients();
    pass.activityScale(0); // the gradients are those of the loss without penalties
    Tensor inputGradient =
        pass.backwardToInput(
            new Tensor().set(gradient, 0, rows, output.shape(), null), onLogits != null, gradients);
    JsonNode expected = golden.get("grads");
    int next = 0;
    for (int w = 0; w < gradients.length; w++) {
      if (model.network().weights().get(w).trainable()) {
        assertClose(
            expected.get(next).get("path").asText(),
            GoldenCase.doubles(expected.get(next)),
            doubles(gradients[w].values(), 0, gradients[w].values().length),
            TOLERANCE);
        next++;
      }
    }
    assertEquals(expected.size(), next, "trainable weights");
    if (golden.has("input_grad")) {
      assertClose(
          "input gradient",
          GoldenCase.doubles(golden.get("input_grad")),
          rowMajor(inputGradient),
          TOLERANCE);
    }
  }

  private static void checkTraining(GoldenCase golden, Samples samples) {
    JsonNode fit = golden.get("fit");
    Sequential model = golden.model();
    model.compile(
        KerasConfig.optimizer(fit.get("optimizer").toString()),
        KerasConfig.loss(golden.get("loss").get("name").toString()));
    int batchSize = fit.get("batch_size").asInt();
    var history =
        model.fit(
            samples.batchSize(batchSize), FitOptions.epochs(fit.get("epochs").asInt()).verbose(0));
    for (int epoch = 0; epoch < history.epochs(); epoch++) {
      double expected = fit.get("loss_history").get(epoch).asDouble();
      assertEquals(
          expected,
          history.get("loss").get(epoch),
          TOLERANCE_AFTER_TRAINING * Math.abs(expected),
          "loss of epoch " + epoch);
    }
    JsonNode after = fit.get("weights_after");
    for (int w = 0; w < after.size(); w++) {
      float[] values = model.network().weights().get(w).values();
      assertClose(
          after.get(w).get("path").asText(),
          GoldenCase.doubles(after.get(w)),
          doubles(values, 0, values.length),
          TOLERANCE_AFTER_TRAINING);
    }
  }

  /** Compares the largest difference, relative to the largest value of the tensor. */
  private static void assertClose(
      String what, double[] expected, double[] actual, double tolerance) {
    assertEquals(expected.length, actual.length, what);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
      assertTrue(Double.isFinite(actual[i]), what + " is not finite");
    }
    double relative = difference / Math.max(largest, 1e-6);
    assertTrue(relative <= tolerance, what + ": relative error " + relative);
  }

  private static float[] timeMajor(float[] y, int rows, int timesteps, int width) {
    float[] result = new float[y.length];
    for (int r = 0; r < rows; r++) {
      for (int t = 0; t < timesteps; t++) {
        System.arraycopy(y, (r * timesteps + t) * width, result, (t * rows + r) * width, width);
      }
    }
    return result;
  }

  private static double[] rowMajor(Tensor tensor) {
    int timesteps = tensor.timesteps();
    int width = tensor.width();
    double[] result = new double[tensor.size()];
    for (int t = 0; t < timesteps; t++) {
      for (int r = 0; r < tensor.rows(); r++) {
        int from = tensor.offset() + (t * tensor.rows() + r) * width;
        for (int i = 0; i < width; i++) {
          result[(r * timesteps + t) * width + i] = tensor.values()[from + i];
        }
      }
    }
    return result;
  }

  private static double[] doubles(float[] values, int from, int length) {
    double[] result = new double[length];
    for (int i = 0; i < length; i++) {
      result[i] = values[from + i];
    }
    return result;
  }

  private static double[] flat(double[][] rows) {
    return Stream.of(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
  }
}
