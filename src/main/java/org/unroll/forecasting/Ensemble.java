package org.unroll.forecasting;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.unroll.timeseries.Windows;

/**
 * Combinations of fitted methods of forecasting, such as several models, or one model trained with
 * several seeds. Predictions are combined element by element.
 *
 * <pre>{@code
 * import org.unroll.forecasting.Ensemble;
 * import org.unroll.forecasting.ForecastMethod;
 * import org.unroll.forecasting.PointForecasts;
 *
 * PointForecasts both =
 *     Ensemble.mean(Baseline.lastValue()::predict, Baseline.seasonal(144)::predict);
 * double[][] predictions = both.predict(val);
 *
 * ForecastMethod refitted = // fitted to each past of a backtest
 *     past -> Ensemble.mean(Baseline.lastValue()::predict, Ridge.fit(past, 1.0)::predict);
 * }</pre>
 */
public final class Ensemble {
  private Ensemble() {}

  /** Returns the mean of the predictions. */
  public static PointForecasts mean(PointForecasts... members) {
    return combine(members, values -> Arrays.stream(values).average().orElseThrow());
  }

  /** Returns the median of the predictions, the mean of the two middle ones of an even number. */
  public static PointForecasts median(PointForecasts... members) {
    return combine(
        members,
        values -> {
          Arrays.sort(values);
          return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
        });
  }

  /**
   * Returns the mean of the predictions with weights that are inversely proportional to the mean
   * squared error on validation windows. If some members have an error of 0, only these have a
   * nonzero weight.
   *
   * <p>Source: J. Bates and C. Granger, "The Combination of Forecasts" (1969).
   *
   * @param validation windows that no member was fitted on
   */
  public static PointForecasts weighted(Windows validation, PointForecasts... members) {
    double[] weights = weights(validation, members);
    return combine(
        members,
        values -> IntStream.range(0, values.length).mapToDouble(i -> weights[i] * values[i]).sum());
  }

  /** Returns the weights of {@link #weighted}, one for each member, with the sum 1. */
  public static double[] weights(Windows validation, PointForecasts... members) {
    double[] weights = new double[members.length];
    for (int i = 0; i < weights.length; i++) {
      double[][] predictions = members[i].predict(validation);
      double sum = 0;
      for (int sample = 0; sample < predictions.length; sample++) {
        double[] target = validation.target(sample);
        for (int k = 0; k < target.length; k++) {
          sum += Math.pow(predictions[sample][k] - target[k], 2);
        }
      }
      if (!Double.isFinite(sum)) {
        throw new IllegalArgumentException(
            "The predictions of all members must be finite, but those of member "
                + i
                + " for the validation windows are not.");
      }
      weights[i] = 1 / sum;
    }
    boolean isExact = Arrays.stream(weights).anyMatch(Double::isInfinite);
    for (int i = 0; i < weights.length && isExact; i++) {
      weights[i] = Double.isInfinite(weights[i]) ? 1 : 0;
    }
    double total = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / total).toArray();
  }

  private static PointForecasts combine(
      PointForecasts[] members, ToDoubleFunction<double[]> combination) {
    List<PointForecasts> all = List.of(members);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("An ensemble must have at least one member.");
    }
    return windows -> {
      double[][][] predictions =
          all.stream().map(member -> member.predict(windows)).toArray(double[][][]::new);
      double[][] combined = new double[predictions[0].length][predictions[0][0].length];
      for (int i = 0; i < combined.length; i++) {
        for (int k = 0; k < combined[i].length; k++) {
          double[] values = new double[predictions.length];
          for (int m = 0; m < values.length; m++) {
            values[m] = predictions[m][i][k];
          }
          combined[i][k] = combination.applyAsDouble(values);
        }
      }
      return combined;
    };
  }
}
