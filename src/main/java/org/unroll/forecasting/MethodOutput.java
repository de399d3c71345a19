package org.unroll.forecasting;

import java.util.Arrays;

/**
 * The check of what a method of a {@link Backtest} predicts.
 *
 * @param name the name of the method
 * @param width the number of values of a window
 * @param windows the number of windows
 */
record MethodOutput(String name, int width, int windows) {
  /** Returns a predicted value of a window in the units of its target. */
  interface Inverse {
    double of(int window, int position, double value);
  }

  /** Returns the place of a value as text. */
  interface Place {
    String of(int window, int position);
  }

  /**
   * Returns predictions in the units of the targets.
   *
   * @throws IllegalArgumentException if their number is wrong or a value is not finite
   */
  double[][] inUnits(double[][] predictions, Inverse inverse, Place place) {
    boolean fits =
        predictions.length == windows
            && Arrays.stream(predictions).allMatch(row -> row.length == width);
    if (!fits) {
      throw new IllegalArgumentException(
          "A method must return "
              + width
              + " values for each of the "
              + windows
              + " windows, but '"
              + name
              + "' returned "
              + predictions.length
              + " rows"
              + (predictions.length == 0 ? "" : ", the first with " + predictions[0].length)
              + ".");
    }
    double[][] forecasts = new double[windows][width];
    for (int i = 0; i < windows; i++) {
      for (int k = 0; k < width; k++) {
        forecasts[i][k] = inverse.of(i, k, predictions[i][k]);
        if (!Double.isFinite(forecasts[i][k])) {
          throw new IllegalArgumentException(
              "A method must predict finite values, but '"
                  + name
                  + "' predicted "
                  + predictions[i][k]
                  + " for "
                  + place.of(i, k)
                  + ".");
        }
      }
    }
    return forecasts;
  }
}
