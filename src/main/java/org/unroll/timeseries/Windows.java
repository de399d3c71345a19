package org.unroll.timeseries;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import tech.tablesaw.api.Table;

/**
 * The windows of a {@link TimeSeries}: what a model sees, and what it is to predict from it. A
 * window is only a row number; its values are gathered when a batch needs them, so windows cost
 * nothing beyond their series.
 *
 * <p><b>What a window holds.</b> With {@link #lookback}, {@link #step} and {@link #delay}, window i
 * sees the rows
 *
 * <pre>i − lookback, i − lookback + step, …, i − step</pre>
 *
 * lookback / step of them, and its target is row i + delay. These are the windows of the generator
 * in Chollet, Deep Learning with Python (2018), section 6.3. Mind that the last row seen is i −
 * step: with step 6 and delay 144 the target lies 150 rows after it. {@link #horizon} measures from
 * the last row seen instead: the target is row (last row seen) + horizon, without that extra step.
 *
 * <p><b>What a range holds.</b> {@code range(from, to)} has every window whose rows <em>and</em>
 * targets all lie in from … to−1, so that training windows neither see nor predict a row of a
 * validation range behind them. That is to − from − lookback − delay windows with one target step.
 * The book's generator bounds only row i: its training targets reach {@code delay} rows into the
 * range behind. Its windows for {@code min_index=a, max_index=b} are those of {@code range(a, b +
 * delay)}, delay more than {@code range(a, b)} has; with {@code max_index=None} it leaves out the
 * very last window, and is {@code range(a, rows − 1)}.
 *
 * <p><b>What a batch holds.</b> Inputs of shape (lookback / step, columns). Targets of shape
 * (targets), or with {@link #targetSteps} (steps) for one target column and (steps, targets) for
 * several. Every window comes once an epoch; the last batch may be shorter.
 *
 * <p>Defaults: step 1, delay 1, one target step, batches of 32, all rows, natural order. The
 * lookback has no default. Immutable: each setting returns new windows. A setting that contradicts
 * the others fails at once, with an {@link IllegalArgumentException}.
 */
public final class Windows implements Dataset {
  private final TimeSeries series;
  private final int lookback;
  private final int step;
  private final int ahead;
  private final boolean fromLastRow;
  private final int targetSteps;
  private final int from;
  private final int to;
  private final Batching batching;

  private final float[] values;
  private final int stride;
  private final int columns;
  private final int[] targets;

  /**
   * The first rows of the windows where gaps leave some out; null if there are all of the range.
   */
  private final int[] starts;

  Windows(TimeSeries series) {
    this(series, 0, 1, 1, false, 1, 0, series.rows(), Batching.DEFAULT);
  }

  private Windows(
      TimeSeries series,
      int lookback,
      int step,
      int ahead,
      boolean fromLastRow,
      int targetSteps,
      int from,
      int to,
      Batching batching) {
    this.series = series;
    this.lookback = lookback;
    this.step = step;
    this.ahead = ahead;
    this.fromLastRow = fromLastRow;
    this.targetSteps = targetSteps;
    this.from = from;
    this.to = to;
    this.batching = batching;
    this.values = series.numbers().values();
    this.stride = series.numbers().columns();
    this.columns = series.columnNames().size();
    this.targets = series.targetPositions();
    if (lookback > 0) {
      checkFit();
    }
    this.starts = lookback > 0 ? findStarts() : null;
  }

  /** The windows without a missing value; null if none of the series is missing. */
  private int[] findStarts() {
    TimeSeries.Numbers numbers = series.numbers();
    if (numbers.unseen().isEmpty() && numbers.unknown().isEmpty()) {
      return null;
    }
    int[] unseen = missingUpTo(numbers.unseen());
    int[] unknown = missingUpTo(numbers.unknown());
    int[] whole =
        IntStream.rangeClosed(from, to - span())
            .filter(
                first -> {
                  int target = first + lookback - step + toTarget();
                  return unseen[first + lookback] == unseen[first]
                      && unknown[target + targetSteps * step] == unknown[target];
                })
            .toArray();
    if (whole.length == 0) {
      throw new IllegalArgumentException(
          "Every window of "
              + settings()
              + " in rows "
              + from
              + " … "
              + (to - 1)
              + " would see or predict a missing value. Fill longer gaps, or use smaller windows.");
    }
    return whole;
  }

