package org.unroll.layers.attention;

import java.util.ArrayList;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphLayer;
import org.unroll.network.Layer;

/**
 * The base class of layers in which each time step of one sequence, the query, attends to all time
 * steps of another sequence, the value.
 *
 * <p>Inputs, in Keras's order: query (batch, queries, features), value (batch, keys, features) and
 * optionally key (batch, keys, features), which by default is the value. First output: (batch,
 * queries, features), with the mask of the query. If {@link #returnAttentionScores} is set, the
 * second output contains the weights of the values, without a mask.
 *
 * <p>A recording of the model contains the weights as {@code attention_weights}.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class AttentionLayer<S extends AttentionLayer<S>> extends GraphLayer {
  private double dropout;
  private boolean useCausalMask;
  private boolean returnAttentionScores;

  /** Creates a layer with Keras's class name. */
  AttentionLayer(String type) {
    super(type);
  }

  /** Returns this layer. */
  abstract S self();

  /** Returns the shape of the second output. */
  abstract Shape scoresShape(int queries, int keys);

  /** Sets the name, which must be unique in the model. */
  public final S name(String name) {
    setName(name);
    return self();
  }

  /**
   * Sets the probability with which a weight is dropped in training. The default is 0.
   *
   * @throws IllegalArgumentException if {@code rate} is not in [0, 1)
   */
  public final S dropout(double rate) {
    requireNotBuilt("dropout");
    dropout = requireRate("dropout", rate);
    return self();
  }

  /** Returns the probability with which a weight is dropped in training. */
  public final double dropout() {
    return dropout;
  }

  /**
   * Sets whether the query at a time step attends only to the values up to this time step, as in a
   * decoder that attends to itself. The default is false. In Keras, this is an argument of the
   * call.
   */
  public final S useCausalMask(boolean use) {
    requireNotBuilt("useCausalMask");
    useCausalMask = use;
    return self();
  }

  /** Returns whether a query attends only to the values up to its time step. */
  public final boolean useCausalMask() {
    return useCausalMask;
  }

  /**
   * Sets whether the weights of the values are a second output. The default is false. In Keras,
   * this is an argument of the call.
   */
  public final S returnAttentionScores(boolean returnScores) {
    requireNotBuilt("returnAttentionScores");
    returnAttentionScores = returnScores;
    return self();
  }

  /** Returns whether the weights of the values are a second output. */
  public final boolean returnAttentionScores() {
    return returnAttentionScores;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    boolean isSequences = inputs.size() == 2 || inputs.size() == 3;
    for (Shape input : inputs) {
      isSequences &= input.rank() == 2 && input.last() != Shape.ANY;
    }
    if (!isSequences) {
      throw wrongInputs(
          "a query, a value and optionally a key, each (batch, time, features)",
          inputs,
          previous,
          "Apply it with on(query, value) or on(query, value, key).");
    }
    Shape key = inputs.get(inputs.size() - 1);
    if (!Shape.of(inputs.get(1).axis(0)).accepts(Shape.of(key.axis(0)))) {
      throw wrongInputs(
          "a key with as many time steps as the value",
          inputs,
          previous,
          "Use a key and a value of the same sequence.");
    }
    List<Shape> outputs = new ArrayList<>();
    outputs.add(inputs.get(0).withLast(inputs.get(1).last()));
    if (returnAttentionScores) {
      outputs.add(scoresShape(inputs.get(0).axis(0), key.axis(0)));
    }
    return outputs;
  }

  @Override
  protected final boolean worksStepByStep(List<Shape> inputs, boolean[] stepped) {
    boolean isValueWhole = !stepped[1] && !stepped[stepped.length - 1];
    return stepped[0] && isValueWhole && !useCausalMask;
  }
}
