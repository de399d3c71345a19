package org.unroll.optimizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Weight;

/**
 * Updates the weights of a model by their gradients, once per batch. An optimizer belongs to the
 * weights of its first step, so every model needs a new one.
 *
 * <p>A step clips the gradients, decays the weights ({@code w −= w · weightDecay · learningRate}),
 * applies the update rule, and counts the iteration. The arithmetic is float32, as in Keras.
 *
 * <p>The optimizers of Keras are created by {@link Optimizers}. For a custom optimizer extend
 * {@link FluentOptimizer}, which adds the options that all optimizers share. The state that must
 * survive a backup is kept in {@linkplain #addSlots slots}. The example is Lion, "Symbolic
 * discovery of optimization algorithms" (Chen et al. 2023), which steps by the sign of a momentum:
 *
 * <pre>
 * w −= η·sign(β₁·m + (1 − β₁)·g),   m = β₂·m + (1 − β₂)·g
 * </pre>
 *
 * <pre>{@code
 * import java.util.List;
 * import org.unroll.network.Weight;
 * import org.unroll.optimizers.FluentOptimizer;
 *
 * class Lion extends FluentOptimizer<Lion> {
 *   private double beta1 = 0.9;
 *   private double beta2 = 0.99;
 *   private float[][] momentums;
 *
 *   Lion(double learningRate) {
 *     super(learningRate);
 *   }
 *
 *   @Override
 *   protected Lion self() {
 *     return this;
 *   }
 *
 *   @Override
 *   public String name() {
 *     return "lion";
 *   }
 *
 *   Lion betas(double first, double second) {
 *     beta1 = checkedFraction("beta1", first);
 *     beta2 = checkedFraction("beta2", second);
 *     return this;
 *   }
 *
 *   @Override
 *   protected void allocate(List<Weight> weights) {
 *     momentums = addSlots("momentum", weights, 0);
 *   }
 *
 *   @Override
 *   protected void update(
 *       int index, float[] w, float[] g, float[] squares, float learningRate, long step) {
 *     float[] m = momentums[index];
 *     float b1 = (float) beta1;
 *     float b2 = (float) beta2;
 *     for (int i = 0; i < w.length; i++) {
 *       w[i] -= learningRate * Math.signum(b1 * m[i] + (1 - b1) * g[i]);
 *       m[i] = b2 * m[i] + (1 - b2) * g[i];
 *     }
 *   }
 * }
 *
 * var lionModel = Sequential.of(input(240, 14), gru(8), dense(1));
 * lionModel.compile(new Lion(1e-4).betas(0.9, 0.99).weightDecay(0.1).clipnorm(1), mae());
 * }</pre>
 *
 * <p>This library saves only the optimizers of {@link Optimizers}, so {@code save} throws an
 * exception for a model that was compiled with a custom one.
 */
public abstract class Optimizer {
  private double learningRate;
  private LearningRateSchedule schedule;
  private Double weightDecay;
  private final GradientClipping clipping = new GradientClipping();
  private long iterations;
  private List<Weight> weights;
  private float[] ownSquares = {};
  private final List<Slot> slots = new ArrayList<>();

  /**
   * Creates an optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  protected Optimizer(double learningRate) {
    this.learningRate = checkedRate(learningRate);
  }

  /** Returns the name, for example {@code rmsprop}, as in Keras. */
  public abstract String name();

  /**
   * Allocates the slots for the weights with {@link #addSlot}, {@link #addSlots} or {@link
   * #addScalarSlot}. Called once, before the first step. Saved models and backups keep the order of
   * the slots; the optimizers of this library use Keras's order.
   *
   * @param weights the weights that the optimizer updates
   */
  protected abstract void allocate(List<Weight> weights);

  /**
   * Updates one weight by its gradient.
   *
   * @param index the index of the weight in the list given to {@link #allocate}
   * @param values the values of the weight, changed in place
   * @param gradient the gradient after clipping; may be overwritten
   * @param squares the values to use for the square of the gradient: its square, except for the
   *     gradient of an embedding, where Keras adds the squares of the rows of a batch. May be
   *     overwritten
   * @param learningRate the learning rate of this step
   * @param step the number of this step, counted from 1
   */
  protected abstract void update(
      int index, float[] values, float[] gradient, float[] squares, float learningRate, long step);

