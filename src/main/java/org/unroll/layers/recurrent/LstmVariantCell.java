package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * One step of an LSTM whose parts can be taken away or added one at a time, as Greff et al. (2015)
 * did to find out which of them matter. As it comes it is {@link LstmCell}.
 *
 * <pre>
 * i_t = σ(x_t·W_i + h_{t−1}·U_i + p_i ⊙ c_{t−1} + b_i)      input gate
 * f_t = σ(x_t·W_f + h_{t−1}·U_f + p_f ⊙ c_{t−1} + b_f)      forget gate
 * g_t = act(x_t·W_c + h_{t−1}·U_c + b_c)                    candidate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                           cell state
 * o_t = σ(x_t·W_o + h_{t−1}·U_o + p_o ⊙ c_t + b_o)          output gate
 * h_t = o_t ⊙ out(c_t)                                      output, and state
 * </pre>
 *
 * <table>
 * <caption>The variants, with the names of Greff et al.</caption>
 * <tr><th>Name</th><th>Variant</th><th>Argument</th></tr>
 * <tr><td>NP</td><td>p = 0, no peepholes</td><td>as it comes</td></tr>
 * <tr><td>vanilla</td><td>peepholes p (Gers &amp; Schmidhuber 2000)</td><td>{@code
 *     peepholes(true)}</td></tr>
 * <tr><td>CIFG</td><td>coupled gates, f_t = 1 − i_t</td><td>{@code coupledGates(true)}</td></tr>
 * <tr><td>NIG</td><td>no input gate, i_t = 1</td><td>{@code inputGate(false)}</td></tr>
 * <tr><td>NFG</td><td>no forget gate, f_t = 1</td><td>{@code forgetGate(false)}</td></tr>
 * <tr><td>NOG</td><td>no output gate, o_t = 1</td><td>{@code outputGate(false)}</td></tr>
 * <tr><td>NIAF</td><td>no input activation, act(x) = x</td><td>{@code
 *     activation("linear")}</td></tr>
 * <tr><td>NOAF</td><td>no output activation, out(x) = x</td><td>{@code
 *     cellActivation("linear")}</td></tr>
 * </table>
 *
 * <p>Greff et al. took the parts away from the vanilla LSTM, with peepholes. Weights, those of i,
 * f, c, o side by side that the variant has (always c): {@code kernel} W, {@code recurrent_kernel}
 * U, {@code bias} b; {@code peephole_kernel} p, one row for each gate i, f, o that the variant has.
 * The arguments are described at {@link UnitsCell}.
 *
 * <p>Backwards, from the last step to the first, with dh_t what comes from the output and from step
 * t + 1, and dc_t from step t + 1:
 *
 * <pre>
 * do = dh_t ⊙ out(c_t) ⊙ σ′       dc_t += dh_t ⊙ o_t ⊙ out′(c_t) + p_o ⊙ do
 * di = dc_t ⊙ g_t ⊙ σ′            with coupled gates dc_t ⊙ (g_t − c_{t−1}) ⊙ σ′
 * df = dc_t ⊙ c_{t−1} ⊙ σ′        dg = dc_t ⊙ i_t ⊙ act′
 * dc_{t−1} = dc_t ⊙ f_t + p_i ⊙ di + p_f ⊙ df
 * dz_t = (di, df, dg, do)         dh_{t−1} = dz_t·Uᵀ           dx_t = dz_t·Wᵀ
 * dW = Σ x_tᵀ·dz_t                dU = Σ h_{t−1}ᵀ·dz_t         db = Σ dz_t
 * dp_i = Σ di ⊙ c_{t−1}           dp_f = Σ df ⊙ c_{t−1}        dp_o = Σ do ⊙ c_t
 * </pre>
 *
 * <p>Sources: Felix Gers, Jürgen Schmidhuber, "Recurrent nets that time and count", IJCNN 2000
 * (peepholes); Klaus Greff, Rupesh K. Srivastava, Jan Koutník, Bas R. Steunebrink, Jürgen
 * Schmidhuber, "LSTM: a search space odyssey", 2015, arXiv:1503.04069 (the variants). Initializers
 * and dropout are those of Keras's LSTM, which has no such cell.
 */
public final class LstmVariantCell extends GatedCell<LstmVariantCell> {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int CANDIDATE = 2;
  private static final int OUTPUT = 3;

