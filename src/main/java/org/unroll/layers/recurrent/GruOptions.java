package org.unroll.layers.recurrent;

/**
 * The arguments of {@link Gru} and {@link GruCell}.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface GruOptions<S> extends GatedOptions<S> {
  /**
   * Sets whether the reset gate is applied after the product with the recurrent kernel instead of
   * before it; true by default, as in Keras. False gives the GRU of the 2014 paper.
   */
  default S resetAfter(boolean after) {
    return set("resetAfter", to -> to.resetAfter = after);
  }

  /** Returns whether the reset gate is applied after the product with the recurrent kernel. */
  default boolean resetAfter() {
    return arguments().resetAfter;
  }
}
