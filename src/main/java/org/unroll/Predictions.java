package org.unroll;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import org.ejml.data.FMatrixRMaj;
import org.unroll.data.Shape;
import org.unroll.internal.Suggestion;
import org.unroll.network.NetworkState;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** The outputs of a model for all samples of a dataset, in the natural order of the dataset. */
public final class Predictions {
  private final Shape shape;
  private final int width;
  private final float[] values;
  private final Map<String, Integer> outputWidths;
  private final NetworkState state;
  private Map<String, Predictions> all = Map.of(); // of a model with several outputs

  /**
   * Creates predictions.
   *
   * @param shape the shape of one output
   * @param values the outputs in row-major order
   * @param outputWidths the widths of the outputs in the last axis by name; empty for a single
   *     output
   * @param state the final states of the samples, may be null
   */
  Predictions(Shape shape, float[] values, Map<String, Integer> outputWidths, NetworkState state) {
    this.shape = shape;
    this.width = shape.size();
    this.values = values;
    this.outputWidths = outputWidths;
    this.state = state;
  }

  /** Returns the predictions of several outputs; the result itself is the first output. */
  static Predictions of(Map<String, Predictions> outputs) {
    Predictions one = outputs.values().iterator().next();
    var first = new Predictions(one.shape, one.values, Map.of(), one.state);
    first.all = Collections.unmodifiableMap(outputs);
    return first;
  }

  /** Returns all outputs of a model with several outputs by their names; else an empty map. */
  public Map<String, Predictions> outputs() {
    return all;
  }

  /**
   * Returns one of several outputs. A model that ends with a Bidirectional layer and {@code
   * MergeMode.NONE} has the outputs {@code forward_lstm} and {@code backward_lstm}.
   *
   * @param name the name of the output
   * @throws IllegalArgumentException if there is no such output
   */
  public Predictions output(String name) {
    if (!all.isEmpty()) {
      Predictions found = all.get(name);
      if (found == null) {
        throw new IllegalArgumentException(Suggestion.unknown("output", name, all.keySet()));
      }
      return found;
    }
    int from = 0;
    for (Map.Entry<String, Integer> output : outputWidths.entrySet()) {
      if (output.getKey().equals(name)) {
        return columns(from, output.getValue());
      }
      from += output.getValue();
    }
    throw new IllegalArgumentException(
        outputWidths.isEmpty()
            ? "The model must have several outputs to choose '"
                + name
                + "', but has only one. Use these predictions directly."
            : Suggestion.unknown("output", name, outputWidths.keySet()));
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
   * Returns the final states with one row per sample. These are the states of the last layer, or of
   * all layers if the prediction started with given states.
   *
   * @throws IllegalStateException if the model does not return its states
   */
  public NetworkState state() {
    if (state == null) {
      throw new IllegalStateException(
          "The last layer of the model must return its states, but does not. Set returnState(true)"
              + " on this layer, which must be recurrent, or predict with initial states.");
    }
    return state;
  }

  /** Returns the number of samples. */
  public int size() {
    return values.length / width;
  }

  /** Returns the shape of one output. */
  public Shape shape() {
    return shape;
  }

  /**
   * Returns the output for one sample, in row-major order if it has several axes.
   *
   * @param sample the index of the sample
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public double[] get(int sample) {
    if (sample < 0 || sample >= size()) {
      throw new IndexOutOfBoundsException(
          "The sample must be from 0 to " + (size() - 1) + ", but was " + sample + ".");
    }
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] = values[sample * width + i];
    }
    return row;
  }

  /**
   * Returns the output sequence for one sample, with a row for each time step.
   *
   * @param sample the index of the sample
   * @throws IllegalStateException if the model does not return sequences
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public double[][] getSequence(int sample) {
    return (double[][]) nested(sample, 2, "sequences");
  }

  /**
   * Returns the output image for one sample, as rows, columns and channels.
   *
   * @param sample the index of the sample
   * @throws IllegalStateException if the model does not return images
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public double[][][] getImage(int sample) {
    return (double[][][]) nested(sample, 3, "images of (rows, columns, channels)");
  }

  /**
   * Returns the output images over time for one sample, as time steps, rows, columns and channels.
   *
   * @param sample the index of the sample
   * @throws IllegalStateException if the model does not return images over time
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public double[][][][] getImageSequence(int sample) {
    String needed = "images over time of (time, rows, columns, channels)";
    return (double[][][][]) nested(sample, 4, needed);
  }

  /** Returns the output for one sample as nested arrays. */
  private Object nested(int sample, int rank, String needed) {
    if (shape.rank() != rank) {
      throw new IllegalStateException(
          "The outputs must be "
              + needed
              + ", but have the shape "
              + shape
              + ". Call get(sample).");
    }
    return nested(get(sample), 0, shape);
  }

  /** Returns nested arrays with the values from {@code from} on. */
  private static Object nested(double[] flat, int from, Shape shape) {
    if (shape.rank() == 1) {
      return Arrays.copyOfRange(flat, from, from + shape.last());
    }
    Shape inner = shape.dropFirst();
    Object result = Array.newInstance(double.class, shape.toArray());
    for (int i = 0; i < shape.axis(0); i++) {
      Array.set(result, i, nested(flat, from + i * inner.size(), inner));
    }
    return result;
  }

  /** Returns all outputs with one row per sample. */
  public double[][] toArray() {
    double[][] rows = new double[size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = get(i);
    }
    return rows;
  }

  /** Returns all outputs as an EJML matrix with one row per sample, without copying. */
  public FMatrixRMaj matrix() {
    return FMatrixRMaj.wrap(size(), width, values);
  }

  /**
   * Returns a table with one row per sample. The column is {@code prediction}, or the columns are
   * {@code prediction_0}, {@code prediction_1}, …. If the model has several outputs, the columns of
   * all of them have the names of the outputs, such as {@code price} or {@code price_0}.
   */
  public Table toTable() {
    Table table = Table.create("Predictions");
    if (all.isEmpty()) {
      addColumns("prediction", table);
    }
    all.forEach((name, output) -> output.addColumns(name, table));
    return table;
  }

  private void addColumns(String name, Table table) {
    for (int i = 0; i < width; i++) {
      double[] column = new double[size()];
      for (int row = 0; row < column.length; row++) {
        column[row] = values[row * width + i];
      }
      table.addColumns(DoubleColumn.create(width == 1 ? name : name + "_" + i, column));
    }
  }

  @Override
  public String toString() {
    return "Predictions for "
        + size()
        + (size() == 1 ? " sample" : " samples")
        + (all.isEmpty()
            ? " of shape " + shape
            : " of shapes "
                + all.entrySet().stream()
                    .map(output -> output.getKey() + " " + output.getValue().shape)
                    .collect(Collectors.joining(", ")));
  }
}
