package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * Changes the shape of the samples and keeps their values in row-major order, as Keras's {@code
 * Reshape}. With {@code reshape(3, 4)}, the shape (batch, 12) becomes (batch, 3, 4). One axis may
 * be {@link Shape#ANY}, which is −1 in Keras. Its length is derived from the number of values.
 *
 * <p>Input: samples of any shape with the right number of values. Output: samples of the target
 * shape. As in Keras, the mask is not passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.Reshape}.
 */
public final class Reshape extends Layer {
  private final Shape targetShape;

  /**
   * Creates the layer. See {@code Layers.reshape}.
   *
   * @param targetShape the shape of an output sample
   * @throws IllegalArgumentException if the shape has no axis or more than one unknown axis
   */
  public Reshape(Shape targetShape) {
    super("Reshape");
    int open = 0;
    for (int axis : targetShape.toArray()) {
      open += axis == Shape.ANY ? 1 : 0;
    }
    if (targetShape.rank() == 0 || open > 1) {
      throw new IllegalArgumentException(
          "The target shape must have at least one axis, of which at most one is Shape.ANY, but was "
              + targetShape
              + ".");
    }
    this.targetShape = targetShape;
  }

  /** Returns the shape of an output sample, in which one axis may be {@link Shape#ANY}. */
  public Shape targetShape() {
    return targetShape;
  }

  /** Sets the name, which must be unique in the model. */
  public Reshape name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (!input.isKnown()) {
      return targetShape;
    }
    int known = known();
    boolean fits = targetShape.isKnown() ? input.size() == known : input.size() % known == 0;
    if (!fits) {
      throw new IllegalArgumentException(
          describe()
              + " with target shape "
              + describe(targetShape)
              + " needs "
              + (targetShape.isKnown() ? "" : "a multiple of ")
              + known
              + " values per sample, but '"
              + previous.name()
              + "' returns "
              + previous.describeOutput(input)
              + " with "
              + input.size()
              + ". Change the target shape, or set one of its axes to Shape.ANY.");
    }
    return resolve(input);
  }

  /** The product of the known axes of the target shape. */
  private int known() {
    int product = 1;
    for (int axis : targetShape.toArray()) {
      product *= axis == Shape.ANY ? 1 : axis;
    }
    return product;
  }

  private Shape resolve(Shape input) {
    int[] axes = targetShape.toArray();
    for (int i = 0; i < axes.length; i++) {
      axes[i] = axes[i] == Shape.ANY ? input.size() / known() : axes[i];
    }
    return Shape.of(axes);
  }

  @Override
  public Pass newPass() {
    return new ReshapePass() {
      @Override
      Shape outputFor(Shape input) {
        return resolve(input);
      }
    };
  }
}
