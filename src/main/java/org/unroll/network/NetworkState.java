package org.unroll.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.unroll.data.Shape;

/**
 * The states of the layers of a network between two time steps, a row for each sequence: what a
 * recurrent network remembers. States have names, {@code layer/state} such as {@code lstm/h} and
 * {@code lstm/c}, in the order of the layers.
 *
 * <p>{@link #of} makes states of given values, for instance those of an encoder on their way to a
 * decoder; where they are handed on to another network their order counts, not their names.
 */
public final class NetworkState {
  private final int rows;
  private final List<String> names = new ArrayList<>();
  private final List<float[]> values = new ArrayList<>(); // rows × size, for each name
  private final int[] firstOfLayer; // for each layer of the network, and one more

  /** States of zeros for the layers of a network that the condition chooses. */
  NetworkState(List<Layer> layers, Predicate<Layer> chosen, int rows) {
    this.rows = rows;
    firstOfLayer = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (chosen.test(layer)) {
        layer.stateShapes().forEach((name, shape) -> add(layer.name() + "/" + name, shape));
      }
      firstOfLayer[i + 1] = names.size();
    }
  }

  private NetworkState(NetworkState other, int rows) {
    this.rows = rows;
    firstOfLayer = other.firstOfLayer;
    names.addAll(other.names);
    for (int s = 0; s < names.size(); s++) {
      values.add(new float[rows * other.size(s)]);
    }
  }

  private void add(String name, Shape shape) {
    names.add(name);
    values.add(new float[rows * shape.size()]);
  }

  /**
   * States of given values, in the order of the layers of the network they are for; of an LSTM h,
   * then c.
   *
   * @param states for each state its rows
   * @throws IllegalArgumentException if there is none, or the numbers of rows differ
   */
  public static NetworkState of(double[][]... states) {
    if (states.length == 0 || Arrays.stream(states).anyMatch(state -> state.length == 0)) {
      throw new IllegalArgumentException(
          "There is at least one state, and each has at least one row. Received rows: "
              + Arrays.stream(states).map(state -> state.length).toList());
    }
    var result = new NetworkState(List.of(), layer -> false, states[0].length);
    for (int s = 0; s < states.length; s++) {
      result.add("state_" + s, Shape.of(states[s][0].length));
      result.set("state_" + s, states[s]);
    }
    return result;
  }

  /** The number of sequences. */
  public int rows() {
    return rows;
  }

  /** The names of the states, {@code layer/state}, in the order of the layers. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** The number of values a row has in the state of this number. */
  private int size(int state) {
    return values.get(state).length / rows;
  }

  /**
   * A copy of a state, one row a sequence.
   *
   * @throws IllegalArgumentException if there is none of this name, with the names that exist
   */
  public double[][] get(String name) {
    int state = index(name);
    int size = size(state);
    double[][] result = new double[rows][size];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < size; i++) {
        result[r][i] = values.get(state)[r * size + i];
      }
    }
    return result;
  }

  /**
   * Changes a state.
   *
   * @throws IllegalArgumentException if there is none of this name, or the rows do not fit
   */
  public void set(String name, double[][] newRows) {
    int state = index(name);
    int size = size(state);
    if (newRows.length != rows) {
      throw new IllegalArgumentException(
          "The state '"
              + name
              + "' has "
              + rows
              + " rows, one a sequence. Received: "
              + newRows.length);
    }
    for (int r = 0; r < rows; r++) {
      if (newRows[r].length != size) {
        throw new IllegalArgumentException(
            "A row of the state '"
                + name
                + "' has "
                + size
                + " values. Received: "
                + newRows[r].length
                + " in row "
                + r);
      }
      for (int i = 0; i < size; i++) {
        values.get(state)[r * size + i] = (float) newRows[r][i];
      }
    }
  }

  private int index(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("There is no state '" + name + "'. There are: " + names);
    }
    return index;
  }

  /** Sets all states to zeros. */
  public void reset() {
    for (float[] state : values) {
      Arrays.fill(state, 0f);
    }
  }

  /** The same states in arrays of their own. */
  public NetworkState copy() {
    var copy = new NetworkState(this, rows);
    copy.copyRows(this, 0, 0, rows);
    return copy;
  }

  /**
   * The states of some rows, in this order; a row may come several times, as the best beginnings do
   * in a beam search.
   */
  public NetworkState select(int... chosen) {
    if (chosen.length == 0) {
      throw new IllegalArgumentException("Choose at least one row of " + rows + ".");
    }
    var result = new NetworkState(this, chosen.length);
    for (int r = 0; r < chosen.length; r++) {
      if (chosen[r] < 0 || chosen[r] >= rows) {
        throw new IllegalArgumentException(
            "There are states of the rows 0 to " + (rows - 1) + ". Received: " + chosen[r]);
      }
      result.copyRows(this, chosen[r], r, 1);
    }
    return result;
  }

  /**
   * Takes over the values of other states, which may belong to another network.
   *
   * @throws IllegalArgumentException unless they are as many, of the same sizes, for as many rows
   */
  public void set(NetworkState other) {
    if (other.rows != rows) {
      throw new IllegalArgumentException(
          "Every sequence has a state of its own. Sequences: "
              + rows
              + ", received states: "
              + other.rows
              + ". Choose rows with select(…), or run as many rows.");
    }
    boolean same = other.values.size() == values.size();
    for (int s = 0; same && s < values.size(); s++) {
      same = values.get(s).length == other.values.get(s).length;
    }
    if (!same) {
      throw new IllegalArgumentException(
          "The states do not fit: needed are "
              + describe()
              + ". Received: "
              + other.describe()
              + ". Use as many recurrent layers of the same units, or set the states by name.");
    }
    copyRows(other, 0, 0, rows);
  }

  /** {@code lstm/h (32), lstm/c (32)}. */
  private String describe() {
    var text = new StringBuilder();
    for (int s = 0; s < names.size(); s++) {
      text.append(s == 0 ? "" : ", ").append(names.get(s)).append(" (").append(size(s)).append(')');
    }
    return text.toString();
  }

  /** Takes over rows of other states that agree with these in number and sizes. */
  public void copyRows(NetworkState other, int from, int to, int count) {
    for (int s = 0; s < values.size(); s++) {
      int size = size(s);
      System.arraycopy(other.values.get(s), from * size, values.get(s), to * size, count * size);
    }
  }

  /**
   * Copies the states of one layer for some rows to a slice of a batch.
   *
   * @param slice an array for each of the layer's states, replaced where it is too short
   * @return the slice, or null where nothing of the layer is kept here
   */
  float[][] load(int layer, int firstRow, int count, float[][] slice) {
    int first = firstOfLayer[layer];
    if (firstOfLayer[layer + 1] == first) {
      return null;
    }
    for (int s = 0; s < slice.length; s++) {
      int size = size(first + s);
      slice[s] = Pass.atLeast(slice[s], count * size);
      System.arraycopy(values.get(first + s), firstRow * size, slice[s], 0, count * size);
    }
    return slice;
  }

  /** Takes back what {@link #load} has given out. */
  void store(int layer, int firstRow, int count, float[][] slice) {
    int first = firstOfLayer[layer];
    for (int s = 0; s < slice.length; s++) {
      int size = size(first + s);
      System.arraycopy(slice[s], 0, values.get(first + s), firstRow * size, count * size);
    }
  }
}
