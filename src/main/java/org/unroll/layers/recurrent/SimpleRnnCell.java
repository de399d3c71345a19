package org.unroll.layers.recurrent;

import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;

/**
 * The cell of {@link SimpleRnn}, Keras's {@code SimpleRNNCell} (Elman 1990). Its output is fed back
 * as the state.
 *
 * <pre>
 * h_t = act(x_t·W + h_{t−1}·U + b)
 * </pre>
 *
 * <p>Weights: {@code kernel} W (features, units), {@code recurrent_kernel} U (units, units), {@code
 * bias} b (units). {@link RecurrentOptions} documents the arguments.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * da_t = dh_t ⊙ act′        dh_{t−1} = da_t·Uᵀ        dx_t = da_t·Wᵀ
 * dW = Σ x_tᵀ·da_t          dU = Σ h_{t−1}ᵀ·da_t      db = Σ da_t
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.SimpleRNNCell}.
 */
public final class SimpleRnnCell extends UnitsCell<SimpleRnnCell> {
  /** Creates a cell with the given number of units. */
  public SimpleRnnCell(int units) {
    this(new RecurrentArguments(units));
  }

  private SimpleRnnCell(RecurrentArguments arguments) {
    super("SimpleRNNCell", arguments);
  }

  @Override
  public SimpleRnnCell copy() {
    return new SimpleRnnCell(arguments().copy());
  }

  @Override
  protected int gates() {
    return 1;
  }

  /** False because activation writes to the state and leaves the pre-activations in place. */
  @Override
  protected boolean keepsPreActivations() {
    return false;
  }

  @Override
  public CellPass newCellPass() {
    return new SimpleRnnPass();
  }

  private final class SimpleRnnPass extends GatePass {
    private final Activation act = activation();
    private final Matrix before = new Matrix(); // h_{t−1}
    private final Matrix after = new Matrix(); // h_t
    private final Matrix gradient = new Matrix();

    SimpleRnnPass() {
      super(SimpleRnnCell.this);
    }

    @Override
    protected boolean canPad() {
      return staysBounded(act);
    }

    @Override
    protected void reserve() {}

    @Override
    protected void stepForward(int k) {
      Matrix a = gates(k);
      multiplyRecurrent(state(0).at(k, before), 0, a, true);
      kernels.activate(act, a, state(0).at(k + 1, after));
    }

    @Override
    protected void stepBackward(int k) {
      int block = rows * units;
      float[] dh = stateGradient(0); // becomes da_t, then dh_{t−1}
      Matrix a = gates(k);
      kernels.activateBackward(act, a, state(0).at(k + 1, after), gradient.set(dh, 0, rows, units));
      System.arraycopy(dh, 0, gateValues, k * block, block);
      multiplyRecurrentBackward(a, 0, dh, false);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, 1), 0, gradients[1]);
    }
  }
}
