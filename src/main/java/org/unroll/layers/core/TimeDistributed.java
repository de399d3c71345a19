package org.unroll.layers.core;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Applies a layer to every time step on its own, Keras's {@code TimeDistributed}: the inner layer
 * sees each (row, time step) as a sample. Its weights are the inner layer's.
 *
 * <p>Input (batch, time, …), output (batch, time, …) with the inner layer's output shape.
 *
 * <p>Source: Keras 3, {@code keras.layers.TimeDistributed}.
 */
public final class TimeDistributed extends Layer {
  private final Layer layer;

  public TimeDistributed(Layer layer) {
    super("TimeDistributed");
    if (layer instanceof Input) {
      throw new IllegalArgumentException("TimeDistributed applies a layer, not an input(...).");
    }
    if (layer instanceof Cell cell) {
      throw new IllegalArgumentException(cell.isOneStep());
    }
    this.layer = layer;
  }

  /** The layer applied to every time step. */
  public Layer layer() {
    return layer;
  }

  /** Sets the name. */
  public TimeDistributed name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(layer);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 2) {
      throw wrongInput(BATCH_TIME_FEATURES, input, previous);
    }
    if (layer.stateful() || layer.moreOutputs() != null) {
      throw new IllegalArgumentException(
          describe()
              + " applies a layer to each time step by itself, so "
              + layer.describe()
              + " cannot "
              + (layer.stateful() ? "be stateful" : "return " + layer.moreOutputs())
              + " inside it.");
    }
    if (layer.needsWholeBatch()) {
      throw new IllegalArgumentException(
          describe()
              + " cannot apply "
              + layer.describe()
              + " to each time step by itself: its statistics are those of a whole batch. Leave"
              + " timeDistributed out to normalize over all rows and time steps.");
    }
    return layer.checkInput(input.dropFirst(), this).prepend(input.axis(0));
  }

  @Override
  protected boolean worksStepByStep() {
    return true; // the inner layer sees nothing but one step
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    return "'"
        + name()
        + "' applies '"
        + layer.name()
        + "' to each time step by itself: leave it out, or put a layer that changes the shape"
        + " beside it";
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.inner(layer, input.dropFirst(), 1);
  }

  @Override
  public Gradient newGradient(Weight weight) {
    return layer.newGradient(weight);
  }

  @Override
  public void prepareBackward() {
    layer.prepareBackward();
  }

  @Override
  public Pass newPass() {
    return new TimeDistributedPass(layer.newPass());
  }

  private static final class TimeDistributedPass extends Pass {
    private final Pass inner;
    private final ForwardContext eachStep = new ForwardContext();
    private final Tensor innerInput = new Tensor();
    private final Tensor innerGradient = new Tensor();
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private final float[][] moved = {{}, {}, {}, {}};
    private Tensor x;

    TimeDistributedPass(Pass inner) {
      this.inner = inner;
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      x = input;
      int timesteps = input.shape().axis(0);
      toInner(input, innerInput, 0);
      Tensor y = inner.forward(innerInput, null, eachStep.eachStep(call, input.rows(), timesteps));
      return toOuter(y, output, 1, y.shape().prepend(timesteps), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      toInner(gradient, innerGradient, 2);
      Tensor dx = inner.backward(innerGradient, weightGradients, needed);
      return needed ? toOuter(dx, inputGradient, 3, x.shape(), null) : null;
    }

    /**
     * Time steps become rows. Where samples keep an axis of their own in front, it moves before the
     * rows, as tensors have it.
     */
    private void toInner(Tensor from, Tensor to, int buffer) {
      int rows = from.rows() * from.shape().axis(0);
      Shape shape = from.shape().dropFirst();
      if (shape.rank() < 2) {
        to.set(from.values(), from.offset(), rows, shape, null);
        return;
      }
      moved[buffer] = atLeast(moved[buffer], from.size());
      int first = shape.axis(0);
      swapAxes(from.values(), from.offset(), moved[buffer], rows, first, shape.size() / first);
      to.set(moved[buffer], 0, rows, shape, null);
    }

    private Tensor toOuter(Tensor from, Tensor to, int buffer, Shape shape, boolean[] mask) {
      Shape step = from.shape();
      int rows = from.rows() / shape.axis(0);
      if (step.rank() < 2) {
        return to.set(from.values(), from.offset(), rows, shape, mask);
      }
      moved[buffer] = atLeast(moved[buffer], from.size());
      int first = step.axis(0);
      swapAxes(
          from.values(), from.offset(), moved[buffer], first, from.rows(), step.size() / first);
      return to.set(moved[buffer], 0, rows, shape, mask);
    }
  }
}
