package org.unroll.forecasting.panel;

import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.forecasting.panel.PanelSelection.Runs;
import org.unroll.timeseries.NewestRows;
import org.unroll.timeseries.WindowPositions;
import tech.tablesaw.api.Table;

/**
 * The windows of all series of a {@link Panel}, series by series and in the order of time, each
 * within one series. The rows of a window are those of {@link org.unroll.timeseries.Windows}, for
 * the same settings. A window is only a number: its values are copied when a batch needs them, and
 * the memory is that of the panel, plus a few numbers for each series and gap.
 *
 * <p><b>Inputs.</b> The first input of a model has the shape (lookback / step, columns), with the
 * columns of {@link Panel#columnNames()}. If the panel has known columns, the next one has the
 * shape (target steps, known columns), with their values in the target rows. If it has fixed
 * features, the last one has the shape (features). Targets have the shapes of {@code Windows}:
 * (targets), and with several target steps (steps) or (steps, targets).
 *
 * <p><b>Gaps.</b> A window is left out if one of its values is missing: a column in an input row,
 * or a target or a known column in a target row.
 *
 * <p><b>Time.</b> {@link #before} and {@link #from} restrict the windows of all series to those
 * whose inputs and targets are all before a time, or all at or after it.
 *
 * <p>Defaults: step 1, horizon 1, one target step, batches of 32, all rows, natural order. The
 * lookback has no default. Immutable: each setting returns new windows.
 */
public final class PanelWindows implements Dataset {
  private final Panel panel;
  private final PanelData data;
  private final PanelSelection selection;

  /** Whether each window is normalized by its input. */
  private final boolean perWindow;

  /** Null before the lookback is set. */
  private final Runs runs;

  private final Batching batching;

  PanelWindows(Panel panel) {
    this(panel, PanelSelection.all(panel.data().grid()), false, null, Batching.DEFAULT);
  }

  private PanelWindows(
      Panel panel, PanelSelection selection, boolean perWindow, Runs runs, Batching batching) {
    this.panel = panel;
    this.selection = selection;
    this.perWindow = perWindow;
    this.batching = batching;
    data = panel.data();
    boolean isSet = selection.positions().lookback() > 0;
    this.runs = runs == null && isSet ? selection.runs(data) : runs;
  }

  /**
   * Sets how many rows a window reaches back.
   *
   * @param rows at least 1 and a multiple of the step
   * @throws IllegalArgumentException if no series has such a window, as in all settings
   */
  public PanelWindows lookback(int rows) {
    return with(selection.with(selection.positions().lookback(rows)));
  }

  /**
   * Sets the distance between two input rows, and between two target steps.
   *
   * @param rows at least 1; the default is 1, every row
   */
  public PanelWindows step(int rows) {
    return with(selection.with(selection.positions().step(rows)));
  }

  /**
   * Sets the distance of the first target from the last input row.
   *
   * @param rows at least 1; the default is 1, the next row
   */
  public PanelWindows horizon(int rows) {
    return with(selection.with(selection.positions().horizon(rows)));
  }

  /**
   * Sets how many values of each target are predicted, at intervals of one step.
   *
   * @param count at least 1; the default is 1
   */
  public PanelWindows targetSteps(int count) {
    return with(selection.with(selection.positions().targetSteps(count)));
  }

  /**
   * Restricts the windows of each series to those whose inputs and targets are all before a time.
   *
   * @param time a time as in {@link org.unroll.timeseries.TimeSeries#rowAt}
   * @throws IllegalArgumentException if there is no such window, or if all times are before it
   */
  public PanelWindows before(Temporal time) {
    return with(selection.withBefore(time));
  }

  /**
   * Restricts the windows of each series to those whose inputs and targets are all at or after a
   * time. To evaluate forecasts of all values from a time on, subtract the lookback from it.
   *
   * @param time a time as in {@link org.unroll.timeseries.TimeSeries#rowAt}
   * @throws IllegalArgumentException if there is no such window, or if all times are before it
   */
  public PanelWindows from(Temporal time) {
    return with(selection.withFrom(time));
  }

  /**
   * Returns the windows to forecast unknown values from: for each series the window whose last
   * input row is the last one with all targets, and after which the table has rows with missing
   * targets. Append such rows to the table, with the known columns. Series without them are left
   * out. These windows have no targets; {@link #forecasts} dates their predictions.
   *
   * @throws IllegalArgumentException if no series has such a window
   */
  public PanelWindows latest() {
    return with(selection.onlyLatest());
  }

  /**
   * Normalizes each window by its own input, in addition to the normalization of the panel: targets
   * and past columns are z = (x − μ) / √(σ² + 10⁻⁵), where μ and σ² are the mean and the population
   * variance of the column in the input rows of the window. The targets of the window are
   * normalized with the μ and σ of their column, and {@link #forecasts} inverts it. A model then
   * sees the shape of a series but not its level, and the loss of each window is measured relative
   * to its variation. Known columns and fixed features are unchanged.
   *
   * <p>This is the reversible instance normalization of Kim et al. (2022) without its learned scale
   * and offset.
   */
  public PanelWindows normalizedPerWindow() {
    return new PanelWindows(panel, selection, true, runs, batching);
  }

