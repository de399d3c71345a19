package org.unroll.losses;

/** A target that a loss cannot take, with the place it stands at. */
public final class InvalidTargetException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String rule;
  private final int position;

  /**
   * A target at a position of what was given to {@link Loss#sum}.
   *
   * @param rule what the loss takes, and what came
   */
  InvalidTargetException(String rule, int position) {
    super(rule + " at position " + position);
    this.rule = rule;
    this.position = position;
  }

  public int position() {
    return position;
  }

  /** The same, told by the place in a dataset. */
  public IllegalArgumentException at(int sample, int step, int timesteps) {
    String place = " in sample " + sample + (timesteps > 1 ? ", time step " + step : "");
    return new IllegalArgumentException(rule + place, this);
  }
}
