package org.unroll.network;

import org.unroll.data.Shape;

/** The shape of a model's samples, Keras's {@code Input}; it has no weights and changes nothing. */
public final class Input extends Layer {
  private final Shape shape;
  private int batchSize; // 0 while any is taken

  public Input(Shape shape) {
    super("InputLayer");
    if (shape.rank() == 0) {
      throw new IllegalArgumentException(
          "An input has at least one axis besides the batch, for example input(240, 14) for 240 time"
              + " steps of 14 features.");
    }
    this.shape = shape;
  }

  /** The shape of one sample. */
  public Shape shape() {
    return shape;
  }

  /**
   * Fixes the number of rows in a batch, as {@code stateful} layers need it: they keep a state for
   * each. Without such layers a model takes batches of any size all the same.
   */
  public Input batchSize(int rows) {
    requireNotBuilt("batchSize");
    if (rows < 1) {
      throw new IllegalArgumentException(
          "A batch holds at least 1 row. Received: batchSize=" + rows);
    }
    batchSize = rows;
    return this;
  }

  /** The fixed number of rows in a batch; 0 where none is given. */
  public int batchSize() {
    return batchSize;
  }

  /** Sets the name. */
  public Input name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    return input;
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && output.rank() == 1) {
      return "Give the input a time axis, for example input(timesteps, features), or put an"
          + " Embedding before it if the values are token ids";
    }
    return "Change the shape given to input(...)";
  }

  @Override
  public Pass newPass() {
    return new Pass() {
      @Override
      public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
        return input;
      }

      @Override
      public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
        return gradient;
      }
    };
  }
}
