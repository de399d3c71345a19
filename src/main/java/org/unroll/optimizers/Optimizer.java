package org.unroll.optimizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Weight;

/**
 * Changes the weights of a model by their gradients, once a batch, with Keras's defaults and
 * epsilons.
 *
 * <p>One step is, in this order: clip the gradients; decay the weights, {@code w −= w · weightDecay
 * · learningRate}; apply the rule of the optimizer; count the iteration. The arithmetic is float32,
 * as Keras's. An optimizer belongs to the weights of its first step.
 */
public abstract class Optimizer {
  private double learningRate;
  private LearningRateSchedule schedule;
  private Double weightDecay;
  private Double clipnorm;
  private Double clipvalue;
  private Double globalClipnorm;
  private long iterations;
  private List<Weight> weights;
  private float[] ownSquares = {};
  private final List<Slot> slots = new ArrayList<>();

  /** An optimizer with a fixed learning rate. */
  protected Optimizer(double learningRate) {
    this.learningRate = checkedRate(learningRate);
  }

  /** Keras's name, for example {@code rmsprop}. */
  public abstract String name();

  /** Allocates the slots for these weights, in Keras's order, with {@link #addSlot}. */
  protected abstract void allocate(List<Weight> weights);

  /**
   * Changes one weight by its gradient, already clipped.
   *
   * @param index the number of the weight in the list
   * @param gradient may be overwritten
   * @param squares what the optimizer takes for gradient²; see {@link #apply(List, float[][],
   *     float[][])}
   * @param learningRate the learning rate of this step
   * @param step the number of this step, counted from 1
   */
  protected abstract void update(
      int index, float[] values, float[] gradient, float[] squares, float learningRate, long step);

  /**
   * What an optimizer has to do once a step, before the first {@link #update}; nothing by default.
   */
  protected void beginStep(long step) {}

  /**
   * One step. The slots (momenta and the like) are allocated at the first call for these weights.
   *
   * @param weights the trainable weights, the same list at every call
   * @param gradients one array for each weight, overwritten (clipping happens in place)
   * @throws IllegalStateException if the weights are not those of the first step
   */
  public final void apply(List<Weight> weights, float[][] gradients) {
    apply(weights, gradients, new float[gradients.length][]);
  }

