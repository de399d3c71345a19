package org.unroll.bench;

import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.unroll.Model;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.internal.SplitMix64;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Measures the heap of a panel of many series and the time of an epoch of a small GRU on the windows
 * of all of them. The table, with two columns of doubles, is generated and kept.
 *
 * <p>Prints lines of CSV: what was done, the seconds and the megabytes of the heap in use after a
 * garbage collection. Run it with {@code -Xmx1g}.
 *
 * <p>Arguments: the number of series (default 10,000), the number of rows of each (default 1,000)
 * and the number of windows in an epoch (default 102,400).
 */
final class PanelScale {
  private static final int BATCH = 256;

  private PanelScale() {}

  /**
   * Prints the measurements.
   *
   * @param args series, rows, windows
   */
  public static void main(String[] args) {
    int series = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int rows = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
    int windowsPerEpoch = args.length > 2 ? Integer.parseInt(args[2]) : 102_400;
    System.out.println("done,seconds,heap_mb");
    long began = System.nanoTime();
    Table table = table(series, rows);
    report("table of " + series + " series of " + rows + " rows", began);

    began = System.nanoTime();
    LocalDate border = LocalDate.of(2020, 1, 1).plusDays(rows * 9L / 10);
    PanelWindows windows =
        Panel.of(table)
            .series("store")
            .time("day")
            .target("sales")
            .known("price")
            .normalizedBefore(border)
            .windows()
            .lookback(28)
            .targetSteps(7)
            .before(border)
            .batchSize(BATCH)
            .shuffled(1);
    report("panel with " + windows.size() + " windows", began);

    var past = input(28, 2);
    var future = input(7, 1);
    Model model =
        Model.seeded(
            1,
            List.of(past, future),
            List.of(dense(7).on(concatenate().on(gru(16).on(past), flatten().on(future)))));
    model.compile(adam(), mse());
    for (int epoch = 1; epoch <= 2; epoch++) {
      began = System.nanoTime();
      model.fit(windows, epochs(1).stepsPerEpoch(windowsPerEpoch / BATCH).verbose(0));
      report("epoch " + epoch + " of " + windowsPerEpoch + " windows", began);
    }
    if (table.rowCount() == 0) {
      throw new IllegalStateException("The table must be in use until here.");
    }
  }

  private static Table table(int series, int rows) {
    StringColumn store = StringColumn.create("store");
    DateColumn day = DateColumn.create("day");
    double[] sales = new double[series * rows];
    double[] price = new double[series * rows];
    var random = new SplitMix64(1);
    LocalDate[] days = new LocalDate[rows];
    for (int t = 0; t < rows; t++) {
      days[t] = LocalDate.of(2020, 1, 1).plusDays(t);
    }
    for (int s = 0; s < series; s++) {
      String name = "store " + s;
      for (int t = 0; t < rows; t++) {
        int row = s * rows + t;
        store.append(name);
        day.append(days[t]);
        price[row] = random.nextLong() > Long.MAX_VALUE / 2 ? 8 : 10;
        double noise = (random.nextLong() >>> 11) * 0x1p-53;
        sales[row] = (10 + s % 100) * (1 + 0.3 * Math.sin(t * 2 * Math.PI / 7) + noise);
      }
    }
    return Table.create(
        "sales", store, day, DoubleColumn.create("sales", sales), DoubleColumn.create("price", price));
  }

  private static void report(String done, long began) {
    double seconds = (System.nanoTime() - began) * 1e-9;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    System.out.printf(Locale.ROOT, "%s,%.1f,%.0f%n", done, seconds, used / 1e6);
  }
}
