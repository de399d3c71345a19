package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.unroll.data.ScaleCheck;
import org.unroll.data.Shape;

/**
 * A description of {@link Windows}: their number, shapes and settings, and the first and the last
 * of them. It is printed as a few lines of text.
 *
 * @param windows the number of windows
 * @param from the first row of the range
 * @param to the end of the range, exclusive
 * @param rows the number of rows of the whole series
 * @param settings lookback, step, delay or horizon, and target steps, as text
 * @param inputShape the shape of one input
 * @param targets the names of the target columns
 * @param targetShape the shape of one target
 * @param batchSize the number of windows in a batch
 * @param batches the number of batches in an epoch
 * @param seed the seed of the shuffling, or null if the windows are in order
 * @param first the rows of the first window
 * @param last the rows of the last window
 * @param skipped the number of windows that are left out because of missing values, or because the
 *     first rows have no differences
 * @param longestLag the longest lag of differenced columns, or 0
 * @param known the names of the columns with known future values
 * @param remarks possible problems of the series that are easily overlooked; usually none
 */
public record WindowsDescription(
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
    int longestLag,
    List<String> known,
    List<String> remarks) {

  static WindowsDescription of(Windows windows, int every, Long seed) {
    TimeSeries series = windows.series();
    WindowPositions positions = windows.positions();
    List<String> remarks = new ArrayList<>(series.remarks());
    ScaleCheck.ofInputs(windows, windows.inputShape().last(), series.columnNames())
        .ifPresent(remarks::add);
    return new WindowsDescription(
        windows.size(),
        positions.from(),
        positions.to(),
        series.rows(),
        positions.settings() + (every == 1 ? "" : ", every " + every),
        windows.inputShape(),
        series.targetNames(),
        windows.targetShape(),
        windows.batchSize(),
        windows.batches(),
        seed,
        Edge.of(windows, 0),
        Edge.of(windows, windows.size() - 1),
        (positions.count() - 1) / every + 1 - windows.size(),
        series.data().longestLag(),
        series.knownNames(),
        List.copyOf(remarks));
  }

  /**
   * The rows of one window with their timestamps, or with "row n" if the series has no timestamps.
   *
   * @param firstRow the first input row
   * @param firstTime the time of the first input row
   * @param lastRow the last input row
   * @param lastTime the time of the last input row
   * @param targetRow the row of the first target
   * @param targetTime the time of the first target
   * @param lastTargetRow the row of the last target step
   * @param lastTargetTime the time of the last target step
   */
  public record Edge(
      int firstRow,
      String firstTime,
      int lastRow,
      String lastTime,
      int targetRow,
      String targetTime,
      int lastTargetRow,
      String lastTargetTime) {
    private static Edge of(Windows windows, int sample) {
      TimeSeries series = windows.series();
      int first = windows.firstRow(sample);
      int last = windows.lastRow(sample);
      int target = windows.targetRow(sample);
      int lastTarget = windows.targetRow(sample, windows.positions().targetSteps() - 1);
      return new Edge(
          first,
          series.nameOfRow(first),
          last,
          series.nameOfRow(last),
          target,
          series.nameOfRow(target),
          lastTarget,
          series.nameOfRow(lastTarget));
    }

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

    private String targetRows() {
      return String.format(
          Locale.ROOT,
          "rows %,d … %,d (%s … %s)",
          targetRow,
          lastTargetRow,
          targetTime,
          lastTargetTime);
    }
  }

  /**
   * Returns which rows of the columns with known future values are used by the first and by the
   * last window, as text; empty if there are no such columns.
   */
  public String future() {
    return known.isEmpty()
        ? ""
        : "known future of "
            + String.join(", ", known)
            + ": "
            + first.targetRows()
            + " of the first window, "
            + last.targetRows()
            + " of the last";
  }

  private String leftOut() {
    String gaps = String.format(Locale.ROOT, "%,d with gaps", skipped);
    return longestLag == 0
        ? gaps
        : gaps + String.format(Locale.ROOT, " or without differences of lag %,d", longestLag);
  }

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
        last   %s%s%s""",
        windows,
        from,
        to - 1,
        rows,
        skipped == 0 ? "" : " (" + leftOut() + " left out)",
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
        known.isEmpty() ? "" : "\n" + future(),
        remarks.stream().map(remark -> "\nnote   " + remark).collect(Collectors.joining()));
  }
}
