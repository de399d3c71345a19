package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.DistinctRows;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.SequenceDropout;
import org.unroll.network.TableRows;
import org.unroll.network.TimeSteps;
import org.unroll.network.Weight;

/**
 * The part of a step that the cells with units have in common: the products of inputs and states
 * with the kernels of the gates, dropout, and the gradients of both. A subclass adds the equations
 * of one step.
 *
 * <p>The kernel may have columns for the first gates only; the others then start with their bias.
 * The recurrent kernel may be absent or have columns for some of the gates only.
 *
 * <p>Buffers are time-major: "block k" contains the values of all rows of the slice at step k.
 *
 * <p>A layer may {@linkplain #pad pad} the units of its states and gates with zeros, so that they
 * fill whole vectors. {@link #units} then counts the padding, and the weights are padded copies.
 * The padding is never read by a product of a state, and the weights that multiply its gradient are
 * zeros, so that it affects no other value.
 *
 * @hidden
 */
public abstract class GatePass extends CellPass {
  /** The number of gate values per stretch if no backward pass follows: 64 KiB. */
  private static final int STRETCH = 16384;

  /** The number of projections of different inputs that are kept in any case: 1 MiB. */
  private static final int CACHED_PROJECTIONS = 1 << 18;

  /** The rows times time steps from which padding saves more than copying the weights costs. */
  private static final int PADDED_POSITIONS = 256;

  /** The kernels of this JVM. */
  protected final Kernels kernels = Compute.kernels();

  /** The number of units, counting the padding. */
  protected int units;

  /** The number of gates, counting the candidate. */
  protected final int gates;

  /** The width of a gate buffer: gates · units. */
  protected int columns;

  /** The number of rows of the slice. */
  protected int rows;

  /** The number of time steps. */
  protected int timesteps;

  private final UnitsCell<?> cell;
  private final Weight kernel;
  private final Weight recurrentKernel; // null if the cell has none
  private final int ownUnits; // without the padding
  private PaddedWeights padding;
  private boolean isPadded;
  private int inputColumns; // of the kernel
  private final int biasIndex; // among the weights
  private int features;
  private int readySteps; // whose inputs are known in advance

  /**
   * Pre-activations, then activated gates, then, in the backward pass, their gradients: timesteps ×
   * rows × columns.
   */
  protected float[] gateValues = {};

  /** The inputs of the activations, in the layout of the gate values; null if not needed. */
  protected float[] preActivations;

  // The operands and results of a kernel call, which are set just before the call.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final Matrix bias = new Matrix();

  // The views that the methods below return to a cell.
  private final Matrix gateBlock = new Matrix();
  private final Matrix gateColumns = new Matrix();

  private final SequenceDropout[] inputDropout; // one for each gate, or one for all
  private final SequenceDropout[] stateDropout;
  private float[] zeros = {}; // columns
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units
  private DistinctRows distinct; // of the inputs, if only these are multiplied by the kernel
  private float[] ofDistinct = {}; // their projections, then the sums of their gradients
  private final TableProjections ofTable = new TableProjections();
  private final TableProjections.Product rowProduct = this::projectRows;
  private float[] projected; // those that the slice reads
  private boolean readsTable;

  /** Creates a pass over a cell that is built. */
  @SuppressWarnings("this-escape") // dropout only keeps the pass, and reads it at each batch
  protected GatePass(UnitsCell<?> cell) {
    this.cell = cell;
    ownUnits = cell.units();
    units = ownUnits;
    gates = cell.gates();
    columns = gates * units;
    kernel = cell.weights().get(0);
    inputColumns = kernel.shape().last();
    boolean isRecurrent = cell.weights().size() > 1 && isNamed(1, "recurrent_kernel");
    recurrentKernel = isRecurrent ? cell.weights().get(1) : null;
    biasIndex = isRecurrent ? 2 : 1;
    int masks = cell.dropoutMasks();
    inputDropout = new SequenceDropout[masks];
    stateDropout = new SequenceDropout[masks];
    for (int i = 0; i < masks; i++) {
      inputDropout[i] = dropout(i, cell.dropout());
      stateDropout[i] = dropout(masks + i, cell.recurrentDropout());
    }
  }

  private boolean isNamed(int index, String name) {
    return cell.weights().get(index).name().equals(name);
  }

  /**
   * Returns whether the step works with padded units. It does if the activations are bounded near 0
   * and each unit depends on others through the recurrent kernel only. False by default.
   */
  protected boolean canPad() {
    return false;
  }

