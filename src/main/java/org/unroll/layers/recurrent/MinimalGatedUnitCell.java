package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;

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
    this(new RecurrentArguments(units));
  }

  private MinimalGatedUnitCell(RecurrentArguments arguments) {
    super("MGUCell", arguments);
  }

  @Override
  public MinimalGatedUnitCell copy() {
    return new MinimalGatedUnitCell(arguments().copy());
  }

  @Override
  int gates() {
    return 2;
  }

  @Override
  public CellPass newCellPass() {
    return new MinimalGatedUnitPass();
  }

  private final class MinimalGatedUnitPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private float[] reset = {}; // f ⊙ h: timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] ds = {}; // rows × units

    // Views of one step.
    private final Matrix hBefore = new Matrix();
    private final Matrix resetBlock = new Matrix();
    private final Matrix gateGradient = new Matrix();
    private final Matrix dhBefore = new Matrix();

    MinimalGatedUnitPass() {
      super(MinimalGatedUnitCell.this);
    }

    @Override
    void reserve() {
      reset = Pass.atLeast(reset, timesteps * rows * units);
      gateGradients = Pass.atLeast(gateGradients, rows * columns);
      ds = Pass.atLeast(ds, rows * units);
    }

    @Override
    void stepForward(int k) {
      int at = k * rows * columns;
      float[] h = state(0).values();
      int before = state(0).at(k);
      int after = state(0).at(k + 1);
      state(0).at(k, hBefore);
      block(reset, k, resetBlock);
      multiplyRecurrent(hBefore, 0, gates(k, 0, 1), true);
      activateGates(sigma, k, 0, 1);
      kernels.multiplyElements(gates(k, 0, 1), hBefore, resetBlock, false);
      multiplyRecurrent(resetBlock, 1, gates(k, 1, 2), true);
      activateGates(act, k, 1, 2);
      for (int r = 0; r < rows; r++) {
        int f = at + r * columns;
        int g = f + units;
        for (int j = 0; j < units; j++) {
          float previous = h[before + r * units + j];
          h[after + r * units + j] = previous + gateValues[f + j] * (gateValues[g + j] - previous);
        }
      }
    }

    @Override
    void stepBackward(int k) {
      int at = k * rows * columns;
      float[] h = state(0).values();
      int before = state(0).at(k);
      float[] dh = swapStateGradient(0);
      float[] dhPrevious = stateGradient(0);
      for (int r = 0; r < rows; r++) {
        int f = at + r * columns;
        int g = f + units;
        for (int j = 0; j < units; j++) {
          int i = r * units + j;
          float gate = gateValues[f + j];
          gateGradients[r * columns + j] = dh[i] * (gateValues[g + j] - h[before + i]);
          gateGradients[r * columns + units + j] = dh[i] * gate;
          dhPrevious[i] = dh[i] * (1 - gate);
        }
      }
      activateGatesBackward(act, k, 1, 2, gateGradients);
      gateGradient.set(gateGradients, units, rows, units, columns);
      multiplyRecurrentBackward(gateGradient, 1, ds, false);
      gateGradient.set(gateGradients, 0, rows, units, columns);
      Matrix dReset = block(ds, 0, resetBlock);
      kernels.multiplyElements(dReset, state(0).at(k, hBefore), gateGradient, true);
      dhBefore.set(dhPrevious, 0, rows, units);
      kernels.multiplyElements(dReset, gates(k, 0, 1), dhBefore, true);
      activateGatesBackward(sigma, k, 0, 1, gateGradients);
      multiplyRecurrentBackward(gateGradient, 0, dhPrevious, true);
      System.arraycopy(gateGradients, 0, gateValues, at, rows * columns);
    }

    @Override
    void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, 1), 0, gradients[1]);
      recurrentGradient(reset, allGates(1, 2), 1, gradients[1]);
    }
  }
}
