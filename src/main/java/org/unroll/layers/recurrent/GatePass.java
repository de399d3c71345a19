package org.unroll.layers.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;

/**
 * The products of the cells with units: inputs and states with the kernels of the gates, dropout on
 * their way, and the gradients of all that. A cell adds the equations of one step.
 *
 * <p>Buffers are time-major: "block k" is what all rows of the slice have at step k.
 */
abstract class GatePass extends CellPass {
  /** Gate values that a forward pass of its own works on at a time: 64 KiB. */
  private static final int STRETCH = 16384;

  final UnitsCell<?> cell;
  final int units;
  final int gates;
  final int columns; // gates · units, the width of a gate buffer
  private int features;

  /**
   * Pre-activations, then activated gates, then (backwards) their gradients: timesteps × rows ×
   * columns.
   */
  float[] gateValues = {};

  /** What was activated, laid out as the gate values; null where no derivative needs it. */
  float[] preActivations;

  // The matrices of one kernel call, pointed at their places just before it.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final Matrix bias = new Matrix();

  // Those of a cell's step.
  private final Matrix gateBlock = new Matrix();
  private final Matrix gateColumns = new Matrix();

  private boolean dropsInputs;
  private boolean dropsStates;
  private float[] inputMasks = {}; // masks × rows × features
  private float[] stateMasks = {}; // gates × rows × units
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units

  GatePass(UnitsCell<?> cell) {
    this.cell = cell;
    this.units = cell.units();
    this.gates = cell.gates();
    this.columns = gates * units;
  }

  /** Makes room for what the cell keeps beyond gates and states. */
  abstract void reserve();

  /**
   * From block k of the states to block k + 1; block k of the gate values holds the inputs'
   * projection.
   */
  abstract void stepForward(int k);

  /**
   * Turns the gradients of block k + 1 of the states into those of block k, and leaves in block k
   * of the gate values the gradients of what the inputs' projection put there.
   */
  abstract void stepBackward(int k);

  /** The gradient of the recurrent kernel, and of weights of the cell's own, after all steps. */
  abstract void recurrentGradient(Gradient[] gradients);

