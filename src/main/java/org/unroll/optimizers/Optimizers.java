package org.unroll.optimizers;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The optimizers that Keras has and this library knows, to be imported statically: {@code
 * model.compile(rmsprop(), mae())}.
 */
public final class Optimizers {
  private static final Map<String, Supplier<Optimizer>> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("sgd", Optimizers::sgd);
    BY_NAME.put("rmsprop", Optimizers::rmsprop);
    BY_NAME.put("adam", Optimizers::adam);
    BY_NAME.put("adamw", Optimizers::adamW);
    BY_NAME.put("nadam", Optimizers::nadam);
    BY_NAME.put("adamax", Optimizers::adamax);
    BY_NAME.put("adagrad", Optimizers::adagrad);
    BY_NAME.put("adadelta", Optimizers::adadelta);
  }

  private Optimizers() {}

  /**
   * A new optimizer with this Keras name, with its defaults.
   *
   * @param name Keras's name, in upper or lower case as in Keras: {@code adam}, {@code RMSprop}
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public static Optimizer of(String name) {
    Supplier<Optimizer> optimizer = BY_NAME.get(name.toLowerCase(Locale.ROOT));
    if (optimizer == null) {
      throw new IllegalArgumentException(
          "Unknown optimizer '" + name + "'. Known: " + String.join(", ", BY_NAME.keySet()));
    }
    return optimizer.get();
  }

  /** Stochastic gradient descent with a learning rate of 0.01. */
  public static Sgd sgd() {
    return sgd(0.01);
  }

  /** Stochastic gradient descent. */
  public static Sgd sgd(double learningRate) {
    return new Sgd(learningRate);
  }

  /** RMSprop with a learning rate of 0.001. */
  public static RmsProp rmsprop() {
    return rmsprop(0.001);
  }

  /** RMSprop. */
  public static RmsProp rmsprop(double learningRate) {
    return new RmsProp(learningRate);
  }

  /** Adam with a learning rate of 0.001. */
  public static Adam adam() {
    return adam(0.001);
  }

  /** Adam. */
  public static Adam adam(double learningRate) {
    return new Adam("adam", learningRate);
  }

  /** AdamW: Adam with a decoupled weight decay of 0.004, and a learning rate of 0.001. */
  public static Adam adamW() {
    return adamW(0.001);
  }

  /** AdamW: Adam with a decoupled weight decay of 0.004. */
  public static Adam adamW(double learningRate) {
    return new Adam("adamw", learningRate).weightDecay(0.004);
  }

  /** Nadam with a learning rate of 0.001. */
  public static Nadam nadam() {
    return nadam(0.001);
  }

  /** Nadam. */
  public static Nadam nadam(double learningRate) {
    return new Nadam(learningRate);
  }

  /** Adamax with a learning rate of 0.001. */
  public static Adamax adamax() {
    return adamax(0.001);
  }

  /** Adamax. */
  public static Adamax adamax(double learningRate) {
    return new Adamax(learningRate);
  }

  /** Adagrad with a learning rate of 0.001. */
  public static Adagrad adagrad() {
    return adagrad(0.001);
  }

  /** Adagrad. */
  public static Adagrad adagrad(double learningRate) {
    return new Adagrad(learningRate);
  }

  /** Adadelta with a learning rate of 0.001. */
  public static Adadelta adadelta() {
    return adadelta(0.001);
  }

  /** Adadelta. */
  public static Adadelta adadelta(double learningRate) {
    return new Adadelta(learningRate);
  }
}
