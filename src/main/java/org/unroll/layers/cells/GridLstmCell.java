package org.unroll.layers.cells;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.LstmOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Pass;
import org.unroll.network.SequenceDropout;
import org.unroll.network.TimeSteps;
import org.unroll.network.Weight;

/**
 * The cell of the Grid LSTM (Kalchbrenner et al. 2015) with two dimensions, time and depth: layers
 * of LSTMs that have a memory not only from one time step to the next, but also from one layer to
 * the next. One cell contains all layers. Use it with {@link Rnn}.
 *
 * <p>Layer l reads the vectors that arrive along both dimensions, h from its previous time step and
 * ĥ from the layer below at the same time step, and computes one LSTM for each dimension:
 *
 * <pre>
 * (ĥ_{t,0}, m̂_{t,0}) = x_t·V
 * H = (h_{t−1,l}, ĥ_{t,l−1})
 * (i, f, g, o, î, f̂, ĝ, ô) = H·U_l + b_l         with σ for gates and act for candidates g, ĝ
 * m_{t,l} = f ⊙ m_{t−1,l} + i ⊙ g                 h_{t,l} = act(o ⊙ m_{t,l})           time
 * m̂_{t,l} = f̂ ⊙ m̂_{t,l−1} + î ⊙ ĝ                 ĥ_{t,l} = act(ô ⊙ m̂_{t,l})           depth
 * </pre>
 *
 * <p>The output is ĥ of the last layer. The states are h and m of each layer, and the output as
 * {@code y}, which the next step does not read.
 *
 * <p>Weights: {@code kernel} V (features, 2·units), and for each layer l from 0 {@code
 * recurrent_kernel_l} U (2·units, 8·units) and {@code bias_l} b (8·units). {@link LstmOptions}
 * documents the arguments. Dropout concerns x, and recurrent dropout h with a mask for each layer.
 * {@code unitForgetBias} sets both forget gates.
 *
 * <p>The backward pass runs from the last step to the first and from the last layer to the first.
 * In each dimension, dh is the gradient of h and dm that of m from the next step or layer:
 *
 * <pre>
 * dp = dh ⊙ act′(o ⊙ m_t)      do = dp ⊙ m_t ⊙ σ′      dm += dp ⊙ o
 * di = dm ⊙ g ⊙ σ′             dg = dm ⊙ i ⊙ act′      df = dm ⊙ m_{t−1} ⊙ σ′      dm_{t−1} = dm ⊙ f
 * dz = (di, df, dg, do) of both dimensions             (dh_{t−1,l}, dĥ_{t,l−1}) = dz·U_lᵀ
 * dU_l = Σ Hᵀ·dz               db_l = Σ dz             dx_t = (dĥ_{t,0}, dm̂_{t,0})·Vᵀ
 * dV = Σ x_tᵀ·(dĥ_{t,0}, dm̂_{t,0})
 * </pre>
 *
 * <p>Source: Nal Kalchbrenner, Ivo Danihelka, Alex Graves, "Grid long short-term memory", 2015,
 * arXiv:1507.01526. As there, act is applied to o ⊙ m, where other LSTMs have o ⊙ act(m). The
 * layers do not share weights, no dimension has priority, and biases are added unless {@code
 * useBias(false)} is set. Keras has no such cell, so it is saved as the custom object {@code
 * unroll>GridLSTMCell}; initializers are those of Keras's LSTM.
 */