  /**
   * One step where some gradients are those of an embedding. Keras (on TensorFlow) leaves such a
   * gradient as a list of rows, one for each place an index stood at, and squares the rows before
   * it adds them; so its moving averages of squares are sums of squares, not squares of sums.
   * Clipping by value and {@link Adamax} see the sums here, as everywhere else.
   *
   * @param squares for each weight the sum of the squares of what was added to its gradient,
   *     overwritten; null where the square of the gradient is meant
   */
  public final void apply(List<Weight> weights, float[][] gradients, float[][] squares) {
    build(weights);
    if (gradients.length != weights.size()) {
      throw new IllegalArgumentException(
          "An optimizer step needs one gradient for each of the "
              + weights.size()
              + " weights. Received: "
              + gradients.length);
    }
    clip(gradients, squares);
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
   * Allocates the slots for these weights if that has not happened yet; {@link #apply} does it by
   * itself. Whoever restores a checkpoint calls this first.
   *
   * @throws IllegalStateException if the optimizer already belongs to other weights
   */
  public final void build(List<Weight> weights) {
    if (this.weights == null) {
      this.weights = List.copyOf(weights);
      allocate(this.weights);
      return;
    }
    if (this.weights.size() != weights.size()) {
      throw otherWeights(
          "its first step had " + this.weights.size() + " weights, not " + weights.size());
    }
    for (int i = 0; i < weights.size(); i++) {
      if (this.weights.get(i) != weights.get(i)) {
        throw otherWeights(
            "weight " + i + ", '" + weights.get(i).name() + "', is not the one it had");
      }
    }
  }

  private IllegalStateException otherWeights(String difference) {
    return new IllegalStateException(
        "The optimizer '"
            + name()
            + "' already belongs to other weights: "
            + difference
            + ". Make a new optimizer for another model.");
  }

  /**
   * The learning rate of the next step.
   *
   * @see #schedule()
   */
  public double learningRate() {
    return schedule == null ? learningRate : schedule.at(iterations);
  }

  /**
   * Sets the learning rate from the next step on.
   *
   * @throws IllegalStateException if the learning rate follows a schedule
   */
  public void learningRate(double rate) {
    if (schedule != null) {
      throw new IllegalStateException(
          "The learning rate of '"
              + name()
              + "' follows a schedule, "
              + schedule
              + ", and cannot be set. Give the optimizer a number instead, or leave the rate to the schedule.");
    }
    learningRate = checkedRate(rate);
  }

  /** The schedule of the learning rate, or null where it is a number. */
  public LearningRateSchedule schedule() {
    return schedule;
  }

  /** The number of steps made so far. */
  public long iterations() {
    return iterations;
  }

  /** Sets the number of steps made so far, on restoring a checkpoint. */
  public void iterations(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("Steps are counted from 0. Received: " + steps);
    }
    iterations = steps;
  }

  /**
   * The state besides weights, {@link #iterations()} and learning rate: in the order in which Keras
   * lists it behind those two. Empty before {@link #build}. The arrays are the ones in use.
   */
  public List<Slot> slots() {
    return List.copyOf(slots);
  }

  /** The decoupled weight decay, or null where there is none. */
  public Double weightDecay() {
    return weightDecay;
  }

  /** The largest norm of a weight's gradient, or null where there is none. */
  public Double clipnorm() {
    return clipnorm;
  }

  /** The largest absolute value in a gradient, or null where there is none. */
  public Double clipvalue() {
    return clipvalue;
  }

  /** The largest norm of all gradients together, or null where there is none. */
  public Double globalClipnorm() {
    return globalClipnorm;
  }

  /**
   * State that an optimizer keeps.
   *
   * @param name Keras's name, for example {@code momentum}, {@code velocity}
   * @param weight the number of the weight it belongs to, or −1 where it belongs to none
   * @param shape its shape, that of the weight
   * @param values row-major, the array in use
   */
  public record Slot(String name, int weight, Shape shape, float[] values) {}

  /** Adds a slot of the shape of a weight and returns its values. */
  protected final float[] addSlot(String name, int weight, float initial) {
    Shape shape = weights.get(weight).shape();
    float[] values = new float[weights.get(weight).size()];
    if (initial != 0) {
      Arrays.fill(values, initial);
    }
    slots.add(new Slot(name, weight, shape, values));
    return values;
  }

  /** Adds a slot of one value that belongs to no weight and returns it. */
  protected final float[] addScalarSlot(String name, float initial) {
    float[] values = {initial};
    slots.add(new Slot(name, -1, Shape.of(), values));
    return values;
  }

  /** Adds a slot for each weight, one weight after another, and returns their values. */
  protected final float[][] addSlots(String name, List<Weight> weights, float initial) {
    float[][] values = new float[weights.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = addSlot(name, i, initial);
    }
    return values;
  }

  /** For options that decide about slots: they are set before the first step or not at all. */
  protected final void requireNotBuilt(String option) {
    if (weights != null) {
      throw new IllegalStateException(
          "'" + option + "' of the optimizer '" + name() + "' is set before its first step.");
    }
  }

  final void setSchedule(LearningRateSchedule schedule) {
    this.schedule = schedule;
  }

  final void setWeightDecay(double decay) {
    if (!(decay >= 0) || Double.isInfinite(decay)) {
      throw new IllegalArgumentException(
          "The weight decay is finite and at least 0. Received: " + decay);
    }
    weightDecay = decay;
  }

  final void setClipnorm(double norm) {
    checkClip("clipnorm", norm, clipvalue, globalClipnorm);
    clipnorm = norm;
  }

  final void setClipvalue(double value) {
    checkClip("clipvalue", value, clipnorm, globalClipnorm);
    clipvalue = value;
  }

  final void setGlobalClipnorm(double norm) {
    checkClip("globalClipnorm", norm, clipnorm, clipvalue);
    globalClipnorm = norm;
  }

  private void checkClip(String option, double value, Double other, Double another) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(
          "'" + option + "' of the optimizer '" + name() + "' is above 0. Received: " + value);
    }
    if (other != null || another != null) {
      throw new IllegalArgumentException(
          "Only one of clipnorm, clipvalue and globalClipnorm can be set. Received: "
              + option
              + "="
              + value
              + " beside clipnorm="
              + clipnorm
              + ", clipvalue="
              + clipvalue
              + ", globalClipnorm="
              + globalClipnorm);
    }
  }

  private double checkedRate(double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          "The learning rate is finite and at least 0. Received: " + rate);
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

  private void clip(float[][] gradients, float[][] squares) {
    if (clipnorm != null) {
      for (int i = 0; i < gradients.length; i++) {
        double norm = Math.sqrt(squaredNorm(gradients[i], squares[i]));
        scale(gradients[i], squares[i], clipnorm / Math.max(norm, clipnorm));
      }
    } else if (globalClipnorm != null) {
      double sum = 0;
      for (int i = 0; i < gradients.length; i++) {
        sum += squaredNorm(gradients[i], squares[i]);
      }
      double norm = Math.sqrt(sum);
      // An infinite norm becomes NaN, as in Keras: scaling by 0 would hide it.
      double factor =
          Double.isInfinite(norm) ? Double.NaN : globalClipnorm / Math.max(norm, globalClipnorm);
      for (int i = 0; i < gradients.length; i++) {
        scale(gradients[i], (float) factor);
        squares[i] = null; // this factor turns Keras's list of rows into one matrix
      }
    } else if (clipvalue != null) {
      for (int i = 0; i < gradients.length; i++) {
        clamp(gradients[i], clipvalue.floatValue());
        squares[i] = null;
      }
    }
  }

  private static double squaredNorm(float[] gradient, float[] squares) {
    double sum = 0;
    if (squares != null) {
      for (float square : squares) {
        sum += square;
      }
      return sum;
    }
    for (float value : gradient) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static void scale(float[] gradient, float[] squares, double factor) {
    scale(gradient, (float) factor);
    if (squares != null) {
      scale(squares, (float) (factor * factor));
    }
  }

  private static void scale(float[] values, float factor) {
    if (factor != 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
    }
  }

  private static void clamp(float[] values, float limit) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(-limit, Math.min(limit, values[i]));
    }
  }

  private static void decay(float[] values, float decay, float rate) {
    for (int i = 0; i < values.length; i++) {
      values[i] -= values[i] * decay * rate;
    }
  }
}
