package org.unroll.losses;

import java.util.Arrays;

/**
 * A loss that is defined for one position at a time. Implement this interface for a custom loss
 * that compares all outputs of a position; if each output is compared with one target, {@link
 * ElementwiseLoss} is simpler.
 *
 * <p>A position with the weight 0 is skipped: it adds 0 to the sum and has the gradient 0,
 * regardless of its predictions and targets.
 */
public interface PositionLoss extends Loss {
  /**
   * Returns the loss of one position and computes its gradient. Called by several threads at the
   * same time.
   *
   * @param outputs the number of predictions at the position
   * @param predictions the predictions, {@code outputs} values from {@code predictionsOffset} on
   * @param targets the targets, {@link #targetWidth} values from {@code targetsOffset} on
   * @param weight the factor by which the gradient, but not the returned loss, is multiplied
   * @param gradient overwritten with weight × d loss / d predictions, {@code outputs} values from
   *     {@code gradientOffset} on; null if no gradient is needed
   * @return the unweighted loss
   * @throws InvalidTargetException if the loss does not accept a target; its position is an index
   *     of {@code targets}
   */
  double at(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset);

  @Override
  default double sum(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      float[] gradient) {
    int targetWidth = targetWidth(outputs);
    double total = 0;
    for (int position = 0; position < positions; position++) {
      int row = position * outputs;
      double weight = weights == null ? 1 : weights[position];
      if (weight != 0) {
        total +=
            weight
                * at(
                    outputs,
                    predictions,
                    predictionsOffset + row,
                    targets,
                    position * targetWidth,
                    weight,
                    gradient,
                    row);
      } else if (gradient != null) {
        Arrays.fill(gradient, row, row + outputs, 0);
      }
    }
    return total;
  }
}
