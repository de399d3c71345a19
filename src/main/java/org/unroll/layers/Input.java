package org.unroll.layers;

import org.unroll.data.Shape;

/** The shape of a model's samples, Keras's {@code Input}; it has no weights and changes nothing. */
public final class Input extends Layer {
  private final Shape shape;

  Input(Shape shape) {
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

  /** Sets the name. */
  public Input name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected Shape checkInput(Shape input, Layer previous) {
    return input;
  }

  @Override
  String fixFor(Shape output, String needed) {
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
      public Tensor forward(Tensor input, float[][] state, Call call) {
        return input;
      }

      @Override
      public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
        return gradient;
      }
    };
  }
}