  /**
   * Called once per step before the first {@link #update}. The default does nothing.
   *
   * @param step the number of this step, counted from 1
   */
  protected void beginStep(long step) {}

  /**
   * Makes one step. The first step allocates the slots, such as momentums.
   *
   * @param weights the trainable weights, the same ones in every step
   * @param gradients one array for each weight, overwritten
   * @throws IllegalArgumentException if there is not one gradient for each weight
   * @throws IllegalStateException if the weights are not those of the first step
   */
  public final void apply(List<Weight> weights, float[][] gradients) {
    apply(weights, gradients, new float[gradients.length][]);
  }

  /**
   * Makes one step in which some gradients are those of embeddings. Keras on TensorFlow represents
   * such a gradient as a list of rows, one for each occurrence of a token, and squares the rows
   * before it adds them. Its moving averages therefore use sums of squares, not squares of sums.
   * Clipping by value and {@link Adamax} use the summed gradient.
   *
   * @param weights the trainable weights, the same ones in every step
   * @param gradients one array for each weight, overwritten
   * @param squares for each weight the sum of the squares of its gradient's rows, overwritten, or
   *     null for the square of the gradient
   * @throws IllegalArgumentException if there is not one gradient for each weight
   * @throws IllegalStateException if the weights are not those of the first step
   * @hidden
   */
  public final void apply(List<Weight> weights, float[][] gradients, float[][] squares) {
    build(weights);
    if (gradients.length != weights.size()) {
      throw new IllegalArgumentException(
          "A step of an optimizer needs one gradient for each of the "
              + weights.size()
              + " weights, but received "
              + gradients.length
              + ".");
    }
    clipping.clip(gradients, squares);
    float rate = (float) learningRate();
    long step = iterations + 1;
    beginStep(step);
    for (int i = 0; i < gradients.length; i++) {
      float[] values = weights.get(i).values();
      if (weightDecay != null) {
        decay(values, weightDecay.floatValue(), rate);
      }
      float[] gradientSquares = squares[i] == null ? square(gradients[i]) : squares[i];
      update(i, values, gradients[i], gradientSquares, rate, step);
    }
    iterations = step;
  }

  /**
   * Allocates the slots for the weights, unless this was done before. {@link #apply} calls it. Call
   * it before restoring the values of the slots.
   *
   * @param weights the trainable weights
   * @throws IllegalStateException if the optimizer already belongs to other weights
   */
  public final void build(List<Weight> weights) {
    if (this.weights == null) {
      this.weights = List.copyOf(weights);
      boolean allocated = false;
      try {
        allocate(this.weights);
        allocated = true;
      } finally {
        if (!allocated) { // such as for lack of memory; the next call starts again
          this.weights = null;
          slots.clear();
        }
      }
      return;
    }
    if (this.weights.size() != weights.size()) {
      throw otherWeights(
          "it had " + this.weights.size() + " weights before, and has " + weights.size() + " now");
    }
    for (int i = 0; i < weights.size(); i++) {
      if (this.weights.get(i) != weights.get(i)) {
        throw otherWeights(
            "weight " + i + ", '" + weights.get(i).name() + "', is another one than before");
      }
    }
  }

  private IllegalStateException otherWeights(String difference) {
    return new IllegalStateException(
        "An optimizer must always update the same weights, but the optimizer '"
            + name()
            + "' received others: "
            + difference
            + ". Create a new optimizer for each model.");
  }

  /**
   * Returns the learning rate of the next step.
   *
   * @see #schedule()
   */
  public double learningRate() {
    return schedule == null ? learningRate : schedule.at(iterations);
  }

  /**
   * Sets the learning rate, from the next step on.
   *
   * @param rate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   * @throws IllegalStateException if the learning rate follows a schedule
   */
  public void learningRate(double rate) {
    if (schedule != null) {
      throw new IllegalStateException(
          "The learning rate of '"
              + name()
              + "' cannot be set because it follows the schedule "
              + schedule
              + ". Create the optimizer with a number instead, or do not set the rate.");
    }
    learningRate = checkedRate(rate);
  }

  /** Returns the schedule of the learning rate, or null if the learning rate is a number. */
  public LearningRateSchedule schedule() {
    return schedule;
  }

