package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unroll.timeseries.QuantileLevels;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The quantiles of one target in a table, whose columns are named as in {@code T (degC) q0.1}. It
 * is public only because plots use it.
 *
 * @param target the name of the target
 * @param truth the measured values, or null if the table has none
 * @param levels the levels in increasing order
 * @param values the quantiles, {@code [level][row]}
 * @hidden
 */
public record QuantileColumns(String target, double[] truth, double[] levels, double[][] values) {
  private static final Pattern NAME = Pattern.compile("(.*) q(0?\\.\\d+)");

  /** A pair of levels around the median, such as 0.1 and 0.9. */
  public record Band(double coverage, double[] lower, double[] upper) {}

  /**
   * Finds the quantiles of a table.
   *
   * @throws IllegalArgumentException if it has no quantiles, or those of several targets
   */
  public static QuantileColumns of(Table table) {
    List<String> targets = new ArrayList<>();
    List<Double> levels = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      Matcher name = NAME.matcher(column.name());
      if (column instanceof NumericColumn<?> && name.matches()) {
        targets.add(name.group(1));
        levels.add(Double.parseDouble(name.group(2)));
      }
    }
    if (targets.stream().distinct().count() != 1) {
      throw new IllegalArgumentException(
          "The table must have quantiles of one target in columns named as in 'T (degC) q0.1', but"
              + " its columns are "
              + table.columnNames()
              + ".");
    }
    String target = targets.get(0);
    double[] sorted = levels.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double[][] values =
        Arrays.stream(sorted)
            .mapToObj(level -> numbers(table, target + QuantileLevels.suffix(level)))
            .toArray(double[][]::new);
    double[] truth = table.containsColumn(target) ? numbers(table, target) : null;
    return new QuantileColumns(target, truth, sorted, values);
  }

  private static double[] numbers(Table table, String name) {
    return table.numberColumn(name).asDoubleArray();
  }

  /** Returns the median, or null if there is none. */
  public double[] median() {
    int index = QuantileForecasts.indexOf(levels, 0.5);
    return index < 0 ? null : values[index];
  }

  /** Returns the pairs of levels around the median, the widest first. */
  public List<Band> bands() {
    List<Band> bands = new ArrayList<>();
    for (int k = 0; k < levels.length && levels[k] < 0.5; k++) {
      int upper = QuantileForecasts.indexOf(levels, 1 - levels[k]);
      if (upper >= 0) {
        double coverage = QuantileLevels.rounded(1 - 2 * levels[k]);
        bands.add(new Band(coverage, values[k], values[upper]));
      }
    }
    return bands;
  }

  /** Returns a coverage in percent, such as "80 %". */
  public static String percent(double coverage) {
    double percent = QuantileLevels.rounded(100 * coverage);
    return (percent == Math.rint(percent) ? String.valueOf((long) percent) : percent + "") + " %";
  }
}