  /**
   * Chooses the number of units with padding for the next slice. Called before the slice begins, by
   * a layer whose states have as many units.
   *
   * @param positions the number of rows times the number of time steps
   * @param forwardOnly whether no backward pass follows
   */
  final void pad(int positions, boolean forwardOnly) {
    int lanes = kernels.lanes();
    int whole = (ownUnits + lanes - 1) / lanes * lanes;
    isPadded =
        whole > ownUnits
            && ownUnits > 1 // the sum of a product with one column has another order
            && positions >= PADDED_POSITIONS
            && savesTime(whole, lanes, forwardOnly)
            && cell.recurrentDropout() == 0
            && canPad();
    units = isPadded ? whole : ownUnits;
    columns = gates * units;
    inputColumns = kernel.shape().last() / ownUnits * units;
    if (isPadded) {
      if (padding == null) {
        padding = new PaddedWeights(ownUnits, whole, cell.weights().toArray(Weight[]::new));
      }
      padding.refresh();
    }
  }

  /**
   * Returns whether full vectors save more than the padding costs. In a forward pass alone, the
   * products of several gates lose less to a vector that is not full than that of a single gate.
   */
  private boolean savesTime(int whole, int lanes, boolean forwardOnly) {
    return whole * 10 <= ownUnits * 11 || (ownUnits < lanes && (!forwardOnly || gates == 1));
  }

  /** Returns whether the units of the current slice are padded. */
  final boolean isPadded() {
    return isPadded;
  }

  /** Returns whether an activation is elementwise, and its values at 0 are at most 1. */
  protected static boolean staysBounded(Activation f) {
    return switch (f) {
      case TANH, SIGMOID, HARD_SIGMOID, RELU, LINEAR -> true;
      default -> false;
    };
  }

  /** Returns the values of a weight, padded if the units are. */
  protected final float[] weightValues(int index) {
    return isPadded ? padding.values(index) : cell.weights().get(index).values();
  }

  private float[] transposedWeight(int index) {
    return isPadded ? padding.transposed(index) : transposed(cell.weights().get(index));
  }

  /** Allocates the buffers of the subclass. */
  protected abstract void reserve();

  /**
   * Computes block k + 1 of the states from block k. Block k of the gate values contains the
   * projection of the inputs.
   */
  protected abstract void stepForward(int k);

  /**
   * Replaces the gradients of block k + 1 of the states by those of block k, and block k of the
   * gate values by the gradients of the projection of the inputs.
   */
  protected abstract void stepBackward(int k);

  /**
   * Computes the gradients of the recurrent kernel and of the subclass's additional weights, after
   * all steps.
   */
  protected abstract void recurrentGradient(Gradient[] gradients);

  /**
   * Receives the cell state of the cell below in a stack. A cell that reads it returns the gradient
   * in {@link #gradientBelow()}.
   *
   * @param cellState at k + 1 the cell state of the cell below after step k
   */
  protected void readBelow(TimeSteps cellState) {}

  /**
   * Returns the gradient of the cell state of the cell below after the last step backward, rows ×
   * units; null if the cell does not read it.
   */
  protected float[] gradientBelow() {
    return null;
  }

  /** Returns the names of the gates for a recorder, in the order of the columns; may be empty. */
  protected List<String> gateNames() {
    return List.of();
  }

  @Override
  public final Map<String, float[]> recorded() {
    Map<String, float[]> recorded = new LinkedHashMap<>();
    for (int g = 0; g < gateNames().size(); g++) {
      float[] gate = new float[timesteps * rows * ownUnits];
      for (int position = 0; position < timesteps * rows; position++) {
        int from = position * columns + g * units;
        System.arraycopy(gateValues, from, gate, position * ownUnits, ownUnits);
      }
      recorded.put(gateNames().get(g), gate);
    }
    return recorded;
  }

