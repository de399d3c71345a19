package org.unroll.network;

import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;

/**
 * Provides the initial values of the weights of a network that is being built: new values from the
 * initializers, or values from a file.
 *
 * @hidden
 */
@FunctionalInterface
public interface WeightSource {
  /**
   * Returns the values of one weight, row-major.
   *
   * @param owner the layer that creates the weight, which may be an inner layer
   * @param index the index of the weight among those of the owner, from 0
   * @param name the name of the weight, for example {@code kernel}
   * @param shape the shape of the weight
   * @param initializer the initializer of the weight
   * @param trained whether the weight is trained unless its layer is frozen
   */
  float[] values(
      Layer owner, int index, String name, Shape shape, Initializer initializer, boolean trained);

  /**
   * Returns a source of new values from the initializers. The values depend only on the seed, the
   * position of the layer in the network and the index of the weight in the layer.
   */
  static WeightSource seeded(long seed) {
    return (owner, index, name, shape, initializer, trained) -> {
      float[] values = new float[shape.size()];
      long weightSeed = (seed * 1_000_003L + owner.position()) * 1009L + index;
      initializer.fill(values, shape, new SplitMix64(weightSeed));
      return values;
    };
  }
}
