package org.unroll.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How Keras computes the masks of a graph when the layers are applied: by operations that are part
 * of its graph. A layer with one input takes its mask as an argument, so that the operations count
 * for the order of the layers and are saved in a file.
 *
 * <p>A MultiHeadAttention removes the masks of its inputs when Keras runs it, so that steps that
 * run later do not find them, unless they have a mask as argument.
 *
 * @hidden
 */
public final class KerasMasks {
  /** Layers that have the mask of their first input. */
  private static final Set<String> PASSING =
      Set.of(
          "Activation",
          "ActivityRegularization",
          "AlphaDropout",
          "BatchNormalization",
          "Bidirectional",
          "ConvLSTM1D",
          "ConvLSTM2D",
          "Dense",
          "Dropout",
          "ELU",
          "GRU",
          "GaussianDropout",
          "GaussianNoise",
          "GroupNormalization",
          "LSTM",
          "LayerNormalization",
          "LeakyReLU",
          "MultiHeadAttention",
          "Normalization",
          "PReLU",
          "RNN",
          "ReLU",
          "Rescaling",
          "SimpleRNN",
          "Softmax",
          "SpatialDropout1D",
          "TimeDistributed",
          "UnitNormalization");

  /** Layers with a mask as argument. */
  private static final Set<String> READING =
      Set.of(
          "BatchNormalization",
          "Bidirectional",
          "ConvLSTM1D",
          "ConvLSTM2D",
          "Functional",
          "GRU",
          "GlobalAveragePooling1D",
          "LSTM",
          "RNN",
          "Sequential",
          "SimpleRNN",
          "Softmax",
          "TimeDistributed");

