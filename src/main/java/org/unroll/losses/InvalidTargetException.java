package org.unroll.losses;

/**
 * Thrown by a loss for a target that it does not accept. The methods of a model that compute a loss
 * throw an {@link IllegalArgumentException} instead, which names the sample and the time step.
 */
public final class InvalidTargetException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String rule;
  private final int position;

  /**
   * Creates an exception for a target.
   *
   * @param rule what must hold and what was received, without a period at the end, for example
   *     {@code "A target must be 0 or 1, but was 7.0"}
   * @param position the index of the target in the array given to {@link Loss#sum}
   */
  public InvalidTargetException(String rule, int position) {
    super(rule + " at position " + position + ".");
    this.rule = rule;
    this.position = position;
  }

  /**
   * Returns the index of the target in the array given to {@link Loss#sum}.
   *
   * @hidden
   */
  public int position() {
    return position;
  }

  /**
   * Returns an exception that names the sample of the dataset instead of the position.
   *
   * @param step the time step, ignored if {@code timesteps} is 1
   * @hidden
   */
  public IllegalArgumentException at(int sample, int step, int timesteps) {
    String place = " in sample " + sample + (timesteps > 1 ? ", time step " + step : "") + ".";
    return new IllegalArgumentException(rule + place, this);
  }
}
