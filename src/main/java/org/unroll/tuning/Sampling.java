package org.unroll.tuning;

/**
 * The scale on which values of a range min … max are sampled, as KerasTuner's {@code sampling}. A
 * number u, uniform on [0, 1), is converted to a value.
 */
public enum Sampling {
  /** min + u (max − min). All values are equally likely. This is the default. */
  LINEAR,
  /**
   * min (max / min)ᵘ. All orders of magnitude are equally likely, for example for a learning rate.
   * The minimum must be greater than 0.
   */
  LOG,
  /**
   * max + min − min (max / min)¹⁻ᵘ. Like {@link #LOG}, but dense near the maximum, for example for
   * a momentum of 0.9 to 0.999. The minimum must be greater than 0.
   */
  REVERSE_LOG
}
