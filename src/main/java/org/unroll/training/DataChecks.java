package org.unroll.training;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.losses.CategoricalCrossentropy;
import org.unroll.losses.Loss;
import org.unroll.losses.SparseCategoricalCrossentropy;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;

/**
 * Checks that the samples, targets and weights of a dataset have the shapes that a network and its
 * loss require. In every method {@code use} is the word for the data in error messages, such as
 * {@code training} or {@code validation}.
 */
final class DataChecks {
  private DataChecks() {}

  /**
   * Checks inputs, targets and sample weights.
   *
   * @throws IllegalArgumentException if one of them does not fit
   */
  static void requireFit(
      Network network, List<CompiledOutput> compiled, Dataset dataset, String use) {
    if (network.moreOutputs() != null) {
      throw new IllegalArgumentException(
          "A model must have one output for "
              + use
              + " because a sample has one target, but "
              + network.moreOutputs()
              + ". Build the model without the additional outputs, or only call predict.");
    }
    requireInputs(network, dataset, use);
    List<Dataset> targets = targets(network, dataset);
    if (targets.stream().anyMatch(target -> target.targetShape() == null)) {
      throw new IllegalArgumentException(
          "The "
              + use
              + " data must have targets, but has none. Add targets to the data, or call predict"
              + " instead.");
    }
    if (targets.size() != compiled.size()) {
      throw new IllegalArgumentException(
          "The model has "
              + compiled.size()
              + " outputs, "
              + network.outputNames()
              + ", but the "
              + use
              + " data has targets for "
              + targets.size()
              + ". Give one set of targets for each output, for example with targets(List.of(…)).");
    }
    List<Shape> outputs = network.outputShapes(inputShapes(network, dataset));
    for (int o = 0; o < outputs.size(); o++) {
      String what =
          outputs.size() == 1 ? "" : " with output '" + network.outputNames().get(o) + "'";
      requireTargets(compiled.get(o).loss(), outputs.get(o), targets.get(o), what, use);
    }
  }

  private static void requireTargets(
      Loss loss, Shape output, Dataset dataset, String what, String use) {
    Shape targets = dataset.targetShape();
    if (loss.overSequences() != null) {
      requireLabels(loss, output, targets, dataset.weightShape(), what, use);
      return;
    }
    int outputs = output.last();
    Shape fitting = output.withLast(loss.targetWidth(outputs));
    if (!fitting.isKnown() || !targets.isKnown()) {
      requireStepTargets(fitting, targets, use);
      return;
    }
    requireTargets(loss, output, fitting, targets, what, use);
    requireWeights(output, dataset.weightShape(), use);
  }

  /** Checks the targets and weights for a loss of whole sequences. */
  private static void requireLabels(
      Loss loss, Shape output, Shape targets, Shape weights, String what, String use) {
    if (output.rank() != 2 || targets.rank() != 1) {
      throw new IllegalArgumentException(
          loss.name()
              + " needs a model"
              + what
              + " with outputs of shape (time, classes) and a row of class numbers as the target of"
              + " each sample, but the output shape is "
              + output
              + " and the targets of the "
              + use
              + " data have shape "
              + targets
              + ". Change returnSequences of the last recurrent layer, or the targets.");
    }
    if (weights != null && weights.size() != 1) {
      throw new IllegalArgumentException(
          loss.name()
              + " needs one weight per sample, but the weights of the "
              + use
              + " data have shape "
              + weights
              + ".");
    }
  }

  /**
   * Returns the samples for each input of a network.
   *
   * @throws IllegalArgumentException if their number or their names are not those of the inputs
   */
  static List<Dataset> inputs(Network network, Dataset dataset) {
    Supplier<List<String>> names = () -> network.inputs().stream().map(Layer::name).toList();
    List<Dataset> inputs = inOrder("inputs", names, dataset.inputParts(), dataset.inputNames());
    int count = network.inputs().size();
    if (inputs.size() != count) {
      throw new IllegalArgumentException(
          "The model has "
              + count
              + (count == 1 ? " input, " : " inputs, ")
              + names.get()
              + ", but the samples have "
              + inputs.size()
              + ". Give the values of each input, for example with Samples.of(List.of(…)) or"
              + " windows.and(samples).");
    }
    return inputs;
  }

  /** Returns the shape of one sample of each input, as {@link #inputs} does. */
  static List<Shape> inputShapes(Network network, Dataset dataset) {
    return inputs(network, dataset).stream().map(Dataset::inputShape).toList();
  }

  /** Returns the samples with the targets of each output of a network, as {@link #inputs} does. */
  static List<Dataset> targets(Network network, Dataset dataset) {
    return inOrder("targets", network::outputNames, dataset.targetParts(), dataset.targetNames());
  }

