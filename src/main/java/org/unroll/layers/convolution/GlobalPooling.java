package org.unroll.layers.convolution;

import org.unroll.network.Layer;

/**
 * The base class of {@link GlobalPooling1D} and {@link GlobalPooling2D}: layers that reduce all
 * time steps or pixels to one value for each feature.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class GlobalPooling<S extends GlobalPooling<S>> extends Layer {
  private boolean keepdims;

  GlobalPooling(String type) {
    super(type);
  }

  abstract S self();

  /**
   * Sets whether the output keeps the axes that are reduced, with the length 1. The default is
   * false.
   */
  public S keepdims(boolean keep) {
    requireNotBuilt("keepdims");
    keepdims = keep;
    return self();
  }

  /** Returns whether the output keeps the axes that are reduced. */
  public final boolean keepdims() {
    return keepdims;
  }

  /** Sets the name, which must be unique in the model. */
  public S name(String name) {
    setName(name);
    return self();
  }
}
