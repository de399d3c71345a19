package org.unroll.forecasting.panel;

import java.util.function.IntToDoubleFunction;

/**
 * The normalization of a column of a window by its own input, as in {@link
 * PanelWindows#normalizedPerWindow()}. It is public only because {@code RecursiveForecast} uses it.
 *
 * @param mean the mean of the column in the input rows
 * @param std the square root of its population variance + 10⁻⁵
 * @hidden
 */
public record WindowScale(double mean, double std) {
  /** The ε of RevIN. */
  private static final double EPSILON = 1e-5;

  /**
   * Returns the scale of the values of a column.
   *
   * @param rows the number of input rows
   * @param value the value in each of them
   */
  public static WindowScale of(int rows, IntToDoubleFunction value) {
    double sum = 0;
    for (int t = 0; t < rows; t++) {
      sum += value.applyAsDouble(t);
    }
    double mean = sum / rows;
    double squares = 0;
    for (int t = 0; t < rows; t++) {
      double difference = value.applyAsDouble(t) - mean;
      squares += difference * difference;
    }
    return new WindowScale(mean, Math.sqrt(squares / rows + EPSILON));
  }

  /** Returns a normalized value. */
  public double forward(double value) {
    return (value - mean) / std;
  }

  /** Returns the value that was normalized. */
  public double inverse(double value) {
    return value * std + mean;
  }
}