  @Override
  public PanelWindows batchSize(int size) {
    return new PanelWindows(panel, selection, perWindow, runs, batching.withSize(size));
  }

  @Override
  public PanelWindows shuffled(long seed) {
    return new PanelWindows(panel, selection, perWindow, runs, batching.withSeed(seed));
  }

  private PanelWindows with(PanelSelection newSelection) {
    return new PanelWindows(panel, newSelection, perWindow, null, batching);
  }

  /** Returns the windows in a part of the range. */
  PanelWindows within(PanelSelection.Part part) {
    return with(selection.within(part));
  }

  /** Returns the same windows over a panel of the same rows. */
  PanelWindows over(Panel other) {
    return new PanelWindows(other, selection, perWindow, runs, batching);
  }

  /** Returns the windows that begin in these rows of the grid. */
  PanelWindows beginningIn(int... rows) {
    int[] ends = IntStream.rangeClosed(1, rows.length).toArray();
    return new PanelWindows(panel, selection, perWindow, new Runs(rows, ends), batching);
  }

  PanelSelection selection() {
    return selection;
  }

  Batching batching() {
    return batching;
  }

  private Runs known() {
    selection.positions().requireLookback();
    return runs;
  }

  @Override
  public int size() {
    return known().size();
  }

  @Override
  public Shape inputShape() {
    return Shape.of(selection.positions().inputRows(), panel.columnNames().size());
  }

  @Override
  public Shape targetShape() {
    return selection.latest() ? null : predictionShape();
  }

  /** Returns the shape of a prediction, also of the latest windows. */
  Shape predictionShape() {
    return NewestRows.shape(selection.positions().targetSteps(), panel.targetNames().size());
  }

  @Override
  public List<Dataset> inputParts() {
    List<Dataset> parts = new ArrayList<>(List.of(this));
    int known = panel.knownNames().size();
    if (known > 0) {
      parts.add(new PanelInput(this, data, Shape.of(selection.positions().targetSteps(), known)));
    }
    if (data.fixed().width() > 0) {
      parts.add(new PanelInput(this, data, Shape.of(data.fixed().width())));
    }
    return List.copyOf(parts);
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    return batching.order(size(), epoch);
  }

  /**
   * Returns how many windows can be trained on if those from {@code validation} on are validated:
   * windows of the same series whose targets overlap with those of the first of them are left out.
   */
  @Override
  public int trainingSize(int validation) {
    int first = targetRow(validation, 0);
    int series = seriesOf(validation);
    int steps = selection.positions().targetSteps();
    int size = validation;
    while (size > 0 && seriesOf(size - 1) == series && targetRow(size - 1, steps - 1) >= first) {
      size--;
    }
    return size;
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    int first = firstRow(sample);
    int step = selection.positions().step();
    int steps = selection.positions().inputRows();
    int columns = panel.columnNames().size();
    for (int t = 0; t < steps; t++) {
      int to = (t * rows + row) * columns;
      System.arraycopy(data.values(), (first + t * step) * columns, slice, to, columns);
    }
    if (perWindow) {
      for (int j = 0; j < columns - panel.knownNames().size(); j++) {
        WindowScale scale = scale(first, j);
        for (int t = 0; t < steps; t++) {
          int at = (t * rows + row) * columns + j;
          slice[at] = (float) scale.forward(slice[at]);
        }
      }
    }
  }

