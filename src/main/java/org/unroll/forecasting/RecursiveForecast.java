package org.unroll.forecasting;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.forecasting.RecursiveRows.Sequence;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.internal.SplitMix64;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/**
 * Forecasts several steps with a model that predicts one step: each prediction is appended to the
 * input as its newest row, and the oldest row is dropped.
 *
 * <p>The model is trained on windows with one target step. Its input is the windows, or it has two
 * inputs, the second of which is {@link Windows#future()}; for a panel, its inputs are those of
 * {@link PanelWindows}. The windows to forecast have the same settings, but as many target steps as
 * needed. All targets must be columns that the model sees, and the other columns must be
 * {@linkplain TimeSeries#known known}, because their values in the target rows become inputs. No
 * value of a target after the last input row is used.
 *
 * <pre>{@code
 * import org.unroll.forecasting.*;
 *
 * double[][] sine = new double[200][1];
 * for (int t = 0; t < 200; t++) {
 *   sine[t][0] = Math.sin(0.3 * t);
 * }
 * Windows steps = TimeSeries.of(sine, "y").target("y").windows().lookback(8);
 * var oneStep = Sequential.of(input(8, 1), gru(4), dense(1));
 * oneStep.compile(adam(), mse());
 * oneStep.fit(steps.range(0, 150), epochs(1));
 * RecursiveForecast recursive = RecursiveForecast.of(oneStep);
 * Windows day = steps.targetSteps(24).range(150);
 * Table forecasts = day.forecasts(recursive.predict(day));
 * }</pre>
 *
 * <p>{@link #predict} is a {@link PointForecasts} for a {@link Backtest}. {@link #samplePaths} adds
 * a random error to each step before it is fed back, so that the paths spread as errors accumulate.
 */
public final class RecursiveForecast {
  /** The number of sequences that are predicted together. */
  private static final int CHUNK = 1024;

  private final Model model;

  private RecursiveForecast(Model model) {
    this.model = model;
  }

  /** Draws the next values of the targets from the outputs of a one-step model. */
  @FunctionalInterface
  public interface Draw {
    /**
     * Returns the next value of each target, normalized.
     *
     * @param output the outputs of the model
     * @param random the source of random numbers
     */
    double[] draw(double[] output, RandomGenerator random);

    /**
     * Returns the outputs plus residuals, which are drawn with replacement (bootstrap).
     *
     * @param residuals target − prediction of windows that the model was not trained on,
     *     normalized; one row per window with one value per target
     * @throws IllegalArgumentException if there are none
     */
    static Draw residuals(double[][] residuals) {
      if (residuals.length == 0) {
        throw new IllegalArgumentException("There must be at least one residual, but there are 0.");
      }
      return (output, random) -> {
        double[] residual = residuals[random.nextInt(residuals.length)];
        requireWidth(output, residual.length, "residual");
        double[] drawn = output.clone();
        Arrays.setAll(drawn, j -> output[j] + residual[j]);
        return drawn;
      };
    }

    /**
     * Returns draws from Gaussian outputs: for each target the mean, then the logarithm of the
     * standard deviation. Each target is drawn independently.
     */
    static Draw gaussian() {
      return (output, random) -> {
        requireWidth(output, output.length / 2 * 2, "mean and logarithm of a deviation");
        double[] drawn = new double[output.length / 2];
        Arrays.setAll(
            drawn, j -> output[2 * j] + Math.exp(output[2 * j + 1]) * random.nextGaussian());
        return drawn;
      };
    }

    /**
     * Returns draws from quantiles: for each target its quantiles in the order of the levels. The
     * quantile of a uniform random level is interpolated linearly. Beyond the outer levels it is
     * the outer quantile, so use levels near 0 and 1. Each target is drawn independently.
     *
     * @param levels the levels, increasing, greater than 0 and less than 1
     * @throws IllegalArgumentException if there are none or they are not as required
     */
    static Draw quantiles(double... levels) {
      double[] known = levels.clone();
      boolean valid = known.length > 0 && known[0] > 0 && known[known.length - 1] < 1;
      for (int k = 1; k < known.length; k++) {
        valid &= known[k] > known[k - 1];
      }
      if (!valid) {
        throw new IllegalArgumentException(
            "Levels must be increasing, greater than 0 and less than 1, but were "
                + Arrays.toString(known)
                + ".");
      }
      return (output, random) -> {
        int count = known.length;
        requireWidth(output, output.length / count * count, "quantile");
        double[] drawn = new double[output.length / count];
        for (int j = 0; j < drawn.length; j++) {
          double level = random.nextDouble();
          int k = 0;
          while (k < count && known[k] < level) {
            k++;
          }
          double upper = output[j * count + Math.min(k, count - 1)];
          double lower = output[j * count + Math.max(k - 1, 0)];
          double share =
              k == 0 || k == count ? 1 : (level - known[k - 1]) / (known[k] - known[k - 1]);
          drawn[j] = lower + share * (upper - lower);
        }
        return drawn;
      };
    }

    private static void requireWidth(double[] output, int width, String what) {
      if (output.length != width) {
        throw new IllegalArgumentException(
            "The model must have one output for each "
                + what
                + " of each target, but has "
                + output.length
                + " outputs, which do not fit.");
      }
    }
  }

  /** Creates the forecast of a trained model, which predicts the next row. */
  public static RecursiveForecast of(Model oneStep) {
    return new RecursiveForecast(oneStep);
  }

