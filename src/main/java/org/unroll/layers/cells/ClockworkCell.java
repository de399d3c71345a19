package org.unroll.layers.cells;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.GatePass;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Weight;

/**
 * The cell of the clockwork RNN (Koutník et al. 2014): a {@link SimpleRnnCell} whose units are
 * divided into modules of the same size. Module i is computed at every T_i-th time step and keeps
 * its values at the others. It reads its own values and those of the slower modules. Use it with
 * {@link Rnn}.
 *
 * <pre>
 * h_t[i] = act(x_t·W[i] + Σ_{j ≥ i} h_{t−1}[j]·U[j, i] + b[i])     if t is a multiple of T_i
 * h_t[i] = h_{t−1}[i]                                              otherwise
 * </pre>
 *
 * <p>The time step t is counted from 0, so all modules are computed at the first one. It is a state
 * of the cell: {@code clock} contains t modulo T_i for each module. A stateful layer and a {@code
 * Stepper} therefore continue with the right modules, and a masked time step is not counted.
 *
 * <p>Weights: {@code kernel} W (features, units), {@code recurrent_kernel} U (units, units), {@code
 * bias} b (units). U is block-triangular: the blocks with j &lt; i are zeros and are not trained.
 * {@link RecurrentOptions} documents the arguments.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1. Only the modules that are computed at step t have a gradient da:
 *
 * <pre>
 * da_t[i] = dh_t[i] ⊙ act′       dh_{t−1}[j] = Σ_{i ≤ j} da_t[i]·U[j, i]ᵀ     (+ dh_t[j] if j is kept)
 * dx_t = da_t·Wᵀ                 dW = Σ x_tᵀ·da_t      dU[j, i] = Σ h_{t−1}[j]ᵀ·da_t[i]
 * db = Σ da_t
 * </pre>
 *
 * <p>Source: Jan Koutník, Klaus Greff, Faustino Gomez, Jürgen Schmidhuber, "A clockwork RNN", ICML
 * 2014, arXiv:1402.3511. The products with U are computed for the due modules only; those with W
 * are computed for all time steps at once. Keras has no such cell, so it is saved as the custom
 * object {@code unroll>ClockworkCell}; initializers and dropout are those of Keras's SimpleRNN.
 */
