package org.unroll.layers;

import org.unroll.compute.Activation;

/**
 * The gated recurrent unit, Keras's {@code GRU} (Cho et al. 2014).
 *
 * <p>With the reset gate after the product, Keras's default:
 *
 * <pre>
 * z_t = σ(x_t·W_z + b_z + h_{t−1}·U_z + b'_z)                 update gate
 * r_t = σ(x_t·W_r + b_r + h_{t−1}·U_r + b'_r)                 reset gate
 * g_t = act(x_t·W_h + b_h + r_t ⊙ (h_{t−1}·U_h + b'_h))       candidate
 * h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t                       output, and state
 * </pre>
 *
 * <p>With {@code resetAfter(false)}, as in the paper, the state is reset before the product, and
 * there is no b':
 *
 * <pre>
 * g_t = act(x_t·W_h + b_h + (r_t ⊙ h_{t−1})·U_h)
 * </pre>
 *
 * <p>Weights, the gates z, r, h side by side: {@code kernel} W (features, 3·units), {@code
 * recurrent_kernel} U (units, 3·units), {@code bias} (2, 3·units), b above b', or b (3·units)
 * without reset after. Input and output are described at {@link RecurrentLayer}.
 *
 * <p>Note that z and 1 − z have changed places in some texts; this is Keras's convention, z near 1
 * keeps the state.
 *
 * <p>Backwards, from the last step to the first, with dh_t what comes from the output and from step
 * t + 1:
 *
 * <pre>
 * dz = dh_t ⊙ (h_{t−1} − g_t) ⊙ σ′      dg = dh_t ⊙ (1 − z_t) ⊙ act′      dh_{t−1} = dh_t ⊙ z_t + …
 *
 * reset after:   dr = dg ⊙ (h_{t−1}·U_h + b'_h) ⊙ σ′      … = (dz, dr, dg ⊙ r_t)·Uᵀ
 * reset before:  ds = dg·U_hᵀ     dr = ds ⊙ h_{t−1} ⊙ σ′   … = ds ⊙ r_t + (dz, dr)·(U_z, U_r)ᵀ
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.GRU}.
 */
public final class Gru extends GatedLayer<Gru> {
  private boolean resetAfter = true;

  Gru(int units) {
    super("GRU", units, 3);
  }

  @Override
  Gru self() {
    return this;
  }

  @Override
  Gru fresh() {
    return new Gru(units());
  }

  @Override
  Gru copy() {
    Gru copy = super.copy();
    copy.resetAfter = resetAfter;
    return copy;
  }

  /**
   * Whether the reset gate acts after the product with U_h instead of before it; true by default.
   */
  public Gru resetAfter(boolean after) {
    requireNotBuilt("resetAfter");
    resetAfter = after;
    return this;
  }

  /** Whether the reset gate acts after the product with U_h. */
  public boolean resetAfter() {
    return resetAfter;
  }

  @Override
  int biasRows() {
    return resetAfter ? 2 : 1;
  }

  @Override
  public Pass newPass() {
    return resetAfter ? new ResetAfterPass() : new ResetBeforePass();
  }

  private abstract class GruPass extends RecurrentPass {
    final Activation act = activation();
    final Activation sigma = recurrentActivation();
    float[] preActivations; // timesteps × rows × columns
    private float[] spare = {}; // rows × units

    GruPass() {
      super(Gru.this, 1);
    }

    @Override
    void reserve() {
      if (keepsPreActivations()) {
        int length = timesteps * rows * columns;
        preActivations = atLeast(preActivations == null ? new float[0] : preActivations, length);
      }
    }

    /**
     * A place for dh_{t−1} while dh_t is still read; {@link #takeSpare} then makes it the state's
     * gradient.
     */
    final float[] spare() {
      spare = atLeast(spare, rows * units);
      return spare;
    }

    final void takeSpare() {
      float[] done = stateGradients[0];
      stateGradients[0] = spare;
      spare = done;
    }
  }

  private final class ResetAfterPass extends GruPass {
    private float[] inner = {}; // h·U + b', then its gradient: timesteps × rows × columns

    @Override
    void reserve() {
      super.reserve();
      inner = atLeast(inner, timesteps * rows * columns);
    }

