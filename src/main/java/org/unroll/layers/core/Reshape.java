package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * Gives the values of each sample, taken row-major, other axes, Keras's {@code Reshape}: (batch,
 * 12) becomes (batch, 3, 4). One axis of the target may be left open with {@link Shape#ANY} (−1 in
 * Keras); it is as long as the number of values makes it. As in Keras, a mask is not passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.Reshape}.
 */
public final class Reshape extends Layer {
  private final Shape targetShape;

  public Reshape(Shape targetShape) {
    super("Reshape");
    int open = 0;
    for (int axis : targetShape.toArray()) {
      open += axis == Shape.ANY ? 1 : 0;
    }
    if (targetShape.rank() == 0 || open > 1) {
      throw new IllegalArgumentException(
          "A target shape has at least one axis and at most one that is open. Received: "
              + targetShape);
    }
    this.targetShape = targetShape;
  }

  /** The axes behind the batch axis, as they were given. */
  public Shape targetShape() {
    return targetShape;
  }

  /** Sets the name. */
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
              + " makes samples of "
              + describe(targetShape)
              + "; '"
              + previous.name()
              + "' returns "
              + previous.describeOutput(input)
              + ", which is "
              + input.size()
              + " values a sample and not "
              + (targetShape.isKnown() ? "" : "a multiple of ")
              + known
              + ". Change the target shape, or leave one of its axes open with Shape.ANY");
    }
    return resolve(input);
  }

  /** The number of values in the axes that are not open. */
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
