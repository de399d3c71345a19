package org.unroll.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.unroll.data.Dataset;
import org.unroll.data.ScaleCheck;
import org.unroll.layers.core.ActivationLayer;
import org.unroll.layers.core.KernelLayer;
import org.unroll.layers.core.TimeDistributed;
import org.unroll.losses.BinaryCrossentropy;
import org.unroll.losses.CategoricalCrossentropy;
import org.unroll.losses.Ctc;
import org.unroll.losses.Huber;
import org.unroll.losses.LogCosh;
import org.unroll.losses.Loss;
import org.unroll.losses.MeanAbsoluteError;
import org.unroll.losses.MeanSquaredError;
import org.unroll.losses.SparseCategoricalCrossentropy;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.timeseries.Windows;

/**
 * Finds probable mistakes in a model and its training data. None of them is an error: training
 * runs, but learns slowly, nothing, or something else than intended.
 */
final class Hints {
  static final String MISSING_VECTORS =
      "The Vector API is off, so training is 3 to 5 times slower than it could be. Start Java with"
          + " --add-modules jdk.incubator.vector.";

  private static final Set<String> PROBABILITIES =
      Set.of("sigmoid", "softmax", "hard_sigmoid", "sparsemax");

  /** Layers that scale their inputs, or look them up. */
  private static final Set<String> SCALING =
      Set.of("BatchNormalization", "LayerNormalization", "Normalization", "Rescaling", "Embedding");

  private final Network network;
  private final Loss loss;
  private final Dataset data;
  private final Map<Integer, Double> classWeight;
  private final List<String> hints = new ArrayList<>();

  private Hints(CompiledNetwork compiled, Dataset data, Map<Integer, Double> classWeight) {
    network = compiled.network();
    loss = compiled.loss();
    this.data = data;
    this.classWeight = classWeight;
  }

  /**
   * Returns a line for each probable mistake.
   *
   * @param data training data that fits the network and the loss
   * @param classWeight the weights of the classes; empty if there are none
   */
  static List<String> of(CompiledNetwork compiled, Dataset data, Map<Integer, Double> classWeight) {
    var found = new Hints(compiled, data, classWeight);
    found.checkLastLayer();
    found.checkInputs();
    found.checkTargets();
    return found.hints;
  }

  /** Returns a line if the first epoch took much longer than the second. */
  static Optional<String> slowFirstEpoch(double first, double second) {
    return first > 2 * second && first - second > 1
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "The first epoch took %.1f s and the second %.1f s because the JVM compiles the code"
                    + " while it runs for the first time.",
                first,
                second))
        : Optional.empty();
  }

  private void checkLastLayer() {
    Layer last = network.layers().get(network.layers().size() - 1);
    String activation = activation(last);
    if (activation == null) {
      return;
    }
    int outputs = network.outputShape().last();
    if (activation.equals("softmax") && outputs == 1) {
      hints.add(
          "The last layer, '"
              + last.name()
              + "', is a softmax over one unit, which is always 1. Use the activation sigmoid, or"
              + " one unit for each class.");
      return;
    }
    Boolean fromLogits = fromLogits();
    if (fromLogits == null || fromLogits != PROBABILITIES.contains(activation)) {
      return;
    }
    String fitting = loss instanceof BinaryCrossentropy ? "sigmoid" : "softmax";
    hints.add(
        fromLogits
            ? loss.name()
                + (loss instanceof Ctc ? "" : " with fromLogits(true)")
                + " needs outputs without an activation, but the last layer, '"
                + last.name()
                + "', has the activation "
                + activation
                + (loss instanceof Ctc ? ". Remove " : ". Remove fromLogits(true) or ")
                + "the activation."
            : loss.name()
                + " needs probabilities, but the last layer, '"
                + last.name()
                + "', has the activation "
                + activation
                + ". Use the activation "
                + fitting
                + ", or fromLogits(true) with a linear layer.");
  }

  /** Returns whether a loss of probabilities is computed from logits; null for another loss. */
  private Boolean fromLogits() {
    if (loss instanceof Ctc) {
      return true;
    } else if (loss instanceof BinaryCrossentropy binary) {
      return binary.fromLogits();
    } else if (loss instanceof CategoricalCrossentropy categorical) {
      return categorical.fromLogits();
    }
    return loss instanceof SparseCategoricalCrossentropy sparse ? sparse.fromLogits() : null;
  }

  /** Returns the name of the activation of a layer, or null if it is not known. */
  private static String activation(Layer layer) {
    if (layer instanceof TimeDistributed distributed) {
      return activation(distributed.layer());
    } else if (layer instanceof ActivationLayer last) {
      return last.activation().kerasName();
    }
    return layer instanceof KernelLayer<?> kernel ? kernel.activation().kerasName() : null;
  }

  private void checkInputs() {
    for (Layer layer : network.layers()) {
      if (SCALING.contains(layer.type())) {
        return;
      } else if (!layer.weights().isEmpty()) {
        break;
      }
    }
    List<String> names =
        data instanceof Windows windows ? windows.series().columnNames() : List.of();
    ScaleCheck.ofInputs(data, network.inputShape().last(), names).ifPresent(hints::add);
  }

  private void checkTargets() {
    boolean regression =
        loss instanceof MeanSquaredError
            || loss instanceof MeanAbsoluteError
            || loss instanceof Huber
            || loss instanceof LogCosh;
    if (regression) {
      List<String> names =
          data instanceof Windows windows ? windows.series().targetNames() : List.of();
      int width = loss.targetWidth(network.outputShape().last());
      ScaleCheck.ofTargets(data, names.isEmpty() ? width : names.size(), names)
          .ifPresent(hints::add);
    }
    if (!classWeight.isEmpty() && regression) {
      checkEach(
          value -> value == Math.rint(value),
          "classWeight(…) is for classes, but %3$s of %4$s targets looked at are not class numbers,"
              + " such as %1$s in sample %2$s. Each is rounded to a class. Use sample weights for a"
              + " regression.");
    }
    if (loss instanceof BinaryCrossentropy) {
      checkEach(
          value -> value >= 0 && value <= 1,
          loss.name()
              + " needs targets between 0 and 1, but %3$s of %4$s looked at are not, such as %1$s"
              + " in sample %2$s. The loss then has no minimum.");
    }
  }

  private interface Condition {
    boolean holds(double value);
  }

  private void checkEach(Condition condition, String text) {
    int wrong = 0;
    int count = 0;
    String first = "";
    int place = 0;
    for (int i = 0; i < data.size(); i += ScaleCheck.step(data)) {
      for (float value : ScaleCheck.target(data, i)) {
        count++;
        if (!condition.holds(value) && !Float.isNaN(value)) {
          if (wrong == 0) {
            first = Float.toString(value);
            place = i;
          }
          wrong++;
        }
      }
    }
    if (wrong > 0) {
      hints.add(String.format(Locale.ROOT, text, first, place, wrong, count));
    }
  }
}
