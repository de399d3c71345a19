package org.unroll.layers.recurrent;

import java.util.List;
import org.unroll.compute.Activation;
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
  int gates() {
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

    ResetAfterPass() {
      super(GruCell.this);
    }

    @Override
    List<String> gateNames() {
      return GATES;
    }

    @Override
    void reserve() {
      inner = Pass.atLeast(inner, timesteps * rows * units);
      if (useBias()) {
        inputBias = Pass.atLeast(inputBias, columns);
        float[] bias = weights().get(2).values();
        System.arraycopy(bias, 0, inputBias, 0, columns);
        kernels.add(2 * units, bias, columns, inputBias, 0);
      }
    }

    @Override
    float[] inputBias() {
      return inputBias;
    }

    @Override
    void stepForward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = state(0).values();
      multiplyRecurrent(h, k * block, 0, 2, gateValues, at, true);
      if (useBias()) {
        float[] bias = weights().get(2).values();
        kernels.fillRows(rows, units, bias, columns + 2 * units, inner, k * block, units);
      }
      multiplyRecurrent(h, k * block, 2, 3, inner, k * block, units, useBias());
      kernels.gruForward(
          act,
          sigma,
          rows,
          units,
          gateValues,
          at,
          inner,
          k * block,
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
      float[] dh = swapStateGradient(0);
      float[] dhPrevious = stateGradient(0);
      kernels.gruBackward(
          act,
          sigma,
          rows,
          units,
          preActivations,
          gateValues,
          at,
          inner,
          k * block,
          state(0).values(),
          k * block,
          dh,
          0,
          dhPrevious,
          0);
      multiplyRecurrentBackward(gateValues, at, 0, 2, dhPrevious, true);
      multiplyRecurrentBackward(inner, k * block, units, 2, 3, dhPrevious, true);
    }

    @Override
    void recurrentGradient(Gradient[] gradients) {
      float[] h = state(0).values();
      recurrentGradient(h, 0, 2, gateValues, gradients[1]);
      recurrentGradient(h, 2, 3, inner, 0, units, gradients[1]);
      if (useBias()) {
        float[] bias = gradients[2].values();
        int positions = timesteps * rows;
        // The two biases of z have the same gradient, and so do those of r.
        kernels.sumRows(positions, 2 * units, gateValues, 0, columns, bias, columns, false);
        kernels.sumRows(positions, units, inner, 0, units, bias, columns + 2 * units, false);
      }
    }
  }

  private final class ResetBeforePass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private float[] reset = {}; // r ⊙ h: timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] ds = {}; // rows × units

    ResetBeforePass() {
      super(GruCell.this);
    }

    @Override
    List<String> gateNames() {
      return GATES;
    }

    @Override
    void reserve() {
      reset = Pass.atLeast(reset, timesteps * rows * units);
    }

    @Override
    void stepForward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = state(0).values();
      multiplyRecurrent(h, k * block, 0, 2, gateValues, at, true);
      activateGates(sigma, k, 0, 2);
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
      activateGates(act, k, 2, 3);
      kernels.gruOutput(rows, units, gateValues, at, h, k * block, h, (k + 1) * block);
    }

    @Override
    void stepBackward(int k) {
      int block = rows * units;
      int at = k * rows * columns;
      float[] h = state(0).values();
      float[] dh = swapStateGradient(0);
      float[] dhPrevious = stateGradient(0);
      gateGradients = Pass.atLeast(gateGradients, rows * columns);
      ds = Pass.atLeast(ds, block);
      kernels.gruOutputBackward(
          rows, units, gateValues, at, h, k * block, dh, 0, gateGradients, 0, dhPrevious, 0);
      activateGatesBackward(act, k, 2, 3, gateGradients);
      multiplyRecurrentBackward(gateGradients, 0, 2, 3, ds, false);
      kernels.multiplyElements(
          rows, units, ds, 0, units, h, k * block, units, gateGradients, units, columns, false);
      kernels.multiplyElements(
          rows, units, ds, 0, units, gateValues, at + units, columns, dhPrevious, 0, units, true);
      activateGatesBackward(sigma, k, 0, 2, gateGradients);
      multiplyRecurrentBackward(gateGradients, 0, 0, 2, dhPrevious, true);
      System.arraycopy(gateGradients, 0, gateValues, at, rows * columns);
    }

    @Override
    void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), 0, 2, gateValues, gradients[1]);
      recurrentGradient(reset, 2, 3, gateValues, gradients[1]);
    }
  }
}
