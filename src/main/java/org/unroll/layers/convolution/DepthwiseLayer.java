package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.layers.core.KernelLayer;
import org.unroll.network.Layer;
import org.unroll.network.Padding;

/**
 * The base class of {@link DepthwiseConv1D} and {@link SeparableConv1D}, which convolve each
 * feature separately.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class DepthwiseLayer<S extends DepthwiseLayer<S>> extends KernelLayer<S> {
  private final int kernelSize;
  private int strides = 1;
  private int dilationRate = 1;
  private int depthMultiplier = 1;
  private Padding padding = Padding.VALID;

  DepthwiseLayer(String type, int kernelSize) {
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

  /**
   * Sets the number of filters for each feature. The default is 1.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public S depthMultiplier(int multiplier) {
    requireNotBuilt("depthMultiplier");
    depthMultiplier = requirePositive("depthMultiplier", multiplier);
    return self();
  }

  /** Returns the number of filters for each feature. */
  public final int depthMultiplier() {
    return depthMultiplier;
  }

  /**
   * Sets the padding at the ends of a sequence. The default is {@link Padding#VALID}.
   *
   * @throws IllegalArgumentException if it is {@link Padding#CAUSAL}
   */
  public S padding(Padding newPadding) {
    requireNotBuilt("padding");
    padding = newPadding.requireNotCausal(type());
    return self();
  }

  /**
   * Sets the padding by its Keras name, {@code "valid"} or {@code "same"}.
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

  final Depthwise depthwise() {
    return new Depthwise(kernelSize, depthMultiplier, strides, dilationRate, padding);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    if (strides > 1 && dilationRate > 1) {
      throw new IllegalArgumentException(
          describe()
              + " must have strides or a dilation rate of 1, but has strides="
              + strides
              + " and dilationRate="
              + dilationRate
              + ".");
    }
    return padding
        .windows(this, input, previous, depthwise().span(), strides)
        .withLast(activated(outputs(input)));
  }
}
