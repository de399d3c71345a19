package org.unroll.keras;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.unroll.Model;
import org.unroll.data.Shape;
import org.unroll.keras.hdf5.Hdf5Array;
import org.unroll.keras.hdf5.Hdf5File;
import org.unroll.network.Layer;
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

  /**
   * Returns the slots of the optimizer of a model in the order of Keras, in which the own weights
   * of a layer precede those of its inner layers.
   */
  static List<Optimizer.Slot> slots(Model model) {
    List<Weight> weights = model.network().trainableWeights();
    model.optimizer().build(weights);
    Map<float[], Integer> indices = new IdentityHashMap<>();
    weights.forEach(weight -> indices.put(weight.values(), indices.size()));
    List<Integer> order = new ArrayList<>(); // the index of each weight of Keras
    for (Layer layer : model.layers()) {
      LayerFormats.of(layer)
          .groups(
              layer,
              "",
              (owner, path) ->
                  LayerFormats.ownWeights(owner).stream()
                      .map(weight -> indices.remove(weight.values()))
                      .filter(Objects::nonNull)
                      .forEach(order::add));
    }
    Map<String, Optimizer.Slot> named = new HashMap<>();
    List<Optimizer.Slot> slots = model.optimizer().slots();
    slots.forEach(slot -> named.put(slot.name() + slot.weight(), slot));
    return slots.stream()
        .map(slot -> slot.weight() < 0 ? slot : named.get(slot.name() + order.get(slot.weight())))
        .toList();
  }

  /** Sets the state of the optimizer of a model. */
  static void restore(Model model, List<Hdf5Array> variables) throws IOException {
    Optimizer optimizer = model.optimizer();
    List<Optimizer.Slot> slots = slots(model);
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
