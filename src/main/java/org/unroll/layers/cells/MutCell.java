package org.unroll.layers.cells;

import java.util.Arrays;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * The cells MUT1, MUT2 and MUT3, which an evolutionary search over more than ten thousand
 * architectures found (Jozefowicz et al. 2015). They resemble a {@link GruCell} with {@code
 * resetAfter(false)}. Use them with {@link Rnn}.
 *
 * <pre>
 * MUT1:  z_t = σ(x_t·W_z + b_z)
 *        r_t = σ(x_t·W_r + h_{t−1}·U_r + b_r)
 *        g_t = act((r_t ⊙ h_{t−1})·U_h + act(x_t) + b_h)
 *
 * MUT2:  z_t = σ(x_t·W_z + h_{t−1}·U_z + b_z)
 *        r_t = σ(x_t + h_{t−1}·U_r + b_r)
 *        g_t = act((r_t ⊙ h_{t−1})·U_h + x_t·W_h + b_h)
 *
 * MUT3:  z_t = σ(x_t·W_z + act(h_{t−1})·U_z + b_z)
 *        r_t = σ(x_t·W_r + h_{t−1}·U_r + b_r)
 *        g_t = act((r_t ⊙ h_{t−1})·U_h + x_t·W_h + b_h)
 *
 * h_t = z_t ⊙ g_t + (1 − z_t) ⊙ h_{t−1}                       output, and state
 * </pre>
 *
 * <p>MUT1 and MUT2 add the input to a gate or to the candidate without a matrix. The number of
 * features must then be the number of units; put {@code timeDistributed(dense(units))} or an {@code
 * embedding} of this width before the layer. Keras's GRU exchanges z and 1 − z.
 *
 * <p>Weights, with a block of columns for each matrix of the equations: {@code kernel} W with
 * blocks z, r (MUT1), z, h (MUT2) or z, r, h (MUT3); {@code recurrent_kernel} U with r, h (MUT1),
 * z, h, r (MUT2) or z, r, h (MUT3); {@code bias} b (3·units) with z, r, h (MUT1, MUT3) or z, h, r
 * (MUT2). {@link GatedOptions} documents the arguments. In the paper, act is tanh and σ the
 * sigmoid, as by default.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * dz = dh_t ⊙ (g_t − h_{t−1}) ⊙ σ′      dg = dh_t ⊙ z_t ⊙ act′
 * ds = dg·U_hᵀ                          dr = ds ⊙ h_{t−1} ⊙ σ′
 * dh_{t−1} = dh_t ⊙ (1 − z_t) + ds ⊙ r_t + dr·U_rᵀ + …
 *   MUT1: … = 0       MUT2: … = dz·U_zᵀ       MUT3: … = (dz·U_zᵀ) ⊙ act′(h_{t−1})
 * dx_t = (dz, dr)·Wᵀ + dg ⊙ act′(x_t)     MUT1
 * dx_t = (dz, dg)·Wᵀ + dr                 MUT2
 * dx_t = (dz, dr, dg)·Wᵀ                  MUT3
 * dW = Σ x_tᵀ·d, db = Σ d for each block d of (dz, dr, dg)
 * dU_r = Σ h_{t−1}ᵀ·dr     dU_h = Σ (r_t ⊙ h_{t−1})ᵀ·dg
 * dU_z = Σ h_{t−1}ᵀ·dz (MUT2), Σ act(h_{t−1})ᵀ·dz (MUT3)
 * </pre>
 *
 * <p>Source: Rafal Jozefowicz, Wojciech Zaremba, Ilya Sutskever, "An empirical exploration of
 * recurrent network architectures", ICML 2015. Keras has no such cell, so it is saved as the custom
 * object {@code unroll>MUTCell}; initializers and dropout are those of Keras's GRU.
 */
public final class MutCell extends UnitsCell<MutCell> implements GatedOptions<MutCell> {
  /** The three cells of the paper. */
  public enum Kind {
    /** The update gate does not read the state, and the candidate adds act(x). */
    MUT1,
    /** The reset gate adds x without a matrix. */
    MUT2,
    /** The update gate reads act(h) instead of h. */
    MUT3
  }

  private final Kind kind;

  /** Creates a cell with the given number of units. */
  public MutCell(int units, Kind kind) {
    super("MUTCell", units);
    this.kind = kind;
  }

  /** Returns which of the three cells this is. */
  public Kind kind() {
    return kind;
  }

  @Override
  public MutCell copy() {
    return copyTo(new MutCell(units(), kind));
  }

  @Override
  protected int gates() {
    return 3;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    Shape output = super.stepOutput(input, owner);
    if (output != null && kind != Kind.MUT3 && input.last() != units()) {
      throw new IllegalArgumentException(
          describe()
              + " must have as many units as features because "
              + kind
              + " adds the input to a gate, but has "
              + units()
              + " units and "
              + input.last()
              + " features. Put timeDistributed(dense("
              + units()
              + ")) before the layer, or use MUT3.");
    }
    return output;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int inputBlocks = kind == Kind.MUT3 ? 3 : 2;
    int stateBlocks = kind == Kind.MUT1 ? 2 : 3;
    createWeights(
        Shape.of(input.last(), inputBlocks * units()),
        Shape.of(units(), stateBlocks * units()),
        factory);
  }

  @Override
  public CellPass newCellPass() {
    return new MutPass();
  }

