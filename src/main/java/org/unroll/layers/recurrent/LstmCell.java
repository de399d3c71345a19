package org.unroll.layers.recurrent;

import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
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
  int gates() {
    return 4;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return hiddenAndCellState();
  }

  @Override
  Initializer initialBias() {
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

    LstmPass() {
      super(LstmCell.this);
    }

    @Override
    List<String> gateNames() {
      return List.of("i", "f", "g", "o");
    }

    @Override
    void reserve() {
      activatedCell = Pass.atLeast(activatedCell, timesteps * rows * units);
    }

    @Override
    void stepForward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = state(0).values();
      float[] c = state(1).values();
      multiplyRecurrent(h, k * block, 0, 4, gateValues, at, true);
      if (preActivations != null) {
        System.arraycopy(gateValues, at, preActivations, at, rows * columns);
      }
      kernels.lstmForward(
          act,
          sigma,
          rows,
          units,
          gateValues,
          at,
          c,
          k * block,
          c,
          (k + 1) * block,
          activatedCell,
          k * block,
          h,
          (k + 1) * block);
    }

    @Override
    void stepBackward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] c = state(1).values();
      float[] dh = stateGradient(0);
      float[] dc = stateGradient(1);
      kernels.lstmBackward(
          act,
          sigma,
          rows,
          units,
          preActivations,
          gateValues,
          at,
          c,
          k * block,
          c,
          (k + 1) * block,
          activatedCell,
          k * block,
          dh,
          0,
          dc,
          0);
      multiplyRecurrentBackward(gateValues, at, 0, 4, dh, false);
    }

    @Override
    void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), 0, 4, gateValues, gradients[1]);
    }
  }
}
