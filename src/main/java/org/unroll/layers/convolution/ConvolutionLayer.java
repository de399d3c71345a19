package org.unroll.layers.convolution;

import org.unroll.layers.core.KernelLayer;
import org.unroll.network.Padding;

/**
 * The base class of {@link Conv1D}, {@link DepthwiseConv1D} and {@link SeparableConv1D}. A window
 * of {@code kernelSize} time steps slides over the sequence.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class ConvolutionLayer<S extends ConvolutionLayer<S>> extends KernelLayer<S> {
  private final int kernelSize;
  private int strides = 1;
  private int dilationRate = 1;
  private Padding padding = Padding.VALID;

  ConvolutionLayer(String type, int kernelSize) {
    super(type);
    this.kernelSize = requirePositive("kernelSize", kernelSize);
  }

  /** Returns the number of time steps in a window. */
  public final int kernelSize() {
    return kernelSize;
  }

  /**
   * Sets the number of time steps from one window to the next. The default is 1.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public S strides(int newStrides) {
    requireNotBuilt("strides");
    strides = requirePositive("strides", newStrides);
    return self();
  }

  /** Returns the number of time steps from one window to the next. */
  public final int strides() {
    return strides;
  }

  /**
   * Sets the distance between the time steps in a window. The default is 1. It must be 1 if the
   * strides are more than 1, which is checked when the model is built.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public S dilationRate(int rate) {
    requireNotBuilt("dilationRate");
    dilationRate = requirePositive("dilationRate", rate);
    return self();
  }

  /** Returns the distance between the time steps in a window. */
  public final int dilationRate() {
    return dilationRate;
  }

  /** Sets the padding at the ends of a sequence. The default is {@link Padding#VALID}. */
  public S padding(Padding newPadding) {
    requireNotBuilt("padding");
    padding = newPadding;
    return self();
  }

  /**
   * Sets the padding by its Keras name, {@code "valid"}, {@code "same"}, or {@code "causal"} for
   * {@link Conv1D}.
   *
   * @throws IllegalArgumentException if it is another name
   */
  public S padding(String name) {
    return padding(Padding.of(name));
  }

  /** Returns the padding at the ends of a sequence. */
  public final Padding padding() {
    return padding;
  }

  /** Returns the number of time steps from the first to the last one of a window. */
  final int span() {
    return dilationRate * (kernelSize - 1) + 1;
  }
}