  @Override
  public final void begin(ForwardContext call) {
    rows = rows();
    timesteps = timesteps();
    features = input().width();
    gateValues = Pass.atLeast(gateValues, timesteps * rows * columns);
    if (cell.keepsPreActivations()) {
      float[] kept = preActivations == null ? new float[0] : preActivations;
      preActivations = Pass.atLeast(kept, timesteps * rows * columns);
    }
    for (SequenceDropout dropout : inputDropout) {
      dropout.draw(call, features);
    }
    for (SequenceDropout dropout : stateDropout) {
      dropout.draw(call, units);
    }
    if (dropsInputs() || dropsStates()) {
      masked = Pass.atLeast(masked, timesteps * rows * Math.max(features, units));
      product = Pass.atLeast(product, rows * units);
    }
    reserve();
    distinct = usableDistinctRows();
    if (distinct != null && readsTable) {
      long version = call.weightsVersion();
      projected = ofTable.of(distinct, features, inputColumns, version, rowProduct);
    } else if (distinct != null) {
      ofDistinct = DistinctRows.grown(ofDistinct, distinct.count() * inputColumns);
      projectRows(distinct.values(), distinct.count(), ofDistinct);
      projected = ofDistinct;
    }
  }

  /**
   * Chooses which rows of a table the next slice reads: the whole table, whose projections are kept
   * as long as the weights stay the same, or the different rows of this slice. Called before the
   * slice begins.
   */
  final DistinctRows chooseRows(TableRows inputs, ForwardContext call) {
    DistinctRows table = inputs.table();
    readsTable = TableProjections.areKept(table, inputColumns, call);
    return readsTable ? table : inputs.distinct();
  }

  /**
   * Returns whether the next slice reads the values of the inputs, and not only the projections of
   * a table.
   */
  final boolean readsInputs() {
    return !readsTable || readsInputsDirectly();
  }

  /** Returns whether a step reads the inputs without the kernel. False by default. */
  protected boolean readsInputsDirectly() {
    return false;
  }

  private void projectRows(float[] values, int count, float[] out) {
    project(left.set(values, 0, count, features), 0, result.set(out, 0, count, inputColumns));
  }

  /**
   * Returns the rows of a table, or the different rows of the inputs if their projections need
   * little memory: they fit into the cache of a core, or are at most half of the gate values.
   */
  private DistinctRows usableDistinctRows() {
    DistinctRows rowsOfInput = input().distinctRows();
    if (rowsOfInput == null || !inputsInAdvance() || dropsInputs()) {
      return null;
    }
    long values = (long) rowsOfInput.count() * inputColumns;
    return readsTable
            || values <= Math.max(CACHED_PROJECTIONS, (long) timesteps * rows * columns / 2)
        ? rowsOfInput
        : null;
  }

  @Override
  public final void inputsReady(int steps) {
    readySteps = steps;
  }

  /**
   * Returns how many steps of inputs that are known in advance are projected at a time. All of them
   * by default, which makes the largest products.
   */
  protected int projectedSteps() {
    return Integer.MAX_VALUE;
  }

  /** Returns the number of steps whose gate values fit into the cache of a core. */
  @Override
  public final int stretch(int sliceRows) {
    return Math.max(1, STRETCH / (sliceRows * columns));
  }

  @Override
  public final void forward(int k) {
    if (!inputsInAdvance()) {
      projectInputs(k, 1);
    } else if (k % projectedSteps() == 0) {
      projectInputs(k, Math.min(projectedSteps(), readySteps - k));
    }
    stepForward(k);
  }

  @Override
  public final void backward(int k, Gradient[] gradients) {
    if (isPadded && k == timesteps - 1) {
      padding.refreshTransposed(transposed(kernel), transposed(recurrentKernel));
    }
    stepBackward(k);
    if (!inputsInAdvance() && inputGradient() != null) {
      projectInputsBackward(k, 1);
    }
  }

  @Override
  public final void endBackward(Gradient[] gradients) {
    Gradient[] sums = isPadded ? padding.gradients() : gradients;
    recurrentGradient(sums);
    if (cell.useBias()) {
      left.set(gateValues, 0, timesteps * rows, columns);
      kernels.sumRows(left, result.set(sums[biasIndex].values(), 0, 1, columns));
    }
    kernelGradient(timesteps * rows, sums[0].values());
    if (isPadded) {
      padding.copyGradients(gradients);
    }
    if (inputsInAdvance() && inputGradient() != null) {
      projectInputsBackward(0, timesteps);
    }
  }

  /** Returns all gates of block k. The view is valid until the next call. */
  protected final Matrix gates(int k) {
    return gateBlock.set(gateValues, k * rows * columns, rows, columns);
  }

  /** Returns some of the gates of block k. The view is valid until the next call. */
  protected final Matrix gates(int k, int fromGate, int toGate) {
    return gates(k, fromGate, toGate, gateColumns);
  }

