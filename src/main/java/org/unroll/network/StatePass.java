package org.unroll.network;

import java.util.Arrays;
import org.unroll.data.Shape;

/**
 * The pass of a recurrent layer whose initial states are inputs, or whose final states are outputs,
 * so that gradients flow through the states. If the initial states are inputs, the layer reads all
 * time steps, and only its output has the mask of the sequence. That is what Keras does. If the
 * layer has several outputs, which its pass computes side by side, they are split here.
 */
final class StatePass extends GraphPass {
  private final Pass pass;
  private final boolean given; // whether the initial states are inputs
  private final boolean returned; // whether the final states are outputs
  private final int[] widths; // of the outputs that are not states, if there are several
  private final int first; // the index of the first state among the outputs
  private final Tensor joinedGradient = new Tensor();
  private float[] joined = {};
  private float[][] parts = {};
  private final Shape[] shapes; // of the states
  private final float[][] states;
  private final float[][] stateGradients;
  private final Tensor[] outputs;
  private final Tensor[] inputGradients;
  private final float[][] copies; // in the layout of tensors, for states of several axes
  private final Tensor unmasked = new Tensor();
  private final Tensor masked = new Tensor();
  private Tensor input;

  StatePass(Step step, Pass pass) {
    this.pass = pass;
    given = step.hasInitialStates();
    widths = step.layer().outputWidths().values().stream().mapToInt(i -> i).toArray();
    first = Math.max(1, widths.length);
    returned = step.outputs() > first;
    parts = new float[widths.length][0];
    shapes = step.layer().stateShapes().values().toArray(Shape[]::new);
    states = new float[shapes.length][0];
    stateGradients = new float[shapes.length][0];
    copies = new float[2 * shapes.length][0];
    outputs = new Tensor[step.outputs()];
    inputGradients = new Tensor[step.inputs().size()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = new Tensor();
    }
    for (int i = 1; i < inputGradients.length; i++) {
      inputGradients[i] = new Tensor();
    }
  }

  @Override
  public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    return forward(inputs, null, false, context);
  }

  /**
   * Computes the outputs like {@link #forward(Tensor[], ForwardContext)}.
   *
   * @param kept the initial states unless they are inputs, overwritten with the final states; null
   *     for zeros
   * @param continues whether to start with {@code kept} although the initial states are inputs
   */
  Tensor[] forward(Tensor[] inputs, float[][] kept, boolean continues, ForwardContext context) {
    input = given ? unmasked.setWithMask(inputs[0], null) : inputs[0];
    int rows = input.rows();
    for (int s = 0; s < shapes.length; s++) {
      int size = rows * shapes[s].size();
      states[s] = atLeast(states[s], size);
      if (given && !continues) {
        toRows(inputs[1 + s], shapes[s], states[s]);
      } else if (kept != null) {
        System.arraycopy(kept[s], 0, states[s], 0, size);
      } else {
        Arrays.fill(states[s], 0, size, 0f);
      }
    }
    Tensor output = pass.forward(input, states, context);
    boolean isSequence = output.shape().rank() == input.shape().rank();
    if (given && isSequence) {
      output = masked.setWithMask(output, inputs[0].mask());
    }
    if (widths.length == 0) {
      outputs[0] = output;
    } else {
      split(output);
    }
    for (int s = 0; s < shapes.length; s++) {
      if (returned) {
        toTensor(outputs[first + s], shapes[s], states[s], s, rows);
      }
      if (kept != null) {
        System.arraycopy(states[s], 0, kept[s], 0, rows * shapes[s].size());
      }
    }
    return outputs;
  }

  @Override
  public Tensor[] backward(Tensor[] gradients, Gradient[] weightGradients, boolean[] needed) {
    int rows = input.rows();
    for (int s = 0; s < shapes.length; s++) {
      int size = rows * shapes[s].size();
      stateGradients[s] = atLeast(stateGradients[s], size);
      if (returned && gradients[first + s] != null) {
        toRows(gradients[first + s], shapes[s], stateGradients[s]);
      } else {
        Arrays.fill(stateGradients[s], 0, size, 0f);
      }
    }
    Tensor gradient = widths.length == 0 ? gradients[0] : joined(gradients);
    inputGradients[0] = pass.backward(gradient, stateGradients, weightGradients, needed[0]);
    for (int s = 0; s < shapes.length && given; s++) {
      toTensor(inputGradients[1 + s], shapes[s], stateGradients[s], shapes.length + s, rows);
    }
    return inputGradients;
  }

  /** Splits an output along its last axis. */
  private void split(Tensor output) {
    int width = output.width();
    int positions = output.size() / width;
    for (int o = 0, from = output.offset(); o < widths.length; from += widths[o++]) {
      parts[o] = atLeast(parts[o], positions * widths[o]);
      for (int p = 0; p < positions; p++) {
        System.arraycopy(output.values(), from + p * width, parts[o], p * widths[o], widths[o]);
      }
      Shape shape = output.shape().withLast(widths[o]);
      outputs[o].set(parts[o], 0, output.rows(), shape, output.mask());
    }
  }

  /** Joins the gradients of the outputs, zeros for those that nothing depends on. */
  private Tensor joined(Tensor[] gradients) {
    int width = Arrays.stream(widths).sum();
    int positions = outputs[0].size() / widths[0];
    joined = atLeast(joined, positions * width);
    Arrays.fill(joined, 0, positions * width, 0f);
    for (int o = 0, to = 0; o < widths.length; to += widths[o++]) {
      for (int p = 0; p < positions && gradients[o] != null; p++) {
        Tensor g = gradients[o];
        System.arraycopy(g.values(), g.offset() + p * widths[o], joined, p * width + to, widths[o]);
      }
    }
    Shape shape = outputs[0].shape().withLast(width);
    return joinedGradient.set(joined, 0, outputs[0].rows(), shape, null);
  }

  /** Copies a tensor to one row after another. */
  static void toRows(Tensor from, Shape shape, float[] to) {
    if (shape.rank() < 2) {
      System.arraycopy(from.values(), from.offset(), to, 0, from.size());
    } else {
      swapAxes(from.values(), from.offset(), to, from.timesteps(), from.rows(), from.width());
    }
  }

  /** Sets a tensor to values that are one row after another. */
  private void toTensor(Tensor to, Shape shape, float[] from, int copy, int rows) {
    if (shape.rank() < 2) {
      to.set(from, 0, rows, shape, null);
      return;
    }
    int axis = shape.axis(0);
    copies[copy] = atLeast(copies[copy], rows * shape.size());
    swapAxes(from, 0, copies[copy], rows, axis, shape.size() / axis);
    to.set(copies[copy], 0, rows, shape, null);
  }
}
