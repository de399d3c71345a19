package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The transpose of a convolution over time, as Keras's {@code Conv1DTranspose}. It goes from a
 * short sequence to a longer one, with a window of the output for each time step of the input.
 *
 * <pre>
 * y[o·strides + i·dilationRate − p] += x[o]·W[i]ᵀ   for i = 0 … kernelSize − 1
 * y = act(y + b)
 * </pre>
 *
 * <p>The length of the output is, with s = strides and w = dilationRate·(kernelSize − 1) + 1:
 *
 * <pre>
 * valid: (time − 1)·s + max(w, s)      same: time·s
 * </pre>
 *
 * <p>With padding valid, p is 0. With padding same, p is ⌊(w − s) / 2⌋, or 0 if w is less than s.
 *
 * <p>Input: (batch, time, features). Output: (batch, new time, filters). As in Keras, the mask is
 * ignored and not passed on.
 *
 * <p>Weights: {@code kernel} W (kernelSize, filters, features), {@code bias} b (filters).
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′ and t = o·strides + i·dilationRate − p:
 *
 * <pre>
 * dW[i] = Σₒ g[t]ᵀ·x[o]      db = Σₜ g[t]      dx[o] = Σᵢ g[t]·W[i]
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv1DTranspose}.
 */
public final class Conv1DTranspose extends ConvTranspose<Conv1DTranspose> {
  /**
   * Creates the layer. See {@code Layers.conv1DTranspose}.
   *
   * @param filters the number of outputs for each time step
   * @param kernelSize the number of time steps in a window
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public Conv1DTranspose(int filters, int kernelSize) {
    super("Conv1DTranspose", filters, Conv2D.pair("kernelSize", kernelSize, 1));
  }

  @Override
  protected Conv1DTranspose self() {
    return this;
  }

  /** Returns the number of time steps in a window. */
  public int kernelSize() {
    return kernelPair()[0];
  }

  /**
   * Sets the number of output time steps from one window to the next. The default is 1. It must be
   * 1 if the dilation rate is not, which is checked when the model is built.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public Conv1DTranspose strides(int strides) {
    return setStrides(Conv2D.pair("strides", strides, 1));
  }

  /** Returns the number of output time steps from one window to the next. */
  public int strides() {
    return stridesPair()[0];
  }

  /**
   * Sets the distance between the time steps in a window. The default is 1.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public Conv1DTranspose dilationRate(int rate) {
    return setDilationRate(Conv2D.pair("dilationRate", rate, 1));
  }

  /** Returns the distance between the time steps in a window. */
  public int dilationRate() {
    return dilationPair()[0];
  }

  /**
   * Sets the number of time steps that are added at the end of the output, Keras's {@code
   * output_padding}. The length is then (time − 1)·s + w + outputPadding with padding valid, and
   * (time − 1)·s + w mod 2 + outputPadding with padding same. It must be less than the strides,
   * which is checked when the model is built. The default is null: the length follows from the
   * other arguments.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Conv1DTranspose outputPadding(Integer timesteps) {
    return setOutputPadding(timesteps == null ? null : new int[] {timesteps, 0});
  }

  /** Returns the number of time steps added at the end of the output, which may be null. */
  public Integer outputPadding() {
    int[] pair = outputPaddingPair();
    return pair == null ? null : pair[0];
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return checkedOutput(input);
  }

  @Override
  Shape image(Shape sample) {
    return Shape.of(sample.axis(0), 1, sample.last());
  }

  @Override
  Shape sample(Shape image) {
    return Shape.of(image.axis(0), image.last());
  }

  @Override
  Shape kernelShape(int channels) {
    return Shape.of(kernelSize(), filters(), channels);
  }
}
