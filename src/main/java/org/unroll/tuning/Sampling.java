package org.unroll.tuning;

/**
 * How a number u, uniform on [0, 1), becomes a value of a range min … max; KerasTuner's {@code
 * sampling}.
 */
public enum Sampling {
  /** min + u (max − min): all parts of the range are equally likely. The default. */
  LINEAR,
  /**
   * min (max / min)ᵘ: all orders of magnitude are equally likely, as for a learning rate. The
   * minimum is above 0.
   */
  LOG,
  /**
   * max + min − min (max / min)¹⁻ᵘ: as {@link #LOG}, but fine near the maximum, as for a momentum
   * of 0.9 to 0.999. The minimum is above 0.
   */
  REVERSE_LOG
}
