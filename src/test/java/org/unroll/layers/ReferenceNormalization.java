package org.unroll.layers;

import java.util.Arrays;
import org.unroll.internal.CounterRandom;
import org.unroll.internal.SplitMix64;
import org.unroll.layers.ReferenceLayers.Batch;
import org.unroll.layers.ReferenceLayers.Draws;
import org.unroll.layers.ReferenceLayers.Stage;

/**
 * Normalization, noise and changes of shape in double, directly from the equations. Batch
 * normalization is in training mode, and the rows are the whole batch.
 */
final class ReferenceNormalization {
  private ReferenceNormalization() {}

  static Stage layerNormalization(double epsilon) {
    return (input, weights, draws) -> {
      double[] gamma = weights.remove(0);
      double[] beta = weights.remove(0);
      int n = input.last();
      double[] y = new double[input.values().length];
      for (int from = 0; from < y.length; from += n) {
        double[] x = Arrays.copyOfRange(input.values(), from, from + n);
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / n;
        for (int j = 0; j < n; j++) {
          y[from + j] = gamma[j] * (x[j] - mean) / Math.sqrt(variance + epsilon) + beta[j];
        }
      }
      return input.with(input.shape(), y);
    };
  }

  static Stage batchNormalization(double epsilon) {
    return (input, weights, draws) -> {
      double[] gamma = weights.remove(0);
      double[] beta = weights.remove(0);
      weights.remove(0); // the moving averages are not used in training
      weights.remove(0);
      int n = input.last();
      int steps = input.size() / n;
      double[] y = new double[input.values().length];
      for (int j = 0; j < n; j++) {
        double count = 0;
        double sum = 0;
        for (int p = 0; p < input.rows() * steps; p++) {
          if (isUnmasked(input, p, steps)) {
            count++;
            sum += input.values()[p * n + j];
          }
        }
        double mean = sum / count;
        double squares = 0;
        for (int p = 0; p < input.rows() * steps; p++) {
          if (isUnmasked(input, p, steps)) {
            squares += Math.pow(input.values()[p * n + j] - mean, 2);
          }
        }
        double deviation = Math.sqrt(squares / count + epsilon);
        for (int i = j; i < y.length; i += n) {
          y[i] = gamma[j] * (input.values()[i] - mean) / deviation + beta[j];
        }
      }
      return input.with(input.shape(), y);
    };
  }

  private static boolean isUnmasked(Batch input, int position, int steps) {
    return input.mask() == null || input.mask()[position / steps][position % steps];
  }

  static Stage spatialDropout(double rate) {
    return (input, weights, draws) -> {
      int n = input.last();
      double[] y = new double[input.values().length];
      for (int row = 0; row < input.rows(); row++) {
        double[] mask = draws.mask(0, draws.firstRow() + row, rate, n);
        for (int i = row * input.size(); i < (row + 1) * input.size(); i++) {
          y[i] = input.values()[i] * mask[i % n];
        }
      }
      return input.with(input.shape(), y);
    };
  }

  static Stage gaussianNoise(double stddev) {
    return (input, weights, draws) -> {
      int steps = input.shape().length > 1 ? input.shape()[0] : 1;
      int width = input.size() / steps;
      double[] y = new double[input.values().length];
      for (int p = 0; p < input.rows() * steps; p++) {
        var random = new SplitMix64(key(draws, draws.firstRow() * steps + p));
        for (int i = p * width; i < (p + 1) * width; i++) {
          y[i] = input.values()[i] + stddev * random.nextGaussian();
        }
      }
      return input.with(input.shape(), y);
    };
  }

  private static long key(Draws draws, int row) {
    return CounterRandom.key(draws.seed(), draws.position() * 16, draws.step(), row);
  }

  static Stage reshape(int... shape) {
    return (input, weights, draws) -> new Batch(input.rows(), shape, input.values(), null);
  }

  /** Moves the last axis to the front. */
  static Stage lastAxisFirst() {
    return (input, weights, draws) -> {
      int n = input.last();
      int others = input.size() / n;
      double[] y = new double[input.values().length];
      for (int row = 0; row < input.rows(); row++) {
        for (int i = 0; i < others; i++) {
          for (int j = 0; j < n; j++) {
            y[row * input.size() + j * others + i] = input.values()[row * input.size() + i * n + j];
          }
        }
      }
      int[] shape = new int[input.shape().length];
      shape[0] = n;
      System.arraycopy(input.shape(), 0, shape, 1, shape.length - 1);
      return new Batch(input.rows(), shape, y, null);
    };
  }
}
