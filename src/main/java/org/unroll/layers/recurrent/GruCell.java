package org.unroll.layers.recurrent;

import java.util.List;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;

/**
 * The cell of {@link Gru}, Keras's {@code GRUCell} (Cho et al. 2014).
 *
 * <p>By default, as in Keras, the reset gate is applied after the product:
 *
 * <pre>
 * z_t = σ(x_t·W_z + b_z + h_{t−1}·U_z + b'_z)                 update gate
 * r_t = σ(x_t·W_r + b_r + h_{t−1}·U_r + b'_r)                 reset gate
 * g_t = act(x_t·W_h + b_h + r_t ⊙ (h_{t−1}·U_h + b'_h))       candidate
 * h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t                       output, and state
 * </pre>
 *
 * <p>With {@code resetAfter(false)}, as in the paper, the state is reset before the product, and b'
 * is absent:
 *
 * <pre>
 * g_t = act(x_t·W_h + b_h + (r_t ⊙ h_{t−1})·U_h)
 * </pre>
 *
 * <p>Weights, with the columns of the gates in the order z, r, h: {@code kernel} W (features,
 * 3·units), {@code recurrent_kernel} U (units, 3·units). {@code bias} is (2, 3·units), with b in
 * the first row and b' in the second, or (3·units) if {@code resetAfter} is false. {@link
 * GruOptions} documents the arguments.
 *
 * <p>Some texts exchange z and 1 − z. This cell follows Keras: z near 1 keeps the state.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * dz = dh_t ⊙ (h_{t−1} − g_t) ⊙ σ′      dg = dh_t ⊙ (1 − z_t) ⊙ act′      dh_{t−1} = dh_t ⊙ z_t + …
 *
 * reset after:   dr = dg ⊙ (h_{t−1}·U_h + b'_h) ⊙ σ′      … = (dz, dr, dg ⊙ r_t)·Uᵀ
 * reset before:  ds = dg·U_hᵀ     dr = ds ⊙ h_{t−1} ⊙ σ′   … = ds ⊙ r_t + (dz, dr)·(U_z, U_r)ᵀ
 *
 * dx_t = (dz, dr, dg)·Wᵀ    dW = Σ x_tᵀ·(dz, dr, dg)    db = Σ (dz, dr, dg)
 * reset after:   dU = Σ h_{t−1}ᵀ·(dz, dr, dg ⊙ r_t)             db' = Σ (dz, dr, dg ⊙ r_t)
 * reset before:  dU = Σ (h_{t−1}ᵀ·(dz, dr), (r_t ⊙ h_{t−1})ᵀ·dg)
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.GRUCell}.
 */
public final class GruCell extends UnitsCell<GruCell> implements GruOptions<GruCell> {
  private static final List<String> GATES = List.of("z", "r", "g");

  /** Creates a cell with the given number of units. */
  public GruCell(int units) {
    this(new RecurrentArguments(units));
  }

  private GruCell(RecurrentArguments arguments) {
    super("GRUCell", arguments);
  }

  @Override
  public GruCell copy() {
    return new GruCell(arguments().copy());
  }

  @Override
  protected int gates() {
    return 3;
  }

  @Override
  int biasRows() {
    return resetAfter() ? 2 : 1;
  }

  @Override
  public CellPass newCellPass() {
    return resetAfter() ? new ResetAfterPass() : new ResetBeforePass();
  }

  private final class ResetAfterPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    // h·U + b' of the candidate, then its gradient: timesteps × rows × units
    private float[] inner = {};
    private float[] inputBias = {}; // b + b' of z and r, b of the candidate

    // Views of one step, and of all steps for a gradient.
    private final Matrix hBefore = new Matrix();
    private final Matrix h = new Matrix();
    private final Matrix innerBlock = new Matrix();
    private final Matrix preActivated = new Matrix();
    private final Matrix stateBias = new Matrix(); // b' of the candidate
    private final Matrix biasGradient = new Matrix();
    private final Matrix dh = new Matrix();
    private final Matrix dhBefore = new Matrix();

    ResetAfterPass() {
      super(GruCell.this);
    }

    @Override
    protected boolean canPad() {
      return staysBounded(act) && staysBounded(sigma);
    }

    @Override
    protected List<String> gateNames() {
      return GATES;
    }

    @Override
    protected void reserve() {
      inner = Pass.atLeast(inner, timesteps * rows * units);
      if (useBias()) {
        inputBias = Pass.atLeast(inputBias, columns);
        float[] bias = weightValues(2);
        System.arraycopy(bias, 0, inputBias, 0, columns);
        kernels.add(2 * units, bias, columns, inputBias, 0);
        stateBias.set(bias, columns + 2 * units, 1, units);
      }
    }

    @Override
    protected float[] inputBias() {
      return inputBias;
    }

