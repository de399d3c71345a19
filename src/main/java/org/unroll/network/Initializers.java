package org.unroll.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.unroll.data.Shape;

/** The initializers of Keras 3, with its definitions and defaults. */
public final class Initializers {
  private Initializers() {}

  /** All 0. */
  public static Initializer zeros() {
    return new Constant(0);
  }

  /** All 1. */
  public static Initializer ones() {
    return new Constant(1);
  }

  /** All the same value. */
  public static Initializer constant(double value) {
    return new Constant(value);
  }

  /**
   * The identity matrix times {@code gain} (Keras's default gain is 1); for square or rectangular
   * matrices.
   */
  public static Initializer identity(double gain) {
    return new Identity(gain);
  }

  /** Uniform on [−0.05, 0.05), Keras's {@code RandomUniform} and {@code "uniform"}. */
  public static Initializer randomUniform() {
    return randomUniform(-0.05, 0.05);
  }

  /** Uniform on [min, max). */
  public static Initializer randomUniform(double min, double max) {
    return new RandomUniform(min, max);
  }

  /** Normal with mean 0 and deviation 0.05, Keras's {@code RandomNormal} and {@code "normal"}. */
  public static Initializer randomNormal() {
    return randomNormal(0, 0.05);
  }

  /** Normal with this mean and deviation. */
  public static Initializer randomNormal(double mean, double stddev) {
    return new RandomNormal(mean, stddev);
  }

  /** Normal with mean 0 and deviation 0.05, values beyond two deviations drawn again. */
  public static Initializer truncatedNormal() {
    return truncatedNormal(0, 0.05);
  }

  /** Normal with this mean and deviation, values beyond two deviations drawn again. */
  public static Initializer truncatedNormal(double mean, double stddev) {
    return new TruncatedNormal(mean, stddev);
  }

  /**
   * Uniform on ±√(6 / (fanIn + fanOut)) (Glorot &amp; Bengio 2010); Keras's default for kernels.
   */
  public static Initializer glorotUniform() {
    return new VarianceScaling(1, Fan.AVERAGE, Distribution.UNIFORM);
  }

  /** Truncated normal with deviation √(2 / (fanIn + fanOut)). */
  public static Initializer glorotNormal() {
    return new VarianceScaling(1, Fan.AVERAGE, Distribution.TRUNCATED_NORMAL);
  }

  /** Uniform on ±√(6 / fanIn) (He et al. 2015). */
  public static Initializer heUniform() {
    return new VarianceScaling(2, Fan.IN, Distribution.UNIFORM);
  }

  /** Truncated normal with deviation √(2 / fanIn) (He et al. 2015). */
  public static Initializer heNormal() {
    return new VarianceScaling(2, Fan.IN, Distribution.TRUNCATED_NORMAL);
  }

  /** Uniform on ±√(3 / fanIn). */
  public static Initializer lecunUniform() {
    return new VarianceScaling(1, Fan.IN, Distribution.UNIFORM);
  }

  /** Truncated normal with deviation √(1 / fanIn) (LeCun et al. 1998). */
  public static Initializer lecunNormal() {
    return new VarianceScaling(1, Fan.IN, Distribution.TRUNCATED_NORMAL);
  }

  /** An orthogonal matrix with gain 1; Keras's default for recurrent kernels. */
  public static Initializer orthogonal() {
    return orthogonal(1);
  }

  /**
   * The orthogonal factor of a random normal matrix, times {@code gain} (Saxe et al. 2014). Of a
   * matrix with more columns than rows the rows are orthogonal, else the columns.
   */
  public static Initializer orthogonal(double gain) {
    return new Orthogonal(gain);
  }

  /** What the spread of {@link VarianceScaling} is divided by. */
  public enum Fan {
    /** The number of inputs. */
    IN,
    /** The number of outputs. */
    OUT,
    /** The mean of the two. */
    AVERAGE
  }

  /** The distribution that {@link VarianceScaling} draws from. */
  public enum Distribution {
    /** Uniform on ±√(3 · variance). */
    UNIFORM,
    /** Normal, values beyond two deviations drawn again and the deviation corrected for it. */
    TRUNCATED_NORMAL,
    /** Normal. */
    UNTRUNCATED_NORMAL
  }

