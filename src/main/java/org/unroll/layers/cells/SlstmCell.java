package org.unroll.layers.cells;

import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.GatePass;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.LstmOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Pass;

/**
 * The cell of the sLSTM (Beck et al. 2024), one of the two cells of the xLSTM: an {@link LstmCell}
 * with an exponential input gate, whose cell state c is divided by a normalizer n. Use it with
 * {@link Rnn}.
 *
 * <pre>
 * i_t = exp(x_t·W_i + h_{t−1}·U_i + b_i)       input gate
 * f_t = σ(x_t·W_f + h_{t−1}·U_f + b_f)         forget gate, or exp(…)
 * g_t = act(x_t·W_c + h_{t−1}·U_c + b_c)       candidate
 * o_t = σ(x_t·W_o + h_{t−1}·U_o + b_o)         output gate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t              cell state
 * n_t = f_t ⊙ n_{t−1} + i_t                    normalizer
 * h_t = o_t ⊙ c_t / n_t                        output, and state
 * </pre>
 *
 * <p>Exponentials overflow, so the states c and n are stored divided by exp(m_t). This does not
 * change the output. The stabilizer m is a state, too:
 *
 * <pre>
 * m_t = max(log f_t + m_{t−1}, log i_t)        m_t = log i_t if n_{t−1} = 0, as before the first step
 * i_t′ = exp(log i_t − m_t)                    f_t′ = exp(log f_t + m_{t−1} − m_t)
 * c_t = f_t′ ⊙ c_{t−1} + i_t′ ⊙ g_t            n_t = f_t′ ⊙ n_{t−1} + i_t′
 * </pre>
 *
 * <p>Weights, with the columns of the gates in the order i, f, c, o: {@code kernel} W (features,
 * 4·units), {@code recurrent_kernel} U (units, 4·units), {@code bias} b (4·units). {@link
 * LstmOptions} documents the arguments. {@code recurrentActivation} is the σ of the output gate.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1; dc_t, dn_t and dm_t are those of the other states from step t + 1:
 *
 * <pre>
 * do = dh_t ⊙ (c_t / n_t) ⊙ σ′           dc_t += dh_t ⊙ o_t / n_t       dn_t −= dh_t ⊙ o_t ⊙ c_t / n_t²
 * di = (dc_t ⊙ g_t + dn_t) ⊙ i_t′        df = (dc_t ⊙ c_{t−1} + dn_t ⊙ n_{t−1}) ⊙ f_t′
 * dg = dc_t ⊙ i_t′ ⊙ act′                dm_t −= di + df
 * dm_t is added to di if m_t = log i_t, otherwise to df; then dm_{t−1} = df
 * df is multiplied by 1 − f_t            dc_{t−1} = dc_t ⊙ f_t′         dn_{t−1} = dn_t ⊙ f_t′
 * dz_t = (di, df, dg, do)                dh_{t−1} = dz_t·Uᵀ             dx_t = dz_t·Wᵀ
 * dW = Σ x_tᵀ·dz_t                       dU = Σ h_{t−1}ᵀ·dz_t           db = Σ dz_t
 * </pre>
 *
 * <p>With an exponential forget gate, df is not multiplied by 1 − f_t.
 *
 * <p>Source: Maximilian Beck, Korbinian Pöppel, Markus Spanring, Andreas Auer, Oleksandra
 * Prudnikova, Michael Kopp, Günter Klambauer, Johannes Brandstetter, Sepp Hochreiter, "xLSTM:
 * Extended long short-term memory", 2024, arXiv:2405.04517. This is the cell with one head; the
 * paper's residual block around it (convolution, group normalization, projections) is not part of
 * it. Keras has no such cell, so it is saved as the custom object {@code unroll>SLSTMCell};
 * initializers and dropout are those of Keras's LSTM.
 */
public final class SlstmCell extends UnitsCell<SlstmCell> implements LstmOptions<SlstmCell> {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int CANDIDATE = 2;
  private static final int OUTPUT = 3;

  /** The logarithm of a factor that is zero. */
  private static final float LOG_ZERO = -200;

  private boolean exponentialForgetGate;

  /** Creates a cell with the given number of units. */
  public SlstmCell(int units) {
    super("SLSTMCell", units);
  }

  @Override
  public SlstmCell copy() {
    return copyTo(new SlstmCell(units())).exponentialForgetGate(exponentialForgetGate);
  }

  /**
   * Sets whether the forget gate is exp(…) instead of σ(…), the other form of the paper; false by
   * default.
   */
  public SlstmCell exponentialForgetGate(boolean exponential) {
    requireNotBuilt("exponentialForgetGate");
    exponentialForgetGate = exponential;
    return this;
  }

  /** Returns whether the forget gate is exp(…) instead of σ(…). */
  public boolean exponentialForgetGate() {
    return exponentialForgetGate;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = hiddenAndCellState();
    shapes.put("n", Shape.of(units()));
    shapes.put("m", Shape.of(units()));
    return shapes;
  }

  @Override
  protected int gates() {
    return 4;
  }

  @Override
  protected Initializer initialBias() {
    return withForgetBias(FORGET);
  }

  @Override
  public CellPass newCellPass() {
    return new SlstmPass();
  }

  private final class SlstmPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private float[] slope = {}; // 1 − f_t, the derivative of log f: timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns

    // Views of one step.
    private final Matrix hBefore = new Matrix();
    private final Matrix view = new Matrix();

    SlstmPass() {
      super(SlstmCell.this);
    }

    @Override
    protected void reserve() {
      slope = Pass.atLeast(slope, exponentialForgetGate ? 0 : timesteps * rows * units);
      gateGradients = Pass.atLeast(gateGradients, rows * columns);
    }

