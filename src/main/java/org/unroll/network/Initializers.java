package org.unroll.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.unroll.data.Shape;

/**
 * The initializers of Keras, with the same definitions and defaults.
 *
 * <p>For a matrix, fanIn is the number of rows and fanOut is the number of columns. For the kernel
 * of a convolution, both are multiplied by the size of the window. For a vector, both are its
 * length.
 *
 * <p>Source: Keras 3, {@code keras.initializers}.
 */
public final class Initializers {
  private Initializers() {}

  /** Returns an initializer that sets all values to 0. */
  public static Initializer zeros() {
    return new Constant(0);
  }

  /** Returns an initializer that sets all values to 1. */
  public static Initializer ones() {
    return new Constant(1);
  }

  /** Returns an initializer that sets all values to the given value. */
  public static Initializer constant(double value) {
    return new Constant(value);
  }

  /**
   * Returns an initializer that sets a matrix to the identity matrix times {@code gain}. The matrix
   * need not be square. Keras's default gain is 1.
   */
  public static Initializer identity(double gain) {
    return new Identity(gain);
  }

  /** Returns the uniform distribution on [−0.05, 0.05), Keras's {@code "random_uniform"}. */
  public static Initializer randomUniform() {
    return randomUniform(-0.05, 0.05);
  }

  /**
   * Returns the uniform distribution on [min, max).
   *
   * @throws IllegalArgumentException if min is not less than max
   */
  public static Initializer randomUniform(double min, double max) {
    return new RandomUniform(min, max);
  }

  /**
   * Returns the normal distribution with mean 0 and standard deviation 0.05, Keras's {@code
   * "random_normal"}.
   */
  public static Initializer randomNormal() {
    return randomNormal(0, 0.05);
  }

  /**
   * Returns the normal distribution with the given mean and standard deviation.
   *
   * @throws IllegalArgumentException if the standard deviation is negative
   */
  public static Initializer randomNormal(double mean, double stddev) {
    return new RandomNormal(mean, stddev);
  }

  /**
   * Returns the truncated normal distribution with mean 0 and standard deviation 0.05, Keras's
   * {@code "truncated_normal"}.
   */
  public static Initializer truncatedNormal() {
    return truncatedNormal(0, 0.05);
  }

  /**
   * Returns the truncated normal distribution: a normal distribution in which values further than
   * two standard deviations from the mean are drawn again.
   *
   * @param mean the mean
   * @param stddev the standard deviation before truncation
   * @throws IllegalArgumentException if the standard deviation is negative
   */
  public static Initializer truncatedNormal(double mean, double stddev) {
    return new TruncatedNormal(mean, stddev);
  }

  /**
   * Returns the uniform distribution between ±√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010).
   * This is Keras's default for kernels.
   */
  public static Initializer glorotUniform() {
    return new VarianceScaling(1, Fan.AVERAGE, Distribution.UNIFORM);
  }

  /**
   * Returns the truncated normal distribution with standard deviation √(2 / (fanIn + fanOut))
   * (Glorot and Bengio 2010).
   */
  public static Initializer glorotNormal() {
    return new VarianceScaling(1, Fan.AVERAGE, Distribution.TRUNCATED_NORMAL);
  }

  /** Returns the uniform distribution between ±√(6 / fanIn) (He et al. 2015). */
  public static Initializer heUniform() {
    return new VarianceScaling(2, Fan.IN, Distribution.UNIFORM);
  }

  /**
   * Returns the truncated normal distribution with standard deviation √(2 / fanIn) (He et al.
   * 2015).
   */
  public static Initializer heNormal() {
    return new VarianceScaling(2, Fan.IN, Distribution.TRUNCATED_NORMAL);
  }

  /** Returns the uniform distribution between ±√(3 / fanIn) (LeCun et al. 1998). */
  public static Initializer lecunUniform() {
    return new VarianceScaling(1, Fan.IN, Distribution.UNIFORM);
  }

  /**
   * Returns the truncated normal distribution with standard deviation √(1 / fanIn) (LeCun et al.
   * 1998).
   */
  public static Initializer lecunNormal() {
    return new VarianceScaling(1, Fan.IN, Distribution.TRUNCATED_NORMAL);
  }

  /**
   * Returns an initializer that sets a matrix to a random orthogonal matrix. This is Keras's
   * default for recurrent kernels.
   */
  public static Initializer orthogonal() {
    return orthogonal(1);
  }

  /**
   * Returns an initializer that sets a matrix to the orthogonal factor of a random normal matrix,
   * times {@code gain} (Saxe et al. 2014). If the matrix has more columns than rows, its rows are
   * orthogonal, otherwise its columns are.
   */
  public static Initializer orthogonal(double gain) {
    return new Orthogonal(gain);
  }

