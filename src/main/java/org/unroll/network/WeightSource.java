package org.unroll.network;

import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;

/** Where the weights of a network that is being built take their first values from. */
@FunctionalInterface
public interface WeightSource {
  /**
   * The values of one weight, row-major.
   *
   * @param owner the layer that the weight belongs to; of a layer in a layer, the inner one
   * @param index the weight's place among the owner's weights, from 0
   * @param name the weight's name, for example {@code kernel}
   * @param shape the weight's shape
   * @param initializer what the owner would have a new weight begin with
   */
  float[] values(Layer owner, int index, String name, Shape shape, Initializer initializer);

  /**
   * New weights from their initializers; the values depend on the seed, the layer's place in the
   * network and the weight's place in the layer only.
   */
  static WeightSource seeded(long seed) {
    return (owner, index, name, shape, initializer) -> {
      float[] values = new float[shape.size()];
      long weightSeed = (seed * 1_000_003L + owner.position()) * 1009L + index;
      initializer.fill(values, shape, new SplitMix64(weightSeed));
      return values;
    };
  }
}
