package org.unroll.forecasting;

import java.util.List;
import java.util.function.UnaryOperator;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.timeseries.Windows;

/**
 * The targets of windows shifted by one step, as inputs of a decoder that is trained with teacher
 * forcing (Williams and Zipser 1989): its input in the first target step is the target in the last
 * input row, and then the target of the step before. The shape is (target steps, targets). A
 * {@linkplain org.unroll.timeseries.Scaling#difference(int) differenced} target is a change since
 * the last input row, and begins with 0, no change.
 *
 * <pre>{@code
 * import org.unroll.forecasting.DecoderInputs;
 *
 * double[][] wave = new double[100][1];
 * for (int t = 0; t < 100; t++) {
 *   wave[t][0] = Math.sin(0.3 * t);
 * }
 * Windows six = TimeSeries.of(wave, "y").target("y").windows().lookback(8).targetSteps(6);
 * var past = input(8, 1);
 * var shifted = input(6, 1);
 * var states = gru(4).returnState(true).on(past).states();
 * var decoder = Model.of(List.of(past, shifted),
 *     flatten().on(dense(1).on(gru(4).returnSequences(true).on(shifted, states))));
 * decoder.compile(adam(), mse());
 * decoder.fit(six.and(DecoderInputs.of(six)), epochs(1));
 * double[][] predictions = DecoderInputs.decode(decoder, six, shift -> six.and(shift));
 * }</pre>
 *
 * <p>With known columns, use {@code windows.and(windows.future()).and(DecoderInputs.of(windows))}.
 */
public final class DecoderInputs implements Dataset {
  private final Windows windows;
  private final int targets;
  private final int steps;

  /** The position of each target among the inputs, or −1 if it is differenced. */
  private final int[] columns;

  /** The predictions so far, one row per window, or null for the targets. */
  private final double[][] decoded;

  private DecoderInputs(Windows windows, double[][] decoded) {
    this.windows = windows;
    this.decoded = decoded;
    List<String> inputs = windows.series().columnNames();
    List<String> names = windows.series().targetNames();
    if (!inputs.containsAll(names)) {
      throw new IllegalArgumentException(
          "The targets of a decoder with teacher forcing must be among the columns that the model"
              + " sees, but the targets are "
              + names
              + " and the columns "
              + inputs
              + ". Select them with columns(…).");
    }
    targets = names.size();
    steps = windows.targetShape().size() / targets;
    columns =
        names.stream()
            .mapToInt(name -> windows.series().differenceLag(name) > 0 ? -1 : inputs.indexOf(name))
            .toArray();
  }

  /**
   * Creates the inputs for windows, to be joined with {@code windows.and(…)}.
   *
   * @throws IllegalArgumentException if a target is not among the columns of the input rows
   */
  public static DecoderInputs of(Windows windows) {
    return new DecoderInputs(windows, null);
  }

  /**
   * Predicts the targets without seeing them: the model is run once for each target step, and its
   * predictions so far are the inputs of the decoder. The outputs at a step must not depend on
   * decoder inputs of later steps, as in an RNN that is not bidirectional.
   *
   * @param model a model with the outputs of {@link Windows#targetShape()}
   * @param windows the windows to predict
   * @param samples adds the inputs of the decoder to the other inputs, as in training
   * @return normalized, one row per window, in the order of {@link Windows#targetShape()}
   * @throws IllegalArgumentException if the model has another number of outputs
   */
  public static double[][] decode(Model model, Windows windows, UnaryOperator<Dataset> samples) {
    double[][] decoded = new double[windows.size()][windows.targetShape().size()];
    DecoderInputs inputs = new DecoderInputs(windows, decoded);
    int targets = inputs.targets;
    for (int k = 0; k < inputs.steps; k++) {
      double[][] outputs = model.predict(samples.apply(inputs)).toArray();
      for (int i = 0; i < decoded.length; i++) {
        if (outputs[i].length != decoded[i].length) {
          throw new IllegalArgumentException(
              "The model must have "
                  + decoded[i].length
                  + " outputs, the shape "
                  + windows.targetShape()
                  + " of the targets, but has "
                  + outputs[i].length
                  + ".");
        }
        System.arraycopy(outputs[i], k * targets, decoded[i], k * targets, targets);
      }
    }
    return decoded;
  }

  @Override
  public int size() {
    return windows.size();
  }

  @Override
  public Shape inputShape() {
    return Shape.of(steps, targets);
  }

  @Override
  public Shape targetShape() {
    return null;
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    double[][] input = windows.input(sample);
    double[] after = decoded == null ? windows.target(sample) : decoded[sample];
    for (int k = 0; k < steps; k++) {
      for (int j = 0; j < targets; j++) {
        double last = columns[j] < 0 ? 0 : input[input.length - 1][columns[j]];
        slice[(k * rows + row) * targets + j] =
            (float) (k == 0 ? last : after[(k - 1) * targets + j]);
      }
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    throw new UnsupportedOperationException("These are inputs, which have no targets.");
  }
}
