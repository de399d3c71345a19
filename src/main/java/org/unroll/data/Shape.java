package org.unroll.data;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The shape of one sample: every axis but the batch, in Keras's order, so {@code (240, 14)} for 240
 * time steps of 14 features and {@code (500)} for 500 token ids. An axis of {@link #ANY} has a
 * length that is known only when a batch arrives ({@code None} in Keras).
 */
public final class Shape {
  /** An axis whose length may differ from batch to batch, Keras's {@code None}. */
  public static final int ANY = -1;

  private final int[] axes;

  private Shape(int[] axes) {
    this.axes = axes;
  }

  /**
   * A shape from its axes.
   *
   * @param axes the length of each axis, {@link #ANY} or at least 1
   * @throws IllegalArgumentException if an axis is neither
   */
  public static Shape of(int... axes) {
    return owning(axes.clone());
  }

  /** As {@link #of}, of an array that nobody else has. */
  private static Shape owning(int[] axes) {
    for (int axis : axes) {
      if (axis < 1 && axis != ANY) {
        throw new IllegalArgumentException(
            "Every axis of a shape is at least 1 (or Shape.ANY). Received: "
                + Arrays.toString(axes));
      }
    }
    return new Shape(axes);
  }

  /** The number of axes, the batch not counted. */
  public int rank() {
    return axes.length;
  }

  /** The length of an axis; negative positions count from the end, as in Python. */
  public int axis(int position) {
    return axes[position < 0 ? axes.length + position : position];
  }

  /** The length of the last axis. */
  public int last() {
    return axis(-1);
  }

  /** This shape with another length of its last axis. */
  public Shape withLast(int length) {
    int[] copy = axes.clone();
    copy[copy.length - 1] = length;
    return owning(copy);
  }

  /** This shape with another length of its first axis. */
  public Shape withFirst(int length) {
    int[] copy = axes.clone();
    copy[0] = length;
    return owning(copy);
  }

  /** This shape without its first axis. */
  public Shape dropFirst() {
    return new Shape(Arrays.copyOfRange(axes, 1, axes.length));
  }

  /** This shape without its last axis. */
  public Shape dropLast() {
    return new Shape(Arrays.copyOf(axes, axes.length - 1));
  }

  /** This shape behind a new first axis. */
  public Shape prepend(int length) {
    int[] longer = new int[axes.length + 1];
    longer[0] = length;
    System.arraycopy(axes, 0, longer, 1, axes.length);
    return owning(longer);
  }

  /** Whether every axis has a known length. */
  public boolean isKnown() {
    return Arrays.stream(axes).noneMatch(axis -> axis == ANY);
  }

  /**
   * The number of values in one sample; 1 for a shape without axes.
   *
   * @throws IllegalStateException if an axis is {@link #ANY}
   */
  public int size() {
    int size = 1;
    for (int axis : axes) {
      if (axis == ANY) {
        throw new IllegalStateException("The shape " + this + " has no fixed size.");
      }
      size = Math.multiplyExact(size, axis);
    }
    return size;
  }

  /** Whether a sample of the other shape may stand where this one is asked for. */
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

  /** A copy of the axes. */
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
   * The shape as Keras prints it, the batch axis left out: {@code (240, 14)}, {@code (None, 14)}.
   */
  @Override
  public String toString() {
    return Arrays.stream(axes)
        .mapToObj(axis -> axis == ANY ? "None" : Integer.toString(axis))
        .collect(Collectors.joining(", ", "(", axes.length == 1 ? ",)" : ")"));
  }
}
