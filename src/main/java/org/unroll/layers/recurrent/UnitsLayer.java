package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;
import org.unroll.network.Initializer;
import org.unroll.network.Regularizer;

/**
 * What {@link SimpleRnn}, {@link Lstm} and {@link Gru} have in common: each is a {@link
 * RecurrentLayer} around the cell of its name and has the arguments of that cell, which say what
 * they mean.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 * @param <C> its cell
 */
public abstract class UnitsLayer<S extends UnitsLayer<S, C>, C extends UnitsCell<C>>
    extends RecurrentLayer<S> {
  private final C cell;

  UnitsLayer(String type, C cell) {
    super(type);
    this.cell = cell;
  }

  @Override
  public final C cell() {
    return cell;
  }

  /** See {@link UnitsCell#units()}. */
  public final int units() {
    return cell.units();
  }

  /** See {@link UnitsCell#activation(Activation)}. */
  public S activation(Activation activation) {
    requireNotBuilt("activation");
    cell.activation(activation);
    return self();
  }

  /** See {@link UnitsCell#activation()}. */
  public final Activation activation() {
    return cell.activation();
  }

  /** The activation by its Keras name. */
  public S activation(String name) {
    return activation(Activation.of(name));
  }

  /** See {@link UnitsCell#useBias(boolean)}. */
  public S useBias(boolean use) {
    requireNotBuilt("useBias");
    cell.useBias(use);
    return self();
  }

  /** See {@link UnitsCell#useBias()}. */
  public final boolean useBias() {
    return cell.useBias();
  }

  /** See {@link UnitsCell#kernelInitializer(Initializer)}. */
  public S kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    cell.kernelInitializer(initializer);
    return self();
  }

  /** See {@link UnitsCell#kernelInitializer()}. */
  public final Initializer kernelInitializer() {
    return cell.kernelInitializer();
  }

  /** See {@link UnitsCell#recurrentInitializer(Initializer)}. */
  public S recurrentInitializer(Initializer initializer) {
    requireNotBuilt("recurrentInitializer");
    cell.recurrentInitializer(initializer);
    return self();
  }

  /** See {@link UnitsCell#recurrentInitializer()}. */
  public final Initializer recurrentInitializer() {
    return cell.recurrentInitializer();
  }

  /** See {@link UnitsCell#biasInitializer(Initializer)}. */
  public S biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    cell.biasInitializer(initializer);
    return self();
  }

  /** See {@link UnitsCell#biasInitializer()}. */
  public final Initializer biasInitializer() {
    return cell.biasInitializer();
  }

  /** See {@link UnitsCell#kernelRegularizer(Regularizer)}. */
  public S kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    cell.kernelRegularizer(regularizer);
    return self();
  }

  /** See {@link UnitsCell#kernelRegularizer()}. */
  public final Regularizer kernelRegularizer() {
    return cell.kernelRegularizer();
  }

  /** See {@link UnitsCell#recurrentRegularizer(Regularizer)}. */
  public S recurrentRegularizer(Regularizer regularizer) {
    requireNotBuilt("recurrentRegularizer");
    cell.recurrentRegularizer(regularizer);
    return self();
  }

  /** See {@link UnitsCell#recurrentRegularizer()}. */
  public final Regularizer recurrentRegularizer() {
    return cell.recurrentRegularizer();
  }

  /** See {@link UnitsCell#biasRegularizer(Regularizer)}. */
  public S biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    cell.biasRegularizer(regularizer);
    return self();
  }

  /** See {@link UnitsCell#biasRegularizer()}. */
  public final Regularizer biasRegularizer() {
    return cell.biasRegularizer();
  }

  /** See {@link UnitsCell#dropout(double)}. */
  public S dropout(double rate) {
    requireNotBuilt("dropout");
    cell.dropout(rate);
    return self();
  }

  /** See {@link UnitsCell#dropout()}. */
  public final double dropout() {
    return cell.dropout();
  }

  /** See {@link UnitsCell#recurrentDropout(double)}. */
  public S recurrentDropout(double rate) {
    requireNotBuilt("recurrentDropout");
    cell.recurrentDropout(rate);
    return self();
  }

  /** See {@link UnitsCell#recurrentDropout()}. */
  public final double recurrentDropout() {
    return cell.recurrentDropout();
  }
}
