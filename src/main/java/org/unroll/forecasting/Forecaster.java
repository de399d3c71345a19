package org.unroll.forecasting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.unroll.Model;
import org.unroll.data.Shape;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.keras.files.KerasArchive;
import org.unroll.losses.Pinball;
import org.unroll.timeseries.NewestRows;
import org.unroll.timeseries.QuantileLevels;
import org.unroll.timeseries.Windows;
import org.unroll.timeseries.WindowsPlan;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * A model together with everything that is needed to forecast from raw rows: the columns and
 * targets, the settings of the windows, the scaling, how gaps are filled and the interval between
 * rows. One file contains all of it, and a service needs only this file.
 *
 * <pre>
 * Forecaster.of(model, windows, 0.1, 0.5, 0.9).save(Path.of("pm25.keras"));
 *
 * Forecaster forecaster = Forecaster.load(Path.of("pm25.keras")); // in another program
 * Table next = forecaster.forecast(newestRows); // time, pm2.5 q0.1, pm2.5 q0.5, pm2.5 q0.9
 * </pre>
 *
 * <p>Columns of a {@link org.unroll.timeseries.Cycle} are computed from the times of the new rows,
 * which need not have them. Immutable: each setting returns a new forecaster. The model is shared
 * and is not copied.
 */
public final class Forecaster {
  private final Model model;
  private final WindowsPlan plan;
  private final ForecastOutput output;

  Forecaster(Model model, WindowsPlan plan, ForecastOutput output) {
    this.model = model;
    this.plan = plan;
    this.output = output;
    int inputs = model.network().inputs().size();
    if (inputs != 1 || model.network().outputs().size() != 1) {
      throw new IllegalArgumentException(
          "The model of a forecaster must have one input and one output, but has "
              + inputs
              + " and "
              + model.network().outputs().size()
              + ".");
    }
    Shape shape = model.network().inputShape();
    Shape needed = plan.inputShape();
    boolean fits = shape.rank() == needed.rank();
    for (int axis = 0; fits && axis < needed.rank(); axis++) {
      fits = shape.axis(axis) == Shape.ANY || shape.axis(axis) == needed.axis(axis);
    }
    int outputs = model.network().outputShape(needed).size();
    long wanted = (long) plan.targetSteps() * plan.targets().size() * output.width();
    if (!fits || outputs != wanted) {
      throw new IllegalArgumentException(
          "The model must have inputs of the shape "
              + needed
              + " of the windows and "
              + wanted
              + " outputs, "
              + output.width()
              + " for each of their targets "
              + plan.targetShape()
              + ", but has the input shape "
              + shape
              + " and "
              + outputs
              + " outputs. Quantiles need their levels: Forecaster.of(model, windows, levels…).");
    }
    if (output.margins() != null) {
      if (plan.targets().size() != 1) {
        throw new IllegalArgumentException(
            "Margins need one target column because each column has its unit, but the targets are "
                + plan.targets()
                + ".");
      }
      output.margins().requireSteps(plan.targetSteps());
      output.margins().levels(output.levelsOrMedian());
    }
  }

  /**
   * Creates a forecaster.
   *
   * @param model a model with one input and one output
   * @param windows the windows that it was trained on, or others of the same series and settings
   * @param levels the levels of the quantiles that the model predicts, innermost as those of {@code
   *     Layers.orderedQuantiles}. If none is given, they are those of the model's loss {@code
   *     pinball}; with any other loss, the outputs are point forecasts
   * @throws IllegalArgumentException if the model does not fit the windows, or if the levels are
   *     not greater than 0, less than 1 and increasing
   */
  public static Forecaster of(Model model, Windows windows, double... levels) {
    List<Double> known = Arrays.stream(levels).boxed().toList();
    if (known.isEmpty() && model.loss() instanceof Pinball pinball) {
      known = pinball.levels();
    }
    return new Forecaster(model, WindowsPlan.of(windows), new ForecastOutput(known, false, null));
  }

  /**
   * Creates a forecaster with a model whose outputs are means and logarithms of standard
   * deviations, as with the loss {@code gaussianNll}.
   *
   * @param levels the levels of the quantiles that a forecast contains
   * @throws IllegalArgumentException as for {@link #of}, or if there is no level
   */
  public static Forecaster ofGaussian(Model model, Windows windows, double... levels) {
    List<Double> known = Arrays.stream(levels).boxed().toList();
    return new Forecaster(model, WindowsPlan.of(windows), new ForecastOutput(known, true, null));
  }

  /**
   * Sets margins that correct the quantiles, see {@link ConformalMargins#correct}.
   *
   * @throws IllegalArgumentException if there are several target columns, or if the target steps or
   *     levels do not fit
   */
  public Forecaster margins(ConformalMargins margins) {
    return new Forecaster(
        model, plan, new ForecastOutput(output.levels(), output.gaussian(), margins));
  }

  /** Returns the model. */
  public Model model() {
    return model;
  }