  /** Sets a view to some of the gates of block k. */
  protected final Matrix gates(int k, int fromGate, int toGate, Matrix view) {
    int at = k * rows * columns + fromGate * units;
    return view.set(gateValues, at, rows, (toGate - fromGate) * units, columns);
  }

  /** Returns some of the gates of all blocks, in the view of {@link #gates(int, int, int)}. */
  protected final Matrix allGates(int fromGate, int toGate) {
    int width = (toGate - fromGate) * units;
    return gateColumns.set(gateValues, fromGate * units, timesteps * rows, width, columns);
  }

  /** Sets a view to block k of a buffer of timesteps × rows × units. */
  protected final Matrix block(float[] values, int k, Matrix view) {
    return view.set(values, k * rows * units, rows, units);
  }

  /** Sets a view to the pre-activations of block k; returns null if they are not kept. */
  protected final Matrix preActivations(int k, Matrix view) {
    return preActivations == null
        ? null
        : view.set(preActivations, k * rows * columns, rows, columns);
  }

  /** Applies an activation to some of the gates of a step, in place. */
  protected final void activateGates(Activation f, int k, int fromGate, int toGate) {
    Matrix activated = gates(k, fromGate, toGate, result);
    if (preActivations != null) {
      for (int r = 0; r < rows; r++) {
        int from = activated.offset() + r * columns;
        System.arraycopy(gateValues, from, preActivations, from, activated.columns());
      }
    }
    int step = f.isRowWise() ? 1 : toGate - fromGate; // a row consists of the units of one gate
    for (int gate = fromGate; gate < toGate; gate += step) {
      gates(k, gate, gate + step, result);
      kernels.activate(f, result, result);
    }
  }

  /**
   * Computes the gradients of the inputs of {@link #activateGates} from those of its outputs, in
   * place, rows × columns.
   */
  protected final void activateGatesBackward(
      Activation f, int k, int fromGate, int toGate, float[] gradients) {
    int step = f.isRowWise() ? 1 : toGate - fromGate;
    int width = step * units;
    for (int gate = fromGate; gate < toGate; gate += step) {
      kernels.activateBackward(
          f,
          preActivations == null
              ? null
              : left.set(preActivations, k * rows * columns + gate * units, rows, width, columns),
          gates(k, gate, gate + step, right),
          result.set(gradients, gate * units, rows, width, columns));
    }
  }

  private boolean dropsInputs() {
    return inputDropout[0].isActive();
  }

  private boolean dropsStates() {
    return stateDropout[0].isActive();
  }

  /**
   * Computes gates = x·W + b for some time steps at once. A subclass may add more, such as the
   * activations of gates that do not depend on the state.
   */
  protected void projectInputs(int fromStep, int steps) {
    int positions = steps * rows;
    int at = fromStep * rows * columns;
    float[] x = input().values();
    int xOffset = input().at(fromStep);
    if (distinct != null) {
      int first = fromStep * rows;
      for (int i = first; i < first + positions; i++) {
        int from = input().numberOf(i) * inputColumns;
        System.arraycopy(projected, from, gateValues, i * columns, inputColumns);
      }
    } else if (dropsInputs()) {
      int width = maskedColumns();
      for (int part = 0; part * width < inputColumns; part++) {
        inputDropout[part].apply(x, xOffset, steps, masked, 0, false);
        left.set(masked, 0, positions, features);
        int column = part * width;
        project(left, column, result.set(gateValues, at + column, positions, width, columns));
      }
    } else {
      left.set(x, xOffset, positions, features);
      project(left, 0, result.set(gateValues, at, positions, inputColumns, columns));
    }
    if (inputColumns < columns) {
      result.set(gateValues, at + inputColumns, positions, columns - inputColumns, columns);
      kernels.fillRows(bias.set(biasOrZeros(), inputColumns, 1, columns - inputColumns), result);
    }
    if (isPadded) {
      clearInvalidPadding(fromStep * rows, positions);
    }
  }

  /**
   * Clears the padding of rows with an infinite input, whose product with a weight of zero is not a
   * number.
   */
  private void clearInvalidPadding(int from, int count) {
    for (int i = from; i < from + count; i++) {
      int row = i * columns;
      if (Float.isNaN(gateValues[row + ownUnits])) {
        for (int gate = 0; gate < gates; gate++) {
          Arrays.fill(gateValues, row + gate * units + ownUnits, row + (gate + 1) * units, 0f);
        }
      }
    }
  }

