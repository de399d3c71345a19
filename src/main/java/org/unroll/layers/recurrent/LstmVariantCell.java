package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.CellPass;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * An LSTM cell whose parts can be removed or added individually, for ablation studies such as that
 * of Greff et al. (2015). With default arguments it computes the same as {@link LstmCell}. Use it
 * with {@link Rnn}.
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
 * <tr><td>NP</td><td>p = 0, no peepholes</td><td>the default</td></tr>
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
 * <p>Greff et al. removed parts from the vanilla LSTM, which has peepholes.
 *
 * <p>Weights, with n blocks of columns for those of i, f, c, o that the variant has (c is always
 * present): {@code kernel} W (features, n·units), {@code recurrent_kernel} U (units, n·units),
 * {@code bias} b (n·units), and with peepholes {@code peephole_kernel} p (n − 1, units), one row
 * for each gate i, f, o that the variant has. {@link LstmOptions} documents the arguments that are
 * not listed here.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1, and dc_t that of c_t from step t + 1:
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
 * Schmidhuber, "LSTM: a search space odyssey", 2015, arXiv:1503.04069 (the variants). Keras has no
 * such cell, so it is saved as the custom object {@code unroll>LSTMVariantCell}; initializers and
 * dropout are those of Keras's LSTM.
 */