  /**
   * Predicts all target steps of all windows.
   *
   * @param windows windows with step 1 and horizon 1
   * @return normalized, one row per window, in the order of {@link Windows#targetShape()}
   * @throws IllegalArgumentException if a column that the model sees is neither a target nor known,
   *     if a target is not seen, or if the settings of the windows or the outputs of the model do
   *     not fit
   */
  public double[][] predict(Windows windows) {
    RecursiveRows rows = RecursiveRows.of(windows, InputGradients.hasFuture(model));
    return predict(rows, windows.size(), i -> rows.sequence(windows, i));
  }

  /**
   * Predicts all target steps of all windows of a panel, each from its own series. The model has
   * the inputs of {@link PanelWindows}: at each step it sees the known columns of the predicted row
   * and the fixed features. For the rows without targets at the end of each series, use {@code
   * windows.forecasts(recursive.predict(windows.latest()))}.
   *
   * @param windows windows with step 1 and horizon 1. If they are {@linkplain
   *     PanelWindows#normalizedPerWindow() normalized by their input}, so is the input of each
   *     step.
   * @return normalized, one row per window, in the order of {@link PanelWindows#targetShape()}
   * @throws IllegalArgumentException if the panel has past columns, or if the settings of the
   *     windows or the outputs of the model do not fit
   */
  public double[][] predict(PanelWindows windows) {
    RecursiveRows rows = RecursiveRows.of(windows);
    double[][] predictions = predict(rows, windows.size(), i -> rows.sequence(windows, i));
    if (windows.isNormalizedPerWindow()) {
      int targets = rows.targetColumns().length;
      for (int i = 0; i < predictions.length; i++) {
        double[][] input = windows.panelInput(i);
        for (int k = 0; k < predictions[i].length; k++) {
          predictions[i][k] = rows.scale(input, k % targets).forward(predictions[i][k]);
        }
      }
    }
    return predictions;
  }

  private double[][] predict(RecursiveRows rows, int windows, IntFunction<Sequence> sequences) {
    double[][] predictions = new double[windows][];
    for (int from = 0; from < windows; from += CHUNK) {
      int count = Math.min(CHUNK, windows - from);
      List<Sequence> chunk = IntStream.range(from, from + count).mapToObj(sequences).toList();
      double[][] rolled = roll(rows, chunk, (output, random) -> output, null);
      System.arraycopy(rolled, 0, predictions, from, count);
    }
    return predictions;
  }

  /**
   * Forecasts the rows after the range of windows, in the layout of {@link Windows#forecast}.
   *
   * @param windows windows with step 1, horizon 1 and the target steps to forecast
   * @param next the known columns in these rows, as for {@link Windows#lastFuture}; not used, and
   *     may be null, if the series has no known columns
   * @throws IllegalArgumentException as in {@link #predict} and {@link Windows#lastFuture}
   */
  public Table forecast(Windows windows, Table next) {
    RecursiveRows rows = RecursiveRows.of(windows, InputGradients.hasFuture(model));
    double[][] known =
        windows.series().knownNames().isEmpty()
            ? new double[rows.steps()][0]
            : windows.lastFuture(next);
    Sequence newest = new Sequence(windows.lastInput(), known, new double[0]);
    return windows.forecast(roll(rows, List.of(newest), (output, random) -> output, null)[0]);
  }

  /**
   * Draws sample paths of all target steps of all windows.
   *
   * @param windows windows with step 1 and horizon 1
   * @param paths the number of paths of each window, at least 1
   * @param draw how a step is drawn from the outputs of the model
   * @param seed the paths of a window depend only on the seed, its number and the model
   * @throws IllegalArgumentException as in {@link #predict}, or if there are no paths
   */
  public SamplePaths samplePaths(Windows windows, int paths, Draw draw, long seed) {
    if (paths < 1) {
      throw new IllegalArgumentException("paths must be at least 1, but was " + paths + ".");
    }
    RecursiveRows rows = RecursiveRows.of(windows, InputGradients.hasFuture(model));
    double[][][] values = new double[windows.size()][][];
    for (int i = 0; i < values.length; i++) {
      int window = i;
      List<Sequence> copies =
          IntStream.range(0, paths).mapToObj(p -> rows.sequence(windows, window)).toList();
      var random = new SplitMix64(SplitMix64.mix(SplitMix64.mix(seed) + i));
      values[i] = roll(rows, copies, draw, random);
    }
    return new SamplePaths(windows, values);
  }

  /** Rolls the model over all target steps. The inputs of the sequences are overwritten. */
  private double[][] roll(
      RecursiveRows rows, List<Sequence> sequences, Draw draw, RandomGenerator random) {
    int targets = rows.targetColumns().length;
    double[][] predictions = new double[sequences.size()][rows.steps() * targets];
    for (int k = 0; k < rows.steps(); k++) {
      double[][] outputs = model.predict(rows.samples(sequences, k)).toArray();
      for (int i = 0; i < outputs.length; i++) {
        double[] next = draw.draw(outputs[i], random);
        if (next.length != targets) {
          throw new IllegalArgumentException(
              "A one-step model must predict one value for each of the "
                  + targets
                  + " targets, but predicts "
                  + next.length
                  + ". Train it on windows with one target step.");
        }
        double[] fed = rows.append(sequences.get(i), k, next);
        for (int j = 0; j < targets; j++) {
          predictions[i][k * targets + j] = fed[j] + rows.before(predictions[i], k, j);
        }
      }
    }
    return predictions;
  }
}
