package org.unroll.timeseries;

import java.io.Serializable;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import tech.tablesaw.api.Table;

/**
 * The windows of a {@link TimeSeries}: the rows that a model sees, and the values that it must
 * predict from them. A window is only a row number. Its values are copied when a batch needs them,
 * so windows need no memory in addition to their series.
 *
 * <p><b>Rows of a window.</b> With {@link #lookback} and {@link #step}, the inputs of window i are
 * the lookback / step rows
 *
 * <pre>i − lookback, i − lookback + step, …, i − step</pre>
 *
 * and its target is the next row, i − step + 1. {@link #horizon} sets another distance from the
 * last input row: the target is row i − step + horizon. {@link #delay} sets the distance as in the
 * generator of Chollet, Deep Learning with Python (2018), section 6.3: the target is row i + delay.
 * Note that with step 6 and delay 144, it is 150 rows after the last input row.
 *
 * <p><b>Windows of a range.</b> {@code range(from, to)} contains every window whose inputs
 * <em>and</em> targets are within from … to−1. Training windows therefore neither see nor predict a
 * row of a validation range that follows. With a delay and one target step there are to − from −
 * lookback − delay windows. The book's generator bounds only row i, so its training targets reach
 * {@code delay} rows into the next range. Its windows for {@code min_index=a, max_index=b} are
 * those of {@code range(a, b + delay)}, which are delay more than those of {@code range(a, b)}.
 * With {@code max_index=None} the generator omits the last window and is {@code range(a, rows −
 * 1)}.
 *
 * <p><b>Shapes.</b> Inputs have the shape (lookback / step, columns). Targets have the shape
 * (targets). With {@link #targetSteps}, they have the shape (steps) for one target column and
 * (steps, targets) for several. An epoch contains every window once; the last batch may be smaller.
 *
 * <p>Defaults: step 1, horizon 1, one target step, batches of 32, all rows, natural order. The
 * lookback has no default. Immutable: each setting returns new windows. Settings that contradict
 * each other throw an {@link IllegalArgumentException} immediately: from the lookback on, each call
 * requires that the range has a window without missing values. Set the step before the lookback if
 * only the rows of the step are complete.
 *
 * <p>Serialized windows contain the values of the series, but not its table and timestamps. They
 * are read as a {@link Dataset} on which a model can be trained and evaluated.
 */
