package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;
import org.unroll.network.Constraint;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Padding;
import org.unroll.network.Regularizer;

/**
 * The arguments of a recurrent cell, with their defaults. The cell holds the object, and {@link
 * RecurrentOptions} and its subinterfaces set its fields, for the cell and for the layer around it.
 * A cell reads only the arguments that it documents.
 *
 * <p>{@link #copy} is a clone, so a new field is copied without a further line. Arrays must be
 * replaced, never changed.
 */
final class RecurrentArguments implements Cloneable {
  final int units;
  Activation activation = Activation.TANH;
  boolean useBias = true;
  Initializer kernelInitializer = Initializers.glorotUniform();
  Initializer recurrentInitializer = Initializers.orthogonal();
  Initializer biasInitializer = Initializers.zeros();
  Regularizer kernelRegularizer;
  Regularizer recurrentRegularizer;
  Regularizer biasRegularizer;
  Constraint kernelConstraint;
  Constraint recurrentConstraint;
  Constraint biasConstraint;
  double dropout;
  double recurrentDropout;

  // cells with gates
  Activation recurrentActivation = Activation.SIGMOID;

  // LSTM, its variants, ConvLSTM1D and ConvLSTM2D
  boolean unitForgetBias = true;

  // GRU
  boolean resetAfter = true;

  // ConvLSTM1D and ConvLSTM2D; rows, then columns
  int[] kernelSize;
  int[] strides = {1, 1};
  int[] dilationRate = {1, 1};
  Padding padding = Padding.VALID;

  RecurrentArguments(int units) {
    this.units = units;
  }

  RecurrentArguments copy() {
    try {
      return (RecurrentArguments) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
