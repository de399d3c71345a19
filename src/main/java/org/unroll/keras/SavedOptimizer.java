package org.unroll.keras;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.keras.hdf5.Hdf5Array;
import org.unroll.keras.hdf5.Hdf5File;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * Reads the state of an optimizer from a file. It is Keras's list of variables: the number of
 * steps, the learning rate unless there is a schedule, then the slots.
 */
final class SavedOptimizer {
  private SavedOptimizer() {}

  /** Returns the variables in the layout of Keras 3, or an empty list if there is no state. */
  static List<Hdf5Array> ofKeras3(Hdf5File.Group root) throws IOException {
    List<Hdf5Array> variables = new ArrayList<>();
    if (root.has("optimizer")) {
      Hdf5File.Group optimizer = root.group("optimizer");
      if (optimizer.has("vars")) {
        Hdf5File.Group group = optimizer.group("vars");
        for (int i = 0; i < group.names().size(); i++) {
          variables.add(group.array(Integer.toString(i)));
        }
      }
    }
    return variables;
  }

  /** Returns the variables in the layout of {@code .h5} files, or an empty list without state. */
  static List<Hdf5Array> ofH5(Hdf5File.Group root) throws IOException {
    List<Hdf5Array> variables = new ArrayList<>();
    if (root.has("optimizer_weights")) {
      Hdf5File.Group group = root.group("optimizer_weights");
      for (String name : SavedWeights.names(group, "weight_names")) {
        variables.add(group.array(name));
      }
    }
    return variables;
  }

  /** Sets the state of an optimizer. */
  static void restore(Optimizer optimizer, List<Weight> weights, List<Hdf5Array> variables)
      throws IOException {
    optimizer.build(weights);
    List<Optimizer.Slot> slots = optimizer.slots();
    int first = optimizer.schedule() == null ? 2 : 1;
    // Keras creates the slots at the first step, so a model saved before it has none.
    boolean untrained = variables.size() == first && variables.get(0).whole() == 0;
    if (!untrained && variables.size() != first + slots.size()) {
      throw new IOException(
          "it must have "
              + (first + slots.size())
              + " variables of the optimizer '"
              + optimizer.name()
              + "' for this model, but has "
              + variables.size());
    }
    for (int i = 0; i < slots.size() && !untrained; i++) {
      Optimizer.Slot slot = slots.get(i);
      Hdf5Array array = variables.get(first + i);
      SavedWeights.requireShape(array, slot.shape(), "'" + slot.name() + "' of the optimizer");
      System.arraycopy(array.floats(), 0, slot.values(), 0, slot.values().length);
    }
    long iterations = variables.get(0).whole();
    if (iterations < 0) {
      throw new IOException(
          "the number of optimizer steps must be at least 0, but was " + iterations);
    }
    optimizer.iterations(iterations);
    if (first == 2) {
      SavedWeights.requireShape(variables.get(1), Shape.of(), "the learning rate");
      float rate = variables.get(1).floats()[0];
      // The configuration has more digits, but the state is the rate that was last used.
      if (rate != (float) optimizer.learningRate()) {
        optimizer.learningRate(rate);
      }
    }
  }
}
