package org.unroll.network;

import java.util.random.RandomGenerator;
import org.unroll.data.Shape;

/** How a weight gets its first values. */
@FunctionalInterface
public interface Initializer {
  /**
   * Fills a new weight.
   *
   * @param values row-major values to overwrite
   * @param shape the weight's shape; the last two axes are inputs and outputs
   * @param random the source of randomness, already seeded for this weight
   */
  void fill(float[] values, Shape shape, RandomGenerator random);
}
