package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.losses.ElementwiseLoss;
import org.unroll.losses.InvalidTargetException;
import org.unroll.losses.Loss;
import org.unroll.losses.PositionLoss;

/** Losses written by a user, compared with sums by hand and with finite differences. */
class CustomLossTest {
  /** The loss of the example in the Javadoc of {@link Loss}. */
  record QuantileLoss(double q) implements ElementwiseLoss {
    @Override
    public String name() {
      return "quantile";
    }

    @Override
    public double loss(double prediction, double target) {
      return prediction < target ? q * (target - prediction) : (1 - q) * (prediction - target);
    }

    @Override
    public double slope(double prediction, double target) {
      return prediction < target ? -q : 1 - q;
    }
  }

  /** The Tversky loss, {@code 1 − Σpt / (Σpt + α·Σp(1 − t) + β·Σ(1 − p)t)}, of each position. */
  record TverskyLoss(double alpha, double beta) implements PositionLoss {
    @Override
    public String name() {
      return "tversky";
    }

    @Override
    public double at(
        int outputs,
        float[] predictions,
        int predictionsOffset,
        float[] targets,
        int targetsOffset,
        double weight,
        float[] gradient,
        int gradientOffset) {
      double both = 0;
      double divisor = 0;
      for (int i = 0; i < outputs; i++) {
        double p = predictions[predictionsOffset + i];
        double t = targets[targetsOffset + i];
        if (t < 0 || t > 1) {
          throw new InvalidTargetException(
              "A target of tversky must be between 0 and 1, but was " + t, targetsOffset + i);
        }
        both += p * t;
        divisor += p * t + alpha * p * (1 - t) + beta * (1 - p) * t;
      }
      for (int i = 0; gradient != null && i < outputs; i++) {
        double t = targets[targetsOffset + i];
        double divisorSlope = t + alpha * (1 - t) - beta * t;
        gradient[gradientOffset + i] =
            (float) (-weight * (t * divisor - both * divisorSlope) / (divisor * divisor));
      }
      return 1 - both / divisor;
    }
  }

  @Test
  void elementwiseLossIsAveragedOverOutputsAndWeighted() {
    float[] gradient = new float[4];
    double sum =
        new QuantileLoss(0.9)
            .sum(
                2,
                2,
                new float[] {99, 1, 5, 3, 3},
                1,
                new float[] {2, 1, 3, 5},
                new float[] {1, 0.5f},
                gradient);
    // Position 1: (0.9·1 + 0.1·4) / 2 = 0.65; position 2: (0.1·0 + 0.9·2) / 2 = 0.9.
    assertEquals(0.65 + 0.5 * 0.9, sum, 1e-12);
    assertArrayEquals(new float[] {-0.45f, 0.05f, 0.025f, -0.225f}, gradient, 1e-7f);
  }

  @Test
  void gradientOfAPositionLossMatchesFiniteDifferences() {
    Loss loss = new TverskyLoss(0.3, 0.7);
    float[] predictions = {0.2f, 0.9f, 0.4f, 0.7f, 0.1f, 0.6f};
    float[] targets = {0, 1, 1, 1, 0, 0.5f};
    float[] weights = {1, 2.5f};
    float[] gradient = new float[6];
    loss.sum(2, 3, predictions, 0, targets, weights, gradient);
    for (int i = 0; i < gradient.length; i++) {
      double[] sums = new double[2];
      float[] moved = predictions.clone();
      for (int side = 0; side < 2; side++) {
        moved[i] = predictions[i] + (side == 0 ? -0.01f : 0.01f);
        sums[side] = loss.sum(2, 3, moved, 0, targets, weights, null);
      }
      assertEquals((sums[1] - sums[0]) / 0.02, gradient[i], 1e-3, "prediction " + i);
    }
  }

  @Test
  void modelConvergesToTheQuantile() {
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile(sgd(0.02), new QuantileLoss(0.9));
    double[] y = new double[100];
    Arrays.setAll(y, i -> i / 100.0);
    Samples data = Samples.of(new double[100][1]).targets(y).batchSize(100);
    model.fit(data, epochs(400).verbose(0));
    assertEquals(0.9, model.predictOne(new double[1])[0], 0.02);
  }

  @Test
  void rejectedTargetIsReportedWithItsSample() {
    Sequential model = Sequential.of(input(1), dense(2, "sigmoid"));
    model.compile(sgd(), new TverskyLoss(0.5, 0.5));
    double[][] y = new double[40][2];
    y[27][1] = 7;
    Samples data = Samples.of(new double[40][1]).targets(y);
    var error = assertThrows(IllegalArgumentException.class, () -> model.evaluate(data));
    assertEquals(
        "A target of tversky must be between 0 and 1, but was 7.0 in sample 27.",
        error.getMessage());
  }

  @Test
  void modelWithACustomLossIsNotSaved(@TempDir Path folder) {
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile(sgd(), new QuantileLoss(0.9));
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> model.save(folder.resolve("model.keras")));
    assertTrue(
        error.getMessage().contains("The loss 'quantile' cannot be saved"), error.getMessage());
  }
}