  /** The number that {@link VarianceScaling} divides the variance by. */
  public enum Fan {
    /** The number of inputs. */
    IN,
    /** The number of outputs. */
    OUT,
    /** The mean of the number of inputs and the number of outputs. */
    AVERAGE
  }

  /** The distribution that {@link VarianceScaling} draws from. */
  public enum Distribution {
    /** The uniform distribution between ±√(3 · variance). */
    UNIFORM,
    /** The truncated normal distribution, scaled so that the variance after truncation is right. */
    TRUNCATED_NORMAL,
    /** The normal distribution. */
    UNTRUNCATED_NORMAL
  }

  /**
   * See {@link Initializers#constant(double)}.
   *
   * @param value the value
   * @hidden
   */
  public record Constant(double value) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      Arrays.fill(values, (float) value);
    }
  }

  /**
   * See {@link Initializers#identity(double)}.
   *
   * @param gain the values on the diagonal
   * @hidden
   */
  public record Identity(double gain) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      if (shape.rank() != 2) {
        throw new IllegalArgumentException(
            "The identity initializer needs a weight with 2 axes, but the shape is " + shape + ".");
      }
      Arrays.fill(values, 0f);
      for (int i = 0; i < Math.min(shape.axis(0), shape.axis(1)); i++) {
        values[i * shape.axis(1) + i] = (float) gain;
      }
    }
  }

  /**
   * See {@link Initializers#randomUniform(double, double)}.
   *
   * @param min the smallest value
   * @param max the upper bound
   * @hidden
   */
  public record RandomUniform(double min, double max) implements Initializer {
    /**
     * Checks that the range is not empty.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public RandomUniform {
      if (!(min < max)) {
        throw new IllegalArgumentException(
            "min must be less than max, but were min=" + min + " and max=" + max + ".");
      }
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (min + (max - min) * random.nextDouble());
      }
    }
  }

  /**
   * See {@link Initializers#randomNormal(double, double)}.
   *
   * @param mean the mean
   * @param stddev the standard deviation
   * @hidden
   */
  public record RandomNormal(double mean, double stddev) implements Initializer {
    /**
     * Checks the standard deviation.
     *
     * @throws IllegalArgumentException if it is negative
     */
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

  /**
   * See {@link Initializers#truncatedNormal(double, double)}.
   *
   * @param mean the mean
   * @param stddev the standard deviation before truncation
   * @hidden
   */
  public record TruncatedNormal(double mean, double stddev) implements Initializer {
    /**
     * Checks the standard deviation.
     *
     * @throws IllegalArgumentException if it is negative
     */
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
   * Draws from a distribution with mean 0 and variance scale / fan, as Keras's {@code
   * VarianceScaling}. The Glorot, He and LeCun initializers are instances of it.
   *
   * @param scale the factor of the variance, greater than 0
   * @param fan the number that the factor is divided by
   * @param distribution the distribution to draw from
   */
  public record VarianceScaling(double scale, Fan fan, Distribution distribution)
      implements Initializer {
    /** The standard deviation of a standard normal distribution that is truncated at ±2. */
    private static final double DEVIATION_OF_TRUNCATED_NORMAL = 0.87962566103423978;

    /**
     * Checks the scale.
     *
     * @throws IllegalArgumentException if it is not greater than 0
     */
    public VarianceScaling {
      if (!(scale > 0)) {
        throw new IllegalArgumentException("scale must be greater than 0, but was " + scale + ".");
      }
    }

    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      int inputs = shape.rank() < 2 ? shape.size() : shape.axis(-2);
      int outputs = shape.rank() < 2 ? shape.size() : shape.axis(-1);
      // The leading axes of a convolution are its receptive field, which multiplies both fans.
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

  /**
   * See {@link Initializers#orthogonal(double)}.
   *
   * @param gain the factor of the orthogonal matrix
   * @hidden
   */
  public record Orthogonal(double gain) implements Initializer {
    @Override
    public void fill(float[] values, Shape shape, RandomGenerator random) {
      if (shape.rank() < 2) {
        throw new IllegalArgumentException(
            "The orthogonal initializer needs a weight with at least 2 axes, but the shape is "
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
          // The signs of R's diagonal make the result uniform over all orthogonal matrices.
          double sign = Math.signum(r.get(narrow, narrow));
          values[i * columns + j] = (float) (gain * sign * q.get(tall, narrow));
        }
      }
    }
  }

  private static void requireDeviation(double stddev) {
    if (!(stddev >= 0)) {
      throw new IllegalArgumentException("stddev must be at least 0, but was " + stddev + ".");
    }
  }
}
