package org.unroll.network;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;

/**
 * The constraints of Keras, with the same definitions and defaults. A layer has an option for each
 * of its weights:
 *
 * <pre>{@code
 * import org.unroll.network.Constraints;
 *
 * var limited =
 *     Sequential.of(
 *         input(240, 14),
 *         lstm(16).kernelConstraint(Constraints.maxNorm(3)).dropout(0.2),
 *         dense(1).biasConstraint(Constraints.nonNeg()));
 * }</pre>
 *
 * <p>A norm is the square root of the sum of squares along the axes of the constraint. By default
 * this is axis 0, so in the kernel of a {@code Dense} or recurrent layer, (inputs, outputs), each
 * output has a norm, that of its incoming weights. For the kernel of a {@code Conv1D}, (kernelSize,
 * inputs, outputs), pass the axes 0 and 1. Negative axes count from the last one. ε below is 1e-7.
 *
 * <p>Source: Keras 3, {@code keras.constraints}.
 */
public final class Constraints {
  private static final float EPSILON = 1e-7f;

  private Constraints() {}

  /**
   * Returns the constraint that norms are at most {@code maxValue}: {@code w = w · min(‖w‖,
   * maxValue) / (ε + ‖w‖)}. Keras's default is 2.
   *
   * @param maxValue the largest norm, finite and at least 0
   * @param axes the axes of the norms; axis 0 if there is none
   * @throws IllegalArgumentException if {@code maxValue} is negative or not finite
   */
  public static Constraint maxNorm(double maxValue, int... axes) {
    return new MaxNorm(maxValue, axes(axes));
  }

  /** Returns the constraint that no value is negative: {@code w = max(w, 0)}. */
  public static Constraint nonNeg() {
    return new NonNeg();
  }

  /**
   * Returns the constraint that all norms are 1: {@code w = w / (ε + ‖w‖)}.
   *
   * @param axes the axes of the norms; axis 0 if there is none
   */
  public static Constraint unitNorm(int... axes) {
    return new UnitNorm(axes(axes));
  }

  /**
   * Returns the constraint that norms move into an interval: {@code w = w · (rate · clip(‖w‖,
   * minValue, maxValue) + (1 − rate) · ‖w‖) / (ε + ‖w‖)}. Keras's defaults are 0, 1 and 1.
   *
   * @param minValue the smallest norm, at least 0
   * @param maxValue the largest norm, finite and at least {@code minValue}
   * @param rate the share of the distance to the interval that one step goes, from 0 to 1
   * @param axes the axes of the norms; axis 0 if there is none
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Constraint minMaxNorm(double minValue, double maxValue, double rate, int... axes) {
    return new MinMaxNorm(minValue, maxValue, rate, axes(axes));
  }

  private static List<Integer> axes(int[] axes) {
    return axes.length == 0 ? List.of(0) : Arrays.stream(axes).boxed().toList();
  }

  /**
   * See {@link Constraints#maxNorm}.
   *
   * @param maxValue the largest norm
   * @param axes the axes of the norms, or null for all axes
   * @hidden
   */
  public record MaxNorm(double maxValue, List<Integer> axes) implements Constraint {
    /**
     * Checks the arguments.
     *
     * @throws IllegalArgumentException if the norm is negative or not finite
     */
    public MaxNorm {
      requireRange("maxValue", 0, maxValue, Double.MAX_VALUE);
    }

    @Override
    public void apply(float[] values, Shape shape) {
      rescale(values, shape, axes, 0, (float) maxValue, 1);
    }

    @Override
    public void check(Shape shape) {
      reduced(shape, axes);
    }
  }

  /**
   * See {@link Constraints#nonNeg}.
   *
   * @hidden
   */
  public record NonNeg() implements Constraint {
    @Override
    public void apply(float[] values, Shape shape) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.max(values[i], 0);
      }
    }
  }

  /**
   * See {@link Constraints#unitNorm}.
   *
   * @param axes the axes of the norms, or null for all axes
   * @hidden
   */
  public record UnitNorm(List<Integer> axes) implements Constraint {
    @Override
    public void apply(float[] values, Shape shape) {
      rescale(values, shape, axes, 1, 1, 1);
    }

    @Override
    public void check(Shape shape) {
      reduced(shape, axes);
    }
  }

  /**
   * See {@link Constraints#minMaxNorm}.
   *
   * @param minValue the smallest norm
   * @param maxValue the largest norm
   * @param rate the share of the distance to the interval that one step goes
   * @param axes the axes of the norms, or null for all axes
   * @hidden
   */
  public record MinMaxNorm(double minValue, double maxValue, double rate, List<Integer> axes)
      implements Constraint {
    /**
     * Checks the arguments.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public MinMaxNorm {
      requireRange("minValue", 0, minValue, Double.MAX_VALUE);
      requireRange("maxValue", minValue, maxValue, Double.MAX_VALUE);
      requireRange("rate", 0, rate, 1);
    }

    @Override
    public void apply(float[] values, Shape shape) {
      rescale(values, shape, axes, (float) minValue, (float) maxValue, (float) rate);
    }

    @Override
    public void check(Shape shape) {
      reduced(shape, axes);
    }
  }

  private static void requireRange(String name, double min, double value, double max) {
    if (!(value >= min && value <= max)) {
      String range = max == Double.MAX_VALUE ? "finite and at least " + min : min + " to " + max;
      throw new IllegalArgumentException(name + " must be " + range + ", but was " + value + ".");
    }
  }

  /** Returns for each axis of a weight whether a norm is taken along it. */
  private static boolean[] reduced(Shape shape, List<Integer> axes) {
    boolean[] reduced = new boolean[shape.rank()];
    if (axes == null) {
      Arrays.fill(reduced, true);
      return reduced;
    }
    for (int axis : axes) {
      int counted = axis < 0 ? axis + shape.rank() : axis;
      if (counted < 0 || counted >= shape.rank() || reduced[counted]) {
        throw new IllegalArgumentException(
            "the axes must be different axes of the weight, which has the shape "
                + shape
                + ", but were "
                + axes
                + ".");
      }
      reduced[counted] = true;
    }
    return reduced;
  }

  /** Moves the norms towards an interval, {@code rate} of the distance. */
  private static void rescale(
      float[] values, Shape shape, List<Integer> axes, float min, float max, float rate) {
    boolean[] reduced = reduced(shape, axes);
    int rank = reduced.length;
    int[] steps = new int[rank]; // of the number of the norm, 0 along the axes of the norms
    int norms = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      if (!reduced[axis]) {
        steps[axis] = norms;
        norms *= shape.axis(axis);
      }
    }
    double[] squares = new double[norms];
    int[] index = new int[rank];
    for (int i = 0, norm = 0; i < values.length; i++) {
      squares[norm] += (double) values[i] * values[i];
      norm = next(index, norm, steps, shape);
    }
    float[] factors = new float[norms];
    for (int k = 0; k < norms; k++) {
      float norm = (float) Math.sqrt(squares[k]);
      float desired = rate * Math.min(Math.max(norm, min), max) + (1 - rate) * norm;
      factors[k] = desired / (EPSILON + norm);
    }
    for (int i = 0, norm = 0; i < values.length; i++) {
      values[i] *= factors[norm];
      norm = next(index, norm, steps, shape);
    }
  }

  /** Moves an index to the next value of a weight, and returns the number of its norm. */
  private static int next(int[] index, int norm, int[] steps, Shape shape) {
    int at = norm;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++index[axis] < shape.axis(axis)) {
        return at;
      }
      at -= steps[axis] * index[axis];
      index[axis] = 0;
    }
    return at;
  }
}
