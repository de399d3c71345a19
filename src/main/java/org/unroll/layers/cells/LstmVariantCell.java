package org.unroll.layers.cells;

import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.LstmOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.StackedRnnCells;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;

/**
 * An LSTM cell whose parts can be removed or added individually, for ablation studies such as that
 * of Greff et al. (2017). With default arguments it computes the same as {@link LstmCell}. Use it
 * with {@link Rnn}.
 *
 * <pre>
 * i_t = σ(x_t·W_i + h_{t−1}·U_i + p_i ⊙ c_{t−1} + r_{t−1}·G_i + b_i)      input gate
 * f_t = σ(x_t·W_f + h_{t−1}·U_f + p_f ⊙ c_{t−1} + r_{t−1}·G_f + b_f)      forget gate
 * g_t = act(x_t·W_c + h_{t−1}·U_c + b_c)                                  candidate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                                         cell state
 * o_t = σ(x_t·W_o + h_{t−1}·U_o + p_o ⊙ c_t + r_{t−1}·G_o + b_o)          output gate
 * r_t = (i_t, f_t, o_t)                                                   gates, as a state
 * h_t = o_t ⊙ out(c_t)                                                    output, and state
 * </pre>
 *
 * <p>Greff et al. compare the vanilla LSTM, {@code lstmVariantCell(n).peepholes(true)}, with eight
 * variants that differ from it in one part:
 *
 * <table>
 * <caption>The eight variants of Greff et al.</caption>
 * <tr><th>Name</th><th>Variant</th><th>Cell</th></tr>
 * <tr><td>NIG</td><td>no input gate, i_t = 1</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).inputGate(false)}</td></tr>
 * <tr><td>NFG</td><td>no forget gate, f_t = 1</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).forgetGate(false)}</td></tr>
 * <tr><td>NOG</td><td>no output gate, o_t = 1</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).outputGate(false)}</td></tr>
 * <tr><td>NIAF</td><td>no input activation, act(x) = x</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).activation("linear")}</td></tr>
 * <tr><td>NOAF</td><td>no output activation, out(x) = x</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).cellActivation("linear")}</td></tr>
 * <tr><td>CIFG</td><td>coupled gates, f_t = 1 − i_t</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).coupledGates(true)}</td></tr>
 * <tr><td>NP</td><td>p = 0, no peepholes</td><td>{@code lstmVariantCell(n)}</td></tr>
 * <tr><td>FGR</td><td>full gate recurrence G</td><td>{@code
 *     lstmVariantCell(n).peepholes(true).fullGateRecurrence(true)}</td></tr>
 * </table>
 *
 * <p>In a stack of cells, {@code depthGate(true)} adds a gate d between the cell state c′_t of the
 * cell below and the cell state of this cell (Yao et al. 2015). {@code Layers.depthGatedLstmCells}
 * returns such a stack.
 *
 * <pre>
 * d_t = σ(x_t·W_d + p_d ⊙ c_{t−1} + q ⊙ c′_t + b_d)                       depth gate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t + d_t ⊙ c′_t
 * </pre>
 *
 * <p>Weights, with n blocks of columns for those of i, f, c, o, d that the variant has (c is always
 * present): {@code kernel} W (features, n·units), {@code recurrent_kernel} U (units, n·units, or
 * one block less if there is a d), {@code bias} b (n·units). {@code peephole_kernel} p has a row of
 * units for each of i, f, o, d that has a peephole. {@code gate_kernel} G is (m·units, m·units),
 * where m counts those of i, f, o that the variant has. {@code depth_kernel} q is (units). {@link
 * LstmOptions} documents the arguments that are not listed here. The initializer, the regularizer
 * and the constraint of U are also those of G. Recurrent dropout concerns U only.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1, dc_t that of c_t from step t + 1 and from the cell above, and dr_t =
 * (dr_i, dr_f, dr_o) that of the gates from step t + 1:
 *
 * <pre>
 * do = (dh_t ⊙ out(c_t) + dr_o) ⊙ σ′      dc_t += dh_t ⊙ o_t ⊙ out′(c_t) + p_o ⊙ do
 * di = (dc_t ⊙ g_t + dr_i) ⊙ σ′           with coupled gates (dc_t ⊙ (g_t − c_{t−1}) + dr_i) ⊙ σ′
 * df = (dc_t ⊙ c_{t−1} + dr_f) ⊙ σ′       dg = dc_t ⊙ i_t ⊙ act′       dd = dc_t ⊙ c′_t ⊙ σ′
 * dc_{t−1} = dc_t ⊙ f_t + p_i ⊙ di + p_f ⊙ df + p_d ⊙ dd
 * dc′_t = dc_t ⊙ d_t + q ⊙ dd             dr_{t−1} = (di, df, do)·Gᵀ
 * dz_t = (di, df, dg, do, dd)             dh_{t−1} = (di, df, dg, do)·Uᵀ         dx_t = dz_t·Wᵀ
 * dW = Σ x_tᵀ·dz_t                        dU = Σ h_{t−1}ᵀ·(di, df, dg, do)       db = Σ dz_t
 * dG = Σ r_{t−1}ᵀ·(di, df, do)            dp_i = Σ di ⊙ c_{t−1}, dp_f, dp_d alike
 * dp_o = Σ do ⊙ c_t                       dq = Σ dd ⊙ c′_t
 * </pre>
 *
 * <p>Sources: Felix Gers, Jürgen Schmidhuber, "Recurrent nets that time and count", IJCNN 2000
 * (peepholes); Klaus Greff, Rupesh K. Srivastava, Jan Koutník, Bas R. Steunebrink, Jürgen
 * Schmidhuber, "LSTM: a search space odyssey", IEEE Transactions on Neural Networks and Learning
 * Systems 28(10), 2017, arXiv:1503.04069 (the variants); Kaisheng Yao, Trevor Cohn, Katerina
 * Vylomova, Kevin Duh, Chris Dyer, "Depth-gated LSTM", 2015, arXiv:1508.03790. Keras has no such
 * cell, so it is saved as the custom object {@code unroll>LSTMVariantCell}; initializers and
 * dropout are those of Keras's LSTM, where Greff et al. draw all weights from a normal distribution
 * with a deviation of 0.1.
 */
