package org.unroll;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.internal.Failures;
import org.unroll.losses.ElementwiseLoss;
import org.unroll.metrics.Metric;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/** Code of a user that fails once, at a chosen place and on a chosen thread. */
final class Faults {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  static final List<String> ON_ALL_THREADS =
      List.of(
          "train input",
          "train target",
          "train weight",
          "validation input",
          "validation target",
          "forward",
          "backward",
          "loss",
          "slope",
          "metric");

  private String place = "";
  private Throwable cause;
  private boolean onHelper;
  private final AtomicInteger left = new AtomicInteger(-1);

  /**
   * Lets one of the next calls fail.
   *
   * @param newPlace the method that fails
   * @param before for a method that all threads call, the number of batches before; for the others,
   *     the number of calls before
   * @param inHelper whether a helper thread fails, or else the thread that calls {@code fit}
   */
  void arm(String newPlace, int before, boolean inHelper, Throwable newCause) {
    place = newPlace;
    cause = newCause;
    onHelper = inHelper;
    left.set(before);
  }

  /** Returns whether the failure has happened. */
  boolean happened() {
    return left.get() < 0;
  }

  private void fault(String current) {
    boolean onAllThreads = ON_ALL_THREADS.contains(place);
    if (onAllThreads && current.endsWith("forBatch") && left.get() > 0) {
      left.decrementAndGet();
    }
    if (left.get() < 0 || !current.equals(place)) {
      return;
    }
    if (!onAllThreads) {
      if (left.getAndDecrement() == 0) {
        throw Failures.rethrow(cause);
      }
    } else if (left.get() == 0) {
      boolean isHelper = Thread.currentThread().getName().startsWith("unroll-worker");
      if (isHelper == onHelper && left.compareAndSet(0, -1)) {
        throw Failures.rethrow(cause);
      }
      // Leaves a task of this batch to the other thread.
      long begin = System.nanoTime();
      while (!happened() && System.nanoTime() - begin < PATIENCE) {
        Thread.onSpinWait();
      }
    }
  }

  Dataset data(Dataset data, String use) {
    return new Dataset() {
      @Override
      public int size() {
        return data.size();
      }

      @Override
      public Shape inputShape() {
        return data.inputShape();
      }

      @Override
      public Shape targetShape() {
        return data.targetShape();
      }

      @Override
      public Shape weightShape() {
        return Shape.of(1);
      }

      @Override
      public int batchSize() {
        return data.batchSize();
      }

      @Override
      public int[] order(int epoch) {
        fault(use + " order");
        return data.order(epoch);
      }

      @Override
      public Dataset forBatch(int[] order, int first, int rows) {
        fault(use + " forBatch");
        return this;
      }

      @Override
      public void copyInput(int sample, float[] slice, int row, int rows) {
        fault(use + " input");
        data.copyInput(sample, slice, row, rows);
      }

      @Override
      public void copyTarget(int sample, float[] target, int offset) {
        fault(use + " target");
        data.copyTarget(sample, target, offset);
      }

      @Override
      public void copyWeights(int sample, float[] weights, int offset) {
        fault(use + " weight");
        weights[offset] = 1 + sample % 2;
      }
    };
  }

  /** A layer that returns its input. */
  Layer layer() {
    return new Layer("Fault") {
      @Override
      public Shape checkInput(Shape input, Layer previous) {
        return input;
      }

      @Override
      protected boolean worksStepByStep() {
        return true;
      }

      @Override
      public void prepareBackward() {
        fault("prepareBackward");
      }

      @Override
      public Pass newPass() {
        fault("newPass");
        return new Pass() {
          @Override
          public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
            fault("forward");
            return input;
          }

          @Override
          public Tensor backward(Tensor gradient, Gradient[] gradients, boolean needed) {
            fault("backward");
            return gradient;
          }
        };
      }
    };
  }

  ElementwiseLoss loss() {
    return new ElementwiseLoss() {
      @Override
      public String name() {
        return "faulty";
      }

      @Override
      public double loss(double prediction, double target) {
        fault("loss");
        return (prediction - target) * (prediction - target);
      }

      @Override
      public double slope(double prediction, double target) {
        fault("slope");
        return 2 * (prediction - target);
      }
    };
  }

  Metric metric() {
    return new Metric() {
      @Override
      public String name() {
        return "faulty";
      }

      @Override
      public boolean higherIsBetter() {
        return true;
      }

      @Override
      public int accumulators() {
        return 1;
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
        fault("metric");
        totals[0] += predictions[predictionsOffset];
      }

      @Override
      public double result(double[] totals) {
        fault("result");
        return totals[0];
      }
    };
  }

  /** Gradient descent with momentum. */
  Optimizer optimizer() {
    return new Optimizer(0.01) {
      private float[][] momentums;

      @Override
      public String name() {
        return "faulty";
      }

      @Override
      protected void allocate(List<Weight> weights) {
        momentums = new float[weights.size()][];
        for (int i = 0; i < weights.size(); i++) {
          momentums[i] = addSlot("momentum", i, 0);
          fault("allocate");
        }
      }

      @Override
      protected void beginStep(long step) {
        fault("beginStep");
      }

      @Override
      protected void update(int i, float[] w, float[] g, float[] squares, float rate, long step) {
        for (int j = 0; j < w.length; j++) {
          momentums[i][j] = 0.5f * momentums[i][j] + g[j];
          w[j] -= rate * momentums[i][j];
        }
      }
    };
  }

  Callback callback() {
    return new Callback() {
      @Override
      public void onTrainBegin(TrainingContext training) {
        fault("onTrainBegin");
      }

      @Override
      public void onEpochBegin(TrainingContext training, int epoch) {
        fault("onEpochBegin");
      }

      @Override
      public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
        fault("onBatchEnd");
      }

      @Override
      public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
        fault("onEpochEnd");
      }

      @Override
      public void onTrainEnd(TrainingContext training) {
        fault("onTrainEnd");
      }
    };
  }
}
