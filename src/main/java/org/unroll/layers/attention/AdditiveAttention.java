package org.unroll.layers.attention;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphPass;
import org.unroll.network.Initializers;

/**
 * Additive attention, as Keras's {@code AdditiveAttention}.
 *
 * <pre>
 * e[i, j] = w·tanh(q[i] + k[j])
 *
 * α[i] = softmax(e[i]) over the keys      y[i] = Σ α[i, j]·v[j]
 * </pre>
 *
 * <p>{@link AttentionLayer} describes inputs and outputs, and {@link Attention} masks and returned
 * weights. Query and key must have the same number of features.
 *
 * <p>Weights: {@code scale} w (features), initialized with {@link Initializers#glorotUniform()}, if
 * {@link #useScale} is set. Otherwise w is 1.
 *
 * <p>Backward pass, with de as in {@link Attention}:
 *
 * <pre>
 * dz[i, j] = de[i, j]·w ⊙ (1 − tanh²)      dw = Σ de[i, j]·tanh(q[i] + k[j])
 * dq[i] = Σ dz[i, j] over j                dk[j] = Σ dz[i, j] over i
 * </pre>
 *
 * <p>Source: Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to
 * align and translate"; Keras 3, {@code keras.layers.AdditiveAttention}.
 */
public final class AdditiveAttention extends ScaledAttention<AdditiveAttention> {

  /** Creates the layer. See {@code Layers.additiveAttention}. */
  public AdditiveAttention() {
    super("AdditiveAttention", true);
  }

  @Override
  AdditiveAttention self() {
    return this;
  }

  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    if (useScale()) {
      Shape features = Shape.of(inputs.get(0).last());
      factory.create("scale", features, Initializers.glorotUniform(), null);
    }
  }

  @Override
  public GraphPass newPass() {
    return new AttentionPass(
        this, new TanhScores(null, useScale() ? weights().get(0).values() : null));
  }
}
