package org.unroll.forecasting;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.unroll.training.FitOptions;
import tech.tablesaw.columns.Column;

/**
 * What a {@link Backtest} needs of windows, of one series or of many. Distances are in rows from
 * the first target of the first forecast.
 *
 * @param <F> fitted methods
 */
interface BacktestData<F> {
  /** Returns the names of the targets. */
  List<String> targets();

  /** Returns, for each target step, the number of rows from the last input row to the target. */
  int[] ahead();

  /** Returns the number of rows of a forecast, from its first target to that of the next. */
  int rowsOfForecast();

  /** Returns where the forecasts begin, as text. */
  String start();

  /**
   * Returns the rows of the first targets of all forecasts.
   *
   * @param every the number of rows from one forecast to the next
   */
  int[] forecasts(int every);

  /** Returns the distance of a row. */
  int distance(int row);

  /** Returns the number of the series of a row. */
  int seriesOf(int row);

  /**
   * Returns a fold.
   *
   * @param from the first distance of the rows to fit on, or null for no bound
   * @param to the end of these rows, exclusive
   * @param rows the rows of its first targets
   * @param season the length of a season, which scales MASE
   */
  BacktestFold fold(int number, Integer from, int to, int[] rows, int season);

  /**
   * Checks that there are windows to fit on, and that they can be normalized.
   *
   * @throws IllegalArgumentException otherwise
   */
  void requireFit(BacktestFold fold);

  /**
   * Returns what methods see in a fold.
   *
   * @param every the number of rows from one forecast to the next
   */
  Known<F> knownAt(BacktestFold fold, int every);

  /** Returns the values of a target by row, in its own units; NaN if missing. */
  IntToDoubleFunction truth(String target);

  /** Returns the columns that name the series of rows, or none for one series. */
  List<Column<?>> series(int... rows);

  /** Returns the columns of the times of rows. */
  List<Column<?>> times(int... rows);

  /**
   * The windows of a fold, normalized on the rows of its fit.
   *
   * @param <F> fitted methods
   */
  interface Known<F> {
    /** Returns what identifies the forecasts of the fold, except for the method. */
    Map<String, String> identity();

    /**
     * Fits a method.
     *
     * @param name the name of the method, for errors
     * @param shown sets how the progress of a network is shown
     */
    F fit(String name, ForecastMethod method, UnaryOperator<FitOptions> shown);

    /**
     * Returns forecasts in the units of the targets.
     *
     * @param name the name of the method, for errors
     * @throws IllegalArgumentException if the predictions are not as many as they must be, or not
     *     finite
     */
    double[][] predict(F fitted, String name);
  }

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
                + ". A backtest compares point forecasts: of quantiles, return the median.");
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

  /** A checksum of values of columns. */
  final class ValuesChecksum {
    private final CRC32 checksum = new CRC32();
    private final ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES);

    void update(String column, double... values) {
      checksum.update(column.getBytes(StandardCharsets.UTF_8));
      for (double value : values) {
        checksum.update(bytes.putDouble(0, value).array());
      }
    }

    @Override
    public String toString() {
      return "%08x".formatted(checksum.getValue());
    }
  }
}
