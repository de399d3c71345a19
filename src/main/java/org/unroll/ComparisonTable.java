package org.unroll;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.List;
import org.unroll.data.Dataset;
import org.unroll.losses.Losses;
import org.unroll.timeseries.Windows;
import org.unroll.training.NonFiniteLossException;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * Creates {@link Comparison.Result#table()}.
 *
 * @param result the result of the comparison
 * @param validation the validation data
 */
record ComparisonTable(Comparison.Result result, Dataset validation) {
  /** Prints four significant digits: more are noise, fewer could hide a difference. */
  private static final NumberColumnFormatter FOUR_DIGITS =
      new NumberColumnFormatter() {
        @Override
        public String format(double value) {
          return Double.isFinite(value)
              ? new BigDecimal(value).round(new MathContext(4)).toPlainString()
              : Double.toString(value);
        }
      };

  /** Creates the table. */
  Table build() {
    StringColumn names = StringColumn.create("model");
    IntColumn parameters = IntColumn.create("parameters");
    DoubleColumn seconds = DoubleColumn.create("seconds per epoch");
    DoubleColumn best = DoubleColumn.create("best val_loss");
    IntColumn epoch = IntColumn.create("in epoch");
    result
        .models()
        .forEach(
            (name, model) -> {
              boolean hasEpochs = model.history().epochs() > 0;
              if (!hasEpochs && !result.failures().containsKey(name)) {
                return;
              }
              names.append(name);
              parameters.append(model.parameters());
              if (hasEpochs) {
                List<Double> losses = model.history().get("val_loss");
                double smallest = Collections.min(losses);
                seconds.append(median(model.history().seconds()));
                best.append(smallest);
                epoch.append(losses.indexOf(smallest) + 1);
              } else {
                seconds.appendMissing();
                best.appendMissing();
                epoch.appendMissing();
              }
            });
    seconds.setPrintFormatter(FOUR_DIGITS);
    best.setPrintFormatter(FOUR_DIGITS);
    Table table = Table.create("Comparison", names, parameters, seconds, best, epoch);
    if (validation instanceof Windows windows
        && windows.series().targetNames().size() == 1
        && !windows.series().isLogarithmic(windows.series().targetNames().get(0))
        && result.models().values().stream().allMatch(ComparisonTable::hasMae)) {
      DoubleColumn inUnits = DoubleColumn.create("MAE, " + windows.series().targetNames().get(0));
      best.forEach(value -> inUnits.append(windows.series().denormalizeError(value)));
      inUnits.setPrintFormatter(FOUR_DIGITS);
      table.addColumns(inUnits);
    }
    if (!result.failures().isEmpty()) {
      table.addColumns(names.map(this::failureOf).setName("failure"));
    }
    return table;
  }

  private static boolean hasMae(Model model) {
    return model.outputLosses().size() == 1 && model.loss().name().equals(Losses.mae().name());
  }

  private String failureOf(String name) {
    NonFiniteLossException failure = result.failures().get(name);
    return failure == null ? "" : failure.getMessage().split("(?<=\\.) ", 2)[0];
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