  private final boolean[] has = {true, true, true, true};
  private boolean coupledGates;
  private boolean peepholes;
  private boolean unitForgetBias = true;
  private Activation cellActivation = Activation.TANH;
  private Initializer peepholeInitializer = Initializers.zeros();

  public LstmVariantCell(int units) {
    super("LSTMVariantCell", units);
  }

  @Override
  LstmVariantCell self() {
    return this;
  }

  @Override
  LstmVariantCell fresh() {
    return new LstmVariantCell(units());
  }

  @Override
  public LstmVariantCell copy() {
    LstmVariantCell copy = super.copy();
    System.arraycopy(has, 0, copy.has, 0, has.length);
    copy.coupledGates = coupledGates;
    copy.peepholes = peepholes;
    copy.unitForgetBias = unitForgetBias;
    copy.cellActivation = cellActivation;
    copy.peepholeInitializer = peepholeInitializer;
    return copy;
  }

  /** Whether there is an input gate; true by default. */
  public LstmVariantCell inputGate(boolean gate) {
    return gate("inputGate", INPUT, gate);
  }

  /** Whether there is a forget gate; true by default. */
  public LstmVariantCell forgetGate(boolean gate) {
    return gate("forgetGate", FORGET, gate);
  }

  /** Whether there is an output gate; true by default. */
  public LstmVariantCell outputGate(boolean gate) {
    return gate("outputGate", OUTPUT, gate);
  }

  private LstmVariantCell gate(String argument, int gate, boolean present) {
    requireNotBuilt(argument);
    has[gate] = present;
    return this;
  }

  /**
   * Whether the forget gate is 1 − input gate instead of a gate of its own, without weights; false
   * by default.
   */
  public LstmVariantCell coupledGates(boolean coupled) {
    requireNotBuilt("coupledGates");
    coupledGates = coupled;
    return this;
  }

  /** Whether the gates see the cell state; false by default. */
  public LstmVariantCell peepholes(boolean see) {
    requireNotBuilt("peepholes");
    peepholes = see;
    return this;
  }

  /** The first values of p; zeros by default, with which a new cell is one without peepholes. */
  public LstmVariantCell peepholeInitializer(Initializer initializer) {
    requireNotBuilt("peepholeInitializer");
    peepholeInitializer = initializer;
    return this;
  }

  /** The activation of the cell state on its way out; {@code tanh} by default. */
  public LstmVariantCell cellActivation(Activation activation) {
    requireNotBuilt("cellActivation");
    cellActivation = requireElementwise("cellActivation", activation);
    return this;
  }

  /** The activation of the cell state on its way out, by its Keras name. */
  public LstmVariantCell cellActivation(String name) {
    return cellActivation(Activation.of(name));
  }

  /**
   * Whether the bias of the forget gate, where it has one, begins with ones, so that a new cell
   * remembers (Jozefowicz et al. 2015); true by default.
   */
  public LstmVariantCell unitForgetBias(boolean ones) {
    requireNotBuilt("unitForgetBias");
    unitForgetBias = ones;
    return this;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return hiddenAndCellState();
  }

  /** Whether the part has weights. */
  private boolean hasWeights(int gate) {
    return has[gate] && !(coupledGates && gate == FORGET);
  }

  @Override
  int gates() {
    return place(has.length);
  }

  /** The number of parts with weights before this one: its place in the columns. */
  private int place(int gate) {
    int count = 0;
    for (int g = 0; g < gate; g++) {
      count += hasWeights(g) ? 1 : 0;
    }
    return count;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    if (coupledGates && !(has[INPUT] && has[FORGET])) {
      throw new IllegalArgumentException(
          describe()
              + " has coupledGates, which makes the forget gate 1 − input gate, and so needs both."
              + " Received: inputGate="
              + has[INPUT]
              + ", forgetGate="
              + has[FORGET]
              + ". Set coupledGates alone.");
    }
    if (peepholes && gates() == 1) {
      throw new IllegalArgumentException(
          describe() + " has peepholes, but no gate that looks through them. Leave them out.");
    }
    return super.stepOutput(input, owner);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    super.createWeights(input, factory);
    if (peepholes) {
      Shape shape = Shape.of(gates() - 1, units());
      factory.create("peephole_kernel", shape, peepholeInitializer, null);
    }
  }

  @Override
  Initializer initialBias() {
    boolean ones = unitForgetBias && hasWeights(FORGET);
    return ones ? onesAt(place(FORGET) * units()) : biasInitializer();
  }

