package org.unroll.layers.attention;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphPass;
import org.unroll.network.Initializers;

/**
 * Dot-product attention, as Keras's {@code Attention}.
 *
 * <pre>
 * dot      e[i, j] = s·(q[i]·k[j])
 * concat   e[i, j] = w·Σ tanh(s·(q[i] + k[j]))
 *
 * α[i] = softmax(e[i]) over the keys      y[i] = Σ α[i, j]·v[j]
 * </pre>
 *
 * <p>{@link AttentionLayer} describes inputs and outputs. The returned weights α are (batch,
 * queries, keys) and include dropout. A masked value has the weight 0; if all values of a row are
 * masked, their weights are equal. The output of a masked query is 0. The mask of the key is not
 * used.
 *
 * <pre>{@code
 * var source = input(30, 8);
 * var translation = input(20, 8);
 * var encoded = gru(16).returnSequences(true).on(source);
 * var decoded = gru(16).returnSequences(true).on(translation);
 * var context = attention().on(decoded, encoded);
 * var functional =
 *     Model.of(List.of(source, translation), dense(1).on(concatenate().on(decoded, context)));
 * }</pre>
 *
 * <p>Weights: {@code scale} s, a number, if {@link #useScale} is set, and {@code
 * concat_score_weight} w, a number, for the score {@code "concat"}. Both start with 1.
 *
 * <p>Backward pass, with g = d loss / d y:
 *
 * <pre>
 * dv[j] = Σ α[i, j]·g[i]      dα[i, j] = g[i]·v[j]      de[i] = α[i] ⊙ (dα[i] − Σ α[i]·dα[i])
 * dq[i] = s·Σ de[i, j]·k[j]      dk[j] = s·Σ de[i, j]·q[i]      ds = Σ de[i, j]·(q[i]·k[j])
 * </pre>
 *
 * <p>Source: Luong, Pham and Manning 2015, "Effective approaches to attention-based neural machine
 * translation"; Keras 3, {@code keras.layers.Attention}.
 */
public final class Attention extends ScaledAttention<Attention> {
  private boolean concat;

  /** Creates the layer. See {@code Layers.attention}. */
  public Attention() {
    super("Attention", false);
  }

  @Override
  Attention self() {
    return this;
  }

  /**
   * Sets how a query and a key are compared, {@code "dot"} or {@code "concat"}. The default is
   * {@code "dot"}.
   *
   * @throws IllegalArgumentException if the mode is neither
   */
  public Attention scoreMode(String mode) {
    requireNotBuilt("scoreMode");
    if (!mode.equals("dot") && !mode.equals("concat")) {
      throw new IllegalArgumentException(
          "scoreMode must be \"dot\" or \"concat\", but was \"" + mode + "\".");
    }
    concat = mode.equals("concat");
    return this;
  }

  /** Returns how a query and a key are compared. */
  public String scoreMode() {
    return concat ? "concat" : "dot";
  }

  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    if (useScale()) {
      factory.create("scale", Shape.of(), Initializers.ones(), null);
    }
    if (concat) {
      factory.create("concat_score_weight", Shape.of(), Initializers.ones(), null);
    }
  }

  @Override
  public GraphPass newPass() {
    float[] scale = useScale() ? weights().get(0).values() : null;
    return new AttentionPass(
        this,
        concat
            ? new TanhScores(scale, weights().get(useScale() ? 1 : 0).values())
            : new DotScores(scale));
  }
}
