package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WholeTableTest {
  @Test
  void forecastIsPrintedWithAllRows() {
    double[][] rows = new double[60][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i;
    }
    Windows windows =
        TimeSeries.of(rows, "y").target("y").windows().lookback(4).horizon(1).targetSteps(30);
    double[] prediction = new double[30];
    for (int k = 0; k < prediction.length; k++) {
      prediction[k] = 100 + k + 1 / 3.0;
    }
    String text = windows.forecast(prediction).toString();
    assertEquals(33, text.lines().count(), text); // title, names, line, 30 rows
    assertFalse(text.contains("..."), text);
    assertTrue(text.contains(" 114.33 "), text);
    assertEquals(
        100 + 1 / 3.0, windows.forecast(prediction).doubleColumn("y").get(0), 1e-4, "not rounded");
    double[][] every = new double[windows.size()][30];
    assertEquals(33, windows.meanAbsoluteErrors(every).toString().lines().count());
  }
}