  /** At row + step: how many of the rows row, row − step, row − 2 step … are missing. */
  private int[] missingUpTo(BitSet missing) {
    int[] counts = new int[series.rows() + step];
    for (int row = 0; row < series.rows(); row++) {
      counts[row + step] = counts[row] + (missing.get(row) ? 1 : 0);
    }
    return counts;
  }

  private void checkFit() {
    if (step > lookback || lookback % step != 0) {
      int below = lookback / step * step;
      throw new IllegalArgumentException(
          "The lookback must be a multiple of the step. Received: lookback="
              + lookback
              + ", step="
              + step
              + ". The next that fit are "
              + (below == 0 ? "" : below + " and ")
              + (below + step)
              + ".");
    }
    if (span() > to - from) {
      throw new IllegalArgumentException(
          "A window needs "
              + span()
              + " rows from the first it sees to its last target ("
              + settings()
              + "). Received: "
              + (to - from == series.rows() ? "a series" : "the range " + from + " … " + (to - 1))
              + " of "
              + (to - from)
              + " rows. Use a smaller lookback or more rows.");
    }
  }

  private String settings() {
    return "lookback "
        + lookback
        + ", step "
        + step
        + (fromLastRow ? ", horizon " : ", delay ")
        + ahead
        + (targetSteps == 1 ? "" : ", target steps " + targetSteps);
  }

  /**
   * How many rows back a window reaches.
   *
   * @param rows at least 1, a multiple of the step
   */
  public Windows lookback(int rows) {
    atLeast("lookback", 1, rows);
    return with(rows, step, ahead, fromLastRow, targetSteps);
  }

  /**
   * Every how many rows one is seen.
   *
   * @param rows at least 1; 1, the default, sees them all
   */
  public Windows step(int rows) {
    atLeast("step", 1, rows);
    return with(lookback, rows, ahead, fromLastRow, targetSteps);
  }

  /**
   * The book's measure: the target is row i + delay, where the last row seen is i − step.
   *
   * @param rows at least 0; 1 is the default
   */
  public Windows delay(int rows) {
    atLeast("delay", 0, rows);
    return with(lookback, step, rows, false, targetSteps);
  }

  /**
   * In place of {@link #delay}: the target is this many rows after the last row seen.
   *
   * @param rows at least 1
   */
  public Windows horizon(int rows) {
    atLeast("horizon", 1, rows);
    return with(lookback, step, rows, true, targetSteps);
  }

  /**
   * How many rows to predict: the first as {@link #delay} or {@link #horizon} says, the others each
   * a step later.
   *
   * @param count at least 1, the default
   */
  public Windows targetSteps(int count) {
    atLeast("targetSteps", 1, count);
    return with(lookback, step, ahead, fromLastRow, count);
  }

  private static void atLeast(String name, int least, int received) {
    if (received < least) {
      throw new IllegalArgumentException(
          "The " + name + " must be at least " + least + ". Received: " + name + "=" + received);
    }
  }

  private Windows with(int lookback, int step, int ahead, boolean fromLastRow, int targetSteps) {
    return new Windows(series, lookback, step, ahead, fromLastRow, targetSteps, from, to, batching);
  }

  private Windows with(int from, int to, Batching batching) {
    return new Windows(series, lookback, step, ahead, fromLastRow, targetSteps, from, to, batching);
  }

  /**
   * The windows whose rows and targets all lie in the rows {@code from} … {@code to}−1 of the
   * series, in place of any range given before.
   *
   * @throws IllegalArgumentException if the range is empty, reaches outside the series or is too
   *     short for a window
   */
  public Windows range(int from, int to) {
    TimeSeries.checkRange(from, to, series.rows());
    return with(from, to, batching);
  }

  /** The windows from row {@code from} to the end of the series. */
  public Windows range(int from) {
    return range(from, series.rows());
  }

  @Override
  public Windows batchSize(int size) {
    return with(from, to, batching.withSize(size));
  }

  @Override
  public Windows shuffled(long seed) {
    return with(from, to, batching.withSeed(seed));
  }

  @Override
  public int size() {
    return starts == null ? to - from - span() + 1 : starts.length;
  }

  /** The number of rows from the first seen to the last target, both counted. */
  private int span() {
    checkLookback();
    long toLast = (fromLastRow ? 0L : step) + ahead + (targetSteps - 1L) * step;
    long span = lookback - step + toLast + 1;
    return (int) Math.min(span, Integer.MAX_VALUE);
  }

  private void checkLookback() {
    if (lookback == 0) {
      throw new IllegalStateException(
          "These windows have no lookback yet: say how many rows back they reach with lookback(…).");
    }
  }

