package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.Weight;
import org.unroll.optimizers.FluentOptimizer;
import org.unroll.optimizers.LearningRateSchedule;

/** An optimizer and a schedule written by a user, compared with steps by hand. */
class CustomOptimizerTest {
  /** The optimizer of the example in the Javadoc of {@link org.unroll.optimizers.Optimizer}. */
  static final class Lion extends FluentOptimizer<Lion> {
    private double beta1 = 0.9;
    private double beta2 = 0.99;
    private float[][] momentums;

    Lion(double learningRate) {
      super(learningRate);
    }

    @Override
    protected Lion self() {
      return this;
    }

    @Override
    public String name() {
      return "lion";
    }

    Lion betas(double first, double second) {
      beta1 = checkedFraction("beta1", first);
      beta2 = checkedFraction("beta2", second);
      return this;
    }

    @Override
    protected void allocate(List<Weight> weights) {
      momentums = addSlots("momentum", weights, 0);
    }

    @Override
    protected void update(
        int index, float[] w, float[] g, float[] squares, float learningRate, long step) {
      float[] m = momentums[index];
      float b1 = (float) beta1;
      float b2 = (float) beta2;
      for (int i = 0; i < w.length; i++) {
        w[i] -= learningRate * Math.signum(b1 * m[i] + (1 - b1) * g[i]);
        m[i] = b2 * m[i] + (1 - b2) * g[i];
      }
    }
  }

  @Test
  void stepsMatchTheEquationsByHand() {
    Lion lion = new Lion(0.1).betas(0.5, 0.75).weightDecay(0.2).clipvalue(2);
    Weight weight = new Weight("kernel", Shape.of(2), new float[] {1, -1}, null);
    lion.apply(List.of(weight), new float[][] {{8, -1}}); // clipped to 2 and −1
    // w = w·(1 − 0.2·0.1) − 0.1·sign(0.5·0 + 0.5·g), m = 0.25·g
    assertArrayEquals(new float[] {0.98f - 0.1f, -0.98f + 0.1f}, weight.values(), 1e-6f);
    assertArrayEquals(new float[] {0.5f, -0.25f}, lion.slots().get(0).values(), 1e-6f);
    lion.apply(List.of(weight), new float[][] {{-1, 0.1f}});
    // sign(0.5·0.5 − 0.5·1) = −1, sign(−0.5·0.25 + 0.5·0.1) = −1
    assertArrayEquals(
        new float[] {0.88f * 0.98f + 0.1f, -0.88f * 0.98f + 0.1f}, weight.values(), 1e-6f);
    assertArrayEquals(
        new float[] {0.75f * 0.5f - 0.25f, -0.75f * 0.25f + 0.025f},
        lion.slots().get(0).values(),
        1e-6f);
    assertEquals(2, lion.iterations());
  }

  @Test
  void rejectsInvalidOptions() {
    var error = assertThrows(IllegalArgumentException.class, () -> new Lion(0.1).betas(2, 0));
    assertEquals("beta1 must be between 0 and 1, but was 2.0.", error.getMessage());
  }

  @Test
  void followsACustomSchedule() {
    LearningRateSchedule warmup = step -> 0.001 * Math.min(1, (step + 1) / 4.0);
    Lion lion = new Lion(1).learningRate(warmup);
    assertEquals(0.00025, lion.learningRate());
    Weight weight = new Weight("kernel", Shape.of(1), new float[1], null);
    for (int step = 0; step < 5; step++) {
      lion.apply(List.of(weight), new float[][] {{1}});
    }
    // 0.25 + 0.5 + 0.75 + 1 + 1 steps of 0.001
    assertEquals(-0.0035, weight.values()[0], 1e-8);
    assertEquals(0.001, lion.learningRate());
  }

  private static Samples data() {
    double[][] x = new double[64][2];
    double[] y = new double[64];
    for (int i = 0; i < x.length; i++) {
      x[i][0] = Math.sin(i);
      x[i][1] = Math.cos(3 * i);
      y[i] = x[i][0] - 2 * x[i][1];
    }
    return Samples.of(x).targets(y).batchSize(16);
  }

  private static Sequential model() {
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile(new Lion(0.01), Losses.mse());
    return model;
  }

  @Test
  void trainsAModelAndResumesFromABackupToTheSameBits(@TempDir Path folder) {
    Sequential whole = model();
    whole.fit(data(), epochs(200).verbose(0));
    assertEquals(1, whole.weight("dense/kernel").get(0, 0), 0.05);
    assertEquals(-2, whole.weight("dense/kernel").get(1, 0), 0.05);

    var failing =
        new Callback() {
          private boolean done;

          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            if (epoch == 30 && !done) {
              done = true;
              throw new IllegalStateException("power failure");
            }
          }
        };
    Path backup = folder.resolve("backup");
    for (int attempt = 0; attempt < 2; attempt++) {
      Sequential parts = model();
      var options = epochs(200).verbose(0).callbacks(backupAndRestore(backup), failing);
      if (attempt == 0) {
        assertThrows(IllegalStateException.class, () -> parts.fit(data(), options));
      } else {
        parts.fit(data(), options);
        assertArrayEquals(whole.weight("dense/kernel").data, parts.weight("dense/kernel").data);
      }
    }
    assertFalse(Files.exists(backup));
  }

  @Test
  void modelWithACustomOptimizerIsNotSaved(@TempDir Path folder) {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> model().save(folder.resolve("model.keras")));
    assertTrue(
        error.getMessage().contains("The optimizer 'lion' cannot be saved"), error.getMessage());
  }
}
