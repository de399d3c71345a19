package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.Evaluation;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.metrics.MatchMetric;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.optimizers.Optimizers;

/** Metrics written by a user, compared with sums by hand. */
class CustomMetricTest {
  /** The metric of the example in the Javadoc of {@link Metric}. */
  record WithinTolerance(double tolerance) implements Metric {
    @Override
    public String name() {
      return "within_" + tolerance;
    }

    @Override
    public boolean higherIsBetter() {
      return true;
    }

    @Override
    public int accumulators() {
      return 2;
    }

    @Override
    public void add(
        int positions,
        int outputs,
        float[] predictions,
        int predictionsOffset,
        float[] targets,
        float[] weights,
        double[] totals) {
      for (int position = 0; position < positions; position++) {
        double weight = weights == null ? 1 : weights[position];
        for (int i = position * outputs; i < (position + 1) * outputs; i++) {
          boolean within = Math.abs(predictions[predictionsOffset + i] - targets[i]) <= tolerance;
          totals[0] += within ? weight : 0;
          totals[1] += weight;
        }
      }
    }

    @Override
    public double result(double[] totals) {
      return totals[0] / totals[1];
    }
  }

  /** Counts a position as right only if all its outputs are on the right side of 0.5. */
  record ExactMatch() implements MatchMetric {
    @Override
    public String name() {
      return "exact_match";
    }

    @Override
    public int targetWidth(int outputs) {
      return outputs;
    }

    @Override
    public double at(
        int outputs,
        float[] predictions,
        int predictionsOffset,
        float[] targets,
        int targetsOffset) {
      for (int i = 0; i < outputs; i++) {
        boolean predicted = predictions[predictionsOffset + i] > 0.5;
        if (predicted != (targets[targetsOffset + i] > 0.5)) {
          return 0;
        }
      }
      return 1;
    }
  }

  /** A model that returns its input. */
  private static Sequential identity(int width, Metric... metrics) {
    Sequential model = Sequential.of(input(width), dense(width));
    model.compile(Optimizers.sgd(0), Losses.mse(), metrics);
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        model.weight("dense/kernel").set(i, j, i == j ? 1 : 0);
      }
    }
    return model;
  }

  @Test
  void isEvaluatedUnderItsName() {
    double[][] x = new double[50][1];
    double[] y = new double[50];
    for (int i = 0; i < x.length; i++) {
      x[i][0] = i;
      y[i] = i + i % 4; // errors 0, 1, 2, 3, …
    }
    Sequential model = identity(1, new WithinTolerance(1));
    Samples data = Samples.of(x).targets(y).batchSize(8);
    Evaluation evaluation = model.evaluate(data);
    assertEquals(26 / 50.0, evaluation.get("within_1.0")); // 13 errors of 0 and 13 of 1
    History history = model.fit(data, epochs(2).validation(data).verbose(0));
    assertEquals(List.of(0.52, 0.52), history.get("val_within_1.0"));
  }

  @Test
  void usesSampleWeightsIfWeighted() {
    Samples data =
        Samples.of(new double[][] {{0}, {0}, {0}})
            .targets(new double[] {0, 0.4, 5})
            .weights(new double[] {1, 2, 5});
    Sequential model = identity(1, Metrics.weighted(new WithinTolerance(0.5)));
    assertEquals(3 / 8.0, model.evaluate(data).get("within_0.5"));
  }

  @Test
  void matchMetricIsTheMeanOverPositions() {
    double[][] x = {{1, 0}, {1, 1}, {0, 0}, {0, 1}};
    double[][] y = {{1, 0}, {0, 1}, {0, 1}, {0, 1}};
    Sequential model = identity(2, new ExactMatch());
    assertEquals(0.5, model.evaluate(Samples.of(x).targets(y)).get("exact_match"));
    assertThrows(IllegalArgumentException.class, () -> new ExactMatch().resolve(2, 1));
  }
}
