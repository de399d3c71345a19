package org.unroll.optimizers;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.internal.Suggestion;

/**
 * Factory methods for optimizers with Keras's names and defaults. Import them statically: {@code
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
    BY_NAME.put("ftrl", Optimizers::ftrl);
    BY_NAME.put("lion", Optimizers::lion);
    BY_NAME.put("lamb", Optimizers::lamb);
  }

  private Optimizers() {}

  /**
   * Returns a new optimizer with a Keras name, with its defaults.
   *
   * @param name Keras's name, in any case as in Keras: {@code adam}, {@code RMSprop}
   * @throws IllegalArgumentException if there is no such optimizer; the message lists the known
   *     names
   */
  public static Optimizer of(String name) {
    Supplier<Optimizer> optimizer = BY_NAME.get(name.toLowerCase(Locale.ROOT));
    if (optimizer == null) {
      throw new IllegalArgumentException(
          "Unknown optimizer '"
              + name
              + "'."
              + Suggestion.of(name, BY_NAME.keySet())
              + " Known: "
              + String.join(", ", BY_NAME.keySet()));
    }
    return optimizer.get();
  }

  /** Returns a stochastic gradient descent optimizer with a learning rate of 0.01. */
  public static Sgd sgd() {
    return sgd(0.01);
  }

  /**
   * Returns a stochastic gradient descent optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Sgd sgd(double learningRate) {
    return new Sgd(learningRate);
  }

  /** Returns an RMSprop optimizer with a learning rate of 0.001. */
  public static RmsProp rmsprop() {
    return rmsprop(0.001);
  }

  /**
   * Returns an RMSprop optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static RmsProp rmsprop(double learningRate) {
    return new RmsProp(learningRate);
  }

  /** Returns an Adam optimizer with a learning rate of 0.001. */
  public static Adam adam() {
    return adam(0.001);
  }

  /**
   * Returns an Adam optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Adam adam(double learningRate) {
    return new Adam("adam", learningRate);
  }

  /** Returns AdamW, Adam with a weight decay of 0.004, with a learning rate of 0.001. */
  public static Adam adamW() {
    return adamW(0.001);
  }

  /**
   * Returns AdamW, Adam with a weight decay of 0.004.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Adam adamW(double learningRate) {
    return new Adam("adamw", learningRate).weightDecay(0.004);
  }

  /** Returns a Nadam optimizer with a learning rate of 0.001. */
  public static Nadam nadam() {
    return nadam(0.001);
  }

  /**
   * Returns a Nadam optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Nadam nadam(double learningRate) {
    return new Nadam(learningRate);
  }

  /** Returns an Adamax optimizer with a learning rate of 0.001. */
  public static Adamax adamax() {
    return adamax(0.001);
  }

  /**
   * Returns an Adamax optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Adamax adamax(double learningRate) {
    return new Adamax(learningRate);
  }

  /** Returns an Adagrad optimizer with a learning rate of 0.001. */
  public static Adagrad adagrad() {
    return adagrad(0.001);
  }

  /**
   * Returns an Adagrad optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Adagrad adagrad(double learningRate) {
    return new Adagrad(learningRate);
  }

  /** Returns an Adadelta optimizer with a learning rate of 0.001. */
  public static Adadelta adadelta() {
    return adadelta(0.001);
  }

  /**
   * Returns an Adadelta optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Adadelta adadelta(double learningRate) {
    return new Adadelta(learningRate);
  }

  /** Returns an FTRL optimizer with a learning rate of 0.001. */
  public static Ftrl ftrl() {
    return ftrl(0.001);
  }

  /**
   * Returns an FTRL optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Ftrl ftrl(double learningRate) {
    return new Ftrl(learningRate);
  }

  /** Returns a Lion optimizer with a learning rate of 0.001. */
  public static Lion lion() {
    return lion(0.001);
  }

  /**
   * Returns a Lion optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Lion lion(double learningRate) {
    return new Lion(learningRate);
  }

  /** Returns a LAMB optimizer with a learning rate of 0.001. */
  public static Lamb lamb() {
    return lamb(0.001);
  }

  /**
   * Returns a LAMB optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  public static Lamb lamb(double learningRate) {
    return new Lamb(learningRate);
  }
}
