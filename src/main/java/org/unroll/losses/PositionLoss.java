package org.unroll.losses;

import java.util.Arrays;

/**
 * A loss given by what it is at one position. A position whose weight is 0 is not looked at: it
 * adds 0 to the sum and has the gradient 0, whatever stands there.
 */
public interface PositionLoss extends Loss {
  /**
   * The loss of one position, and its gradient times the weight.
   *
   * @param outputs predictions at the position
   * @param predictions read from {@code predictionsOffset}, {@code outputs} values
   * @param targets read from {@code targetsOffset}, {@link #targetWidth} values
   * @param weight factor of the gradient (not of the value returned)
   * @param gradient overwritten from {@code gradientOffset}, {@code outputs} values; or null where
   *     none is wanted
   * @return the loss, not weighted
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
