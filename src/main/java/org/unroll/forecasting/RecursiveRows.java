package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.List;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.forecasting.panel.WindowScale;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

/**
 * The rows that a {@link RecursiveForecast} feeds back.
 *
 * @param steps the number of target steps
 * @param targetColumns the position of each target among the inputs
 * @param knownColumns the position of each input among the known columns, −1 for targets
 * @param future the known columns of all windows of a series, or null
 * @param hasFuture whether the known columns of the predicted row are the second input
 * @param lags the lag of the differences of each target, or 0
 * @param drifts the center of the differences of each target, normalized
 * @param perWindow whether the input of each step is normalized by itself
 */
record RecursiveRows(
    int steps,
    int[] targetColumns,
    int[] knownColumns,
    Dataset future,
    boolean hasFuture,
    int[] lags,
    double[] drifts,
    boolean perWindow) {

  /**
   * A window that moves from step to step.
   *
   * @param input the input rows
   * @param known the known columns in the target rows
   * @param fixed the fixed features, possibly none
   */
  record Sequence(double[][] input, double[][] known, double[] fixed) {}

  static RecursiveRows of(Windows windows, boolean hasFuture) {
    TimeSeries series = windows.series();
    int reach = windows.lastRow(0) - windows.firstRow(0) + 1;
    requireSteps(
        reach == windows.inputShape().axis(0)
            && windows.targetRow(0) == windows.lastRow(0) + 1
            && windows.targetRow(0, 1) == windows.targetRow(0) + 1, // one input row, a longer step
        "the first window has "
            + windows.inputShape().axis(0)
            + " input rows in "
            + windows.firstRow(0)
            + " … "
            + windows.lastRow(0)
            + " and the first target in row "
            + windows.targetRow(0));
    return of(
        series.columnNames(),
        series.targetNames(),
        series.knownNames(),
        windows.targetShape().size() / series.targetNames().size(),
        hasFuture || !series.knownNames().isEmpty() ? windows.future() : null,
        hasFuture,
        series.targetNames().stream().mapToInt(series::differenceLag).toArray(),
        series.targetNames().stream()
            .mapToDouble(name -> series.mean(name) / series.std(name))
            .toArray(),
        false);
  }

  static RecursiveRows of(PanelWindows windows) {
    Panel panel = windows.panel();
    requireSteps(
        windows.positions().step() == 1 && windows.positions().ahead() == 1,
        "they have " + windows.positions().settings());
    return of(
        panel.columnNames(),
        panel.targetNames(),
        panel.knownNames(),
        windows.positions().targetSteps(),
        null,
        !panel.knownNames().isEmpty(),
        new int[panel.targetNames().size()],
        new double[panel.targetNames().size()],
        windows.isNormalizedPerWindow());
  }

  private static void requireSteps(boolean valid, String received) {
    if (!valid) {
      throw new IllegalArgumentException(
          "Recursive forecasts need windows with step 1 and horizon 1, but " + received + ".");
    }
  }

  private static RecursiveRows of(
      List<String> inputs,
      List<String> targets,
      List<String> known,
      int steps,
      Dataset future,
      boolean hasFuture,
      int[] lags,
      double[] drifts,
      boolean perWindow) {
    List<String> unknown = new ArrayList<>(inputs);
    unknown.removeAll(targets);
    unknown.removeAll(known);
    if (!unknown.isEmpty() || !inputs.containsAll(targets)) {
      throw new IllegalArgumentException(
          "Recursive forecasts need windows that see all targets, and whose other columns are"
              + " known, but the columns are "
              + inputs
              + ", the targets "
              + targets
              + " and the known columns "
              + known
              + ". Select the columns with columns(…), or name known columns with known(…).");
    }
    return new RecursiveRows(
        steps,
        targets.stream().mapToInt(inputs::indexOf).toArray(),
        inputs.stream()
            .mapToInt(name -> targets.contains(name) ? -1 : known.indexOf(name))
            .toArray(),
        future,
        hasFuture,
        lags,
        drifts,
        perWindow);
  }

  /** Returns the sequence of a window of a series. */
  Sequence sequence(Windows windows, int sample) {
    int width = future == null ? 0 : future.inputShape().last();
    float[] values = new float[steps * width];
    if (width > 0) {
      future.copyInput(sample, values, 0, 1);
    }
    double[][] known = new double[steps][width];
    for (int i = 0; i < values.length; i++) {
      known[i / width][i % width] = values[i];
    }
    return new Sequence(windows.input(sample), known, new double[0]);
  }

  /** Returns the sequence of a window of a panel. */
  Sequence sequence(PanelWindows windows, int sample) {
    return new Sequence(
        windows.panelInput(sample),
        hasFuture ? windows.known(sample) : new double[steps][0],
        windows.fixed(sample));
  }

  /** Returns the inputs of the model at a step. */
  Dataset samples(List<Sequence> sequences, int step) {
    List<Object> parts = new ArrayList<>();
    parts.add(sequences.stream().map(this::input).toArray(double[][][]::new));
    if (hasFuture) {
      parts.add(
          sequences.stream()
              .map(sequence -> new double[][] {sequence.known[step]})
              .toArray(double[][][]::new));
    }
    if (sequences.get(0).fixed.length > 0) {
      parts.add(sequences.stream().map(Sequence::fixed).toArray(double[][]::new));
    }
    return Samples.of(parts);
  }

  private double[][] input(Sequence sequence) {
    if (!perWindow) {
      return sequence.input;
    }
    double[][] input = sequence.input.clone();
    for (int t = 0; t < input.length; t++) {
      input[t] = input[t].clone();
    }
    for (int target = 0; target < targetColumns.length; target++) {
      WindowScale scale = scale(sequence.input, target);
      for (double[] row : input) {
        row[targetColumns[target]] = scale.forward(row[targetColumns[target]]);
      }
    }
    return input;
  }

  /** Returns the scale of a target in the input of a step. */
  WindowScale scale(double[][] input, int target) {
    return WindowScale.of(input.length, t -> input[t][targetColumns[target]]);
  }

  /**
   * Returns what the target of a step is the change from, if that is itself predicted: the change
   * one lag earlier. A one-step model predicts single differences, which add up.
   */
  double before(double[] predictions, int step, int target) {
    int earlier = step - lags[target];
    return lags[target] == 0 || earlier < 0
        ? 0
        : predictions[earlier * lags.length + target] + drifts[target];
  }

  /**
   * Appends the outputs of the model at a step to a sequence.
   *
   * @return the outputs as they are fed back: not normalized by the input of the step
   */
  double[] append(Sequence sequence, int step, double[] outputs) {
    double[][] input = sequence.input;
    double[] next = outputs.clone();
    double[] row = new double[knownColumns.length];
    for (int j = 0; j < row.length; j++) {
      row[j] = knownColumns[j] < 0 ? 0 : sequence.known[step][knownColumns[j]];
    }
    for (int target = 0; target < next.length; target++) {
      if (perWindow) {
        next[target] = scale(input, target).inverse(next[target]);
      }
      row[targetColumns[target]] = next[target];
    }
    System.arraycopy(input, 1, input, 0, input.length - 1);
    input[input.length - 1] = row;
    return next;
  }
}
