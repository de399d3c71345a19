package org.unroll.layers.recurrent;

import org.unroll.network.Padding;

/**
 * The arguments of {@link ConvLstm2D} and {@link ConvLstm2DCell}.
 *
 * @param <S> the type of the layer or cell itself, returned by the setters
 */
public interface ConvLstm2DOptions<S> extends LstmOptions<S> {
  /** Returns the rows and columns of the kernel. */
  default int[] kernelSize() {
    return arguments().kernelSize.clone();
  }

  /** Sets the strides of the input's convolution to the same number for rows and columns. */
  default S strides(int both) {
    return strides(both, both);
  }

  /**
   * Sets the strides of the input's convolution; 1 and 1 by default. They must be 1 if the dilation
   * rate is not.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  default S strides(int rows, int columns) {
    return set("strides", to -> to.strides = UnitsCell.checkedPair("strides", rows, columns));
  }

  /** Returns the strides for rows and columns. */
  default int[] strides() {
    return arguments().strides.clone();
  }

  /** Sets the dilation rate to the same number for rows and columns. */
  default S dilationRate(int both) {
    return dilationRate(both, both);
  }

  /**
   * Sets the distance between the pixels that neighboring kernel elements are multiplied by, in the
   * input's convolution; 1 and 1 by default.
   *
   * @throws IllegalArgumentException if a number is less than 1
   */
  default S dilationRate(int rows, int columns) {
    return set(
        "dilationRate",
        to -> to.dilationRate = UnitsCell.checkedPair("dilationRate", rows, columns));
  }

  /** Returns the dilation rate for rows and columns. */
  default int[] dilationRate() {
    return arguments().dilationRate.clone();
  }

  /**
   * Sets the padding of the input's convolution to {@link Padding#VALID}, the default, or {@link
   * Padding#SAME}.
   *
   * @throws IllegalArgumentException if the padding is causal
   */
  default S padding(Padding padding) {
    return set("padding", to -> to.padding = ConvLstm2DCell.checkedPadding(padding));
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
