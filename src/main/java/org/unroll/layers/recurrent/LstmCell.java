package org.unroll.layers.recurrent;

import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Pass;

/**
 * The cell of {@link Lstm}, Keras's {@code LSTMCell} (Hochreiter &amp; Schmidhuber 1997, with the
 * forget gate of Gers et al. 2000).
 *
 * <pre>
 * i_t = σ(x_t·W_i + h_{t−1}·U_i + b_i)        input gate
 * f_t = σ(x_t·W_f + h_{t−1}·U_f + b_f)        forget gate
 * g_t = act(x_t·W_c + h_{t−1}·U_c + b_c)      candidate
 * o_t = σ(x_t·W_o + h_{t−1}·U_o + b_o)        output gate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t             cell state
 * h_t = o_t ⊙ act(c_t)                        output, and state
 * </pre>
 *
 * <p>Weights, with the columns of the gates in the order i, f, c, o: {@code kernel} W (features,
 * 4·units), {@code recurrent_kernel} U (units, 4·units), {@code bias} b (4·units). {@link
 * LstmOptions} documents the arguments.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1, and dc_t that of c_t from step t + 1:
 *
 * <pre>
 * do = dh_t ⊙ act(c_t)      dc_t += dh_t ⊙ o_t ⊙ act′(c_t)
 * di = dc_t ⊙ g_t           df = dc_t ⊙ c_{t−1}          dg = dc_t ⊙ i_t        dc_{t−1} = dc_t ⊙ f_t
 * dz_t = (di ⊙ σ′, df ⊙ σ′, dg ⊙ act′, do ⊙ σ′)
 * dh_{t−1} = dz_t·Uᵀ        dx_t = dz_t·Wᵀ
 * dW = Σ x_tᵀ·dz_t          dU = Σ h_{t−1}ᵀ·dz_t         db = Σ dz_t
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.LSTMCell}.
 */
public final class LstmCell extends UnitsCell<LstmCell> implements LstmOptions<LstmCell> {
  /** Creates a cell with the given number of units. */
  public LstmCell(int units) {
    this(new RecurrentArguments(units));
  }

  private LstmCell(RecurrentArguments arguments) {
    super("LSTMCell", arguments);
  }

  @Override
  public LstmCell copy() {
    return new LstmCell(arguments().copy());
  }

  @Override
  protected int gates() {
    return 4;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return hiddenAndCellState();
  }

  @Override
  protected Initializer initialBias() {
    return withForgetBias(1);
  }

  @Override
  public CellPass newCellPass() {
    return new LstmPass();
  }

  private final class LstmPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private float[] activatedCell = {}; // act(c), timesteps × rows × units

    // Views of one step.
    private final Matrix hBefore = new Matrix();
    private final Matrix h = new Matrix();
    private final Matrix cBefore = new Matrix();
    private final Matrix c = new Matrix();
    private final Matrix activated = new Matrix();
    private final Matrix preActivated = new Matrix();
    private final Matrix dh = new Matrix();
    private final Matrix dc = new Matrix();

    LstmPass() {
      super(LstmCell.this);
    }

    @Override
    protected boolean canPad() {
      return staysBounded(act) && staysBounded(sigma);
    }

    @Override
    protected List<String> gateNames() {
      return List.of("i", "f", "g", "o");
    }

    @Override
    protected void reserve() {
      activatedCell = Pass.atLeast(activatedCell, timesteps * rows * units);
    }

    @Override
    protected void stepForward(int k) {
      Matrix gates = gates(k);
      multiplyRecurrent(state(0).at(k, hBefore), 0, gates, true);
      if (preActivations != null) {
        int at = gates.offset();
        System.arraycopy(gateValues, at, preActivations, at, rows * columns);
      }
      kernels.lstmForward(
          act,
          sigma,
          gates,
          state(1).at(k, cBefore),
          state(1).at(k + 1, c),
          block(activatedCell, k, activated),
          state(0).at(k + 1, h));
    }

    @Override
    protected void stepBackward(int k) {
      Matrix gates = gates(k);
      kernels.lstmBackward(
          act,
          sigma,
          preActivations(k, preActivated),
          gates,
          state(1).at(k, cBefore),
          state(1).at(k + 1, c),
          block(activatedCell, k, activated),
          dh.set(stateGradient(0), 0, rows, units),
          dc.set(stateGradient(1), 0, rows, units));
      multiplyRecurrentBackward(gates, 0, stateGradient(0), false);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, 4), 0, gradients[1]);
    }
  }
}
