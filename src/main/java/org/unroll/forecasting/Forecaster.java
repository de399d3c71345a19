package org.unroll.forecasting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
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
 * <p>A model with two inputs also sees the {@linkplain Windows#future() known future}, which a
 * service passes as a second table:
 *
 * <pre>
 * Forecaster.of(model, windows).save(Path.of("rentals.keras")); // a model of past and future
 *
 * Forecaster rentals = Forecaster.load(Path.of("rentals.keras"));
 * Table nextDay = rentals.forecast(newestRows, weatherForecast); // from the next row on
 * </pre>
 *
 * <p>Columns of a {@link org.unroll.timeseries.Cycle} are computed from the times of the rows,
 * which need not have them. If these are the only known columns, no second table is needed.
 * Immutable: each setting returns a new forecaster. The model is shared and is not copied.
 */
public final class Forecaster {
  private final Model model;
  private final WindowsPlan plan;
  private final ForecastOutput output;

  Forecaster(Model model, WindowsPlan plan, ForecastOutput output) {
    this.model = model;
    this.plan = plan;
    this.output = output;
    List<Shape> shapes = model.network().inputShapes();
    List<Shape> needed = plan.inputShapes();
    long wanted = (long) plan.targetSteps() * plan.targets().size() * output.width();
    boolean fits = shapes.size() == needed.size() && model.network().outputs().size() == 1;
    for (int i = 0; fits && i < needed.size(); i++) {
      fits = fits(shapes.get(i), needed.get(i));
    }
    List<Shape> outputs =
        fits ? model.network().outputShapes(needed) : model.network().outputShapes(shapes);
    if (!fits || outputs.get(0).size() != wanted) {
      throw new IllegalArgumentException(
          "The model must have inputs of the shapes "
              + needed
              + " of the windows"
              + (plan.known().isEmpty() ? "" : " and their known future " + plan.known())
              + ", and one output of "
              + wanted
              + " values, "
              + output.width()
              + " for each of their targets "
              + plan.targetShape()
              + ", but has inputs of the shapes "
              + shapes
              + " and outputs of the shapes "
              + outputs
              + ". Quantiles need their levels: Forecaster.of(model, windows, levels…).");
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

  private static boolean fits(Shape shape, Shape needed) {
    boolean fits = shape.rank() == needed.rank();
    for (int axis = 0; fits && axis < needed.rank(); axis++) {
      fits = shape.axis(axis) == Shape.ANY || shape.axis(axis) == needed.axis(axis);
    }
    return fits;
  }

  /**
   * Creates a forecaster.
   *
   * @param model a model with one output, whose input is the windows, or a model with two inputs,
   *     the second of which is {@link Windows#future()}
   * @param windows the windows that it was trained on, or others of the same series and settings
   * @param levels the levels of the quantiles that the model predicts, innermost as those of {@code
   *     Layers.orderedQuantiles}. If none is given, they are those of the model's loss {@code
   *     pinball}; with any other loss, the outputs are point forecasts
   * @throws IllegalArgumentException if the model does not fit the windows, or if the levels are
   *     not greater than 0, less than 1 and increasing
   * @throws IllegalStateException if the model has two inputs and the series no {@linkplain
   *     org.unroll.timeseries.TimeSeries#known known columns}
   */
  public static Forecaster of(Model model, Windows windows, double... levels) {
    List<Double> known = Arrays.stream(levels).boxed().toList();
    if (known.isEmpty() && model.loss() instanceof Pinball pinball) {
      known = pinball.levels();
    }
    return new Forecaster(model, plan(model, windows), new ForecastOutput(known, false, null));
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
    return new Forecaster(model, plan(model, windows), new ForecastOutput(known, true, null));
  }

  private static WindowsPlan plan(Model model, Windows windows) {
    return WindowsPlan.of(windows, InputGradients.hasFuture(model));
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

  /** Returns the names of the columns whose future values the model sees; empty if it sees none. */
  public List<String> knownNames() {
    return plan.known();
  }

  /** Returns the minimum number of rows for a forecast. */
  public int rowsNeeded() {
    return plan.rowsNeeded();
  }

  /**
   * Returns the minimum number of rows after the newest one whose known values a forecast needs; 0
   * without known columns.
   */
  public int knownRowsNeeded() {
    return plan.knownRowsNeeded();
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
   *     rows, if they are not spaced by the interval of the training rows, if a value is missing
   *     and cannot be filled, or if the model needs the known future of columns that are not those
   *     of a cycle
   */
  public Table forecast(Table newestRows) {
    if (!plan.knownWithoutCycles().isEmpty()) {
      throw new IllegalArgumentException(
          "The model needs the values of "
              + plan.knownWithoutCycles()
              + " in the next "
              + knownRowsNeeded()
              + " rows, but no such rows were given. Call forecast(newestRows, knownRows).");
    }
    return forecastWith(newestRows, null);
  }

  /**
   * Forecasts the values after the last row of a table, given the known future. One table that
   * contains both, for example with calendar columns of the next day, can be divided at the current
   * time with {@code table.where(…)} or {@code table.inRange(from, to)}.
   *
   * @param newestRows as for {@link #forecast(Table)}. Known columns are needed only if they are
   *     also among {@link #columnNames()}.
   * @param knownRows the {@linkplain #knownNames() known columns} in the rows after the last of the
   *     newest rows, at least {@link #knownRowsNeeded()} of them, in their own units. Other columns
   *     are ignored. If it has times, they are checked.
   * @return as {@link #forecast(Table)}
   * @throws IllegalArgumentException as for {@link #forecast(Table)}, or if a known column, row or
   *     value is missing, if the times do not continue those of the newest rows, or if the model
   *     has no known columns
   */
  public Table forecast(Table newestRows, Table knownRows) {
    if (knownNames().isEmpty()) {
      throw new IllegalArgumentException(
          "The model must have a second input, the known future, in order to use rows of it, but"
              + " sees only the past. Call forecast(newestRows).");
    }
    return forecastWith(newestRows, Objects.requireNonNull(knownRows, "knownRows"));
  }

  private Table forecastWith(Table newestRows, Table knownRows) {
    NewestRows rows = plan.on(newestRows);
    Dataset past = Samples.of(new double[][][] {rows.input()});
    Dataset sample =
        knownNames().isEmpty()
            ? past
            : past.and(Samples.of(new double[][][] {plan.future(rows, knownRows)}));
    double[] prediction = model.predict(sample).get(0);
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
