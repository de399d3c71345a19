package org.unroll.optimizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Gradient;
import org.unroll.network.Weight;

/**
 * Updates the weights of a model by their gradients, once per batch. An optimizer belongs to the
 * weights of its first step, so every model needs a new one.
 *
 * <p>The gradient of an embedding has a row for each occurrence of a token in a batch. All
 * optimizers follow one rule, that of Keras on TensorFlow: squares (Adam and similar), absolute
 * values ({@link Adamax}), norms and {@code clipvalue} apply to each of these rows before the rows
 * of one token are added. Keras on PyTorch and JAX adds the rows first, so a token that occurs
 * several times in a batch moves differently there; SGD, Lion and {@code globalClipnorm} apart from
 * its norm are the same everywhere. The rows are also added first if the embedding has a
 * regularizer, or with {@code gradientAccumulationSteps}, as in TensorFlow.
 *
 * <p>A step clips the gradients, decays the weights ({@code w −= w · weightDecay · learningRate}),
 * applies the update rule, projects the weights that have a {@link org.unroll.network.Constraint
 * constraint}, and counts the iteration. The arithmetic is float32, as in Keras.
 *
 * <p>The optimizers of Keras are created by {@link Optimizers}. For a custom optimizer extend
 * {@link FluentOptimizer}, which adds the options that all optimizers share. The state that must
 * survive a backup is kept in {@linkplain #addSlots slots}. The example is Signum, "signSGD:
 * compressed optimisation for non-convex problems" (Bernstein et al. 2018), which steps by the sign
 * of a momentum:
 *
 * <pre>
 * m = β·m + (1 − β)·g,   w −= η·sign(m)
 * </pre>
 *
 * <pre>{@code
 * import java.util.List;
 * import org.unroll.network.Weight;
 * import org.unroll.optimizers.FluentOptimizer;
 *
 * class Signum extends FluentOptimizer<Signum> {
 *   private double beta = 0.9;
 *   private float[][] momentums;
 *
 *   Signum(double learningRate) {
 *     super(learningRate);
 *   }
 *
 *   @Override
 *   protected Signum self() {
 *     return this;
 *   }
 *
 *   @Override
 *   public String name() {
 *     return "signum";
 *   }
 *
 *   Signum beta(double value) {
 *     beta = checkedFraction("beta", value);
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
 *     float keep = (float) beta;
 *     for (int i = 0; i < w.length; i++) {
 *       m[i] = keep * m[i] + (1 - keep) * g[i];
 *       w[i] -= learningRate * Math.signum(m[i]);
 *     }
 *   }
 * }
 *
 * var signumModel = Sequential.of(input(240, 14), gru(8), dense(1));
 * signumModel.compile(new Signum(1e-4).beta(0.95).weightDecay(0.1).clipnorm(1), mae());
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
  private final WeightAveraging averaging = new WeightAveraging();
  private final GradientAccumulation accumulation = new GradientAccumulation();
  private long iterations;
  private List<Weight> weights;
  private float[] ownSquares = {};
  private float[] ownMagnitudes = {};
  private Gradient.Rows currentRows; // of the weight that is updated, or null
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
    apply(weights, gradients, new Gradient.Rows[gradients.length]);
  }

  /**
   * Makes one step in which some gradients are those of embeddings.
   *
   * @param weights the trainable weights, the same ones in every step
   * @param gradients one array for each weight, overwritten
   * @param rows for each weight the sums over the rows of its gradient, overwritten, or null for a
   *     dense gradient
   * @throws IllegalArgumentException if there is not one gradient for each weight
   * @throws IllegalStateException if the weights are not those of the first step
   * @hidden
   */
  public final void apply(List<Weight> weights, float[][] gradients, Gradient.Rows[] rows) {
    build(weights);
    if (gradients.length != weights.size()) {
      throw new IllegalArgumentException(
          "A step of an optimizer needs one gradient for each of the "
              + weights.size()
              + " weights, but received "
              + gradients.length
              + ".");
    }
    if (accumulation.steps() != null) {
      Arrays.fill(rows, null);
    }
    if (accumulation.add(gradients, iterations)) {
      step(gradients, rows);
    }
    averaging.follow(this.weights, accumulation.stepsAfter(iterations));
    for (int i = 0; i < gradients.length; i++) {
      Weight weight = this.weights.get(i);
      if (weight.constraint() != null) {
        weight.constraint().apply(weight.values(), weight.shape());
      }
    }
    iterations++;
  }

  private void step(float[][] gradients, Gradient.Rows[] rows) {
    clipping.clip(gradients, rows);
    float rate = (float) learningRate();
    long step = accumulation.stepsAfter(iterations) + 1;
    beginStep(step);
    for (int i = 0; i < gradients.length; i++) {
      float[] values = weights.get(i).values();
      if (weightDecay != null) {
        decay(values, weightDecay.floatValue(), rate);
      }
      currentRows = rows[i];
      float[] squares = rows[i] == null ? square(gradients[i]) : rows[i].squares();
      update(i, values, gradients[i], squares, rate, step);
    }
  }

  /**
   * Prepares the gradients of embeddings for a step: what their rows must be clipped to before they
   * are added, and which sums over the rows are needed.
   *
   * @param gradients the gradients in which the slices of a batch are added up
   * @param weights the weight of each gradient
   * @hidden
   */
  public final void prepare(Gradient[] gradients, List<Weight> weights) {
    for (int i = 0; i < gradients.length; i++) {
      // A penalty touches every row, and so does an accumulator: their gradients are not sparse.
      boolean isSparse = weights.get(i).regularizer() == null && accumulation.steps() == null;
      float limit =
          isSparse && clipvalue() != null ? clipvalue().floatValue() : Float.POSITIVE_INFINITY;
      gradients[i].rowTerms(limit, isSparse && usesMagnitudes());
    }
  }

  /** Returns whether updates use {@link #magnitudes}. */
  boolean usesMagnitudes() {
    return false;
  }

  /**
   * Overwrites the weights with their moving averages if {@code useEma} is set. Called at the end
   * of a training run.
   *
   * @hidden
   */
  public final void finishTraining() {
    if (averaging.used() && weights != null && iterations > 0) {
      averaging.overwrite(weights);
    }
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
        if (averaging.used()) {
          averaging.averages(addSlots("average", this.weights, 0));
        }
        if (accumulation.steps() != null) {
          accumulation.sums(addSlots("gradient_accumulator", this.weights, 0));
        }
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
  public Optimizer learningRate(double rate) {
    if (schedule != null) {
      throw new IllegalStateException(
          "The learning rate of '"
              + name()
              + "' cannot be set because it follows the schedule "
              + schedule
              + ". Create the optimizer with a number instead, or do not set the rate.");
    }
    learningRate = checkedRate(rate);
    return this;
  }

  /** Returns the schedule of the learning rate, or null if the learning rate is a number. */
  public LearningRateSchedule schedule() {
    return schedule;
  }

  /**
   * Returns the number of steps made so far. With {@code gradientAccumulationSteps} it is the
   * number of batches, as in Keras.
   */
  public long iterations() {
    return iterations;
  }

  /**
   * Sets the number of steps made so far, to restore the state of an optimizer.
   *
   * @param steps at least 0
   * @throws IllegalArgumentException if {@code steps} is negative
   */
  public Optimizer iterations(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("iterations must be at least 0, but was " + steps + ".");
    }
    iterations = steps;
    return this;
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

  final WeightAveraging averaging() {
    return averaging;
  }

  final GradientAccumulation accumulation() {
    return accumulation;
  }

  /** Returns the absolute values of the gradient, or for an embedding their sums over the rows. */
  final float[] magnitudes(float[] gradient) {
    if (currentRows != null) {
      return currentRows.magnitudes();
    }
    if (ownMagnitudes.length < gradient.length) {
      ownMagnitudes = new float[gradient.length];
    }
    for (int i = 0; i < gradient.length; i++) {
      ownMagnitudes[i] = Math.abs(gradient[i]);
    }
    return ownMagnitudes;
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
