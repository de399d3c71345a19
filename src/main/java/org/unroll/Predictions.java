package org.unroll;

import java.util.Map;
import org.ejml.data.FMatrixRMaj;
import org.unroll.data.Shape;
import org.unroll.network.NetworkState;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** The outputs of a model for every sample of a dataset, in the dataset's natural order. */
public final class Predictions {
  private final Shape shape;
  private final int width;
  private final float[] values;
  private final Map<String, Integer> outputWidths;
  private final NetworkState state;

  /**
   * The outputs of a model.
   *
   * @param shape the shape of one output
   * @param values the outputs, row-major
   * @param outputWidths the outputs that stand side by side in the last axis, by name; none for one
   * @param state the states the samples ended with, or null
   */
  Predictions(Shape shape, float[] values, Map<String, Integer> outputWidths, NetworkState state) {
    this.shape = shape;
    this.width = shape.size();
    this.values = values;
    this.outputWidths = outputWidths;
    this.state = state;
  }

  /**
   * One of several outputs: {@code forward_lstm} or {@code backward_lstm} of a model that ends with
   * a Bidirectional of {@code MergeMode.NONE}, of which this object has both side by side.
   *
   * @throws IllegalArgumentException if there is none of this name, with the names that exist
   */
  public Predictions output(String name) {
    int from = 0;
    for (Map.Entry<String, Integer> output : outputWidths.entrySet()) {
      if (output.getKey().equals(name)) {
        return columns(from, output.getValue());
      }
      from += output.getValue();
    }
    throw new IllegalArgumentException(
        "There is no output '"
            + name
            + "'. "
            + (outputWidths.isEmpty()
                ? "The model has one output, which these predictions are."
                : "There are: " + outputWidths.keySet()));
  }

  private Predictions columns(int from, int count) {
    int all = shape.last();
    float[] part = new float[values.length / all * count];
    for (int row = 0; row * all < values.length; row++) {
      System.arraycopy(values, row * all + from, part, row * count, count);
    }
    return new Predictions(shape.withLast(count), part, Map.of(), state);
  }

  /**
   * The states that the samples ended with, one row a sample: those of the last layer, or of all
   * layers where the prediction began with given states.
   *
   * @throws IllegalStateException if the model does not return its states
   */
  public NetworkState state() {
    if (state == null) {
      throw new IllegalStateException(
          "The last layer of this model does not return its states. Set returnState(true) on it"
              + " (an LSTM or one of its relatives), or predict with initial states.");
    }
    return state;
  }

  /** The number of samples. */
  public int size() {
    return values.length / width;
  }

  /** The shape of one output. */
  public Shape shape() {
    return shape;
  }

  /** The output for one sample, row-major where it has several axes. */
  public double[] get(int sample) {
    if (sample < 0 || sample >= size()) {
      throw new IndexOutOfBoundsException(
          "There are predictions for samples 0 to " + (size() - 1) + ". Received: " + sample);
    }
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] = values[sample * width + i];
    }
    return row;
  }

  /** The output for one sample of a model that returns a sequence: a row for each time step. */
  public double[][] getSequence(int sample) {
    if (shape.rank() != 2) {
      throw new IllegalStateException(
          "Only a model that returns sequences has outputs with time steps; this one returns "
              + shape
              + " for a sample. Call get(sample).");
    }
    double[] flat = get(sample);
    int outputs = shape.last();
    double[][] steps = new double[shape.axis(0)][outputs];
    for (int t = 0; t < steps.length; t++) {
      System.arraycopy(flat, t * outputs, steps[t], 0, outputs);
    }
    return steps;
  }

  /** All outputs, one row a sample. */
  public double[][] toArray() {
    double[][] rows = new double[size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = get(i);
    }
    return rows;
  }

  /** All outputs as an EJML matrix of one row a sample, without a copy. */
  public FMatrixRMaj matrix() {
    return FMatrixRMaj.wrap(size(), width, values);
  }

  /**
   * One row a sample, in columns {@code prediction}, or {@code prediction_0}, {@code prediction_1},
   * … where there are several.
   */
  public Table toTable() {
    Table table = Table.create("Predictions");
    for (int i = 0; i < width; i++) {
      double[] column = new double[size()];
      for (int row = 0; row < column.length; row++) {
        column[row] = values[row * width + i];
      }
      table.addColumns(DoubleColumn.create(width == 1 ? "prediction" : "prediction_" + i, column));
    }
    return table;
  }

  @Override
  public String toString() {
    return "Predictions for "
        + size()
        + (size() == 1 ? " sample" : " samples")
        + " of shape "
        + shape;
  }
}
