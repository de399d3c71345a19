package org.unroll.layers;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.unroll.compute.Activation;
import org.unroll.layers.ReferenceLayers.Batch;
import org.unroll.layers.ReferenceLayers.Stage;

/** Convolutions and pooling in double, directly from the equations. */
final class ReferenceWindows {
  private ReferenceWindows() {}

  /** The windows of a layer. */
  record Windows(int size, int stride, int dilation, String padding) {
    int span() {
      return dilation * (size - 1) + 1;
    }

    /** Counts the windows inside the padded sequence one by one. */
    int count(int steps) {
      int padded = before(steps) + steps + after(steps);
      int count = 0;
      while (count * stride + span() <= padded) {
        count++;
      }
      return count;
    }

    private int missing(int steps) {
      int wanted = (int) Math.ceil(steps / (double) stride);
      return Math.max(0, (wanted - 1) * stride + span() - steps);
    }

    int before(int steps) {
      return switch (padding) {
        case "same" -> missing(steps) / 2;
        case "causal" -> span() - 1;
        default -> 0;
      };
    }

    private int after(int steps) {
      return padding.equals("same") ? missing(steps) - missing(steps) / 2 : 0;
    }
  }

  static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** Computes one value for each window and feature, without the time steps of the padding. */
  static Stage pooling(Windows windows, ToDoubleFunction<double[]> pool) {
    return (input, weights, draws) -> {
      int steps = input.shape()[0];
      int features = input.last();
      int count = windows.count(steps);
      double[] y = new double[input.rows() * count * features];
      for (int row = 0; row < input.rows(); row++) {
        for (int w = 0; w < count; w++) {
          for (int j = 0; j < features; j++) {
            var values = DoubleStream.builder();
            for (int k = 0; k < windows.size(); k++) {
              int t = w * windows.stride() - windows.before(steps) + k;
              if (t >= 0 && t < steps) {
                values.add(input.values()[(row * steps + t) * features + j]);
              }
            }
            y[(row * count + w) * features + j] = pool.applyAsDouble(values.build().toArray());
          }
        }
      }
      return new Batch(input.rows(), new int[] {count, features}, y, null);
    };
  }

  /** Computes one value for each feature, optionally without the masked time steps. */
  static Stage globalPooling(ToDoubleFunction<double[]> pool, boolean usesMask) {
    return (input, weights, draws) -> {
      int steps = input.shape()[0];
      int features = input.last();
      double[] y = new double[input.rows() * features];
      for (int row = 0; row < input.rows(); row++) {
        for (int j = 0; j < features; j++) {
          var values = DoubleStream.builder();
          for (int t = 0; t < steps; t++) {
            if (!usesMask || input.mask() == null || input.mask()[row][t]) {
              values.add(input.values()[(row * steps + t) * features + j]);
            }
          }
          y[row * features + j] = pool.applyAsDouble(values.build().toArray());
        }
      }
      return new Batch(input.rows(), new int[] {features}, y, null);
    };
  }

  /** Computes a convolution one multiplication at a time. */
  static Stage convolution(Windows windows, int filters, int groups, Activation f) {
    return (input, weights, draws) -> {
      double[] kernel = weights.remove(0);
      double[] bias = weights.remove(0);
      int steps = input.shape()[0];
      int features = input.last();
      int in = features / groups;
      int count = windows.count(steps);
      double[] y = new double[input.rows() * count * filters];
      for (int at = 0; at < y.length; at += filters) {
        int row = at / filters / count;
        int first = at / filters % count * windows.stride() - windows.before(steps);
        double[] z = bias.clone();
        for (int k = 0; k < windows.size(); k++) {
          int t = first + k * windows.dilation();
          for (int i = 0; t >= 0 && t < steps && i < in; i++) {
            for (int j = 0; j < filters; j++) {
              int feature = j / (filters / groups) * in + i;
              double x = input.values()[(row * steps + t) * features + feature];
              z[j] += x * kernel[(k * in + i) * filters + j];
            }
          }
        }
        System.arraycopy(ReferenceLayers.act(f, z), 0, y, at, filters);
      }
      return new Batch(input.rows(), new int[] {count, filters}, y, null);
    };
  }
}
