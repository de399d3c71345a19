package org.unroll.layers.core;

import org.unroll.network.ForwardContext;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Replaces values by the negative limit of SELU in training, as Keras's {@code AlphaDropout}. Mean
 * and variance of standardized values are kept, so the layer fits networks with the activation
 * {@code selu}.
 *
 * <pre>
 * y = a·(x or α′) + b      α′ = −1.7581      a = ((1 − rate)·(1 + rate·α′²))^−½      b = −a·α′·rate
 * </pre>
 *
 * <p>Each value is replaced by α′ with probability {@code rate}, independently. Outside of training
 * y = x.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = a · d loss / d y where x was kept, otherwise 0.
 *
 * <p>Source: Keras 3, {@code keras.layers.AlphaDropout}; Klambauer et al. 2017, "Self-normalizing
 * neural networks".
 */
public final class AlphaDropout extends SameShapeLayer {
  /** The limit of SELU for x → −∞. */
  private static final double LIMIT = -1.6732632423543772 * 1.0507009873554805;

  private final double rate;

  /**
   * Creates the layer. See {@code Layers.alphaDropout}.
   *
   * @param rate the fraction of the values to replace
   * @throws IllegalArgumentException if {@code rate} is not in [0, 1)
   */
  public AlphaDropout(double rate) {
    super("AlphaDropout");
    this.rate = requireRate("rate", rate);
  }

  /** Returns the rate. */
  public double rate() {
    return rate;
  }

  /** Sets the name, which must be unique in the model. */
  public AlphaDropout name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Pass newPass() {
    return new NoisePass(rate > 0) {
      @Override
      void draw(Tensor input, ForwardContext context, float[] factors, float[] y) {
        double a = 1 / Math.sqrt((1 - rate) * (1 + rate * LIMIT * LIMIT));
        double b = -a * LIMIT * rate;
        context.fillDropoutMask(AlphaDropout.this, 0, rate, input, factors);
        for (int i = 0; i < input.size(); i++) {
          boolean kept = factors[i] > 0;
          factors[i] = kept ? (float) a : 0;
          double value = kept ? input.values()[input.offset() + i] : LIMIT;
          y[i] = (float) (a * value + b);
        }
      }
    };
  }
}