@SuppressWarnings("serial") // serialized as other windows, see writeReplace
public final class Windows implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  private final TimeSeries series;
  private final WindowPositions positions;
  private final Batching batching;
  private final Kept kept;

  private final SeriesData data;
  private final int columns;
  private final int[] targets;

  /** The first row of each window if some are left out, or null for all windows of the range. */
  private final int[] starts;

  /**
   * The windows of the range that are kept.
   *
   * @param every the number of rows from one window to the next
   * @param unknownTargets whether targets may be missing
   */
  private record Kept(int every, boolean unknownTargets) {}

  Windows(TimeSeries series) {
    this(series, WindowPositions.of(series.rows()), Batching.DEFAULT, new Kept(1, false));
  }

  private Windows(TimeSeries series, WindowPositions positions, Batching batching, Kept kept) {
    this.series = series;
    this.positions = positions;
    this.batching = batching;
    this.kept = kept;
    this.data = series.data();
    this.columns = series.columnNames().size();
    this.targets = series.columns().positions(series.targetNames());
    if (positions.lookback() > 0) {
      positions.requireFit(series.rows());
    }
    BitSet unknown = kept.unknownTargets() ? new BitSet() : data.missingTargets();
    boolean isWhole =
        data.missingInputs().isEmpty()
            && unknown.isEmpty()
            && data.missingKnown().isEmpty()
            && IntStream.of(targets).allMatch(column -> data.levels()[column] == null);
    this.starts =
        positions.lookback() == 0 || (isWhole && kept.every() == 1)
            ? null
            : positions.starts(kept.every(), data, unknown, series.rows(), targets);
  }

  /**
   * Sets how many rows a window reaches back.
   *
   * @param rows at least 1 and a multiple of the step
   */
  public Windows lookback(int rows) {
    return with(positions.lookback(rows));
  }

  /**
   * Sets the distance between two input rows, and between two target steps.
   *
   * @param rows at least 1; the default is 1, every row
   */
  public Windows step(int rows) {
    return with(positions.step(rows));
  }

  /**
   * Sets the distance of the target as in the book, instead of {@link #horizon}: it is row i +
   * delay, and the last input row is i − step. {@code delay(0)} with step 1 is the next row.
   *
   * @param rows at least 0
   */
  public Windows delay(int rows) {
    return with(positions.delay(rows));
  }

  /**
   * Sets the distance of the target from the last input row, instead of {@link #delay}.
   *
   * @param rows at least 1; the default is 1, the next row
   */
  public Windows horizon(int rows) {
    return with(positions.horizon(rows));
  }

  /**
   * Sets how many values of each target are predicted. {@link #delay} or {@link #horizon} is the
   * distance of the first; the others follow at intervals of one step.
   *
   * @param count at least 1; the default is 1
   */
  public Windows targetSteps(int count) {
    return with(positions.targetSteps(count));
  }

  private Windows with(WindowPositions newPositions) {
    return new Windows(series, newPositions, batching, kept);
  }

  private Windows with(Batching newBatching) {
    return new Windows(series, positions, newBatching, kept);
  }

  /**
   * Restricts the windows to those whose inputs and targets are all within the rows {@code from} …
   * {@code to}−1 of the series. Replaces any earlier range.
   *
   * @throws IllegalArgumentException if the range is empty, not within the series or too short for
   *     a window
   */
  public Windows range(int from, int to) {
    WindowPositions.checkRange(from, to, series.rows());
    return with(positions.range(from, to));
  }

  /** Restricts the windows to the rows from {@code from} to the end of the series. */
  public Windows range(int from) {
    return range(from, series.rows());
  }

  /**
   * Keeps only every n-th window of the range: those that begin 0, n, 2n, … rows after its first
   * row. For rows of an hour, {@code every(24)} keeps one window a day.
   *
   * @param rows at least 1; the default is 1, every window
   */
  public Windows every(int rows) {
    WindowPositions.requireAtLeast("every", 1, rows);
    return with(new Kept(rows, kept.unknownTargets()));
  }

  /**
   * Keeps also the windows whose targets are missing. A model can predict them, but not be trained
   * or evaluated on them.
   */
  public Windows withUnknownTargets() {
    return with(new Kept(kept.every(), true));
  }

  private Windows with(Kept newKept) {
    return new Windows(series, positions, batching, newKept);
  }

  /**
   * Returns the same windows over the series as it is known at the end of a range: if the series is
   * normalized, its means and standard deviations are those of the rows {@code from} … {@code
   * to}−1. The range of the windows does not change.
   *
   * @throws IllegalArgumentException if the range is empty or not within the series, or if gaps are
   *     filled depending on later values, by {@link TimeSeries#interpolated()} or up to a longest
   *     gap
   */
  public Windows knownAt(int from, int to) {
    return new Windows(series.knownAt(from, to), positions, batching, kept);
  }

  /**
   * Checks that there are windows in the rows {@code from} … {@code to}−1, and that the series can
   * be normalized on these rows.
   *
   * @throws IllegalArgumentException as {@link #range(int, int)} and {@link #knownAt}
   * @hidden
   */
  public void requireKnownAt(int from, int to) {
    series.requireKnownAt(from, to);
    range(from, to);
  }

  @Override
  public Windows batchSize(int size) {
    return with(batching.withSize(size));
  }

  @Override
  public Windows shuffled(long seed) {
    return with(batching.withSeed(seed));
  }

  @Override
  public int size() {
    return starts == null ? positions.count() : starts.length;
  }

  @Override
  public Shape inputShape() {
    return Shape.of(positions.inputRows(), columns);
  }

  @Override
  public Shape targetShape() {
    return NewestRows.shape(positions.targetSteps(), targets.length);
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
   * Returns how many windows have all their targets before the first target of the window {@code
   * validation}. With one target step, these are all windows before it.
   */
  @Override
  public int trainingSize(int validation) {
    return positions.trainingSize(validation, this::firstRow);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    int first = firstRow(sample);
    int step = positions.step();
    int steps = positions.inputRows();
    for (int t = 0; t < steps; t++) {
      int to = (t * rows + row) * columns;
      System.arraycopy(data.values(), (first + t * step) * data.columns(), slice, to, columns);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    int first = firstRow(sample);
    for (int k = 0; k < positions.targetSteps() * targets.length; k++) {
      target[offset + k] = (float) data.target(positions, first, k, targets);
    }
  }

  private Object writeReplace() {
    return new WindowArrays(this, data.values(), data.columns(), columns, positions, batching);
  }

  /** Returns the series of these windows. */
  public TimeSeries series() {
    return series;
  }

  /**
   * Returns the first input row of a window.
   *
   * @param sample the index of the window, 0 … size−1, in natural order
   * @throws IndexOutOfBoundsException if there is no such window
   */
  public int firstRow(int sample) {
    WindowPositions.checkSample(sample, size());
    return starts == null ? positions.from() + sample : starts[sample];
  }

  /** Returns the index of the first window of each run of windows that begin row after row. */
  int[] runs() {
    return IntStream.range(0, size())
        .filter(i -> i == 0 || firstRow(i) != firstRow(i - 1) + 1)
        .toArray();
  }

  /** Returns the last input row of a window. */
  public int lastRow(int sample) {
    return positions.lastRow(firstRow(sample));
  }

  /** Returns the row of the first target of a window. The others follow step by step. */
  public int targetRow(int sample) {
    return positions.targetRow(firstRow(sample));
  }

  /**
   * Returns the row of one of the target steps of a window.
   *
   * @param step the target step, counted from 0
   */
  public int targetRow(int sample, int step) {
    return targetRow(sample) + step * positions.step();
  }

  /**
   * Returns the normalized input of a window: lookback / step rows of all columns, the oldest row
   * first.
   */
  public double[][] input(int sample) {
    int first = firstRow(sample);
    double[][] input = new double[positions.inputRows()][columns];
    for (int t = 0; t < input.length; t++) {
      for (int j = 0; j < columns; j++) {
        input[t][j] = value(first + t * positions.step(), j);
      }
    }
    return input;
  }

  /** Returns the normalized target of a window, in the order of {@link #targetShape()}. */
  public double[] target(int sample) {
    double[] target = new double[targetShape().size()];
    for (int k = 0; k < target.length; k++) {
      target[k] = data.target(positions, firstRow(sample), k, targets);
    }
    return target;
  }

  /**
   * Returns a predicted value of a window in the units of its target. It differs from {@link
   * TimeSeries#denormalize(String, double)} only if the target is {@linkplain
   * Scaling#difference(int) differenced}: then it adds the value from which the change is
   * predicted.
   *
   * @param sample the index of the window
   * @param output the index of the target in the order of {@link #targetShape()}, also if the value
   *     is one of its quantiles
   * @param value the normalized value, such as {@code model.predict(windows).get(sample)[output]}
   * @throws IndexOutOfBoundsException if there is no such window or output
   */
  public double denormalize(int sample, int output, double value) {
    WindowPositions.checkOutput(output, targetShape());
    return data.inverse(positions, firstRow(sample), output, value, targets);
  }

  /**
   * Returns the normalized prediction of a level, see {@link TimeSeries#levels}.
   *
   * @hidden
   */
  public double ofLevel(int sample, int output, double level) {
    return data.ofLevel(positions, firstRow(sample), output, level, targets);
  }

  /**
   * Returns the values of the targets in their own units, for tables and plots: one row per window
   * in natural order, with the timestamp of its first target if the series has timestamps. Values
   * that fill gaps of the series are among them, as in training. With several target steps, the
   * name of a column ends in the number of rows after that timestamp, as in {@code +6}.
   */
  public Table targets() {
    return new Forecasts(this).truth();
  }

  /**
   * Returns the predictions of a model or a {@link Baseline} in the targets' own units, in the
   * layout of {@link #targets()}. With levels, each column becomes one column per level, whose name
   * ends in the level, as in {@code T (degC) +6 q0.1}.
   *
   * @param predictions normalized, one row per window in natural order, in the order of {@link
   *     #targetShape()}, the levels innermost: {@code model.predict(windows).toArray()}
   * @param levels the levels of the predicted quantiles, greater than 0, less than 1 and
   *     increasing; none for point forecasts
   * @throws IllegalArgumentException if the number of rows or of values in a row is wrong, or if
   *     the levels are not as required
   */
  public Table forecasts(double[][] predictions, double... levels) {
    return new Forecasts(this).of(predictions, levels);
  }

  /**
   * Returns the mean absolute error of predictions in the targets' own units: one row per target
   * step, with {@code ahead}, the number of rows from the last input row, and the error of each
   * target.
   *
   * @param predictions as for {@link #forecasts}
   * @throws IllegalArgumentException if the number of rows or of values in a row is wrong
   */
  public Table meanAbsoluteErrors(double[][] predictions) {
    return new Forecasts(this).meanAbsoluteErrors(predictions);
  }

  /**
   * Returns the normalized input from which a model predicts the values after the range: lookback /
   * step rows, the oldest first, of which the last is the last row of the range. Pass it to {@code
   * model.predictOne(…)}, and the result to {@link #forecast}.
   *
   * @throws IllegalArgumentException if one of the values is missing
   */
  public double[][] lastInput() {
    return new NewestRows(series, positions).input();
  }

  /**
   * Returns the known columns of the series in the target rows: samples without targets of the
   * shape (target steps, known columns), normalized like the series, one for each window and in
   * their order. A model with two inputs sees both:
   *
   * <pre>{@code
   * var dated = TimeSeries.of(jena).target("T (degC)").known("p (mbar)").normalizedOn(0, 10_000);
   * var days = dated.windows().lookback(24).targetSteps(6).range(0, 2_000);
   * Dataset both = days.and(days.future());
   *
   * var past = input(24, 14);
   * var future = input(6, 1);
   * var encoder = gru(8).returnState(true).on(past);
   * var decoder = gru(8).returnSequences(true).on(future, encoder.states());
   * var network = Model.of(List.of(past, future), flatten().on(dense(1).on(decoder)));
   * }</pre>
   *
   * @throws IllegalStateException if the series has no {@linkplain TimeSeries#known known columns}
   */
  public Dataset future() {
    return new KnownFuture(this);
  }

  /**
   * Returns the normalized known values in the target rows after the range, the counterpart of
   * {@link #lastInput()}: target steps × known columns.
   *
   * @param next the known columns in the rows after the range, in their own units, beginning with
   *     the next row. If it has times like the series, they are checked.
   * @throws IllegalArgumentException if a column or a row is missing, a value is missing, or the
   *     times are not those of the next rows
   * @throws IllegalStateException if the series has no {@linkplain TimeSeries#known known columns}
   */
  public double[][] lastFuture(Table next) {
    return new NewestRows(series, positions).future(next);
  }

  /**
   * Returns a forecast of the values after the last row of the range in the targets' own units: one
   * row per target step, with its time in columns of the series' type if the series is dated, and
   * otherwise with the row number. With levels, there is one column per target and level, whose
   * name ends in the level, as in {@code T (degC) q0.1}.
   *
   * @param prediction normalized, in the order of {@link #targetShape()}, the levels innermost:
   *     {@code model.predictOne(windows.lastInput())}
   * @param levels as for {@link #forecasts}
   * @throws IllegalArgumentException if the number of values is wrong, the last rows are not evenly
   *     spaced in time, or the value from which the change of a target is predicted is missing
   */
  public Table forecast(double[] prediction, double... levels) {
    return new NewestRows(series, positions).forecast(prediction, levels);
  }

  /** Returns the normalized value of a stored column in a row. */
  double value(int row, int column) {
    return data.values()[row * data.columns() + column];
  }

  /** Returns the level of a target in a row, see {@link #ofLevel}. */
  double level(int row, int column) {
    return data.level(row, column);
  }

  /** Returns the positions of the targets among the stored columns. */
  int[] targetPositions() {
    return targets;
  }

  /** Returns the distance between two input rows, and between two target steps. */
  int step() {
    return positions.step();
  }

  /** Returns the settings of these windows. */
  WindowPositions positions() {
    return positions;
  }

  /**
   * Returns a description of these windows with the first and the last of them. It includes remarks
   * about possible problems of the series: rows that are not evenly spaced in time, times that were
   * read as text, columns that are ignored because they are not numeric, and inputs with large
   * values, which must be normalized for most networks.
   */
  public WindowsDescription describe() {
    return WindowsDescription.of(this, kept.every(), batching.seed());
  }

  @Override
  public String toString() {
    return positions.lookback() == 0 ? "Windows without a lookback" : describe().toString();
  }
}
