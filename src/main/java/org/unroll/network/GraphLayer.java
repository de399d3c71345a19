package org.unroll.network;

import java.util.List;
import org.unroll.data.Shape;

/**
 * The base class of layers with several inputs or outputs, such as {@code Add}, {@code Concatenate}
 * and {@code Attention}. Such a layer is applied with {@code on(…)}, and is part of a {@code
 * Model}, not of a {@code Sequential}.
 *
 * <p>A custom layer extends this class and implements {@link #checkInputs} and {@link #newPass}. If
 * it has weights, it also overrides {@link #createWeights(List, WeightFactory)}.
 */
public abstract class GraphLayer extends Layer {
  /**
   * Creates a layer that is not built yet.
   *
   * @param type the class name, as in {@link Layer#Layer}
   */
  protected GraphLayer(String type) {
    super(type);
  }

  /**
   * Checks the shapes of the inputs and returns those of the outputs, all of one sample without the
   * batch axis. An axis of unknown length is {@link Shape#ANY}. The method is called before the
   * layer is built, and again for the shapes of the actual data.
   *
   * @param inputs the shape of one sample of each input
   * @param previous the layers that return the inputs, for the message of an exception
   * @return the shape of one sample of each output
   * @throws IllegalArgumentException if the layer does not accept such inputs
   */
  @Override
  public abstract List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous);

  /** Returns the shape of the first output for a single input. */
  @Override
  public final Shape checkInput(Shape input, Layer previous) {
    return checkInputs(List.of(input), List.of(previous)).get(0);
  }

  /**
   * Creates the weights in Keras's order. A layer without weights does not override this method.
   *
   * @param inputs the shape of one sample of each input, as accepted by {@link #checkInputs}
   * @param factory creates the weights and builds the inner layers
   */
  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {}

  @Override
  public abstract GraphPass newPass();

  /**
   * Returns an exception that reports inputs that this layer does not accept, for {@link
   * #checkInputs}. The message names this layer, the previous layers and their shapes.
   *
   * @param needed the required inputs; the message continues "needs" with this text
   * @param inputs the shape of one sample of each input that was received
   * @param previous the layers that return these inputs
   * @param fix the last sentence of the message: how to change the model
   */
  protected final IllegalArgumentException wrongInputs(
      String needed, List<Shape> inputs, List<Layer> previous, String fix) {
    var received = new StringBuilder();
    for (int i = 0; i < inputs.size(); i++) {
      Layer layer = previous.get(i);
      received
          .append(i == 0 ? "" : i < inputs.size() - 1 ? ", " : " and ")
          .append(layer.describe())
          .append(" returns ")
          .append(layer.describeOutput(inputs.get(i)));
    }
    return new IllegalArgumentException(
        describe() + " needs " + needed + ", but " + received + ". " + fix);
  }
}