public final class GridLstmCell extends UnitsCell<GridLstmCell>
    implements LstmOptions<GridLstmCell> {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int CANDIDATE = 2;
  private static final int OUTPUT = 3;
  private static final int GATES = 8;

  /** The number of random streams of a cell for states. */
  private static final int STREAMS = 15;

  private final int layers;

  /**
   * Creates a cell.
   *
   * @param units the number of units of each layer and dimension
   * @param layers the number of layers
   * @throws IllegalArgumentException if one of the numbers is less than 1
   */
  public GridLstmCell(int units, int layers) {
    super("GridLSTMCell", units);
    this.layers = requirePositive("layers", layers);
  }

  /** Returns the number of layers. */
  public int layers() {
    return layers;
  }

  @Override
  public GridLstmCell copy() {
    return copyTo(new GridLstmCell(units(), layers));
  }

  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (int l = 0; l < layers; l++) {
      shapes.put("h_" + l, Shape.of(units()));
      shapes.put("m_" + l, Shape.of(units()));
    }
    shapes.put("y", Shape.of(units()));
    return shapes;
  }

  @Override
  public int outputState() {
    return 2 * layers;
  }

  @Override
  protected int gates() {
    return GATES;
  }

  @Override
  protected Initializer initialBias() {
    int units = units();
    Initializer time = withForgetBias(FORGET);
    return (values, shape, random) -> {
      time.fill(values, shape, random);
      if (unitForgetBias()) {
        Arrays.fill(values, (4 + FORGET) * units, (5 + FORGET) * units, 1f);
      }
    };
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int units = units();
    factory.create(
        "kernel",
        Shape.of(input.last(), 2 * units),
        kernelInitializer(),
        kernelRegularizer(),
        kernelConstraint());
    for (int l = 0; l < layers; l++) {
      factory.create(
          "recurrent_kernel_" + l,
          Shape.of(2 * units, GATES * units),
          recurrentInitializer(),
          recurrentRegularizer(),
          recurrentConstraint());
      if (useBias()) {
        factory.create(
            "bias_" + l,
            Shape.of(GATES * units),
            initialBias(),
            biasRegularizer(),
            biasConstraint());
      }
    }
  }

  @Override
  public CellPass newCellPass() {
    return new GridPass();
  }

  /** The weights and the buffers of one layer. */
  private final class Level {
    final Weight kernel;
    final int kernelIndex; // among the weights
    final float[] bias; // zeros without bias
    final SequenceDropout stateDropout;
    float[] inputs = {}; // H: timesteps × rows × 2·units
    float[] gates = {}; // then their gradients: timesteps × rows × 8·units
    float[] preActivations = {}; // in the layout of the gates, if a derivative needs them
    float[] depth = {}; // ĥ and m̂: timesteps × rows × 2·units

    Level(int number, SequenceDropout stateDropout) {
      this.stateDropout = stateDropout;
      kernelIndex = 1 + number * (useBias() ? 2 : 1);
      kernel = weights().get(kernelIndex);
      bias = useBias() ? weights().get(kernelIndex + 1).values() : new float[GATES * units()];
    }
  }

  private final class GridPass extends CellPass {
    private final Kernels kernels = Compute.kernels();
    private final int units = units();
    private final Activation act = GridLstmCell.this.activation();
    private final Activation sigma = recurrentActivation();
    private final SequenceDropout inputDropout = dropout(0, GridLstmCell.this.dropout());
    private final Level[] levels = new Level[layers];
    private final TimeSteps projected = new TimeSteps();
    private float[] projection = {}; // ĥ and m̂ of the input: timesteps × rows × 2·units
    private float[] gateGradients = {}; // rows × 8·units
    private float[] dp = {}; // o ⊙ m and then dp: rows × units
    private float[] depthGradient = {}; // dĥ and dm̂: rows × 2·units
    private float[] dInputs = {}; // dH: rows × 2·units

    // The operands and results of a kernel call, which are set just before the call.
    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Matrix row = new Matrix();

    // Views of one LSTM at one step.
    private final Matrix h = new Matrix();
    private final Matrix m = new Matrix();
    private final Matrix mBefore = new Matrix();
    private final Matrix dh = new Matrix();
    private final Matrix dm = new Matrix();
    private final Matrix product = new Matrix();

    GridPass() {
      for (int l = 0; l < layers; l++) {
        levels[l] = new Level(l, dropout(1 + l % STREAMS, recurrentDropout()));
      }
    }

    @Override
    public void begin(ForwardContext call) {
      int positions = timesteps() * rows();
      inputDropout.draw(call, input().width());
      projection = Pass.atLeast(projection, positions * 2 * units);
      projected.set(projection, 0, rows(), 2 * units);
      for (Level level : levels) {
        level.stateDropout.draw(call, units);
        level.inputs = Pass.atLeast(level.inputs, positions * 2 * units);
        level.gates = Pass.atLeast(level.gates, positions * GATES * units);
        level.depth = Pass.atLeast(level.depth, positions * 2 * units);
        if (keepsPreActivations()) {
          level.preActivations = Pass.atLeast(level.preActivations, positions * GATES * units);
        }
      }
      gateGradients = Pass.atLeast(gateGradients, rows() * GATES * units);
      dp = Pass.atLeast(dp, rows() * units);
      depthGradient = Pass.atLeast(depthGradient, rows() * 2 * units);
      dInputs = Pass.atLeast(dInputs, rows() * 2 * units);
    }

    @Override
    public void forward(int k) {
      multiply(inputDropout.apply(input(), k), k, weights().get(0), projected, k);
      float[] below = projection;
      for (int l = 0; l < layers; l++) {
        Level level = levels[l];
        readInputs(l, k, below);
        int at = k * rows() * 2 * units;
        left.set(level.inputs, at, rows(), 2 * units);
        right.set(level.kernel.values(), 0, 2 * units, GATES * units);
        row.set(level.bias, 0, 1, GATES * units);
        kernels.multiplyAddRow(left, right, row, gates(level.gates, k, 0, GATES, result));
        activate(level, k);
        state(2 * l + 1).at(k, mBefore);
        state(2 * l + 1).at(k + 1, m);
        lstm(level, k, 0, state(2 * l).at(k + 1, h));
        depthColumns(below, k, 1, mBefore);
        depthColumns(level.depth, k, 1, m);
        lstm(level, k, 4, depthColumns(level.depth, k, 0, h));
        below = level.depth;
      }
      for (int r = 0; r < rows(); r++) {
        int from = (k * rows() + r) * 2 * units;
        int to = state(2 * layers).at(k + 1) + r * units;
        System.arraycopy(below, from, state(2 * layers).values(), to, units);
      }
    }

    /** Sets a view to h, part 0, or m, part 1, of the depth dimension. */
    private Matrix depthColumns(float[] values, int k, int part, Matrix view) {
      return view.set(values, k * rows() * 2 * units + part * units, rows(), units, 2 * units);
    }

    private Matrix gates(float[] values, int k, int from, int to, Matrix view) {
      int at = k * rows() * GATES * units + from * units;
      return view.set(values, at, rows(), (to - from) * units, GATES * units);
    }

    /** Sets H to the vectors that arrive along time, after dropout, and along depth. */
    private void readInputs(int l, int k, float[] below) {
      TimeSteps hidden = levels[l].stateDropout.apply(state(2 * l), k);
      float[] to = levels[l].inputs;
      for (int r = 0; r < rows(); r++) {
        int at = (k * rows() + r) * 2 * units;
        System.arraycopy(hidden.values(), hidden.at(k) + r * units, to, at, units);
        System.arraycopy(below, at, to, at + units, units);
      }
    }

    private Activation activationOf(int gate) {
      return gate % 4 == CANDIDATE ? act : sigma;
    }

    private void activate(Level level, int k) {
      int size = rows() * GATES * units;
      if (keepsPreActivations()) {
        System.arraycopy(level.gates, k * size, level.preActivations, k * size, size);
      }
      for (int gate = 0; gate < GATES; gate++) {
        gates(level.gates, k, gate, gate + 1, result);
        kernels.activate(activationOf(gate), result, result);
      }
    }

    /** Computes m and h of one dimension, whose gates begin at a position. */
    private void lstm(Level level, int k, int first, Matrix hidden) {
      kernels.multiplyElements(gate(level, k, first + FORGET), mBefore, m, false);
      gates(level.gates, k, first + CANDIDATE, first + OUTPUT, right);
      kernels.multiplyElements(gate(level, k, first + INPUT), right, m, true);
      kernels.multiplyElements(gate(level, k, first + OUTPUT), m, hidden, false);
      kernels.activate(act, hidden, hidden);
    }

    private Matrix gate(Level level, int k, int gate) {
      return gates(level.gates, k, gate, gate + 1, left);
    }

    @Override
    public void backward(int k, Gradient[] gradients) {
      for (int r = 0; r < rows(); r++) {
        int at = r * 2 * units;
        System.arraycopy(stateGradient(2 * layers), r * units, depthGradient, at, units);
        Arrays.fill(depthGradient, at + units, at + 2 * units, 0f);
      }
      Arrays.fill(stateGradient(2 * layers), 0, rows() * units, 0f);
      for (int l = layers - 1; l >= 0; l--) {
        Level level = levels[l];
        float[] below = l == 0 ? projection : levels[l - 1].depth;
        dh.set(stateGradient(2 * l), 0, rows(), units);
        dm.set(stateGradient(2 * l + 1), 0, rows(), units);
        state(2 * l).at(k + 1, h);
        state(2 * l + 1).at(k + 1, m);
        state(2 * l + 1).at(k, mBefore);
        lstmBackward(level, k, 0);
        dh.set(depthGradient, 0, rows(), units, 2 * units);
        dm.set(depthGradient, units, rows(), units, 2 * units);
        depthColumns(level.depth, k, 0, h);
        depthColumns(level.depth, k, 1, m);
        depthColumns(below, k, 1, mBefore);
        lstmBackward(level, k, 4);
        activateBackward(level, k);
        left.set(gateGradients, 0, rows(), GATES * units);
        right.set(transposed(level.kernel), 0, GATES * units, 2 * units);
        kernels.multiply(left, right, result.set(dInputs, 0, rows(), 2 * units), false);
        readInputsBackward(l);
        int size = rows() * GATES * units;
        System.arraycopy(gateGradients, 0, level.gates, k * size, size);
      }
      addWeightGradient(inputDropout.apply(input(), k), k, depthGradient, gradients[0]);
      addInputGradient(k, depthGradient, weights().get(0), inputDropout);
    }

    /** Computes the gradients of the activated gates of one dimension, and dm of its last value. */
    private void lstmBackward(Level level, int k, int first) {
      product.set(dp, 0, rows(), units);
      if (act.derivativeNeedsInput()) {
        // The gradient buffer of the output gate is free until its gradient is computed.
        Matrix activated = gradientOf(first + OUTPUT, result);
        kernels.multiplyElements(gate(level, k, first + OUTPUT), m, activated, false);
      }
      copy(dh, product);
      kernels.activateBackward(act, gradientOf(first + OUTPUT, result), h, product);
      kernels.multiplyElements(product, m, gradientOf(first + OUTPUT, result), false);
      kernels.multiplyElements(product, gate(level, k, first + OUTPUT), dm, true);
      gates(level.gates, k, first + CANDIDATE, first + OUTPUT, right);
      kernels.multiplyElements(dm, right, gradientOf(first + INPUT, result), false);
      gate(level, k, first + INPUT);
      kernels.multiplyElements(dm, left, gradientOf(first + CANDIDATE, result), false);
      kernels.multiplyElements(dm, mBefore, gradientOf(first + FORGET, result), false);
      kernels.multiplyElements(gate(level, k, first + FORGET), dm, dm, false);
    }

    private static void copy(Matrix from, Matrix to) {
      for (int r = 0; r < from.rows(); r++) {
        System.arraycopy(
            from.values(),
            from.offset() + r * from.stride(),
            to.values(),
            to.offset() + r * to.stride(),
            from.columns());
      }
    }

    private Matrix gradientOf(int gate, Matrix view) {
      return gates(gateGradients, 0, gate, gate + 1, view);
    }

    private void activateBackward(Level level, int k) {
      for (int gate = 0; gate < GATES; gate++) {
        Matrix inputs =
            keepsPreActivations() ? gates(level.preActivations, k, gate, gate + 1, right) : null;
        kernels.activateBackward(
            activationOf(gate), inputs, gate(level, k, gate), gradientOf(gate, result));
      }
    }

    /** Takes dH apart: the gradients of h at the previous step and of ĥ of the layer below. */
    private void readInputsBackward(int l) {
      SequenceDropout dropout = levels[l].stateDropout;
      float[] ofTime = dropout.isActive() ? dp : stateGradient(2 * l);
      for (int r = 0; r < rows(); r++) {
        int at = r * 2 * units;
        System.arraycopy(dInputs, at, ofTime, r * units, units);
        System.arraycopy(dInputs, at + units, depthGradient, at, units);
      }
      if (dropout.isActive()) {
        dropout.apply(dp, 0, 1, stateGradient(2 * l), 0, false);
      }
    }

    @Override
    public void endBackward(Gradient[] gradients) {
      int positions = timesteps() * rows();
      for (Level level : levels) {
        left.set(level.inputs, 0, positions, 2 * units);
        right.set(level.gates, 0, positions, GATES * units);
        float[] dKernel = gradients[level.kernelIndex].values();
        result.set(dKernel, 0, 2 * units, GATES * units);
        kernels.multiplyTransposed(left, right, result, false);
        if (useBias()) {
          float[] dBias = gradients[level.kernelIndex + 1].values();
          kernels.sumRows(right, row.set(dBias, 0, 1, GATES * units));
        }
      }
    }
  }
}