  /** Returns the names of the columns that the model sees. */
  public List<String> columnNames() {
    return plan.columns();
  }

  /** Returns the names of the columns to predict. */
  public List<String> targetNames() {
    return plan.targets();
  }

  /** Returns the minimum number of rows for a forecast. */
  public int rowsNeeded() {
    return plan.rowsNeeded();
  }

  /**
   * Forecasts the values after the last row of a table.
   *
   * @param newestRows at least {@link #rowsNeeded()} rows in the order of time, in the units of the
   *     original table. Columns are found by name; others are ignored. Earlier rows are used to
   *     fill gaps only.
   * @return one row per target step, with its time in columns of the table's type, or with the row
   *     number if the series has no times; and a column for each target, or for each target and
   *     level, named as in {@code T (degC) q0.1}
   * @throws IllegalArgumentException if a column is missing or not numeric, if there are too few
   *     rows, if they are not spaced by the interval of the training rows, or if a value is missing
   *     and cannot be filled
   */
  public Table forecast(Table newestRows) {
    NewestRows rows = plan.on(newestRows);
    double[] prediction = model.predictOne(rows.input());
    double[] levels = output.levelArray();
    if (output.gaussian()) {
      prediction = QuantileForecasts.gaussianQuantiles(new double[][] {prediction}, levels)[0];
    }
    Table forecast =
        rows.forecast(prediction, output.margins() == null ? levels : output.levelsOrMedian());
    return output.margins() == null ? forecast : corrected(forecast);
  }

  private Table corrected(Table forecast) {
    double[] levels = output.levelsOrMedian();
    double[] newLevels = output.margins().levels(levels);
    double[][] values = new double[newLevels.length][forecast.rowCount()];
    int first = forecast.columnCount() - levels.length;
    for (int step = 0; step < forecast.rowCount(); step++) {
      double[] quantiles = new double[levels.length];
      for (int k = 0; k < levels.length; k++) {
        quantiles[k] = forecast.doubleColumn(first + k).getDouble(step);
      }
      double[] corrected = output.margins().correct(step, levels, quantiles);
      for (int k = 0; k < corrected.length; k++) {
        values[k][step] = corrected[k];
      }
    }
    Table table = forecast.removeColumns(last(forecast, levels.length));
    for (int k = 0; k < newLevels.length; k++) {
      table.addColumns(
          DoubleColumn.create(
              plan.targets().get(0) + QuantileLevels.suffix(newLevels[k]), values[k]));
    }
    return table;
  }

  private static String[] last(Table table, int count) {
    List<String> names = table.columnNames();
    return names.subList(names.size() - count, names.size()).toArray(String[]::new);
  }

  /**
   * Saves the forecaster to one file: a {@code .keras} file with one additional entry, which {@link
   * Model#load} and Keras 3 open as the model. An existing file is replaced only after the new one
   * is complete.
   *
   * @param file the file, whose name must end in {@code .keras}
   * @throws IllegalArgumentException if the name does not end in {@code .keras}, or if the model
   *     cannot be saved
   * @throws UncheckedIOException if the file cannot be written
   */
  public void save(Path file) {
    if (!file.toString().endsWith(".keras")) {
      throw new IllegalArgumentException(
          "The name of a forecaster's file must end in .keras, but was " + file + ".");
    }
    try {
      Path target = AtomicFile.target(file);
      Path folder = Files.createTempDirectory("forecaster");
      Path plain = folder.resolve("model.keras");
      try {
        model.save(plain);
        KerasArchive archive = KerasArchive.read(plain.toFile());
        byte[] json = ForecasterJson.write(plan, output);
        var complete =
            new KerasArchive(archive.metadata(), archive.config(), archive.weights(), json);
        AtomicFile.write(target, complete::write);
      } finally {
        Files.deleteIfExists(plain);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The forecaster cannot be saved to " + file + ": " + Failures.reason(e), e);
    }
  }

  /**
   * Loads a forecaster. Files from untrusted sources are safe to load, as those of {@link
   * Model#load(Path)}.
   *
   * @throws UncheckedIOException if the file does not exist, cannot be read or is damaged
   * @throws IllegalArgumentException if the file contains only a model, or anything that is not
   *     supported
   */
  public static Forecaster load(Path file) {
    Model model = Model.load(file);
    byte[] json;
    try {
      json = KerasArchive.isZip(head(file)) ? KerasArchive.read(file.toFile()).forecaster() : null;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The forecaster " + file + " cannot be read: " + Failures.reason(e), e);
    }
    if (json == null) {
      throw new IllegalArgumentException(
          file
              + " must be a forecaster, but contains only a model. Create the forecaster with"
              + " Forecaster.of(Model.load(file), windows) and save it.");
    }
    try {
      return ForecasterJson.read(model, json);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The forecaster " + file + " cannot be read: " + Failures.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] head(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(4);
    }
  }
}
