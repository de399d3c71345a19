package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The base class of layers whose output has the shape of their input, and at each time step depends
 * only on the input at this step. By default, samples of any shape are accepted.
 */
public abstract class SameShapeLayer extends Layer {
  /**
   * Creates a layer.
   *
   * @param type the class name, as in Keras
   * @hidden
   */
  protected SameShapeLayer(String type) {
    super(type);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    return input;
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }
}
