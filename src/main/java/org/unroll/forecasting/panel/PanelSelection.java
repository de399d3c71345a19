package org.unroll.forecasting.panel;

import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.BitSet;
import org.unroll.timeseries.WindowPositions;

/**
 * The settings that decide which windows a panel has, and their search.
 *
 * @param positions lookback, step, horizon and target steps
 * @param from the first time, or null
 * @param before the end of the times, exclusive, or null
 * @param latest whether only the windows after which all targets are missing are meant
 * @param part a part of this range, or null
 */
record PanelSelection(
    WindowPositions positions, Temporal from, Temporal before, boolean latest, Part part) {

  /**
   * A range of positions of the grid, such as those that a fold of a backtest is fitted on.
   *
   * @param first the first position, or null for no bound
   * @param end the end, exclusive
   */
  record Part(Long first, long end) {}

  /**
   * Windows that begin row after row.
   *
   * @param first the row in which the first window of each run begins
   * @param ends the number of windows up to the end of each run
   */
  record Runs(int[] first, int[] ends) {
    int size() {
      return ends[ends.length - 1];
    }

    int firstRow(int sample) {
      int found = Arrays.binarySearch(ends, sample);
      int run = found >= 0 ? found + 1 : -found - 1;
      return first[run] + sample - (run == 0 ? 0 : ends[run - 1]);
    }
  }

  static PanelSelection all(PanelGrid grid) {
    return new PanelSelection(WindowPositions.of(longest(grid)), null, null, false, null);
  }

  PanelSelection with(WindowPositions other) {
    return new PanelSelection(other, from, before, latest, part);
  }

  PanelSelection withFrom(Temporal time) {
    return new PanelSelection(positions, time, before, latest, part);
  }

  PanelSelection withBefore(Temporal time) {
    return new PanelSelection(positions, from, time, latest, part);
  }

  PanelSelection onlyLatest() {
    return new PanelSelection(positions, from, before, true, part);
  }

  PanelSelection within(Part range) {
    return new PanelSelection(positions, from, before, latest, range);
  }

  private static int longest(PanelGrid grid) {
    int longest = 0;
    for (int s = 0; s < grid.names().size(); s++) {
      longest = Math.max(longest, grid.start(s + 1) - grid.start(s));
    }
    return longest;
  }

  /**
   * Finds the windows without missing values.
   *
   * @throws IllegalArgumentException if there is none
   */
  Runs runs(PanelData data) {
    PanelGrid grid = data.grid();
    positions.requireFit(longest(grid));
    int span = positions.span();
    int[] first = new int[16];
    int[] ends = new int[16];
    int count = 0;
    int windows = 0;
    Bounds bounds = bounds(grid);
    for (int s = 0; s < grid.names().size(); s++) {
      int row = bounds.from(s);
      int end = bounds.to(s) - span + 1;
      if (latest) {
        int last = data.missingTargets().previousClearBit(end + span - 2);
        row = Math.max(row, positions.firstRow(last));
        end = Math.min(end, positions.firstRow(last) + 1);
      }
      boolean complete = next(data.missingInputs(), row) >= end + span - 1;
      while (row < end) {
        if (!complete && !isWindow(data, row)) {
          row++;
          continue;
        }
        if (count == first.length) {
          first = Arrays.copyOf(first, 2 * count);
          ends = Arrays.copyOf(ends, 2 * count);
        }
        first[count] = row;
        while (row < end && (complete || isWindow(data, row))) {
          row++;
        }
        windows += row - first[count];
        ends[count++] = windows;
      }
    }
    if (windows == 0) {
      throw noWindows(grid);
    }
    return new Runs(Arrays.copyOf(first, count), Arrays.copyOf(ends, count));
  }

  private IllegalArgumentException noWindows(PanelGrid grid) {
    return new IllegalArgumentException(
        "At least one series must have a window of "
            + positions.settings()
            + (from == null ? "" : " from " + from)
            + (before == null ? "" : " before " + before)
            + (part == null ? "" : " in the rows that a fold is fitted on")
            + (latest
                ? " after which the targets are missing and the known columns are not, but none"
                    + " has. Append rows of the times to forecast to the table."
                : " without a missing value, but none of the "
                    + grid.names().size()
                    + " series has. A window spans "
                    + positions.span()
                    + " rows, and the longest series has "
                    + longest(grid)
                    + "."));
  }

  private boolean isWindow(PanelData data, int first) {
    for (int k = 0; k < positions.targetSteps(); k++) {
      int row = positions.targetRow(first) + k * positions.step();
      if (data.grid().tableRow(row) < 0 || data.missingTargets().get(row) != latest) {
        return false;
      }
    }
    return canBePredicted(data, first);
  }

  /** Returns whether nothing is missing but, possibly, targets. */
  boolean canBePredicted(PanelData data, int first) {
    for (int t = 0; t < positions.inputRows(); t++) {
      if (data.missingInputs().get(first + t * positions.step())) {
        return false;
      }
    }
    for (int k = 0; k < positions.targetSteps(); k++) {
      if (data.missingKnown().get(positions.targetRow(first) + k * positions.step())) {
        return false;
      }
    }
    return true;
  }

  /** Returns the rows of each series in the range. */
  Bounds bounds(PanelGrid grid) {
    Long first = from == null ? null : Long.valueOf(grid.positionOf(from));
    Long end = before == null ? null : Long.valueOf(grid.positionOf(before));
    if (part != null) {
      first = first == null || (part.first != null && part.first > first) ? part.first : first;
      end = end == null ? part.end : Math.min(end, part.end);
    }
    return new Bounds(grid, first, end);
  }

  /**
   * The rows of each series in a range.
   *
   * @param first the first position, or null for no bound
   * @param end the end, exclusive, or null for no bound
   */
  record Bounds(PanelGrid grid, Long first, Long end) {
    /** Returns the first row of a series. */
    int from(int series) {
      return first == null ? grid.start(series) : grid.firstRowAt(series, first);
    }

    /** Returns the end of the rows of a series. */
    int to(int series) {
      int to = end == null ? grid.start(series + 1) : grid.firstRowAt(series, end);
      return Math.max(to, from(series));
    }
  }

  private static int next(BitSet missing, int row) {
    int next = missing.nextSetBit(row);
    return next < 0 ? Integer.MAX_VALUE : next;
  }
}
