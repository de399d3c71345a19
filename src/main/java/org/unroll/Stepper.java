package org.unroll;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;
import org.unroll.network.SteppedPass;
import org.unroll.network.Tensor;
import org.unroll.training.Predictor;

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
 * <p>A model with several inputs, such as an encoder–decoder, is given its last input step by step
 * and the others as a whole. What depends only on the others, such as the encoder, is computed
 * once. The layers after the last input must be recurrent, work on each time step separately, or
 * attend to a sequence of the other inputs.
 *
 * <pre>{@code
 * var question = input(Shape.ANY);
 * var answer = input(Shape.ANY);
 * var asked = gru(8).returnSequences(true).returnState(true).on(embedding(20, 4).on(question));
 * var answered =
 *     gru(8).returnSequences(true).on(embedding(12, 4).on(answer), asked.states());
 * var attended = attention().on(answered, asked.output());
 * var joinedAnswer = dense(12, "softmax").on(concatenate().on(answered, attended));
 * var answering = Model.of(List.of(question, answer), joinedAnswer);
 * Stepper answerer = answering.stepper(Samples.of(new int[][] {{3, 4, 5}}));
 * double[] firstId = answerer.step(1); // of the id that follows id 1
 * }</pre>
 *
 * <p>The initial states are zeros, or those that the model computes from its other inputs. Set them
 * with {@link #state(NetworkState)}, for example to the last states of an encoder. They are
 * independent of the states that a stateful model keeps between batches. The weights are those of
 * the model, so training affects existing steppers.
 *
 * <p>A masked step (token 0 with {@code maskZero}) does not change the states. Its output is that
 * of the layers for zeros, as in a stateful model of Keras.
 *
 * <p>A stepper must be used by only one thread at a time.
 */
public final class Stepper {
  private final Network network;
  private final AtomicBoolean stepping = new AtomicBoolean();
  private final Tensor[] inputs; // of the network, of which the last is the current step
  private final int last;
  private SteppedPass pass;
  private boolean failed; // whether the step before has failed
  private final Shape stepShape;
  private final int features;
  private final int rows;
  private final float[] x;

  /** Creates a stepper for a network with one input. */
  Stepper(Network network, int rows) {
    this(network, new Tensor[network.inputs().size()], rows);
  }

  private Stepper(Network network, Tensor[] inputs, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, but was " + rows + ".");
    }
    this.network = network;
    this.inputs = inputs;
    this.rows = rows;
    last = inputs.length - 1;
    if (inputs.length > 1 && inputs[0] == null) {
      throw new IllegalArgumentException(
          "The model has "
              + inputs.length
              + " inputs, of which only the last is given step by step. Call stepper(others) with"
              + " the samples of the others.");
    }
    pass = new SteppedPass(network, last, rows);
    Shape shape = network.inputShapes().get(last);
    if (!shape.dropFirst().isKnown()) {
      throw new IllegalArgumentException(
          "The number of values in a time step must be fixed to run a model step by step, but the"
              + " shape of the input is "
              + shape
              + ".");
    }
    stepShape = shape.withFirst(1);
    features = stepShape.size();
    x = new float[rows * features];
    inputs[last] = new Tensor().set(x, 0, rows, stepShape, null);
    begin();
  }

  /** Creates a stepper for a network with several inputs. */
  static Stepper of(Network network, Dataset others) {
    return new Stepper(
        network, gather(otherInputs(network, others), 0, others.size()), others.size());
  }

  /**
   * Returns the samples of all inputs but the last, as one batch.
   *
   * @throws IllegalArgumentException if they do not fit the network
   */
  static List<Dataset> otherInputs(Network network, Dataset others) {
    int last = network.inputs().size() - 1;
    int count = others.size();
    int[] axes = network.inputShapes().get(last).toArray();
    for (int i = 0; i < axes.length; i++) {
      axes[i] = Math.max(1, axes[i]); // for an axis of any length
    }
    Shape one = Shape.of(axes);
    Dataset all = others.and(Samples.of(one, new float[count * one.size()]));
    Predictor.requireInputs(network, all, "stepper");
    return Predictor.inputs(network, all).subList(0, last).stream()
        .map(part -> part.forBatch(null, 0, count))
        .toList();
  }

  /** Returns some of the samples, and a place for the last input. */
  static Tensor[] gather(List<Dataset> others, int from, int to) {
    Tensor[] inputs = new Tensor[others.size() + 1];
    int count = to - from;
    for (int i = 0; i < others.size(); i++) {
      Dataset part = others.get(i);
      float[] values = new float[count * part.inputShape().size()];
      for (int r = 0; r < count; r++) {
        part.copyInput(from + r, values, r, count);
      }
      inputs[i] = new Tensor().set(values, 0, count, part.inputShape(), null);
    }
    return inputs;
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
    if (failed) {
      throw new IllegalStateException(
          "The states of a stepper must be known to run a step, but the step before has failed. Call"
              + " reset() or state(newState) first.");
    }
    return network.use().during("step", ModelUse.Effect.READS, this::forward);
  }

  private double[][] forward() {
    failed = true;
    Tensor output = pass.step(inputs[last]);
    failed = false;
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
    return pass.state().copy();
  }

  /**
   * Sets the states for the next step. The states are copied.
   *
   * @throws IllegalArgumentException if the number of states, their sizes or the number of rows
   *     differ
   */
  public Stepper state(NetworkState newState) {
    pass.state().set(newState);
    if (failed) {
      reset();
      pass.state().set(newState);
    }
    return this;
  }

  /**
   * Starts new sequences: sets the states to those before the first step. What depends only on the
   * other inputs is computed again, with the current weights.
   */
  public void reset() {
    if (failed) {
      // The failed step may have left its buffers in an inconsistent state.
      pass = new SteppedPass(network, last, rows);
    }
    begin();
    failed = false;
  }

  private void begin() {
    network.use().run("stepper", ModelUse.Effect.READS, () -> pass.begin(inputs));
  }
}
