package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Padding;

/**
 * The base class of {@link DepthwiseConv1D} and {@link SeparableConv1D}, which convolve each
 * feature separately.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class DepthwiseLayer<S extends DepthwiseLayer<S>> extends ConvolutionLayer<S> {
  private int depthMultiplier = 1;

  DepthwiseLayer(String type, int kernelSize) {
    super(type, kernelSize);
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
  @Override
  public S padding(Padding newPadding) {
    return super.padding(newPadding.requireNotCausal(type()));
  }

  final Depthwise depthwise() {
    return new Depthwise(kernelSize(), depthMultiplier, strides(), dilationRate(), padding());
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    if (strides() > 1 && dilationRate() > 1) {
      throw new IllegalArgumentException(
          describe()
              + " must have strides or a dilation rate of 1, but has strides="
              + strides()
              + " and dilationRate="
              + dilationRate()
              + ".");
    }
    return padding()
        .windows(this, input, previous, span(), strides())
        .withLast(activated(outputs(input)));
  }
}