  @Override
  public CellPass newCellPass() {
    return new VariantPass();
  }

  private final class VariantPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private final int[] place = new int[has.length]; // among the gates, -1 without weights
    private final int[] peephole = new int[has.length]; // the row of p, -1 where there is none
    private final float[] p = peepholes ? weight("peephole_kernel").values() : null;
    private final float[] ones = new float[units()];
    private float[] forget = {}; // 1 − i where gates are coupled: timesteps × rows × units
    private float[] activatedCell = {}; // out(c): timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] dc = {}; // rows × units
    private float[] seen = {}; // gate gradients ⊙ c: timesteps × rows × units

    // Views of one step, and of all steps for a gradient.
    private final Matrix hBefore = new Matrix();
    private final Matrix h = new Matrix();
    private final Matrix cBefore = new Matrix();
    private final Matrix c = new Matrix();
    private final Matrix activated = new Matrix();
    private final Matrix candidate = new Matrix();
    private final Matrix forgetBlock = new Matrix();
    private final Matrix repeated = new Matrix(); // a row of p, or ones, for all rows
    private final Matrix gateGradient = new Matrix();
    private final Matrix dh = new Matrix();
    private final Matrix dCell = new Matrix();
    private final Matrix dCellBefore = new Matrix();

    VariantPass() {
      super(LstmVariantCell.this);
      int row = 0;
      for (int gate = 0; gate < has.length; gate++) {
        place[gate] = hasWeights(gate) ? place(gate) : -1;
        boolean looks = peepholes && hasWeights(gate) && gate != CANDIDATE;
        peephole[gate] = looks ? row++ : -1;
      }
      Arrays.fill(ones, 1f);
    }

    @Override
    void reserve() {
      int block = rows * units;
      forget = Pass.atLeast(forget, coupledGates ? timesteps * block : 0);
      activatedCell = Pass.atLeast(activatedCell, timesteps * block);
      seen = Pass.atLeast(seen, peepholes ? timesteps * block : 0);
      gateGradients = Pass.atLeast(gateGradients, rows * columns);
      dc = Pass.atLeast(dc, block);
    }

    @Override
    void stepForward(int k) {
      state(1).at(k, cBefore);
      state(1).at(k + 1, c);
      multiplyRecurrent(state(0).at(k, hBefore), 0, gates(k), true);
      activate(INPUT, sigma, k, cBefore);
      activate(FORGET, sigma, k, cBefore);
      activate(CANDIDATE, act, k, cBefore);
      if (coupledGates) {
        couple(k);
      }
      System.arraycopy(cBefore.values(), cBefore.offset(), c.values(), c.offset(), rows * units);
      timesForget(k, c);
      kernels.multiplyElements(candidate(k), inputGate(k), c, true);
      activate(OUTPUT, sigma, k, c);
      kernels.activate(cellActivation, c, block(activatedCell, k, activated));
      times(OUTPUT, k, activated, state(0).at(k + 1, h));
    }

    private Matrix gate(int gate, int k) {
      return gates(k, place[gate], place[gate] + 1);
    }

    private Matrix candidate(int k) {
      return gates(k, place[CANDIDATE], place[CANDIDATE] + 1, candidate);
    }

    /** The input gate, ones where there is none. */
    private Matrix inputGate(int k) {
      return place[INPUT] < 0 ? repeated.set(ones, 0, rows, units, 0) : gate(INPUT, k);
    }

    /** The peephole weights of a gate, the same for every row. */
    private Matrix peephole(int gate) {
      return repeated.set(p, peephole[gate] * units, rows, units, 0);
    }

    /** Points the view of gate gradients at those of one gate. */
    private Matrix gradientOf(int gate) {
      return gateGradient.set(gateGradients, place[gate] * units, rows, units, columns);
    }

    /** A gate of its own, with its peephole on the cell state; nothing where there is none. */
    private void activate(int gate, Activation f, int k, Matrix seenCell) {
      if (place[gate] < 0) {
        return;
      }
      if (peephole[gate] >= 0) {
        kernels.multiplyElements(seenCell, peephole(gate), gate(gate, k), true);
      }
      activateGates(f, k, place[gate], place[gate] + 1);
    }

