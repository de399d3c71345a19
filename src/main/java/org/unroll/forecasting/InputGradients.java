package org.unroll.forecasting;

import java.util.Arrays;
import java.util.Objects;
import org.unroll.Model;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/**
 * The outputs of a model with one input and their gradients with respect to it, in inference mode.
 * For one thread; the weights must not change between calls.
 */
final class InputGradients {
  private final Network network;
  private final NetworkPass pass;
  private final ForwardContext context = new ForwardContext();
  private final Gradient[] unused; // of the weights
  private final Shape inputShape;
  private final Tensor input = new Tensor();
  private final Tensor[] outputGradient; // one for each output of the network
  private final boolean[] fromLogits;

  /**
   * Creates the gradients of a model.
   *
   * @param inputShape the shape of a sample, which must fit the model
   */
  InputGradients(Model model, Shape inputShape) {
    network = model.network();
    pass = network.newPass();
    pass.activityScale(0); // no penalty is part of an output
    unused = network.newGradients();
    this.inputShape = inputShape;
    outputGradient = new Tensor[network.outputs().size()];
    fromLogits = new boolean[outputGradient.length];
  }

  /**
   * Computes one value of the first output for some rows.
   *
   * @param rows time-major inputs, see {@link Tensor}
   * @param count the number of rows
   * @param output the index of the value in the output, row-major
   * @param gradient overwritten with the gradient of the value of each row, in the layout of {@code
   *     rows}
   * @return the value of each row
   */
  double[] run(float[] rows, int count, int output, float[] gradient) {
    return network
        .use()
        .during(
            "the gradient of an input",
            ModelUse.Effect.READS,
            () -> forwardAndBackward(rows, count, output, gradient));
  }

  private double[] forwardAndBackward(float[] rows, int count, int output, float[] gradient) {
    network.prepareBackward();
    pass.forward(
        new Tensor[] {input.set(rows, 0, count, inputShape, null)}, null, 0, context.inference(0));
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
    Tensor result = pass.inputGradient(0);
    if (result == null) {
      throw new IllegalArgumentException(
          "The first layer must have gradients with respect to its input, but its inputs are"
              + " indices. Explain a model whose inputs are numbers.");
    }
    System.arraycopy(result.values(), result.offset(), gradient, 0, result.size());
    return values;
  }
}