  /** The number of rows from the last one seen to the first target. */
  private int toTarget() {
    return fromLastRow ? ahead : step + ahead;
  }

  @Override
  public Shape inputShape() {
    checkLookback();
    return Shape.of(lookback / step, columns);
  }

  @Override
  public Shape targetShape() {
    if (targetSteps == 1) {
      return Shape.of(targets.length);
    }
    return targets.length == 1 ? Shape.of(targetSteps) : Shape.of(targetSteps, targets.length);
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    return batching.order(size(), epoch);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    int first = firstRow(sample);
    int steps = lookback / step;
    for (int t = 0; t < steps; t++) {
      int to = (t * rows + row) * columns;
      System.arraycopy(values, (first + t * step) * stride, slice, to, columns);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    int first = targetRow(sample);
    int filled = offset;
    for (int k = 0; k < targetSteps; k++) {
      for (int column : targets) {
        target[filled++] = values[(first + k * step) * stride + column];
      }
    }
  }

  /** The series these windows are cut from. */
  public TimeSeries series() {
    return series;
  }

  /**
   * The first row that a window sees.
   *
   * @param sample the number of the window, 0 … size−1, in natural order
   * @throws IndexOutOfBoundsException if there is no such window
   */
  public int firstRow(int sample) {
    if (sample < 0 || sample >= size()) {
      throw new IndexOutOfBoundsException(
          "There are windows 0 … " + (size() - 1) + ". Received: " + sample);
    }
    return starts == null ? from + sample : starts[sample];
  }

  /** Stretches of windows that begin row by row: the number of the first of each. */
  int[] stretches() {
    return IntStream.range(0, size())
        .filter(i -> i == 0 || firstRow(i) != firstRow(i - 1) + 1)
        .toArray();
  }

  /** The last row that a window sees. */
  public int lastRow(int sample) {
    return firstRow(sample) + lookback - step;
  }

  /**
   * The row of a window's target, or of the first of its targets, the others following step by
   * step.
   */
  public int targetRow(int sample) {
    return lastRow(sample) + toTarget();
  }

  /**
   * What a model sees of a window, normalized: lookback / step rows, oldest first, of all columns.
   */
  public double[][] input(int sample) {
    return rows(firstRow(sample));
  }

  /** A window's input that begins in a row, whether or not there is such a window. */
  double[][] rows(int first) {
    double[][] input = new double[lookback / step][columns];
    for (int t = 0; t < input.length; t++) {
      for (int j = 0; j < columns; j++) {
        input[t][j] = values[(first + t * step) * stride + j];
      }
    }
    return input;
  }

  /** What a model is to predict of a window, normalized, in the order of {@link #targetShape()}. */
  public double[] target(int sample) {
    double[] target = new double[targetShape().size()];
    for (int k = 0; k < target.length; k++) {
      int row = targetRow(sample) + k / targets.length * step;
      target[k] = values[row * stride + targets[k % targets.length]];
    }
    return target;
  }

  /**
   * The truth, for tables and plots: one row for each window in natural order, with the timestamp
   * of its first target (where the series has timestamps) and its targets in their own units. With
   * several target steps a column's name ends in the rows it lies after that timestamp, as in
   * {@code +6}.
   */
  public Table targets() {
    return new Forecasts(this).truth();
  }

  /**
   * What a model or a {@link Baseline} says of these windows, in the targets' own units and laid
   * out as {@link #targets()} is.
   *
   * @param predictions normalized, one row a window in natural order, in the order of {@link
   *     #targetShape()}: {@code model.predict(windows).toArray()}
   * @throws IllegalArgumentException if there are more or fewer of them
   */
  public Table forecasts(double[][] predictions) {
    return new Forecasts(this).of(predictions);
  }

  /**
   * How far predictions are off on average, in the targets' own units: for each target step a row,
   * with {@code ahead}, the number of rows from the last row seen, and the mean absolute error of
   * each target.
   *
   * @param predictions as for {@link #forecasts}
   * @throws IllegalArgumentException if there are more or fewer of them
   */
  public Table meanAbsoluteErrors(double[][] predictions) {
    return new Forecasts(this).meanAbsoluteErrors(predictions);
  }

  /**
   * What a model has to see to tell what comes after the last row of the range: lookback / step
   * rows up to and with that one, normalized, oldest first. For {@code model.predictOne(…)}, and
   * its answer for {@link #forecast}.
   *
   * @throws IllegalArgumentException if one of their values is missing
   */
  public double[][] lastInput() {
    checkLookback();
    return new Forecasts(this).lastInput();
  }

  /**
   * What a model says of the time after the last row of the range: for each target step a row, with
   * its time (where the series has dates with times, else the number of the row) and the targets in
   * their own units.
   *
   * @param prediction normalized, in the order of {@link #targetShape()}: {@code
   *     model.predictOne(windows.lastInput())}
   * @throws IllegalArgumentException if it has more or fewer numbers, or if the times of the last
   *     rows are not evenly spaced, so that the next are unknown
   */
  public Table forecast(double[] prediction) {
    return new Forecasts(this).next(prediction);
  }

  /** The value of a stored column in a row, normalized. */
  double value(int row, int column) {
    return values[row * stride + column];
  }

  /** Where the targets stand among the stored columns. */
  int[] targetPositions() {
    return targets;
  }

  /** The distance between two rows seen, and between two target steps. */
  int step() {
    return step;
  }

  /** How many rows back a window reaches. */
  int lookback() {
    return lookback;
  }

  /** The end of the range, not part of it. */
  int endOfRange() {
    return to;
  }

  /** For each target step the number of rows from the last one seen. */
  int[] rowsAhead() {
    return IntStream.range(0, targetSteps).map(k -> toTarget() + k * step).toArray();
  }

  /**
   * What these windows are, with the first and the last of them; prints as a few lines of text.
   * Where the series has something that is easily overlooked, these lines say it: rows that are not
   * evenly spaced in time, times that were read as text, columns left out because they are no
   * numbers.
   */
  public Description describe() {
    return new Description(
        size(),
        from,
        to,
        series.rows(),
        settings(),
        inputShape(),
        series.targetNames(),
        targetShape(),
        batchSize(),
        batches(),
        batching.seed(),
        edge(0),
        edge(size() - 1),
        to - from - span() + 1 - size(),
        series.remarks());
  }

  private Edge edge(int sample) {
    return new Edge(
        firstRow(sample),
        series.nameOfRow(firstRow(sample)),
        lastRow(sample),
        series.nameOfRow(lastRow(sample)),
        targetRow(sample),
        series.nameOfRow(targetRow(sample)));
  }

  @Override
  public String toString() {
    return lookback == 0 ? "Windows without a lookback" : describe().toString();
  }

  /**
   * The rows of one window and their timestamps (or "row n" where the series has none).
   *
   * @param firstRow the first row seen
   * @param lastRow the last row seen
   * @param targetRow the (first) target
   */
  public record Edge(
      int firstRow,
      String firstTime,
      int lastRow,
      String lastTime,
      int targetRow,
      String targetTime) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "rows %,d … %,d (%s … %s), target row %,d (%s)",
          firstRow,
          lastRow,
          firstTime,
          lastTime,
          targetRow,
          targetTime);
    }
  }

  /**
   * What {@link #describe()} tells.
   *
   * @param windows the number of windows
   * @param from the first row of the range
   * @param to the end of the range, not part of it
   * @param rows the number of rows of the whole series
   * @param settings lookback, step and delay in words
   * @param batches steps per epoch
   * @param seed what they are shuffled by, or null
   * @param skipped windows left out because they would see or predict a missing value
   * @param remarks what is easily overlooked about the series, a few sentences each; mostly none
   */
  public record Description(
      int windows,
      int from,
      int to,
      int rows,
      String settings,
      Shape inputShape,
      List<String> targets,
      Shape targetShape,
      int batchSize,
      int batches,
      Long seed,
      Edge first,
      Edge last,
      int skipped,
      List<String> remarks) {
    @Override
    public String toString() {
      int rest = windows - (batches - 1) * batchSize;
      return String.format(
          Locale.ROOT,
          """
          %,d windows in rows %,d … %,d of %,d%s: %s
          input %s, target %s %s
          %,d steps an epoch in batches of %d%s, %s
          first  %s
          last   %s%s""",
          windows,
          from,
          to - 1,
          rows,
          skipped == 0 ? "" : String.format(Locale.ROOT, " (%,d with gaps left out)", skipped),
          settings,
          inputShape,
          targetShape,
          String.join(", ", targets),
          batches,
          batchSize,
          rest == batchSize ? "" : " (the last of " + rest + ")",
          seed == null ? "in order" : "shuffled with seed " + seed,
          first,
          last,
          remarks.stream().map(remark -> "\nmind   " + remark).collect(Collectors.joining()));
    }
  }
}
