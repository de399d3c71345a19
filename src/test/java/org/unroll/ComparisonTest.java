package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.simpleRnn;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.TimeSeries;
import org.unroll.data.Windows;
import tech.tablesaw.api.Table;

class ComparisonTest {

  private static Windows windows() {
    double[][] rows = new double[60][1];
    Arrays.setAll(rows, i -> new double[] {10 * Math.sin(i)});
    return TimeSeries.of(rows, "T").target("T").normalizedOn(0, 40).windows().lookback(4);
  }

  private static Comparison.Result run() {
    Windows windows = windows();
    return Comparison.of("RNN", simpleRnn(2), "GRU", gru(2))
        .on(windows.range(0, 40), windows.range(40, 60))
        .epochs(2)
        .verbose(0)
        .run();
  }

  @Test
  void theTablePrintsFourDigits() {
    Table table = run().table();

    for (String column : List.of("seconds per epoch", "best val_loss", "MAE, T")) {
      String digits = table.getString(0, column).replace(".", "").replaceFirst("^0+", "");
      assertTrue(digits.length() <= 4, table.print());
    }
  }

  @Test
  void theErrorInTheTargetsUnitIsTheBestLossTimesTheDeviation() {
    Table table = run().table();

    assertEquals(
        table.doubleColumn("best val_loss").get(1) * windows().series().std("T"),
        table.doubleColumn("MAE, T").get(1),
        1e-12);
  }
}
