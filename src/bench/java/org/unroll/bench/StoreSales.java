package org.unroll.bench;

import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.network.Node;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Ridge;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Forecasts the daily sales of synthetic stores seven days ahead: one GRU for all stores against the
 * last week and one ridge regression for each store. The stores share their weekly season and the
 * effects of prices and holidays, which are known in advance, and differ in level, trend, noise and
 * first day.
 *
 * <p>Prints lines of CSV: the method, the seconds of fitting and predicting, the mean over the
 * stores of the MASE (season 7) of all windows of the last 90 days, and the megabytes of the heap in
 * use after a garbage collection.
 *
 * <p>Arguments: the number of stores (default 500) and of epochs (default 5).
 */
final class StoreSales {
  private static final LocalDate FIRST = LocalDate.of(2023, 1, 1);
  private static final int DAYS = 730;
  private static final int LOOKBACK = 28;
  private static final int AHEAD = 7;
  private static final LocalDate TEST = FIRST.plusDays(DAYS - 90);
  private static final double[] WEEK = {0.8, 0.85, 0.9, 1, 1.25, 1.5, 0.7};

  private StoreSales() {}

  /**
   * Prints the measurements.
   *
   * @param args stores, epochs
   */
  public static void main(String[] args) {
    int stores = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    Panel panel =
        Panel.of(table(stores))
            .series("store")
            .time("day")
            .target("sales")
            .known("price", "holiday", "weekday_sin", "weekday_cos")
            .normalizedBefore(TEST);
    PanelWindows windows = panel.windows().lookback(LOOKBACK).targetSteps(AHEAD);
    PanelWindows train = windows.before(TEST).batchSize(128).shuffled(1);
    PanelWindows test = windows.from(TEST.minusDays(LOOKBACK));
    System.out.printf(
        Locale.ROOT, "# %d stores, %d windows to train, %d to test%n", stores, train.size(), test.size());
    System.out.println("method,seconds,mase,heap_mb");

    report("last week", train, test, () -> each(panel, past -> Baseline.seasonal(7)));
    report("ridge per store", train, test, () -> each(panel, past -> Ridge.fit(past, 1)));
    int columns = panel.columnNames().size();
    report(
        "global GRU, past only",
        train,
        test,
        () -> {
          Sequential model =
              Sequential.seeded(1, input(LOOKBACK, columns), gru(32), dense(AHEAD));
          model.compile(adam(0.003), mae());
          PanelWindows past =
              Panel.of(table(stores))
                  .series("store")
                  .time("day")
                  .target("sales")
                  .past("price", "holiday", "weekday_sin", "weekday_cos")
                  .normalizedBefore(TEST)
                  .windows()
                  .lookback(LOOKBACK)
                  .targetSteps(AHEAD);
          model.fit(past.before(TEST).batchSize(128).shuffled(1), epochs(epochs).verbose(0));
          return model.predict(past.from(TEST.minusDays(LOOKBACK))).toArray();
        });
    report(
        "global GRU, known future",
        train,
        test,
        () -> {
          var past = input(LOOKBACK, columns);
          var future = input(AHEAD, panel.knownNames().size());
          Node all = concatenate().on(gru(32).on(past), flatten().on(future));
          Model model =
              Model.seeded(
                  1,
                  List.of(past, future),
                  List.of(dense(AHEAD).on(dense(64).activation("relu").on(all))));
          model.compile(adam(0.003), mae());
          model.fit(train, epochs(epochs).verbose(0));
          return model.predict(test).toArray();
        });
  }

  /** Fits and applies a baseline to each store, in the order of the windows of the panel. */
  private static double[][] each(Panel panel, Function<Windows, Baseline> fit) {
    List<double[]> predictions = new ArrayList<>();
    for (String name : panel.names()) {
      TimeSeries series = panel.timeSeries(name);
      Windows windows = series.windows().lookback(LOOKBACK).targetSteps(AHEAD);
      int border = series.rowAt(TEST);
      Baseline fitted = fit.apply(windows.range(0, border));
      Collections.addAll(predictions, fitted.predict(windows.range(border - LOOKBACK)));
    }
    return predictions.toArray(double[][]::new);
  }

  private interface Method {
    double[][] predict();
  }

  private static void report(
      String name, PanelWindows train, PanelWindows test, Method method) {
    long began = System.nanoTime();
    double[][] predictions = method.predict();
    double seconds = (System.nanoTime() - began) * 1e-9;
    double mase = test.errors(predictions, train, 7).doubleColumn("mase").mean();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    System.out.printf(Locale.ROOT, "%s,%.1f,%.3f,%.0f%n", name, seconds, mase, used / 1e6);
  }

  private static Table table(int stores) {
    StringColumn store = StringColumn.create("store");
    DateColumn day = DateColumn.create("day");
    DoubleColumn sales = DoubleColumn.create("sales");
    DoubleColumn price = DoubleColumn.create("price");
    DoubleColumn holiday = DoubleColumn.create("holiday");
    DoubleColumn sin = DoubleColumn.create("weekday_sin");
    DoubleColumn cos = DoubleColumn.create("weekday_cos");
    Random shared = new Random(1);
    boolean[] holidays = new boolean[DAYS];
    for (int t = 0; t < DAYS; t++) {
      holidays[t] = shared.nextInt(30) == 0;
    }
    for (int s = 0; s < stores; s++) {
      Random random = new Random(1000 + s);
      double level = 50 * Math.exp(random.nextGaussian());
      double trend = 0.0007 * random.nextGaussian();
      double noise = 0.05 + 0.1 * random.nextDouble();
      boolean reduced = false;
      for (int t = random.nextInt(200); t < DAYS; t++) {
        reduced = random.nextInt(5) == 0 ? random.nextInt(4) == 0 : reduced;
        double value =
            level
                * Math.exp(trend * t)
                * WEEK[t % 7]
                * (reduced ? 1.6 : 1)
                * (holidays[t] ? 0.5 : 1)
                * Math.exp(noise * random.nextGaussian());
        store.append("store " + s);
        day.append(FIRST.plusDays(t));
        sales.append(value);
        price.append(reduced ? 8 : 10);
        holiday.append(holidays[t] ? 1 : 0);
        sin.append(Math.sin(2 * Math.PI * t / 7));
        cos.append(Math.cos(2 * Math.PI * t / 7));
      }
    }
    return Table.create("sales", store, day, sales, price, holiday, sin, cos);
  }
}
