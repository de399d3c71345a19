package org.unroll.layers.merging;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphLayer;
import org.unroll.network.GraphPass;
import org.unroll.network.Layer;

/**
 * The dot product of two inputs along one axis of each, as Keras's {@code Dot}.
 *
 * <pre>
 * y[…, …] = Σ x₁[…, k, …]·x₂[…, k, …] over k
 * </pre>
 *
 * <p>If the layer normalizes, the vectors are divided by their lengths first, which gives the
 * cosine of the angle between them. Lengths below 1e−7 count as 1e−7.
 *
 * <p>Inputs: two, whose axes have the same length. Output: the other axes of the first input and
 * then those of the second, or one value if there are none. The output has no mask.
 *
 * <p>Backward pass, with x₁ as a matrix of its other axes and k, and x₂ as one of k and its other
 * axes:
 *
 * <pre>
 * dx₁ = g·x₂ᵀ      dx₂ = x₁ᵀ·g
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.Dot}.
 */
public final class Dot extends GraphLayer {
  private final int[] axes;
  private boolean normalize;

  /**
   * Creates the layer. See {@code Layers.dot}.
   *
   * @param firstAxis the axis of the first input, counted as in Keras: 1 is the first axis after
   *     the batch axis, −1 is the last
   * @param secondAxis the axis of the second input
   * @throws IllegalArgumentException if an axis is 0, the batch axis
   */
  public Dot(int firstAxis, int secondAxis) {
    super("Dot");
    if (firstAxis == 0 || secondAxis == 0) {
      throw new IllegalArgumentException(
          "axes must not contain 0 because it is the batch axis, but were "
              + firstAxis
              + " and "
              + secondAxis
              + ". Use 1 for the first axis of a sample.");
    }
    axes = new int[] {firstAxis, secondAxis};
  }

  /** Returns the axes of both inputs, counted as in Keras. */
  public int[] axes() {
    return axes.clone();
  }

  /** Sets whether the vectors are divided by their lengths first. The default is false. */
  public Dot normalize(boolean divide) {
    requireNotBuilt("normalize");
    normalize = divide;
    return this;
  }

  /** Returns whether the vectors are divided by their lengths first. */
  public boolean normalize() {
    return normalize;
  }

  /** Sets the name, which must be unique in the model. */
  public Dot name(String name) {
    setName(name);
    return this;
  }

  /** Returns the axis of a sample of one input, without the batch axis. */
  int sampleAxis(int input, Shape shape) {
    return axes[input] < 0 ? shape.rank() + axes[input] : axes[input] - 1;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    if (inputs.size() != 2) {
      throw wrongInputs("two inputs", inputs, previous, "Apply it with on(first, second).");
    }
    int[] lengths = new int[2];
    for (int i = 0; i < 2; i++) {
      Shape shape = inputs.get(i);
      int axis = sampleAxis(i, shape);
      lengths[i] = axis >= 0 && axis < shape.rank() ? shape.axis(axis) : 0;
    }
    boolean known = lengths[0] != Shape.ANY && lengths[1] != Shape.ANY;
    if (lengths[0] == 0 || lengths[1] == 0 || (known && lengths[0] != lengths[1])) {
      throw wrongInputs(
          "axes " + axes[0] + " and " + axes[1] + " of the same length",
          inputs,
          previous,
          "Change one of these layers, or set other axes.");
    }
    return List.of(outputShape(inputs.get(0), inputs.get(1)));
  }

  /** Returns the shape of one output sample. */
  Shape outputShape(Shape first, Shape second) {
    int[] output = new int[Math.max(1, first.rank() + second.rank() - 2)];
    output[0] = 1;
    int at = copyOthers(first, sampleAxis(0, first), output, 0);
    copyOthers(second, sampleAxis(1, second), output, at);
    return Shape.of(output);
  }

  private static int copyOthers(Shape shape, int without, int[] output, int from) {
    int at = from;
    for (int i = 0; i < shape.rank(); i++) {
      if (i != without) {
        output[at] = shape.axis(i);
        at++;
      }
    }
    return at;
  }

  @Override
  public GraphPass newPass() {
    return new DotPass(this);
  }
}
