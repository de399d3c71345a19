package org.unroll.network;

import java.util.Locale;
import org.unroll.data.Shape;

/**
 * The padding at the ends of a sequence for layers that slide a window over the time steps, as
 * Keras's {@code padding}. The window has {@code w} time steps and moves by {@code s} time steps,
 * its stride.
 *
 * <p>Source: Keras 3, {@code keras.layers.Conv1D}.
 */
public enum Padding {
  /** No padding. All windows are inside the sequence. There are ⌊(time − w) / s⌋ + 1 of them. */
  VALID,
  /**
   * Padding at both ends, so that there are ⌈time / s⌉ windows. If the number of added time steps
   * is odd, the end of the sequence gets one more than the start, as in TensorFlow.
   */
  SAME,
  /**
   * Padding at the start, so that there are ⌈time / s⌉ windows and the output at a time step does
   * not depend on later time steps.
   */
  CAUSAL;

  /**
   * Returns the padding with this Keras name.
   *
   * @throws IllegalArgumentException if there is no such padding
   */
  public static Padding of(String name) {
    for (Padding padding : values()) {
      if (padding.kerasName().equals(name)) {
        return padding;
      }
    }
    throw new IllegalArgumentException(
        "padding must be 'valid', 'same' or 'causal' (Conv1D only), but was '" + name + "'.");
  }

  /**
   * Returns this padding for a layer that has only the other two.
   *
   * @param type the type of the layer, for the message of an exception
   * @throws IllegalArgumentException if this is {@link #CAUSAL}
   * @hidden
   */
  public Padding requireNotCausal(String type) {
    if (this == CAUSAL) {
      throw new IllegalArgumentException(
          "The padding of " + type + " must be 'valid' or 'same', but was 'causal'.");
    }
    return this;
  }

  /** Returns the Keras name, for example {@code same}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the shape of the input of a layer with one time step for each window that slides over
   * it.
   *
   * @param layer the layer, for the message of an exception
   * @param input the shape of one input sample
   * @param previous the layer that returns this input
   * @param window the number of time steps from the first to the last one in a window
   * @throws IllegalArgumentException if the sequence is shorter than one window
   * @hidden
   */
  public Shape windows(Layer layer, Shape input, Layer previous, int window, int stride) {
    int timesteps = input.axis(0);
    if (timesteps == Shape.ANY) {
      return input;
    }
    int windows = windows(timesteps, window, stride);
    if (windows < 1) {
      throw new IllegalArgumentException(
          layer.describe()
              + " with padding=valid needs at least "
              + window
              + " time steps, but '"
              + previous.name()
              + "' returns "
              + previous.describeOutput(input)
              + ". Make the window smaller, the sequence longer, or use padding(\"same\").");
    }
    return input.withFirst(windows);
  }

  /** Returns the number of windows, which is less than 1 if no window fits into the sequence. */
  public int windows(int timesteps, int window, int stride) {
    return this == VALID
        ? Math.floorDiv(timesteps - window, stride) + 1
        : (timesteps + stride - 1) / stride;
  }

  /** Returns the number of time steps added before the sequence. */
  public int before(int timesteps, int window, int stride) {
    return switch (this) {
      case VALID -> 0;
      case CAUSAL -> window - 1;
      case SAME -> {
        int windows = windows(timesteps, window, stride);
        yield Math.max(0, (windows - 1) * stride + window - timesteps) / 2;
      }
    };
  }
}
