package org.unroll.spark;

import java.io.Serializable;
import tech.tablesaw.api.Table;

/**
 * Forecasts one series, for example by fitting a model to it. {@link SparkForecasts#forEach} calls
 * it on the executors, once for each series. It must be a method reference or a lambda that refers
 * only to serializable values, and its class must be in a jar that the executors have.
 */
@FunctionalInterface
public interface SeriesFunction extends Serializable {
  /**
   * Forecasts a series.
   *
   * @param series the rows of one series in the order of time, with all columns of the dataset but
   *     those of the key. Its times are unique. Values that are null or NaN are missing. Its name
   *     is the key, such as {@code store 7}, or {@code north, 7} for two columns.
   * @throws Exception if the series cannot be forecast. The message is part of the result, and the
   *     other series are not affected.
   */
  SeriesForecast apply(Table series) throws Exception;
}
