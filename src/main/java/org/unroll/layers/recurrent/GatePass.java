package org.unroll.layers.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.SequenceDropout;

/**
 * The part of a step that the cells with units have in common: the products of inputs and states
 * with the kernels of the gates, dropout, and the gradients of both. A subclass adds the equations
 * of one step.
 *
 * <p>Buffers are time-major: "block k" contains the values of all rows of the slice at step k.
 */
abstract class GatePass extends CellPass {
  /** The number of gate values per stretch if no backward pass follows: 64 KiB. */
  private static final int STRETCH = 16384;

  final Kernels kernels = Compute.kernels();
  final UnitsCell<?> cell;
  final int units;
  final int gates;
  final int columns; // gates · units, the width of a gate buffer
  int rows;
  int timesteps;
  private int features;

  /**
   * Pre-activations, then activated gates, then, in the backward pass, their gradients: timesteps ×
   * rows × columns.
   */
  float[] gateValues = {};

  /** The inputs of the activations, in the layout of the gate values; null if not needed. */
  float[] preActivations;

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
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units

  GatePass(UnitsCell<?> cell) {
    this.cell = cell;
    units = cell.units();
    gates = cell.gates();
    columns = gates * units;
    int masks = cell.dropoutMasks();
    inputDropout = new SequenceDropout[masks];
    stateDropout = new SequenceDropout[masks];
    for (int i = 0; i < masks; i++) {
      inputDropout[i] = dropout(i, cell.dropout());
      stateDropout[i] = dropout(masks + i, cell.recurrentDropout());
    }
  }

  /** Allocates the buffers of the subclass. */
  abstract void reserve();

  /**
   * Computes block k + 1 of the states from block k. Block k of the gate values contains the
   * projection of the inputs.
   */
  abstract void stepForward(int k);

  /**
   * Replaces the gradients of block k + 1 of the states by those of block k, and block k of the
   * gate values by the gradients of the projection of the inputs.
   */
  abstract void stepBackward(int k);

  /**
   * Computes the gradients of the recurrent kernel and of the subclass's additional weights, after
   * all steps.
   */
  abstract void recurrentGradient(Gradient[] gradients);

  /** Returns the names of the gates for a recorder, in the order of the columns; may be empty. */
  List<String> gateNames() {
    return List.of();
  }