    @Override
    protected void stepForward(int k) {
      state(0).at(k, hBefore);
      block(inner, k, innerBlock);
      multiplyRecurrent(hBefore, 0, gates(k, 0, 2), true);
      if (useBias()) {
        multiplyRecurrentAddRow(hBefore, 2, stateBias, innerBlock);
      } else {
        multiplyRecurrent(hBefore, 2, innerBlock, false);
      }
      kernels.gruForward(
          act,
          sigma,
          gates(k),
          innerBlock,
          preActivations(k, preActivated),
          hBefore,
          state(0).at(k + 1, h));
    }

    @Override
    protected void stepBackward(int k) {
      dh.set(swapStateGradient(0), 0, rows, units);
      float[] dhPrevious = stateGradient(0);
      block(inner, k, innerBlock);
      kernels.gruBackward(
          act,
          sigma,
          preActivations(k, preActivated),
          gates(k),
          innerBlock,
          state(0).at(k, hBefore),
          dh,
          dhBefore.set(dhPrevious, 0, rows, units));
      multiplyRecurrentBackward(gates(k, 0, 2), 0, dhPrevious, true);
      multiplyRecurrentBackward(innerBlock, 2, dhPrevious, true);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      float[] states = state(0).values();
      int positions = timesteps * rows;
      recurrentGradient(states, allGates(0, 2), 0, gradients[1]);
      recurrentGradient(states, innerBlock.set(inner, 0, positions, units), 2, gradients[1]);
      if (useBias()) {
        float[] biases = gradients[2].values();
        // The two biases of z have the same gradient, and so do those of r.
        kernels.sumRows(allGates(0, 2), biasGradient.set(biases, columns, 1, 2 * units));
        kernels.sumRows(innerBlock, biasGradient.set(biases, columns + 2 * units, 1, units));
      }
    }
  }

  private final class ResetBeforePass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private float[] reset = {}; // r ⊙ h: timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] ds = {}; // rows × units

    // Views of one step.
    private final Matrix hBefore = new Matrix();
    private final Matrix h = new Matrix();
    private final Matrix resetBlock = new Matrix();
    private final Matrix gateGradient = new Matrix();
    private final Matrix resetGradient = new Matrix();
    private final Matrix dh = new Matrix();
    private final Matrix dhBefore = new Matrix();

    ResetBeforePass() {
      super(GruCell.this);
    }

    @Override
    protected boolean canPad() {
      return staysBounded(act) && staysBounded(sigma);
    }

    @Override
    protected List<String> gateNames() {
      return GATES;
    }

    @Override
    protected void reserve() {
      reset = Pass.atLeast(reset, timesteps * rows * units);
    }

    @Override
    protected void stepForward(int k) {
      state(0).at(k, hBefore);
      block(reset, k, resetBlock);
      multiplyRecurrent(hBefore, 0, gates(k, 0, 2), true);
      activateGates(sigma, k, 0, 2);
      kernels.multiplyElements(gates(k, 1, 2), hBefore, resetBlock, false);
      multiplyRecurrent(resetBlock, 2, gates(k, 2, 3), true);
      activateGates(act, k, 2, 3);
      kernels.gruOutput(gates(k), hBefore, state(0).at(k + 1, h));
    }

    @Override
    protected void stepBackward(int k) {
      int block = rows * units;
      dh.set(swapStateGradient(0), 0, rows, units);
      float[] dhPrevious = stateGradient(0);
      dhBefore.set(dhPrevious, 0, rows, units);
      state(0).at(k, hBefore);
      gateGradients = Pass.atLeast(gateGradients, rows * columns);
      ds = Pass.atLeast(ds, block);
      gateGradient.set(gateGradients, 0, rows, columns);
      kernels.gruOutputBackward(gates(k), hBefore, dh, gateGradient, dhBefore);
      activateGatesBackward(act, k, 2, 3, gateGradients);
      multiplyRecurrentBackward(
          resetGradient.setColumns(gateGradient, 2 * units, units), 2, ds, false);
      Matrix dReset = block(ds, 0, resetBlock);
      resetGradient.setColumns(gateGradient, units, units);
      kernels.multiplyElements(dReset, hBefore, resetGradient, false);
      kernels.multiplyElements(dReset, gates(k, 1, 2), dhBefore, true);
      activateGatesBackward(sigma, k, 0, 2, gateGradients);
      resetGradient.setColumns(gateGradient, 0, 2 * units);
      multiplyRecurrentBackward(resetGradient, 0, dhPrevious, true);
      System.arraycopy(gateGradients, 0, gateValues, k * rows * columns, rows * columns);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, 2), 0, gradients[1]);
      recurrentGradient(reset, allGates(2, 3), 2, gradients[1]);
    }
  }
}