    /** f = 1 − i. */
    private void couple(int k) {
      int at = k * rows * columns + place[INPUT] * units;
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < units; j++) {
          forget[(k * rows + r) * units + j] = 1 - gateValues[at + r * columns + j];
        }
      }
    }

    /** x = f ⊙ x. */
    private void timesForget(int k, Matrix x) {
      if (coupledGates) {
        kernels.multiplyElements(block(forget, k, forgetBlock), x, x, false);
      } else {
        times(FORGET, k, x, x);
      }
    }

    /** y = gate ⊙ x, the gate being 1 where there is none. */
    private void times(int gate, int k, Matrix x, Matrix y) {
      if (place[gate] >= 0) {
        kernels.multiplyElements(x, gate(gate, k), y, false);
      } else if (x != y) {
        System.arraycopy(x.values(), x.offset(), y.values(), y.offset(), rows * units);
      }
    }

    @Override
    void stepBackward(int k) {
      float[] dcPrevious = stateGradient(1);
      state(1).at(k, cBefore);
      state(1).at(k + 1, c);
      block(activatedCell, k, activated);
      dh.set(stateGradient(0), 0, rows, units);
      dCell.set(dc, 0, rows, units);
      dCellBefore.set(dcPrevious, 0, rows, units);
      gateGradient(OUTPUT, sigma, k, dh, activated);
      times(OUTPUT, k, dh, dCell);
      kernels.activateBackward(cellActivation, c, activated, dCell);
      addPeephole(OUTPUT, dCell);
      kernels.add(rows * units, dcPrevious, 0, dc, 0);

      if (coupledGates) {
        coupledInputGradient(k, cBefore.values(), cBefore.offset());
      } else {
        gateGradient(INPUT, sigma, k, dCell, candidate(k));
        gateGradient(FORGET, sigma, k, dCell, cBefore);
      }
      gateGradient(CANDIDATE, act, k, dCell, inputGate(k));
      System.arraycopy(dc, 0, dcPrevious, 0, rows * units);
      timesForget(k, dCellBefore);
      addPeephole(INPUT, dCellBefore);
      addPeephole(FORGET, dCellBefore);
      System.arraycopy(gateGradients, 0, gateValues, k * rows * columns, rows * columns);
      gateGradient.set(gateGradients, 0, rows, columns);
      multiplyRecurrentBackward(gateGradient, 0, stateGradient(0), false);
    }

    /** The gradient of what a gate was activated from: dy ⊙ x ⊙ f′. */
    private void gateGradient(int gate, Activation f, int k, Matrix dy, Matrix x) {
      if (place[gate] < 0) {
        return;
      }
      kernels.multiplyElements(dy, x, gradientOf(gate), false);
      activateGatesBackward(f, k, place[gate], place[gate] + 1, gateGradients);
    }

    /** di = dc ⊙ (g − c_{t−1}) ⊙ σ′. */
    private void coupledInputGradient(int k, float[] c, int before) {
      int g = k * rows * columns + place[CANDIDATE] * units;
      int to = place[INPUT] * units;
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < units; j++) {
          float difference = gateValues[g + r * columns + j] - c[before + r * units + j];
          gateGradients[to + r * columns + j] = dc[r * units + j] * difference;
        }
      }
      activateGatesBackward(sigma, k, place[INPUT], place[INPUT] + 1, gateGradients);
    }

    /** dc += p ⊙ the gradient of the gate, for what the gate saw. */
    private void addPeephole(int gate, Matrix gradient) {
      if (peephole[gate] >= 0) {
        kernels.multiplyElements(gradientOf(gate), peephole(gate), gradient, true);
      }
    }

    @Override
    void recurrentGradient(Gradient[] gradients) {
      recurrentGradient(state(0).values(), allGates(0, gates), 0, gradients[1]);
      if (peepholes) {
        float[] dp = gradients[gradients.length - 1].values();
        peepholeGradient(INPUT, 0, dp);
        peepholeGradient(FORGET, 0, dp);
        peepholeGradient(OUTPUT, 1, dp);
      }
    }

    /** dp = Σ gate gradients ⊙ c, the cell state before (0) or after (1) each step. */
    private void peepholeGradient(int gate, int firstState, float[] dp) {
      if (peephole[gate] < 0) {
        return;
      }
      int positions = timesteps * rows;
      Matrix gateGradients = allGates(place[gate], place[gate] + 1);
      c.set(state(1).values(), state(1).at(firstState), positions, units);
      dCell.set(seen, 0, positions, units);
      kernels.multiplyElements(gateGradients, c, dCell, false);
      kernels.sumRows(dCell, repeated.set(dp, peephole[gate] * units, 1, units));
    }
  }
}