  /** {@inheritDoc} */
  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    if (selection.latest()) {
      throw new UnsupportedOperationException("The latest windows have no targets.");
    }
    int first = firstRow(sample);
    int targets = panel.targetNames().size();
    for (int j = 0; j < targets; j++) {
      WindowScale scale = perWindow ? scale(first, j) : new WindowScale(0, 1);
      for (int k = 0; k < selection.positions().targetSteps(); k++) {
        double value = value(targetRow(sample, k), j);
        target[offset + k * targets + j] = (float) scale.forward(value);
      }
    }
  }

  private double value(int row, int column) {
    return data.values()[row * panel.columnNames().size() + column];
  }

  /** Returns the scale of a column of the window that begins in a row. */
  private WindowScale scale(int first, int column) {
    int step = selection.positions().step();
    return WindowScale.of(selection.positions().inputRows(), t -> value(first + t * step, column));
  }

  /** Returns the row of the grid in which a window begins. */
  private int firstRow(int sample) {
    WindowPositions.checkSample(sample, size());
    return runs.firstRow(sample);
  }

  /** Returns the row of the grid of a target step. */
  int targetRow(int sample, int step) {
    return selection.positions().targetRow(firstRow(sample)) + step * selection.positions().step();
  }

  int seriesOf(int sample) {
    return data.grid().seriesOf(firstRow(sample));
  }

  /** Returns the panel of these windows. */
  public Panel panel() {
    return panel;
  }

  /**
   * Returns the name of the series of a window.
   *
   * @param sample the index of the window, 0 … size−1, in natural order
   */
  public String series(int sample) {
    return data.grid().names().get(seriesOf(sample));
  }

  /** Returns the normalized first input of a window, the oldest row first. */
  public double[][] input(int sample) {
    return rows(this, sample);
  }

  /**
   * Returns the normalized known columns of the target rows of a window.
   *
   * @throws IllegalStateException if the panel has no known columns
   */
  public double[][] known(int sample) {
    if (panel.knownNames().isEmpty()) {
      throw new IllegalStateException("The panel must have known columns; set them with known(…).");
    }
    return rows(inputParts().get(1), sample);
  }

  private static double[][] rows(Dataset part, int sample) {
    Shape shape = part.inputShape();
    float[] values = new float[shape.size()];
    part.copyInput(sample, values, 0, 1);
    double[][] rows = new double[shape.axis(0)][shape.last()];
    for (int i = 0; i < values.length; i++) {
      rows[i / shape.last()][i % shape.last()] = values[i];
    }
    return rows;
  }

  /**
   * Returns the fixed features of the series of a window, in the order of {@link
   * Panel#fixedNames()}; empty if the panel has none.
   */
  public double[] fixed(int sample) {
    float[] values = new float[data.fixed().width()];
    data.fixed().copy(seriesOf(sample), values, 0);
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /**
   * Returns whether windows are normalized by their own input.
   *
   * @hidden
   */
  public boolean isNormalizedPerWindow() {
    return perWindow;
  }

  /**
   * Returns the input of a window, without normalization by this input.
   *
   * @hidden
   */
  public double[][] panelInput(int sample) {
    return rows(new PanelWindows(panel, selection, false, runs, batching), sample);
  }

  /** Returns the normalized target of a window, in the order of {@link #targetShape()}. */
  public double[] target(int sample) {
    float[] values = new float[predictionShape().size()];
    copyTarget(sample, values, 0);
    double[] target = new double[values.length];
    Arrays.setAll(target, i -> values[i]);
    return target;
  }

  /**
   * Returns a normalized prediction of a window in the units of a target.
   *
   * @hidden
   */
  public double denormalized(int sample, int target, double value) {
    int first = firstRow(sample);
    double scaled = perWindow ? scale(first, target).inverse(value) : value;
    int at = data.grid().seriesOf(first) * panel.columnNames().size() + target;
    return scaled * data.std()[at] + data.mean()[at];
  }

  /**
   * Returns the settings of these windows.
   *
   * @hidden
   */
  public WindowPositions positions() {
    return selection.positions();
  }

  /**
   * Returns the true values of the targets in their own units: one row per window in natural order,
   * with the columns of the series, the time of its first target and the targets. With several
   * target steps, the name of a column ends in the number of rows after that time, as in {@code
   * +6}.
   */
  public Table targets() {
    return new PanelForecasts(this).truth();
  }

  /**
   * Returns predictions in the targets' own units, in the layout of {@link #targets()}.
   *
   * @param predictions normalized, one row per window in natural order, in the order of {@link
   *     #targetShape()}: {@code model.predict(windows).toArray()}
   * @throws IllegalArgumentException if the number of rows or of values in a row is wrong
   */
  public Table forecasts(double[][] predictions) {
    return new PanelForecasts(this).of(predictions);
  }

  /**
   * Returns the errors of predictions by series, over all target steps, in the targets' own units:
   * one row for each series with windows and each target, with {@code series}, {@code target},
   * {@code windows}, {@code bias} (prediction − target), {@code mae}, {@code rmse} and {@code
   * mase}, the mean absolute error divided by that of the seasonal forecast in the training range.
   * The MASE of a series without a seasonal difference other than 0 there is missing.
   *
   * @param predictions as for {@link #forecasts}
   * @param training windows of the same panel whose range of time is the training range
   * @param season the length of a season in rows; 1 for the last value
   * @throws IllegalArgumentException if the number of rows or of values in a row is wrong
   */
  public Table errors(double[][] predictions, PanelWindows training, int season) {
    return new PanelForecasts(this).errors(predictions, training, season);
  }

  @Override
  public String toString() {
    if (runs == null) {
      return "Windows without a lookback";
    }
    return String.format(
        Locale.ROOT,
        "%,d windows of %,d series: %s%s%s%s",
        size(),
        panel.data().grid().names().size(),
        selection.positions().settings(),
        perWindow ? ", normalized per window" : "",
        selection.from() == null ? "" : ", from " + selection.from(),
        selection.before() == null ? "" : ", before " + selection.before());
  }
}
