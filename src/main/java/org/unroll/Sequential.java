package org.unroll;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.unroll.internal.DefaultSeed;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelUse;
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
  private final long seed;
  private Input input; // of a model that has no other layer yet

  private Sequential(Network network, long seed) {
    super(network, "sequential");
    this.seed = seed;
  }

  /**
   * Creates a model with the seed of {@link Unroll#setRandomSeed}, which is 0 unless it was set.
   *
   * @param layers the layers, the first of them {@code input(…)}; none for a model to which {@link
   *     #add} adds them
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
    return new Sequential(
        layers.length == 0 ? null : new Network(Arrays.asList(layers), seed), seed);
  }

  /**
   * Creates a model from a network that is a chain, for example one that was read from a file.
   *
   * @hidden
   */
  public static Sequential of(Network network) {
    return new Sequential(network, DefaultSeed.get());
  }

  /**
   * Adds a layer to the end of the model. The layers before it keep their weights, so a model can
   * be built and looked at step by step:
   *
   * <pre>{@code
   * var growing = Sequential.of();
   * growing.add(input(240, 14));
   * growing.add(gru(32));
   * growing.summary();
   * growing.add(dense(1));
   * }</pre>
   *
   * <p>The weights are those of a model that is created with all layers at once. As in Keras, a
   * compiled model stays compiled, but only if its optimizer has not made a step yet. Otherwise
   * call {@code compile} again with a new optimizer.
   *
   * @param layer the layer; the first one must be {@code input(…)}
   * @return this model
   * @throws IllegalArgumentException if the layer does not accept the output of the layer before
   *     it, belongs to a model already, or has the name of another layer. The model stays as it was
   * @throws IllegalStateException if another call is using the model
   */
  public Sequential add(Layer layer) {
    if (!isEmpty()) {
      Network before = network();
      before
          .use()
          .run(
              "add",
              ModelUse.Effect.CHANGES_WEIGHTS,
              () -> replace(new Network(before, layer, seed)));
    } else if (input == null && layer instanceof Input first) {
      input = first;
    } else {
      replace(new Network(input == null ? List.of(layer) : List.of(input, layer), seed));
    }
    return this;
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

  /**
   * @hidden
   */
  @Override
  public Network network() {
    if (isEmpty() && input != null) {
      throw new IllegalStateException(
          "A model must consist of input(...) followed by at least one layer, but has only "
              + input.type()
              + ". Call add(layer).");
    }
    return super.network();
  }

  @Override
  public Sequential trainable(boolean train) {
    super.trainable(train);
    return this;
  }

  @Override
  public Sequential name(String newName) {
    super.name(newName);
    return this;
  }
}