public final class ClockworkCell extends UnitsCell<ClockworkCell>
    implements RecurrentOptions<ClockworkCell> {
  private final int[] periods;

  /**
   * Creates a cell.
   *
   * @param units the number of units, a multiple of the number of modules
   * @param periods the period of each module in time steps, starting with the fastest
   * @throws IllegalArgumentException if the periods do not increase or are less than 1, or if the
   *     units cannot be divided
   */
  public ClockworkCell(int units, int... periods) {
    super("ClockworkCell", units);
    int previous = 0;
    for (int period : periods) {
      if (period <= previous) {
        throw new IllegalArgumentException(
            "periods must be at least 1 and must increase, but were "
                + Arrays.toString(periods)
                + ". Use for example 1, 2, 4, 8.");
      }
      previous = period;
    }
    if (periods.length == 0 || units % periods.length != 0) {
      throw new IllegalArgumentException(
          "units must be a multiple of the number of modules, but "
              + units
              + " units were given "
              + periods.length
              + " periods.");
    }
    this.periods = periods.clone();
  }

  /** Returns the period of each module. */
  public int[] periods() {
    return periods.clone();
  }

  @Override
  public ClockworkCell copy() {
    return copyTo(new ClockworkCell(units(), periods));
  }

  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("h", Shape.of(units()));
    shapes.put("clock", Shape.of(periods.length));
    return shapes;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    if (activation().isRowWise()) {
      throw new IllegalArgumentException(
          describe()
              + " must have an activation of single values because the modules are computed at"
              + " different time steps, but has "
              + activation().kerasName()
              + ". Use another activation.");
    }
    return super.stepOutput(input, owner);
  }

  @Override
  protected int gates() {
    return 1;
  }

  /** Returns zeros in the blocks that no module reads. */
  @Override
  protected Initializer recurrentStart() {
    int units = units();
    int width = units / periods.length;
    return (values, shape, random) -> {
      recurrentInitializer().fill(values, shape, random);
      for (int row = 0; row < units; row++) {
        Arrays.fill(values, row * units + (row / width + 1) * width, (row + 1) * units, 0f);
      }
    };
  }

  @Override
  public CellPass newCellPass() {
    return new ClockworkPass();
  }

  private final class ClockworkPass extends GatePass {
    private final Activation act = activation();
    private final Weight recurrentKernel = weight("recurrent_kernel");
    private final int modules = periods.length;
    private final int width = units / modules; // of a module
    private float[] gateGradients = {}; // rows × units
    private float[] ds = {}; // rows × units

    // Views of one step, and of all steps for a gradient.
    private final Matrix hBefore = new Matrix();
    private final Matrix dropped = new Matrix();
    private final Matrix slower = new Matrix();
    private final Matrix kernel = new Matrix();
    private final Matrix module = new Matrix();

    ClockworkPass() {
      super(ClockworkCell.this);
    }

    @Override
    protected void reserve() {
      gateGradients = Pass.atLeast(gateGradients, rows * units);
      ds = Pass.atLeast(ds, rows * units);
    }

    /** Returns whether a module is computed at a step in any row. */
    private boolean isDue(int i, int k) {
      for (int r = 0; r < rows; r++) {
        if (isDue(i, k, r)) {
          return true;
        }
      }
      return false;
    }

    private boolean isDue(int i, int k, int r) {
      return state(1).values()[state(1).at(k) + r * modules + i] == 0;
    }

    @Override
    protected void stepForward(int k) {
      Matrix s = dropStates(state(0).at(k, hBefore), 1, dropped);
      for (int i = 0; i < modules; i++) {
        if (isDue(i, k)) {
          int from = i * width;
          kernels.multiply(
              slower.setColumns(s, from, units - from),
              kernel.set(recurrentKernel.values(), from * units + from, units - from, width, units),
              module.setColumns(gates(k), from, width),
              true);
        }
      }
      activateGates(act, k, 0, 1);
      float[] h = state(0).values();
      float[] clock = state(1).values();
      for (int r = 0; r < rows; r++) {
        int before = state(0).at(k) + r * units;
        int after = state(0).at(k + 1) + r * units;
        for (int i = 0; i < modules; i++) {
          int from = i * width;
          if (isDue(i, k, r)) {
            System.arraycopy(gateValues, (k * rows + r) * units + from, h, after + from, width);
          } else {
            System.arraycopy(h, before + from, h, after + from, width);
          }
          int time = (int) clock[state(1).at(k) + r * modules + i] + 1;
          clock[state(1).at(k + 1) + r * modules + i] = time % periods[i];
        }
      }
    }

    @Override
    protected void stepBackward(int k) {
      int block = rows * units;
      float[] dh = swapStateGradient(0);
      float[] dhPrevious = stateGradient(0);
      System.arraycopy(dh, 0, gateGradients, 0, block);
      System.arraycopy(dh, 0, dhPrevious, 0, block);
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < modules; i++) {
          int from = r * units + i * width;
          Arrays.fill(isDue(i, k, r) ? dhPrevious : gateGradients, from, from + width, 0f);
        }
      }
      activateGatesBackward(act, k, 0, 1, gateGradients);
      Arrays.fill(ds, 0, block, 0f);
      float[] transposed = transposed(recurrentKernel);
      for (int i = 0; i < modules; i++) {
        if (isDue(i, k)) {
          int from = i * width;
          kernels.multiply(
              module.set(gateGradients, from, rows, width, units),
              kernel.set(transposed, from * units + from, width, units - from, units),
              slower.set(ds, from, rows, units - from, units),
              true);
        }
      }
      dropStatesBackward(ds, dhPrevious);
      System.arraycopy(gateGradients, 0, gateValues, k * block, block);
      Arrays.fill(stateGradient(1), 0, rows * modules, 0f);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      int positions = timesteps * rows;
      float[] gradient = gradients[1].values();
      hBefore.set(state(0).values(), state(0).at(0), positions, units);
      Matrix s = dropStates(hBefore, timesteps, dropped);
      for (int i = 0; i < modules; i++) {
        int from = i * width;
        kernels.multiplyTransposed(
            slower.setColumns(s, from, units - from),
            module.set(gateValues, from, positions, width, units),
            kernel.set(gradient, from * units + from, units - from, width, units),
            false);
      }
    }
  }
}
