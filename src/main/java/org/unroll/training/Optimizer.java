package org.unroll.training;

import java.util.List;
import org.unroll.layers.Weight;

/** Changes the weights of a model by their gradients, once a batch, with Keras's defaults and epsilons. */
public abstract class Optimizer {
  /** Keras's name, for example {@code rmsprop}. */
  public abstract String name();

  /**
   * One step. The slots (momenta and the like) are allocated at the first call for these weights.
   *
   * @param weights the trainable weights, the same list at every call
   * @param gradients one array for each weight, overwritten (clipping happens in place)
   */
  public abstract void apply(List<Weight> weights, float[][] gradients);

  /** The learning rate of the next step. */
  public abstract double learningRate();

  /** Sets the learning rate from the next step on. */
  public abstract void learningRate(double rate);
}
