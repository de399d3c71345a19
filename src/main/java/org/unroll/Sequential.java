package org.unroll;

import java.nio.file.Path;
import java.util.Arrays;
import org.unroll.internal.DefaultSeed;
import org.unroll.network.Layer;
import org.unroll.network.Network;

/**
 * A linear stack of layers, as Keras's {@code Sequential}: the {@link Model} of a single chain.
 *
 * <pre>{@code
 * var model = Sequential.of(input(240, 14), gru(32), dense(1));
 * model.compile(rmsprop(), mae());
 * History history = model.fit(train, epochs(20).validation(val));
 * double error = model.evaluate(test).get("mae");
 * }</pre>
 */
public final class Sequential extends Model {
  private Sequential(Network network) {
    super(network, "sequential");
  }

  /**
   * Creates a model with the seed of {@link Unroll#setRandomSeed}, which is 0 unless it was set.
   *
   * @param layers the layers, the first of them {@code input(…)}
   * @throws IllegalArgumentException if a layer does not accept the output of the previous layer
   */
  public static Sequential of(Layer... layers) {
    return seeded(DefaultSeed.get(), layers);
  }

  /**
   * Creates a model with initial weights from a seed.
   *
   * @param layers the layers, the first of them {@code input(…)}
   * @throws IllegalArgumentException if a layer does not accept the output of the previous layer
   */
  public static Sequential seeded(long seed, Layer... layers) {
    return new Sequential(new Network(Arrays.asList(layers), seed));
  }

  /**
   * Creates a model from a network that is a chain, for example one that was read from a file.
   *
   * @hidden
   */
  public static Sequential of(Network network) {
    return new Sequential(network);
  }

  /**
   * Loads a model like {@link Model#load(Path)}.
   *
   * @throws IllegalArgumentException if the model is not a chain of layers, or as {@link
   *     Model#load(Path)} does
   */
  public static Sequential load(Path file) {
    return load(file, true);
  }

  /**
   * Loads a model like {@link Model#load(Path, boolean)}.
   *
   * @throws IllegalArgumentException as {@link #load(Path)} does
   */
  public static Sequential load(Path file, boolean compile) {
    if (Model.load(file, compile) instanceof Sequential chain) {
      return chain;
    }
    throw new IllegalArgumentException(
        "A Sequential must be a chain of layers, but the model in "
            + file
            + " branches. Load it with Model.load(file).");
  }

  @Override
  public Sequential name(String newName) {
    super.name(newName);
    return this;
  }
}
