package org.unroll.layers.core;

import java.util.ArrayList;
import java.util.List;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A stack of layers that is used as one layer, as Keras's {@code Sequential} inside another model.
 * It can be put into a model or into {@link TimeDistributed}.
 *
 * <pre>{@code
 * var encoder = sequential(conv1D(8, 3).activation("relu"), maxPooling1D(2));
 * var model = Sequential.of(input(240, 14), encoder, gru(32), dense(1));
 * }</pre>
 *
 * <p>Input, output and mask are those of the first and of the last layer. The weights are those of
 * the layers, for example {@code sequential/conv1d/kernel}. Layers that need statistics of a whole
 * batch, such as batch normalization, and stateful layers must be outside.
 *
 * <p>Source: Keras 3, {@code keras.Sequential}.
 */
public final class SequentialLayer extends Layer {
  private final List<Layer> layers;

  /**
   * Creates the layer. See {@code Layers.sequential}.
   *
   * @param layers the layers, without an input
   * @throws IllegalArgumentException if there is no layer, or one of them is an input or a cell
   */
  public SequentialLayer(List<Layer> layers) {
    super("Sequential");
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "sequential(...) must have at least one layer, but has none.");
    }
    for (Layer layer : layers) {
      if (layer instanceof Input) {
        throw new IllegalArgumentException(
            "sequential(...) must not contain an input(...) because its input is the output of the"
                + " previous layer. Remove the input(...).");
      }
      if (layer instanceof Cell cell) {
        throw new IllegalArgumentException(cell.isOneStep());
      }
    }
    this.layers = List.copyOf(layers);
  }

  /** Returns the layers. */
  public List<Layer> layers() {
    return layers;
  }

  /** Sets the name, which must be unique in the model. */
  public SequentialLayer name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected List<Layer> innerLayers() {
    return layers;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    Shape shape = input;
    Layer before = previous;
    for (Layer layer : layers) {
      shape = checkInner(layer, shape, before);
      before = layer;
    }
    return shape;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape shape = input;
    for (Layer layer : layers) {
      factory.inner(layer, shape);
      shape = layer.checkInput(shape, this);
    }
  }

  @Override
  public Activation outputActivation() {
    return layers.get(layers.size() - 1).outputActivation();
  }

  @Override
  public Pass newPass() {
    return new StackPass();
  }

  private final class StackPass extends Pass {
    private final List<Pass> passes = new ArrayList<>();
    private final List<Gradient[]> gradients = new ArrayList<>();

    StackPass() {
      for (Layer layer : layers) {
        passes.add(layer.newPass());
        gradients.add(new Gradient[layer.weights().size()]);
      }
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      Tensor values = input;
      for (Pass pass : passes) {
        values = pass.forward(values, null, context);
      }
      return values;
    }

    @Override
    public Tensor logits() {
      return passes.get(passes.size() - 1).logits();
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return backward(gradient, false, weightGradients, needed);
    }

    @Override
    public Tensor backwardFromLogits(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return backward(gradient, true, weightGradients, needed);
    }

    private Tensor backward(
        Tensor gradient, boolean fromLogits, Gradient[] weightGradients, boolean needed) {
      Tensor values = gradient;
      int end = weightGradients.length;
      int last = passes.size() - 1;
      for (int i = last; i >= 0; i--) {
        Gradient[] own = gradients.get(i);
        end -= own.length;
        System.arraycopy(weightGradients, end, own, 0, own.length);
        boolean neededHere = needed || end > 0; // a layer before this one has weights
        Pass pass = passes.get(i);
        values =
            fromLogits && i == last
                ? pass.backwardFromLogits(values, own, neededHere)
                : pass.backward(values, own, neededHere);
        if (!neededHere) {
          return null;
        }
      }
      return values;
    }
  }
}
