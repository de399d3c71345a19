package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.unroll.Model;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;
import org.unroll.timeseries.Windows;

/**
 * The outputs of a model and their gradients with respect to its inputs, in inference mode. For one
 * thread; the weights must not change between calls.
 */
final class InputGradients {
  private final Network network;
  private final NetworkPass pass;
  private final ForwardContext context = new ForwardContext();
  private final Gradient[] unused; // of the weights
  private final List<Shape> inputShapes;
  private final Tensor[] inputs;
  private final Tensor[] outputGradient; // one for each output of the network
  private final boolean[] fromLogits;

  /**
   * Creates the gradients of a model.
   *
   * @param inputShapes the shape of a sample of each input, which must fit the model
   */
  InputGradients(Model model, List<Shape> inputShapes) {
    network = model.network();
    pass = network.newPass();
    pass.activityScale(0); // no penalty is part of an output
    unused = network.newGradients();
    this.inputShapes = inputShapes;
    inputs = Stream.generate(Tensor::new).limit(inputShapes.size()).toArray(Tensor[]::new);
    outputGradient = new Tensor[network.outputs().size()];
    fromLogits = new boolean[outputGradient.length];
  }

  /** Returns whether the known future is the second input of a model of windows. */
  static boolean hasFuture(Model model) {
    return model.network().inputs().size() == 2;
  }

  /** Returns the inputs of a model of windows. */
  static Dataset data(Windows windows, boolean hasFuture) {
    return hasFuture ? windows.and(windows.future()) : windows;
  }

  /** Returns the columns of the inputs. */
  static List<String> columns(Windows windows, boolean hasFuture) {
    Set<String> columns = new LinkedHashSet<>(windows.series().columnNames());
    if (hasFuture) {
      columns.addAll(windows.series().knownNames());
    }
    return new ArrayList<>(columns);
  }

  /**
   * Computes one value of the first output for some rows.
   *
   * @param rows for each input, time-major values, see {@link Tensor}
   * @param count the number of rows
   * @param output the index of the value in the output, row-major
   * @param gradients overwritten with the gradient of the value of each row, in the layout of
   *     {@code rows}
   * @return the value of each row
   */
  double[] run(float[][] rows, int count, int output, float[][] gradients) {
    return network
        .use()
        .during(
            "the gradient of an input",
            ModelUse.Effect.READS,
            () -> forwardAndBackward(rows, count, output, gradients));
  }

  private double[] forwardAndBackward(float[][] rows, int count, int output, float[][] gradients) {
    network.prepareBackward();
    for (int i = 0; i < inputs.length; i++) {
      inputs[i].set(rows[i], 0, count, inputShapes.get(i), null);
    }
    pass.forward(inputs, null, 0, context.inference(0));
    Tensor y = pass.output(0);
    Objects.checkIndex(output, y.shape().size());
    int width = y.width();
    int first = output / width * count * width + output % width;
    float[] one = new float[y.size()];
    double[] values = new double[count];
    for (int r = 0; r < count; r++) {
      one[first + r * width] = 1;
      values[r] = y.values()[y.offset() + first + r * width];
    }
    Arrays.fill(outputGradient, null);
    outputGradient[0] = new Tensor().set(one, 0, count, y.shape(), null);
    pass.backwardToInputs(outputGradient, fromLogits, unused);
    for (int i = 0; i < inputs.length; i++) {
      Tensor result = pass.inputGradient(i);
      if (result == null) {
        throw new IllegalArgumentException(
            "The prediction must have a gradient with respect to input "
                + i
                + " of the model, but has none, because its values are indices or are not used."
                + " Explain a model whose inputs are numbers.");
      }
      System.arraycopy(result.values(), result.offset(), gradients[i], 0, result.size());
    }
    return values;
  }
}