  /** The gates' letters in the cell's equations, in the order of the columns, for a recorder. */
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
    features = input().width();
    gateValues = Pass.atLeast(gateValues, timesteps * rows * columns);
    if (cell.keepsPreActivations()) {
      float[] kept = preActivations == null ? new float[0] : preActivations;
      preActivations = Pass.atLeast(kept, timesteps * rows * columns);
    }
    drawMasks(call);
    reserve();
  }

  @Override
  public final void inputsReady(int steps) {
    if (inputsInAdvance) {
      projectInputs(0, steps);
    }
  }

  /** As many as keep the gate values within a core's own cache. */
  @Override
  public final int stretch(int sliceRows) {
    return Math.max(1, STRETCH / (sliceRows * columns));
  }

  @Override
  public final void forward(int k) {
    if (!inputsInAdvance) {
      projectInputs(k, 1);
    }
    stepForward(k);
  }

  @Override
  public final void backward(int k, Gradient[] gradients) {
    stepBackward(k);
    if (!inputsInAdvance) {
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
    if (inputsInAdvance) {
      inputGradients(0, timesteps);
    }
  }

  /** All gates of block k; a step has one such view at a time. */
  final Matrix gates(int k) {
    return gateBlock.set(gateValues, k * rows * columns, rows, columns);
  }

  /** Some of the gates of block k; a step has one such view at a time. */
  final Matrix gates(int k, int fromGate, int toGate) {
    return gates(k, fromGate, toGate, gateColumns);
  }

  /** Points a view at some of the gates of block k. */
  final Matrix gates(int k, int fromGate, int toGate, Matrix view) {
    int at = k * rows * columns + fromGate * units;
    return view.set(gateValues, at, rows, (toGate - fromGate) * units, columns);
  }

  /** Some of the gates of all blocks, in place of those of one. */
  final Matrix allGates(int fromGate, int toGate) {
    int width = (toGate - fromGate) * units;
    return gateColumns.set(gateValues, fromGate * units, timesteps * rows, width, columns);
  }

  /** Points a view at block k of a buffer of timesteps × rows × units. */
  final Matrix block(float[] values, int k, Matrix view) {
    return view.set(values, k * rows * units, rows, units);
  }

  /** Points a view at what the gates of block k were activated from, if that is kept. */
  final Matrix preActivations(int k, Matrix view) {
    return preActivations == null
        ? null
        : view.set(preActivations, k * rows * columns, rows, columns);
  }

  /** Activates some of the gates of a step, in place. */
  final void activateGates(Activation f, int k, int fromGate, int toGate) {
    Matrix activated = gates(k, fromGate, toGate, result);
    if (preActivations != null) {
      for (int r = 0; r < rows; r++) {
        int from = activated.offset() + r * columns;
        System.arraycopy(gateValues, from, preActivations, from, activated.columns());
      }
    }
    kernels.activate(f, activated, activated);
  }

  /** {@link #activateGates} backwards, in place on rows × columns gradients. */
  final void activateGatesBackward(
      Activation f, int k, int fromGate, int toGate, float[] gradients) {
    int width = (toGate - fromGate) * units;
    kernels.activateBackward(
        f,
        preActivations == null
            ? null
            : left.set(preActivations, k * rows * columns + fromGate * units, rows, width, columns),
        gates(k, fromGate, toGate, right),
        result.set(gradients, fromGate * units, rows, width, columns));
  }

  private void drawMasks(ForwardContext call) {
    dropsInputs = call.isTraining() && cell.dropout() > 0;
    dropsStates = call.isTraining() && cell.recurrentDropout() > 0;
    int count = cell.dropoutMasks();
    if (dropsInputs) {
      inputMasks = Pass.atLeast(inputMasks, count * rows * features);
      drawMasks(call, 0, count, cell.dropout(), features, inputMasks);
      masked = Pass.atLeast(masked, timesteps * rows * features);
    }
    if (dropsStates) {
      stateMasks = Pass.atLeast(stateMasks, count * rows * units);
      drawMasks(call, count, count, cell.recurrentDropout(), units, stateMasks);
      masked = Pass.atLeast(masked, timesteps * rows * Math.max(features, units));
      product = Pass.atLeast(product, rows * units);
    }
  }

  /** gates = x·W + b for some time steps at once. */
  private void projectInputs(int fromStep, int steps) {
    int positions = steps * rows;
    int at = fromStep * rows * columns;
    float[] x = input().values();
    int xOffset = input().at(fromStep);
    if (!dropsInputs) {
      project(positions, x, xOffset, 0, columns, at);
      return;
    }
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, steps, inputMasks, part, features);
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

  /** What is added to the inputs' projection, one value for each column. */
  float[] inputBias() {
    return cell.weights().get(2).values();
  }

  /** masked = source ⊙ mask, the same mask for every block. */
  private void maskBlocks(
      float[] source, int offset, int steps, float[] masks, int part, int width) {
    int block = rows * width;
    for (int k = 0; k < steps; k++) {
      kernels.multiplyElements(
          left.set(source, offset + k * block, 1, block),
          right.set(masks, part * block, 1, block),
          result.set(masked, k * block, 1, block),
          false);
    }
  }

  /**
   * out = s·U (or out += s·U) for some of the gates, s being one block of a state or of something
   * made from it; recurrent dropout masks s on its way.
   *
   * @param out has room for these gates only
   */
  final void multiplyRecurrent(Matrix s, int fromGate, Matrix out, boolean add) {
    float[] kernel = cell.weights().get(1).values();
    if (!dropsStates) {
      right.set(kernel, fromGate * units, units, out.columns(), columns);
      kernels.multiply(s, right, out, add);
      return;
    }
    int block = rows * units;
    for (int g = 0; g * units < out.columns(); g++) {
      int gate = fromGate + g;
      kernels.multiplyElements(
          left.set(s.values(), s.offset(), 1, block),
          right.set(stateMasks, gate * block, 1, block),
          result.set(product, 0, 1, block),
          false);
      kernels.multiply(
          left.set(product, 0, rows, units),
          right.set(kernel, gate * units, units, units, columns),
          result.setColumns(out, g * units, units),
          add);
    }
  }

  /** out = s·U + row for one gate, as {@link #multiplyRecurrent}. */
  final void multiplyRecurrentAddRow(Matrix s, int gate, Matrix row, Matrix out) {
    if (dropsStates) {
      kernels.fillRows(row, out);
      multiplyRecurrent(s, gate, out, true);
    } else {
      float[] kernel = cell.weights().get(1).values();
      kernels.multiplyAddRow(s, right.set(kernel, gate * units, units, units, columns), row, out);
    }
  }

  /**
   * ds = dgates·Uᵀ (or ds += …) for some of the gates: {@link #multiplyRecurrent} backwards.
   *
   * @param dGates has these gates only
   */
  final void multiplyRecurrentBackward(Matrix dGates, int fromGate, float[] ds, boolean add) {
    float[] transposed = cell.transposed(cell.weights().get(1));
    if (!dropsStates) {
      right.set(transposed, fromGate * units * units, dGates.columns(), units);
      kernels.multiply(dGates, right, result.set(ds, 0, rows, units), add);
      return;
    }
    int block = rows * units;
    for (int g = 0; g * units < dGates.columns(); g++) {
      int gate = fromGate + g;
      kernels.multiply(
          left.setColumns(dGates, g * units, units),
          right.set(transposed, gate * units * units, units, units),
          result.set(product, 0, rows, units),
          false);
      kernels.multiplyElements(
          left.set(product, 0, 1, block),
          right.set(stateMasks, gate * block, 1, block),
          result.set(ds, 0, 1, block),
          add || g > 0);
    }
  }

  /**
   * dU for some of the gates, the sum over all steps of sᵀ·dgates.
   *
   * @param dGates has these gates only, a row for each step and row
   */
  final void recurrentGradient(float[] s, Matrix dGates, int fromGate, Gradient gradient) {
    int positions = timesteps * rows;
    if (!dropsStates) {
      kernels.multiplyTransposed(
          left.set(s, 0, positions, units),
          dGates,
          result.set(gradient.values(), fromGate * units, units, dGates.columns(), columns),
          false);
      return;
    }
    for (int g = 0; g * units < dGates.columns(); g++) {
      int gate = fromGate + g;
      maskBlocks(s, 0, timesteps, stateMasks, gate, units);
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
    if (!dropsInputs) {
      kernels.multiplyTransposed(
          left.set(x, xOffset, positions, features),
          right.set(gateValues, 0, positions, columns),
          result.set(gradient, 0, features, columns),
          false);
      return;
    }
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, timesteps, inputMasks, part, features);
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
    float[] transposed = cell.transposed(cell.weights().get(0));
    if (!dropsInputs) {
      kernels.multiply(
          left.set(gateValues, at, steps * rows, columns),
          right.set(transposed, 0, columns, features),
          result.set(dx, dxOffset, steps * rows, features),
          false);
      return;
    }
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    int block = rows * features;
    product = Pass.atLeast(product, steps * block);
    for (int part = 0; part < parts; part++) {
      kernels.multiply(
          left.set(gateValues, at + part * width, steps * rows, width, columns),
          right.set(transposed, part * width * features, width, features),
          result.set(product, 0, steps * rows, features),
          false);
      for (int k = 0; k < steps; k++) {
        kernels.multiplyElements(
            left.set(product, k * block, 1, block),
            right.set(inputMasks, part * block, 1, block),
            result.set(dx, dxOffset + k * block, 1, block),
            part > 0);
      }
    }
  }
}
