package org.unroll.layers.merging;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphLayer;
import org.unroll.network.GraphPass;
import org.unroll.network.Layer;
import org.unroll.network.Tensor;

/**
 * Joins the inputs along one axis, as Keras's {@code Concatenate}.
 *
 * <p>Inputs: one or more, whose samples differ only in the length of the axis. Output: samples in
 * which this axis is as long as those of all inputs together.
 *
 * <p>If the axis is the time axis, the masks are joined, too, and an input without a mask counts as
 * unmasked. Otherwise a time step is masked if it is masked in all inputs.
 *
 * <p>Backward pass: each input receives its part of d loss / d y.
 *
 * <p>Source: Keras 3, {@code keras.layers.Concatenate}.
 */
public final class Concatenate extends GraphLayer {
  private final int axis;

  /**
   * Creates the layer. See {@code Layers.concatenate}.
   *
   * @param axis the axis, counted as in Keras: 1 is the first axis after the batch axis, which is
   *     the time axis of sequences; −1 is the last axis
   * @throws IllegalArgumentException if {@code axis} is 0, the batch axis
   */
  public Concatenate(int axis) {
    super("Concatenate");
    if (axis == 0) {
      throw new IllegalArgumentException(
          "axis must not be 0 because it is the batch axis. Use 1 for the first axis of a sample.");
    }
    this.axis = axis;
  }

  /** Returns the axis, counted as in Keras. */
  public int axis() {
    return axis;
  }

  /** Sets the name, which must be unique in the model. */
  public Concatenate name(String name) {
    setName(name);
    return this;
  }

  /** Returns the axis of a sample, without the batch axis. */
  private int sampleAxis(int rank) {
    return axis < 0 ? rank + axis : axis - 1;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    int rank = inputs.get(0).rank();
    int along = sampleAxis(rank);
    String fix = "Change one of these layers, or set another axis.";
    if (along < 0 || along >= rank) {
      throw wrongInputs("inputs that have the axis " + axis, inputs, previous, fix);
    }
    int[] axes = inputs.get(0).toArray();
    axes[along] = 0;
    for (Shape input : inputs) {
      if (input.rank() != rank || !fits(inputs.get(0), input, along)) {
        throw wrongInputs("inputs that differ only in the axis " + axis, inputs, previous, fix);
      }
      int length = input.axis(along);
      axes[along] =
          length == Shape.ANY || axes[along] == Shape.ANY ? Shape.ANY : axes[along] + length;
    }
    return List.of(Shape.of(axes));
  }

  private static boolean fits(Shape first, Shape other, int along) {
    for (int i = 0; i < first.rank(); i++) {
      int a = first.axis(i);
      int b = other.axis(i);
      if (i != along && a != b && a != Shape.ANY && b != Shape.ANY) {
        return false;
      }
    }
    return true;
  }

  @Override
  protected boolean worksStepByStep(List<Shape> inputs, boolean[] stepped) {
    return sampleAxis(inputs.get(0).rank()) != 0 && super.worksStepByStep(inputs, stepped);
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public GraphPass newPass() {
    return new ConcatenatePass();
  }

  private final class ConcatenatePass extends GraphPass {
    private final Tensor[] outputs = {new Tensor()};
    private Tensor[] gradients = {};
    private float[][] dx = {};
    private Shape[] shapes = {};
    private Shape shape;
    private float[] y = {};
    private boolean[] mask = {};
    private int along;
    private int blocks; // each block of the output consists of one block of each input

    @Override
    public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
      if (gradients.length != inputs.length) {
        gradients = new Tensor[inputs.length];
        dx = new float[inputs.length][0];
        shapes = new Shape[inputs.length];
      }
      updateShape(inputs);
      int rows = inputs[0].rows();
      int size = rows * shape.size();
      y = atLeast(y, size);
      blocks = along == 0 && shape.rank() > 1 ? 1 : rows;
      for (int i = 0; i < along; i++) {
        blocks *= shape.axis(i);
      }
      int from = 0;
      for (Tensor x : inputs) {
        int length = x.size() / blocks;
        for (int b = 0; b < blocks; b++) {
          int at = x.offset() + b * length;
          System.arraycopy(x.values(), at, y, b * (size / blocks) + from, length);
        }
        from += length;
      }
      outputs[0].set(y, 0, rows, shape, mask(inputs));
      return outputs;
    }

    private void updateShape(Tensor[] inputs) {
      boolean same = true;
      for (int i = 0; i < inputs.length; i++) {
        same &= inputs[i].shape().equals(shapes[i]);
        shapes[i] = inputs[i].shape();
      }
      if (!same) {
        along = sampleAxis(shapes[0].rank());
        int[] axes = shapes[0].toArray();
        axes[along] = 0;
        for (Shape input : shapes) {
          axes[along] += input.axis(along);
        }
        shape = Shape.of(axes);
      }
    }

    private boolean[] mask(Tensor[] inputs) {
      boolean joins = along == 0 && shape.rank() > 1;
      int masked = 0;
      for (Tensor input : inputs) {
        masked += input.mask() == null ? 0 : 1;
      }
      if (masked == 0 || (!joins && masked < inputs.length)) {
        return null;
      }
      int positions = inputs[0].rows() * (shape.rank() > 1 ? shape.axis(0) : 1);
      if (mask.length < positions) {
        mask = new boolean[positions];
      }
      Arrays.fill(mask, 0, positions, false);
      int from = 0;
      for (Tensor input : inputs) {
        int count = input.rows() * input.timesteps();
        for (int p = 0; p < count; p++) {
          mask[from + p] |= input.mask() == null || input.mask()[p];
        }
        from += joins ? count : 0;
      }
      return mask;
    }

    @Override
    public Tensor[] backward(
        Tensor[] outputGradients, Gradient[] weightGradients, boolean[] needed) {
      Tensor g = outputGradients[0];
      int from = 0;
      for (int i = 0; i < gradients.length; i++) {
        int size = g.rows() * shapes[i].size();
        int length = size / blocks;
        if (needed[i]) {
          dx[i] = atLeast(dx[i], size);
          for (int b = 0; b < blocks; b++) {
            int at = g.offset() + b * (g.size() / blocks) + from;
            System.arraycopy(g.values(), at, dx[i], b * length, length);
          }
          gradients[i] = gradients[i] == null ? new Tensor() : gradients[i];
          gradients[i].set(dx[i], 0, g.rows(), shapes[i], null);
        } else {
          gradients[i] = null;
        }
        from += length;
      }
      return gradients;
    }
  }
}
