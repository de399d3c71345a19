package org.unroll;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.NetworkState;
import org.unroll.network.Tensor;

/**
 * Runs a model one time step at a time and keeps the states of its layers from step to step: for
 * text that is generated token by token, for values that arrive one by one. A step costs what one
 * step costs, however long the sequence is by then; on the last step of a sequence the output is
 * the one that {@code predict} has for the whole.
 *
 * <pre>{@code
 * var generator = Sequential.of(input(Shape.ANY), embedding(50, 8), gru(16), dense(50, "softmax"));
 * Stepper stepper = generator.stepper();
 * double[] probabilities = stepper.step(17); // of the token after token 17
 * var afterOne = stepper.state();
 * stepper.step(4);
 * stepper.state(afterOne).step(5); // as if 4 had never been there
 * }</pre>
 *
 * <p>The states begin with zeros, or with what {@link #state(NetworkState)} is given, such as the
 * last states of an encoder. They belong to the stepper: those that a stateful model keeps for its
 * batches are another matter. Weights are the model's own, so training in between shows at once.
 *
 * <p>A masked step (token 0 behind {@code maskZero}) leaves the states as they are and returns what
 * the layers make of zeros, as a stateful model of Keras does for a batch of one such step.
 *
 * <p>A stepper is used by one thread at a time.
 */
public final class Stepper {
  private final NetworkPass pass;
  private final NetworkState state;
  private final Shape stepShape;
  private final int features;
  private final int rows;
  private final ForwardContext call = new ForwardContext().inference(0);
  private final Tensor input = new Tensor();
  private final float[] x;

  Stepper(Network network, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("There is at least 1 row to step. Received: " + rows);
    }
    network.requireStepByStep();
    this.rows = rows;
    pass = network.newPass();
    state = network.newState(rows);
    Shape shape = network.inputShape();
    stepShape = shape.withFirst(1);
    features = stepShape.size();
    x = new float[rows * features];
  }

  /** The number of sequences that are stepped at once. */
  public int rows() {
    return rows;
  }

  /**
   * One step of one sequence.
   *
   * @param values the features of the time step, or the token id
   * @return the output at this step
   * @throws IllegalArgumentException if the number of values differs from that of a time step, one
   *     of them is not finite, or the stepper has several rows
   */
  public double[] step(double... values) {
    if (rows != 1) {
      throw new IllegalArgumentException(
          "This stepper has " + rows + " rows; give step(double[][]) a row for each.");
    }
    fill(0, values);
    return run()[0];
  }

  /**
   * One step of all sequences.
   *
   * @param values for each row the features of the time step, or the token id
   * @return for each row the output at this step
   */
  public double[][] step(double[][] values) {
    if (values.length != rows) {
      throw new IllegalArgumentException(
          "This stepper takes a row for each of "
              + rows
              + (rows == 1 ? " sequence" : " sequences")
              + ". Received: "
              + values.length
              + ".");
    }
    for (int r = 0; r < rows; r++) {
      fill(r, values[r]);
    }
    return run();
  }

  private void fill(int row, double[] values) {
    if (values.length != features) {
      throw new IllegalArgumentException(
          "A time step of this model has "
              + features
              + (features == 1 ? " value" : " values")
              + ". Received: "
              + values.length
              + " in row "
              + row
              + ".");
    }
    for (int i = 0; i < features; i++) {
      float value = (float) values[i];
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "A time step has finite numbers within the range of a float, as the states would keep"
                + " any other. Received: "
                + values[i]
                + " as value "
                + i
                + " of row "
                + row
                + ".");
      }
      x[row * features + i] = value;
    }
  }

  private double[][] run() {
    Tensor output = pass.forward(input.set(x, 0, rows, stepShape, null), state, 0, call);
    int width = output.shape().size();
    double[][] result = new double[rows][width];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < width; i++) {
        result[r][i] = output.values()[output.offset() + r * width + i];
      }
    }
    return result;
  }

  /** A copy of the states after the last step, to come back to. */
  public NetworkState state() {
    return state.copy();
  }

  /**
   * Goes on from these states, which are copied.
   *
   * @throws IllegalArgumentException unless they are as many, of the same sizes, for as many rows
   */
  public Stepper state(NetworkState newState) {
    state.set(newState);
    return this;
  }

  /** Begins new sequences, with states of zeros. */
  public void reset() {
    state.reset();
  }
}
