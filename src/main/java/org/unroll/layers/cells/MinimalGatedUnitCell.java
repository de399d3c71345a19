package org.unroll.layers.cells;

import java.util.List;
import org.unroll.compute.Matrix;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;

/**
 * The cell of the minimal gated unit (Zhou et al. 2016): a {@linkplain GruCell GRU} with a single
 * gate, which both resets the state and weights the candidate. Use it with {@link Rnn}.
 *
 * <pre>
 * f_t = σ(x_t·W_f + h_{t−1}·U_f + b_f)                forget gate
 * g_t = act(x_t·W_h + (f_t ⊙ h_{t−1})·U_h + b_h)      candidate
 * h_t = h_{t−1} + f_t ⊙ (g_t − h_{t−1})               output, and state
 * </pre>
 *
 * <p>Weights, with the columns of f before those of h: {@code kernel} W (features, 2·units), {@code
 * recurrent_kernel} U (units, 2·units), {@code bias} b (2·units). {@link GatedOptions} documents
 * the arguments.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * dg = dh_t ⊙ f_t ⊙ act′                          ds = dg·U_hᵀ
 * df = (dh_t ⊙ (g_t − h_{t−1}) + ds ⊙ h_{t−1}) ⊙ σ′
 * dh_{t−1} = dh_t ⊙ (1 − f_t) + ds ⊙ f_t + df·U_fᵀ                    dx_t = (df, dg)·Wᵀ
 * dW = Σ x_tᵀ·(df, dg)     dU = Σ (h_{t−1}ᵀ·df, (f_t ⊙ h_{t−1})ᵀ·dg)     db = Σ (df, dg)
 * </pre>
 *
 * <p>Source: Guo-Bing Zhou, Jianxin Wu, Chen-Lin Zhang, Zhi-Hua Zhou, "Minimal gated unit for
 * recurrent neural networks", International Journal of Automation and Computing 13(3), 2016. Keras
 * has no such cell, so it is saved as the custom object {@code unroll>MGUCell}; initializers and
 * dropout are those of Keras's GRU.
 */
public final class MinimalGatedUnitCell extends UnitsCell<MinimalGatedUnitCell>
    implements GatedOptions<MinimalGatedUnitCell> {
  /** Creates a cell with the given number of units. */
  public MinimalGatedUnitCell(int units) {
    super("MGUCell", units);
  }

  @Override
  public MinimalGatedUnitCell copy() {
    return copyTo(new MinimalGatedUnitCell(units()));
  }

  @Override
  protected int gates() {
    return 2;
  }

  @Override
  public CellPass newCellPass() {
    return new MinimalGatedUnitPass();
  }

  private final class MinimalGatedUnitPass extends InterpolationPass {
    MinimalGatedUnitPass() {
      super(MinimalGatedUnitCell.this, activation(), recurrentActivation(), 1);
    }

    @Override
    protected List<String> gateNames() {
      return List.of("f", "g");
    }

    @Override
    protected void stepForward(int k) {
      state(0).at(k, hBefore);
      block(reset, k, block);
      multiplyRecurrent(hBefore, 0, gates(k, 0, 1), true);
      activateGates(sigma, k, 0, 1);
      kernels.multiplyElements(gates(k, 0, 1), hBefore, block, false);
      multiplyRecurrent(block, 1, gates(k, 1, 2), true);
      activateGates(act, k, 1, 2);
      interpolate(k);
    }

    @Override
    protected void stepBackward(int k) {
      float[] dhPrevious = interpolateBackward(k);
      activateGatesBackward(act, k, 1, 2, gateGradients);
      multiplyRecurrentBackward(gradientOf(1), 1, ds, false);
      Matrix dReset = block(ds, 0, block);
      kernels.multiplyElements(dReset, state(0).at(k, hBefore), gradientOf(0), true);
      dhBefore.set(dhPrevious, 0, rows, units);
      kernels.multiplyElements(dReset, gates(k, 0, 1), dhBefore, true);
      activateGatesBackward(sigma, k, 0, 1, gateGradients);
      multiplyRecurrentBackward(gradientOf(0), 0, dhPrevious, true);
      storeGateGradients(k);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, 1), 0, gradients[1]);
      recurrentGradient(reset, allGates(1, 2), 1, gradients[1]);
    }
  }
}
