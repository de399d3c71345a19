package org.unroll.layers.recurrent;

import org.unroll.network.Padding;

/**
 * The arguments of {@link ConvLstm1D} and {@link ConvLstm1DCell}.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface ConvLstm1DOptions<S> extends LstmOptions<S> {
  /** Returns the length of the kernel. */
  default int kernelSize() {
    return arguments().kernelSize[0];
  }

  /**
   * Sets the stride of the input's convolution; 1 by default. It must be 1 if the dilation rate is
   * not.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  default S strides(int strides) {
    return set("strides", to -> to.strides = UnitsCell.checkedPair("strides", strides, 1));
  }

  /** Returns the stride of the input's convolution. */
  default int strides() {
    return arguments().strides[0];
  }

  /**
   * Sets the distance between the positions that neighboring kernel elements are multiplied by, in
   * the input's convolution; 1 by default.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  default S dilationRate(int rate) {
    return set(
        "dilationRate", to -> to.dilationRate = UnitsCell.checkedPair("dilationRate", rate, 1));
  }

  /** Returns the dilation rate of the input's convolution. */
  default int dilationRate() {
    return arguments().dilationRate[0];
  }

  /**
   * Sets the padding of the input's convolution to {@link Padding#VALID}, the default, or {@link
   * Padding#SAME}.
   *
   * @throws IllegalArgumentException if the padding is causal
   */
  default S padding(Padding padding) {
    return set("padding", to -> to.padding = ConvLstmCell.checkedPadding(padding));
  }

  /** Sets the padding by its Keras name, {@code valid} or {@code same}. */
  default S padding(String name) {
    return padding(Padding.of(name));
  }

  /** Returns the padding of the input's convolution. */
  default Padding padding() {
    return arguments().padding;
  }
}
