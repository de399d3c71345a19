package org.unroll.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The shape of one sample: all axes except the batch axis, in Keras's order. For example, {@code
 * (240, 14)} stands for 240 time steps of 14 features and {@code (500,)} for 500 token ids. An axis
 * of {@link #ANY} has a length that is known only when a batch arrives, {@code None} in Keras.
 */
public final class Shape implements Serializable {
  private static final long serialVersionUID = 1;

  /** An axis whose length may differ from batch to batch, {@code None} in Keras. */
  public static final int ANY = -1;

  private final int[] axes;

  private Shape(int[] axes) {
    this.axes = axes;
  }

  /**
   * Returns a shape with the given axes.
   *
   * @param axes the length of each axis, at least 1 or {@link #ANY}
   * @throws IllegalArgumentException if an axis is neither
   */
  public static Shape of(int... axes) {
    return owning(axes.clone());
  }

  /** Returns a shape that keeps the given array. */
  private static Shape owning(int[] axes) {
    for (int axis : axes) {
      if (axis < 1 && axis != ANY) {
        throw new IllegalArgumentException(
            "Every axis of a shape must be at least 1 or Shape.ANY, but the axes were "
                + Arrays.toString(axes)
                + ".");
      }
    }
    return new Shape(axes);
  }

  /** Returns the number of axes, without the batch axis. */
  public int rank() {
    return axes.length;
  }

  /** Returns the length of an axis. Negative positions count from the end, as in Python. */
  public int axis(int position) {
    return axes[position < 0 ? axes.length + position : position];
  }

  /** Returns the length of the last axis. */
  public int last() {
    return axis(-1);
  }

  /** Returns this shape with another length of the last axis. */
  public Shape withLast(int length) {
    int[] copy = axes.clone();
    copy[copy.length - 1] = length;
    return owning(copy);
  }

  /** Returns this shape with another length of the first axis. */
  public Shape withFirst(int length) {
    int[] copy = axes.clone();
    copy[0] = length;
    return owning(copy);
  }

  /** Returns this shape without its first axis. */
  public Shape dropFirst() {
    return new Shape(Arrays.copyOfRange(axes, 1, axes.length));
  }

  /** Returns this shape without its last axis. */
  public Shape dropLast() {
    return new Shape(Arrays.copyOf(axes, axes.length - 1));
  }

  /** Returns this shape with an additional first axis. */
  public Shape prepend(int length) {
    int[] longer = new int[axes.length + 1];
    longer[0] = length;
    System.arraycopy(axes, 0, longer, 1, axes.length);
    return owning(longer);
  }

  /** Returns whether all axes have a known length. */
  public boolean isKnown() {
    return Arrays.stream(axes).noneMatch(axis -> axis == ANY);
  }

  /**
   * Returns the number of values in one sample; 1 for a shape without axes.
   *
   * @throws IllegalStateException if an axis is {@link #ANY}
   */
  public int size() {
    int size = 1;
    for (int axis : axes) {
      if (axis == ANY) {
        throw new IllegalStateException(
            "The shape " + this + " must have no axis of unknown length to have a size.");
      }
      size = Math.multiplyExact(size, axis);
    }
    return size;
  }

  /**
   * Returns whether a sample of the other shape can be used where this shape is required: the ranks
   * are equal, and so are all axes that are known in both.
   */
  public boolean accepts(Shape other) {
    if (other.axes.length != axes.length) {
      return false;
    }
    for (int i = 0; i < axes.length; i++) {
      if (axes[i] != ANY && other.axes[i] != ANY && axes[i] != other.axes[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns a copy of the axes. */
  public int[] toArray() {
    return axes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(axes, shape.axes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(axes);
  }

  /**
   * Returns the shape as Keras prints it, without the batch axis: {@code (240, 14)}, {@code (None,
   * 14)}.
   */
  @Override
  public String toString() {
    return Arrays.stream(axes)
        .mapToObj(axis -> axis == ANY ? "None" : Integer.toString(axis))
        .collect(Collectors.joining(", ", "(", axes.length == 1 ? ",)" : ")"));
  }
}