  private static List<Dataset> inOrder(
      String what, Supplier<List<String>> ofNetwork, List<Dataset> parts, List<String> given) {
    if (given.isEmpty()) {
      return parts;
    }
    List<String> names = ofNetwork.get();
    if (!Set.copyOf(given).equals(Set.copyOf(names))) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " must be given for the names "
              + names
              + ", but were given for "
              + given
              + ".");
    }
    return names.stream().map(name -> parts.get(given.indexOf(name))).toList();
  }

  /** Checks targets of a known shape. */
  private static void requireTargets(
      Loss loss, Shape output, Shape fitting, Shape targets, String what, String use) {
    int needed = fitting.size();
    // Axes of length 1 may be missing, and the targets of several time steps may be given flat.
    boolean differentAxes = targets.rank() == fitting.rank() && !targets.equals(fitting);
    if (targets.size() != needed || differentAxes) {
      throw new IllegalArgumentException(
          "With "
              + loss.name()
              + ", a model"
              + what
              + " with output shape "
              + output
              + " needs "
              + needed
              + (needed == 1 ? " target value" : " target values")
              + (differentAxes ? " of shape " + fitting : "")
              + " per sample, but the targets of the "
              + use
              + " data have shape "
              + targets
              + ". Change the units of the last layer, returnSequences, or the targets."
              + otherCrossentropy(loss, output, targets));
    }
  }

  /** Returns which cross-entropy fits class numbers or one-hot targets, if it is the other one. */
  private static String otherCrossentropy(Loss loss, Shape output, Shape targets) {
    int positions = output.size() / output.last();
    if (loss instanceof CategoricalCrossentropy && targets.size() == positions) {
      return " For class numbers, use sparseCategoricalCrossentropy().";
    }
    return loss instanceof SparseCategoricalCrossentropy && targets.size() == output.size()
        ? " For one-hot targets, use categoricalCrossentropy()."
        : "";
  }

  private static void requireWeights(Shape output, Shape weights, String use) {
    int positions = output.size() / output.last();
    if (weights != null && weights.size() != positions) {
      throw new IllegalArgumentException(
          "A model with output shape "
              + output
              + " needs "
              + positions
              + (positions == 1 ? " weight" : " weights, one per time step,")
              + " per sample, but the weights of the "
              + use
              + " data have shape "
              + weights
              + ". Change the weights, or returnSequences of the last recurrent layer.");
    }
  }

  /** Checks the targets of sequences whose length differs from batch to batch. */
  private static void requireStepTargets(Shape fitting, Shape targets, String use) {
    boolean numbers = fitting.last() == 1 && targets.equals(fitting.dropLast());
    if (!numbers && !targets.equals(fitting)) {
      throw new IllegalArgumentException(
          "The model needs targets of shape "
              + fitting
              + " per sample, but the targets of the "
              + use
              + " data, which is padded batch by batch, have shape "
              + targets
              + ". Change returnSequences or the targets, or pad the data to one length.");
    }
  }

  /**
   * Checks inputs and, for a stateful network, the batch size.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static void requireInputs(Network network, Dataset dataset, String use) {
    requireShape(network, dataset, use);
    if (network.isStateful()) {
      requireBatches(network.input().batchSize(), dataset, use);
    }
  }

  /**
   * Checks inputs for a prediction, for which the batches of a stateful network may be smaller.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static void requirePredictable(Network network, Dataset dataset) {
    requireShape(network, dataset, "prediction");
    int rows = network.input().batchSize();
    if (network.isStateful() && Math.min(dataset.batchSize(), dataset.size()) > rows) {
      throw new IllegalArgumentException(
          "The model is stateful and needs batches of at most "
              + rows
              + " rows, but the prediction data has batches of "
              + dataset.batchSize()
              + ". Call batchSize("
              + rows
              + ") on the data.");
    }
  }

  private static void requireShape(Network network, Dataset dataset, String use) {
    List<Dataset> parts = inputs(network, dataset);
    for (int i = 0; i < parts.size(); i++) {
      requireShape(network.inputs().get(i), parts.size() > 1, parts.get(i), use);
    }
  }

  private static void requireShape(Input input, boolean named, Dataset dataset, String use) {
    String model = named ? "The input '" + input.name() + "' of the model" : "The model";
    if (!input.shape().accepts(dataset.inputShape())) {
      throw new IllegalArgumentException(
          model
              + " needs samples of shape "
              + input.shape()
              + ", but the samples of the "
              + use
              + " data have shape "
              + dataset.inputShape()
              + ". Change input(…) of the model or the lookback, step and columns of the data.");
    }
    if (input.shape().isKnown() && !dataset.inputShape().isKnown()) {
      throw new IllegalArgumentException(
          model
              + " needs samples of shape "
              + input.shape()
              + ", but the sequences of the "
              + use
              + " data differ in length from batch to batch. Begin the model with"
              + " input(Shape.ANY, …), or pad the data to one length.");
    }
  }

  /** Checks that every batch has one row for each row of a stateful network's states. */
  private static void requireBatches(int rows, Dataset dataset, String use) {
    int last = dataset.size() % rows;
    if (dataset.batchSize() != rows) {
      throw new IllegalArgumentException(
          "The model is stateful and needs batches of "
              + rows
              + " rows, but the "
              + use
              + " data has batches of "
              + dataset.batchSize()
              + ". Call batchSize("
              + rows
              + ") on the data, or build the model with input(…).batchSize("
              + dataset.batchSize()
              + ").");
    }
    if (last != 0) {
      throw new IllegalArgumentException(
          "The model is stateful and needs batches of "
              + rows
              + " rows, but the last batch of the "
              + use
              + " data, which has "
              + dataset.size()
              + " samples, has "
              + last
              + (dataset.size() > rows
                  ? ". Leave these samples out with subset(0, " + (dataset.size() - last) + ")."
                  : ". Use more samples, or build the model with input(…).batchSize("
                      + last
                      + ")."));
    }
  }
}