  /** All values the same. */
  public record Constant(double value) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      Arrays.fill(values, (float) value);
    }
  }

  /** See {@link Initializers#identity(double)}. */
  public record Identity(double gain) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      if (shape.rank() != 2) {
        throw new IllegalArgumentException(
            "The identity initializer is for matrices. Received a weight of shape " + shape + ".");
      }
      Arrays.fill(values, 0f);
      for (int i = 0; i < Math.min(shape.axis(0), shape.axis(1)); i++) {
        values[i * shape.axis(1) + i] = (float) gain;
      }
    }
  }

  /** See {@link Initializers#randomUniform(double, double)}. */
  public record RandomUniform(double min, double max) implements Initializer {
    /** Checks that the range is not empty. */
    public RandomUniform {
      if (!(min < max)) {
        throw new IllegalArgumentException(
            "A uniform initializer needs min < max. Received: min=" + min + ", max=" + max);
      }
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (min + (max - min) * random.nextDouble());
      }
    }
  }

  /** See {@link Initializers#randomNormal(double, double)}. */
  public record RandomNormal(double mean, double stddev) implements Initializer {
    /** Checks the deviation. */
    public RandomNormal {
      requireDeviation(stddev);
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + stddev * random.nextGaussian());
      }
    }
  }

  /** See {@link Initializers#truncatedNormal(double, double)}. */
  public record TruncatedNormal(double mean, double stddev) implements Initializer {
    /** Checks the deviation. */
    public TruncatedNormal {
      requireDeviation(stddev);
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      for (int i = 0; i < values.length; i++) {
        double z;
        do {
          z = random.nextGaussian();
        } while (Math.abs(z) > 2);
        values[i] = (float) (mean + stddev * z);
      }
    }
  }

  /**
   * Keras's {@code VarianceScaling}: variance = scale / fan. The Glorot, He and LeCun initializers
   * are its instances.
   */
  public record VarianceScaling(double scale, Fan fan, Distribution distribution)
      implements Initializer {
    /** The deviation of a standard normal cut off at ±2, by which the deviation is corrected. */
    private static final double DEVIATION_OF_TRUNCATED_NORMAL = 0.87962566103423978;

    /** Checks the scale. */
    public VarianceScaling {
      if (!(scale > 0)) {
        throw new IllegalArgumentException(
            "The scale of an initializer is greater than 0. Received: scale=" + scale);
      }
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      int inputs = shape.rank() < 2 ? shape.size() : shape.axis(-2);
      int outputs = shape.rank() < 2 ? shape.size() : shape.axis(-1);
      // A convolution's leading axes are its receptive field, which multiplies both fans.
      double field = shape.rank() < 2 ? 1 : (double) shape.size() / ((double) inputs * outputs);
      double divisor =
          switch (fan) {
            case IN -> inputs * field;
            case OUT -> outputs * field;
            case AVERAGE -> (inputs + outputs) * field / 2;
          };
      double variance = scale / Math.max(1, divisor);
      Initializer source =
          switch (distribution) {
            case UNIFORM -> new RandomUniform(-Math.sqrt(3 * variance), Math.sqrt(3 * variance));
            case TRUNCATED_NORMAL ->
                new TruncatedNormal(0, Math.sqrt(variance) / DEVIATION_OF_TRUNCATED_NORMAL);
            case UNTRUNCATED_NORMAL -> new RandomNormal(0, Math.sqrt(variance));
          };
      source.fill(values, shape, random);
    }
  }

  /** See {@link Initializers#orthogonal(double)}. */
  public record Orthogonal(double gain) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      if (shape.rank() < 2) {
        throw new IllegalArgumentException(
            "The orthogonal initializer is for matrices. Received a weight of shape "
                + shape
                + ".");
      }
      int columns = shape.last();
      int rows = values.length / columns;
      var normal = new DMatrixRMaj(Math.max(rows, columns), Math.min(rows, columns));
      for (int i = 0; i < normal.getNumElements(); i++) {
        normal.data[i] = random.nextGaussian();
      }
      var qr = DecompositionFactory_DDRM.qr(normal.numRows, normal.numCols);
      if (!qr.decompose(normal)) {
        throw new IllegalStateException("The QR decomposition of a random matrix failed.");
      }
      DMatrixRMaj q = qr.getQ(null, true);
      DMatrixRMaj r = qr.getR(null, true);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int tall = rows >= columns ? i : j;
          int narrow = rows >= columns ? j : i;
          // With the signs of R's diagonal the result is uniform over all orthogonal matrices.
          double sign = Math.signum(r.get(narrow, narrow));
          values[i * columns + j] = (float) (gain * sign * q.get(tall, narrow));
        }
      }
    }
  }

  private static void requireDeviation(double stddev) {
    if (!(stddev >= 0)) {
      throw new IllegalArgumentException(
          "The deviation of an initializer is at least 0. Received: stddev=" + stddev);
    }
  }
}
