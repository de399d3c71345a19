package org.unroll.losses;

import java.util.Arrays;
import java.util.List;

/**
 * Computes the pinball loss of quantiles, also called quantile loss. For the quantile p of level q
 * and the target t it is
 *
 * <pre>
 * max(q · (t − p), (q − 1) · (t − p))
 * </pre>
 *
 * <p>and the loss of a position is the mean over its targets and levels. Its minimum is the value
 * that the target does not exceed with probability q. The derivative by p is −q for p &lt; t, and 1
 * − q for p ≥ t.
 *
 * <p>Predictions: (…, targets · levels), all levels of the first target, then those of the second,
 * and so on. Targets: (…, targets). For 24 hours and 3 levels a model has 72 outputs. {@code
 * Layers.orderedQuantiles} as the last layer keeps the quantiles from crossing.
 *
 * <pre>{@code
 * var intervals =
 *     Sequential.of(input(240, 14), gru(8), dense(24 * 3), orderedQuantiles(3));
 * intervals.compile(adam(), pinball(0.1, 0.5, 0.9));
 * }</pre>
 *
 * <p>Keras does not have this loss. Source: R. Koenker and G. Bassett, "Regression Quantiles"
 * (Econometrica 46, 1978).
 *
 * @param levels the levels q, each between 0 and 1, in increasing order
 */
public record Pinball(List<Double> levels) implements PositionLoss {
  /**
   * Creates the loss. See {@link Losses#pinball}.
   *
   * @throws IllegalArgumentException if there is no level, if a level is not between 0 and 1, or if
   *     the levels do not increase
   */
  public Pinball {
    levels = List.copyOf(levels);
    boolean valid = !levels.isEmpty();
    for (int i = 0; i < levels.size(); i++) {
      valid &= levels.get(i) > (i == 0 ? 0 : levels.get(i - 1)) && levels.get(i) < 1;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "The levels of pinball must be greater than 0, less than 1 and increasing, such as 0.1,"
              + " 0.5, 0.9, but were "
              + levels
              + ".");
    }
  }

  @Override
  public String name() {
    return "pinball";
  }

  /**
   * {@inheritDoc} One target for each group of levels.
   *
   * @throws IllegalArgumentException if the number of outputs is not a multiple of the number of
   *     levels
   */
  @Override
  public int targetWidth(int outputs) {
    if (outputs % levels.size() != 0) {
      throw new IllegalArgumentException(
          "A model with the loss pinball must have one output per target and level, a multiple of "
              + levels.size()
              + " for the levels "
              + levels
              + ", but has "
              + outputs
              + ". Change the units of the last layer.");
    }
    return outputs / levels.size();
  }

  @Override
  public double at(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    int count = levels.size();
    double sum = 0;
    for (int i = 0; i < outputs; i++) {
      double level = levels.get(i % count);
      double error =
          (double) targets[targetsOffset + i / count] - predictions[predictionsOffset + i];
      sum += error > 0 ? level * error : (level - 1) * error;
      if (gradient != null) {
        double slope = error > 0 ? -level : 1 - level;
        gradient[gradientOffset + i] =
            (float) (weight / outputs * (Double.isNaN(error) ? error : slope));
      }
    }
    return sum / outputs;
  }

  static Pinball of(double... levels) {
    return new Pinball(Arrays.stream(levels).boxed().toList());
  }
}
