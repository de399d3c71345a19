package org.unroll.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.recurrent.RecurrentLayer;

/** Bounds and moments of initial weights compared with their definitions. */
class InitializersTest {
  /** The standard deviation of a standard normal distribution that is truncated at ±2. */
  private static final double TRUNCATED = 0.8796256610342398;

  private static double[] draw(Initializer initializer, int... axes) {
    Shape shape = Shape.of(axes);
    float[] values = new float[shape.size()];
    initializer.fill(values, shape, new SplittableRandom(9));
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value / values.length;
    }
    return sum;
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean) / values.length;
    }
    return Math.sqrt(sum);
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** The standard deviation of 60,000 values is accurate to 0.3 % and tested to 1.5 %. */
  private static void assertMoments(double[] values, double mean, double deviation) {
    assertEquals(mean, mean(values), 5 * deviation / Math.sqrt(values.length));
    assertEquals(deviation, deviation(values), 0.015 * deviation);
  }

  @Test
  void uniformInitializersStayWithinTheirLimit() {
    // fan in 200, fan out 300
    assertUniform(Initializers.glorotUniform(), Math.sqrt(6.0 / 500));
    assertUniform(Initializers.heUniform(), Math.sqrt(6.0 / 200));
    assertUniform(Initializers.lecunUniform(), Math.sqrt(3.0 / 200));
    assertUniform(Initializers.randomUniform(), 0.05);
  }

  private static void assertUniform(Initializer initializer, double limit) {
    double[] values = draw(initializer, 200, 300);
    double largest = largest(values);
    assertTrue(largest <= limit * 1.000001 && largest > 0.999 * limit, largest + " of " + limit);
    assertMoments(values, 0, limit / Math.sqrt(3));
  }

  @Test
  void normalInitializersHaveTheirStandardDeviation() {
    assertTruncated(Initializers.glorotNormal(), Math.sqrt(2.0 / 500));
    assertTruncated(Initializers.heNormal(), Math.sqrt(2.0 / 200));
    assertTruncated(Initializers.lecunNormal(), Math.sqrt(1.0 / 200));
    assertMoments(draw(Initializers.randomNormal(3, 0.5), 200, 300), 3, 0.5);
    assertMoments(draw(Initializers.randomNormal(), 200, 300), 0, 0.05);
  }

  /** The given standard deviation is that after truncation. */
  private static void assertTruncated(Initializer initializer, double deviation) {
    double[] values = draw(initializer, 200, 300);
    assertMoments(values, 0, deviation);
    assertTrue(largest(values) <= 2 * deviation / TRUNCATED * 1.000001);
    assertTrue(largest(values) > 1.99 * deviation / TRUNCATED);
  }

  @Test
  void truncatedNormalStaysWithinTwoDeviations() {
    double[] values = draw(Initializers.truncatedNormal(), 200, 300);
    assertTrue(largest(values) <= 0.1 && largest(values) > 0.099);
    assertMoments(values, 0, 0.05 * TRUNCATED);
    assertMoments(draw(Initializers.truncatedNormal(-2, 1), 200, 300), -2, TRUNCATED);
  }

  @Test
  void fansOfAVectorAreItsLength() {
    // As in Keras's compute_fans for a shape with one axis.
    double[] values = draw(Initializers.glorotUniform(), 600);
    assertTrue(largest(values) <= Math.sqrt(6.0 / 1200) && largest(values) > 0.06);
  }

  @ParameterizedTest
  @CsvSource({"5, 5, 1", "32, 96, 1", "96, 32, 1", "7, 3, 2.5", "1, 4, 1", "4, 1, 0.5"})
  void orthogonalMatricesHaveOrthogonalRowsOrColumns(int rows, int columns, double gain) {
    double[] values = draw(Initializers.orthogonal(gain), rows, columns);
    var q = new SimpleMatrix(rows, columns, true, values);
    SimpleMatrix product = rows >= columns ? q.transpose().mult(q) : q.mult(q.transpose());
    SimpleMatrix expected = SimpleMatrix.identity(Math.min(rows, columns)).scale(gain * gain);
    assertTrue(product.isIdentical(expected, 1e-6 * gain * gain));
  }

  /** Without the correction of signs, the diagonal of Q would always have the same sign. */
  @Test
  void orthogonalMatricesHaveRandomSigns() {
    int positive = 0;
    for (int seed = 0; seed < 400; seed++) {
      float[] values = new float[9];
      Initializers.orthogonal().fill(values, Shape.of(3, 3), new SplittableRandom(seed));
      positive += values[0] > 0 ? 1 : 0;
    }
    assertEquals(200, positive, 60); // three standard deviations are 30
  }

  @Test
  void constantsAndIdentityAndInvalidArguments() {
    assertArrayEquals(new double[] {0, 0}, draw(Initializers.zeros(), 2));
    assertArrayEquals(new double[] {1, 1}, draw(Initializers.ones(), 2));
    assertArrayEquals(new double[] {-3, -3}, draw(Initializers.constant(-3), 1, 2));
    assertArrayEquals(new double[] {2, 0, 0, 0, 2, 0}, draw(Initializers.identity(2), 2, 3));
    assertArrayEquals(new double[] {1, 0, 0, 1, 0, 0}, draw(Initializers.identity(1), 3, 2));
    assertThrows(IllegalArgumentException.class, () -> draw(Initializers.identity(1), 3));
    assertThrows(IllegalArgumentException.class, () -> draw(Initializers.orthogonal(), 3));
    assertThrows(IllegalArgumentException.class, () -> Initializers.randomUniform(1, 1));
    assertThrows(IllegalArgumentException.class, () -> Initializers.randomNormal(0, -1));
    assertThrows(IllegalArgumentException.class, () -> Initializers.truncatedNormal(0, -1));
  }

  @Test
  void lstmIsInitializedAsInKeras() {
    var lstm = Layers.lstm(3);
    var free = Layers.lstm(3).unitForgetBias(false).biasInitializer(Initializers.constant(2));
    var set = Layers.lstm(3).biasInitializer(Initializers.constant(2));
    for (RecurrentLayer<?> layer : List.of(lstm, free, set)) {
      new Network(List.of(Layers.input(4, 5), layer), 1);
    }
    assertArrayEquals(
        new float[] {0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}, lstm.weight("bias").values());
    assertArrayEquals(
        new float[] {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, free.weight("bias").values());
    assertArrayEquals(
        new float[] {2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2}, set.weight("bias").values());
    for (float value : lstm.weight("kernel").values()) {
      assertTrue(Math.abs(value) <= Math.sqrt(6.0 / (5 + 12)));
    }
  }

  @Test
  void weightsDependOnSeedAndPosition() {
    float[][] kernels = new float[3][];
    for (int seed = 0; seed < 3; seed++) {
      var network =
          new Network(List.of(Layers.input(4), Layers.dense(4), Layers.dense(4)), seed / 2);
      kernels[seed] = network.weights().get(0).values();
      assertNotEquals(kernels[seed][0], network.weights().get(2).values()[0]);
    }
    assertArrayEquals(kernels[0], kernels[1]);
    assertNotEquals(kernels[0][0], kernels[2][0]);
  }
}