  /** Returns the number of steps made so far. */
  public long iterations() {
    return iterations;
  }

  /**
   * Sets the number of steps made so far, to restore the state of an optimizer.
   *
   * @param steps at least 0
   * @throws IllegalArgumentException if {@code steps} is negative
   */
  public void iterations(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("iterations must be at least 0, but was " + steps + ".");
    }
    iterations = steps;
  }

  /**
   * Returns the state of the optimizer except for {@link #iterations()} and the learning rate, in
   * Keras's order. The list is empty before {@link #build}. The arrays are not copies.
   */
  public List<Slot> slots() {
    return List.copyOf(slots);
  }

  /** Returns the decoupled weight decay, or null if it is not set. */
  public Double weightDecay() {
    return weightDecay;
  }

  /** Returns the largest norm of the gradient of a weight, or null if it is not set. */
  public Double clipnorm() {
    return clipping.clipnorm();
  }

  /** Returns the largest absolute value in a gradient, or null if it is not set. */
  public Double clipvalue() {
    return clipping.clipvalue();
  }

  /** Returns the largest norm of all gradients together, or null if it is not set. */
  public Double globalClipnorm() {
    return clipping.globalClipnorm();
  }

  /**
   * A part of the state of an optimizer.
   *
   * @param name Keras's name, for example {@code momentum} or {@code velocity}
   * @param weight the index of the weight it belongs to, or −1 if it belongs to none
   * @param shape the shape, that of the weight
   * @param values the values in use, row-major
   */
  public record Slot(String name, int weight, Shape shape, float[] values) {}

  /**
   * Adds a slot with the shape of a weight.
   *
   * @param name the name, for example {@code momentum}
   * @param weight the index of the weight
   * @param initial the initial value of all elements
   * @return the values, to be changed in place
   */
  protected final float[] addSlot(String name, int weight, float initial) {
    Shape shape = weights.get(weight).shape();
    float[] values = new float[weights.get(weight).size()];
    if (initial != 0) {
      Arrays.fill(values, initial);
    }
    slots.add(new Slot(name, weight, shape, values));
    return values;
  }

  /**
   * Adds a slot of one value that belongs to no weight.
   *
   * @param name the name
   * @param initial the initial value
   * @return an array with the value, to be changed in place
   */
  protected final float[] addScalarSlot(String name, float initial) {
    float[] values = {initial};
    slots.add(new Slot(name, -1, Shape.of(), values));
    return values;
  }

  /**
   * Adds a slot for each weight.
   *
   * @param name the name, for example {@code momentum}
   * @param weights the weights given to {@link #allocate}
   * @param initial the initial value of all elements
   * @return the values of each slot, to be changed in place
   */
  protected final float[][] addSlots(String name, List<Weight> weights, float initial) {
    float[][] values = new float[weights.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = addSlot(name, i, initial);
    }
    return values;
  }

  /**
   * Checks that the first step was not made yet. Options that determine the slots call it.
   *
   * @param option the name of the option, for the error message
   * @throws IllegalStateException if the first step was made
   */
  protected final void requireNotBuilt(String option) {
    if (weights != null) {
      throw new IllegalStateException(
          option
              + " of the optimizer '"
              + name()
              + "' must be set before its first step. Create a new optimizer.");
    }
  }

  final void setSchedule(LearningRateSchedule schedule) {
    this.schedule = schedule;
  }

  final void setWeightDecay(double decay) {
    if (!(decay >= 0) || Double.isInfinite(decay)) {
      throw new IllegalArgumentException(
          "weightDecay must be finite and at least 0, but was " + decay + ".");
    }
    weightDecay = decay;
  }

  final GradientClipping clipping() {
    return clipping;
  }

  private double checkedRate(double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          "The learning rate must be finite and at least 0, but was " + rate + ".");
    }
    return rate;
  }

  private float[] square(float[] gradient) {
    if (ownSquares.length < gradient.length) {
      ownSquares = new float[gradient.length];
    }
    for (int i = 0; i < gradient.length; i++) {
      ownSquares[i] = gradient[i] * gradient[i];
    }
    return ownSquares;
  }

  private static void decay(float[] values, float decay, float rate) {
    for (int i = 0; i < values.length; i++) {
      values[i] -= values[i] * decay * rate;
    }
  }
}