public final class LstmVariantCell extends UnitsCell<LstmVariantCell>
    implements LstmOptions<LstmVariantCell> {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int CANDIDATE = 2;
  private static final int OUTPUT = 3;

  private static final int GATES = 4;

  /** Creates a cell with the given number of units. */
  public LstmVariantCell(int units) {
    this(new RecurrentArguments(units));
  }

  private LstmVariantCell(RecurrentArguments arguments) {
    super("LSTMVariantCell", arguments);
  }

  @Override
  public LstmVariantCell copy() {
    return new LstmVariantCell(arguments().copy());
  }

  /** Sets whether the cell has an input gate; true by default. */
  public LstmVariantCell inputGate(boolean gate) {
    return set("inputGate", to -> to.inputGate = gate);
  }

  /** Sets whether the cell has a forget gate; true by default. */
  public LstmVariantCell forgetGate(boolean gate) {
    return set("forgetGate", to -> to.forgetGate = gate);
  }

  /** Sets whether the cell has an output gate; true by default. */
  public LstmVariantCell outputGate(boolean gate) {
    return set("outputGate", to -> to.outputGate = gate);
  }

  /**
   * Sets whether the forget gate is 1 − input gate, without weights, instead of a separate gate;
   * false by default.
   */
  public LstmVariantCell coupledGates(boolean coupled) {
    return set("coupledGates", to -> to.coupledGates = coupled);
  }

  /** Sets whether the gates have peephole connections to the cell state; false by default. */
  public LstmVariantCell peepholes(boolean peepholes) {
    return set("peepholes", to -> to.peepholes = peepholes);
  }

  /**
   * Sets the initializer of p; zeros by default. With zeros, a new cell computes the same as one
   * without peepholes.
   */
  public LstmVariantCell peepholeInitializer(Initializer initializer) {
    return set("peepholeInitializer", to -> to.peepholeInitializer = initializer);
  }

  /**
   * Sets the activation {@code out} of the cell state; {@code tanh} by default.
   *
   * @throws IllegalArgumentException if the activation is glu
   */
  public LstmVariantCell cellActivation(Activation activation) {
    return set(
        "cellActivation",
        to -> to.cellActivation = checkedActivation("cellActivation", activation));
  }

  /** Sets the activation {@code out} of the cell state by its Keras name. */
  public LstmVariantCell cellActivation(String name) {
    return cellActivation(Activation.of(name));
  }

  /** Returns whether the cell has an input gate. */
  public boolean inputGate() {
    return arguments().inputGate;
  }

  /** Returns whether the cell has a forget gate. */
  public boolean forgetGate() {
    return arguments().forgetGate;
  }

  /** Returns whether the cell has an output gate. */
  public boolean outputGate() {
    return arguments().outputGate;
  }

  /** Returns whether the forget gate is 1 − input gate. */
  public boolean coupledGates() {
    return arguments().coupledGates;
  }

  /** Returns whether the gates have peephole connections to the cell state. */
  public boolean peepholes() {
    return arguments().peepholes;
  }

  /** Returns the initializer of p. */
  public Initializer peepholeInitializer() {
    return arguments().peepholeInitializer;
  }

  /** Returns the activation {@code out} of the cell state. */
  public Activation cellActivation() {
    return arguments().cellActivation;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return hiddenAndCellState();
  }

  /** Returns whether a gate has weights; the candidate counts as a gate. */
  private boolean hasWeights(int gate) {
    return switch (gate) {
      case INPUT -> arguments().inputGate;
      case FORGET -> arguments().forgetGate && !arguments().coupledGates;
      case OUTPUT -> arguments().outputGate;
      default -> true;
    };
  }

  @Override
  int gates() {
    return place(GATES);
  }

  /** Returns the position of a gate in the columns: the number of gates with weights before it. */
  private int place(int gate) {
    int count = 0;
    for (int g = 0; g < gate; g++) {
      count += hasWeights(g) ? 1 : 0;
    }
    return count;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    RecurrentArguments has = arguments();
    if (has.coupledGates && !(has.inputGate && has.forgetGate)) {
      throw new IllegalArgumentException(
          describe()
              + " must have both an input and a forget gate if coupledGates is set, because the"
              + " forget gate is then 1 − input gate, but has inputGate="
              + has.inputGate
              + " and forgetGate="
              + has.forgetGate
              + ". Set coupledGates alone.");
    }
    if (has.peepholes && gates() == 1) {
      throw new IllegalArgumentException(
          describe()
              + " must have at least one gate if peepholes is set, but has none. Leave peepholes"
              + " out.");
    }
    return super.stepOutput(input, owner);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    super.createWeights(input, factory);
    if (arguments().peepholes) {
      Shape shape = Shape.of(gates() - 1, units());
      factory.create("peephole_kernel", shape, arguments().peepholeInitializer, null);
    }
  }

  @Override
  Initializer initialBias() {
    return hasWeights(FORGET) ? withForgetBias(place(FORGET)) : biasInitializer();
  }

  @Override
  public CellPass newCellPass() {
    return new VariantPass();
  }

  private final class VariantPass extends GatePass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private final Activation out = arguments().cellActivation;
    private final boolean coupledGates = arguments().coupledGates;
    private final boolean peepholes = arguments().peepholes;
    private final int[] place = new int[GATES]; // position in the columns, -1 without weights
    private final int[] peephole = new int[GATES]; // row of p, -1 without a peephole
    private final float[] p = peepholes ? weight("peephole_kernel").values() : null;
    private final float[] ones = new float[units()];
    private float[] forget = {}; // 1 − i if the gates are coupled: timesteps × rows × units
    private float[] activatedCell = {}; // out(c): timesteps × rows × units
    private float[] gateGradients = {}; // rows × columns
    private float[] dc = {}; // rows × units
    private float[] products = {}; // gate gradients ⊙ c: timesteps × rows × units

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
      for (int gate = 0; gate < GATES; gate++) {
        place[gate] = hasWeights(gate) ? place(gate) : -1;
        boolean hasPeephole = peepholes && hasWeights(gate) && gate != CANDIDATE;
        peephole[gate] = hasPeephole ? row++ : -1;
      }
      Arrays.fill(ones, 1f);
    }

    @Override
    void reserve() {
      int block = rows * units;
      forget = Pass.atLeast(forget, coupledGates ? timesteps * block : 0);
      activatedCell = Pass.atLeast(activatedCell, timesteps * block);
      products = Pass.atLeast(products, peepholes ? timesteps * block : 0);
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
      kernels.activate(out, c, block(activatedCell, k, activated));
      times(OUTPUT, k, activated, state(0).at(k + 1, h));
    }

    private Matrix gate(int gate, int k) {
      return gates(k, place[gate], place[gate] + 1);
    }

    private Matrix candidate(int k) {
      return gates(k, place[CANDIDATE], place[CANDIDATE] + 1, candidate);
    }

    /** Returns the input gate; ones if the variant does not have it. */
    private Matrix inputGate(int k) {
      return place[INPUT] < 0 ? repeated.set(ones, 0, rows, units, 0) : gate(INPUT, k);
    }

    /** Returns the peephole weights of a gate, repeated for each row. */
    private Matrix peephole(int gate) {
      return repeated.set(p, peephole[gate] * units, rows, units, 0);
    }

    /** Sets the view of the gate gradients to those of one gate. */
    private Matrix gradientOf(int gate) {
      return gateGradient.set(gateGradients, place[gate] * units, rows, units, columns);
    }

    /** Adds the peephole and activates a gate. Does nothing if the gate has no weights. */
    private void activate(int gate, Activation f, int k, Matrix cell) {
      if (place[gate] < 0) {
        return;
      }
      if (peephole[gate] >= 0) {
        kernels.multiplyElements(cell, peephole(gate), gate(gate, k), true);
      }
      activateGates(f, k, place[gate], place[gate] + 1);
    }

    /** Computes f = 1 − i. */
    private void couple(int k) {
      int at = k * rows * columns + place[INPUT] * units;
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < units; j++) {
          forget[(k * rows + r) * units + j] = 1 - gateValues[at + r * columns + j];
        }
      }
    }

    /** Computes x = f ⊙ x. */
    private void timesForget(int k, Matrix x) {
      if (coupledGates) {
        kernels.multiplyElements(block(forget, k, forgetBlock), x, x, false);
      } else {
        times(FORGET, k, x, x);
      }
    }

    /** Computes y = gate ⊙ x; a gate that the variant does not have is 1. */
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
      kernels.activateBackward(out, c, activated, dCell);
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

    /** Computes the gradient of the pre-activation of a gate: dy ⊙ x ⊙ f′. */
    private void gateGradient(int gate, Activation f, int k, Matrix dy, Matrix x) {
      if (place[gate] < 0) {
        return;
      }
      kernels.multiplyElements(dy, x, gradientOf(gate), false);
      activateGatesBackward(f, k, place[gate], place[gate] + 1, gateGradients);
    }

    /** Computes di = dc ⊙ (g − c_{t−1}) ⊙ σ′. */
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

    /** Computes dc += p ⊙ the gradient of the gate. */
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

    /**
     * Computes dp = Σ gate gradients ⊙ c.
     *
     * @param firstState 0 if the gate reads the cell state before the step, 1 if after it
     */
    private void peepholeGradient(int gate, int firstState, float[] dp) {
      if (peephole[gate] < 0) {
        return;
      }
      int positions = timesteps * rows;
      Matrix gateGradients = allGates(place[gate], place[gate] + 1);
      c.set(state(1).values(), state(1).at(firstState), positions, units);
      dCell.set(products, 0, positions, units);
      kernels.multiplyElements(gateGradients, c, dCell, false);
      kernels.sumRows(dCell, repeated.set(dp, peephole[gate] * units, 1, units));
    }
  }
}
