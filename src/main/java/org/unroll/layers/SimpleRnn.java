package org.unroll.layers;

import org.unroll.compute.Activation;

/**
 * The fully connected recurrent layer, Keras's {@code SimpleRNN} (Elman 1990): the output is fed
 * back as the state.
 *
 * <pre>
 * h_t = act(x_t·W + h_{t−1}·U + b)
 * </pre>
 *
 * <p>Weights: {@code kernel} W (features, units), {@code recurrent_kernel} U (units, units), {@code
 * bias} b (units). Input and output are described at {@link RecurrentLayer}.
 *
 * <p>Backwards, from the last step to the first, with dh_t what comes from the output and from step
 * t + 1:
 *
 * <pre>
 * da_t = dh_t ⊙ act′        dh_{t−1} = da_t·Uᵀ        dx_t = da_t·Wᵀ
 * dW = Σ x_tᵀ·da_t          dU = Σ h_{t−1}ᵀ·da_t      db = Σ da_t
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.SimpleRNN}.
 */
public final class SimpleRnn extends RecurrentLayer<SimpleRnn> {
  SimpleRnn(int units) {
    super("SimpleRNN", units, 1);
  }

  @Override
  SimpleRnn self() {
    return this;
  }

  @Override
  SimpleRnn fresh() {
    return new SimpleRnn(units());
  }

  @Override
  public Pass newPass() {
    return new SimpleRnnPass();
  }

  private final class SimpleRnnPass extends RecurrentPass {
    private final Activation act = activation();
    private float[] gradient = {}; // rows × units

    SimpleRnnPass() {
      super(SimpleRnn.this, 1);
    }

    @Override
    void reserve() {}

    @Override
    void stepForward(int k) {
      int block = rows * units;
      float[] h = states[0];
      multiplyRecurrent(h, k * block, 0, 1, gateValues, k * block, true);
      kernels.activate(act, rows, units, gateValues, k * block, units, h, (k + 1) * block, units);
    }

    @Override
    void stepBackward(int k) {
      int block = rows * units;
      gradient = atLeast(gradient, block);
      float[] dh = stateGradients[0];
      System.arraycopy(dh, 0, gradient, 0, block);
      kernels.activateBackward(
          act,
          rows,
          units,
          gateValues,
          k * block,
          units,
          states[0],
          (k + 1) * block,
          units,
          gradient,
          0,
          units);
      System.arraycopy(gradient, 0, gateValues, k * block, block);
      multiplyRecurrentBackward(gateValues, k * block, 0, 1, dh, false);
    }

    @Override
    void recurrentGradient(Gradient result) {
      recurrentGradient(states[0], 0, 1, gateValues, result);
    }
  }
}
