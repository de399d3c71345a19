package org.unroll.layers.merging;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Tensor;

/** The pass of an elementwise layer. Subclasses contain the equations, with all inputs repeated. */
abstract class MergePass extends GraphPass {
  private final Merge<?> layer;
  private final Tensor[] outputs = {new Tensor()};
  private Operand[] operands = {};
  private Tensor[] gradients = {};
  private Shape[] shapes = {};
  private Shape shape;
  private float[] y = {};
  private boolean[] mask = {};

  MergePass(Merge<?> layer) {
    this.layer = layer;
  }

  /** Computes the output from the values of the operands. */
  abstract void compute(Operand[] inputs, int size, float[] result);

  /**
   * Sets {@link Operand#outputGradient} of one operand.
   *
   * @param g the gradient of the output
   */
  abstract void gradient(Operand[] inputs, int input, Tensor g);

  @Override
  public final Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    if (operands.length != inputs.length) {
      operands = new Operand[inputs.length];
      gradients = new Tensor[inputs.length];
      shapes = new Shape[inputs.length];
      for (int i = 0; i < inputs.length; i++) {
        operands[i] = new Operand();
      }
    }
    updateShape(inputs);
    for (int i = 0; i < inputs.length; i++) {
      operands[i].set(inputs[i], shape);
    }
    int rows = inputs[0].rows();
    int size = rows * shape.size();
    y = atLeast(y, size);
    compute(operands, size, y);
    outputs[0].set(y, 0, rows, shape, isMasked(inputs) ? mask() : null);
    return outputs;
  }

  private void updateShape(Tensor[] inputs) {
    boolean same = true;
    for (int i = 0; i < inputs.length; i++) {
      same &= inputs[i].shape().equals(shapes[i]);
      shapes[i] = inputs[i].shape();
    }
    if (!same) {
      shape = shapes[0];
      for (Shape next : shapes) {
        shape = Merge.broadcast(shape, next);
      }
    }
  }

  private static boolean isMasked(Tensor[] inputs) {
    for (Tensor input : inputs) {
      if (input.mask() == null) {
        return false;
      }
    }
    return true;
  }

  private boolean[] mask() {
    int positions = operands[0].positions();
    if (mask.length < positions) {
      mask = new boolean[positions];
    }
    for (Operand operand : operands) {
      if (operand.mask() == null) {
        throw new IllegalArgumentException(
            layer.describe()
                + " must have masked inputs with the same number of axes, but one has samples of"
                + " shape "
                + operand.input().shape()
                + " and the output has "
                + shape
                + ", so their time axes differ. Reshape one of the inputs.");
      }
    }
    for (int p = 0; p < positions; p++) {
      mask[p] = Operand.isAnyValid(operands, p);
    }
    return mask;
  }

  @Override
  public final Tensor[] backward(
      Tensor[] outputGradients, Gradient[] weightGradients, boolean[] needed) {
    for (int i = 0; i < operands.length; i++) {
      gradients[i] = null;
      if (needed[i]) {
        gradient(operands, i, outputGradients[0]);
        gradients[i] = operands[i].gradient();
      }
    }
    return gradients;
  }
}
