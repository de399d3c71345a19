package org.unroll.network;

import java.util.List;
import org.unroll.data.Shape;

/**
 * A value in the graph of a {@code Model}, as Keras's {@code KerasTensor}: an {@link Input}, or an
 * output of a layer that was {@linkplain Layer#on applied} to other nodes. It has a shape but no
 * values.
 *
 * <pre>{@code
 * var sensors = input(48, 3);
 * var encoder = lstm(16).returnState(true).on(sensors);
 * var decoder = lstm(16).on(sensors, encoder.states());
 * var functional = Model.of(sensors, dense(1).on(decoder));
 * }</pre>
 */
public interface Node {
  /** Returns the layer that returns this value. */
  Layer layer();

  /** Returns the shape of one sample, without the batch axis. */
  Shape shape();

  /**
   * Returns all values that the layer returned at once: its output, then for example its states.
   */
  List<Node> outputs();

  /** Returns the output of the layer, the first of {@link #outputs()}. */
  default Node output() {
    return outputs().get(0);
  }

  /**
   * Returns the final states of a recurrent layer with {@code returnState(true)}, in Keras's order:
   * h and c of an LSTM. They can be the initial states of another layer.
   *
   * @throws IllegalStateException if the layer does not return its states
   */
  default List<Node> states() {
    if (!layer().returnState()) {
      throw new IllegalStateException(
          layer().describe()
              + " must return its states, but does not. Set returnState(true) before on(…).");
    }
    int states = layer().stateShapes().size();
    return outputs().subList(outputs().size() - states, outputs().size());
  }
}