  @Override
  public final Map<String, float[]> recorded() {
    Map<String, float[]> recorded = new LinkedHashMap<>();
    for (int g = 0; g < gateNames().size(); g++) {
      float[] gate = new float[timesteps * rows * units];
      for (int position = 0; position < timesteps * rows; position++) {
        int from = position * columns + g * units;
        System.arraycopy(gateValues, from, gate, position * units, units);
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
  }

  @Override
  public final void inputsReady(int steps) {
    if (inputsInAdvance()) {
      projectInputs(0, steps);
    }
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
    }
    stepForward(k);
  }

  @Override
  public final void backward(int k, Gradient[] gradients) {
    stepBackward(k);
    if (!inputsInAdvance()) {
      inputGradients(k, 1);
    }
  }

  @Override
  public final void endBackward(Gradient[] gradients) {
    recurrentGradient(gradients);
    if (cell.useBias()) {
      left.set(gateValues, 0, timesteps * rows, columns);
      kernels.sumRows(left, result.set(gradients[2].values(), 0, 1, columns));
    }
    kernelGradient(timesteps * rows, gradients[0].values());
    if (inputsInAdvance()) {
      inputGradients(0, timesteps);
    }
  }

  /** Returns all gates of block k. The view is valid until the next call. */
  final Matrix gates(int k) {
    return gateBlock.set(gateValues, k * rows * columns, rows, columns);
  }

  /** Returns some of the gates of block k. The view is valid until the next call. */
  final Matrix gates(int k, int fromGate, int toGate) {
    return gates(k, fromGate, toGate, gateColumns);
  }

  /** Sets a view to some of the gates of block k. */
  final Matrix gates(int k, int fromGate, int toGate, Matrix view) {
    int at = k * rows * columns + fromGate * units;
    return view.set(gateValues, at, rows, (toGate - fromGate) * units, columns);
  }

  /** Returns some of the gates of all blocks, in the view of {@link #gates(int, int, int)}. */
  final Matrix allGates(int fromGate, int toGate) {
    int width = (toGate - fromGate) * units;
    return gateColumns.set(gateValues, fromGate * units, timesteps * rows, width, columns);
  }

  /** Sets a view to block k of a buffer of timesteps × rows × units. */
  final Matrix block(float[] values, int k, Matrix view) {
    return view.set(values, k * rows * units, rows, units);
  }

  /** Sets a view to the pre-activations of block k; returns null if they are not kept. */
  final Matrix preActivations(int k, Matrix view) {
    return preActivations == null
        ? null
        : view.set(preActivations, k * rows * columns, rows, columns);
  }

  /** Applies an activation to some of the gates of a step, in place. */
  final void activateGates(Activation f, int k, int fromGate, int toGate) {
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
  final void activateGatesBackward(
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

  /** Computes gates = x·W + b for some time steps at once. */
  private void projectInputs(int fromStep, int steps) {
    int positions = steps * rows;
    int at = fromStep * rows * columns;
    float[] x = input().values();
    int xOffset = input().at(fromStep);
    if (!dropsInputs()) {
      project(positions, x, xOffset, 0, columns, at);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      inputDropout[part].apply(x, xOffset, steps, masked, 0, false);
      project(positions, masked, 0, part * width, width, at);
    }
  }

  private void project(int positions, float[] inputs, int offset, int column, int width, int at) {
    left.set(inputs, offset, positions, features);
    right.set(cell.weights().get(0).values(), column, features, width, columns);
    result.set(gateValues, at + column, positions, width, columns);
    if (cell.useBias()) {
      kernels.multiplyAddRow(left, right, bias.set(inputBias(), column, 1, width), result);
    } else {
      kernels.multiply(left, right, result, false);
    }
  }

  /** Returns the bias that is added to the projection of the inputs, one value for each column. */
  float[] inputBias() {
    return cell.weights().get(2).values();
  }

  /**
   * Computes out = s·U, or out += s·U, for some of the gates. s is one block of a state or of
   * values computed from it. Recurrent dropout is applied to s.
   *
   * @param out contains these gates only
   */
  final void multiplyRecurrent(Matrix s, int fromGate, Matrix out, boolean add) {
    float[] kernel = cell.weights().get(1).values();
    if (!dropsStates()) {
      right.set(kernel, fromGate * units, units, out.columns(), columns);
      kernels.multiply(s, right, out, add);
      return;
    }
    for (int g = 0; g * units < out.columns(); g++) {
      int gate = fromGate + g;
      stateDropout[gate].apply(s.values(), s.offset(), 1, product, 0, false);
      kernels.multiply(
          left.set(product, 0, rows, units),
          right.set(kernel, gate * units, units, units, columns),
          result.setColumns(out, g * units, units),
          add);
    }
  }

  /** Computes out = s·U + row for one gate. Recurrent dropout is applied to s. */
  final void multiplyRecurrentAddRow(Matrix s, int gate, Matrix row, Matrix out) {
    if (dropsStates()) {
      kernels.fillRows(row, out);
      multiplyRecurrent(s, gate, out, true);
    } else {
      float[] kernel = cell.weights().get(1).values();
      kernels.multiplyAddRow(s, right.set(kernel, gate * units, units, units, columns), row, out);
    }
  }

  /**
   * Computes ds = dgates·Uᵀ, or ds += dgates·Uᵀ, for some of the gates: the backward pass of {@link
   * #multiplyRecurrent}.
   *
   * @param dGates contains these gates only
   */
  final void multiplyRecurrentBackward(Matrix dGates, int fromGate, float[] ds, boolean add) {
    float[] transposed = transposed(cell.weights().get(1));
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
  final void recurrentGradient(float[] s, Matrix dGates, int fromGate, Gradient gradient) {
    int positions = timesteps * rows;
    if (!dropsStates()) {
      kernels.multiplyTransposed(
          left.set(s, 0, positions, units),
          dGates,
          result.set(gradient.values(), fromGate * units, units, dGates.columns(), columns),
          false);
      return;
    }
    for (int g = 0; g * units < dGates.columns(); g++) {
      int gate = fromGate + g;
      stateDropout[gate].apply(s, 0, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          left.set(masked, 0, positions, units),
          right.setColumns(dGates, g * units, units),
          result.set(gradient.values(), gate * units, units, units, columns),
          false);
    }
  }

  private void kernelGradient(int positions, float[] gradient) {
    float[] x = input().values();
    int xOffset = input().at(0);
    if (!dropsInputs()) {
      kernels.multiplyTransposed(
          left.set(x, xOffset, positions, features),
          right.set(gateValues, 0, positions, columns),
          result.set(gradient, 0, features, columns),
          false);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      inputDropout[part].apply(x, xOffset, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          left.set(masked, 0, positions, features),
          right.set(gateValues, part * width, positions, width, columns),
          result.set(gradient, part * width, features, width, columns),
          false);
    }
  }

  private void inputGradients(int fromStep, int steps) {
    if (inputGradient() == null) {
      return;
    }
    float[] dx = inputGradient().values();
    int dxOffset = inputGradient().at(fromStep);
    int at = fromStep * rows * columns;
    float[] transposed = transposed(cell.weights().get(0));
    if (!dropsInputs()) {
      kernels.multiply(
          left.set(gateValues, at, steps * rows, columns),
          right.set(transposed, 0, columns, features),
          result.set(dx, dxOffset, steps * rows, features),
          false);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    product = Pass.atLeast(product, steps * rows * features);
    for (int part = 0; part < parts; part++) {
      kernels.multiply(
          left.set(gateValues, at + part * width, steps * rows, width, columns),
          right.set(transposed, part * width * features, width, features),
          result.set(product, 0, steps * rows, features),
          false);
      inputDropout[part].apply(product, 0, steps, dx, dxOffset, part > 0);
    }
  }
}