  /** Returns the number of columns of the kernel that have a dropout mask in common. */
  private int maskedColumns() {
    return inputDropout.length == 1 ? inputColumns : units;
  }

  private float[] biasOrZeros() {
    if (cell.useBias()) {
      return inputBias();
    }
    zeros = Pass.atLeast(zeros, columns);
    return zeros;
  }

  /** Computes out = inputs·W + b for some columns of the kernel. */
  private void project(Matrix inputs, int column, Matrix out) {
    int width = out.columns();
    right.set(weightValues(0), column, features, width, inputColumns);
    if (cell.useBias()) {
      kernels.multiplyAddRow(inputs, right, bias.set(inputBias(), column, 1, width), out);
    } else {
      kernels.multiply(inputs, right, out, false);
    }
  }

  /**
   * Computes to = x, or to += x, for some steps of the inputs or of their gradient, with the
   * dropout mask of a gate.
   *
   * @param gate the position of the gate that reads the input without a kernel
   * @param add whether to add to the values of {@code to}
   */
  protected final void maskInputs(
      int gate, float[] from, int offset, int steps, float[] to, int toOffset, boolean add) {
    if (dropsInputs()) {
      int mask = Math.min(gate, inputDropout.length - 1);
      inputDropout[mask].apply(from, offset, steps, to, toOffset, add);
    } else if (add) {
      kernels.add(steps * rows * features, from, offset, to, toOffset);
    } else {
      System.arraycopy(from, offset, to, toOffset, steps * rows * features);
    }
  }

  /** Returns the bias that is added to the projection of the inputs, one value for each column. */
  protected float[] inputBias() {
    return weightValues(biasIndex);
  }

  /**
   * Computes out = s·U, or out += s·U, for some of the gates. s is one block of a state or of
   * values computed from it. Recurrent dropout is applied to s.
   *
   * @param fromGate the position of the first of these gates in the recurrent kernel
   * @param out contains these gates only
   */
  protected final void multiplyRecurrent(Matrix s, int fromGate, Matrix out, boolean add) {
    if (!dropsStates()) {
      kernels.multiply(withoutPadding(s), recurrentColumns(fromGate, out.columns()), out, add);
      return;
    }
    for (int g = 0; g * units < out.columns(); g++) {
      int gate = fromGate + g;
      stateDropout[gate].apply(s.values(), s.offset(), 1, product, 0, false);
      kernels.multiply(
          left.set(product, 0, rows, units),
          recurrentColumns(gate, units),
          result.setColumns(out, g * units, units),
          add);
    }
  }

  private Matrix withoutPadding(Matrix s) {
    return isPadded ? left.setColumns(s, 0, ownUnits) : s;
  }

  private Matrix recurrentColumns(int gate, int width) {
    return right.set(weightValues(1), gate * units, ownUnits, width, recurrentStride());
  }

  private int recurrentStride() {
    return recurrentKernel.shape().last() / ownUnits * units;
  }

  /**
   * Returns s after recurrent dropout, for a cell that multiplies it by parts of U itself: the
   * given view, or one of a buffer that is valid until the next call.
   *
   * @param s a state or values computed from it, at consecutive steps
   */
  protected final Matrix dropStates(Matrix s, int steps, Matrix view) {
    if (!dropsStates()) {
      return s;
    }
    stateDropout[0].apply(s.values(), s.offset(), steps, masked, 0, false);
    return view.set(masked, 0, steps * rows, units);
  }

  /** Adds the gradient of s in {@link #dropStates} at one step to that of the state. */
  protected final void dropStatesBackward(float[] ds, float[] gradient) {
    if (dropsStates()) {
      stateDropout[0].apply(ds, 0, 1, gradient, 0, true);
    } else {
      kernels.add(rows * units, ds, 0, gradient, 0);
    }
  }

  /** Computes out = s·U + row for one gate. Recurrent dropout is applied to s. */
  protected final void multiplyRecurrentAddRow(Matrix s, int gate, Matrix row, Matrix out) {
    if (dropsStates()) {
      kernels.fillRows(row, out);
      multiplyRecurrent(s, gate, out, true);
    } else {
      kernels.multiplyAddRow(withoutPadding(s), recurrentColumns(gate, units), row, out);
    }
  }

