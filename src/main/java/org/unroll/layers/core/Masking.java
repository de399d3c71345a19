package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Masks the time steps whose values are all equal to the mask value, as Keras's {@code Masking}.
 * The values of a masked time step are set to 0.
 *
 * <p>Recurrent layers do not change their state at a masked time step and repeat their output.
 * Losses and metrics ignore masked time steps if the output of the model has the mask.
 *
 * <p>Input and output: (batch, time, …).
 *
 * <p>Backward pass: dx = d loss / d y, and 0 at masked time steps.
 *
 * <p>Source: Keras 3, {@code keras.layers.Masking}.
 */
public final class Masking extends SameShapeLayer {
  private final float maskValue;

  /**
   * Creates the layer. See {@code Layers.masking}.
   *
   * @param maskValue the value that all features of a masked time step have. Keras's default is 0
   */
  public Masking(double maskValue) {
    super("Masking");
    this.maskValue = (float) maskValue;
  }

  /** Returns the value that all features of a masked time step have. */
  public double maskValue() {
    return maskValue;
  }

  /** Sets the name, which must be unique in the model. */
  public Masking name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 2) {
      throw wrongInput(BATCH_TIME_FEATURES, input, previous);
    }
    return input;
  }

  @Override
  protected boolean createsMask() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new MaskingPass();
  }

  private final class MaskingPass extends Pass {
    private final Tensor output = new Tensor();
    private boolean[] mask = {};
    private float[] y = {};

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      int positions = input.rows() * input.timesteps();
      int width = input.width();
      if (mask.length < positions) {
        mask = new boolean[positions];
      }
      y = atLeast(y, input.size());
      System.arraycopy(input.values(), input.offset(), y, 0, input.size());
      for (int position = 0; position < positions; position++) {
        mask[position] = isUnmasked(y, position * width, width);
      }
      output.set(y, 0, input.rows(), input.shape(), mask);
      clearMasked(y, 0, output);
      return output;
    }

    private boolean isUnmasked(float[] values, int from, int width) {
      for (int i = from; i < from + width; i++) {
        if (values[i] != maskValue) {
          return true;
        }
      }
      return false;
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (needed) {
        clearMasked(gradient.values(), gradient.offset(), output);
      }
      return gradient;
    }
  }
}
