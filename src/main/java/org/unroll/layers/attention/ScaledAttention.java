package org.unroll.layers.attention;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The base class of {@link Attention} and {@link AdditiveAttention}, which compare the features of
 * a query with those of a key without projections. The scores have optional trainable factors.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class ScaledAttention<S extends ScaledAttention<S>> extends AttentionLayer<S> {
  private boolean useScale;

  /** Creates a layer with Keras's class name and its default of {@code use_scale}. */
  ScaledAttention(String type, boolean useScale) {
    super(type);
    this.useScale = useScale;
  }

  @Override
  final Shape scoresShape(int queries, int keys) {
    return Shape.of(queries, keys);
  }

  /**
   * Sets whether the scores have trainable factors: one factor s in {@link Attention}, where the
   * default is false; a factor w for each feature in {@link AdditiveAttention}, where it is true.
   */
  public final S useScale(boolean use) {
    requireNotBuilt("useScale");
    useScale = use;
    return self();
  }

  /** Returns whether the scores have trainable factors. */
  public final boolean useScale() {
    return useScale;
  }

  @Override
  public final List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    List<Shape> outputs = super.checkInputs(inputs, previous);
    if (inputs.get(0).last() != inputs.get(inputs.size() - 1).last()) {
      throw wrongInputs(
          "a query and a key with the same number of features",
          inputs,
          previous,
          "Put a dense layer after one of them.");
    }
    return outputs;
  }
}