    @Override
    void stepForward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = states[0];
      if (useBias()) {
        kernels.fillRows(rows, columns, weights().get(2).values(), columns, inner, at, columns);
      }
      multiplyRecurrent(h, k * block, 0, 3, inner, at, useBias());
      kernels.gruForward(
          act,
          sigma,
          rows,
          units,
          gateValues,
          at,
          inner,
          at,
          preActivations,
          h,
          k * block,
          h,
          (k + 1) * block);
    }

    @Override
    void stepBackward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      kernels.gruBackward(
          act,
          sigma,
          rows,
          units,
          preActivations,
          gateValues,
          at,
          inner,
          at,
          states[0],
          k * block,
          stateGradients[0],
          0,
          spare(),
          0);
      multiplyRecurrentBackward(inner, at, 0, 3, spare(), true);
      takeSpare();
    }

    @Override
    void recurrentGradient(Gradient result) {
      recurrentGradient(states[0], 0, 3, inner, result);
    }

    @Override
    void recurrentBiasGradient(Gradient result) {
      kernels.sumRows(
          timesteps * rows, columns, inner, 0, columns, result.values(), columns, false);
    }
  }

  private final class ResetBeforePass extends GruPass {
    private float[] reset = {}; // r ⊙ h: timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] ds = {}; // rows × units

    @Override
    void reserve() {
      super.reserve();
      reset = atLeast(reset, timesteps * rows * units);
    }

    @Override
    void stepForward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = states[0];
      multiplyRecurrent(h, k * block, 0, 2, gateValues, at, true);
      keepPreActivations(at, 0, 2);
      kernels.activate(sigma, rows, 2 * units, gateValues, at, columns, gateValues, at, columns);
      kernels.multiplyElements(
          rows,
          units,
          gateValues,
          at + units,
          columns,
          h,
          k * block,
          units,
          reset,
          k * block,
          units,
          false);
      multiplyRecurrent(reset, k * block, 2, 3, gateValues, at, true);
      keepPreActivations(at, 2, 3);
      int candidate = at + 2 * units;
      kernels.activate(
          act, rows, units, gateValues, candidate, columns, gateValues, candidate, columns);
      kernels.gruOutput(rows, units, gateValues, at, h, k * block, h, (k + 1) * block);
    }

    private void keepPreActivations(int at, int fromGate, int toGate) {
      if (preActivations == null) {
        return;
      }
      for (int r = 0; r < rows; r++) {
        int from = at + r * columns + fromGate * units;
        System.arraycopy(gateValues, from, preActivations, from, (toGate - fromGate) * units);
      }
    }

    @Override
    void stepBackward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      int candidate = at + 2 * units;
      float[] h = states[0];
      float[] dhPrevious = spare();
      gateGradients = atLeast(gateGradients, rows * columns);
      ds = atLeast(ds, block);
      kernels.gruOutputBackward(
          rows,
          units,
          gateValues,
          at,
          h,
          k * block,
          stateGradients[0],
          0,
          gateGradients,
          0,
          dhPrevious,
          0);
      kernels.activateBackward(
          act,
          rows,
          units,
          preActivations,
          candidate,
          columns,
          gateValues,
          candidate,
          columns,
          gateGradients,
          2 * units,
          columns);
      multiplyRecurrentBackward(gateGradients, 0, 2, 3, ds, false);
      kernels.multiplyElements(
          rows, units, ds, 0, units, h, k * block, units, gateGradients, units, columns, false);
      kernels.multiplyElements(
          rows, units, ds, 0, units, gateValues, at + units, columns, dhPrevious, 0, units, true);
      kernels.activateBackward(
          sigma,
          rows,
          2 * units,
          preActivations,
          at,
          columns,
          gateValues,
          at,
          columns,
          gateGradients,
          0,
          columns);
      multiplyRecurrentBackward(gateGradients, 0, 0, 2, dhPrevious, true);
      System.arraycopy(gateGradients, 0, gateValues, at, rows * columns);
      takeSpare();
    }

    @Override
    void recurrentGradient(Gradient result) {
      recurrentGradient(states[0], 0, 2, gateValues, result);
      recurrentGradient(reset, 2, 3, gateValues, result);
    }
  }
}