  private final class MutPass extends InterpolationPass {
    // The positions of the gates in the columns. That of z is 0.
    private final int r = kind == Kind.MUT2 ? 2 : 1;
    private final int g = kind == Kind.MUT2 ? 1 : 2;
    private final int direct = kind == Kind.MUT1 ? g : r; // the gate that adds the input
    private final int missing = kind == Kind.MUT1 ? 1 : 0; // blocks of U before that of r
    private final boolean addsInput = kind != Kind.MUT3;
    private final float[] ones = new float[units];
    private float[] squashed = {}; // act(h) of MUT3: timesteps × rows × units
    private float[] inputs = {}; // x after dropout: timesteps × rows × units
    private float[] added = {}; // what is added to a gate, x or act(x): timesteps × rows × units
    private float[] directGradient = {}; // of what is added: timesteps × rows × units

    private final Matrix other = new Matrix();

    MutPass() {
      super(MutCell.this, activation(), recurrentActivation(), kind == Kind.MUT2 ? 1 : 2);
      Arrays.fill(ones, 1f);
    }

    @Override
    protected void reserve() {
      super.reserve();
      int size = timesteps * rows * units;
      squashed = Pass.atLeast(squashed, kind == Kind.MUT3 ? size : 0);
      inputs = Pass.atLeast(inputs, addsInput ? size : 0);
      added = Pass.atLeast(added, addsInput ? size : 0);
    }

    @Override
    protected boolean readsInputsDirectly() {
      return addsInput;
    }

    @Override
    protected void projectInputs(int fromStep, int steps) {
      super.projectInputs(fromStep, steps);
      if (!addsInput) {
        return;
      }
      int at = fromStep * rows * units;
      int size = steps * rows * units;
      maskInputs(direct, input().values(), input().at(fromStep), steps, inputs, at, false);
      System.arraycopy(inputs, at, added, at, size);
      if (kind == Kind.MUT1) {
        kernels.activate(
            act,
            block.set(inputs, at, steps * rows, units),
            other.set(added, at, steps * rows, units));
      }
      // The product with 1, because the gate's columns have gaps between their rows.
      kernels.multiplyElements(
          block.set(added, at, steps * rows, units),
          ones(steps),
          gate(direct, fromStep, steps),
          true);
    }

    private Matrix ones(int steps) {
      return dhBefore.set(ones, 0, steps * rows, units, 0);
    }

    private Matrix gate(int gate, int fromStep, int steps) {
      int at = fromStep * rows * columns + gate * units;
      return other.set(gateValues, at, steps * rows, units, columns);
    }

    @Override
    protected void stepForward(int k) {
      state(0).at(k, hBefore);
      if (kind == Kind.MUT2) {
        multiplyRecurrent(hBefore, 0, gates(k, 0, 1), true);
      } else if (kind == Kind.MUT3) {
        kernels.activate(act, hBefore, block(squashed, k, block));
        multiplyRecurrent(block, 0, gates(k, 0, 1), true);
      }
      multiplyRecurrent(hBefore, r - missing, gates(k, r, r + 1), true);
      activateGates(sigma, k, 0, 1);
      activateGates(sigma, k, r, r + 1);
      block(reset, k, block);
      kernels.multiplyElements(gates(k, r, r + 1), hBefore, block, false);
      multiplyRecurrent(block, g - missing, gates(k, g, g + 1), true);
      activateGates(act, k, g, g + 1);
      interpolate(k);
    }

    @Override
    protected void stepBackward(int k) {
      float[] dhPrevious = interpolateBackward(k);
      activateGatesBackward(act, k, g, g + 1, gateGradients);
      activateGatesBackward(sigma, k, 0, 1, gateGradients);
      multiplyRecurrentBackward(gradientOf(g), g - missing, ds, false);
      Matrix dReset = block(ds, 0, block);
      kernels.multiplyElements(dReset, state(0).at(k, hBefore), gradientOf(r), false);
      activateGatesBackward(sigma, k, r, r + 1, gateGradients);
      dhBefore.set(dhPrevious, 0, rows, units);
      kernels.multiplyElements(dReset, gates(k, r, r + 1), dhBefore, true);
      multiplyRecurrentBackward(gradientOf(r), r - missing, dhPrevious, true);
      if (kind == Kind.MUT2) {
        multiplyRecurrentBackward(gradientOf(0), 0, dhPrevious, true);
      } else if (kind == Kind.MUT3) {
        multiplyRecurrentBackward(gradientOf(0), 0, ds, false);
        kernels.activateBackward(act, hBefore, block(squashed, k, other), block(ds, 0, block));
        kernels.add(rows * units, ds, 0, dhPrevious, 0);
      }
      storeGateGradients(k);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      float[] h = state(0).values();
      recurrentGradient(h, allGates(r, r + 1), r - missing, gradients[1]);
      recurrentGradient(reset, allGates(g, g + 1), g - missing, gradients[1]);
      if (kind != Kind.MUT1) {
        recurrentGradient(kind == Kind.MUT2 ? h : squashed, allGates(0, 1), 0, gradients[1]);
      }
    }

    @Override
    protected void projectInputsBackward(int fromStep, int steps) {
      super.projectInputsBackward(fromStep, steps);
      if (!addsInput) {
        return;
      }
      int positions = steps * rows;
      int at = fromStep * rows * units;
      float[] dx = inputGradient().values();
      directGradient = Pass.atLeast(directGradient, positions * units);
      block.set(directGradient, 0, positions, units);
      kernels.multiplyElements(gate(direct, fromStep, steps), ones(steps), block, false);
      if (kind == Kind.MUT1) {
        kernels.activateBackward(
            act,
            hBefore.set(inputs, at, positions, units),
            other.set(added, at, positions, units),
            block);
      }
      maskInputs(direct, directGradient, 0, steps, dx, inputGradient().at(fromStep), true);
    }
  }
}