    @Override
    protected void stepForward(int k) {
      multiplyRecurrent(state(0).at(k, hBefore), 0, gates(k), true);
      activateGates(act, k, CANDIDATE, OUTPUT);
      activateGates(sigma, k, OUTPUT, OUTPUT + 1);
      if (!exponentialForgetGate) {
        takeLogarithmOfForgetGate(k);
      }
      stabilize(k);
      Matrix exponents = gates(k, INPUT, CANDIDATE, view);
      kernels.activate(Activation.EXPONENTIAL, exponents, exponents);
      float[] h = state(0).values();
      float[] c = state(1).values();
      float[] n = state(2).values();
      int before = state(1).at(k); // all states have the same width, but not the same offset
      int after = state(1).at(k + 1);
      int nBefore = state(2).at(k);
      int nAfter = state(2).at(k + 1);
      int hAfter = state(0).at(k + 1);
      for (int r = 0; r < rows; r++) {
        int i = (k * rows + r) * columns;
        int at = r * units;
        for (int j = 0; j < units; j++) {
          float input = gateValues[i + j];
          float forget = gateValues[i + units + j];
          float cell = forget * c[before + at + j] + input * gateValues[i + 2 * units + j];
          float normalizer = forget * n[nBefore + at + j] + input;
          c[after + at + j] = cell;
          n[nAfter + at + j] = normalizer;
          h[hAfter + at + j] = gateValues[i + 3 * units + j] * (cell / normalizer);
        }
      }
    }

    /** Replaces the pre-activation of the forget gate by log σ(x) = −log(1 + e⁻ˣ). */
    private void takeLogarithmOfForgetGate(int k) {
      int block = k * rows * units;
      for (int r = 0; r < rows; r++) {
        int f = (k * rows + r) * columns + units;
        for (int j = 0; j < units; j++) {
          slope[block + r * units + j] = -gateValues[f + j];
        }
      }
      Matrix slopes = block(slope, k, hBefore);
      kernels.activate(Activation.SOFTPLUS, slopes, gates(k, FORGET, CANDIDATE, view));
      kernels.activate(Activation.SIGMOID, slopes, slopes);
      for (int r = 0; r < rows; r++) {
        int f = (k * rows + r) * columns + units;
        for (int j = 0; j < units; j++) {
          gateValues[f + j] = -gateValues[f + j];
        }
      }
    }

    /** Computes m, and replaces log i and log f by the exponents of i′ and f′. */
    private void stabilize(int k) {
      float[] n = state(2).values();
      float[] m = state(3).values();
      int nBefore = state(2).at(k);
      int before = state(3).at(k);
      int after = state(3).at(k + 1);
      for (int r = 0; r < rows; r++) {
        int i = (k * rows + r) * columns;
        int at = r * units;
        for (int j = 0; j < units; j++) {
          float input = gateValues[i + j];
          boolean isEmpty = n[nBefore + at + j] == 0;
          float kept = gateValues[i + units + j] + m[before + at + j];
          float largest = isEmpty ? input : Math.max(input, kept);
          m[after + at + j] = largest;
          gateValues[i + j] = input - largest;
          gateValues[i + units + j] = isEmpty ? LOG_ZERO : kept - largest;
        }
      }
    }

    @Override
    protected void stepBackward(int k) {
      float[] c = state(1).values();
      float[] n = state(2).values();
      int cBefore = state(1).at(k);
      int nBefore = state(2).at(k);
      float[] dh = stateGradient(0);
      float[] dCell = stateGradient(1);
      float[] dNormalizer = stateGradient(2);
      float[] dStabilizer = stateGradient(3);
      for (int r = 0; r < rows; r++) {
        int i = (k * rows + r) * columns;
        int to = r * columns;
        for (int j = 0; j < units; j++) {
          int at = r * units + j;
          float input = gateValues[i + j];
          float forget = gateValues[i + units + j];
          float candidate = gateValues[i + 2 * units + j];
          float output = gateValues[i + 3 * units + j];
          // Not the states after the step: those of a masked row are restored, and n may be 0.
          float normalizer = forget * n[nBefore + at] + input;
          float quotient = (forget * c[cBefore + at] + input * candidate) / normalizer;
          float dQuotient = dh[at] * output / normalizer;
          float dc = dCell[at] + dQuotient;
          float dn = dNormalizer[at] - dQuotient * quotient;
          float di = (dc * candidate + dn) * input;
          float df = (dc * c[cBefore + at] + dn * n[nBefore + at]) * forget;
          float dm = dStabilizer[at] - di - df;
          if (input >= forget) { // m = log i, because the larger of i′ and f′ is 1
            di += dm;
          } else {
            df += dm;
          }
          dCell[at] = dc * forget;
          dNormalizer[at] = dn * forget;
          dStabilizer[at] = df;
          gateGradients[to + j] = di;
          gateGradients[to + units + j] =
              exponentialForgetGate ? df : df * slope[(k * rows + r) * units + j];
          gateGradients[to + 2 * units + j] = dc * input;
          gateGradients[to + 3 * units + j] = dh[at] * quotient;
        }
      }
      activateGatesBackward(act, k, CANDIDATE, OUTPUT, gateGradients);
      activateGatesBackward(sigma, k, OUTPUT, OUTPUT + 1, gateGradients);
      System.arraycopy(gateGradients, 0, gateValues, k * rows * columns, rows * columns);
      multiplyRecurrentBackward(gates(k), 0, dh, false);
    }

    @Override
    protected void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, gates), 0, gradients[1]);
    }
  }
}
