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

/**
 * Applies an inner layer to each time step separately, as Keras's {@code TimeDistributed}. Each
 * time step of each row is a sample of the inner layer.
 *
 * <p>Input: (batch, time, …), where … is the input of the inner layer. Output: (batch, time, …),
 * where … is its output. The mask is passed on.
 *
 * <p>The inner layer can be a whole model with one input and one output, such as a convolutional
 * network that is applied to each image of a video:
 *
 * <pre>{@code
 * var image = input(28, 28, 1);
 * var edges = maxPooling2D(4).on(conv2D(8, 3).activation("relu").on(image));
 * var cnn = Model.of(image, dense(16, "relu").on(flatten().on(edges))).name("cnn");
 * var video = input(10, 28, 28, 1);
 * var classifier = Model.of(video, dense(3, "softmax").on(gru(8).on(timeDistributed(cnn.asLayer()).on(video))));
 * }</pre>
 *
 * <p>Weights: those of the inner layer.
 *
 * <p>Source: Keras 3, {@code keras.layers.TimeDistributed}.
 */
public final class TimeDistributed extends Layer {
  private final Layer layer;

  /**
   * Creates the layer. See {@code Layers.timeDistributed}.
   *
   * @param layer the layer to apply, which must not be stateful or have more than one output
   * @throws IllegalArgumentException if the layer is an input or a cell
   */
  public TimeDistributed(Layer layer) {
    super("TimeDistributed");
    if (layer instanceof Input) {
      throw new IllegalArgumentException(
          "The layer inside timeDistributed(...) must not be an input(...).");
    }
    if (layer instanceof Cell cell) {
      throw new IllegalArgumentException(cell.isOneStep());
    }
    this.layer = layer;
  }

  /** Returns the layer that is applied to each time step. */
  public Layer layer() {
    return layer;
  }

  /** Sets the name, which must be unique in the model. */
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
    return checkInner(layer, input.dropFirst()).prepend(input.axis(0));
  }

  @Override
  protected boolean worksStepByStep() {
    return true; // the inner layer does not depend on other time steps
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    return "'"
        + name()
        + "' applies '"
        + layer.name()
        + "' to each time step separately. Use '"
        + layer.name()
        + "' without timeDistributed(...), or put a layer that changes the shape before or after"
        + " it.";
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.inner(layer, input.dropFirst(), 1);
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
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int timesteps = input.shape().axis(0);
      toInner(input, innerInput, 0);
      eachStep.timeStepsAsRows(context, input.rows(), timesteps);
      Tensor y = inner.forward(innerInput, null, eachStep);
      return toOuter(y, output, 1, y.shape().prepend(timesteps), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      toInner(gradient, innerGradient, 2);
      Tensor dx = inner.backward(innerGradient, weightGradients, needed);
      return needed && dx != null ? toOuter(dx, inputGradient, 3, x.shape(), null) : null;
    }

    /**
     * Turns time steps into rows. If the samples of the inner layer have two or more axes, their
     * first axis must come before the rows.
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
