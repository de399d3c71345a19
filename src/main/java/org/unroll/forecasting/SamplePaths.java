package org.unroll.forecasting;

import java.util.Arrays;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Sample paths of the targets of windows, drawn by {@link RecursiveForecast#samplePaths}. */
public final class SamplePaths {
  private final Windows windows;
  private final double[][][] values;

  SamplePaths(Windows windows, double[][][] values) {
    this.windows = windows;
    this.values = values;
  }

  /**
   * Returns the paths of a window, {@code [path][value]}, normalized, in the order of {@link
   * Windows#targetShape()}.
   */
  public double[][] paths(int window) {
    return Arrays.stream(values[window]).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * Returns quantiles of the paths, normalized: one row per window, its columns step by step, the
   * levels innermost. They are interpolated linearly, as by NumPy.
   *
   * @param levels the levels, between 0 and 1
   */
  public double[][] quantiles(double... levels) {
    for (double level : levels) {
      if (!(level >= 0 && level <= 1)) {
        throw new IllegalArgumentException(
            "A level must be between 0 and 1, such as 0.9, but was " + level + ".");
      }
    }
    int width = windows.targetShape().size();
    double[][] quantiles = new double[values.length][width * levels.length];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < width; j++) {
        int column = j;
        double[] sorted =
            Arrays.stream(values[i]).mapToDouble(path -> path[column]).sorted().toArray();
        for (int k = 0; k < levels.length; k++) {
          double place = levels[k] * (sorted.length - 1);
          int below = (int) place;
          int above = Math.min(below + 1, sorted.length - 1);
          quantiles[i][j * levels.length + k] =
              sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }
      }
    }
    return quantiles;
  }

  /**
   * Returns quantiles of the paths in the targets' own units, in the layout of {@link
   * Windows#forecasts} with a column for each level, such as {@code sales +6 q0.9}.
   *
   * @param levels the levels, between 0 and 1
   */
  public Table table(double... levels) {
    double[][] quantiles = quantiles(levels);
    int width = windows.targetShape().size();
    Table[] tables = new Table[levels.length];
    for (int k = 0; k < levels.length; k++) {
      double[][] level = new double[values.length][width];
      for (int i = 0; i < level.length; i++) {
        for (int j = 0; j < width; j++) {
          level[i][j] = quantiles[i][j * levels.length + k];
        }
      }
      tables[k] = windows.forecasts(level);
    }
    int labels = tables[0].columnCount() - width;
    Table table = Table.create("quantiles");
    for (int j = 0; j < labels; j++) {
      table.addColumns(tables[0].column(j));
    }
    for (int j = labels; j < labels + width; j++) {
      for (int k = 0; k < levels.length; k++) {
        Column<?> column = tables[k].column(j);
        table.addColumns(column.setName(column.name() + " q" + levels[k]));
      }
    }
    return table;
  }
}