public final class LstmVariantCell extends UnitsCell<LstmVariantCell>
    implements LstmOptions<LstmVariantCell> {
  static final int INPUT = 0;
  static final int FORGET = 1;
  static final int CANDIDATE = 2;
  static final int OUTPUT = 3;
  static final int DEPTH = 4;

  /** The number of blocks of columns of a variant that has all gates. */
  static final int GATES = 5;

  private Parts parts = new Parts();
  private Cell below; // in a stack

  /** The arguments of this cell only. A clone, so a new field is copied without another line. */
  private static final class Parts implements Cloneable {
    private boolean inputGate = true;
    private boolean forgetGate = true;
    private boolean outputGate = true;
    private boolean coupledGates;
    private boolean fullGateRecurrence;
    private boolean depthGate;
    private boolean allPeepholes;
    private boolean inputPeephole;
    private boolean forgetPeephole;
    private boolean outputPeephole;
    private Activation cellActivation = Activation.TANH;
    private Initializer peepholeInitializer = Initializers.zeros();

    Parts copy() {
      try {
        return (Parts) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Creates a cell with the given number of units. */
  public LstmVariantCell(int units) {
    super("LSTMVariantCell", units);
  }

  @Override
  public LstmVariantCell copy() {
    LstmVariantCell copy = copyTo(new LstmVariantCell(units()));
    copy.parts = parts.copy();
    return copy;
  }

  private Parts change(String option) {
    requireNotBuilt(option);
    return parts;
  }

  /** Sets whether the cell has an input gate; true by default. */
  public LstmVariantCell inputGate(boolean gate) {
    change("inputGate").inputGate = gate;
    return this;
  }

  /** Returns whether the cell has an input gate. */
  public boolean inputGate() {
    return parts.inputGate;
  }

  /** Sets whether the cell has a forget gate; true by default. */
  public LstmVariantCell forgetGate(boolean gate) {
    change("forgetGate").forgetGate = gate;
    return this;
  }

  /** Returns whether the cell has a forget gate. */
  public boolean forgetGate() {
    return parts.forgetGate;
  }

  /** Sets whether the cell has an output gate; true by default. */
  public LstmVariantCell outputGate(boolean gate) {
    change("outputGate").outputGate = gate;
    return this;
  }

  /** Returns whether the cell has an output gate. */
  public boolean outputGate() {
    return parts.outputGate;
  }

  /**
   * Sets whether the forget gate is 1 − input gate, without weights, instead of a separate gate;
   * false by default.
   */
  public LstmVariantCell coupledGates(boolean coupled) {
    change("coupledGates").coupledGates = coupled;
    return this;
  }

  /** Returns whether the forget gate is 1 − input gate. */
  public boolean coupledGates() {
    return parts.coupledGates;
  }

  /**
   * Sets whether each gate also reads all gates of the previous time step; false by default. The
   * gates are then a state of the cell, which is zeros before the first step.
   */
  public LstmVariantCell fullGateRecurrence(boolean recurrence) {
    change("fullGateRecurrence").fullGateRecurrence = recurrence;
    return this;
  }

  /** Returns whether each gate also reads all gates of the previous time step. */
  public boolean fullGateRecurrence() {
    return parts.fullGateRecurrence;
  }

  /**
   * Sets whether the cell adds the gated cell state of the cell below it; false by default. The
   * cell must then be above another LSTM cell with as many units in {@link StackedRnnCells}.
   */
  public LstmVariantCell depthGate(boolean gate) {
    change("depthGate").depthGate = gate;
    return this;
  }

  /** Returns whether the cell adds the gated cell state of the cell below it. */
  public boolean depthGate() {
    return parts.depthGate;
  }

  /**
   * Sets whether all gates that the cell has also have peephole connections to the cell state;
   * false by default. The depth gate always has one.
   */
  public LstmVariantCell peepholes(boolean peepholes) {
    Parts to = change("peepholes");
    to.allPeepholes = peepholes;
    to.inputPeephole = to.forgetPeephole = to.outputPeephole = false;
    return this;
  }

  /**
   * Sets which gates have peephole connections to the cell state. {@code peepholes(true, true,
   * false)} leaves out that of the output gate.
   */
  public LstmVariantCell peepholes(boolean input, boolean forget, boolean output) {
    Parts to = change("peepholes");
    to.allPeepholes = false;
    to.inputPeephole = input;
    to.forgetPeephole = forget;
    to.outputPeephole = output;
    return this;
  }

  /** Returns whether all gates that the cell has also have peephole connections. */
  public boolean peepholes() {
    return parts.allPeepholes;
  }

  /** Returns the gates that have peephole connections, such as {@code "ifo"}. */
  public String peepholeGates() {
    return (hasPeephole(INPUT) ? "i" : "")
        + (hasPeephole(FORGET) ? "f" : "")
        + (hasPeephole(OUTPUT) ? "o" : "");
  }

  /**
   * Sets the initializer of p and q; zeros by default. With zeros, a new cell computes the same as
   * one without peepholes.
   */
  public LstmVariantCell peepholeInitializer(Initializer initializer) {
    change("peepholeInitializer").peepholeInitializer = initializer;
    return this;
  }

  /** Returns the initializer of p and q. */
  public Initializer peepholeInitializer() {
    return parts.peepholeInitializer;
  }

  /**
   * Sets the activation {@code out} of the cell state; {@code tanh} by default.
   *
   * @throws IllegalArgumentException if the activation is glu
   */
  public LstmVariantCell cellActivation(Activation activation) {
    change("cellActivation").cellActivation = checkedActivation("cellActivation", activation);
    return this;
  }

  /** Sets the activation {@code out} of the cell state by its Keras name. */
  public LstmVariantCell cellActivation(String name) {
    return cellActivation(Activation.of(name));
  }

  /** Returns the activation {@code out} of the cell state. */
  public Activation cellActivation() {
    return parts.cellActivation;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = hiddenAndCellState();
    if (parts.fullGateRecurrence) {
      shapes.put("gates", Shape.of(recurrentGates() * units()));
    }
    return shapes;
  }

  /** Returns whether a gate has weights; the candidate counts as a gate. */
  boolean hasWeights(int gate) {
    return switch (gate) {
      case INPUT -> parts.inputGate;
      case FORGET -> parts.forgetGate && !parts.coupledGates;
      case OUTPUT -> parts.outputGate;
      case DEPTH -> parts.depthGate;
      default -> true;
    };
  }

  /** Returns whether a gate reads the cell state. */
  boolean hasPeephole(int gate) {
    return hasWeights(gate) && (wantsPeephole(gate) || (parts.allPeepholes && gate != CANDIDATE));
  }

  private boolean wantsPeephole(int gate) {
    return switch (gate) {
      case INPUT -> parts.inputPeephole;
      case FORGET -> parts.forgetPeephole;
      case OUTPUT -> parts.outputPeephole;
      case DEPTH -> parts.depthGate;
      default -> false;
    };
  }

  @Override
  protected int gates() {
    return place(GATES);
  }

  /** Returns the position of a gate in the columns: the number of gates with weights before it. */
  int place(int gate) {
    int count = 0;
    for (int g = 0; g < gate; g++) {
      count += hasWeights(g) ? 1 : 0;
    }
    return count;
  }

  /** Returns the number of those of i, f, o that the variant has. */
  int recurrentGates() {
    return place(DEPTH) - 1;
  }

  private int countPeepholes() {
    int count = 0;
    for (int g = 0; g < GATES; g++) {
      count += hasPeephole(g) ? 1 : 0;
    }
    return count;
  }

  @Override
  protected void stackOn(Cell cellBelow) {
    below = cellBelow;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    if (parts.coupledGates && !(parts.inputGate && parts.forgetGate)) {
      throw new IllegalArgumentException(
          describe()
              + " must have both an input and a forget gate if coupledGates is set, because the"
              + " forget gate is then 1 − input gate, but has inputGate="
              + parts.inputGate
              + " and forgetGate="
              + parts.forgetGate
              + ". Set coupledGates alone.");
    }
    requireGates("peepholes", parts.allPeepholes);
    requireGates("fullGateRecurrence", parts.fullGateRecurrence);
    for (int gate = 0; gate < GATES; gate++) {
      if (wantsPeephole(gate) && !hasWeights(gate)) {
        throw new IllegalArgumentException(
            describe()
                + " must have weights for each gate with a peephole, but the "
                + List.of("input", "forget", "candidate", "output").get(gate)
                + " gate has none. Leave its peephole out.");
      }
    }
    if (parts.depthGate) {
      requireCellStateBelow();
    }
    return super.stepOutput(input, owner);
  }

  private void requireGates(String option, boolean isSet) {
    if (isSet && recurrentGates() == 0) {
      throw new IllegalArgumentException(
          describe()
              + " must have at least one gate if "
              + option
              + " is set, but has none. Leave "
              + option
              + " out.");
    }
  }

  private void requireCellStateBelow() {
    Shape state = below == null ? null : below.stateShapes().get("c");
    if (!Shape.of(units()).equals(state)) {
      throw new IllegalArgumentException(
          describe()
              + " must be above an LSTM cell with "
              + units()
              + " units in stackedRnnCells(…) if depthGate is set, but "
              + (below == null
                  ? "is above no cell"
                  : "the cell below, "
                      + below.describe()
                      + ", has the states "
                      + below.stateShapes())
              + ". Use depthGatedLstmCells(units, layers).");
    }
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createWeights(
        Shape.of(input.last(), gates() * units()),
        Shape.of(units(), place(DEPTH) * units()),
        factory);
    if (countPeepholes() > 0) {
      Shape shape = Shape.of(countPeepholes(), units());
      factory.create("peephole_kernel", shape, parts.peepholeInitializer, null);
    }
    if (parts.fullGateRecurrence) {
      int width = recurrentGates() * units();
      factory.create(
          "gate_kernel",
          Shape.of(width, width),
          recurrentInitializer(),
          recurrentRegularizer(),
          recurrentConstraint());
    }
    if (parts.depthGate) {
      factory.create("depth_kernel", Shape.of(units()), parts.peepholeInitializer, null);
    }
  }

  @Override
  protected Initializer initialBias() {
    return hasWeights(FORGET) ? withForgetBias(place(FORGET)) : biasInitializer();
  }

  @Override
  public CellPass newCellPass() {
    return new LstmVariantPass(this);
  }
}