  /** Layers of which some return the last time step only. */
  private static final Set<String> RECURRENT =
      Set.of("Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "GRU", "LSTM", "RNN", "SimpleRNN");

  /** Layers whose results depend on the masks that Keras finds when it runs them. */
  private static final Set<String> FINDING =
      Set.of(
          "AdditiveAttention", "Attention", "Maximum", "Minimum", "MultiHeadAttention", "Multiply");

  private static final Set<String> ATTENTION =
      Set.of("AdditiveAttention", "Attention", "MultiHeadAttention");

  private static final Set<String> JOINING =
      Set.of("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract");

  /**
   * An operation by which Keras computes a mask.
   *
   * @hidden
   */
  public static final class Operation {
    private final String type;
    private final Step step;
    private final List<Integer> values;
    private final List<Operation> masks;

    private Operation(String type, Step step, List<Integer> values, List<Operation> masks) {
      this.type = type;
      this.step = step;
      this.values = values;
      this.masks = masks;
    }

    /** Returns Keras's name of the class. */
    public String type() {
      return type;
    }

    /** Returns the step whose output has this mask, or a mask that is computed from it. */
    public Step step() {
      return step;
    }

    /** Returns the numbers of the values that it reads, see {@link Step}. */
    public List<Integer> values() {
      return values;
    }

    /** Returns the operations whose masks it reads. */
    public List<Operation> masks() {
      return masks;
    }
  }

  private final Operation[] masks; // of the values; null for those without
  private final Operation[] arguments; // of the steps; null for those without
  private final List<Operation> operations = new ArrayList<>();
  private final boolean[] kept; // whether Keras finds the mask of a value at the end
  private final boolean[][] found; // whether an attention layer finds those of its inputs

  /**
   * Finds the masks.
   *
   * @param steps the steps, each after those that compute its inputs
   * @param ranks the number of axes of one sample of each value
   */
  KerasMasks(List<Step> steps, int[] ranks) {
    masks = new Operation[ranks.length];
    arguments = new Operation[steps.size()];
    kept = new boolean[ranks.length];
    found = new boolean[steps.size()][];
    Arrays.fill(kept, true);
    for (int i = 0; i < arguments.length; i++) {
      Step step = steps.get(i);
      String type = step.layer().type();
      int first = step.inputs().get(0);
      if (step.inputs().size() == 1 && READING.contains(type)) {
        arguments[i] = masks[first];
      }
      if (!RECURRENT.contains(type) || ranks[step.firstOutput()] == ranks[first]) {
        masks[step.firstOutput()] = mask(step, type, first);
      }
      run(i, step, type);
    }
  }

  /** Returns whether a layer has the mask of its first input, if its output has the same steps. */
  public static boolean passesMask(String type) {
    return PASSING.contains(type);
  }

  /** Returns whether a layer has a mask where all of its inputs have one. */
  static boolean joins(String type) {
    return JOINING.contains(type);
  }

  /** Finds which masks remain when Keras runs a step. */
  private void run(int i, Step step, String type) {
    List<Integer> inputs = step.inputs();
    found[i] = new boolean[inputs.size()];
    boolean all = true;
    for (int j = 0; j < found[i].length; j++) {
      found[i][j] = kept[inputs.get(j)] || !FINDING.contains(type);
      all &= kept[inputs.get(j)];
    }
    boolean isJoined = JOINING.contains(type) || type.equals("Concatenate");
    kept[step.firstOutput()] =
        step.layer().createsMask()
            || arguments[i] != null
            || (isJoined ? all : kept[inputs.get(0)]);
    if (type.equals("MultiHeadAttention")) {
      inputs.forEach(value -> kept[value] = false);
    }
  }

  private Operation mask(Step step, String type, int first) {
    if (step.layer().createsMask()) {
      Operation differs = add("NotEqual", step, List.of(first), List.of());
      return type.equals("Masking") ? add("Any", step, differs) : differs;
    }
    if (PASSING.contains(type)) {
      return masks[first];
    }
    List<Integer> inputs = step.inputs();
    if (JOINING.contains(type) && inputs.stream().allMatch(value -> masks[value] != null)) {
      Operation all = masks[first];
      for (int value : inputs.subList(1, inputs.size())) {
        all = add("LogicalOr", step, all, masks[value]);
      }
      return all;
    }
    if (type.equals("Concatenate") && inputs.stream().anyMatch(value -> masks[value] != null)) {
      return add("Any", step, add("Concatenate", step, List.of(), each(step)));
    }
    return ATTENTION.contains(type) && masks[first] != null
        ? add("ConvertToTensor", step, masks[first])
        : null;
  }

  /** Returns the masks of the inputs of a Concatenate with all their features. */
  private List<Operation> each(Step step) {
    List<Operation> each = new ArrayList<>();
    for (int value : step.inputs()) {
      if (masks[value] == null) {
        each.add(add("OnesLike", step, List.of(value), List.of()));
      } else {
        Operation expanded = add("ExpandDims", step, masks[value]);
        each.add(
            add("LogicalOr", step, expanded, add("ZerosLike", step, List.of(value), List.of())));
      }
    }
    return each;
  }

  private Operation add(String type, Step step, Operation... inputs) {
    return add(type, step, List.of(), List.of(inputs));
  }

  private Operation add(String type, Step step, List<Integer> values, List<Operation> inputs) {
    var operation = new Operation(type, step, values, inputs);
    operations.add(operation);
    return operation;
  }

  /** Returns all operations, each after those that it reads. */
  List<Operation> operations() {
    return operations;
  }

  /**
   * Returns the mask that a step takes as an argument, or null.
   *
   * @param step the index of the step
   */
  public Operation argument(int step) {
    return arguments[step];
  }

  /**
   * Returns false if the result of a step depends on the mask of an input, but Keras does not find
   * it.
   *
   * @param step the index of the step
   * @param input the index of the input
   */
  boolean finds(int step, int input) {
    return found[step][input];
  }

  /** Returns whether Keras finds the mask of a value after all steps. */
  boolean keeps(int value) {
    return kept[value];
  }
}
