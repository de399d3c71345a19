package org.unroll.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Finds columns of a dataset whose values are too large for a network, in about 256 of the samples.
 *
 * @hidden
 */
public final class ScaleCheck {
  /** A column is scaled if its mean and its standard deviation are at most this far from 0. */
  private static final double LARGEST = 10;

  private static final int SAMPLES = 256;

  private ScaleCheck() {}

  /**
   * Returns a line about the input columns that are not scaled, if there are any.
   *
   * @param width the number of columns
   * @param names the names of the columns; empty if they have none
   */
  public static Optional<String> ofInputs(Dataset data, int width, List<String> names) {
    return of(data, "Input", width, names, sample -> input(data, sample));
  }

  /**
   * Returns a line about the target columns that are not scaled, if there are any.
   *
   * @param width the number of columns
   * @param names the names of the columns; empty if they have none
   */
  public static Optional<String> ofTargets(Dataset data, int width, List<String> names) {
    return of(data, "Target", width, names, sample -> target(data, sample));
  }

  private static float[] input(Dataset data, int sample) {
    Dataset batch = data.forBatch(null, sample, 1);
    var values = new float[batch.inputShape().size()];
    batch.copyInput(sample, values, 0, 1);
    return values;
  }

  /** Returns the target values of a sample. */
  public static float[] target(Dataset data, int sample) {
    Dataset batch = data.forBatch(null, sample, 1);
    var values = new float[batch.targetShape().size()];
    batch.copyTarget(sample, values, 0);
    return values;
  }

  /** Returns the step from one sample that is looked at to the next. */
  public static int step(Dataset data) {
    return Math.max(1, data.size() / SAMPLES);
  }

  private static Optional<String> of(
      Dataset data, String what, int width, List<String> names, IntFunction<float[]> values) {
    var sums = new double[width];
    var squares = new double[width];
    var counts = new int[width];
    for (int i = 0; i < data.size(); i += step(data)) {
      float[] sample = values.apply(i);
      for (int j = 0; j < sample.length; j++) {
        double value = sample[j];
        if (Double.isFinite(value)) {
          sums[j % width] += value;
          squares[j % width] += value * value;
          counts[j % width]++;
        }
      }
    }
    int large = 0;
    int worst = -1;
    double worstMean = 0;
    double worstStd = 0;
    for (int j = 0; j < width; j++) {
      double mean = sums[j] / counts[j];
      double std = Math.sqrt(Math.max(0, squares[j] / counts[j] - mean * mean));
      if (Math.abs(mean) > LARGEST || std > LARGEST) {
        large++;
        if (Math.abs(mean) + std > Math.abs(worstMean) + worstStd) {
          worst = j;
          worstMean = mean;
          worstStd = std;
        }
      }
    }
    if (large == 0) {
      return Optional.empty();
    }
    return Optional.of(
        what
            + " column "
            + (names.isEmpty() ? Integer.toString(worst) : "'" + names.get(worst) + "'")
            + " is not scaled (mean "
            + number(worstMean)
            + ", std "
            + number(worstStd)
            + ")"
            + (large == 2 ? ", nor is 1 other of " + width : "")
            + (large > 2 ? ", nor are " + (large - 1) + " others of " + width : "")
            + ". Networks learn slowly or not at all from such values. "
            + (names.isEmpty()
                ? "Subtract the mean of the training data and divide by its standard deviation."
                : "Call normalizedOn(from, to) on the series."));
  }

  private static String number(double value) {
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
