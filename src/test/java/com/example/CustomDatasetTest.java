package com.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import org.junit.jupiter.api.Test;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

/** A dataset that is written outside the library, with the public API only. */
class CustomDatasetTest {
  /** Sample i is the point (i / 10, 1), and its target is 2 · i / 10 + 1. */
  private static final class Line implements Dataset {
    @Override
    public int size() {
      return 10;
    }

    @Override
    public Shape inputShape() {
      return Shape.of(2);
    }

    @Override
    public Shape targetShape() {
      return Shape.of(1);
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      slice[2 * row] = sample / 10f;
      slice[2 * row + 1] = 1;
    }

    @Override
    public void copyTarget(int sample, float[] target, int offset) {
      target[offset] = 2 * (sample / 10f) + 1;
    }
  }

  /** The same data in memory. */
  private static Samples samples() {
    double[][] inputs = new double[10][];
    double[] targets = new double[10];
    for (int i = 0; i < 10; i++) {
      inputs[i] = new double[] {i / 10f, 1};
      targets[i] = 2 * (i / 10f) + 1;
    }
    return Samples.of(inputs).targets(targets);
  }

  private static Sequential model() {
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile(sgd(0.1), mse());
    return model;
  }

  @Test
  void defaultsAreThoseOfKeras() {
    Dataset line = new Line();
    assertEquals(32, line.batchSize());
    assertEquals(1, line.batches());
    assertNull(line.order(0));
    assertNull(line.weightShape());
    assertEquals(4, line.batchSize(3).batches());
  }

  @Test
  void trainsLikeTheSameDataInMemory() {
    Sequential custom = model();
    Sequential inMemory = model();
    custom.fit(new Line().batchSize(3).shuffled(5), epochs(100));
    inMemory.fit(samples().batchSize(3).shuffled(5), epochs(100));
    assertArrayEquals(inMemory.predict(samples()).toArray(), custom.predict(new Line()).toArray());
    assertTrue(custom.evaluate(new Line()).get("loss") < 0.1);
  }
}