  /**
   * Computes ds = dgates·Uᵀ, or ds += dgates·Uᵀ, for some of the gates: the backward pass of {@link
   * #multiplyRecurrent}.
   *
   * @param dGates contains these gates only
   */
  protected final void multiplyRecurrentBackward(
      Matrix dGates, int fromGate, float[] ds, boolean add) {
    float[] transposed = transposedWeight(1);
    if (!dropsStates()) {
      right.set(transposed, fromGate * units * units, dGates.columns(), units);
      kernels.multiply(dGates, right, result.set(ds, 0, rows, units), add);
      return;
    }
    for (int g = 0; g * units < dGates.columns(); g++) {
      int gate = fromGate + g;
      kernels.multiply(
          left.setColumns(dGates, g * units, units),
          right.set(transposed, gate * units * units, units, units),
          result.set(product, 0, rows, units),
          false);
      stateDropout[gate].apply(product, 0, 1, ds, 0, add || g > 0);
    }
  }

  /**
   * Computes dU = Σ sᵀ·dgates over all steps for some of the gates.
   *
   * @param dGates contains these gates only, with a row for each step and row
   */
  protected final void recurrentGradient(
      float[] s, Matrix dGates, int fromGate, Gradient gradient) {
    int positions = timesteps * rows;
    int stride = recurrentStride();
    if (!dropsStates()) {
      kernels.multiplyTransposed(
          left.set(s, 0, positions, ownUnits, units),
          dGates,
          result.set(gradient.values(), fromGate * units, ownUnits, dGates.columns(), stride),
          false);
      return;
    }
    for (int g = 0; g * units < dGates.columns(); g++) {
      int gate = fromGate + g;
      stateDropout[gate].apply(s, 0, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          left.set(masked, 0, positions, units),
          right.setColumns(dGates, g * units, units),
          result.set(gradient.values(), gate * units, units, units, stride),
          false);
    }
  }

  private void kernelGradient(int positions, float[] gradient) {
    if (distinct != null) {
      kernelGradientOfDistinct(positions, gradient);
      return;
    }
    float[] x = input().values();
    int xOffset = input().at(0);
    if (!dropsInputs()) {
      kernels.multiplyTransposed(
          left.set(x, xOffset, positions, features),
          right.set(gateValues, 0, positions, inputColumns, columns),
          result.set(gradient, 0, features, inputColumns),
          false);
      return;
    }
    int width = maskedColumns();
    for (int part = 0; part * width < inputColumns; part++) {
      inputDropout[part].apply(x, xOffset, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          left.set(masked, 0, positions, features),
          right.set(gateValues, part * width, positions, width, columns),
          result.set(gradient, part * width, features, width, inputColumns),
          false);
    }
  }

  /** Adds up the gradients of equal rows before the product. */
  private void kernelGradientOfDistinct(int positions, float[] gradient) {
    int count = distinct.count();
    Arrays.fill(ofDistinct, 0, count * inputColumns, 0f);
    for (int i = 0; i < positions; i++) {
      int to = input().numberOf(i) * inputColumns;
      kernels.add(inputColumns, gateValues, i * columns, ofDistinct, to);
    }
    kernels.multiplyTransposed(
        left.set(distinct.values(), 0, count, features),
        right.set(ofDistinct, 0, count, inputColumns),
        result.set(gradient, 0, features, inputColumns),
        false);
  }

  /**
   * Computes dx = dgates·Wᵀ for some time steps at once. A subclass that reads the inputs without
   * the kernel adds the rest. Called only if {@link #inputGradient()} is not null.
   */
  protected void projectInputsBackward(int fromStep, int steps) {
    float[] dx = inputGradient().values();
    int dxOffset = inputGradient().at(fromStep);
    int at = fromStep * rows * columns;
    float[] transposed = transposedWeight(0);
    if (!dropsInputs()) {
      kernels.multiply(
          left.set(gateValues, at, steps * rows, inputColumns, columns),
          right.set(transposed, 0, inputColumns, features),
          result.set(dx, dxOffset, steps * rows, features),
          false);
      return;
    }
    int width = maskedColumns();
    product = Pass.atLeast(product, steps * rows * features);
    for (int part = 0; part * width < inputColumns; part++) {
      kernels.multiply(
          left.set(gateValues, at + part * width, steps * rows, width, columns),
          right.set(transposed, part * width * features, width, features),
          result.set(product, 0, steps * rows, features),
          false);
      inputDropout[part].apply(product, 0, steps, dx, dxOffset, part > 0);
    }
  }
}
