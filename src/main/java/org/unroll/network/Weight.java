package org.unroll.network;

import java.util.function.BooleanSupplier;
import org.ejml.data.FMatrixRMaj;
import org.unroll.data.Shape;

/**
 * A weight of a layer: a row-major {@code float[]} with a name, a shape, an optional regularizer,
 * an optional constraint and a flag for training.
 */
public final class Weight {
  private final String name;
  private final Shape shape;
  private final float[] values;
  private final Regularizer regularizer;
  private final Constraint constraint;
  private final boolean variable;
  private final BooleanSupplier trainable;

  /**
   * Creates a trainable weight.
   *
   * @param name the name, as in Keras
   * @param shape the shape
   * @param values the values, row-major, which are not copied
   * @param regularizer the penalty, may be null
   * @throws IllegalArgumentException if the number of values is not the size of the shape
   * @hidden
   */
  public Weight(String name, Shape shape, float[] values, Regularizer regularizer) {
    this(name, shape, values, regularizer, null, true, () -> true);
  }

  /** Creates a weight that is trainable while the supplier returns true. */
  Weight(
      String name,
      Shape shape,
      float[] values,
      Regularizer regularizer,
      Constraint constraint,
      boolean variable,
      BooleanSupplier trainable) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          "Weight '"
              + name
              + "' of shape "
              + shape
              + " must have "
              + shape.size()
              + " values, but has "
              + values.length
              + ".");
    }
    this.name = name;
    this.shape = shape;
    this.values = values;
    this.regularizer = regularizer;
    this.constraint = constraint;
    this.variable = variable;
    this.trainable = trainable;
  }

  /** Returns the name, as in Keras, for example {@code kernel} or {@code recurrent_kernel}. */
  public String name() {
    return name;
  }

  /** Returns the shape, for example {@code (14, 96)}. */
  public Shape shape() {
    return shape;
  }

  /** Returns the number of values. */
  public int size() {
    return values.length;
  }

  /** Returns the values, row-major. They are not copied, so changing them changes the model. */
  public float[] values() {
    return values;
  }

  /** Returns the penalty on this weight, which may be null. */
  public Regularizer regularizer() {
    return regularizer;
  }

  /** Returns the projection of this weight after each step, which may be null. */
  public Constraint constraint() {
    return constraint;
  }

  /**
   * Returns whether an optimizer changes this weight, as Keras's {@code trainable}. False for the
   * weights of a {@linkplain Layer#trainable(boolean) frozen} layer, and for weights such as moving
   * averages, which their layer updates itself.
   */
  public boolean trainable() {
    return trainable.getAsBoolean();
  }

  /**
   * Returns whether an optimizer changes this weight unless its layer is frozen.
   *
   * @hidden
   */
  public boolean isVariable() {
    return variable;
  }

  /**
   * Returns an EJML matrix that shares the values of this weight, so changing one changes the
   * other. A weight with one axis is a matrix with one row. If a weight has more than two axes, the
   * last axis is the columns and the others are the rows.
   */
  public FMatrixRMaj matrix() {
    int columns = shape.rank() == 0 ? 1 : shape.last();
    return FMatrixRMaj.wrap(values.length / columns, columns, values);
  }
}
