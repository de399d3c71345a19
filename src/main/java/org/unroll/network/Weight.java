package org.unroll.network;

import java.util.function.BooleanSupplier;
import org.ejml.data.FMatrixRMaj;
import org.unroll.data.Shape;

/**
 * One weight of a layer: a row-major {@code float[]} with a name, a shape and what belongs to it in
 * training.
 */
public final class Weight {
  private final String name;
  private final Shape shape;
  private final float[] values;
  private final Regularizer regularizer;
  private final BooleanSupplier trainable;

  /** A trainable weight over the given values, which are not copied. */
  public Weight(String name, Shape shape, float[] values, Regularizer regularizer) {
    this(name, shape, values, regularizer, () -> true);
  }

  /** A weight that is trainable as long as the supplier says so. */
  Weight(
      String name,
      Shape shape,
      float[] values,
      Regularizer regularizer,
      BooleanSupplier trainable) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          "Weight '"
              + name
              + "' of shape "
              + shape
              + " needs "
              + shape.size()
              + " values. Received: "
              + values.length);
    }
    this.name = name;
    this.shape = shape;
    this.values = values;
    this.regularizer = regularizer;
    this.trainable = trainable;
  }

  /** Keras's name, for example {@code kernel}, {@code recurrent_kernel}, {@code bias}. */
  public String name() {
    return name;
  }

  /** The weight's own shape, for example {@code (14, 96)}. */
  public Shape shape() {
    return shape;
  }

  /** The number of values. */
  public int size() {
    return values.length;
  }

  /** The values themselves, row-major; changing them changes the model. */
  public float[] values() {
    return values;
  }

  /** The penalty on this weight, or null. */
  public Regularizer regularizer() {
    return regularizer;
  }

  /**
   * Whether an optimizer changes this weight by its gradient; Keras's {@code trainable}. Moving
   * averages are not trained: their layer keeps them up to date. Nor are the weights of a layer
   * that is frozen, see {@link Layer#trainable(boolean)}.
   */
  public boolean trainable() {
    return trainable.getAsBoolean();
  }

  /**
   * The weight as an EJML matrix on the same values, without a copy: writing to either changes
   * both. A weight of rank 1 is a matrix of one row; of more than two axes, the last one stays the
   * columns.
   */
  public FMatrixRMaj matrix() {
    int columns = shape.last();
    return FMatrixRMaj.wrap(values.length / columns, columns, values);
  }
}
