package org.unroll.layers.recurrent;

import java.util.function.Consumer;
import org.unroll.compute.Activation;
import org.unroll.network.Constraint;
import org.unroll.network.Initializer;
import org.unroll.network.Regularizer;

/**
 * The arguments that all recurrent layers with units and their cells have, under Keras's names.
 * {@code lstm(32).dropout(0.2)} sets the argument of the layer's cell. Arguments can be set until
 * the layer is part of a model.
 *
 * <p>W below is the kernel, which the input is multiplied by; U the recurrent kernel, which the
 * state is multiplied by; b the bias.
 *
 * <p>Dropout follows Keras 3. A mask is drawn once per sequence and used at all its time steps. The
 * values that are kept are divided by 1 − rate. Nothing is dropped outside of training. With {@code
 * recurrentDropout} above 0, a cell with several gates draws a separate mask for each gate, for
 * inputs and states alike; otherwise all gates share one mask of the inputs.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface RecurrentOptions<S> {
  /**
   * Returns the arguments, for reading.
   *
   * @hidden
   */
  RecurrentArguments arguments();

  /**
   * Changes an argument.
   *
   * @param option the name of the argument, for errors
   * @throws IllegalStateException if the layer or cell is built
   * @hidden
   */
  S set(String option, Consumer<RecurrentArguments> change);

  /** Returns the number of units, which is the width of the states and of the output. */
  default int units() {
    return arguments().units;
  }

  /**
   * Sets the activation of the candidate and of the output; {@code tanh} by default.
   *
   * @throws IllegalArgumentException if the activation is glu
   */
  default S activation(Activation activation) {
    return set(
        "activation", to -> to.activation = UnitsCell.checkedActivation("activation", activation));
  }

  /** Sets the activation of the candidate and of the output by its Keras name. */
  default S activation(String name) {
    return activation(Activation.of(name));
  }

  /** Returns the activation of the candidate and of the output. */
  default Activation activation() {
    return arguments().activation;
  }

  /** Sets whether b is added; true by default. */
  default S useBias(boolean use) {
    return set("useBias", to -> to.useBias = use);
  }

  /** Returns whether b is added. */
  default boolean useBias() {
    return arguments().useBias;
  }

  /** Sets the initializer of W; Glorot uniform by default. */
  default S kernelInitializer(Initializer initializer) {
    return set("kernelInitializer", to -> to.kernelInitializer = initializer);
  }

  /** Returns the initializer of W. */
  default Initializer kernelInitializer() {
    return arguments().kernelInitializer;
  }

  /** Sets the initializer of U; orthogonal by default. */
  default S recurrentInitializer(Initializer initializer) {
    return set("recurrentInitializer", to -> to.recurrentInitializer = initializer);
  }

  /** Returns the initializer of U. */
  default Initializer recurrentInitializer() {
    return arguments().recurrentInitializer;
  }

  /** Sets the initializer of b; zeros by default. */
  default S biasInitializer(Initializer initializer) {
    return set("biasInitializer", to -> to.biasInitializer = initializer);
  }

  /** Returns the initializer of b. */
  default Initializer biasInitializer() {
    return arguments().biasInitializer;
  }

  /** Sets the penalty on W; none, which is null, by default. */
  default S kernelRegularizer(Regularizer regularizer) {
    return set("kernelRegularizer", to -> to.kernelRegularizer = regularizer);
  }

  /** Returns the penalty on W; may be null. */
  default Regularizer kernelRegularizer() {
    return arguments().kernelRegularizer;
  }

  /** Sets the constraint on W; none, which is null, by default. */
  default S kernelConstraint(Constraint constraint) {
    return set("kernelConstraint", to -> to.kernelConstraint = constraint);
  }

  /** Returns the constraint on W; may be null. */
  default Constraint kernelConstraint() {
    return arguments().kernelConstraint;
  }

  /** Sets the penalty on U; none, which is null, by default. */
  default S recurrentRegularizer(Regularizer regularizer) {
    return set("recurrentRegularizer", to -> to.recurrentRegularizer = regularizer);
  }

  /** Returns the penalty on U; may be null. */
  default Regularizer recurrentRegularizer() {
    return arguments().recurrentRegularizer;
  }

  /** Sets the constraint on U; none, which is null, by default. */
  default S recurrentConstraint(Constraint constraint) {
    return set("recurrentConstraint", to -> to.recurrentConstraint = constraint);
  }

  /** Returns the constraint on U; may be null. */
  default Constraint recurrentConstraint() {
    return arguments().recurrentConstraint;
  }

  /** Sets the penalty on b; none, which is null, by default. */
  default S biasRegularizer(Regularizer regularizer) {
    return set("biasRegularizer", to -> to.biasRegularizer = regularizer);
  }

  /** Returns the penalty on b; may be null. */
  default Regularizer biasRegularizer() {
    return arguments().biasRegularizer;
  }

  /** Sets the constraint on b; none, which is null, by default. */
  default S biasConstraint(Constraint constraint) {
    return set("biasConstraint", to -> to.biasConstraint = constraint);
  }

  /** Returns the constraint on b; may be null. */
  default Constraint biasConstraint() {
    return arguments().biasConstraint;
  }

  /**
   * Sets the share of the inputs that is dropped in training; 0 by default.
   *
   * @throws IllegalArgumentException if the rate is not at least 0 and less than 1
   */
  default S dropout(double rate) {
    return set("dropout", to -> to.dropout = UnitsCell.checkedRate("dropout", rate));
  }

  /** Returns the share of the inputs that is dropped in training. */
  default double dropout() {
    return arguments().dropout;
  }

  /**
   * Sets the share of the state that is dropped in training before it is multiplied by U; 0 by
   * default.
   *
   * @throws IllegalArgumentException if the rate is not at least 0 and less than 1
   */
  default S recurrentDropout(double rate) {
    return set(
        "recurrentDropout",
        to -> to.recurrentDropout = UnitsCell.checkedRate("recurrentDropout", rate));
  }

  /** Returns the share of the state that is dropped in training before it is multiplied by U. */
  default double recurrentDropout() {
    return arguments().recurrentDropout;
  }
}
