package org.unroll.network;

import java.util.Locale;

/**
 * What a layer that slides a window over the time steps does at the ends of a sequence, Keras's
 * {@code padding}. A window of {@code w} steps moves on by {@code s} steps.
 */
public enum Padding {
  /** Windows lie inside the sequence: ⌊(time − w) / s⌋ + 1 of them. */
  VALID,
  /**
   * As many windows as steps they move on by: ⌈time / s⌉. What they lack at the ends is added, the
   * odd step at the later end, as TensorFlow does it.
   */
  SAME,
  /** As many windows as with {@link #SAME}, and a window ends with the step it stands for. */
  CAUSAL;

  /** The padding with this Keras name. */
  public static Padding of(String name) {
    for (Padding padding : values()) {
      if (padding.kerasName().equals(name)) {
        return padding;
      }
    }
    throw new IllegalArgumentException(
        "Unknown padding '" + name + "'. Known: valid, same, causal (Conv1D only)");
  }

  /** Keras's name, for example {@code same}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number of windows; less than 1 where not a single one fits. */
  public int windows(int timesteps, int window, int stride) {
    return this == VALID
        ? Math.floorDiv(timesteps - window, stride) + 1
        : (timesteps + stride - 1) / stride;
  }

  /** How many steps before the sequence the first window begins. */
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
