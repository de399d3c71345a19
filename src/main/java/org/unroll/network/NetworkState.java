package org.unroll.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.unroll.data.Shape;
import org.unroll.internal.UniqueNames;

/**
 * The states of the recurrent layers of a network between two time steps, with one row for each
 * sequence. A state has a name such as {@code lstm/h} or {@code lstm/c}, which consists of the name
 * of the layer and the name of the state. States are in the order of the layers.
 *
 * <p>{@link #of} creates states from values, for example to pass the states of an encoder to a
 * decoder. States from another network are matched by their order, not by their names.
 */
public final class NetworkState {
  private final int rows;
  private final List<String> names = new ArrayList<>();
  private final List<float[]> values = new ArrayList<>(); // rows × size of each state
  private final int[] firstOfLayer; // the first state of each layer, then the number of states

  /**
   * Creates states of zeros.
   *
   * @param layers the layers of a network
   * @param path returns the name of a layer
   * @param chosen whether the states of a layer are included
   */
  NetworkState(
      List<Layer> layers, Function<Layer, String> path, Predicate<Layer> chosen, int rows) {
    this.rows = rows;
    firstOfLayer = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (chosen.test(layer)) {
        layer.stateShapes().forEach((name, shape) -> add(path.apply(layer) + "/" + name, shape));
      }
      firstOfLayer[i + 1] = names.size();
    }
  }

  /**
   * Creates states of zeros for each step, also for steps that share a layer.
   *
   * @param path returns the name of a layer
   */
  NetworkState(List<Step> steps, Function<Layer, String> path, int rows) {
    this.rows = rows;
    firstOfLayer = new int[steps.size() + 1];
    var unique = new UniqueNames();
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < steps.size(); i++) {
      Layer layer = steps.get(i).layer();
      String first = path.apply(layer);
      String name = unique.next(first);
      while (taken.contains(name)) {
        name = unique.next(first);
      }
      taken.add(name);
      String prefix = name + "/";
      layer.stateShapes().forEach((state, shape) -> add(prefix + state, shape));
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
   * Returns states with the given values, named {@code state_0}, {@code state_1} and so on. They
   * must be in the order of the layers of the network that they are for. An LSTM has h first, then
   * c.
   *
   * @param states the rows of each state
   * @throws IllegalArgumentException if there is no state, or the numbers of rows differ
   */
  public static NetworkState of(double[][]... states) {
    if (states.length == 0 || Arrays.stream(states).anyMatch(state -> state.length == 0)) {
      throw new IllegalArgumentException(
          "There must be at least one state, and each must have at least one row, but the numbers"
              + " of rows are "
              + Arrays.stream(states).map(state -> state.length).toList()
              + ".");
    }
    var result = new NetworkState(List.of(), Layer::name, layer -> false, states[0].length);
    for (int s = 0; s < states.length; s++) {
      result.add("state_" + s, Shape.of(states[s][0].length));
      result.set("state_" + s, states[s]);
    }
    return result;
  }

  /** Returns the number of rows, one for each sequence. */
  public int rows() {
    return rows;
  }

  /** Returns the names of the states, each as {@code layer/state}, in the order of the layers. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** Returns the number of values in a row of a state. */
  private int size(int state) {
    return values.get(state).length / rows;
  }

  /**
   * Returns a copy of a state, with one row for each sequence.
   *
   * @throws IllegalArgumentException if there is no state with this name
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
   * Sets the values of a state.
   *
   * @param name the name of the state
   * @param newRows one row for each sequence
   * @throws IllegalArgumentException if there is no state with this name, or if the number of rows
   *     or the length of a row is wrong
   */
  public void set(String name, double[][] newRows) {
    int state = index(name);
    int size = size(state);
    if (newRows.length != rows) {
      throw new IllegalArgumentException(
          "The state '"
              + name
              + "' must have "
              + rows
              + " rows, one for each sequence, but "
              + newRows.length
              + " were given.");
    }
    for (int r = 0; r < rows; r++) {
      if (newRows[r].length != size) {
        throw new IllegalArgumentException(
            "Each row of the state '"
                + name
                + "' must have "
                + size
                + " values, but row "
                + r
                + " has "
                + newRows[r].length
                + ".");
      }
      for (int i = 0; i < size; i++) {
        values.get(state)[r * size + i] = (float) newRows[r][i];
      }
    }
  }

  private int index(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "There is no state '" + name + "'. The states are " + names + ".");
    }
    return index;
  }

  /** Sets all states to zeros. */
  public void reset() {
    for (float[] state : values) {
      Arrays.fill(state, 0f);
    }
  }

  /** Returns a copy of these states. */
  public NetworkState copy() {
    var copy = new NetworkState(this, rows);
    copy.copyRows(this, 0, 0, rows);
    return copy;
  }

  /**
   * Returns a copy of some of the rows. A row may be selected several times, as in a beam search.
   *
   * @param chosen the rows in the order of the result
   * @throws IllegalArgumentException if no row is selected, or if there is no such row
   */
  public NetworkState select(int... chosen) {
    if (chosen.length == 0) {
      throw new IllegalArgumentException(
          "At least one of the " + rows + " rows must be selected, but none was.");
    }
    var result = new NetworkState(this, chosen.length);
    for (int r = 0; r < chosen.length; r++) {
      if (chosen[r] < 0 || chosen[r] >= rows) {
        throw new IllegalArgumentException(
            "A selected row must be from 0 to " + (rows - 1) + ", but was " + chosen[r] + ".");
      }
      result.copyRows(this, chosen[r], r, 1);
    }
    return result;
  }

  /**
   * Sets all states to the values of other states, which may belong to another network.
   *
   * @throws IllegalArgumentException if the other states differ in number, size or rows
   */
  public void set(NetworkState other) {
    if (other.rows != rows) {
      throw new IllegalArgumentException(
          "The number of rows must be the number of sequences, which is "
              + rows
              + ", but the states have "
              + other.rows
              + " rows. Choose rows with select(...), or use as many sequences as rows.");
    }
    boolean same = other.values.size() == values.size();
    for (int s = 0; same && s < values.size(); s++) {
      same = values.get(s).length == other.values.get(s).length;
    }
    if (!same) {
      throw new IllegalArgumentException(
          "The states must have the sizes of "
              + describe()
              + ", but were "
              + other.describe()
              + ". Use the same number of recurrent layers with the same units, or set the states by"
              + " name.");
    }
    copyRows(other, 0, 0, rows);
  }

  /** Describes the states as {@code lstm/h (32), lstm/c (32)}. */
  private String describe() {
    var text = new StringBuilder();
    for (int s = 0; s < names.size(); s++) {
      text.append(s == 0 ? "" : ", ").append(names.get(s)).append(" (").append(size(s)).append(')');
    }
    return text.toString();
  }

  /**
   * Copies rows from other states, which must have the same number and sizes.
   *
   * @param other the states to copy from
   * @param from the first row to copy
   * @param to the first row to overwrite
   * @param count the number of rows
   * @hidden
   */
  public void copyRows(NetworkState other, int from, int to, int count) {
    for (int s = 0; s < values.size(); s++) {
      int size = size(s);
      System.arraycopy(other.values.get(s), from * size, values.get(s), to * size, count * size);
    }
  }

  /**
   * Copies some rows of the states of one layer to arrays for a slice of a batch.
   *
   * @param slice an array for each state of the layer, replaced if it is too short
   * @return the slice, or null if these are not the states of the layer
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

  /** Copies the arrays of a slice back, after {@link #load}. */
  void store(int layer, int firstRow, int count, float[][] slice) {
    int first = firstOfLayer[layer];
    for (int s = 0; s < slice.length; s++) {
      int size = size(first + s);
      System.arraycopy(slice[s], 0, values.get(first + s), firstRow * size, count * size);
    }
  }
}
