package org.unroll.forecasting;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * A forecasting method for a {@link Backtest} that is fitted on all series of a panel together, and
 * predicts each of them.
 *
 * <pre>{@code
 * import org.unroll.forecasting.GlobalMethod;
 *
 * ForecastMethod global =
 *     GlobalMethod.network(
 *         past -> {
 *           var model = Sequential.of(input(past.inputShape().toArray()), gru(8), dense(1));
 *           model.compile(adam(), mae());
 *           return model;
 *         },
 *         () -> epochs(2));
 * }</pre>
 *
 * <p>It cannot be fitted on a single series.
 */
public final class GlobalMethod implements ForecastMethod {
  /** Fits a method, and sets how the progress of a network is shown. */
  private interface Fit {
    Function<PanelWindows, double[][]> fit(PanelWindows past, UnaryOperator<FitOptions> shown);
  }

  private final Fit fit;

  private GlobalMethod(Fit fit) {
    this.fit = fit;
  }

  /**
   * Creates a method.
   *
   * @param fit fits the method on past windows, normalized on their own rows, and returns a
   *     function from windows to predictions: normalized, one row per window in natural order, in
   *     the order of {@link PanelWindows#targetShape()}. It must use only the inputs of the windows
   *     and their known columns and fixed features.
   */
  public static GlobalMethod of(
      Function<PanelWindows, ? extends Function<PanelWindows, double[][]>> fit) {
    Objects.requireNonNull(fit, "fit");
    return new GlobalMethod((past, shown) -> fit.apply(past));
  }

  /**
   * Creates a method that builds a network and trains it on the past windows of all series, with
   * the inputs of {@link PanelWindows}.
   *
   * @param model returns a new compiled model for windows. Its outputs are the targets.
   * @param options returns new options of {@code fit}. A {@code validationSplit} validates on the
   *     windows of the last series.
   */
  public static GlobalMethod network(
      Function<PanelWindows, ? extends Model> model, Supplier<FitOptions> options) {
    return network(windows -> windows, model, options);
  }

  /**
   * Creates a method that builds a network and trains it on samples from the past windows of all
   * series.
   *
   * @param data returns the samples for windows, one for each window and in the same natural order,
   *     such as {@code windows -> windows.batchSize(64).shuffled(1)}
   * @param model returns a new compiled model for windows. Its outputs are the targets.
   * @param options returns new options of {@code fit}
   */
  public static GlobalMethod network(
      Function<PanelWindows, ? extends Dataset> data,
      Function<PanelWindows, ? extends Model> model,
      Supplier<FitOptions> options) {
    return new GlobalMethod(new NetworkMethod<PanelWindows>(data, model, options)::fit);
  }

  Function<PanelWindows, double[][]> fit(PanelWindows past, UnaryOperator<FitOptions> shown) {
    return fit.fit(past, shown);
  }

  /**
   * Throws an exception, because the method needs a panel.
   *
   * @throws IllegalArgumentException always
   */
  @Override
  public PointForecasts fit(Windows past) {
    throw new IllegalArgumentException(
        "A global method must be fitted on a panel, but these are windows of one series. Use"
            + " on(PanelWindows, Temporal) of a Backtest, or a ForecastMethod.");
  }
}
