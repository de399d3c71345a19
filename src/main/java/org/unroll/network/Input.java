package org.unroll.network;

import java.util.List;
import org.unroll.data.Shape;

/**
 * The shape of the input samples of a model, as Keras's {@code Input}. It has no weights and does
 * not change its input.
 *
 * <p>Input and output: samples of the given shape.
 *
 * <p>Source: Keras 3, {@code keras.layers.Input}.
 */
public final class Input extends Layer implements Node {
  private final Shape shape;
  private int batchSize; // 0 if it is not fixed

  /**
   * Creates an input. See {@code Layers.input}.
   *
   * @param shape the shape of one sample
   * @throws IllegalArgumentException if the shape has no axis
   */
  public Input(Shape shape) {
    super("InputLayer");
    if (shape.rank() == 0) {
      throw new IllegalArgumentException(
          "An input must have at least one axis in addition to the batch, but has none. For example,"
              + " input(240, 14) has 240 time steps with 14 features.");
    }
    this.shape = shape;
  }

  @Override
  public Layer layer() {
    return this;
  }

  @Override
  public List<Node> outputs() {
    return List.of(this);
  }

  @Override
  public String toString() {
    return displayName() + " " + shape;
  }

  /** Returns the shape of one sample. */
  @Override
  public Shape shape() {
    return shape;
  }

  /**
   * Sets a fixed number of rows in a batch. Stateful layers require it because they keep a state
   * for each row. By default it is not fixed. A model without stateful layers accepts batches of
   * any size in either case.
   *
   * @throws IllegalArgumentException if {@code rows} is less than 1
   */
  public Input batchSize(int rows) {
    requireNotBuilt("batchSize");
    batchSize = requirePositive("batchSize", rows);
    return this;
  }

  /** Returns the fixed number of rows in a batch, or 0 if it is not fixed. */
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
      return "Add a time axis, for example input(timesteps, features), or put an"
          + " Embedding after it if the values are token ids.";
    }
    return "Change the shape given to input(...).";
  }

  @Override
  public Pass newPass() {
    return new Pass() {
      @Override
      public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
        return input;
      }

      @Override
      public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
        return gradient;
      }
    };
  }
}
