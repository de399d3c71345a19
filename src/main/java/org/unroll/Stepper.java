package org.unroll;

import java.util.concurrent.atomic.AtomicBoolean;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.NetworkState;
import org.unroll.network.Tensor;

/**
 * Runs a model one time step at a time and keeps the states of its layers between steps. Use it to
 * generate text token by token, or for values that arrive one by one. The cost of a step does not
 * depend on the length of the sequence. After the last step of a sequence, the output equals that
 * of {@code predict} for the whole sequence.
 *
 * <pre>{@code
 * var generator = Sequential.of(input(Shape.ANY), embedding(50, 8), gru(16), dense(50, "softmax"));
 * Stepper stepper = generator.stepper();
 * double[] probabilities = stepper.step(17); // of the token that follows token 17
 * var afterOne = stepper.state();
 * stepper.step(4);
 * stepper.state(afterOne).step(5); // as if token 4 had not been processed
 * }</pre>
 *
 * <p>The initial states are zeros. Set them with {@link #state(NetworkState)}, for example to the
 * last states of an encoder. They are independent of the states that a stateful model keeps between
 * batches. The weights are those of the model, so training affects existing steppers.
 *
 * <p>A masked step (token 0 with {@code maskZero}) does not change the states. Its output is that
 * of the layers for zeros, as in a stateful model of Keras.
 *
 * <p>A stepper must be used by only one thread at a time.
 */
public final class Stepper {
  private final Network network;
  private final AtomicBoolean stepping = new AtomicBoolean();
  private NetworkPass pass; // null after a step has failed
  private final NetworkState state;
  private final Shape stepShape;
  private final int features;
  private final int rows;
  private final ForwardContext context = new ForwardContext().inference(0);
  private final Tensor input = new Tensor();
  private final float[] x;

  Stepper(Network network, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, but was " + rows + ".");
    }
    network.requireStepByStep();
    this.network = network;
    this.rows = rows;
    pass = network.newPass();
    state = network.newState(rows);
    Shape shape = network.inputShape();
    stepShape = shape.withFirst(1);
    features = stepShape.size();
    x = new float[rows * features];
  }

  /** Returns the number of sequences. */
  public int rows() {
    return rows;
  }

  /**
   * Runs one step of one sequence.
   *
   * @param values the features of the time step, or the token id
   * @return the output of this step
   * @throws IllegalArgumentException if the number of values does not fit the model, a value is not
   *     finite, or the stepper has several rows
   * @throws IllegalStateException if the step before has failed, another thread is running a step
   *     of this stepper, or another thread is training the model
   */
  public double[] step(double... values) {
    if (rows != 1) {
      throw new IllegalArgumentException(
          "step(double...) must be called on a stepper with 1 row, but this one has "
              + rows
              + ". Call step(double[][]) with "
              + rows
              + " rows.");
    }
    return step(new double[][] {values})[0];
  }

  /**
   * Runs one step of all sequences.
   *
   * @param values the features of the time step, or the token id, for each row
   * @return the output of this step for each row
   * @throws IllegalArgumentException if the number of rows or values does not fit, or a value is
   *     not finite
   * @throws IllegalStateException as {@link #step(double...)} does
   */
  public double[][] step(double[][] values) {
    if (values.length != rows) {
      throw new IllegalArgumentException(
          "The number of rows must be "
              + rows
              + " for this stepper, but was "
              + values.length
              + ".");
    }
    if (!stepping.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "A stepper must be used by one thread at a time, but another thread is running a step. Call"
              + " stepper() once for each thread.");
    }
    try {
      for (int r = 0; r < rows; r++) {
        fill(r, values[r]);
      }
      return run();
    } finally {
      stepping.set(false);
    }
  }

  private void fill(int row, double[] values) {
    if (values.length != features) {
      throw new IllegalArgumentException(
          "The number of values per time step must be "
              + features
              + " for this model, but was "
              + values.length
              + " in row "
              + row
              + ".");
    }
    for (int i = 0; i < features; i++) {
      float value = (float) values[i];
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "All values must be finite and in the range of float, because the states would keep any"
                + " other value, but value "
                + i
                + " of row "
                + row
                + " was "
                + values[i]
                + ".");
      }
      x[row * features + i] = value;
    }
  }

  private double[][] run() {
    if (pass == null) {
      throw new IllegalStateException(
          "The states of a stepper must be known to run a step, but the step before has failed. Call"
              + " reset() or state(newState) first.");
    }
    return network.use().during("step", ModelUse.Effect.READS, this::forward);
  }

  private double[][] forward() {
    NetworkPass current = pass;
    pass = null;
    Tensor output = current.forward(input.set(x, 0, rows, stepShape, null), state, 0, context);
    pass = current;
    int width = output.shape().size();
    double[][] result = new double[rows][width];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < width; i++) {
        result[r][i] = output.values()[output.offset() + r * width + i];
      }
    }
    return result;
  }

  /** Returns a copy of the states after the last step. */
  public NetworkState state() {
    return state.copy();
  }

  /**
   * Sets the states for the next step. The states are copied.
   *
   * @throws IllegalArgumentException if the number of states, their sizes or the number of rows
   *     differ
   */
  public Stepper state(NetworkState newState) {
    state.set(newState);
    recover();
    return this;
  }

  /** Sets all states to zeros to start new sequences. */
  public void reset() {
    state.reset();
    recover();
  }

  /** Replaces buffers that a failed step may have left in an inconsistent state. */
  private void recover() {
    if (pass == null) {
      pass = network.newPass();
    }
  }
}
